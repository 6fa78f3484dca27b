/// One check of a value against a schema, collecting what is wrong.
struct SchemaCheck {
    let components: [String: JSONSchema]
    let patterns: PatternCache
    private(set) var violations: [SchemaViolation] = []
    private var path = ValuePath()

    init(components: [String: JSONSchema], patterns: PatternCache) {
        self.components = components
        self.patterns = patterns
    }

    private var isFull: Bool { violations.count >= SchemaSet.violationLimit }

    /// Checks a value and everything inside it.
    mutating func visit(_ value: JSONValue, _ asked: JSONSchema) {
        guard !isFull else { return }
        if asked.isNullable, value == .null { return }
        guard let schema = resolved(asked) else {
            report("cannot be checked, because its schema is not known")
            return
        }
        guard check(value, is: schema.kind, orNull: asked.isNullable) else { return }
        if !schema.enumeration.isEmpty, !schema.enumeration.contains(value.plainest) {
            let allowed = schema.enumeration.map(\.asText).joined(separator: ", ")
            report("must be one of: \(allowed)")
            return
        }
        switch value {
        case .null, .bool: break
        case .integer(let integer): check(Double(integer), schema)
        case .number(let number): check(number, schema)
        case .string(let text): check(text, schema)
        case .array(let items): enter { $0.check(items, schema) }
        case .object(let members): enter { $0.check(members, schema) }
        }
    }

    private func resolved(_ schema: JSONSchema) -> JSONSchema? {
        var schema = schema
        // A component that stands for another is rare, and one that stands for itself a defect.
        for _ in 0..<SchemaSet.depthLimit {
            guard let name = schema.reference else { return schema }
            guard let component = components[name] else { return nil }
            schema = component
        }
        return nil
    }

    private mutating func check(
        _ value: JSONValue, is kind: JSONSchema.Kind?, orNull isNullable: Bool
    ) -> Bool {
        let fits =
            switch (kind, value) {
            case (nil, _), (.object, .object), (.array, .array), (.string, .string),
                (.boolean, .bool), (.number, .number), (.number, .integer), (.integer, .integer):
                true
            case (.integer, .number(let number)): Int64(exactly: number) != nil
            default: false
            }
        if let kind, !fits {
            let expected =
                switch kind {
                case .object: "an object"
                case .array: "an array"
                case .string: "a string"
                case .integer: "an integer"
                case .number: "a number"
                case .boolean: "true or false"
                }
            report("must be \(expected)\(isNullable ? " or null" : ""), is \(value.kindAsText)")
        }
        return fits
    }

    private mutating func check(_ number: Double, _ schema: JSONSchema) {
        if let minimum = schema.minimum, number < minimum {
            report("must be at least \(minimum.asText), is \(number.asText)")
        }
        if let maximum = schema.maximum, number > maximum {
            report("must be at most \(maximum.asText), is \(number.asText)")
        }
    }

    private mutating func check(_ text: String, _ schema: JSONSchema) {
        if text.utf8.contains(0) { report("must not contain the character U+0000") }
        if schema.minLength != nil || schema.maxLength != nil {
            let length = text.unicodeScalars.count
            if let least = schema.minLength, length < least {
                report("must have at least \(least.counted("character")), has \(length)")
                return
            }
            if let most = schema.maxLength, length > most {
                // Too long for the pattern as well, which might take its time.
                report("must have at most \(most.counted("character")), has \(length)")
                return
            }
        }
        if let format = schema.format.flatMap(TextFormat.init), !format.isMet(by: text) {
            report(format.demand)
        }
        guard let pattern = schema.pattern else { return }
        // A pattern of a type was compiled when its schema was read; a broken one matches nothing.
        let isMatch = (try? patterns.isMatch(text, pattern: pattern)) ?? false
        if !isMatch { report("must match the pattern \(pattern)") }
    }

