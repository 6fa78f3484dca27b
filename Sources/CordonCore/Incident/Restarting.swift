/// Sign, restart and watch: steps 10 and 11.
extension ResponseSequence {
    /// Who still has to sign, in words and by role.
    package struct RequiredSignature: Equatable, Sendable {
        /// One of these roles is enough.
        package let anyOf: [Role]
        package let signedBy: Signature?
    }

    /// The authority that the level demands; for what was declined, the lowest level's.
    package var authority: Policy.Authority {
        (incident.isDeclined ? policy.level(1) : terms)?.restart
            ?? Policy.Authority(all: [], any: [])
    }

    package var requiredSignatures: [RequiredSignature] { required(given: validSignatures) }

    private func required(given valid: [Signature]) -> [RequiredSignature] {
        var required = authority.all.map { role in
            RequiredSignature(anyOf: [role], signedBy: valid.first { $0.role == role })
        }
        if !authority.any.isEmpty {
            required.append(
                RequiredSignature(
                    anyOf: authority.any,
                    signedBy: valid.first { authority.any.contains($0.role) }))
        }
        return required
    }

    /// Everything that still stands between the workflow and its restart; empty when nothing does.
    package var restartBlockers: [Blocker] { evidenceBlockers + signatureBlockers }

    /// What has to be done before anybody can be asked to sign.
    package var evidenceBlockers: [Blocker] {
        var blockers: [Blocker] = []
        if incident.closedAt != nil {
            blockers.append(Blocker("closed", "The incident is closed."))
        }
        if incident.isRestarted {
            blockers.append(Blocker("restarted", "The workflow was restarted already."))
        }
        if incident.containments.isEmpty {
            blockers.append(Blocker("not_stopped", "This incident stopped no workflow."))
        }
        if incident.triage == nil {
            blockers.append(Blocker("triage", "Decide in triage what it is.", step: 1))
        }
        // Declining what stopped a workflow takes it out of its level: not with questions open.
        if isProvisional || (incident.isDeclined && !floor.open.isEmpty) {
            let open = floor.open.map(String.init).joined(separator: ", ")
            blockers.append(
                Blocker(
                    "provisional", "The level is provisional: answer question \(open).", step: 4))
        }
        for step in steps where step.step.number < 10 && step.state == .open {
            let unsaid = step.missing.filter { line in !blockers.contains { $0.message == line } }
            blockers += unsaid.map { Blocker(step.step.key, $0, step: step.step.number) }
        }
        if !requires(5) {
            blockers += missingNotification.map { Blocker("notification", $0, step: 5) }
        }
        if !requires(6), !incident.isDeclined, !isSkipped(6) {
            blockers += missing(6).map { Blocker("look_back", $0, step: 6) }
        }
        return blockers
    }

    private var signatureBlockers: [Blocker] {
        let valid = validSignatures
        var blockers = required(given: valid).filter { $0.signedBy == nil }.map { missing in
            let roles = missing.anyOf.map(\.rawValue).joined(separator: " or ")
            return Blocker("signature", "The sign-off of \(roles) is missing.", step: 10)
        }
        if blockers.isEmpty, !valid.isEmpty, valid.allSatisfy({ fixers.contains($0.by.id) }) {
            blockers.append(
                Blocker(
                    "fixer_alone", "Somebody who did not carry out the fix has to sign too.",
                    step: 10))
        }
        return blockers
    }

