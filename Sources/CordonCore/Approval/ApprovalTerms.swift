/// When a call waits for a person, for how long, and for how many.
///
/// With `argument` and `above`, smaller calls need nobody; with `secondAbove`, larger ones need two
/// people.
package struct ApprovalTerms: Codable, Equatable, Sendable {
    /// How long people have, 1 minute to 30 days; afterwards silence is a no.
    package var windowMinutes: Int?
    /// The roles that may decide; everybody with the permission when absent.
    package var approvers: [Role]?
    /// The argument whose number the two bounds are about.
    package var argument: String?
    package var above: Double?
    package var secondAbove: Double?

    package init(
        windowMinutes: Int? = nil, approvers: [Role]? = nil, argument: String? = nil,
        above: Double? = nil, secondAbove: Double? = nil
    ) {
        self.windowMinutes = windowMinutes
        self.approvers = approvers
        self.argument = argument
        self.above = above
        self.secondAbove = secondAbove
    }

    /// Minutes that a window has: a minute to 30 days.
    package static let window = 1...43_200
    /// A day, so that a call of Friday evening is not lost before anybody reads it on Saturday.
    package static let usualWindowMinutes = 1_440

    /// Whether the bounds mean something: they are about an argument, and in their order.
    var isSound: Bool {
        guard above != nil || secondAbove != nil else { return true }
        guard argument != nil else { return false }
        if let above, let secondAbove { return above <= secondAbove }
        return true
    }

    /// How many people a call with these arguments needs.
    ///
    /// An amount that is no number is taken for one above every bound.
    func persons(for arguments: [String: GateArgument]) -> Int {
        guard let argument else { return 1 }
        var amount = Double.infinity
        if case .number(let number)? = arguments[argument], number.isFinite { amount = number }
        if let secondAbove, amount > secondAbove { return 2 }
        if let above, amount <= above { return 0 }
        return 1
    }
}

/// What has to happen before a call may be carried out.
package struct ApprovalNeed: Equatable, Sendable {
    /// One sentence for the caller.
    package let reason: String
    /// How many people: 1 or 2.
    package let persons: Int
    package let windowMinutes: Int
    package let approvers: [Role]

    package init(
        reason: String, persons: Int = 1,
        windowMinutes: Int = ApprovalTerms.usualWindowMinutes, approvers: [Role] = []
    ) {
        self.reason = reason
        self.persons = persons
        self.windowMinutes = windowMinutes
        self.approvers = approvers
    }

    /// What the terms ask for a call of `subject`; `nil` when it needs nobody.
    init?(_ terms: ApprovalTerms?, for arguments: [String: GateArgument], of subject: String) {
        let persons = terms?.persons(for: arguments) ?? 1
        guard persons > 0 else { return nil }
        let who = persons == 1 ? "A person has" : "Two people have"
        self.init(
            reason: "\(who) to approve \(subject).", persons: persons,
            windowMinutes: terms?.windowMinutes ?? ApprovalTerms.usualWindowMinutes,
            approvers: terms?.approvers ?? [])
    }
}
