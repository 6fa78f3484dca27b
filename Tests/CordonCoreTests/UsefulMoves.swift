import CordonCore

/// Moves that bring the incident forward: what the next open step asks for.
extension RandomWalk {
    mutating func advance() {
        let actor = person()
        if incident.isRestarted { return finish(actor) }
        if incident.triage == nil { return triage(actor) }
        if dice.chance(haste) { return signOrRestart(sequence) }
        if let open = sequence.floor.open.first { return answer(open, actor) }
        guard let blocker = sequence.evidenceBlockers.first else {
            return signOrRestart(sequence)
        }
        switch blocker.step ?? 2 {
        case 1: stateTime(dice.pick([.occurred, .detected]), actor)
        case 2: contain(actor)
        case 3: nameGap(actor)
        case 4: assess(actor)
        case 5:
            stateImpact(actor)
            decideDuty(.applies, actor)
        case 6: lookBack(actor)
        case 7: find(actor)
        case 8: correct(actor)
        default: evaluate(actor)
        }
    }

    mutating func triage(_ actor: Actor) {
        let reason = text()
        let kind = dice.chance(90) ? Kind(level: target) : dice.pick(Kind.allCases)
        let now = play.now
        attempt(actor, saying: reason) {
            try $0.triage(as: kind, reason: reason, workflow: nil, at: now)
        }
    }

    mutating func answer(_ number: Int, _ actor: Actor) {
        let yes = (target == 2 && number == 4) || (target == 3 && number == 1) || number == 6
        var answers = Assessment(answers: [number: yes ? .yes : .no])
        if target == 4 { answers.flags["safety_risk"] = .yes }
        attempt(actor) { try $0.assess(answers) }
    }

    mutating func stateTime(_ moment: Moment, _ actor: Actor) {
        let source = text()
        let now = play.now
        let hours = moment == .occurred ? -1_000 : -dice.roll(3)
        let time = Firm.start.adding(hours: hours)
        attempt(actor, saying: source) {
            try $0.state(TimeStatement(moment, time, source: source), at: now)
        }
    }

    mutating func contain(_ actor: Actor) {
        if !incident.containments.contains(where: { $0.workflow == Firm.key }) {
            return stop(Firm.key, by: actor)
        }
        prove(by: actor)
        if incident.fallback == nil { return noteFallback(actor) }
        let related = play.workflow?.profile.related ?? []
        if let key = related.first, dice.chance(70) { stop(key, by: actor) }
    }

    mutating func noteFallback(_ actor: Actor) {
        let note = text()
        attempt(actor, saying: note) {
            try $0.note(FallbackNote(activated: true, note: note, told: ["Team"]))
        }
    }

    mutating func nameGap(_ actor: Actor) {
        let why = text()
        let kind = dice.pick(EvidenceKind.allCases)
        attempt(actor, saying: why) { try $0.name(EvidenceGap(kind: kind, why: why)) }
    }

    mutating func assess(_ actor: Actor) {
        if incident.classification == nil {
            let note = text()
            let type = dice.pick(["data_exposure", "other", "workflow_drift"])
            attempt(actor, saying: note) {
                try $0.classify(Classification(primary: type, note: note))
            }
        } else if incident.potential == nil {
            let level = dice.roll(4) + 1
            attempt(actor) { try $0.setPotential(level) }
        } else {
            stateImpact(actor)
        }
    }

    mutating func stateImpact(_ actor: Actor, _ acted: Answer = .no) {
        let description = text()
        let impact = Impact(
            description: description, actedUpon: acted, reversible: .yes, leftCompany: .no,
            functions: ["legal"])
        attempt(actor, saying: description) { try $0.state(impact) }
    }

    mutating func decideDuty(_ decision: Obligation.Decision, _ actor: Actor) {
        let reason = text()
        let duty = Obligation(
            duty: dice.pick(["Law", "Contract"]), decision: decision, reason: reason, dueAt: nil)
        attempt(actor, saying: reason) { try $0.decide(duty) }
        guard decision != .pending else { return }
        for pending in incident.obligations where pending.value.decision == .pending {
            let settled = Obligation(
                duty: pending.value.duty, decision: .doesNotApply, reason: reason, dueAt: nil)
            attempt(actor) { try $0.decide(settled) }
        }
    }

    mutating func lookBack(_ actor: Actor) {
        let now = play.now
        guard let open = incident.lookbacks.first(where: { $0.conclusion == nil }) else {
            let lookback = Found.lookback(id: text(), until: now, count: 3)
            return attempt(actor, saying: lookback.id) { try $0.open(lookback, at: now) }
        }
        let findings = incident.lookbacks.flatMap(\.findings)
        for finding in findings where finding.verdict == .unclear {
            addFinding(to: open.id, on: finding.reference, .unaffected, actor)
        }
        let conclusion = text()
        attempt(actor, saying: conclusion) {
            try $0.conclude(
                lookback: open.id, examined: 3, text: conclusion, by: actor.person, at: now)
        }
    }

