public import CordonAPI

/// What a server answered.
public struct CordonAnswer: Sendable {
    /// The HTTP status.
    public let status: Int
    /// The headers in their order, with small letters in their names.
    public let headers: [(name: String, value: String)]
    /// The body as it came.
    public let body: [UInt8]

    /// The body as JSON; `nil` when it is something else.
    public var json: JSONValue? {
        guard !body.isEmpty else { return nil }
        // An answer that is no JSON is fine: files and checkpoints are none.
        return try? JSONValue(parsing: body)
    }

    /// The body as text.
    public var text: String { String(decoding: body, as: UTF8.self) }

    /// The first header of that name, which is in small letters.
    public func header(_ name: String) -> String? { headers.first { $0.name == name }?.value }
}

extension JSONValue {
    /// The member of that name; `nil` when this is no object or has none.
    public subscript(name: String) -> JSONValue? {
        if case .object(let members) = self { members[name] } else { nil }
    }

    /// The text, if it is one.
    public var text: String? {
        if case .string(let text) = self { text } else { nil }
    }

    /// The whole number, if it is one.
    public var integer: Int? {
        if case .integer(let number) = self { Int(exactly: number) } else { nil }
    }

    /// True or false, if it is either.
    public var truth: Bool? {
        if case .bool(let truth) = self { truth } else { nil }
    }

    /// The values of an array; none for anything else.
    public var items: [JSONValue] {
        if case .array(let items) = self { items } else { [] }
    }
}
