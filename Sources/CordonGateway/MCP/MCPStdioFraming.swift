/// Takes what a child process writes apart into messages: one a line.
///
/// <https://modelcontextprotocol.io/specification/2026-07-28/basic/transports/stdio>
package struct MCPStdioFraming: Sendable {
    /// A line is longer than any message.
    ///
    /// It is left out; what follows it is not.
    package struct TooLong: Error, Equatable {
        package let limit: Int
    }

    /// The longest line, in bytes without its end.
    package let limit: Int
    private var pending: [UInt8] = []
    /// Up to where there is no line end in what is pending.
    private var seen = 0
    /// Whether the line under way is too long, and what comes of it is thrown away.
    private var isSkipping = false

    package init(limit: Int = MCPMessage.largest) {
        self.limit = limit
    }

    /// Takes the next bytes and hands out each line that they complete, without its end.
    ///
    /// Empty lines are left out. After a throw the lines behind are still there, for the next call.
    ///
    /// - Throws: ``TooLong``, once for each such line; or what `body` throws.
    package mutating func take(
        _ bytes: some Sequence<UInt8>, _ body: ([UInt8]) throws -> Void
    ) throws {
        pending.append(contentsOf: bytes)
        var start = 0
        defer {
            pending.removeFirst(start)
            seen -= start
        }
        while let end = pending[seen...].firstIndex(of: 0x0A) {
            var line = pending[start..<end]
            if line.last == 0x0D { line.removeLast() }
            start = end + 1
            seen = start
            if isSkipping {
                isSkipping = false
            } else if line.count > limit {
                throw TooLong(limit: limit)
            } else if !line.isEmpty {
                try body(Array(line))
            }
        }
        seen = pending.count
        if isSkipping { start = seen }
        // One byte more may be the CR of its end.
        guard seen - start > limit + 1 else { return }
        isSkipping = true
        start = seen
        throw TooLong(limit: limit)
    }

    /// What was taken and is no whole line: nothing, unless the process was cut off.
    package mutating func rest() -> [UInt8] {
        let rest = pending
        self = MCPStdioFraming(limit: limit)
        return rest
    }

    /// A message as a line.
    ///
    /// Where JSON has a line end it is mere space: inside a text it would have to be escaped.
    package static func line(_ message: [UInt8]) -> [UInt8] {
        message.map { $0 == 0x0A || $0 == 0x0D ? 0x20 : $0 } + [0x0A]
    }
}
