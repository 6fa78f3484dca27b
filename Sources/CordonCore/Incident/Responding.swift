/// Contain, preserve, escalate and correct: steps 2, 3, 5 and 8.
extension ResponseSequence {
    /// A closed incident cannot stop anything more; a new report can.
    package func mayContain() throws(Refusal) { try notClosed() }

    package func note(_ fallback: FallbackNote) throws(Refusal) -> [IncidentEvent] {
        try notClosed()
        return [.fallbackNoted(fallback)]
    }

    package func attach(_ item: EvidenceItem) throws(Refusal) -> [IncidentEvent] {
        try notClosed()
        return [.evidenceAttached(item)]
    }

    package func name(_ gap: EvidenceGap) throws(Refusal) -> [IncidentEvent] {
        try notClosed()
        return [.gapNamed(gap)]
    }

    package func state(_ impact: Impact) throws(Refusal) -> [IncidentEvent] {
        try notClosed()
        return [.impactStated(impact)]
    }

    package func add(_ record: AffectedRecord) throws(Refusal) -> [IncidentEvent] {
        try notClosed()
        return [.affectedAdded(record)]
    }

    package func correct(
        affected id: String, _ correction: String
    ) throws(Refusal) -> [IncidentEvent] {
        try notClosed()
        guard incident.affected.contains(where: { $0.id == id }) else {
            throw Refusal(.notFound, "The incident has no affected record \(id).")
        }
        return [.affectedCorrected(id: id, correction: correction)]
    }

    package func decide(_ obligation: Obligation) throws(Refusal) -> [IncidentEvent] {
        try notClosed()
        return [.obligationDecided(obligation)]
    }

    package func add(_ action: Action) throws(Refusal) -> [IncidentEvent] {
        try notClosed()
        if let control = action.control, policy.control(control) == nil {
            let known = policy.controls.map(\.key).joined(separator: ", ")
            throw Refusal(
                .invalidInput, "There is no control \(control). Use one of: \(known).",
                blockers: [Blocker("control", "unknown", pointer: "/control")])
        }
        return [.actionAdded(action)]
    }

    package func finish(action id: String, evidence: String) throws(Refusal) -> [IncidentEvent] {
        try notClosed()
        guard let action = incident.actions.first(where: { $0.id == id }) else {
            throw Refusal(.notFound, "The incident has no action \(id).")
        }
        if let done = action.done {
            // Who carried out a fix decides who may sign alone: it is not written over.
            guard done.evidence == evidence else {
                throw Refusal(.wrongState, "The action is done already; add another one.")
            }
            return []
        }
        return [.actionDone(id: id, evidence: evidence)]
    }

    /// Passes over a step, by name and with a reason; it stays visible in the file.
    ///
    /// - Throws: a refusal for the steps that nothing can replace: the report, the assessment, the
    ///   restart itself; from level 2 also the cause and the evaluation.
    package func skip(step number: Int, reason: String) throws(Refusal) -> [IncidentEvent] {
        try notClosed()
        guard policy.steps.contains(where: { $0.number == number }) else {
            throw Refusal(.invalidInput, "There is no step \(number).")
        }
        guard maySkip(number) else {
            throw Refusal(.wrongState, "Step \(number) cannot be skipped at level \(level).")
        }
        return [.stepSkipped(step: number, reason: reason)]
    }

    private func maySkip(_ number: Int) -> Bool {
        let fixed: Set<Int> = level >= 2 ? [1, 4, 7, 9, 10] : [1, 4, 10]
        return !fixed.contains(number)
    }

    /// Whether step `number` was passed over and the level still allows it: what was skipped at a
    /// low level is owed again when the level rises.
    func isSkipped(_ number: Int) -> Bool { incident.skips[number] != nil && maySkip(number) }
}
