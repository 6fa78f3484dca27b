import CordonCore

/// Messages as Anthropic streams them: blocks that begin, grow and end, and `message_stop`.
///
/// The events of a block of the type `tool_use` wait until the block ends; what the provider runs
/// itself (`server_tool_use`) passes.
struct MessageStream: AnswerReading {
    private(set) var facts = AnswerFacts()
    private var blocks: [Int: Block] = [:]
    private var open: Int?
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
        guard let tree = event.tree else { return open == nil ? .pass : .hold }
        let index = tree["index"]?.integer ?? 0
        switch tree["type"]?.string {
        case "message_start":
            if let message = tree["message"] { facts.take(message) }
        case "content_block_start":
            let block = Block(start: tree["content_block"] ?? .null)
            blocks[index] = block
            if block.type == "tool_use" { open = index }
        case "content_block_delta": take(delta: tree["delta"] ?? .null, of: index)
        case "content_block_stop":
            if open == index, let call = blocks[index]?.asked {
                open = nil
                allowed += 1
                return .judge([call])
            }
        case "message_delta":
            stopReason = tree["delta"]?["stop_reason"]?.string ?? stopReason
            if let usage = tree["usage"] { facts.take(usage: usage) }
        case "message_stop": return .end
        default: break
        }
        return open == nil ? .pass : .hold
    }

    private mutating func take(delta: JSONTree, of index: Int) {
        blocks[index]?.text += delta["text"]?.string ?? ""
        blocks[index]?.json += delta["partial_json"]?.string ?? ""
        blocks[index]?.thinking += delta["thinking"]?.string ?? ""
    }

    /// One block is judged at a time: it becomes a text that says why.
    mutating func replacement(_ verdicts: Verdicts) -> [UInt8] {
        allowed -= 1
        denied += 1
        guard
            let index = blocks.first(where: { $0.value.asked == verdicts.denied.first?.call })?.key
        else { return [] }
        let place = ("index", JSONTree.new(index))
        return sentEvent(
            .new([
                ("type", .string("content_block_start")), place,
                ("content_block", .new([("type", .string("text")), ("text", .string(""))])),
            ]), named: "content_block_start")
            + sentEvent(
                .new([
                    ("type", .string("content_block_delta")), place,
                    (
                        "delta",
                        .new([
                            ("type", .string("text_delta")),
                            ("text", .string(verdicts.explanation)),
                        ])
                    ),
                ]), named: "content_block_delta")
            + sentEvent(
                .new([("type", .string("content_block_stop")), place]),
                named: "content_block_stop")
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
