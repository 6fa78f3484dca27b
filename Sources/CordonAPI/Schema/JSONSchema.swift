/// A JSON Schema (draft 2020-12), as far as the API needs it.
///
/// A constraint holds only for values of its kind, as in the standard: a schema with a `maxLength`
/// and no ``kind`` lets every number pass.
public struct JSONSchema: Sendable, Equatable {
    /// The kind of value that a schema asks for.
    public enum Kind: String, Sendable {
        /// Values by name.
        case object
        /// Values in order.
        case array
        /// A text.
        case string
        /// A whole number, which may be spelled `1.0`.
        case integer
        /// Any number.
        case number
        /// True or false.
        case boolean
    }

    /// A property of an object.
    public struct Property: Sendable, Equatable {
        /// The name on the wire.
        public var name: String
        /// What the value must be.
        public var schema: JSONSchema

        /// Names a property.
        public init(_ name: String, _ schema: JSONSchema) {
            self.name = name
            self.schema = schema
        }
    }

    /// What an object may hold beside its named properties.
    public indirect enum AdditionalProperties: Sendable, Equatable {
        /// Anything.
        case open
        /// Nothing.
        case closed
        /// Values of one schema, under any name.
        case each(JSONSchema)
    }

    /// The component that this schema stands for; constraints beside it are not checked.
    public var reference: String?
    /// The kind of value, or nil for any.
    public var kind: Kind?
    /// Whether null will do as well.
    public var isNullable = false
    /// A short name for people.
    public var title: String?
    /// What the value means.
    public var description: String?
    /// Values that fit.
    public var examples: [JSONValue] = []
    /// The only values allowed, or none for all.
    public var enumeration: [JSONValue] = []

    /// The fewest characters of a text, counted in Unicode scalars.
    public var minLength: Int?
    /// The most characters of a text, counted in Unicode scalars.
    public var maxLength: Int?
    /// A regular expression that a text must contain a match of; ours are anchored at both ends.
    public var pattern: String?
    /// The format of a text; `date-time` and `uri` are checked, others only described.
    public var format: String?

    /// The least number.
    public var minimum: Double?
    /// The greatest number.
    public var maximum: Double?

    /// The fewest items of an array.
    public var minItems: Int?
    /// The most items of an array.
    public var maxItems: Int?
    /// Whether no two items of an array may be equal.
    public var uniqueItems = false

    /// The properties of an object, in the order in which they are read.
    public var properties: [Property] = []
    /// The names of the properties that must be there.
    public var required: [String] = []
    /// What an object may hold beside its properties.
    public var additionalProperties = AdditionalProperties.open
    /// The most properties of an object.
    public var maxProperties: Int?

    /// None or one: a structure can only hold itself by way of an array.
    private var itemSchemas: [JSONSchema] = []

    /// Starts a schema of a kind, or one that allows everything.
    public init(_ kind: Kind? = nil) {
        self.kind = kind
    }

    /// What every item of an array must be.
    public var items: JSONSchema? {
        get { itemSchemas.first }
        set { itemSchemas = newValue.map { [$0] } ?? [] }
    }

    /// Stands for a named component.
    public static func component(_ name: String) -> JSONSchema {
        var schema = JSONSchema()
        schema.reference = name
        return schema
    }

    /// Describes a text.
    public static func string(
        minLength: Int? = nil, maxLength: Int? = nil, pattern: String? = nil, format: String? = nil
    ) -> JSONSchema {
        var schema = JSONSchema(.string)
        schema.minLength = minLength
        schema.maxLength = maxLength
        schema.pattern = pattern
        schema.format = format
        return schema
    }

    /// Describes one of some texts.
    public static func oneOf(_ values: [String]) -> JSONSchema {
        var schema = JSONSchema(.string)
        schema.enumeration = values.map { .string($0) }
        return schema
    }

    /// Describes a whole number.
    public static func integer(minimum: Double? = nil, maximum: Double? = nil) -> JSONSchema {
        var schema = JSONSchema(.integer)
        schema.minimum = minimum
        schema.maximum = maximum
        return schema
    }

    /// Describes an array.
    public static func array(of items: JSONSchema, maxItems: Int? = nil) -> JSONSchema {
        var schema = JSONSchema(.array)
        schema.items = items
        schema.maxItems = maxItems
        return schema
    }

    /// Describes an object, open to further properties.
    public static func object(_ properties: [Property], required: [String] = []) -> JSONSchema {
        var schema = JSONSchema(.object)
        schema.properties = properties
        schema.required = required
        return schema
    }

    /// Gives the same schema with components under other names.
    func renaming(_ names: [String: String]) -> JSONSchema {
        var schema = self
        schema.reference = reference.map { names[$0] ?? $0 }
        schema.items = items?.renaming(names)
        schema.properties = properties.map { Property($0.name, $0.schema.renaming(names)) }
        if case .each(let each) = additionalProperties {
            schema.additionalProperties = .each(each.renaming(names))
        }
        return schema
    }

    /// The names of the components that this schema mentions.
    var references: Set<String> {
        var names = Set(reference.map { [$0] } ?? [])
        names.formUnion(items?.references ?? [])
        for property in properties { names.formUnion(property.schema.references) }
        if case .each(let each) = additionalProperties { names.formUnion(each.references) }
        return names
    }
}
