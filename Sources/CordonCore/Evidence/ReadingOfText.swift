/// Takes the plain text out of groups: what a search looks through.
///
/// A search that is to prove an absence must not be thrown by how a sender writes. So `\n` and
/// `\u00fc` are undone, JSON within a text within JSON too, names of members count unless the
/// protocols know them, and what stands twice in a record is taken once.
struct ReadingOfText {
    private var taken: [Range<Int>] = []

    /// How many pieces of a record are compared with a new one.
    private static let remembered = 64
    /// Texts of this length and more are looked at for being no prose.
    private static let longest = 512

    /// Everything of one group.
    mutating func take(_ json: [UInt8], into out: inout [UInt8]) {
        json.withUnsafeBufferPointer { bytes in
            var scan = JSONScan(bytes)
            members(&scan, leavingOut: nil, into: &out)
        }
    }

    /// What was said with an approval, without who gave it and when.
    mutating func takeComments(_ json: [UInt8], into out: inout [UInt8]) {
        json.withUnsafeBufferPointer { bytes in
            var scan = JSONScan(bytes)
            members(&scan, leavingOut: MemberName.formalities, into: &out)
        }
    }

    /// The members of a group; names of attributes are the convention's and no content.
    private mutating func members(
        _ scan: inout JSONScan, leavingOut: MemberNames?, into out: inout [UInt8]
    ) {
        guard scan.current == UInt8(ascii: "{") else { return }
        scan.at += 1
        var isFirst = true
        while scan.hasAnother(before: UInt8(ascii: "}"), isFirst: isFirst) {
            isFirst = false
            guard let name = scan.skipName() else { return }
            let key = MemberName(scan.bytes, lastOf: name)
            if leavingOut?.contains(key) == true {
                guard scan.skipValue() else { return }
            } else if leavingOut != nil, key == .approval, scan.current == UInt8(ascii: "{") {
                members(&scan, leavingOut: leavingOut, into: &out)
            } else {
                if !MemberName.known.contains(key), !isAttribute(scan.bytes, name) {
                    piece(scan.bytes, name, into: &out)
                }
                let counts = MemberName.counts.contains(key)
                guard value(&scan, key, counts, depth: 0, into: &out) else { return }
            }
        }
    }

    /// Attributes have points in their names, and no capitals and no space.
    private func isAttribute(_ bytes: UnsafeBufferPointer<UInt8>, _ name: Range<Int>) -> Bool {
        var hasPoint = false
        for byte in bytes[name] {
            switch byte {
            case UInt8(ascii: "."): hasPoint = true
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
                UInt8(ascii: "_"), UInt8(ascii: "-"):
                continue
            default: return false
            }
        }
        return hasPoint
    }

    /// Only the arguments of calls, wherever they stand in the group.
    mutating func takeArguments(_ json: [UInt8], into out: inout [UInt8]) {
        json.withUnsafeBufferPointer { bytes in
            var scan = JSONScan(bytes)
            arguments(&scan, depth: 0, into: &out)
        }
    }

    private mutating func arguments(_ scan: inout JSONScan, depth: Int, into out: inout [UInt8]) {
        scan.skipSpace()
        let opening = scan.current
        guard depth < JSONScan.deepest, opening == UInt8(ascii: "{") || opening == UInt8(ascii: "[")
        else {
            scan.at = scan.skipValue() ? scan.at : scan.bytes.count
            return
        }
        scan.at += 1
        var isFirst = true
        while scan.hasAnother(before: opening + 2, isFirst: isFirst) {
            isFirst = false
            if opening == UInt8(ascii: "[") {
                arguments(&scan, depth: depth + 1, into: &out)
                continue
            }
            guard let name = scan.skipName() else { return }
            let whole = MemberName(scan.bytes, name)
            let last = MemberName(scan.bytes, lastOf: name)
            if MemberName.arguments.contains(last) || whole == .inputValue {
                guard value(&scan, last, false, depth: depth, into: &out) else { return }
            } else if MemberName.definitions.contains(last) {
                guard scan.skipValue() else { return }
            } else {
                arguments(&scan, depth: depth + 1, into: &out)
            }
        }
    }

