/// When a call waits for people, for how long, and for how many.
package struct ApprovalTermsBody: Codable, Sendable, Equatable, Ruled {
    /// How long people have, a day by default; afterwards silence is a no.
    package var windowMinutes: Int?
    /// The roles that may decide; everybody with the permission when absent.
    package var approvers: [ApproverRole]?
    /// The argument whose number the two bounds are about.
    package var argument: String?
    /// Up to this amount nobody is asked.
    package var above: Double?
    /// Above this amount two people are asked.
    package var secondAbove: Double?

    package static let rules: [String: Rule] = [
        "windowMinutes": Rule(
            description: "From a minute to 30 days.", minimum: 1, maximum: 43_200),
        "approvers": Rule(minItems: 1, maxItems: 20, uniqueItems: true), "argument": lineRule,
    ]

    package init(
        windowMinutes: Int? = nil, approvers: [ApproverRole]? = nil, argument: String? = nil,
        above: Double? = nil, secondAbove: Double? = nil
    ) {
        self.windowMinutes = windowMinutes
        self.approvers = approvers
        self.argument = argument
        self.above = above
        self.secondAbove = secondAbove
    }
}

/// A role that may decide on calls that wait.
package enum ApproverRole: String, Codable, CaseIterable, Sendable {
    case `operator`, reviewer, owner
    case functionalLeader = "functional_leader"
    case executiveSponsor = "executive_sponsor"
    case executiveLeadership = "executive_leadership"
    case legal, security, hr, finance, operations
}

/// Says yes to a call that waits: `POST /approvals/{id}/approve`.
package struct ApprovalRequest: Codable, Sendable, Ruled {
    package var reason: String?
    /// In place of those that were asked for: the call may then be made with these only.
    package var arguments: [String: JSONValue]?
    /// Of the call that was read: needed once somebody has changed its arguments.
    package var digest: String?

    package static let rules: [String: Rule] = [
        "reason": Rule(maxLength: 4_000),
        "digest": Rule(minLength: 64, maxLength: 64), "arguments": Rule(maxProperties: 100),
    ]
}
