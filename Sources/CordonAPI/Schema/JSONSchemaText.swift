extension JSONSchema: Encodable {
    /// Writes the schema, with the standard's names whatever the encoder's key strategy is.
    public func encode(to encoder: any Encoder) throws {
        try json.encode(to: encoder)
    }

    /// The schema as JSON, where a component is `#/components/schemas/NAME`.
    public var json: JSONValue {
        var members = annotations
        if let reference {
            let target: JSONValue = ["$ref": .string("#/components/schemas/" + reference)]
            if isNullable {
                members["anyOf"] = [target, ["type": "null"]]
            } else {
                members["$ref"] = .string("#/components/schemas/" + reference)
            }
            return .object(members)
        }
        if let kind {
            let type = JSONValue.string(kind.rawValue)
            members["type"] = isNullable ? [type, "null"] : type
        }
        if !enumeration.isEmpty {
            members["enum"] = .array(isNullable ? enumeration + [.null] : enumeration)
        }
        for (name, bound) in lengths where bound != nil {
            members[name] = bound.map { .integer(Int64($0)) }
        }
        members["pattern"] = pattern.map { .string($0) }
        members["format"] = format.map { .string($0) }
        members["minimum"] = minimum.map(plainest)
        members["maximum"] = maximum.map(plainest)
        if uniqueItems { members["uniqueItems"] = true }
        members["items"] = items?.json
        addProperties(to: &members)
        return .object(members)
    }

    private var annotations: [String: JSONValue] {
        var members: [String: JSONValue] = [:]
        members["title"] = title.map { .string($0) }
        members["description"] = description.map { .string($0) }
        if !examples.isEmpty { members["examples"] = .array(examples) }
        return members
    }

    private var lengths: [(String, Int?)] {
        [
            ("minLength", minLength), ("maxLength", maxLength), ("minItems", minItems),
            ("maxItems", maxItems), ("maxProperties", maxProperties),
        ]
    }

    private func addProperties(to members: inout [String: JSONValue]) {
        if !properties.isEmpty {
            let named = properties.map { ($0.name, $0.schema.json) }
            members["properties"] = .object(Dictionary(named) { _, later in later })
        }
        if !required.isEmpty { members["required"] = .array(required.map { .string($0) }) }
        switch additionalProperties {
        case .open: break
        case .closed: members["additionalProperties"] = false
        case .each(let schema): members["additionalProperties"] = schema.json
        }
    }

    private func plainest(_ number: Double) -> JSONValue {
        Int64(exactly: number).map { .integer($0) } ?? .number(number)
    }
}
