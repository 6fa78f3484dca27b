/// A decoder that answers with made-up values and writes down what it is asked for.
///
/// The three containers below it need only one generic method each: it serves the requirement for
/// every type at once.
struct SchemaReader: Decoder {
    let session: SchemaSession
    let record = ShapeRecord()

    var codingPath: [any CodingKey] { [] }
    var userInfo: [CodingUserInfoKey: Any] { [:] }

    func container<Key: CodingKey>(keyedBy type: Key.Type) -> KeyedDecodingContainer<Key> {
        KeyedDecodingContainer(PropertyReader(session: session, record: record))
    }

    func unkeyedContainer() -> any UnkeyedDecodingContainer {
        ItemReader(session: session, record: record)
    }

    func singleValueContainer() -> any SingleValueDecodingContainer {
        ValueReader(session: session, record: record)
    }
}

/// What the decoding of one value asked for.
///
/// Owned by one ``SchemaReader``; its containers write into it.
final class ShapeRecord {
    /// Set when the type is no object but stands for another value.
    var schema: JSONSchema?
    /// The properties in the order in which they were asked for, by their names in Swift.
    private(set) var fields: [(name: String, schema: JSONSchema)] = []
    /// The properties for which the type could do without a value.
    var optional: Set<String> = []
    /// The properties for which the type could do with null.
    var nullable: Set<String> = []

    /// Adds a property, unless it is known already.
    ///
    /// - Throws: ``SchemaError`` when the name would not survive the wire.
    func add(_ name: String, _ schema: JSONSchema) throws(SchemaError) {
        guard !fields.contains(where: { $0.name == name }) else { return }
        let wire = snakeCased(name)
        guard camelCased(wire) == name else {
            // JSONDecoder would look for the second name and find nothing.
            let found = camelCased(wire)
            throw SchemaError(
                subject: name, reason: "comes back from \(wire) as \(found); name it \(found)")
        }
        fields.append((name, schema))
    }

    /// The properties as an object on the wire.
    func object(isStrict: Bool) -> JSONSchema {
        var object = JSONSchema(.object)
        object.properties = fields.map { field in
            var schema = field.schema
            if nullable.contains(field.name) { schema.isNullable = true }
            return JSONSchema.Property(snakeCased(field.name), schema)
        }
        object.required = fields.filter { !optional.contains($0.name) }.map { snakeCased($0.name) }
        object.additionalProperties = isStrict ? .closed : .open
        return object
    }
}

private struct PropertyReader<Key: CodingKey>: KeyedDecodingContainerProtocol {
    let session: SchemaSession
    let record: ShapeRecord

    var codingPath: [any CodingKey] { [] }
    var allKeys: [Key] { [] }

    func contains(_ key: Key) -> Bool {
        record.optional.insert(key.stringValue)
        return true
    }

    func decodeNil(forKey key: Key) -> Bool {
        record.nullable.insert(key.stringValue)
        return false
    }

    func decode<Value: Decodable>(_ type: Value.Type, forKey key: Key) throws -> Value {
        let (schema, value) = try session.read(type)
        try record.add(key.stringValue, schema)
        return value
    }

    func decodeIfPresent<Value: Decodable>(_ type: Value.Type, forKey key: Key) throws -> Value? {
        record.optional.insert(key.stringValue)
        record.nullable.insert(key.stringValue)
        try record.add(key.stringValue, try session.schema(of: type))
        return nil
    }

    func nestedContainer<Nested: CodingKey>(
        keyedBy type: Nested.Type, forKey key: Key
    ) throws -> KeyedDecodingContainer<Nested> {
        throw SchemaError(subject: key.stringValue, reason: "is a container without a type")
    }

    func nestedUnkeyedContainer(forKey key: Key) throws -> any UnkeyedDecodingContainer {
        throw SchemaError(subject: key.stringValue, reason: "is a container without a type")
    }

    func superDecoder() throws -> any Decoder { try superDecoder(named: "super") }

    func superDecoder(forKey key: Key) throws -> any Decoder {
        try superDecoder(named: key.stringValue)
    }

    private func superDecoder(named name: String) throws -> any Decoder {
        throw SchemaError(subject: name, reason: "is a superclass")
    }
}

/// An array that a type reads by itself: it gets one item.
private struct ItemReader: UnkeyedDecodingContainer {
    let session: SchemaSession
    let record: ShapeRecord

    var codingPath: [any CodingKey] { [] }
    var count: Int? { nil }
    private(set) var currentIndex = 0
    var isAtEnd: Bool { currentIndex > 0 }

    init(session: SchemaSession, record: ShapeRecord) {
        self.session = session
        self.record = record
        let limit = session.set.isStrict ? SchemaSet.defaultMaxItems : nil
        record.schema = .array(of: JSONSchema(), maxItems: limit)
    }

    func decodeNil() -> Bool { false }

    mutating func decode<Value: Decodable>(_ type: Value.Type) throws -> Value {
        let (schema, value) = try session.read(type)
        record.schema?.items = schema
        currentIndex += 1
        return value
    }

    func nestedContainer<Nested: CodingKey>(
        keyedBy type: Nested.Type
    ) throws -> KeyedDecodingContainer<Nested> {
        throw SchemaError(subject: "item", reason: "is a container without a type")
    }

    func nestedUnkeyedContainer() throws -> any UnkeyedDecodingContainer {
        throw SchemaError(subject: "item", reason: "is a container without a type")
    }

    func superDecoder() throws -> any Decoder {
        throw SchemaError(subject: "item", reason: "is a superclass")
    }
}

/// A type that stands for one other value, such as an identifier for its text.
private struct ValueReader: SingleValueDecodingContainer {
    let session: SchemaSession
    let record: ShapeRecord

    var codingPath: [any CodingKey] { [] }

    func decodeNil() -> Bool { false }

    func decode<Value: Decodable>(_ type: Value.Type) throws -> Value {
        let (schema, value) = try session.read(type)
        record.schema = schema
        return value
    }
}
