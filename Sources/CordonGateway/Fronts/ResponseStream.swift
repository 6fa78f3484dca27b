import CordonCore

/// Responses as OpenAI streams them: items that are added, grow and are done, and one last event
/// with the whole.
struct ResponseStream: AnswerReading {
    private(set) var facts = AnswerFacts()
    /// The items that are done, and the texts of those that are not.
    private var items: [Int: JSONTree] = [:]
    private var texts: [Int: String] = [:]
    /// Calls that have begun and are not done, and the items that wait with them.
    private var open: Set<Int> = []
    private var waiting: [Int] = []
    /// The numbers of the events that wait, for those that are told in their place.
    private var numbers: [JSONTree] = []
    private var whole: JSONTree?
    /// An event that shows the response as a whole, with calls that were not seen before.
    private var showing: JSONTree?
    private var judged: [AskedCall] = []
    private var denied: [(call: AskedCall, reason: String)] = []

    mutating func take(_ event: ServerSentEvents.Event) -> Passage {
        guard let tree = event.tree else { return open.isEmpty ? .pass : .hold }
        let index = tree["output_index"]?.integer ?? 0
        let type = tree["type"]?.string ?? ""
        if open.isEmpty {
            numbers = []
            waiting = []
        }
        if let number = tree["sequence_number"] { numbers.append(number) }
        switch type {
        case "response.output_item.added":
            if let item = tree["item"] {
                items[index] = item
                if ResponseStream.isCall(item) {
                    open.insert(index)
                    waiting.append(index)
                }
            }
        case "response.output_text.delta":
            texts[index, default: ""] += tree["delta"]?.string ?? ""
        case "response.output_item.done":
            guard let item = tree["item"] else { break }
            items[index] = item
            if open.remove(index) == nil, ResponseStream.isCall(item) { waiting.append(index) }
            if open.isEmpty, !waiting.isEmpty {
                return .judge(handOut(waiting.compactMap { items[$0].flatMap(Self.call) }))
            }
        default:
            guard let response = tree["response"] else { break }
            facts.take(response)
            let isLast = ResponseStream.last.contains(type)
            if isLast { whole = response["output"] }
            let calls = (response["output"]?.items ?? []).compactMap(Self.call)
                .filter { !judged.contains($0) }
            if isLast { return calls.isEmpty ? .end : .judgeAtEnd(handOut(calls)) }
            if !calls.isEmpty {
                showing = tree
                return .judge(handOut(calls))
            }
        }
        return open.isEmpty ? .pass : .hold
    }

    private static let last: Set<String> = [
        "response.completed", "response.incomplete", "response.failed",
    ]

    private mutating func handOut(_ calls: [AskedCall]) -> [AskedCall] {
        judged += calls
        return calls
    }

    /// What waited is one or more items: all of them are told anew, denied calls as messages.
    mutating func replacement(_ verdicts: Verdicts) -> [UInt8] {
        denied += verdicts.denied
        if let tree = showing {
            showing = nil
            return corrected(tree) ?? []
        }
        var bytes: [UInt8] = []
        var numbers = numbers[...]
        for index in waiting {
            guard let item = items[index] else { continue }
            for name in ["response.output_item.added", "response.output_item.done"] {
                var members: [(String, JSONTree)] = [
                    ("type", .string(name)), ("output_index", .new(index)),
                    ("item", told(item)),
                ]
                if let number = numbers.popFirst() { members.append(("sequence_number", number)) }
                bytes += sentEvent(.new(members), named: name)
            }
        }
        waiting = []
        return bytes
    }

    mutating func corrected(_ event: ServerSentEvents.Event) -> [UInt8]? {
        event.tree.flatMap(corrected)
    }

    private func corrected(_ tree: JSONTree) -> [UInt8]? {
        guard !denied.isEmpty, let type = tree["type"]?.string, let response = tree["response"],
            let output = response["output"]?.items
        else { return nil }
        return sentEvent(
            tree.with("response", response.with("output", .new(output.map(told)))), named: type)
    }

    /// An item as it is told: a call that was denied is a message.
    private func told(_ item: JSONTree) -> JSONTree {
        guard let call = Self.call(item), let why = denied.first(where: { $0.call == call })
        else { return item }
        return Self.message(AskedCall.explanation([why]), in: item)
    }

    var output: [(String, [UInt8])] {
        let put =
            whole
            ?? .new(
                Set(items.keys).union(texts.keys).sorted().map { index in
                    texts[index].map { text in
                        Self.message(text, in: items[index] ?? .object([], written: []))
                    } ?? items[index] ?? .null
                })
        return [("output", put.bytes)]
    }

    static func isCall(_ item: JSONTree) -> Bool {
        let type = item["type"]?.string ?? ""
        return ["function_call", "custom_tool_call"].contains(type) || ownTools[type] != nil
    }

    /// The provider's own tools that the caller carries out all the same, by the type of their
    /// calls: each is judged by the name that it is offered under.
    private static let ownTools = [
        "local_shell_call": "local_shell", "shell_call": "shell",
        "apply_patch_call": "apply_patch", "computer_call": "computer",
    ]

    static func call(_ item: JSONTree) -> AskedCall? {
        guard isCall(item) else { return nil }
        if let tool = item["type"]?.string.flatMap({ ownTools[$0] }) {
            return AskedCall(id: item["call_id"]?.string, name: tool, arguments: acts(item))
        }
        guard let name = item["name"]?.string else { return nil }
        return AskedCall(
            id: item["call_id"]?.string, name: name,
            arguments: item["arguments", "input"]?.string ?? "{}")
    }

    /// What is to be done, as the arguments of the call; several acts are one argument.
    private static func acts(_ item: JSONTree) -> String {
        if let acts = item["actions"] {
            var members: [(String, JSONTree)] = [("actions", acts)]
            if let act = item["action", "operation"] { members.append(("action", act)) }
            return JSONTree.new(members).compact
        }
        return item["action", "operation"]?.compact ?? "{}"
    }

    static func message(_ text: String, in item: JSONTree) -> JSONTree {
        .new([
            ("type", .string("message")), ("id", item["id"] ?? .string("msg_cordon")),
            ("status", .string("completed")), ("role", .string("assistant")),
            (
                "content",
                .new([
                    .new([
                        ("type", .string("output_text")), ("text", .string(text)),
                        ("annotations", .array([], written: [])),
                    ])
                ])
            ),
        ])
    }
}
