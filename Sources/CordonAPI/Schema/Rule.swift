/// What a property must fulfil beyond its type.
///
/// A rule that says nothing of length, count or range leaves the limits of ``SchemaSet`` in place.
/// Patterns are simple and anchored (`^[a-z]+$`), so that they mean the same in every dialect.
public struct Rule: Sendable, Equatable {
    /// What the property means.
    public var description: String?
    /// The fewest characters of a text.
    public var minLength: Int?
    /// The most characters of a text.
    public var maxLength: Int?
    /// The regular expression that a text must match.
    public var pattern: String?
    /// The format of a text: `date-time` or `uri`.
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
    public var uniqueItems: Bool
    /// The most entries of a dictionary.
    public var maxProperties: Int?
    /// The most characters of each text in an array or dictionary.
    public var itemMaxLength: Int?
    /// The regular expression that each text in an array or dictionary must match.
    public var itemPattern: String?
    /// A value that fits; the reading of the schema fails when it does not.
    public var example: JSONValue?

    /// Makes a rule.
    public init(
        description: String? = nil, minLength: Int? = nil, maxLength: Int? = nil,
        pattern: String? = nil, format: String? = nil, minimum: Double? = nil,
        maximum: Double? = nil, minItems: Int? = nil, maxItems: Int? = nil,
        uniqueItems: Bool = false, maxProperties: Int? = nil, itemMaxLength: Int? = nil,
        itemPattern: String? = nil, example: JSONValue? = nil
    ) {
        self.description = description
        self.minLength = minLength
        self.maxLength = maxLength
        self.pattern = pattern
        self.format = format
        self.minimum = minimum
        self.maximum = maximum
        self.minItems = minItems
        self.maxItems = maxItems
        self.uniqueItems = uniqueItems
        self.maxProperties = maxProperties
        self.itemMaxLength = itemMaxLength
        self.itemPattern = itemPattern
        self.example = example
    }
}

/// A wire type that sets bounds to its properties.
public protocol Ruled {
    /// The rules by the property's name in Swift, such as `affectedUsers`.
    static var rules: [String: Rule] { get }
}

extension Rule {
    /// Merges the rule into the schema of a property.
    ///
    /// - Returns: What the rule asks for that the schema cannot have, such as the length of a
    ///   number, or nil when everything fits.
    func apply(to schema: inout JSONSchema) -> String? {
        if let misfit = misfit(schema) { return misfit }
        if let description { schema.description = description }
        if let example { schema.examples = [example] }
        if let minLength { schema.minLength = minLength }
        if let maxLength { schema.maxLength = maxLength }
        if let pattern { schema.pattern = pattern }
        if let format { schema.format = format }
        if let minimum { schema.minimum = minimum }
        if let maximum { schema.maximum = maximum }
        if let minItems { schema.minItems = minItems }
        if let maxItems { schema.maxItems = maxItems }
        if uniqueItems { schema.uniqueItems = true }
        if let maxProperties { schema.maxProperties = maxProperties }
        guard itemMaxLength != nil || itemPattern != nil else { return nil }
        return applyToItems(of: &schema)
    }

    private func misfit(_ schema: JSONSchema) -> String? {
        let bounds: [(isSet: Bool, name: String, kinds: [JSONSchema.Kind])] = [
            (minLength != nil, "minLength", [.string]), (maxLength != nil, "maxLength", [.string]),
            (pattern != nil, "pattern", [.string]), (format != nil, "format", [.string]),
            (minimum != nil, "minimum", [.integer, .number]),
            (maximum != nil, "maximum", [.integer, .number]),
            (minItems != nil, "minItems", [.array]), (maxItems != nil, "maxItems", [.array]),
            (uniqueItems, "uniqueItems", [.array]),
            (maxProperties != nil, "maxProperties", [.object]),
        ]
        let unfit = bounds.first { bound in
            guard bound.isSet else { return false }
            guard schema.reference == nil else { return true }
            return schema.kind.map { !bound.kinds.contains($0) } ?? false
        }
        return unfit?.name
    }

    private func applyToItems(of schema: inout JSONSchema) -> String? {
        let each = Rule(maxLength: itemMaxLength, pattern: itemPattern)
        if var items = schema.items {
            let misfit = each.apply(to: &items)
            schema.items = items
            return misfit.map { "an item's " + $0 }
        }
        if case .each(var value) = schema.additionalProperties {
            let misfit = each.apply(to: &value)
            schema.additionalProperties = .each(value)
            return misfit.map { "an item's " + $0 }
        }
        return "itemMaxLength or itemPattern"
    }
}
