import CordonCore
import CordonOperations

/// Who looks at an incident, and what they may do to it.
struct IncidentVisitor: Sendable {
    let permissions: Set<Permission>
    /// Whether the report is this person's own.
    var isReporter = false
    /// The roles that still have to sign and that this person holds.
    var signingRoles: [Role] = []
    var hasSigned = false
    /// Whether this person has proposed the lower level: then somebody else confirms it.
    var hasProposedLowering = false
}

extension IncidentVisitor {
    init(_ sequence: ResponseSequence, _ caller: Caller) {
        let actor = caller.actor
        let incident = sequence.incident
        let open = sequence.requiredSignatures.filter { $0.signedBy == nil }.flatMap(\.anyOf)
        var roles: [Role] = []
        for role in open where !roles.contains(role) {
            if actor.holds(role, for: sequence.workflow?.context) { roles.append(role) }
        }
        self.init(
            permissions: caller.permissions,
            isReporter: incident.reporter.id == actor.person.id, signingRoles: roles,
            hasSigned: sequence.validSignatures.contains { $0.by.id == actor.person.id },
            hasProposedLowering: incident.lowering?.by.id == actor.person.id)
    }
}

/// The workflow that an incident happened in, as it is now.
struct IncidentWorkflow: Sendable {
    let key: String
    let name: String
    let state: Workflow.State
    var owner: String?
    var fallbackTitle: String?
    /// Related workflows that the level stops too and that this incident has not stopped.
    var relatedToStop: [String] = []
}

extension IncidentWorkflow {
    init?(_ sequence: ResponseSequence) {
        guard let workflow = sequence.workflow else { return nil }
        let stopped = Set(sequence.incident.containments.map(\.workflow))
        let related = sequence.terms?.stopsRelated == true ? workflow.profile.related : []
        self.init(
            key: workflow.key, name: workflow.profile.name, state: workflow.state,
            owner: workflow.profile.owner, fallbackTitle: workflow.profile.fallback?.title,
            relatedToStop: related.filter { !stopped.contains($0) })
    }
}
