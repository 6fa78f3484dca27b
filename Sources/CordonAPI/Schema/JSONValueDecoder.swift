extension JSONValue {
    /// Decodes a wire type from the value that was checked, not from its text a second time.
    ///
    /// Properties are looked up by ``snakeCased(_:)``, entries of dictionaries as they are.
    /// - Throws: `DecodingError`; only by a type's own conditions, when the value has no violations
    ///   against the type's schema.
    public func decoded<Value: Decodable>(as type: Value.Type = Value.self) throws -> Value {
        try JSONValueDecoder(value: self, codingPath: []).decode(type)
    }
}

/// A decoder of one value; its containers decode what is inside with decoders of their own.
private struct JSONValueDecoder: Decoder {
    let value: JSONValue
    let codingPath: [any CodingKey]

    var userInfo: [CodingUserInfoKey: Any] { [:] }

    func decode<Value: Decodable>(_ type: Value.Type) throws -> Value {
        switch type {
        case is JSONValue.Type: return try cast(value)
        case is String.Type:
            guard case .string(let text) = value else { throw mismatch(type) }
            return try cast(text)
        case is Bool.Type:
            guard case .bool(let truth) = value else { throw mismatch(type) }
            return try cast(truth)
        case is Double.Type: return try cast(try number(type))
        case is Float.Type: return try cast(Float(try number(type)))
        case let integer as any FixedWidthInteger.Type: return try cast(try self.integer(integer))
        case let dictionary as any NamedValues.Type:
            guard case .object(let members) = value else { throw mismatch(type) }
            return try cast(
                try dictionary.init(members) { name, member in
                    JSONValueDecoder(value: member, codingPath: codingPath + [ValueKey(name)])
                })
        default: return try Value(from: self)
        }
    }

    func container<Key: CodingKey>(keyedBy type: Key.Type) throws -> KeyedDecodingContainer<Key> {
        guard case .object(let members) = value else { throw mismatch([String: JSONValue].self) }
        return KeyedDecodingContainer(Members(members: members, codingPath: codingPath))
    }

    func unkeyedContainer() throws -> any UnkeyedDecodingContainer {
        guard case .array(let items) = value else { throw mismatch([JSONValue].self) }
        return Items(items: items, codingPath: codingPath)
    }

    func singleValueContainer() -> any SingleValueDecodingContainer { Single(decoder: self) }

    private func number(_ type: any Decodable.Type) throws -> Double {
        switch value {
        case .integer(let integer): return Double(integer)
        case .number(let number): return number
        default: throw mismatch(type)
        }
    }

    private func integer<Value: FixedWidthInteger>(_ type: Value.Type) throws -> Value {
        let exact: Value? =
            switch value {
            case .integer(let integer): Value(exactly: integer)
            case .number(let number): Value(exactly: number)
            default: nil
            }
        guard let exact else { throw mismatch(type) }
        return exact
    }

    private func cast<Value>(_ value: Any) throws -> Value {
        guard let value = value as? Value else { throw mismatch(Value.self) }
        return value
    }

    private func mismatch(_ type: Any.Type) -> DecodingError {
        .typeMismatch(type, .init(codingPath: codingPath, debugDescription: "not a \(type)"))
    }
}

/// A dictionary, whose names are not names of properties.
private protocol NamedValues {
    init(
        _ members: [String: JSONValue], _ decoder: (String, JSONValue) -> JSONValueDecoder
    ) throws
}

extension Dictionary: NamedValues where Key == String, Value: Decodable {
    fileprivate init(
        _ members: [String: JSONValue], _ decoder: (String, JSONValue) -> JSONValueDecoder
    ) throws {
        self.init(minimumCapacity: members.count)
        for (name, member) in members {
            self[name] = try decoder(name, member).decode(Value.self)
        }
    }
}

private struct ValueKey: CodingKey {
    let stringValue: String
    let intValue: Int?

    init(_ name: String) { (stringValue, intValue) = (name, nil) }
    init(_ index: Int) { (stringValue, intValue) = ("\(index)", index) }
    init(stringValue: String) { self.init(stringValue) }
    init(intValue: Int) { self.init(intValue) }
}

