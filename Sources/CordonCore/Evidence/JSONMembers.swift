/// The members of one JSON object in their order, each value exactly as it was written.
///
/// The values are slices of what was read, so a place found here is a place in the original.
package struct JSONMembers: Sendable {
    package struct Member: Sendable {
        package let name: String
        package let value: ArraySlice<UInt8>
    }

    package let members: [Member]

    /// Reads what is one object with nothing but space around it; `nil` when it is anything else.
    package init?(_ json: ArraySlice<UInt8>) {
        let read = json.withUnsafeBufferPointer { bytes -> [Member]? in
            var check = JSONScan(bytes)
            check.skipSpace()
            guard check.current == UInt8(ascii: "{"), check.skipValue() else { return nil }
            check.skipSpace()
            guard check.at == bytes.count else { return nil }
            return JSONMembers.read(bytes, of: json)
        }
        guard let read else { return nil }
        members = read
    }

    /// The value of the first member of that name.
    package subscript(_ name: String) -> ArraySlice<UInt8>? {
        members.first { $0.name == name }?.value
    }

    /// The text of a member that is a text.
    package func text(_ name: String) -> String? {
        self[name].flatMap(JSONMembers.text)
    }

    /// A name that more than one member has, when letters' case is not counted.
    ///
    /// Of two members with one name some readers take the first, some the last, and some do not
    /// count case: what one of them checks, another does not do.
    package var repeatedName: String? {
        var seen: Set<String> = []
        return members.first { !seen.insert($0.name.lowercased()).inserted }?.name
    }

    /// The text that a JSON value is; `nil` for any other value.
    package static func text(_ value: ArraySlice<UInt8>) -> String? {
        value.withUnsafeBufferPointer { bytes in
            var scan = JSONScan(bytes)
            scan.skipSpace()
            guard let range = scan.skipString() else { return nil }
            scan.skipSpace()
            return scan.at == bytes.count ? JSONScan.text(bytes, range) : nil
        }
    }

    /// A name that two members of one object have, at any depth; `nil` as well where the value is
    /// none of JSON, or deeper than anything that is read.
    package static func repeatedName(in value: ArraySlice<UInt8>) -> String? {
        value.withUnsafeBufferPointer { bytes in
            var scan = JSONScan(bytes)
            return repeatedName(in: &scan, depth: 0)
        }
    }

    /// Reads the members of an object; that it is one has been checked.
    private static func read(
        _ bytes: UnsafeBufferPointer<UInt8>, of json: ArraySlice<UInt8>
    ) -> [Member]? {
        var scan = JSONScan(bytes)
        scan.skipSpace()
        scan.at += 1
        var members: [Member] = []
        while scan.hasAnother(before: UInt8(ascii: "}"), isFirst: members.isEmpty) {
            guard let name = scan.skipName() else { return nil }
            let start = scan.at
            guard scan.skipValue() else { return nil }
            let place = (json.startIndex + start)..<(json.startIndex + scan.at)
            members.append(Member(name: JSONScan.text(bytes, name), value: json[place]))
        }
        return members
    }

    private static func repeatedName(in scan: inout JSONScan, depth: Int) -> String? {
        guard depth < JSONScan.deepest else { return nil }
        scan.skipSpace()
        let isObject = scan.current == UInt8(ascii: "{")
        guard isObject || scan.current == UInt8(ascii: "[") else {
            _ = scan.skipValue()
            return nil
        }
        scan.at += 1
        let end = isObject ? UInt8(ascii: "}") : UInt8(ascii: "]")
        var seen = NamesSeen(bytes: scan.bytes)
        var isFirst = true
        while scan.hasAnother(before: end, isFirst: isFirst) {
            isFirst = false
            if isObject {
                guard let range = scan.skipName() else { return nil }
                guard seen.insert(range) else { return JSONScan.text(scan.bytes, range) }
            }
            if let name = repeatedName(in: &scan, depth: depth + 1) { return name }
        }
        return nil
    }
}

/// The names that one object has so far.
///
/// A few plain ones are compared as they are written: a stream's events are read one by one, and
/// most of what they cost would be texts made of their names. Where one is not plain, all are
/// compared as texts, which are the same when they look the same.
private struct NamesSeen {
    /// Beyond so many, comparing each with each takes longer.
    private static let plainAtMost = 16

    let bytes: UnsafeBufferPointer<UInt8>
    private var plain: [Range<Int>] = []
    private var texts: Set<String> = []

    init(bytes: UnsafeBufferPointer<UInt8>) { self.bytes = bytes }

    /// - Returns: `false` when it is there already.
    mutating func insert(_ name: Range<Int>) -> Bool {
        if texts.isEmpty, plain.count < Self.plainAtMost, isPlain(name) {
            let written = self.written(name)
            guard !plain.contains(where: { self.written($0).elementsEqual(written) }) else {
                return false
            }
            plain.append(name)
            return true
        }
        if texts.isEmpty { texts = Set(plain.map { JSONScan.text(bytes, $0) }) }
        return texts.insert(JSONScan.text(bytes, name)).inserted
    }

    private func written(_ name: Range<Int>) -> UnsafeBufferPointer<UInt8> {
        UnsafeBufferPointer(rebasing: bytes[name])
    }

    /// Whether it is ASCII without an escape.
    private func isPlain(_ name: Range<Int>) -> Bool {
        written(name).allSatisfy { $0 < 0x80 && $0 != UInt8(ascii: "\\") }
    }
}
