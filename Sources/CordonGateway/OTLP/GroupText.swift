import CordonCore
import FoundationEssentials

/// A group of a record while it is being written: one JSON object, member by member.
struct GroupText {
    private(set) var bytes: [UInt8] = []

    var isEmpty: Bool { bytes.isEmpty }

    /// The finished object.
    var closed: [UInt8] {
        var whole = bytes
        if whole.isEmpty { whole.append(UInt8(ascii: "{")) }
        whole.append(UInt8(ascii: "}"))
        return whole
    }

    /// - Returns: whether it is a text that was put there as the JSON that it is.
    @discardableResult mutating func add(_ name: String, _ value: OTLPValue) -> Bool {
        begin(name, room: GroupText.room(for: value))
        return GroupText.write(value, isInside: false, into: &bytes)
    }

    mutating func add(_ name: String, text: String) {
        begin(name, room: text.utf8.count)
        GroupText.write(text, into: &bytes)
    }

    mutating func add(_ name: String, json: [UInt8]) {
        begin(name, room: json.count)
        bytes.append(contentsOf: json)
    }

    /// Adds the members of another object.
    mutating func add(membersOf other: GroupText) {
        guard !other.isEmpty else { return }
        bytes.append(bytes.isEmpty ? UInt8(ascii: "{") : UInt8(ascii: ","))
        bytes.append(contentsOf: other.bytes.dropFirst())
    }

    mutating func add(_ attributes: [OTLPAttribute]) {
        for attribute in attributes { add(attribute.key, attribute.value) }
    }

    /// The value alone.
    static func json(_ value: OTLPValue) -> [UInt8] {
        var bytes: [UInt8] = []
        write(value, isInside: false, into: &bytes)
        return bytes
    }

    private mutating func begin(_ name: String, room: Int) {
        if bytes.isEmpty { bytes.reserveCapacity(name.utf8.count + room + 48) }
        bytes.append(bytes.isEmpty ? UInt8(ascii: "{") : UInt8(ascii: ","))
        GroupText.write(name, into: &bytes)
        bytes.append(UInt8(ascii: ":"))
    }

    private static func room(for value: OTLPValue) -> Int {
        if case .stringValue(let text) = value.value { return text.utf8.count }
        return 32
    }

    /// Writes a value; a text that is itself JSON is put there as that, byte for byte.
    ///
    /// - Returns: whether it is such a text.
    @discardableResult private static func write(
        _ value: OTLPValue, isInside: Bool, into out: inout [UInt8]
    ) -> Bool {
        switch value.value {
        case .stringValue(let text):
            if !isInside, embed(text, into: &out) { return true }
            write(text, into: &out)
        case .boolValue(let flag): out.append(contentsOf: (flag ? "true" : "false").utf8)
        case .intValue(let number): out.append(contentsOf: String(number).utf8)
        case .doubleValue(let number):
            if number.isFinite {
                out.append(contentsOf: "\(number)".utf8)
            } else {
                write("\(number)", into: &out)
            }
        case .arrayValue(let list):
            out.append(UInt8(ascii: "["))
            for (index, item) in list.values.enumerated() {
                if index > 0 { out.append(UInt8(ascii: ",")) }
                write(item, isInside: true, into: &out)
            }
            out.append(UInt8(ascii: "]"))
        case .kvlistValue(let list):
            out.append(UInt8(ascii: "{"))
            for (index, member) in list.values.enumerated() {
                if index > 0 { out.append(UInt8(ascii: ",")) }
                write(member.key, into: &out)
                out.append(UInt8(ascii: ":"))
                write(member.value, isInside: true, into: &out)
            }
            out.append(UInt8(ascii: "}"))
        case .bytesValue(let data): write(data.base64EncodedString(), into: &out)
        // An index into a table that no request of traces carries.
        case .stringValueStrindex, .none: out.append(contentsOf: "null".utf8)
        }
        return false
    }

    private static func write(_ text: String, into out: inout [UInt8]) {
        var text = text
        text.withUTF8 { JSONScan.quote($0, into: &out) }
    }

    private static func embed(_ text: String, into out: inout [UInt8]) -> Bool {
        var text = text
        return text.withUTF8 { bytes in
            guard JSONScan.isContainer(bytes) else { return false }
            out.append(contentsOf: bytes)
            return true
        }
    }
}
