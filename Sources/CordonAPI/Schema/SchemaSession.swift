/// One reading of a type and of all types below it.
///
/// It lives for one call of ``SchemaSet/schema(of:)``, on one thread; the decoders that it hands
/// out share it.
final class SchemaSession {
    /// The set so far; becomes the caller's when the reading succeeds.
    private(set) var set: SchemaSet
    /// A value of each type read so far, for the next place that needs one.
    private var made: [ObjectIdentifier: Any] = [:]
    /// The types that are being read right now, from the outermost to the innermost.
    private var open: [ObjectIdentifier] = []
    /// Examples to be checked once every component is known.
    private var examples: [(subject: String, schema: JSONSchema)] = []

    init(_ set: SchemaSet) {
        self.set = set
    }

    /// Reads the outermost type, and checks what can be checked only at the end.
    func finish(_ type: any Decodable.Type) throws(SchemaError) -> JSONSchema {
        let schema = try schema(of: type)
        for (subject, schema) in examples {
            for example in schema.examples {
                let broken = set.violations(of: example, against: schema).first
                guard let broken else { continue }
                throw SchemaError(subject: subject, reason: "the example \(broken.message)")
            }
        }
        return schema
    }

    /// The schema alone, for places that get by without a value, so that a type may hold itself.
    func schema(of type: any Decodable.Type) throws(SchemaError) -> JSONSchema {
        if open.contains(ObjectIdentifier(type)) { return .component(componentName(of: type)) }
        return try schemaAndValue(type)
    }

    /// The schema and a made-up value.
    func read<Value: Decodable>(
        _ type: Value.Type
    ) throws(SchemaError) -> (schema: JSONSchema, value: Value) {
        let (schema, value) = try shape(of: type)
        guard let value = value as? Value else {
            throw SchemaError(subject: componentName(of: type), reason: "cannot be made up")
        }
        return (schema, value)
    }

    /// Adds a named component.
    func add(_ schema: JSONSchema, for type: any Decodable.Type) throws(SchemaError) -> JSONSchema {
        let name = componentName(of: type)
        let owner = ObjectIdentifier(type)
        guard set.owners[name, default: owner] == owner else {
            throw SchemaError(subject: name, reason: "is the name of two types")
        }
        set.owners[name] = owner
        set.components[name] = schema
        return .component(name)
    }

    private func schemaAndValue<Value: Decodable>(
        _ type: Value.Type
    ) throws(SchemaError) -> JSONSchema {
        try read(type).schema
    }

    private func shape<Value: Decodable>(
        of type: Value.Type
    ) throws(SchemaError) -> (JSONSchema, Any) {
        if let standard = try standard(type) { return standard }
        if let enumeration = try enumeration(type) { return enumeration }
        if let value = made[ObjectIdentifier(type)] {
            return (.component(componentName(of: type)), value)
        }
        return try decoded(type)
    }

    /// Types of the standard library, and any JSON.
    private func standard(
        _ type: any Decodable.Type
    ) throws(SchemaError) -> (JSONSchema, Any)? {
        switch type {
        case is JSONValue.Type: return (JSONSchema(), JSONValue.null)
        case is Bool.Type: return (JSONSchema(.boolean), false)
        case is Double.Type: return (JSONSchema(.number), Double(0))
        case is Float.Type: return (JSONSchema(.number), Float(0))
        case is String.Type:
            return (.string(maxLength: set.isStrict ? SchemaSet.defaultMaxLength : nil), "")
        case let integer as any FixedWidthInteger.Type: return Self.integer(integer)
        case let optional as any OptionalShape.Type:
            var schema = try element(optional.element, of: type)
            schema.isNullable = true
            return (schema, optional.empty)
        case let array as any ArrayShape.Type:
            let items = try element(array.element, of: type)
            let limit = set.isStrict ? SchemaSet.defaultMaxItems : nil
            return (.array(of: items, maxItems: limit), array.empty)
        case let dictionary as any DictionaryShape.Type:
            guard dictionary.key is String.Type else {
                throw SchemaError(subject: "\(type)", reason: "has keys that are not String")
            }
            var schema = JSONSchema(.object)
            schema.additionalProperties = .each(try element(dictionary.element, of: type))
            schema.maxProperties = set.isStrict ? SchemaSet.defaultMaxProperties : nil
            return (schema, dictionary.empty)
        default: return nil
        }
    }

    private func element(
        _ element: Any.Type, of type: any Decodable.Type
    ) throws(SchemaError) -> JSONSchema {
        guard let element = element as? any Decodable.Type else {
            throw SchemaError(subject: "\(type)", reason: "has elements that are not Decodable")
        }
        return try schema(of: element)
    }

