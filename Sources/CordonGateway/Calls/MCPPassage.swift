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
    }

    private var events = ServerSentEvents(limit: 2 * MCPMessage.largest)
    /// Whether the server has numbered an event, so that a client can ask for what comes behind.
    private(set) var isResumable = false

    /// - Throws: `ServerSentEvents.TooLarge`.
    mutating func take(_ piece: ByteBuffer) throws -> [Event] {
        var whole: [Event] = []
        try piece.withUnsafeReadableBytes { bytes in
            try events.take(bytes) { event in
                let message = Array(event.data)
                let members = JSONMembers(message[...])
                whole.append(
                    Event(
                        raw: event.raw, message: message,
                        isAnswer: members?["result"] ?? members?["error"] != nil))
            }
        }
        isResumable = isResumable || whole.contains { Self.hasID($0.raw) }
        return whole
    }

    private static func hasID(_ block: [UInt8]) -> Bool {
        block.split { $0 == 0x0A || $0 == 0x0D }.contains { $0.starts(with: "id:".utf8) }
    }
}

/// What an answer offers to whoever has asked for tools.
enum ToolOffer: Sendable {
    /// A list as it goes on, its tools in order.
    case tools(OfferedTools)
    /// No answer, or an error.
    case nothing
    /// A result that Cordon cannot read, or that another might read otherwise.
    case unreadable

    /// Reads an answer to `tools/list`.
    ///
    /// What names a member twice is unreadable: Cordon would judge one, and the client take the
    /// other.
    init(_ message: [UInt8]) {
        guard let members = JSONMembers(message[...]), members.repeatedName == nil,
            JSONMembers.repeatedName(in: message[...]) == nil
        else {
            self = .unreadable
            return
        }
        guard let result = members["result"] else {
            let isHidden = members.members.contains { $0.name.lowercased() == "result" }
            self = isHidden ? .unreadable : .nothing
            return
        }
        guard JSONMembers(result)?.repeatedName == nil, let list = try? MCPToolList(result) else {
            self = .unreadable
            return
        }
        let told =
            Array(message[..<result.startIndex]) + list.sorted + Array(message[result.endIndex...])
        self = .tools(OfferedTools(answer: told, pins: list.pins))
    }

    /// Whether an answer on a stream that nobody asked this of may be one with tools in it.
    static func isOne(_ message: [UInt8]) -> Bool {
        guard let members = JSONMembers(message[...]) else { return false }
        return members.members.contains { member in
            member.name.lowercased() == "result"
                && JSONMembers(member.value)?.members.contains {
                    $0.name.lowercased() == "tools"
                } == true
        }
    }
}

/// A list of tools as it goes on, and what it pins, by the tools' names.
struct OfferedTools: Sendable {
    let answer: [UInt8]
    let pins: [String: MCPToolPin]
}
