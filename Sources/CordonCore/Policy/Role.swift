/// What a person may be in the response; the words of the playbook.
///
/// Raw values are stored and exchanged: they are never renamed.
package enum Role: String, Codable, CaseIterable, Sendable {
    case reporter
    case `operator`
    case reviewer
    case owner
    case functionalLeader = "functional_leader"
    case executiveSponsor = "executive_sponsor"
    case executiveLeadership = "executive_leadership"
    case legal
    case security
    case hr
    case finance
    case operations
    case governance
    case auditor
    case administrator

    /// What a grant of this role is bound to: an owner owns one workflow, a leader leads one
    /// function.
    package var binding: Binding {
        switch self {
        case .owner, .operator, .reviewer: .workflow
        case .functionalLeader: .function
        default: .company
        }
    }

    /// Whether a sign-off may ever be given in this role.
    package var signs: Bool {
        switch self {
        case .owner, .functionalLeader, .executiveSponsor, .executiveLeadership, .legal, .security,
            .hr, .finance, .operations:
            true
        case .reporter, .operator, .reviewer, .governance, .auditor, .administrator: false
        }
    }

    package enum Binding: Sendable { case company, workflow, function }
}

/// One role given to one person, with what it is bound to.
///
/// An operator's or a reviewer's grant may leave the workflow open, an owner's may not.
package struct RoleGrant: Hashable, Codable, Sendable {
    package let role: Role
    package let workflow: String?
    package let function: String?

    package init(_ role: Role, workflow: String? = nil, function: String? = nil) {
        self.role = role
        self.workflow = workflow
        self.function = function
    }

    /// `owner:monthly-summaries`, `functional_leader:client-services`, `legal`.
    package var text: String {
        [role.rawValue, workflow ?? function].compactMap(\.self).joined(separator: ":")
    }

    /// Reads the form of ``text``; `nil` when the role is unknown or its binding is missing or too
    /// much.
    package init?(_ text: String) {
        let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
            .map(String.init)
        guard let name = parts.first, let role = Role(rawValue: name) else { return nil }
        let bound = parts.count == 2 ? parts[1] : nil
        if bound?.isEmpty == true { return nil }
        switch role.binding {
        case .company:
            guard bound == nil else { return nil }
            self.init(role)
        case .function:
            guard let bound else { return nil }
            self.init(role, function: bound)
        case .workflow:
            guard bound != nil || role != .owner else { return nil }
            self.init(role, workflow: bound)
        }
    }
}
