/// What people and callers may do with an approval; the pure half of every verb.
extension Approval {
    /// Notes that somebody reads it: the first time that they open it, while it waits.
    package func open(by person: Person, at now: Instant) -> [ApprovalEvent] {
        guard state(at: now) == .pending, !openings.contains(where: { $0.by.id == person.id })
        else { return [] }
        return [.opened]
    }

    /// Says yes; with `edit`, to the same call with other arguments.
    ///
    /// `seen` is the digest of the call that was read: a yes never counts for what somebody else
    /// has made of it meanwhile. `need` is what the gate asks for the edited call: an edit never
    /// gets by with fewer people.
    package func approve(
        by actor: Actor, for workflow: WorkflowContext, reason: String, seen: String? = nil,
        edit: (call: ExactCall, need: ApprovalNeed?)? = nil, at now: Instant
    ) throws(Refusal) -> [ApprovalEvent] {
        try mayDecide(actor, for: workflow, at: now)
        try mayMean(seen, edit?.call)
        if let edit, edit.call != grantedCall {
            return [
                .approvedEdited(
                    reason: reason, call: edit.call,
                    persons: max(request.persons, edit.need?.persons ?? 1))
            ]
        }
        guard !grants.contains(where: { $0.by.id == actor.person.id }) else {
            throw Refusal(
                .alreadySigned, "You have said yes already; another person has to as well.")
        }
        return [.approved(reason: reason)]
    }

    private func mayMean(_ seen: String?, _ edit: ExactCall?) throws(Refusal) {
        let isMeant = seen.map { $0 == grantedDigest } ?? (edited == nil || edit != nil)
        guard isMeant else {
            throw Refusal(
                .wrongState,
                "The arguments have been changed: read it again, and say yes with its digest.")
        }
    }

    package func reject(
        by actor: Actor, for workflow: WorkflowContext, reason: String, at now: Instant
    ) throws(Refusal) -> [ApprovalEvent] {
        try mayDecide(actor, for: workflow, at: now)
        return [.rejected(reason: reason)]
    }

    /// Whether it is for this person to decide, as long as it waits.
    package func mayBeDecided(by actor: Actor, for workflow: WorkflowContext) -> Bool {
        actor.person.id != askedBy.id && actor.person.name != request.user
            && request.deciders.contains { actor.holds($0, for: workflow) }
    }

    private func mayDecide(
        _ actor: Actor, for workflow: WorkflowContext, at now: Instant
    ) throws(Refusal) {
        let state = state(at: now)
        guard state == .pending else {
            throw Refusal(.wrongState, "Nothing can be decided any more: it is \(state.rawValue).")
        }
        guard !isOwn(of: actor.person) else {
            throw Refusal(
                .secondPersonRequired,
                "This was asked for with your key, or for you: another person has to decide.")
        }
        guard request.deciders.contains(where: { actor.holds($0, for: workflow) }) else {
            let named = request.deciders.map(\.rawValue).joined(separator: " or ")
            throw Refusal(
                .notPermitted, "Only who is \(named) for \(workflow.key) may decide on this.")
        }
    }

    /// Whether it was asked for by `person`, or for them: logins have small letters only, whatever
    /// a caller writes.
    package func isOwn(of person: Person) -> Bool {
        person.id == askedBy.id || person.name == request.user?.lowercased()
    }

    /// Takes the one use of it.
    package func use(at place: String, now: Instant) throws(Refusal) -> [ApprovalEvent] {
        let state = state(at: now)
        guard state == .approved else {
            throw Refusal(.wrongState, "It cannot be used: it is \(state.rawValue).")
        }
        return [.used(at: place)]
    }

    /// Ends what a stop or another policy has overtaken; nothing where it has ended already.
    package func void(reason: String, at now: Instant) -> [ApprovalEvent] {
        let state = state(at: now)
        guard state == .pending || state == .approved else { return [] }
        return [.voided(reason: reason)]
    }

    package func expire(at now: Instant) -> [ApprovalEvent] {
        ending == nil && rejection == nil && request.expiresAt <= now ? [.expired] : []
    }
}
