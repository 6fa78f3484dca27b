import CordonAPI

/// A place in a JSON value that somebody else made; what is not there is nothing.
struct JSONPlace: Sendable {
    let value: JSONValue?

    init(_ value: JSONValue?) { self.value = value }

    subscript(_ name: String) -> JSONPlace {
        guard case .object(let members)? = value else { return JSONPlace(nil) }
        return JSONPlace(members[name])
    }

    /// The text that stands here; not one of nothing.
    var text: String? {
        guard case .string(let text)? = value, !text.isEmpty else { return nil }
        return text
    }

    var number: Int? {
        guard case .integer(let number)? = value else { return nil }
        return Int(number)
    }

    /// The texts of a list.
    var texts: [String] {
        guard case .array(let items)? = value else { return [] }
        return items.compactMap { JSONPlace($0).text }
    }

    /// A text, number or truth as people read it; `nil` for what has parts.
    var scalar: String? {
        switch value {
        case .string(let text)?: text
        case .integer(let number)?: "\(number)"
        case .number(let number)?: "\(number)"
        case .bool(let truth)?: truth ? "true" : "false"
        case .null?, .array?, .object?, nil: nil
        }
    }
}

/// JSON laid out for people, and cut off where it gets too long for a page.
struct IndentedJSON: Sendable {
    private(set) var text = ""
    /// Whether something is left out at the end.
    private(set) var isCut = false
    private let limit: Int

    /// Lays out as much of `value` as `limit` bytes hold.
    init(_ value: JSONValue, limit: Int) {
        self.limit = limit
        write(value, depth: 0)
    }

    private mutating func put(_ piece: String) {
        if isCut { return }
        let room = limit - text.utf8.count
        text += TextBeginning.of(piece, bytes: room)
        isCut = piece.utf8.count > room
    }

    private mutating func write(_ value: JSONValue, depth: Int) {
        if isCut { return }
        let line = "\n" + String(repeating: "  ", count: depth)
        switch value {
        case .string(let text): put(Self.quoted(text))
        case .array(let items):
            put("[")
            for (offset, item) in items.enumerated() {
                put((offset == 0 ? "" : ",") + line + "  ")
                write(item, depth: depth + 1)
            }
            put(items.isEmpty ? "]" : line + "]")
        case .object(let members):
            put("{")
            for (offset, member) in members.sorted(by: { $0.key < $1.key }).enumerated() {
                put((offset == 0 ? "" : ",") + line + "  " + Self.quoted(member.key) + ": ")
                write(member.value, depth: depth + 1)
            }
            put(members.isEmpty ? "}" : line + "}")
        case .null, .bool, .integer, .number: put(JSONPlace(value).scalar ?? "null")
        }
    }

    private static func quoted(_ text: String) -> String {
        var quoted = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": quoted += "\\\""
            case "\\": quoted += "\\\\"
            case "\n": quoted += "\\n"
            case "\r": quoted += "\\r"
            case "\t": quoted += "\\t"
            default: quoted.unicodeScalars.append(scalar)
            }
        }
        return quoted + "\""
    }
}

/// As much of a text as fits, never ending within a character.
enum TextBeginning {
    static func of(_ text: String, bytes: Int) -> String {
        if text.utf8.count <= bytes { return text }
        var end = text.utf8.index(text.startIndex, offsetBy: max(0, bytes))
        while end > text.startIndex, end.samePosition(in: text.unicodeScalars) == nil {
            end = text.utf8.index(before: end)
        }
        return String(text[..<end])
    }
}
