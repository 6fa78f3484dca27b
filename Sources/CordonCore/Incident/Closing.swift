/// Review and close: step 12.
extension ResponseSequence {
    package func review(
        controlChange: String, updates: [Review.Update], recurrence: [String], at now: Instant
    ) throws(Refusal) -> [IncidentEvent] {
        try notClosed()
        guard incident.cause != nil || !requires(7) else {
            throw Refusal(
                .wrongState, "Find the cause first: a review without one teaches nothing.")
        }
        return [
            .reviewed(
                Review(
                    controlChange: controlChange, updates: updates, recurrence: recurrence,
                    effectivenessDueAt: policy.review.effectivenessDays.map { now.adding(days: $0) }
                ))
        ]
    }

    /// Lets an incomplete file close, signed by an executive, with a reason.
    package func signException(
        reason: String, by actor: Actor
    ) throws(Refusal) -> [IncidentEvent] {
        try notClosed()
        guard let role = policy.review.exceptionRoles.first(where: { actor.holds($0) }) else {
            let roles = policy.review.exceptionRoles.map(\.rawValue).joined(separator: " or ")
            throw Refusal(.notPermitted, "Only \(roles) may sign an exception.")
        }
        return [.exceptionSigned(role: role, reason: reason)]
    }

    /// Closes the incident: every step that its level demands done or skipped by name, nothing left
    /// stopped, and from the levels that say so a complete file or a signed exception.
    package func close() throws(Refusal) -> [IncidentEvent] {
        try notClosed()
        var blockers: [Blocker] = []
        if incident.triage == nil {
            blockers.append(Blocker("triage", "Decide in triage what it is.", step: 1))
        }
        if !incident.containments.isEmpty, !incident.isRestarted {
            blockers.append(
                Blocker(
                    "still_stopped",
                    "What this incident stopped is still stopped: restart it first.",
                    step: 10))
        }
        guard blockers.isEmpty else {
            throw Refusal(.wrongState, "The incident cannot be closed yet.", blockers: blockers)
        }
        if incident.isDeclined { return [.closed] }
        guard !isProvisional else {
            throw Refusal(
                .fileIncomplete,
                "The level is still provisional; no exception stands in for an answer.",
                blockers: floor.open.map {
                    Blocker("provisional", "Answer question \($0).", step: 4)
                })
        }
        for step in steps where step.state == .open && !(step.step.number == 10 && level == 1) {
            blockers += step.missing.map { Blocker(step.step.key, $0, step: step.step.number) }
        }
        if terms?.closesComplete == true {
            for item in file where !item.isComplete {
                blockers += item.missing.map { Blocker("file_\(item.number)", $0) }
            }
        }
        guard blockers.isEmpty || incident.exception != nil else {
            throw Refusal(
                .fileIncomplete,
                "Open points: \(blockers.count); the file is \(fileComplete) of 8. "
                    + "Complete what is open, or have an executive sign an exception.",
                blockers: blockers)
        }
        return [.closed]
    }
}