    mutating func addFinding(
        to lookback: String, on reference: String, _ verdict: Lookback.Verdict, _ actor: Actor
    ) {
        let finding = Lookback.Finding(
            id: text(), reference: reference, description: text(), verdict: verdict)
        let affected = text()
        attempt(actor, saying: finding.id, finding.description) {
            try $0.add(finding, to: lookback, affectedID: affected)
        }
    }

    mutating func find(_ actor: Actor) {
        var cause = Found.cause
        cause.description = text()
        cause.failureClass = dice.pick(["workflow_design", "data", "model"])
        if dice.chance(70) { cause.contributing = ["human_review"] }
        attempt(actor, saying: cause.description) { try $0.find(cause) }
    }

    mutating func correct(_ actor: Actor) {
        if let record = incident.affected.first(where: { $0.correction == nil }) {
            let correction = text()
            return attempt(actor, saying: correction) {
                try $0.correct(affected: record.id, correction)
            }
        }
        if let open = incident.actions.first(where: { $0.done == nil && $0.beforeRestart }) {
            return finishAction(open.id, actor)
        }
        if incident.cause == nil { return find(actor) }
        addAction(.retrieval, control: "retrieval_scope", actor)
    }

    mutating func addAction(_ kind: Action.Kind, control: String?, _ actor: Actor) {
        let action = Found.action(
            id: text(), kind: kind, control: control, beforeRestart: dice.chance(70))
        attempt(actor, saying: action.id) { try $0.add(action) }
    }

    mutating func finishAction(_ id: String, _ actor: Actor) {
        let evidence = text()
        attempt(actor, saying: evidence) { try $0.finish(action: id, evidence: evidence) }
    }

    mutating func evaluate(_ actor: Actor) {
        let value = EvaluationCase(key: "other-customer", description: "Another's name.")
        if incident.cases.isEmpty { return attempt(actor) { try $0.add(value) } }
        let subject: EvaluationRun.Subject =
            incident.runs.last?.value.subject == .failed ? .fixed : .failed
        attempt(actor) { try $0.record(Found.run(subject)) }
    }

    private mutating func signOrRestart(_ sequence: ResponseSequence) {
        // Not by the code under test: whoever has not signed by the incident's own list.
        let signed = Set(incident.signatures.filter { $0.voidedAt == nil }.map(\.role))
        let authority = sequence.authority
        let isAnyLeft = !authority.any.isEmpty && signed.isDisjoint(with: authority.any)
        let open = authority.all.filter { !signed.contains($0) } + (isAnyLeft ? authority.any : [])
        guard !open.isEmpty else { return restart() }
        let role = dice.pick(open)
        let holders = Firm.people.filter { $0.holds(role) }
        sign(role, dice.pick(holders))
    }

    mutating func sign(_ role: Role, _ actor: Actor) {
        let statement = text()
        let now = play.now
        let id = text()
        // Whoever does not hold the role is refused before anybody reads the hash.
        let seen = actor.holds(role) ? incident.evidenceHash : "none"
        attempt(actor, saying: statement, id) {
            try $0.sign(
                as: role, seen: seen, statement: statement, id: id,
                by: actor, at: now)
        }
    }

    mutating func restart() {
        let conditions = text()
        let now = play.now
        let actor = person()
        let hours = dice.chance(70) ? nil : dice.pick([0, 168, 336, 8_760])
        attempt(actor, saying: conditions) {
            try $0.restart(
                conditions: conditions, watchHours: hours, watch: [], by: actor.person, at: now)
        }
    }

    /// After the restart: the watch goes on, trips or ends.
    private mutating func finish(_ actor: Actor) {
        let detail = text()
        switch dice.roll(10) {
        case 0, 1:
            // Cordon's own rules are silent when there is nothing to do.
            guard incident.watchEndedAt == nil, incident.closedAt == nil else { return }
            attempt(.cordon, saying: detail) { $0.trip(.newReport, detail: detail) }
            stop(Firm.key, by: .cordon)
        case 2, 3:
            pass(milliseconds: 86_400_000 * 15)
            let now = play.now
            attempt(.cordon) { $0.endWatch(at: now) }
        case 4:
            let now = play.now
            attempt(actor, saying: detail) {
                try $0.review(controlChange: detail, updates: [], recurrence: [], at: now)
            }
        case 5 where dice.chance(10): attempt(actor) { try $0.close() }
        case 6: nameGap(actor)
        default: noteFallback(actor)
        }
    }
}