    /// Takes one value; `false` when there is none.
    private mutating func value(
        _ scan: inout JSONScan, _ key: MemberName, _ isCount: Bool, depth: Int,
        into out: inout [UInt8]
    ) -> Bool {
        guard depth < JSONScan.deepest else { return scan.skipValue(depth: depth) }
        scan.skipSpace()
        switch scan.current {
        case UInt8(ascii: "\""):
            guard let range = scan.skipString() else { return false }
            text(scan.bytes, range, key, depth: depth, into: &out)
            return true
        case UInt8(ascii: "{"):
            scan.at += 1
            var isFirst = true
            while scan.hasAnother(before: UInt8(ascii: "}"), isFirst: isFirst) {
                isFirst = false
                guard let name = scan.skipName() else { return false }
                let inner = MemberName(scan.bytes, name)
                if !MemberName.known.contains(inner) {
                    piece(scan.bytes, name, into: &out)
                }
                let counts = isCount || MemberName.counts.contains(inner)
                guard value(&scan, inner, counts, depth: depth + 1, into: &out)
                else { return false }
            }
            return true
        case UInt8(ascii: "["):
            scan.at += 1
            var isFirst = true
            while scan.hasAnother(before: UInt8(ascii: "]"), isFirst: isFirst) {
                isFirst = false
                guard value(&scan, key, isCount, depth: depth + 1, into: &out)
                else { return false }
            }
            return true
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"):
            let start = scan.at
            guard scan.skipValue() else { return false }
            if !isCount { piece(scan.bytes, start..<scan.at, into: &out) }
            return true
        default: return scan.skipValue()
        }
    }

    private mutating func text(
        _ bytes: UnsafeBufferPointer<UInt8>, _ range: Range<Int>, _ key: MemberName, depth: Int,
        into out: inout [UInt8]
    ) {
        if range.isEmpty || isProtocol(bytes, range, key) || isNoProse(bytes, range) { return }
        let start = piece(bytes, range, into: &out)
        guard let start, out[start] == UInt8(ascii: "{") || out[start] == UInt8(ascii: "[")
        else { return }
        // JSON in a text: its own escapes have to be undone as well.
        let inner = Array(out[start...])
        inner.withUnsafeBufferPointer { text in
            guard JSONScan.isContainer(text) else { return }
            out.removeSubrange(max(0, start - 1)...)
            if taken.last?.lowerBound == start { taken.removeLast() }
            var scan = JSONScan(text)
            _ = value(&scan, MemberName.none, false, depth: depth + 1, into: &out)
        }
    }

    /// Adds a piece and says where it begins, or `nil` when the record has it already.
    @discardableResult
    private mutating func piece(
        _ bytes: UnsafeBufferPointer<UInt8>, _ range: Range<Int>, into out: inout [UInt8]
    ) -> Int? {
        guard !range.isEmpty else { return nil }
        let before = out.count
        if before > 0 { out.append(0x0A) }
        let start = out.count
        JSONScan.unescape(bytes, range, into: &out)
        if isTaken(out, start..<out.count) {
            out.removeSubrange(before...)
            return nil
        }
        if taken.count < ReadingOfText.remembered { taken.append(start..<out.count) }
        return start
    }

    private func isTaken(_ out: [UInt8], _ new: Range<Int>) -> Bool {
        out.withUnsafeBufferPointer { bytes in
            taken.contains { old in
                guard old.count == new.count else { return false }
                var offset = 0
                while offset < new.count,
                    bytes[old.lowerBound + offset] == bytes[new.lowerBound + offset]
                {
                    offset += 1
                }
                return offset == new.count
            }
        }
    }

    /// A word that only says what kind of thing stands here.
    private func isProtocol(
        _ bytes: UnsafeBufferPointer<UInt8>, _ range: Range<Int>, _ key: MemberName
    ) -> Bool {
        if MemberName.kinds.contains(key) {
            return MemberName.words.contains(MemberName(bytes, range))
        }
        guard MemberName.identifiers.contains(key) else { return false }
        return ReadingOfText.drawn.contains { bytes[range].starts(with: $0) }
    }

    /// How identifiers begin that an interface draws by lot.
    private static let drawn: [[UInt8]] = ["call_", "chatcmpl-", "toolu_", "msg_", "resp_", "fc_"]
        .map { Array($0.utf8) }

    /// Pictures and signatures in base64: long, and without any character that words are set with.
    private func isNoProse(_ bytes: UnsafeBufferPointer<UInt8>, _ range: Range<Int>) -> Bool {
        guard range.count >= ReadingOfText.longest else { return false }
        var start = range.lowerBound
        if bytes[start..<range.upperBound].starts(with: "data:".utf8),
            let comma = bytes[start..<(start + 100)].firstIndex(of: UInt8(ascii: ","))
        {
            start = comma + 1
        }
        let end = min(start + ReadingOfText.longest, range.upperBound)
        return bytes[start..<end].allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "+"), UInt8(ascii: "/"),
                UInt8(ascii: "="), UInt8(ascii: "-"), UInt8(ascii: "_"):
                true
            default: false
            }
        }
    }
}
