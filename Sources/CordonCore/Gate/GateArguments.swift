extension GateArgument {
    /// An argument as far as a rule can judge it.
    package init(_ tree: JSONTree) {
        switch tree {
        case .string(let text): self = .text(text)
        case .number(let digits):
            // What no `Double` holds passes no bound.
            let number = Double(digits).flatMap { $0.isFinite ? $0 : nil }
            self = number.map(GateArgument.number) ?? .other
        case .array(let items, _): self = .list(items.map(GateArgument.init))
        case .object, .bool, .null: self = .other
        }
    }

    /// The arguments of a call; what is no object passes no rule.
    package static func named(in tree: JSONTree?) -> [String: GateArgument] {
        var named: [String: GateArgument] = [:]
        for member in tree?.members ?? [] { named[member.name] = GateArgument(member.value) }
        return named
    }
}
