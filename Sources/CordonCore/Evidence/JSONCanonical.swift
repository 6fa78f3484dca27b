extension JSONScan {
    /// One spelling for all spellings of a JSON value: no space, members sorted by their names'
    /// bytes, and nothing escaped that need not be; `nil` when it is no JSON.
    ///
    /// Different values never get one spelling.
    /// A text with half a surrogate pair keeps its escapes, since no plain text could hold it.
    /// Members of one name keep their order, for it decides which of them is read.
    package static func canonical(
        _ json: ArraySlice<UInt8>, numbers: NumberSpelling = .asWritten
    ) -> [UInt8]? {
        json.withUnsafeBufferPointer { bytes in
            var check = JSONScan(bytes)
            guard check.skipValue() else { return nil }
            check.skipSpace()
            guard check.at == bytes.count else { return nil }
            var scan = JSONScan(bytes)
            var out: [UInt8] = []
            out.reserveCapacity(bytes.count)
            scan.writeCanonical(into: &out, numbers)
            return out
        }
    }

    /// Writes the value that begins here; that it is one has been checked.
    private mutating func writeCanonical(into out: inout [UInt8], _ numbers: NumberSpelling) {
        skipSpace()
        switch current {
        case UInt8(ascii: "{"): writeMembers(into: &out, numbers)
        case UInt8(ascii: "["):
            at += 1
            out.append(UInt8(ascii: "["))
            var isFirst = true
            while hasAnother(before: UInt8(ascii: "]"), isFirst: isFirst) {
                if !isFirst { out.append(UInt8(ascii: ",")) }
                isFirst = false
                writeCanonical(into: &out, numbers)
            }
            out.append(UInt8(ascii: "]"))
        case UInt8(ascii: "\""):
            guard let range = skipString() else { return }
            writeText(range, into: &out)
        default:
            let start = at
            let isNumber = current == UInt8(ascii: "-") || current &- 0x30 < 10
            _ = skipValue()
            let written = UnsafeBufferPointer(rebasing: bytes[start..<at])
            if isNumber, numbers == .byValue {
                out += JSONScan.spelled(written)
            } else {
                out.append(contentsOf: written)
            }
        }
    }

    private mutating func writeMembers(into out: inout [UInt8], _ numbers: NumberSpelling) {
        at += 1
        var members: [(name: [UInt8], place: Int, value: [UInt8])] = []
        while hasAnother(before: UInt8(ascii: "}"), isFirst: members.isEmpty) {
            guard let range = skipName() else { return }
            var name: [UInt8] = []
            writeText(range, into: &name)
            var value: [UInt8] = []
            writeCanonical(into: &value, numbers)
            members.append((name, members.count, value))
        }
        members.sort { left, right in
            left.name == right.name
                ? left.place < right.place
                : left.name.lexicographicallyPrecedes(right.name)
        }
        out.append(UInt8(ascii: "{"))
        for (index, member) in members.enumerated() {
            if index > 0 { out.append(UInt8(ascii: ",")) }
            out.append(contentsOf: member.name)
            out.append(UInt8(ascii: ":"))
            out.append(contentsOf: member.value)
        }
        out.append(UInt8(ascii: "}"))
    }

    private func writeText(_ range: Range<Int>, into out: inout [UInt8]) {
        let written = UnsafeBufferPointer(rebasing: bytes[range])
        var plain: [UInt8]?
        if written.contains(UInt8(ascii: "\\")), !holdsHalfPair(range) {
            var meant: [UInt8] = []
            JSONScan.unescape(bytes, range, into: &meant)
            plain = meant
        }
        guard let plain else {
            out.append(UInt8(ascii: "\""))
            out.append(contentsOf: written)
            out.append(UInt8(ascii: "\""))
            return
        }
        plain.withUnsafeBufferPointer { JSONScan.quote($0, into: &out) }
    }

    /// Whether a text, escaped as it was written, has half a surrogate pair in it.
    private func holdsHalfPair(_ range: Range<Int>) -> Bool {
        var index = range.lowerBound
        while index < range.upperBound {
            guard bytes[index] == UInt8(ascii: "\\") else {
                index += 1
                continue
            }
            guard bytes[index + 1] == UInt8(ascii: "u") else {
                index += 2
                continue
            }
            let unit = surrogate(at: index)
            if unit == .low { return true }
            if unit == .high {
                let next = index + 6
                guard next + 6 <= range.upperBound, bytes[next] == UInt8(ascii: "\\"),
                    bytes[next + 1] == UInt8(ascii: "u"), surrogate(at: next) == .low
                else { return true }
                index += 6
            }
            index += 6
        }
        return false
    }

    private enum Surrogate { case high, low }

    /// Which half, if any, the escape of four digits means that begins here: D8-DB, or DC-DF.
    private func surrogate(at index: Int) -> Surrogate? {
        guard bytes[index + 2] | 0x20 == UInt8(ascii: "d") else { return nil }
        switch bytes[index + 3] {
        case UInt8(ascii: "8"), UInt8(ascii: "9"), UInt8(ascii: "a"), UInt8(ascii: "b"),
            UInt8(ascii: "A"), UInt8(ascii: "B"):
            return .high
        case UInt8(ascii: "c")...UInt8(ascii: "f"), UInt8(ascii: "C")...UInt8(ascii: "F"):
            return .low
        default: return nil
        }
    }
}
