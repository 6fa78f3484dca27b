/// Report, triage and assessment: steps 1 and 4.
extension ResponseSequence {
    /// States one of the five times.
    ///
    /// A later statement corrects an earlier one by standing after it.
    package func state(
        _ statement: TimeStatement, at now: Instant
    ) throws(Refusal) -> [IncidentEvent] {
        try notClosed()
        guard statement.time <= now else {
            throw Refusal(.invalidInput, "A time cannot lie in the future.")
        }
        var times: [Moment: Instant] = [:]
        for stated in incident.times { times[stated.value.moment] = stated.value.time }
        times[statement.moment] = statement.time
        if let occurred = times[.occurred],
            let early = [Moment.detected, .reported, .aware, .declared].first(where: {
                times[$0].map { $0 < occurred } ?? false
            })
        {
            throw Refusal(
                .invalidInput, "It cannot be \(early.rawValue) before it occurred.",
                blockers: [Blocker("time", "before the time it occurred", pointer: "/time")])
        }
        return [.timeStated(statement)]
    }

    /// Records what the event is: a decision with a reason, never silence.
    package func triage(
        as kind: Kind, reason: String, workflow key: String?, at now: Instant
    ) throws(Refusal) -> [IncidentEvent] {
        try notClosed()
        guard !incident.isRestarted else {
            throw Refusal(.wrongState, "The workflow was restarted; triage is over.")
        }
        if let key { try mayName(key) }
        // An incident is whatever lies at its own level or above.
        let least = kind == .incident ? max(floor.confirmed, incident.declaredLevel ?? 1) : 1
        let level = kind.level.map { max($0, least) }
        if let level, level < floor.confirmed { throw belowFloor(level) }
        if kind == .declined, floor.confirmed > 1 {
            throw Refusal(
                .belowFloor,
                "What was answered sets level \(floor.confirmed) at least: it cannot be declined.",
                blockers: floor.reasons.map { Blocker("floor", $0, step: 4) })
        }
        if let declared = incident.declaredLevel, level ?? 1 < declared {
            throw Refusal(
                .secondPersonRequired,
                "The level is \(declared) already. Lowering it needs a proposal with a reason and "
                    + "a second person who confirms it.")
        }
        var events: [IncidentEvent] = []
        if let key, key != incident.workflow { events.append(.workflowNamed(key: key)) }
        events.append(.triaged(kind: kind, reason: reason))
        if kind != .declined, (incident.triage?.value.kind ?? .declined) == .declined {
            events.append(
                .timeStated(TimeStatement(.declared, now, source: "The decision in triage")))
        }
        return events
    }

    /// What the incident stopped is lifted by those who answer for its workflow: naming another one
    /// later would hand the restart to strangers.
    private func mayName(_ key: String) throws(Refusal) {
        guard key != incident.workflow, let first = incident.containments.first else { return }
        let stopped = incident.containments.contains { $0.workflow == key }
        guard incident.workflow != nil || !stopped else { return }
        throw Refusal(
            .wrongState,
            "The incident has stopped \(first.workflow) and stays with it: report another event "
                + "for \(key).")
    }

    /// Answers questions and sets flags; the level follows at once, upwards.
    package func assess(_ answers: Assessment) throws(Refusal) -> [IncidentEvent] {
        try notClosed()
        var faults: [Blocker] = []
        for number in answers.answers.keys.sorted() where policy.question(number) == nil {
            faults.append(
                Blocker("answers", "there is no question \(number)", pointer: "/answers/\(number)"))
        }
        let flags = Dictionary(
            policy.criticalFlags.map { ($0.key, $0.measure != nil) }, uniquingKeysWith: { $1 })
        for key in answers.flags.keys.sorted() where flags[key] != false {
            faults.append(Blocker("flags", "no flag with yes or no", pointer: "/flags/\(key)"))
        }
        for (key, value) in answers.measures.sorted(by: { $0.key < $1.key })
        where flags[key] != true || value < 0 {
            faults.append(
                Blocker("measures", "no measure, or below 0", pointer: "/measures/\(key)"))
        }
        guard faults.isEmpty else {
            throw Refusal(.invalidInput, "The assessment has faults.", blockers: faults)
        }
        guard answers != Assessment() else { return [] }
        var after = assessment
        after.answers.merge(answers.answers) { $1 }
        after.flags.merge(answers.flags) { $1 }
        after.measures.merge(answers.measures) { $1 }
        let before = floor
        let now = SeverityFloor(after, policy: policy)
        // What was answered before counts too: taking a yes back does not lower the level.
        let highest = now.confirmed >= before.confirmed ? now : before
        let events = [IncidentEvent.assessed(answers)]
        guard highest.confirmed > (incident.declaredLevel ?? 1) else { return events }
        let reason = highest.confirmedBecause ?? "What was answered."
        return events + [.levelRaised(to: highest.confirmed, reason: reason)]
    }

