import CordonCore

/// Chat completions as OpenAI streams them: chunks with deltas, and `[DONE]` at the end.
///
/// The parts of a call come by its index: its name once, its arguments in pieces. From the first
/// piece on the chunks wait until the choice says that it is finished.
struct ChatStream: AnswerReading {
    private(set) var facts = AnswerFacts()
    private var choices: [Int: Choice] = [:]
    /// Choices with calls that are not whole yet.
    private var open: Set<Int> = []
    private var waiting: Set<Int> = []
    /// The choices whose calls were handed out last.
    private var held: Set<Int> = []
    /// Choices of which a chunk with the role has gone on.
    private var spoken: Set<Int> = []
    /// The members that all chunks share, for chunks of our own.
    private var frame: [(String, JSONTree)] = []

    private struct Choice: Sendable {
        var role = "assistant"
        var content: String?
        var refusal: String?
        var reasoning = ""
        var calls: [Int: Call] = [:]
        /// Places of calls that were handed out.
        var judged: Set<Int> = []
        var finish: String?
    }

    fileprivate struct Call: Sendable {
        var id: String?
        var name = ""
        var arguments = ""

        var asked: AskedCall { AskedCall(id: id, name: name, arguments: arguments) }
    }

    mutating func take(_ event: ServerSentEvents.Event) -> Passage {
        if event.isData("[DONE]") { return waiting.isEmpty ? .end : .judgeAtEnd(handOut()) }
        guard let tree = event.tree else { return waiting.isEmpty ? .pass : .hold }
        facts.take(tree)
        if frame.isEmpty { frame = ChatStream.shared(tree) }
        for item in tree["choices"]?.items ?? [] { take(choice: item) }
        if waiting.isEmpty {
            for item in tree["choices"]?.items ?? [] where item["delta"]?["role"] != nil {
                spoken.insert(item["index"]?.integer ?? 0)
            }
            return .pass
        }
        return open.isEmpty ? .judge(handOut()) : .hold
    }

    /// The calls that are whole; each is handed out once.
    private mutating func handOut() -> [AskedCall] {
        held = waiting
        waiting = []
        open = []
        return held.sorted().flatMap { index in
            heldCalls(index).map { place, call in
                choices[index]?.judged.insert(place)
                return call.asked
            }
        }
    }

    private func heldCalls(_ index: Int) -> [(key: Int, value: Call)] {
        let judged = choices[index]?.judged ?? []
        return (choices[index]?.calls ?? [:]).filter { !judged.contains($0.key) }
            .sorted { $0.key < $1.key }
    }

    private mutating func take(choice item: JSONTree) {
        let index = item["index"]?.integer ?? 0
        var choice = choices[index] ?? Choice()
        if let delta = item["delta"] {
            if let role = delta["role"]?.string { choice.role = role }
            if let text = delta["content"]?.string {
                choice.content = (choice.content ?? "") + text
            }
            if let text = delta["refusal"]?.string {
                choice.refusal = (choice.refusal ?? "") + text
            }
            choice.reasoning += delta["reasoning_content", "reasoning"]?.string ?? ""
            for part in delta["tool_calls"]?.items ?? [] {
                let place = part["index"]?.integer ?? 0
                choice.calls[place, default: Call()].take(part)
            }
            if let part = delta["function_call"], part.isObject {
                // The older way, in which a message has one call.
                choice.calls[-1, default: Call()].take(part)
            }
        }
        if choice.calls.keys.contains(where: { !choice.judged.contains($0) }) {
            // A call may even come behind the reason to finish: then it is whole at once.
            if choice.finish == nil { open.insert(index) }
            waiting.insert(index)
        }
        if let finish = item["finish_reason"]?.string {
            choice.finish = finish
            open.remove(index)
        }
        choices[index] = choice
    }

