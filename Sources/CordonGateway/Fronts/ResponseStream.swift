import CordonCore

/// Responses as OpenAI streams them: items that are added, grow and are done, and one last event
/// with the whole.
struct ResponseStream: AnswerReading {
    private(set) var facts = AnswerFacts()
    /// The items that are done, and the texts of those that are not.
    private var items: [Int: JSONTree] = [:]
    private var texts: [Int: String] = [:]
    /// Calls that have begun and are not done.
    private var open: Set<Int> = []
    private var waiting: [Int] = []
    private var whole: JSONTree?
    private var deniedItems: [Int: JSONTree] = [:]

    mutating func take(_ event: ServerSentEvents.Event) -> Passage {
        guard let tree = event.tree else { return open.isEmpty ? .pass : .hold }
        let index = tree["output_index"]?.integer ?? 0
        switch tree["type"]?.string {
        case "response.created", "response.in_progress":
            if let response = tree["response"] { facts.take(response) }
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
            if let item = tree["item"] { items[index] = item }
            if open.remove(index) != nil, open.isEmpty { return .judge(heldCalls) }
        case "response.completed", "response.incomplete", "response.failed":
            if let response = tree["response"] {
                facts.take(response)
                whole = response["output"]
            }
            return .end
        default: break
        }
        return open.isEmpty ? .pass : .hold
    }

    private var heldCalls: [AskedCall] { waiting.compactMap { items[$0].flatMap(Self.call) } }

    /// What waited is one or more items: all of them are told anew, denied calls as messages.
    mutating func replacement(_ verdicts: Verdicts) -> [UInt8] {
        var bytes: [UInt8] = []
        for index in waiting {
            guard let item = items[index], let call = Self.call(item) else { continue }
            var told = item
            if let denied = verdicts.denied.first(where: { $0.call == call }) {
                told = Self.message(AskedCall.explanation([denied]), in: item)
                deniedItems[index] = told
            }
            for name in ["response.output_item.added", "response.output_item.done"] {
                bytes += sentEvent(
                    .new([
                        ("type", .string(name)), ("output_index", .new(index)), ("item", told),
                    ]), named: name)
            }
        }
        waiting = []
        return bytes
    }

    mutating func corrected(_ event: ServerSentEvents.Event) -> [UInt8]? {
        guard !deniedItems.isEmpty, let tree = event.tree, let type = tree["type"]?.string,
            let response = tree["response"], let output = response["output"]?.items
        else { return nil }
        let told = output.enumerated().map { deniedItems[$0.offset] ?? $0.element }
        return sentEvent(
            tree.with("response", response.with("output", .new(told))), named: type)
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
        ["function_call", "custom_tool_call"].contains(item["type"]?.string)
    }

    static func call(_ item: JSONTree) -> AskedCall? {
        guard isCall(item), let name = item["name"]?.string else { return nil }
        return AskedCall(
            id: item["call_id"]?.string, name: name,
            arguments: item["arguments", "input"]?.string ?? "{}")
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
