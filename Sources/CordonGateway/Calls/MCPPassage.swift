import CordonCore
import NIOCore

/// The events of an MCP server's stream, as they pass: whole ones only, so that Cordon's own last
/// word never stands in the middle of one.
struct MCPPassage {
    /// One event, or a few bytes without data that stand for none.
    struct Event {
        /// The bytes as they were received.
        let raw: [UInt8]
        /// The message in it.
        let message: [UInt8]
        /// Whether the message answers a request.
        let isAnswer: Bool

        /// Whether it answers that request, or could be taken for its answer.
        func mayAnswer(_ id: MCPMessage.Raw) -> Bool {
            let members = JSONMembers(message[...])
            guard !message.isEmpty, members?["method"] == nil else { return false }
            let told = members?["id"] ?? []
            return told.elementsEqual(id) || told.isEmpty || told.elementsEqual("null".utf8)
        }
    }

    private var events = ServerSentEvents(limit: 2 * MCPMessage.largest)
    /// Whether the server has numbered an event, so that a client can ask for what comes behind.
    private(set) var isResumable = false

    /// - Throws: `ServerSentEvents.TooLarge`.
    mutating func take(_ piece: ByteBuffer) throws -> [Event] {
        var whole: [Event] = []
        try piece.withUnsafeReadableBytes { bytes in
            try events.take(bytes) { event in
                isResumable = isResumable || event.hasID
                let message = Array(event.data)
                let members = JSONMembers(message[...])
                whole.append(
                    Event(
                        raw: event.raw, message: message,
                        isAnswer: members?["result"] ?? members?["error"] != nil))
            }
        }
        return whole
    }
}
