package import CordonCore
import CordonStore

/// Who asks for a change, and what caused it.
package struct Caller: Sendable {
    package let actor: Actor
    /// The request's id, or the rule's name: it is in the journal with every event.
    package let cause: String
    /// What the person and the token may do; Cordon itself may do what it must.
    package let permissions: Set<Permission>
    /// The workflow that the caller's token serves alone, if it is bound to one.
    package let workflow: String?

    package init(
        _ actor: Actor, cause: String, permissions: Set<Permission>, workflow: String? = nil
    ) {
        self.actor = actor
        self.cause = cause
        self.permissions = permissions
        self.workflow = workflow
    }

    static func cordon(_ cause: String) -> Caller {
        Caller(.cordon, cause: cause, permissions: [])
    }
}

/// One change in one transaction: the verbs of Cordon are its methods, one file per noun.
///
/// It lives on the store's writer thread for the length of one closure, which may run twice: it
/// touches nothing but its transaction and what it asks to be done after the commit.
package final class Work {
    let transaction: Transaction
    package let caller: Caller
    package let now: Instant
    let gate: Gate
    let outside: Outside
    let evidenceKeys: EvidenceKeys
    /// Opens records, with contexts that are made when they are first needed.
    let evidence: EvidenceOpener
    /// When the request came in, before anything was held or waited for.
    let arrivedAt: Instant
    /// The workflows that the gate holds for the length of this change.
    private let held: [String: HeldWorkflow]
    /// Policies that were asked for by their version, none of which ever changes.
    private var frozen: [Int: Policy] = [:]

    init(
        _ transaction: Transaction, caller: Caller, gate: Gate, outside: Outside,
        keys: EvidenceKeys, arrivedAt: Instant? = nil, held: [String: HeldWorkflow] = [:]
    ) {
        self.transaction = transaction
        self.caller = caller
        now = outside.now()
        self.arrivedAt = arrivedAt ?? now
        self.gate = gate
        self.outside = outside
        evidenceKeys = keys
        evidence = EvidenceOpener(keys)
        self.held = held
    }

    /// Until when callers of a workflow may still rely on an allow; a workflow that is not held may
    /// have given one just now.
    func leasesUntil(_ workflow: String, _ policy: Policy) -> Instant? {
        let open =
            held[workflow]?.leaseMilliseconds ?? Int64(policy.gate.draftingLeaseMilliseconds)
        return open > 0 ? now.adding(milliseconds: open) : nil
    }

    /// How many calls that `scope` covers were passing through the gateway when the workflow was
    /// held; `nil` when it does not come that way.
    func callsInFlight(_ workflow: String, _ scope: Containment.Scope) -> Int? {
        let held = held[workflow] ?? gate.glance(workflow)
        return held.inFlight.map { $0.filter(scope.covers).count }
    }

    var person: Person { caller.actor.person }

    /// Refuses what the caller may not do.

    ///

    /// Routes check the same before; this is the second lock.
    func need(_ permission: Permission) throws(Refusal) {
        guard caller.actor.person == .cordon || caller.permissions.contains(permission) else {
            throw Refusal(.notPermitted, "This needs the permission \(permission.rawValue).")
        }
    }

    /// Refuses a workflow that the caller's token was not made for.
    package func mayTouch(_ workflow: String?) throws(Refusal) {
        guard let bound = caller.workflow, bound != workflow else { return }
        throw Refusal(.notPermitted, "This token serves the workflow \(bound) alone.")
    }

    @discardableResult
    func journal<Event: Codable & Sendable>(_ event: Event, stream: String) throws -> UInt64 {
        try transaction.journalAppend(
            event, stream: stream, actor: person, at: now, cause: caller.cause)
    }

    // MARK: Policy

    /// The policy in force and its version; the one that Cordon ships with is version 1.
    package func policy() throws -> (policy: Policy, version: Int) {
        guard let newest = try transaction.policyDigest() else { return (Policy.standard, 0) }
        return (try policy(newest), newest.version)
    }

    /// The policy that is frozen on an incident.
    func policy(version: Int) throws -> Policy {
        if let known = frozen[version] { return known }
        guard let wanted = try transaction.policyDigest(version) else { return Policy.standard }
        let policy = try policy(wanted)
        frozen[version] = policy
        return policy
    }

    private func policy(_ wanted: (version: Int, digest: String)) throws -> Policy {
        if let policy = PolicyCache.policy(wanted.digest) { return policy }
        guard let stored = try transaction.policyVersion(wanted.version) else {
            throw Refusal(.internalFault, "Version \(wanted.version) of the policy is gone.")
        }
        return try PolicyCache.read(stored)
    }

    // MARK: Workflows

    func workflow(_ key: String) throws -> Workflow {
        guard let workflow = try transaction.workflow(key) else {
            throw Refusal(.notFound, "There is no workflow \(key).")
        }
        return workflow
    }

    /// Appends what happened to a workflow, keeps its state and tells the gate after the commit.
    @discardableResult
    func record(_ events: [WorkflowEvent], on workflow: Workflow) throws -> Workflow {
        guard !events.isEmpty else { return workflow }
        var workflow = workflow
        var revision: UInt64 = 0
        for event in events {
            revision = try journal(event, stream: "workflow/\(workflow.key)")
            workflow.apply(event, at: now)
        }
        try keep(workflow, revision: revision)
        return workflow
    }

    func keep(_ workflow: Workflow, revision: UInt64) throws {
        try transaction.workflowSave(workflow, revision: revision)
        let entry = GateEntry(workflow, policy: try policy().policy, revision: revision)
        let gate = gate
        transaction.afterCommit { gate.apply(entry) }
    }

    /// The logins that hold an owner's grant for a workflow.
    func owners(of key: String, _ profile: WorkflowProfile) throws -> Set<String> {
        var owners: Set<String> = []
        for login in [profile.owner, profile.deputy].compactMap(\.self) {
            guard let account = try transaction.account(login: login), !account.isDisabled
            else { continue }
            if account.grants.contains(RoleGrant(.owner, workflow: key)) { owners.insert(login) }
        }
        return owners
    }

    // MARK: Incidents

    /// An incident under the policy that is frozen on it, with its workflow.
    package func sequence(_ number: String) throws -> ResponseSequence {
        guard let incident = try transaction.incident(number) else {
            throw Refusal(.notFound, "There is no incident \(number).")
        }
        try mayTouch(incident.workflow)
        return try sequence(of: incident)
    }

    package func sequence(of incident: Incident) throws -> ResponseSequence {
        ResponseSequence(
            incident, policy: try policy(version: incident.report.policyVersion),
            workflow: try incident.workflow.flatMap { try transaction.workflow($0) })
    }

    /// Appends what happened to an incident and keeps its state; signatures on evidence that this
    /// changes are voided in the same transaction.
    @discardableResult
    func record(
        _ decided: [IncidentEvent], on sequence: ResponseSequence
    ) throws -> ResponseSequence {
        let events = sequence.voiding(decided, by: person, at: now)
        guard !events.isEmpty else { return sequence }
        var incident = sequence.incident
        var revision: UInt64 = 0
        for event in events {
            revision = try journal(event, stream: "incident/\(incident.number)")
            incident.apply(event, by: person, at: now)
        }
        let after = try self.sequence(of: incident)
        try keep(after, revision: revision)
        return after
    }

    func keep(_ sequence: ResponseSequence, revision: UInt64) throws {
        let incident = sequence.incident
        guard let last = incident.number.split(separator: "-").last, let number = Int(last) else {
            throw Refusal(.internalFault, "The incident's number cannot be read.")
        }
        try transaction.incidentSave(
            incident, sequence: number,
            index: IncidentIndex(
                kind: sequence.kind, level: sequence.level, isProvisional: sequence.isProvisional),
            revision: revision)
        for control in incident.cause?.value.faulted ?? [] where !incident.isDeclined {
            try transaction.controlFailureNote(
                control, incident: incident.number, at: incident.reportedAt)
        }
    }
}