    private mutating func check(_ items: [JSONValue], _ schema: JSONSchema) {
        if let least = schema.minItems, items.count < least {
            report("must have at least \(least.counted("item")), has \(items.count)")
        }
        if let most = schema.maxItems, items.count > most {
            report("must have at most \(most.counted("item")), has \(items.count)")
            return
        }
        var places: [JSONValue: Int] = [:]
        for (index, item) in items.enumerated() where !isFull {
            step(.index(index)) { check in
                if schema.uniqueItems, let first = places[item.plainest] {
                    check.report("must differ from the other items, equals item \(first)")
                }
                check.visit(item, schema.items ?? JSONSchema())
            }
            if schema.uniqueItems, places[item.plainest] == nil { places[item.plainest] = index }
        }
    }

    private mutating func check(_ members: [String: JSONValue], _ schema: JSONSchema) {
        if let most = schema.maxProperties, members.count > most {
            let noun = most == 1 ? "property" : "properties"
            report("must have at most \(most) \(noun), has \(members.count)")
            return
        }
        var known: Set<String> = []
        for property in schema.properties where !isFull {
            known.insert(property.name)
            step(.name(property.name)) { check in
                if let value = members[property.name] {
                    check.visit(value, property.schema)
                } else if schema.required.contains(property.name) {
                    check.report("is missing")
                }
            }
        }
        for name in schema.required where !known.contains(name) && members[name] == nil {
            step(.name(name)) { $0.report("is missing") }
        }
        for name in members.keys.sorted() where !isFull && !known.contains(name) {
            guard let value = members[name] else { continue }
            step(.name(name)) { check in
                if name.utf8.contains(0) {
                    check.report("must not have the character U+0000 in its name")
                }
                switch schema.additionalProperties {
                case .open: check.visit(value, JSONSchema())
                case .each(let each): check.visit(value, each)
                case .closed: check.report(unknown(name, among: schema.properties.map(\.name)))
                }
            }
        }
    }

    /// Goes one level down, unless that is too deep.
    private mutating func enter(_ check: (inout SchemaCheck) -> Void) {
        guard path.steps.count < SchemaSet.depthLimit else {
            report("is nested deeper than \(SchemaSet.depthLimit) levels; make it flatter")
            return
        }
        check(&self)
    }

    private mutating func step(_ step: ValuePath.Step, _ check: (inout SchemaCheck) -> Void) {
        path.steps.append(step)
        check(&self)
        path.steps.removeLast()
    }

    private mutating func report(_ message: String) {
        guard !isFull else { return }
        violations.append(SchemaViolation(pointer: path.pointer, message: message))
    }
}

private func unknown(_ name: String, among known: [String]) -> String {
    guard name.utf8.count <= SchemaViolation.pointerLimit / 2 else {
        return "has a property with a name of \(name.unicodeScalars.count) characters; remove it"
    }
    guard let near = nearest(to: name, among: known) else { return "is not known; remove it" }
    return "is not known; did you mean \(near)?"
}

extension JSONValue {
    /// The same value, with a whole number as an integer, so that `1.0` equals `1`.
    fileprivate var plainest: JSONValue {
        guard case .number(let number) = self, let integer = Int64(exactly: number) else {
            return self
        }
        return .integer(integer)
    }

    fileprivate var kindAsText: String {
        switch self {
        case .null: "null"
        case .bool(let truth): "\(truth)"
        case .number, .integer: "a number"
        case .string: "a string"
        case .array: "an array"
        case .object: "an object"
        }
    }

    fileprivate var asText: String {
        switch self {
        case .string(let text): text
        case .integer(let integer): "\(integer)"
        case .number(let number): number.asText
        default: kindAsText
        }
    }
}

extension Double {
    fileprivate var asText: String { Int64(exactly: self).map { "\($0)" } ?? "\(self)" }
}

extension Int {
    fileprivate func counted(_ noun: String) -> String { "\(self) \(noun)\(self == 1 ? "" : "s")" }
}
