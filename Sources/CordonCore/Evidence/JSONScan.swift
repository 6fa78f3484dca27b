/// Reads JSON in UTF-8 from left to right, without a tree and without copying.
///
/// The bytes belong to the caller and have to outlive the scan. Every `skip` checks what it passes
/// by RFC 8259 and says `false` at the first byte that is no JSON.
package struct JSONScan {
    /// Deeper than any message is; it bounds the stack.
    static let deepest = 200
    /// How deep a text may be that is put into other JSON as JSON.
    private static let deepestInside = 100

    let bytes: UnsafeBufferPointer<UInt8>
    var at: Int

    init(_ bytes: UnsafeBufferPointer<UInt8>, at: Int = 0) {
        self.bytes = bytes
        self.at = at
    }

    /// The byte at the current place, which is 0 at the end: no JSON begins with it.
    var current: UInt8 { at < bytes.count ? bytes[at] : 0 }

    mutating func skipSpace() {
        while at < bytes.count {
            let byte = bytes[at]
            guard byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 else { return }
            at += 1
        }
    }

    mutating func skipValue(depth: Int = 0) -> Bool {
        skipSpace()
        switch current {
        case UInt8(ascii: "\""): return skipString() != nil
        case UInt8(ascii: "{"): return skipMembers(isObject: true, depth: depth)
        case UInt8(ascii: "["): return skipMembers(isObject: false, depth: depth)
        case UInt8(ascii: "t"): return skip("true")
        case UInt8(ascii: "f"): return skip("false")
        case UInt8(ascii: "n"): return skip("null")
        default: return skipNumber()
        }
    }

    /// Where the text in quotes lies that begins here; what is escaped in it still is.
    mutating func skipString() -> Range<Int>? {
        guard current == UInt8(ascii: "\"") else { return nil }
        at += 1
        let start = at
        while true {
            at = plainEnd(from: at)
            switch current {
            case UInt8(ascii: "\""):
                at += 1
                return start..<(at - 1)
            case UInt8(ascii: "\\"):
                guard skipEscape() else { return nil }
            default: return nil
            }
        }
    }

    /// Passes a comma and says that there is more, or passes the end and says that there is not.
    mutating func hasAnother(before end: UInt8, isFirst: Bool) -> Bool {
        skipSpace()
        if current == end {
            at += 1
            return false
        }
        if !isFirst, current == UInt8(ascii: ",") {
            at += 1
            skipSpace()
            return true
        }
        return isFirst
    }

    /// Passes the name of a member and the colon.
    mutating func skipName() -> Range<Int>? {
        skipSpace()
        guard let name = skipString() else { return nil }
        skipSpace()
        guard current == UInt8(ascii: ":") else { return nil }
        at += 1
        skipSpace()
        return name
    }

    /// The first place from `start` on that holds a quote, a backslash or a control character.
    ///
    /// Eight bytes at a time: most of what is received is plain text.
    func plainEnd(from start: Int) -> Int {
        guard let base = bytes.baseAddress else { return start }
        var index = start
        while index + 8 <= bytes.count {
            let word = UInt64(
                littleEndian: UnsafeRawPointer(base + index).loadUnaligned(as: UInt64.self))
            let quote = word ^ 0x2222_2222_2222_2222
            let slash = word ^ 0x5C5C_5C5C_5C5C_5C5C
            // The lowest bit that is set is right; those above it may be borrowed.
            let control = (word &- 0x2020_2020_2020_2020) & ~word
            let quoted = (quote &- 0x0101_0101_0101_0101) & ~quote
            let slashed = (slash &- 0x0101_0101_0101_0101) & ~slash
            let special = (control | quoted | slashed) & 0x8080_8080_8080_8080
            if special != 0 { return index + special.trailingZeroBitCount / 8 }
            index += 8
        }
        while index < bytes.count {
            let byte = bytes[index]
            if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") || byte < 0x20 { break }
            index += 1
        }
        return index
    }

    private mutating func skipMembers(isObject: Bool, depth: Int) -> Bool {
        guard depth < JSONScan.deepest else { return false }
        let end = isObject ? UInt8(ascii: "}") : UInt8(ascii: "]")
        at += 1
        skipSpace()
        if current == end {
            at += 1
            return true
        }
        while true {
            if isObject, skipName() == nil { return false }
            guard skipValue(depth: depth + 1) else { return false }
            skipSpace()
            let byte = current
            at += 1
            if byte == end { return true }
            guard byte == UInt8(ascii: ",") else { return false }
        }
    }

    private mutating func skip(_ word: StaticString) -> Bool {
        guard at + word.utf8CodeUnitCount <= bytes.count else { return false }
        for index in 0..<word.utf8CodeUnitCount where bytes[at + index] != word.utf8Start[index] {
            return false
        }
        at += word.utf8CodeUnitCount
        return true
    }

    private mutating func skipNumber() -> Bool {
        if current == UInt8(ascii: "-") { at += 1 }
        let whole = at
        guard skipDigits() else { return false }
        if bytes[whole] == UInt8(ascii: "0"), at > whole + 1 { return false }
        if current == UInt8(ascii: ".") {
            at += 1
            guard skipDigits() else { return false }
        }
        if current | 0x20 == UInt8(ascii: "e") {
            at += 1
            if current == UInt8(ascii: "+") || current == UInt8(ascii: "-") { at += 1 }
            guard skipDigits() else { return false }
        }
        return true
    }

    private mutating func skipDigits() -> Bool {
        let start = at
        while at < bytes.count, bytes[at] &- UInt8(ascii: "0") < 10 { at += 1 }
        return at > start
    }

    private mutating func skipEscape() -> Bool {
        at += 1
        switch current {
        case UInt8(ascii: "u"):
            guard JSONScan.unit(bytes, at: at + 1) != nil else { return false }
            at += 5
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"), UInt8(ascii: "b"),
            UInt8(ascii: "f"), UInt8(ascii: "n"), UInt8(ascii: "r"), UInt8(ascii: "t"):
            at += 1
        default: return false
        }
        return true
    }
}

