/// One stop of one workflow, with the proof that it took effect target by target.
package struct Containment: Codable, Equatable, Sendable {
    package let id: String
    package let scope: Scope
    package let reason: String
    /// The number of the incident that it belongs to.
    package let incident: String
    package let requestedAt: Instant
    package let requestedBy: Person
    package var targets: [Target]
    /// When the last target was proved stopped.
    package var containedAt: Instant?
    /// When a restart lifted it.
    package var liftedAt: Instant?

    package init(
        id: String, scope: Scope, reason: String, incident: String, requestedAt: Instant,
        requestedBy: Person, targets: [Target]
    ) {
        self.id = id
        self.scope = scope
        self.reason = reason
        self.incident = incident
        self.requestedAt = requestedAt
        self.requestedBy = requestedBy
        self.targets = targets
    }

    package var isInForce: Bool { liftedAt == nil }
    package var isProved: Bool { targets.allSatisfy { $0.confirmation != nil } }

    /// Milliseconds from the request to the last proof; `nil` while one is missing.
    package var timeToContainMilliseconds: Int64? {
        containedAt.map { $0.milliseconds - requestedAt.milliseconds }
    }

    /// What of the workflow is stopped.
    package enum Scope: Codable, Equatable, Hashable, Sendable {
        case whole
        case tool(String)
        case outbound

        package func covers(_ request: GateRequest) -> Bool {
            switch self {
            case .whole: true
            case .tool(let name): request.action == .tool && request.tool == name
            case .outbound: request.action == .deliver && request.target != .inside
            }
        }
    }

    /// One place where the workflow has to be stopped.
    package struct Target: Codable, Equatable, Sendable {
        package let name: String
        package let kind: Kind
        package let instruction: String
        /// For leases: when the last allow that was given runs out.
        package let runsOutAt: Instant?
        package var confirmation: Confirmation?

        package init(
            name: String, kind: Kind, instruction: String, runsOutAt: Instant? = nil,
            confirmation: Confirmation? = nil
        ) {
            self.name = name
            self.kind = kind
            self.instruction = instruction
            self.runsOutAt = runsOutAt
            self.confirmation = confirmation
        }

        /// `gate`: this server's own decisions; `leases`: allows that callers may still rely on;
        /// `gateway`: calls that were passing through when the stop landed; `manual`: something
        /// that a named person has to confirm.
        package enum Kind: String, Codable, CaseIterable, Sendable {
            case gate, leases, gateway, manual
        }
    }

    /// How a target was proved stopped.
    package struct Confirmation: Codable, Equatable, Sendable {
        package let at: Instant
        package let by: Person
        package let proof: String

        package init(at: Instant, by: Person, proof: String) {
            self.at = at
            self.by = by
            self.proof = proof
        }
    }
}