private struct Members<Key: CodingKey>: KeyedDecodingContainerProtocol {
    let members: [String: JSONValue]
    let codingPath: [any CodingKey]

    var allKeys: [Key] { members.keys.compactMap { Key(stringValue: camelCased($0)) } }

    func contains(_ key: Key) -> Bool { members[snakeCased(key.stringValue)] != nil }

    func decodeNil(forKey key: Key) throws -> Bool { try decoder(key).value == .null }

    func decode<Value: Decodable>(_ type: Value.Type, forKey key: Key) throws -> Value {
        try decoder(key).decode(type)
    }

    func decodeIfPresent<Value: Decodable>(_ type: Value.Type, forKey key: Key) throws -> Value? {
        guard let value = members[snakeCased(key.stringValue)], value != .null else { return nil }
        return try JSONValueDecoder(value: value, codingPath: codingPath + [key]).decode(type)
    }

    func nestedContainer<Nested: CodingKey>(
        keyedBy type: Nested.Type, forKey key: Key
    ) throws -> KeyedDecodingContainer<Nested> {
        try decoder(key).container(keyedBy: type)
    }

    func nestedUnkeyedContainer(forKey key: Key) throws -> any UnkeyedDecodingContainer {
        try decoder(key).unkeyedContainer()
    }

    func superDecoder() throws -> any Decoder {
        let value = members["super"] ?? .null
        return JSONValueDecoder(value: value, codingPath: codingPath + [ValueKey("super")])
    }

    func superDecoder(forKey key: Key) throws -> any Decoder { try decoder(key) }

    private func decoder(_ key: Key) throws -> JSONValueDecoder {
        guard let value = members[snakeCased(key.stringValue)] else {
            throw DecodingError.keyNotFound(
                key, .init(codingPath: codingPath, debugDescription: "nothing is named so"))
        }
        return JSONValueDecoder(value: value, codingPath: codingPath + [key])
    }
}

private struct Items: UnkeyedDecodingContainer {
    let items: [JSONValue]
    let codingPath: [any CodingKey]
    private(set) var currentIndex = 0

    init(items: [JSONValue], codingPath: [any CodingKey]) {
        self.items = items
        self.codingPath = codingPath
    }

    var count: Int? { items.count }
    var isAtEnd: Bool { currentIndex >= items.count }

    mutating func decodeNil() -> Bool {
        guard !isAtEnd, items[currentIndex] == .null else { return false }
        currentIndex += 1
        return true
    }

    mutating func decode<Value: Decodable>(_ type: Value.Type) throws -> Value {
        try next { try $0.decode(type) }
    }

    mutating func nestedContainer<Nested: CodingKey>(
        keyedBy type: Nested.Type
    ) throws -> KeyedDecodingContainer<Nested> {
        try next { try $0.container(keyedBy: type) }
    }

    mutating func nestedUnkeyedContainer() throws -> any UnkeyedDecodingContainer {
        try next { try $0.unkeyedContainer() }
    }

    mutating func superDecoder() throws -> any Decoder { try next { $0 } }

    /// Moves on only when the item could be read, as the protocol asks.
    private mutating func next<Value>(_ read: (JSONValueDecoder) throws -> Value) throws -> Value {
        let path = codingPath + [ValueKey(currentIndex)]
        guard !isAtEnd else {
            throw DecodingError.valueNotFound(
                Value.self, .init(codingPath: path, debugDescription: "there are no more items"))
        }
        let value = try read(JSONValueDecoder(value: items[currentIndex], codingPath: path))
        currentIndex += 1
        return value
    }
}

private struct Single: SingleValueDecodingContainer {
    let decoder: JSONValueDecoder

    var codingPath: [any CodingKey] { decoder.codingPath }

    func decodeNil() -> Bool { decoder.value == .null }

    func decode<Value: Decodable>(_ type: Value.Type) throws -> Value { try decoder.decode(type) }
}
