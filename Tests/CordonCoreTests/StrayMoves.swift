import CordonCore

/// Moves that nobody asked for: at the wrong time, by the wrong person, with the wrong values.
extension RandomWalk {
    mutating func stray() {
        let actor = person()
        switch dice.roll(22) {
        case 0: triage(actor)
        case 1: strayAnswer(actor)
        case 2: strayLevel(actor)
        case 3: stateTime(dice.pick(Moment.allCases), actor)
        case 4: stop(dice.pick([Firm.key, Self.related]), by: actor)
        case 5: attachEvidence(actor)
        case 6: stateImpact(actor, dice.pick(Answer.allCases))
        case 7: addAffected(actor)
        case 8: decideDuty(dice.pick(Obligation.Decision.allCases), actor)
        case 9: strayFinding(actor)
        case 10: find(actor)
        case 11:
            addAction(
                dice.pick(Action.Kind.allCases),
                control: dice.pick(["prompt", nil, "prayer", "training"]), actor)
        case 12:
            if let action = incident.actions.last { finishAction(action.id, actor) }
        case 13: strayRun(actor)
        case 14, 15: skip(actor)
        case 16, 17: sign(dice.pick(Role.allCases), actor)
        case 18, 19: restart()
        case 20: staleSignature(actor)
        default: close(actor)
        }
    }

    private mutating func strayAnswer(_ actor: Actor) {
        var assessment = Assessment()
        if dice.chance(80) {
            // Mostly harmless answers, so that not every walk ends at the highest level.
            let answer: Answer = dice.chance(15) ? .yes : dice.pick([.no, .unknown])
            assessment.answers[dice.roll(9)] = answer
        }
        if dice.chance(5) { assessment.flags["repeated_unauthorized_action"] = .yes }
        if dice.chance(10) {
            assessment.measures["large_scale_exposure"] = dice.pick([0, 499, 500, -1])
        }
        attempt(actor) { try $0.assess(assessment) }
    }

    private mutating func strayLevel(_ actor: Actor) {
        let reason = text()
        let declared = incident.declaredLevel ?? 1
        switch dice.roll(5) {
        case 0:
            let level = min(dice.roll(5), dice.roll(5))
            guard level != declared else { return }
            attempt(actor, saying: reason) { try $0.raise(to: level, reason: reason) }
        case 1:
            attempt(actor, saying: reason) { try $0.raise(to: declared + 1, reason: reason) }
        case 2, 3:
            let level = dice.chance(70) ? declared - 1 : dice.roll(5)
            attempt(actor, saying: reason) { try $0.proposeLowering(to: level, reason: reason) }
            fallthrough
        default:
            let second = dice.chance(50) ? actor : person()
            attempt(second) { try $0.confirmLowering(by: second.person) }
        }
    }

    private mutating func attachEvidence(_ actor: Actor) {
        let item = EvidenceItem(
            id: text(), kind: dice.pick(EvidenceKind.allCases), name: text(),
            mediaType: "text/plain",
            size: dice.roll(1_000), sha256: text(), note: nil)
        attempt(actor, saying: item.id, item.name, item.sha256) { try $0.attach(item) }
    }

    private mutating func addAffected(_ actor: Actor) {
        let record = AffectedRecord(
            id: text(), kind: .record, reference: text(), description: text())
        attempt(actor, saying: record.id, record.reference, record.description) {
            try $0.add(record)
        }
    }

    private mutating func strayFinding(_ actor: Actor) {
        guard let lookback = incident.lookbacks.last else { return lookBack(actor) }
        let reference = "Draft \(dice.roll(3))"
        addFinding(to: lookback.id, on: reference, dice.pick(Lookback.Verdict.allCases), actor)
    }

    private mutating func strayRun(_ actor: Actor) {
        let run = Found.run(
            dice.pick([.failed, .fixed]), version: dice.pick([nil, "v9"]),
            passes: dice.pick([nil, 0, 3, 4]), key: dice.pick(["other-customer", "new"]))
        attempt(actor) { try $0.record(run) }
    }

    private mutating func skip(_ actor: Actor) {
        let reason = text()
        // Mostly steps that may not be skipped at every level: a walk in which all the others are
        // passed over by name proves little.
        let step = dice.chance(80) ? dice.pick([7, 9]) : dice.roll(14)
        attempt(actor, saying: reason) { try $0.skip(step: step, reason: reason) }
    }

    private mutating func staleSignature(_ actor: Actor) {
        let hash = incident.signatures.last?.evidenceHash ?? "none"
        let now = play.now
        let statement = text()
        let role = dice.pick([Role.owner, .functionalLeader, .executiveSponsor, .legal])
        let id = text()
        attempt(actor, saying: statement) {
            try $0.sign(
                as: role, seen: hash, statement: statement, id: id, by: actor, at: now)
        }
    }

    private mutating func close(_ actor: Actor) {
        let reason = text()
        if dice.chance(20) {
            attempt(actor, saying: reason) { try $0.signException(reason: reason, by: actor) }
        }
        if dice.chance(10) { attempt(actor) { try $0.close() } }
    }
}
