package import CordonCore
import CordonStore

/// What a stop has done.
package struct StopOutcome: Sendable {
    package let workflow: Workflow
    package let containment: Containment
    /// Containments of related workflows, each with its workflow.
    package let related: [(workflow: Workflow, containment: Containment)]
    package let sequence: ResponseSequence
}

/// Contain: step 2, and with it the hold of step 3.
extension Work {
    /// Stops a workflow, and opens an incident for it unless one is named.
    ///
    /// In one transaction: no containment without its incident, no containment without its hold.
    /// Containment does not wait for a diagnosis, so none is asked for.
    package func stop(
        _ key: String, scope: Containment.Scope, related: Bool, reason: String,
        incident number: String?
    ) throws -> StopOutcome {
        try need(.stop)
        try mayTouch(key)
        let workflow = try workflow(key)
        if let same = workflow.containmentsInForce.first(where: {
            $0.scope == scope && $0.requestedBy.id == person.id
                && (number == nil || number == $0.incident)
        }), !related {
            return StopOutcome(
                workflow: workflow, containment: same, related: [],
                sequence: try sequence(same.incident))
        }
        // Whoever presses stop while it is stopped adds a stop, with name and reason, to the
        // incident that those who restart it have to judge anyway.
        let inForce = workflow.containmentsInForce.first.map(\.incident)
        let opened =
            try number.flatMap { try joinable($0, workflow) }
            ?? inForce.flatMap { try transaction.incident($0) }.map { try sequence(of: $0) }
            ?? openIncident(workflow: key, unlisted: nil, what: reason, leftCompany: .unknown)
        return try contain(
            workflow, scope: scope, related: related, reason: reason, opened)
    }

    /// The named incident, when a stop of the workflow belongs to it.
    ///
    /// It does when it happened there, or in a workflow that lists this one as related, or nowhere
    /// yet. Otherwise the stop gets an incident of its own, so that nobody's stop is lifted by the
    /// signatures of others.
    private func joinable(_ number: String, _ workflow: Workflow) throws -> ResponseSequence? {
        let named = try sequence(number)
        let mayAdd =
            caller.permissions.contains(.respond) || named.incident.reporter.id == person.id
        let belongs =
            named.incident.workflow.map {
                $0 == workflow.key
                    || named.workflow?.profile.related.contains(workflow.key) == true
            } ?? true
        return mayAdd && belongs ? named : nil
    }

    func contain(
        _ workflow: Workflow, scope: Containment.Scope, related: Bool, reason: String,
        _ opened: ResponseSequence
    ) throws -> StopOutcome {
        var sequence = opened
        try sequence.mayContain()
        var others: [(workflow: Workflow, containment: Containment)] = []
        let first = try contain(workflow, scope, reason, &sequence)
        for key in related ? workflow.profile.related : [] {
            // A related workflow that was never registered, or is retired, has nothing to stop.
            guard let other = try transaction.workflow(key), other.retiredReason == nil
            else { continue }
            try mayTouch(key)
            others.append(
                try contain(other, .whole, "Related to \(workflow.key): \(reason)", &sequence))
        }
        return StopOutcome(
            workflow: first.workflow, containment: first.containment, related: others,
            sequence: sequence)
    }

    private func contain(
        _ workflow: Workflow, _ scope: Containment.Scope, _ reason: String,
        _ sequence: inout ResponseSequence
    ) throws -> (workflow: Workflow, containment: Containment) {
        let number = sequence.incident.number
        let existing = workflow.containmentsInForce.first {
            $0.scope == scope && $0.incident == number && $0.requestedBy.id == person.id
        }
        if let existing { return (workflow, existing) }
        let policy = try policy().policy
        let id = outside.newID()
        let stopped = try record(
            workflow.stop(
                scope: scope, reason: reason, incident: number, id: id, by: person,
                requestedAt: arrivedAt, at: now,
                leasesUntil: leasesUntil(workflow.key, policy),
                callsInFlight: callsInFlight(workflow.key, scope)), on: workflow)
        guard let containment = stopped.containments.first(where: { $0.id == id }) else {
            throw Refusal(.internalFault, "The containment was not kept.")
        }
        let hold = EvidenceHold(
            workflow: workflow.key, from: now.adding(days: -policy.lookbackDays))
        var events: [IncidentEvent] = [
            .contained(workflow: workflow.key, containment: id), .held(hold),
        ]
        if containment.isProved {
            events.append(.containmentProved(workflow: workflow.key, containment: id))
        }
        sequence = try record(events, on: sequence)
        try voidApprovals(of: workflow.key, scope, incident: number)
        try self.hold(workflow.key, for: sequence.incident, lookbackDays: policy.lookbackDays)
        return (stopped, containment)
    }

    /// A named person confirms that a manual target is stopped.
    package func confirmTarget(
        _ key: String, containment id: String, target: String, proof: String
    ) throws -> (workflow: Workflow, containment: Containment) {
        try need(.confirmContainment)
        return try confirm(key, containment: id, target: target, proof: proof)
    }

    func confirm(
        _ key: String, containment id: String, target: String, proof: String
    ) throws -> (workflow: Workflow, containment: Containment) {
        let workflow = try workflow(key)
        let events = try workflow.confirm(
            containment: id, target: target, proof: proof, by: person, at: now)
        let after = try record(events, on: workflow)
        guard let containment = after.containments.first(where: { $0.id == id }) else {
            throw Refusal(.notFound, "The workflow has no such containment.")
        }
        if containment.isProved, !events.isEmpty,
            let incident = try transaction.incident(containment.incident)
        {
            try record(
                [.containmentProved(workflow: key, containment: id)],
                on: try sequence(of: incident))
        }
        return (after, containment)
    }
}
