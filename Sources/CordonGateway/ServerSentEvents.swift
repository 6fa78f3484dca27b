/// Takes a stream of server-sent events apart, however it was cut into chunks.
///
/// The rules are those of <https://html.spec.whatwg.org/multipage/server-sent-events.html>, but
/// for two things: no byte is lost, so that an event can be sent on as it came, and nothing is
/// decoded. What was handed out and ``rest()`` together are always what was taken. A block without
/// data, such as a comment that keeps the connection alive, is handed out too.
package struct ServerSentEvents: Sendable {
    /// An event is larger than anybody may send.
    package struct TooLarge: Error, Equatable {
        package let limit: Int
    }

    /// What stands between two blank lines, with the blank line behind it.
    package struct Event: Sendable {
        /// The bytes as they were received, comments and line ends and all.
        package let raw: [UInt8]
        /// Whether it has an id, from which a reader could go on.
        package let hasID: Bool
        private let nameRange: Range<Int>
        private let dataRange: Range<Int>?
        private let joined: [UInt8]

        /// What the event is called; empty when it has no name, which means `message`.
        package var name: ArraySlice<UInt8> { raw[nameRange] }

        /// The data, lines joined by LF.
        package var data: ArraySlice<UInt8> {
            joined.isEmpty ? raw[dataRange ?? 0..<0] : joined[...]
        }

        /// Whether a browser would see anything: comments and empty blocks are no events to it.
        package var hasData: Bool { dataRange != nil }

        package func isNamed(_ name: StaticString) -> Bool {
            self.name.elementsEqual(name.bytes)
        }

        /// Whether the data is this and nothing else, as in the `[DONE]` that ends some streams.
        package func isData(_ text: StaticString) -> Bool {
            data.elementsEqual(text.bytes)
        }

        package func withData<Result>(
            _ body: (UnsafeBufferPointer<UInt8>) throws -> Result
        ) rethrows -> Result {
            guard joined.isEmpty else { return try joined.withUnsafeBufferPointer(body) }
            return try raw.withUnsafeBufferPointer { bytes in
                try body(UnsafeBufferPointer(rebasing: bytes[dataRange ?? 0..<0]))
            }
        }

        fileprivate init(raw: [UInt8], _ block: Block) {
            self.raw = raw
            hasID = block.hasID
            nameRange = block.name
            dataRange = block.data
            joined = block.joined
        }
    }

    /// The largest event that is taken, in bytes as received.
    package let limit: Int
    private var pending: [UInt8] = []
    private var block = Block()
    private var mayHaveMark = true
    private var endsInReturn = false

    package init(limit: Int = 8 << 20) {
        self.limit = limit
    }

    /// Takes the next bytes of the stream and hands out each event that they complete.
    ///
    /// An event whose blank line is a CR is handed out at once. If the LF of the pair comes in a
    /// later chunk, it stands in front of the next event's bytes. After a throw of `body` the
    /// events behind the one it threw at are still there, for a later call and for ``rest()``.
    ///
    /// - Throws: ``TooLarge`` when an event exceeds the limit, finished or not; or what `body`
    ///   throws.
    package mutating func take(
        _ bytes: UnsafeRawBufferPointer, _ body: (Event) throws -> Void
    ) throws {
        try bytes.withMemoryRebound(to: UInt8.self) { try take(buffer: $0, body) }
    }

    /// Takes the next bytes of the stream and hands out each event that they complete.
    package mutating func take(
        _ bytes: some Sequence<UInt8>, _ body: (Event) throws -> Void
    ) throws {
        let wasTaken: Void? = try bytes.withContiguousStorageIfAvailable {
            try take(buffer: $0, body)
        }
        guard wasTaken == nil else { return }
        try Array(bytes).withUnsafeBufferPointer { try take(buffer: $0, body) }
    }

    /// What was taken and belongs to no finished event; the reader is as new afterwards.
    ///
    /// By the rules a client ignores it. Whoever sends a stream on still sends it.
    package mutating func rest() -> [UInt8] {
        let rest = pending
        self = ServerSentEvents(limit: limit)
        return rest
    }

    private mutating func take(
        buffer: UnsafeBufferPointer<UInt8>, _ body: (Event) throws -> Void
    ) throws {
        var start = 0
        guard pending.isEmpty else {
            pending.append(contentsOf: buffer)
            let held = pending
            pending = []
            defer { pending = start == 0 ? held : Array(held[start...]) }
            return try held.withUnsafeBufferPointer { try scan($0, from: &start, body) }
        }
        defer {
            if start < buffer.count { pending.append(contentsOf: buffer[start...]) }
        }
        try scan(buffer, from: &start, body)
    }

    /// Goes on behind what was seen of the block that begins at `start`.
    private mutating func scan(
        _ bytes: UnsafeBufferPointer<UInt8>, from start: inout Int,
        _ body: (Event) throws -> Void
    ) throws {
        guard skipMark(bytes) else { return }
        skipSecondHalf(bytes)
        while let end = ServerSentEvents.lineEnd(bytes, from: start + block.seen) {
            let line = (start + block.line)..<end
            let isPair = bytes[end] == 0x0D && end + 1 < bytes.count && bytes[end + 1] == 0x0A
            let next = end + (isPair ? 2 : 1)
            if line.isEmpty { try check(size: next - start) }
            endsInReturn = bytes[end] == 0x0D && next == bytes.count && !isPair
            guard line.isEmpty else {
                block.take(line, of: bytes, from: start)
                block.line = next - start
                block.seen = block.line
                continue
            }
            let raw = Array(UnsafeBufferPointer(rebasing: bytes[start..<next]))
            let event = Event(raw: raw, block)
            block = Block()
            start = next
            try body(event)
        }
        block.seen = bytes.count - start
        try check(size: block.seen)
    }

    private func check(size: Int) throws(TooLarge) {
        guard size - block.lead <= limit else { throw TooLarge(limit: limit) }
    }

    /// Passes a byte order mark; `false` while it is open whether there is one.
    private mutating func skipMark(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
        guard mayHaveMark else { return true }
        let mark: StaticString = "\u{FEFF}"
        if bytes.count < 3, mark.bytes.starts(with: bytes) { return false }
        mayHaveMark = false
        if bytes.starts(with: mark.bytes) {
            block.line = 3
            block.seen = 3
        }
        return true
    }

    /// Passes the LF whose CR was the last byte of the chunk before.
    private mutating func skipSecondHalf(_ bytes: UnsafeBufferPointer<UInt8>) {
        guard endsInReturn, block.seen < bytes.count else { return }
        endsInReturn = false
        guard bytes[block.seen] == 0x0A else { return }
        if block.seen == 0 { block.lead = 1 }
        block.seen += 1
        block.line = block.seen
    }

    /// The place of the next CR or LF, looking at eight bytes at a time.
    private static func lineEnd(_ bytes: UnsafeBufferPointer<UInt8>, from start: Int) -> Int? {
        guard let base = bytes.baseAddress else { return nil }
        let count = bytes.count
        var index = start
        while index + 8 <= count {
            let word = UInt64(
                littleEndian: UnsafeRawPointer(base + index).loadUnaligned(as: UInt64.self))
            let feed = word ^ 0x0A0A_0A0A_0A0A_0A0A
            let back = word ^ 0x0D0D_0D0D_0D0D_0D0D
            // The lowest bit that is set is right; those above it may be borrowed.
            let feeds = (feed &- 0x0101_0101_0101_0101) & ~feed
            let backs = (back &- 0x0101_0101_0101_0101) & ~back
            let ends = (feeds | backs) & 0x8080_8080_8080_8080
            if ends != 0 { return index + ends.trailingZeroBitCount / 8 }
            index += 8
        }
        while index < count {
            if base[index] == 0x0A || base[index] == 0x0D { return index }
            index += 1
        }
        return nil
    }
}

