import CordonCore

/// Messages as Anthropic streams them: blocks that begin, grow and end, and `message_stop`.
///
/// The events of a block of the type `tool_use` wait until the block ends; what the provider runs
/// itself (`server_tool_use`) passes.
struct MessageStream: AnswerReading {
    private(set) var facts = AnswerFacts()
    private var blocks: [Int: Block] = [:]
    /// Calls that have begun and not ended, and all that wait with them.
    private var open: Set<Int> = []
    private var waiting: [Int] = []
    /// A message that began with calls in it.
    private var beginning: JSONTree?
    private var stopReason: String?
    private var denied = 0
    private var allowed = 0

    private struct Block: Sendable {
        var start: JSONTree
        var text = ""
        var json = ""
        var thinking = ""

        var type: String { start["type"]?.string ?? "" }

        var asked: AskedCall {
            let written = json.isEmpty ? start["input"]?.compact ?? "{}" : json
            return AskedCall(
                id: start["id"]?.string, name: start["name"]?.string ?? "", arguments: written)
        }
    }

    mutating func take(_ event: ServerSentEvents.Event) -> Passage {
        guard let tree = event.tree else { return open.isEmpty ? .pass : .hold }
        let index = tree["index"]?.integer ?? 0
        switch tree["type"]?.string {
        case "message_start":
            if let message = tree["message"] {
                facts.take(message)
                let calls = (message["content"]?.items ?? []).compactMap(PlainAnswer.messageCall)
                if !calls.isEmpty {
                    beginning = tree
                    allowed += calls.count
                    return .judge(calls)
                }
            }
        case "content_block_start":
            let block = Block(start: tree["content_block"] ?? .null)
            blocks[index] = block
            if block.type == "tool_use" {
                if open.isEmpty { waiting = [] }
                open.insert(index)
                waiting.append(index)
            }
        case "content_block_delta": take(delta: tree["delta"] ?? .null, of: index)
        case "content_block_stop":
            if open.remove(index) != nil, open.isEmpty {
                let calls = waiting.compactMap { blocks[$0]?.asked }
                allowed += calls.count
                return .judge(calls)
            }
        case "message_delta":
            stopReason = tree["delta"]?["stop_reason"]?.string ?? stopReason
            if let usage = tree["usage"] { facts.take(usage: usage) }
        case "message_stop":
            let calls = open.sorted().compactMap { blocks[$0]?.asked }
            return calls.isEmpty ? .end : .judgeAtEnd(calls)
        default: break
        }
        return open.isEmpty ? .pass : .hold
    }

    private mutating func take(delta: JSONTree, of index: Int) {
        blocks[index]?.text += delta["text"]?.string ?? ""
        blocks[index]?.json += delta["partial_json"]?.string ?? ""
        blocks[index]?.thinking += delta["thinking"]?.string ?? ""
    }

    /// A block that was denied becomes a text that says why; the others are told anew.
    mutating func replacement(_ verdicts: Verdicts) -> [UInt8] {
        allowed -= verdicts.denied.count
        denied += verdicts.denied.count
        if let tree = beginning, let message = tree["message"] {
            beginning = nil
            let content = (message["content"]?.items ?? []).map { block -> JSONTree in
                let call = PlainAnswer.messageCall(block)
                return verdicts.denied.first { $0.call == call }.map { Self.text([$0]) } ?? block
            }
            return sentEvent(
                tree.with("message", message.with("content", .new(content))),
                named: "message_start")
        }
        return waiting.flatMap { index -> [UInt8] in
            guard let block = blocks[index] else { return [] }
            let why = verdicts.denied.filter { $0.call == block.asked }
            let start =
                why.isEmpty
                ? block.start : JSONTree.new([("type", .string("text")), ("text", .string(""))])
            let delta: [(String, JSONTree)] =
                why.isEmpty
                ? [("type", .string("input_json_delta")), ("partial_json", .string(block.json))]
                : [
                    ("type", .string("text_delta")),
                    ("text", .string(AskedCall.explanation(why))),
                ]
            return Self.event("content_block_start", index, [("content_block", start)])
                + Self.event("content_block_delta", index, [("delta", .new(delta))])
                + Self.event("content_block_stop", index, [])
        }
    }

    private static func text(_ denied: [(call: AskedCall, reason: String)]) -> JSONTree {
        .new([("type", .string("text")), ("text", .string(AskedCall.explanation(denied)))])
    }

    private static func event(
        _ name: String, _ index: Int, _ more: [(String, JSONTree)]
    ) -> [UInt8] {
        sentEvent(
            .new([("type", .string(name)), ("index", .new(index))] + more), named: name)
    }

    /// An answer without a call left does not wait for a tool's result.
    mutating func corrected(_ event: ServerSentEvents.Event) -> [UInt8]? {
        guard denied > 0, allowed == 0, let tree = event.tree,
            tree["type"]?.string == "message_delta", let delta = tree["delta"],
            delta["stop_reason"]?.string == "tool_use"
        else { return nil }
        return sentEvent(
            tree.with("delta", delta.with("stop_reason", .string("end_turn"))),
            named: "message_delta")
    }

    var output: [(String, [UInt8])] {
        let content = blocks.sorted { $0.key < $1.key }.map { MessageStream.whole($0.value) }
        return [
            ("role", JSONTree.string("assistant").bytes),
            ("content", JSONTree.new(content).bytes),
            ("stop_reason", (stopReason.map { JSONTree.string($0) } ?? .null).bytes),
        ]
    }

    private static func whole(_ block: Block) -> JSONTree {
        switch block.type {
        case "text": return block.start.with("text", .string(block.text))
        case "thinking": return block.start.with("thinking", .string(block.thinking))
        case "tool_use", "server_tool_use", "mcp_tool_use":
            let written = block.asked.arguments
            return block.start.with("input", JSONTree(Array(written.utf8)) ?? .string(written))
        default: return block.start
        }
    }
}
