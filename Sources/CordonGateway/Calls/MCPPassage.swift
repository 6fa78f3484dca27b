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

        /// `raw` is how the message came, where it came in a stream.
        init(_ message: [UInt8], raw: [UInt8]) {
            self.raw = raw
            self.message = message
            let members = JSONMembers(message[...])
            isAnswer = members?["result"] ?? members?["error"] != nil
        }

        /// A message that came by itself.
        init(whole message: [UInt8]) { self.init(message, raw: message) }

        /// Whether a client might find one of these in the result that it shows; the names are in
        /// small letters.
        ///
        /// Of several messages at once some clients take each: they may show anything.
        func mayShow(_ names: Set<String>) -> Bool {
            guard let members = JSONMembers(message[...]) else {
                return message.first { !" \t\r\n".utf8.contains($0) } == UInt8(ascii: "[")
            }
            return members.members.contains { member in
                member.name.lowercased() == "result"
                    && JSONMembers(member.value)?.members.contains {
                        names.contains($0.name.lowercased())
                    } == true
            }
        }

        /// Whether a client might find a list of tools in it.
        var mayOfferTools: Bool { mayShow(["tools"]) }

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
                whole.append(Event(Array(event.data), raw: event.raw))
            }
        }
        return whole
    }
}