    private static func integer<Value: FixedWidthInteger>(
        _ type: Value.Type
    ) -> (JSONSchema, Any) {
        var schema = JSONSchema(.integer)
        if type.bitWidth < 64 {
            schema.minimum = Double(type.min)
            schema.maximum = Double(type.max)
        } else if !type.isSigned {
            schema.minimum = 0
        } else {
            schema.format = "int64"
        }
        return (schema, Value.zero)
    }

    /// Enums whose cases are raw values.
    private func enumeration(
        _ type: any Decodable.Type
    ) throws(SchemaError) -> (JSONSchema, Any)? {
        guard let cases = type as? any (CaseIterable & RawRepresentable).Type else { return nil }
        let (values, first) = Self.rawValues(cases)
        var schema = JSONSchema(.string)
        if values.allSatisfy({ $0 is String }) {
            schema.enumeration = values.map { .string("\($0)") }
        } else {
            schema.kind = .integer
            schema.enumeration = values.compactMap { value in
                (value as? any BinaryInteger).map { .integer(Int64(clamping: $0)) }
            }
        }
        guard let first, schema.enumeration.count == values.count else {
            throw SchemaError(
                subject: componentName(of: type), reason: "has neither texts nor integers as cases")
        }
        return (try add(schema, for: type), first)
    }

    private static func rawValues<Value: CaseIterable & RawRepresentable>(
        _ type: Value.Type
    ) -> (values: [Any], first: Any?) {
        (type.allCases.map { $0.rawValue }, type.allCases.first)
    }

    /// Any other type: its own decoding tells what it consists of.
    private func decoded<Value: Decodable>(
        _ type: Value.Type
    ) throws(SchemaError) -> (JSONSchema, Any) {
        let name = componentName(of: type)
        guard !open.contains(ObjectIdentifier(type)) else {
            throw SchemaError(subject: name, reason: "always contains itself")
        }
        open.append(ObjectIdentifier(type))
        defer { open.removeLast() }
        let reader = SchemaReader(session: self)
        let value: Value
        do {
            value = try Value(from: reader)
        } catch let error as SchemaError {
            throw error
        } catch {
            throw SchemaError(subject: name, reason: "refuses made-up values: \(error)")
        }
        if let inline = reader.record.schema { return (inline, value) }
        let object = try ruled(reader.record.object(isStrict: set.isStrict), type, reader.record)
        made[ObjectIdentifier(type)] = value
        return (try add(object, for: type), value)
    }

    /// Merges the rules of a type into its properties.
    private func ruled(
        _ object: JSONSchema, _ type: any Decodable.Type, _ record: ShapeRecord
    ) throws(SchemaError) -> JSONSchema {
        guard let rules = (type as? any Ruled.Type)?.rules else { return object }
        let name = componentName(of: type)
        var object = object
        for property in rules.keys.sorted() {
            let subject = name + "." + property
            guard let rule = rules[property],
                let index = record.fields.firstIndex(where: { $0.name == property })
            else {
                set.unusedRules.insert(subject)
                continue
            }
            var schema = object.properties[index].schema
            if let misfit = rule.apply(to: &schema) {
                throw SchemaError(subject: subject, reason: "cannot have \(misfit)")
            }
            for pattern in [rule.pattern, rule.itemPattern].compactMap(\.self) {
                do {
                    _ = try set.patterns.isMatch("", pattern: pattern)
                } catch {
                    throw SchemaError(subject: subject, reason: "\(pattern): \(error)")
                }
            }
            object.properties[index].schema = schema
            if !schema.examples.isEmpty { examples.append((subject, schema)) }
        }
        return object
    }
}

private protocol OptionalShape {
    static var element: Any.Type { get }
    static var empty: Self { get }
}

extension Optional: OptionalShape {
    fileprivate static var element: Any.Type { Wrapped.self }
    fileprivate static var empty: Self { nil }
}

private protocol ArrayShape {
    static var element: Any.Type { get }
    static var empty: Self { get }
}

extension Array: ArrayShape {
    fileprivate static var element: Any.Type { Element.self }
    fileprivate static var empty: Self { [] }
}

private protocol DictionaryShape {
    static var key: Any.Type { get }
    static var element: Any.Type { get }
    static var empty: Self { get }
}

extension Dictionary: DictionaryShape {
    fileprivate static var key: Any.Type { Key.self }
    fileprivate static var element: Any.Type { Value.self }
    fileprivate static var empty: Self { [:] }
}
