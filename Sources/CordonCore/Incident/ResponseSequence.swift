/// An incident under the policy that is frozen on it, with its workflow.
///
/// It knows what is done, what is missing and who may act. Its verbs, one file per part of the
/// sequence, give events or a refusal.
package struct ResponseSequence: Sendable {
    package let incident: Incident
    package let policy: Policy
    /// The workflow that it happened in; `nil` while the report's workflow is not registered.
    package let workflow: Workflow?
    /// Every answer that holds: the last one for each question and flag.
    package let assessment: Assessment
    package let floor: SeverityFloor

    package init(_ incident: Incident, policy: Policy, workflow: Workflow?) {
        self.incident = incident
        self.policy = policy
        self.workflow = workflow
        assessment = incident.assessments.reduce(into: Assessment()) { whole, stated in
            whole.answers.merge(stated.value.answers) { $1 }
            whole.flags.merge(stated.value.flags) { $1 }
            whole.measures.merge(stated.value.measures) { $1 }
        }
        // Nearly every question asks for the level, so the floor is worked out once.
        floor = SeverityFloor(assessment, policy: policy)
    }

    /// The level that rules now: what was declared, or the floor with unknown counted as yes.
    package var level: Int {
        if incident.isDeclined { return 1 }
        return max(incident.declaredLevel ?? 1, floor.provisional)
    }

    /// Whether an open question may still change the level.
    package var isProvisional: Bool { !incident.isDeclined && !floor.open.isEmpty }

    package var kind: Kind { incident.isDeclined ? .declined : Kind(level: level) }

    package var terms: Policy.Level? { policy.level(level) }

    /// Whether this level demands step `number`; an event that was declined demands its report
    /// alone.
    package func requires(_ number: Int) -> Bool {
        if incident.isDeclined { return number == 1 }
        return terms?.steps.contains(number) ?? true
    }

    /// Signatures that still count: not voided, and on the evidence as it is.
    package var validSignatures: [Signature] {
        // The hash costs more than all else here, and mostly nobody has signed yet.
        hasStandingSignatures ? signatures(on: incident.evidenceHash) : []
    }

    private var hasStandingSignatures: Bool {
        incident.signatures.contains { $0.voidedAt == nil }
    }

    func signatures(on hash: String) -> [Signature] {
        incident.signatures.filter { $0.voidedAt == nil && $0.evidenceHash == hash }
    }

    /// Those who carried out a fix.
    package var fixers: Set<String> { Set(incident.actions.compactMap { $0.done?.by.id }) }

    /// Closes the circle around every decision: when the evidence has changed by `events`, the
    /// signatures on the old evidence are voided in the same breath.
    package func voiding(
        _ events: [IncidentEvent], by person: Person, at now: Instant
    ) -> [IncidentEvent] {
        guard !events.isEmpty, !incident.isRestarted, hasStandingSignatures else { return events }
        var after = incident
        for event in events { after.apply(event, by: person, at: now) }
        if after.hasSameEvidence(as: incident) { return events }
        let signed = validSignatures
        guard !signed.isEmpty else { return events }
        return events + [
            .signaturesVoided(
                ids: signed.map(\.id), because: "The evidence changed after they were given.")
        ]
    }

    func notClosed() throws(Refusal) {
        if incident.closedAt != nil {
            throw Refusal(.wrongState, "\(incident.number) is closed; report a new event instead.")
        }
    }
}