    /// Signs the restart in `role`, bound to the evidence that the signer saw.
    package func sign(
        as role: Role, seen hash: String, statement: String, id: String, by actor: Actor,
        at now: Instant
    ) throws(Refusal) -> [IncidentEvent] {
        try notClosed()
        guard role.signs, actor.holds(role, for: workflow?.context) else {
            throw Refusal(
                .notPermitted,
                "You do not hold the role \(role.rawValue) where this workflow is concerned.")
        }
        guard authority.all.contains(role) || authority.any.contains(role) else {
            let roles = (authority.all + authority.any).map(\.rawValue).joined(separator: ", ")
            throw Refusal(
                .notPermitted, "At level \(level) the restart is signed by: \(roles).")
        }
        let present = incident.evidenceHash
        guard hash == present else {
            throw Refusal(
                .signatureVoid,
                "The evidence is not what you saw: read it again, then sign \(present).")
        }
        let valid = signatures(on: present)
        guard !valid.contains(where: { $0.by.id == actor.person.id }) else {
            throw Refusal(.alreadySigned, "You have signed; nobody signs twice.")
        }
        guard !valid.contains(where: { $0.role == role }) else {
            throw Refusal(.alreadySigned, "Somebody has signed as \(role.rawValue) already.")
        }
        let blockers = evidenceBlockers
        guard blockers.isEmpty else {
            throw Refusal(
                .restartBlocked, "There is nothing to sign yet: the evidence is not complete.",
                blockers: blockers)
        }
        let signers = Set(valid.map(\.by.id) + [actor.person.id])
        let open = required(given: valid).filter { $0.signedBy == nil && !$0.anyOf.contains(role) }
        guard !open.isEmpty || !signers.isSubset(of: fixers) else {
            throw Refusal(
                .fixerCannotSignAlone,
                "You carried out the fix and would be the only one who signs: ask another person "
                    + "who may sign as \(role.rawValue).")
        }
        return [
            .signed(
                Signature(
                    id: id, role: role, by: actor.person, at: now, evidenceHash: hash,
                    statement: statement))
        ]
    }

    /// Lets the workflow run again: only with nothing left in the way.
    package func restart(
        conditions: String, watchHours: Int?, watch kinds: [Watch.Condition], by person: Person,
        at now: Instant
    ) throws(Refusal) -> [IncidentEvent] {
        let blockers = restartBlockers
        guard blockers.isEmpty else {
            throw Refusal(
                .restartBlocked, "Open points before the restart: \(blockers.count).",
                blockers: blockers)
        }
        let least = incident.isDeclined ? 0 : (terms?.watchHours ?? 0)
        let hours = watchHours ?? least
        guard (least...8_760).contains(hours) else {
            throw Refusal(
                .invalidInput, "At level \(level) the watch lasts \(least) to 8760 hours.",
                blockers: [Blocker("watch_hours", "outside the limit", pointer: "/watch_hours")])
        }
        let chosen = kinds.isEmpty ? [.init(.newReport), .init(.evaluationFailed)] : kinds
        guard chosen.allSatisfy({ $0.threshold >= 1 }),
            Set(chosen.map(\.kind)).count == chosen.count
        else {
            throw Refusal(
                .invalidInput, "Each watch condition stands once, with a threshold of 1 or more.",
                blockers: [Blocker("watch", "threshold", pointer: "/watch")])
        }
        let window =
            hours == 0
            ? nil
            : Watch(
                incident: incident.number, until: now.adding(hours: hours), conditions: chosen)
        return [
            .restarted(
                Restart(
                    by: person, at: now, evidenceHash: incident.evidenceHash,
                    conditions: conditions, watch: window))
        ]
    }

    /// A watch condition tripped: the restart no longer holds, and its signatures are void.
    package func trip(_ condition: Watch.Kind, detail: String) -> [IncidentEvent] {
        guard incident.isRestarted, incident.watchEndedAt == nil, incident.closedAt == nil else {
            return []
        }
        // Also those on evidence that has grown since the restart, which voided nothing.
        let standing = incident.signatures.filter { $0.voidedAt == nil }.map(\.id)
        let tripped = IncidentEvent.watchTripped(condition: condition, detail: detail)
        return standing.isEmpty
            ? [tripped]
            : [tripped, .signaturesVoided(ids: standing, because: "The watch tripped: \(detail)")]
    }

    package func endWatch(at now: Instant) -> [IncidentEvent] {
        guard incident.isRestarted, incident.watchEndedAt == nil,
            let until = incident.restarts.last?.watch?.until, until <= now
        else { return [] }
        return [.watchEnded]
    }
}
