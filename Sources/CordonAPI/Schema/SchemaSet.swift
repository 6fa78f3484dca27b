/// The schemas of some types, and the components that these share.
///
/// A strict set is for what clients send: objects refuse properties that nobody declared, and
/// texts, arrays and dictionaries without a rule get the default bounds below. A lax set is for
/// what the server answers: its objects stay open, because fields may be added.
///
/// Copies of a set share one store of compiled patterns; otherwise a set is a plain value.
public struct SchemaSet: Sendable {
    /// The most characters of a text that no rule bounds, in a strict set.
    public static let defaultMaxLength = 4_000
    /// The most items of an array that no rule bounds, in a strict set.
    public static let defaultMaxItems = 1_000
    /// The most entries of a dictionary that no rule bounds, in a strict set.
    public static let defaultMaxProperties = 1_000
    /// The most objects and arrays inside one another.
    public static let depthLimit = 64
    /// The most violations that one check reports.
    public static let violationLimit = 50

    /// Whether objects refuse unknown properties and everything has a bound.
    public let isStrict: Bool
    /// The named schemas that others refer to.
    public internal(set) var components: [String: JSONSchema] = [:]
    /// The rules that name no property of their type, as `Type.property`.
    ///
    /// Such a rule is a slip of the pen, unless two types share their rules.
    public internal(set) var unusedRules: Set<String> = []

    /// Which type each component stands for, so that two of one name are noticed.
    var owners: [String: ObjectIdentifier] = [:]
    let patterns = PatternCache()

    /// Starts an empty set.
    public init(strict: Bool) {
        isStrict = strict
    }

    /// Reads the shape of a type and remembers its components.
    ///
    /// The type is decoded with made-up values: empty texts, zeros, false, no items. An optional
    /// property may be absent or null. A type that accepts none of these values cannot be read.
    /// - Throws: ``SchemaError`` when the type cannot be read or a rule does not fit; a defect of
    ///   the program, to be found by a test.
    public mutating func schema(of type: any Decodable.Type) throws(SchemaError) -> JSONSchema {
        let session = SchemaSession(self)
        let schema = try session.finish(type)
        self = session.set
        return schema
    }

    /// Checks a value and says everything that is wrong with it, in the order of the schema.
    ///
    /// Stops after ``violationLimit``. Beside the schema, two things hold for every value: no text
    /// contains U+0000, which PostgreSQL cannot store, and nothing is nested deeper than
    /// ``depthLimit``. Each pattern is compiled once for the life of the set.
    public func violations(
        of value: JSONValue, against schema: JSONSchema
    ) -> [SchemaViolation] {
        var check = SchemaCheck(components: components, patterns: patterns)
        check.visit(value, schema)
        return check.violations
    }
}

/// Why a type has no schema: a defect of the program, not of what somebody sent.
public struct SchemaError: Error, Equatable, CustomStringConvertible {
    /// The type, or the property as `Type.property`.
    public let subject: String
    /// What is wrong with it.
    public let reason: String

    /// The subject and the reason.
    public var description: String { subject + ": " + reason }
}
