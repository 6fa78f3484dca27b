/// Messages as server-sent events, the way MCP sends more than one in an answer.
package enum MCPEvents {
    /// A comment with an event's end: it keeps the connection alive and means nothing.
    package static let keepAlive = Array(":\n\n".utf8)

    /// One message as one event.
    ///
    /// A line end inside JSON is mere space, so the reader may put LF where CR was.
    package static func event(_ message: some Collection<UInt8>) -> [UInt8] {
        var event = Array("event: message\n".utf8)
        event.reserveCapacity(message.count + 32)
        let lineEnds: (UInt8) -> Bool = { $0 == 0x0A || $0 == 0x0D }
        for line in message.split(omittingEmptySubsequences: true, whereSeparator: lineEnds) {
            event.append(contentsOf: "data: ".utf8)
            event.append(contentsOf: line)
            event.append(0x0A)
        }
        event.append(0x0A)
        return event
    }
}
