import CordonCore
import NIOCore
import Synchronization

/// The events of an MCP server's stream, as they pass: whole ones only, so that Cordon's own last
/// word never stands in the middle of one.
struct MCPPassage {
    private let listsTools: Bool
    private var events = ServerSentEvents(limit: 2 * MCPMessage.largest)
    /// The last message that is an answer.
    private(set) var answer: [UInt8] = []
    private var pins: [String: MCPToolPin]?

    init(listsTools: Bool) { self.listsTools = listsTools }

    /// - Throws: `ServerSentEvents.TooLarge`.
    mutating func take(_ piece: ByteBuffer) throws -> [UInt8] {
        var whole: [ServerSentEvents.Event] = []
        try piece.withUnsafeReadableBytes { bytes in
            try events.take(bytes) { whole.append($0) }
        }
        var out: [UInt8] = []
        for event in whole { out += told(event) }
        return out
    }

    /// What was offered, once.
    mutating func takePins() -> [String: MCPToolPin]? { pins.take() }

    private mutating func told(_ event: ServerSentEvents.Event) -> [UInt8] {
        let data = Array(event.data)
        let members = JSONMembers(data[...])
        guard members?["result"] ?? members?["error"] != nil else { return event.raw }
        answer = data
        guard listsTools else { return event.raw }
        let told = MCPPassage.sorted(data)
        pins = told.pins
        answer = told.bytes
        return told.bytes == data ? event.raw : MCPEvents.event(told.bytes)
    }

    /// A list of tools by name, and what it pins; what is none stays as it is: the client says what
    /// it thinks of it.
    static func sorted(_ body: [UInt8]) -> (bytes: [UInt8], pins: [String: MCPToolPin]?) {
        guard let result = JSONMembers(body[...])?["result"], let list = try? MCPToolList(result)
        else { return (body, nil) }
        return (
            Array(body[..<result.startIndex]) + list.sorted + Array(body[result.endIndex...]),
            list.pins
        )
    }
}

/// A list of tools as it goes on, and what it pins, by the tools' names.
struct OfferedTools: Sendable {
    let answer: [UInt8]
    let pins: [String: MCPToolPin]
}

/// A list of tools that passes in events.
///
/// Safe to share: the passage is behind one lock.
final class PassedList: Sendable {
    private let passage = Mutex(MCPPassage(listsTools: true))

    /// What goes on of a piece, and the list with its pins once it has come.
    func take(
        _ piece: ByteBuffer
    ) throws -> (bytes: [UInt8], list: OfferedTools?) {
        try passage.withLock { passage in
            let bytes = try passage.take(piece)
            return (
                bytes, passage.takePins().map { OfferedTools(answer: passage.answer, pins: $0) }
            )
        }
    }
}
