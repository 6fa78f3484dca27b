/// A person, or a program that acts under a token, as it is written into the journal.
package struct Person: Codable, Hashable, Sendable {
    /// A ULID; `cordon` is Cordon itself (a lapsed lease, the end of a watch).
    package let id: String
    /// The login, for readers.
    package let name: String

    package init(id: String, name: String) {
        self.id = id
        self.name = name
    }

    package static let cordon = Person(id: "cordon", name: "cordon")
}

/// Who asks, with what they may be.
package struct Actor: Sendable {
    package let person: Person
    package let grants: Set<RoleGrant>

    package init(_ person: Person, grants: Set<RoleGrant>) {
        self.person = person
        self.grants = grants
    }

    package static let cordon = Actor(.cordon, grants: [])

    package func holds(_ role: Role) -> Bool { grants.contains { $0.role == role } }

    /// Whether the role is held where `workflow` is concerned: owners are bound to a workflow,
    /// leaders to a function; operators and reviewers may be bound.
    package func holds(_ role: Role, for workflow: WorkflowContext?) -> Bool {
        grants.contains { grant in
            guard grant.role == role else { return false }
            switch role.binding {
            case .company: return true
            case .function: return workflow.map { $0.function == grant.function } ?? false
            case .workflow:
                guard let bound = grant.workflow else { return role != .owner }
                return workflow?.key == bound
            }
        }
    }
}

/// What an incident's rules need to know of its workflow.
package struct WorkflowContext: Equatable, Sendable {
    package let key: String
    package let function: String
    package let owner: String?

    package init(key: String, function: String, owner: String?) {
        self.key = key
        self.function = function
        self.owner = owner
    }
}
