import CordonCore

/// What each role brings, and how it is written.
enum RoleTable {
    static var html: HTML {
        HTML.table(
            "The roles, and how each is written", ["Role", "Write", "What it brings"],
            Role.allCases.map { role in
                [
                    HTML.say(role.accountWords), "<code>\(form(role))</code>",
                    HTML.say(role.accountMeaning),
                ]
            })
    }

    /// What stands for the workflow or the function is the same in every language.
    private static func form(_ role: Role) -> String {
        switch role.binding {
        case .company: role.rawValue
        case .function: role.rawValue + ":FUNCTION"
        case .workflow:
            role == .owner ? role.rawValue + ":WORKFLOW" : role.rawValue + "[:WORKFLOW]"
        }
    }
}

extension Role {
    var accountWords: Phrase {
        switch self {
        case .reporter: "Reporter"
        case .operator: "Operator"
        case .reviewer: "Reviewer"
        case .owner: "Owner of a workflow"
        case .functionalLeader: "Leader of a function"
        case .executiveSponsor: "Executive sponsor"
        case .executiveLeadership: "Executive leadership"
        case .legal: "Legal"
        case .security: "Security"
        case .hr: "Human resources"
        case .finance: "Finance"
        case .operations: "Operations"
        case .governance: "Governance"
        case .auditor: "Auditor"
        case .administrator: "Administrator"
        }
    }

    var accountMeaning: Phrase {
        switch self {
        case .reporter: "Nothing more than everybody may: report, stop, read the workflows."
        case .operator, .reviewer:
            "Works on incidents, answers waiting calls, and reads evidence; signs nothing."
        case .owner:
            "Answers for one workflow: works on its incidents, signs its restart, amends it."
        case .functionalLeader:
            "Works on incidents, and signs restarts of the function’s workflows."
        case .executiveSponsor, .executiveLeadership:
            """
            Signs restarts of serious incidents; may let a workflow run with a gap, and an \
            incomplete file close.
            """
        case .legal, .security:
            "Signs restarts; may hold evidence, and erase it where nothing holds it."
        case .hr, .finance, .operations:
            "Works on incidents, and signs restarts where it is named."
        case .governance: "Registers workflows and changes the policy; signs nothing."
        case .auditor: "Reads everything, exports evidence, and changes nothing."
        case .administrator:
            "Keeps accounts and registers workflows; neither judges, signs nor restarts."
        }
    }
}
