import CordonCore

/// The names that the policy's rules have in its file, in words for people.
enum PolicyWords {
    static func role(_ role: Role) -> Phrase {
        switch role {
        case .reporter: "whoever reports"
        case .operator: "an operator"
        case .reviewer: "a reviewer"
        case .owner: "the owner of the workflow"
        case .functionalLeader: "the leader of the function"
        case .executiveSponsor: "the executive sponsor"
        case .executiveLeadership: "the executive leadership"
        case .legal: "legal"
        case .security: "security"
        case .hr: "human resources"
        case .finance: "finance"
        case .operations: "operations"
        case .governance: "governance"
        case .auditor: "an auditor"
        case .administrator: "an administrator"
        }
    }

    static func action(_ action: GateAction) -> Phrase {
        switch action {
        case .generate: "write drafts"
        case .tool: "use tools"
        case .deliver: "send something"
        case .decide: "decide"
        }
    }

    static func requirement(_ requirement: Policy.Requirement) -> Phrase {
        switch requirement {
        case .lookback: "Earlier results have to be looked through."
        case .changeReview: "What was changed has to be reviewed."
        case .notificationDecision: "Somebody has to decide who must be told."
        }
    }

    static func roles(_ roles: [Role]) -> HTML { HTML.allOf(roles.map { HTML.say(role($0)) }) }

    /// Who signs, each on a line of its own.
    static func signers(_ authority: Policy.Authority) -> HTML {
        var lines = authority.all.map { HTML.say(role($0)) }
        if !authority.any.isEmpty {
            lines.append(HTML.say("and one of these: \(roles(authority.any))"))
        }
        return HTML.list(lines)
    }
}
