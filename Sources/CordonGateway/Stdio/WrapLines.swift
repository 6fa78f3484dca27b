/// Takes what comes through a pipe apart into lines, each with its end, without losing a byte.
package struct WrapLines: Sendable {
    package enum Piece: Equatable, Sendable {
        case line([UInt8])
        /// Part of a line that is longer than any message.
        case part([UInt8])
    }

    package let limit: Int
    private var pending: [UInt8] = []
    private var isTooLong = false

    package init(limit: Int = MCPMessage.largest + 2) { self.limit = limit }

    package mutating func take(_ bytes: ArraySlice<UInt8>) -> [Piece] {
        var pieces: [Piece] = []
        var rest = bytes
        while let end = rest.firstIndex(of: 0x0A) {
            pending += rest[...end]
            rest = rest[(end + 1)...]
            pieces.append(isTooLong || pending.count > limit ? .part(pending) : .line(pending))
            pending = []
            isTooLong = false
        }
        pending += rest
        if isTooLong || pending.count > limit {
            isTooLong = true
            if !pending.isEmpty { pieces.append(.part(pending)) }
            pending = []
        }
        return pieces
    }

    /// What came last, without a line end.
    package mutating func rest() -> [UInt8] {
        defer { pending = [] }
        return pending
    }
}