    mutating func replacement(_ verdicts: Verdicts) -> [UInt8] {
        var bytes: [UInt8] = []
        for index in held.sorted() {
            let calls = (choices[index]?.calls ?? [:]).sorted { $0.key < $1.key }.map(\.value)
            let kept = calls.filter { verdicts.allowed.contains($0.asked) }
            let lost = verdicts.denied.filter { denied in
                calls.contains { $0.asked == denied.call }
            }
            var delta: [(String, JSONTree)] = []
            if spoken.insert(index).inserted { delta.append(("role", .string("assistant"))) }
            if !lost.isEmpty { delta.append(("content", .string(AskedCall.explanation(lost)))) }
            if !kept.isEmpty {
                delta.append(
                    ("tool_calls", .new(kept.enumerated().map { $1.tree(index: $0) })))
            }
            bytes += chunk(index, delta: .new(delta), finish: nil)
            bytes += chunk(
                index, delta: .object([], written: []),
                finish: kept.isEmpty ? "stop" : "tool_calls")
        }
        return bytes
    }

    mutating func corrected(_ event: ServerSentEvents.Event) -> [UInt8]? { nil }

    private func chunk(_ index: Int, delta: JSONTree, finish: String?) -> [UInt8] {
        let choice = JSONTree.new([
            ("index", .new(index)), ("delta", delta), ("logprobs", .null),
            ("finish_reason", finish.map { .string($0) } ?? .null),
        ])
        return sentEvent(.new(frame + [("choices", .new([choice]))]))
    }

    var output: [(String, [UInt8])] {
        let items = choices.sorted { $0.key < $1.key }.map { index, choice in
            JSONTree.new([
                ("index", .new(index)),
                ("finish_reason", choice.finish.map { .string($0) } ?? .null),
                ("message", .new(ChatStream.message(choice))),
            ])
        }
        return [("choices", JSONTree.new(items).bytes)]
    }

    private static func message(_ choice: Choice) -> [(String, JSONTree)] {
        var message: [(String, JSONTree)] = [
            ("role", .string(choice.role)),
            ("content", choice.content.map { .string($0) } ?? .null),
        ]
        if let refusal = choice.refusal { message.append(("refusal", .string(refusal))) }
        if !choice.reasoning.isEmpty {
            message.append(("reasoning_content", .string(choice.reasoning)))
        }
        if !choice.calls.isEmpty {
            let calls = choice.calls.sorted { $0.key < $1.key }.map { $0.value.tree(index: nil) }
            message.append(("tool_calls", .new(calls)))
        }
        return message
    }

    private static func shared(_ tree: JSONTree) -> [(String, JSONTree)] {
        ["id", "object", "created", "model", "system_fingerprint"].compactMap { name in
            tree[name].map { (name, $0) }
        }
    }
}

extension ChatStream.Call {
    mutating func take(_ part: JSONTree) {
        if let id = part["id"]?.string { self.id = id }
        let function = part["function", "custom"] ?? part
        if let name = function["name"]?.string { self.name += name }
        arguments += function["arguments", "input"]?.string ?? ""
    }

    func tree(index: Int?) -> JSONTree {
        var members: [(String, JSONTree)] = index.map { [("index", .new($0))] } ?? []
        members.append(("id", id.map { .string($0) } ?? .null))
        members.append(("type", .string("function")))
        members.append(
            (
                "function",
                .new([("name", .string(name)), ("arguments", .string(arguments))])
            ))
        return .new(members)
    }
}

/// The older completions: text without messages or calls.
struct CompletionStream: AnswerReading {
    private(set) var facts = AnswerFacts()
    private var texts: [Int: String] = [:]

    mutating func take(_ event: ServerSentEvents.Event) -> Passage {
        if event.isData("[DONE]") { return .end }
        guard let tree = event.tree else { return .pass }
        facts.take(tree)
        for item in tree["choices"]?.items ?? [] {
            texts[item["index"]?.integer ?? 0, default: ""] += item["text"]?.string ?? ""
        }
        return .pass
    }

    mutating func replacement(_ verdicts: Verdicts) -> [UInt8] { [] }
    mutating func corrected(_ event: ServerSentEvents.Event) -> [UInt8]? { nil }

    var output: [(String, [UInt8])] {
        let items = texts.sorted { $0.key < $1.key }.map {
            JSONTree.new([("index", .new($0.key)), ("text", .string($0.value))])
        }
        return [("choices", JSONTree.new(items).bytes)]
    }
}