extension JSONScan {
    /// Whether the whole is an object or an array, and no byte before or after it.
    package static func isContainer(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
        guard let first = bytes.first, first == UInt8(ascii: "{") || first == UInt8(ascii: "[")
        else { return false }
        var scan = JSONScan(bytes)
        guard scan.skipValue(depth: deepest - deepestInside) else { return false }
        scan.skipSpace()
        return scan.at == bytes.count
    }

    /// Whether the whole is one value, with nothing but space around it.
    package static func isWhole(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
        var scan = JSONScan(bytes)
        guard scan.skipValue(depth: deepest - deepestInside) else { return false }
        scan.skipSpace()
        return scan.at == bytes.count
    }

    /// The members of an object whose values are texts or numbers, numbers by their digits.
    package static func members(of json: [UInt8]) -> [(name: String, text: String)] {
        var found: [(name: String, text: String)] = []
        json.withUnsafeBufferPointer { bytes in
            guard isContainer(bytes), bytes.first == UInt8(ascii: "{") else { return }
            var scan = JSONScan(bytes, at: 1)
            var isFirst = true
            while scan.hasAnother(before: UInt8(ascii: "}"), isFirst: isFirst) {
                isFirst = false
                guard let name = scan.skipName() else { return }
                let start = scan.at
                let first = scan.current
                guard scan.skipValue() else { return }
                if first == UInt8(ascii: "\"") {
                    found.append((text(bytes, name), text(bytes, (start + 1)..<(scan.at - 1))))
                } else if first == UInt8(ascii: "-") || first &- UInt8(ascii: "0") < 10 {
                    let digits = String(decoding: bytes[start..<scan.at], as: UTF8.self)
                    found.append((text(bytes, name), digits))
                }
            }
        }
        return found
    }

    /// The members of an object, each value exactly as it was written; empty for anything else.
    package static func rawMembers(of json: [UInt8]) -> [(name: String, value: ArraySlice<UInt8>)] {
        parts(of: json, from: UInt8(ascii: "{"), to: UInt8(ascii: "}"))
    }

    /// The items of an array, exactly as they were written; empty for anything else.
    package static func rawItems(of json: [UInt8]) -> [ArraySlice<UInt8>] {
        parts(of: json, from: UInt8(ascii: "["), to: UInt8(ascii: "]")).map(\.value)
    }

    private static func parts(
        of json: [UInt8], from open: UInt8, to close: UInt8
    ) -> [(name: String, value: ArraySlice<UInt8>)] {
        var found: [(name: String, value: ArraySlice<UInt8>)] = []
        json.withUnsafeBufferPointer { bytes in
            var scan = JSONScan(bytes)
            scan.skipSpace()
            guard scan.current == open else { return }
            scan.at += 1
            var isFirst = true
            while scan.hasAnother(before: close, isFirst: isFirst) {
                isFirst = false
                var name = ""
                if open == UInt8(ascii: "{") {
                    guard let range = scan.skipName() else { return }
                    name = text(bytes, range)
                }
                scan.skipSpace()
                let start = scan.at
                guard scan.skipValue() else { return }
                found.append((name, json[start..<scan.at]))
            }
        }
        return found
    }