    package func classify(_ value: Classification) throws(Refusal) -> [IncidentEvent] {
        try notClosed()
        for key in [value.primary] + value.secondary where policy.type(key) == nil {
            let known = policy.types.map(\.key).joined(separator: ", ")
            throw Refusal(
                .invalidInput, "There is no type \(key). Use one of: \(known).",
                blockers: [Blocker("type", "unknown", pointer: "/type")])
        }
        let needsNote = ([value.primary] + value.secondary).contains {
            policy.type($0)?.noteRequired == true
        }
        if needsNote, (value.note ?? "").isEmpty {
            throw Refusal(
                .invalidInput, "This type needs a note that says what it is and why.",
                blockers: [Blocker("type_note", "missing", pointer: "/type_note")])
        }
        return [.classified(value)]
    }

    package func setPotential(_ level: Int) throws(Refusal) -> [IncidentEvent] {
        try notClosed()
        guard policy.level(level) != nil else {
            throw Refusal(.invalidInput, "Levels are 1 to 4.")
        }
        return [.potentialSet(level: level)]
    }

    /// Raises the level: free, for anybody who works on the incident.
    package func raise(to level: Int, reason: String) throws(Refusal) -> [IncidentEvent] {
        try notClosed()
        guard policy.level(level) != nil else {
            throw Refusal(.invalidInput, "Levels are 1 to 4.")
        }
        let declared = incident.declaredLevel ?? 1
        if level == declared, incident.declaredLevel != nil { return [] }
        if level < floor.confirmed { throw belowFloor(level) }
        guard level >= declared else {
            throw Refusal(
                .secondPersonRequired,
                "Lowering from \(declared) to \(level) needs a proposal with a reason (`lowering`) "
                    + "and a second person who confirms it (`confirm_lowering`).")
        }
        return [.levelRaised(to: level, reason: reason)]
    }

    package func proposeLowering(to level: Int, reason: String) throws(Refusal) -> [IncidentEvent] {
        try notClosed()
        guard policy.level(level) != nil, level < (incident.declaredLevel ?? 1) else {
            throw Refusal(.invalidInput, "Propose a level from 1 to below the present one.")
        }
        if level < floor.confirmed { throw belowFloor(level) }
        return [.loweringProposed(to: level, reason: reason)]
    }

    /// Confirms a proposal to lower: by somebody other than the proposer, never below the floor.
    package func confirmLowering(by person: Person) throws(Refusal) -> [IncidentEvent] {
        try notClosed()
        guard let proposal = incident.lowering else {
            throw Refusal(.wrongState, "Nobody has proposed to lower the level.")
        }
        guard proposal.by.id != person.id else {
            throw Refusal(
                .secondPersonRequired, "Lowering needs a second person: you proposed it yourself.")
        }
        if proposal.value.to < floor.confirmed { throw belowFloor(proposal.value.to) }
        return [
            .levelLowered(
                to: proposal.value.to, reason: proposal.value.reason, proposedBy: proposal.by)
        ]
    }

    private func belowFloor(_ level: Int) -> Refusal {
        Refusal(
            .belowFloor,
            "Level \(level) lies below the floor: what was answered sets \(floor.confirmed) at "
                + "least.",
            blockers: floor.reasons.map { Blocker("floor", $0, step: 4) })
    }
}