/// What is known of the block that is being received; places count from its first byte.
private struct Block: Sendable {
    /// Bytes in front that belong to the line end of the block before.
    var lead = 0
    /// Where the line begins that is being received.
    var line = 0
    /// Up to where there is no line end that was not looked at.
    var seen = 0
    var name = 0..<0
    var data: Range<Int>?
    var hasID = false
    /// The data, once it has more than one line.
    var joined: [UInt8] = []

    mutating func take(_ line: Range<Int>, of bytes: UnsafeBufferPointer<UInt8>, from start: Int) {
        switch bytes[line.lowerBound] {
        case UInt8(ascii: "d"):
            guard let value = Block.value(of: "data", in: line, of: bytes) else { return }
            guard let first = data else {
                data = (value.lowerBound - start)..<(value.upperBound - start)
                return
            }
            if joined.isEmpty {
                let whole = (first.lowerBound + start)..<(first.upperBound + start)
                joined.append(contentsOf: UnsafeBufferPointer(rebasing: bytes[whole]))
            }
            joined.append(0x0A)
            joined.append(contentsOf: UnsafeBufferPointer(rebasing: bytes[value]))
        case UInt8(ascii: "e"):
            guard let value = Block.value(of: "event", in: line, of: bytes) else { return }
            name = (value.lowerBound - start)..<(value.upperBound - start)
        case UInt8(ascii: "i"):
            hasID = hasID || Block.value(of: "id", in: line, of: bytes) != nil
        default: break
        }
    }

    /// Where the value lies of a line that is this field; one space behind the colon is none of it.
    private static func value(
        of field: StaticString, in line: Range<Int>, of bytes: UnsafeBufferPointer<UInt8>
    ) -> Range<Int>? {
        let colon = line.lowerBound + field.utf8CodeUnitCount
        guard colon <= line.upperBound,
            UnsafeBufferPointer(rebasing: bytes[line.lowerBound..<colon])
                .elementsEqual(field.bytes)
        else { return nil }
        guard colon < line.upperBound else { return colon..<colon }
        guard bytes[colon] == UInt8(ascii: ":") else { return nil }
        let hasSpace = colon + 1 < line.upperBound && bytes[colon + 1] == UInt8(ascii: " ")
        return (colon + (hasSpace ? 2 : 1))..<line.upperBound
    }
}

extension StaticString {
    fileprivate var bytes: UnsafeBufferPointer<UInt8> {
        UnsafeBufferPointer(start: utf8Start, count: utf8CodeUnitCount)
    }
}
