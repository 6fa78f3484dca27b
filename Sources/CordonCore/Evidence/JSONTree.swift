/// JSON that was read whole, for where it has to be looked at from several sides.
///
/// Numbers keep their digits, and objects and arrays know how they were written, so that nothing
/// that was received is rounded or laid out anew before somebody asks for it.
package indirect enum JSONTree: Sendable {
    case object([Member], written: ArraySlice<UInt8>)
    case array([JSONTree], written: ArraySlice<UInt8>)
    case string(String)
    case number(String)
    case bool(Bool)
    case null

    package struct Member: Sendable {
        package var name: String
        package var value: JSONTree

        package init(name: String, value: JSONTree) {
            self.name = name
            self.value = value
        }
    }

    /// Reads what is one value from the first byte to the last; `nil` when it is no JSON.
    package init?(_ json: [UInt8]) {
        let read = json.withUnsafeBufferPointer { bytes -> JSONTree? in
            var check = JSONScan(bytes)
            guard check.skipValue() else { return nil }
            check.skipSpace()
            guard check.at == bytes.count else { return nil }
            var scan = JSONScan(bytes)
            return JSONTree.read(&scan, from: json)
        }
        guard let read else { return nil }
        self = read
    }

    /// Reads a text that is an object or an array; `nil` for any other text.
    init?(container text: String) {
        guard text.utf8.first == UInt8(ascii: "{") || text.utf8.first == UInt8(ascii: "[")
        else { return nil }
        self.init(Array(text.utf8))
    }

    package var members: [Member] {
        if case .object(let members, _) = self { return members }
        return []
    }

    package var items: [JSONTree]? {
        if case .array(let items, _) = self { return items }
        return nil
    }

    package var isObject: Bool {
        if case .object = self { return true }
        return false
    }

    /// The value of the first member with one of the names, in the order of the names.
    package subscript(_ names: String...) -> JSONTree? {
        guard case .object(let members, _) = self else { return nil }
        for name in names {
            if let member = members.first(where: { $0.name == name }) { return member.value }
        }
        return nil
    }

    /// The text itself; a number's digits; an object or an array as it was written.
    ///
    /// A text that happens to be JSON is kept as JSON, so this gives back what was sent.
    package var text: String? {
        switch self {
        case .string(let text), .number(let text): text
        case .object(_, let written), .array(_, let written):
            written.isEmpty ? compact : String(decoding: written, as: UTF8.self)
        case .bool(let flag): flag ? "true" : "false"
        case .null: nil
        }
    }

    /// The text of a value that is a text, and nothing else.
    package var string: String? {
        if case .string(let text) = self { return text }
        return nil
    }

    /// Written without space and with the least escaping, so that equal values have equal texts.
    ///
    /// A text that is itself an object or an array counts as that: senders differ in whether they
    /// put arguments into a text.
    package var compact: String {
        var json = JSONText()
        if case .string(let text) = self, let tree = JSONTree(container: text) {
            tree.write(into: &json)
        } else {
            write(into: &json)
        }
        return String(decoding: json.bytes, as: UTF8.self)
    }

    /// Every text in it, from first to last.
    var strings: [String] {
        switch self {
        case .string(let text): text.isEmpty ? [] : [text]
        case .array(let items, _): items.flatMap(\.strings)
        case .object(let members, _): members.flatMap(\.value.strings)
        case .number, .bool, .null: []
        }
    }

    /// Writes it without space; numbers keep their digits.
    package func write(into json: inout JSONText) {
        switch self {
        case .object(let members, _):
            json.beginObject()
            for member in members {
                json.key(member.name)
                member.value.write(into: &json)
            }
            json.endObject()
        case .array(let items, _):
            json.beginArray()
            for item in items { item.write(into: &json) }
            json.endArray()
        case .string(let text): json.string(text)
        case .number(let digits): json.raw(Array(digits.utf8))
        case .bool(let flag): json.bool(flag)
        case .null: json.null()
        }
    }

    /// Reads one value; that it is one has been checked.
    private static func read(_ scan: inout JSONScan, from json: [UInt8]) -> JSONTree? {
        scan.skipSpace()
        let start = scan.at
        switch scan.current {
        case UInt8(ascii: "\""):
            return scan.skipString().map { .string(JSONScan.text(scan.bytes, $0)) }
        case UInt8(ascii: "{"):
            scan.at += 1
            var members: [Member] = []
            while scan.hasAnother(before: UInt8(ascii: "}"), isFirst: members.isEmpty) {
                guard let name = scan.skipName(), let value = read(&scan, from: json)
                else { return nil }
                members.append(Member(name: JSONScan.text(scan.bytes, name), value: value))
            }
            return .object(members, written: json[start..<scan.at])
        case UInt8(ascii: "["):
            scan.at += 1
            var items: [JSONTree] = []
            while scan.hasAnother(before: UInt8(ascii: "]"), isFirst: items.isEmpty) {
                guard let item = read(&scan, from: json) else { return nil }
                items.append(item)
            }
            return .array(items, written: json[start..<scan.at])
        case UInt8(ascii: "t"), UInt8(ascii: "f"):
            let isTrue = scan.current == UInt8(ascii: "t")
            return scan.skipValue() ? .bool(isTrue) : nil
        case UInt8(ascii: "n"):
            return scan.skipValue() ? .null : nil
        default:
            guard scan.skipValue() else { return nil }
            return .number(String(decoding: json[start..<scan.at], as: UTF8.self))
        }
    }
}
