import CordonCore
import Testing

/// An incident that is played act by act, as the server would play it: every decision with the
/// signatures that it voids, and everything that happened kept in order.
struct Playthrough {
    struct Entry: Equatable {
        let event: IncidentEvent
        let by: Person
        let at: Instant
    }

    let policy: Policy
    private(set) var incident: Incident
    private(set) var workflow: Workflow?
    /// Made anew after every act that changed something.
    private(set) var sequence: ResponseSequence
    private(set) var entries: [Entry]
    private(set) var workflowEvents: [(event: WorkflowEvent, at: Instant)] = []
    var now: Instant

    init(
        leftCompany: Answer = .no, workflow: Workflow? = Firm.running(),
        policy: Policy = Firm.policy, by reporter: Actor = Firm.reviewer
    ) {
        now = Firm.start.adding(hours: 1)
        let report = Report(
            number: "INC-2026-0042", workflow: workflow?.key, unlisted: nil,
            what: "A sentence about another customer.", leftCompany: leftCompany, contact: nil,
            discovered: "In review, before sending.", policyVersion: 1)
        let first = IncidentEvent.reported(report)
        guard let incident = Incident(first: first, by: reporter.person, at: now) else {
            preconditionFailure("a report begins an incident")
        }
        self.policy = policy
        self.workflow = workflow
        self.incident = incident
        entries = [Entry(event: first, by: reporter.person, at: now)]
        sequence = ResponseSequence(incident, policy: policy, workflow: workflow)
    }

    /// Lets `actor` decide one thing, a second after the last.
    @discardableResult
    mutating func act(
        _ actor: Actor = Firm.owner, _ decide: (ResponseSequence) throws -> [IncidentEvent]
    ) throws -> [IncidentEvent] {
        now = now.adding(milliseconds: 1_000)
        let events = sequence.voiding(try decide(sequence), by: actor.person, at: now)
        for event in events {
            incident.apply(event, by: actor.person, at: now)
            entries.append(Entry(event: event, by: actor.person, at: now))
            if case .restarted(let restart) = event, let lifted = workflow {
                take(lifted.restart(for: incident.number, watch: restart.watch))
            }
        }
        if !events.isEmpty {
            sequence = ResponseSequence(incident, policy: policy, workflow: workflow)
        }
        return events
    }

    /// Stops a workflow for this incident and holds its evidence, whoever asks.
    mutating func stop(
        _ key: String = Firm.key, scope: Containment.Scope = .whole,
        by actor: Actor = Firm.reviewer, leasesUntil: Instant? = nil
    ) throws {
        let id = "c\(incident.containments.count + 1)"
        if let stopped = workflow, key == stopped.key {
            take(
                try stopped.stop(
                    scope: scope, reason: "Another customer's name.", incident: incident.number,
                    id: id, by: actor.person, at: now, leasesUntil: leasesUntil))
        }
        let hold = EvidenceHold(workflow: key, from: now.adding(days: -policy.lookbackDays))
        try act(actor) { _ in [.contained(workflow: key, containment: id), .held(hold)] }
        try proveWhatIsProved()
    }

    /// Tells the incident of every containment that is proved by now.
    mutating func proveWhatIsProved() throws {
        for reference in incident.containments where !reference.proved {
            let own = workflow?.containments.first { $0.id == reference.containment }
            if let own, !own.isProved { continue }
            try act(.cordon) { _ in
                [
                    .containmentProved(
                        workflow: reference.workflow, containment: reference.containment)
                ]
            }
        }
    }

    mutating func take(_ events: [WorkflowEvent]) {
        for event in events {
            workflow?.apply(event, at: now)
            workflowEvents.append((event, now))
        }
        sequence = ResponseSequence(incident, policy: policy, workflow: workflow)
    }

    /// Signs as whoever holds `role`, having read the evidence as it is.
    mutating func sign(as role: Role, _ actor: Actor) throws {
        let id = "s\(incident.signatures.count + 1)"
        let now = now
        try act(actor) {
            try $0.sign(
                as: role, seen: $0.incident.evidenceHash, statement: "I have read it.", id: id,
                by: actor, at: now)
        }
    }

    mutating func restart(hours: Int? = nil, watch: [Watch.Condition] = []) throws {
        let now = now
        try act {
            try $0.restart(
                conditions: "None.", watchHours: hours, watch: watch, by: Firm.owner.person,
                at: now)
        }
    }
}

/// Expects that `body` is refused with `kind`, and gives the refusal for a closer look.
@discardableResult
func refused(
    _ kind: Refusal.Kind, sourceLocation: SourceLocation = #_sourceLocation,
    _ body: () throws -> Void
) -> Refusal? {
    let refusal = #expect(throws: Refusal.self, sourceLocation: sourceLocation) { try body() }
    #expect(refusal?.kind == kind, "\(refusal?.detail ?? "")", sourceLocation: sourceLocation)
    return refusal
}

extension Refusal {
    var codes: [String] { blockers.map(\.code) }
}