    static func text(_ bytes: UnsafeBufferPointer<UInt8>, _ range: Range<Int>) -> String {
        var plain: [UInt8] = []
        plain.reserveCapacity(range.count)
        unescape(bytes, range, into: &plain)
        return String(decoding: plain, as: UTF8.self)
    }

    /// Where the first item of an array lies.
    package static func firstItem(of bytes: UnsafeBufferPointer<UInt8>) -> Range<Int>? {
        guard bytes.first == UInt8(ascii: "[") else { return nil }
        var scan = JSONScan(bytes, at: 1)
        scan.skipSpace()
        let start = scan.at
        return scan.skipValue() ? start..<scan.at : nil
    }

    /// Puts a text in quotes behind `out`, with only that escaped which has to be.
    package static func quote(_ text: UnsafeBufferPointer<UInt8>, into out: inout [UInt8]) {
        let scan = JSONScan(text)
        out.append(UInt8(ascii: "\""))
        var start = 0
        while start < text.count {
            let end = scan.plainEnd(from: start)
            out.append(contentsOf: UnsafeBufferPointer(rebasing: text[start..<end]))
            if end < text.count { escape(text[end], into: &out) }
            start = end + 1
        }
        out.append(UInt8(ascii: "\""))
    }

    /// Puts what a checked text in quotes means behind `out`, as plain UTF-8.
    ///
    /// Half a surrogate pair means nothing; it becomes U+FFFD.
    static func unescape(
        _ bytes: UnsafeBufferPointer<UInt8>, _ range: Range<Int>, into out: inout [UInt8]
    ) {
        let text = UnsafeBufferPointer(rebasing: bytes[range])
        let scan = JSONScan(text)
        var start = 0
        while start < text.count {
            let end = scan.plainEnd(from: start)
            out.append(contentsOf: UnsafeBufferPointer(rebasing: text[start..<end]))
            guard end + 1 < text.count else { return }
            start = end + 2
            switch text[end + 1] {
            case UInt8(ascii: "n"): out.append(0x0A)
            case UInt8(ascii: "r"): out.append(0x0D)
            case UInt8(ascii: "t"): out.append(0x09)
            case UInt8(ascii: "b"): out.append(0x08)
            case UInt8(ascii: "f"): out.append(0x0C)
            case UInt8(ascii: "u"): start = scalar(text, at: end, into: &out)
            case let byte: out.append(byte)
            }
        }
    }

    /// Writes the character that is escaped at `start` and says where the next one begins.
    private static func scalar(
        _ text: UnsafeBufferPointer<UInt8>, at start: Int, into out: inout [UInt8]
    ) -> Int {
        var value = UInt32(unit(text, at: start + 2) ?? 0xFFFD)
        var next = start + 6
        if value >> 10 == 0x36, next + 6 <= text.count, text[next] == UInt8(ascii: "\\"),
            text[next + 1] == UInt8(ascii: "u"), let low = unit(text, at: next + 2),
            low >> 10 == 0x37
        {
            value = 0x10000 + (value - 0xD800) << 10 + UInt32(low) - 0xDC00
            next += 6
        }
        let meant = Unicode.Scalar(value) ?? "\u{FFFD}"
        for byte in UTF8.encode(meant) ?? UTF8.encodedReplacementCharacter { out.append(byte) }
        return next
    }

    private static func unit(_ bytes: UnsafeBufferPointer<UInt8>, at start: Int) -> UInt16? {
        guard start + 4 <= bytes.count else { return nil }
        var value: UInt16 = 0
        for byte in bytes[start..<(start + 4)] {
            let digit: UInt8
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"): digit = byte - UInt8(ascii: "0")
            case UInt8(ascii: "a")...UInt8(ascii: "f"): digit = byte - UInt8(ascii: "a") + 10
            case UInt8(ascii: "A")...UInt8(ascii: "F"): digit = byte - UInt8(ascii: "A") + 10
            default: return nil
            }
            value = value << 4 | UInt16(digit)
        }
        return value
    }

    private static func escape(_ byte: UInt8, into out: inout [UInt8]) {
        out.append(UInt8(ascii: "\\"))
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"): out.append(byte)
        case 0x0A: out.append(UInt8(ascii: "n"))
        case 0x0D: out.append(UInt8(ascii: "r"))
        case 0x09: out.append(UInt8(ascii: "t"))
        default:
            out.append(contentsOf: "u00".utf8)
            for half in [byte >> 4, byte & 15] {
                out.append(half < 10 ? half + UInt8(ascii: "0") : half - 10 + UInt8(ascii: "a"))
            }
        }
    }
}
