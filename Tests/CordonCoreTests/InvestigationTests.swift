import CordonCore
import Testing

/// Steps 5 to 9: what the verbs refuse and what they leave open.
@Suite struct InvestigationTests {
    private let now = Firm.start.adding(hours: 2)

    private func open(_ lookback: Lookback) throws {
        var play = Playthrough()
        let now = now
        try play.act { try $0.open(lookback, at: now) }
    }

    static let windows: [(days: Int, reason: String?, holds: Bool)] = [
        (59, nil, false), (59, "", false), (59, "It began then.", true), (60, nil, true),
        (61, nil, true), (0, "Nothing.", false), (-1, "Backwards.", false),
    ]

    @Test(arguments: windows)
    func aShorterWindowSaysWhy(_ days: Int, _ reason: String?, _ holds: Bool) throws {
        let lookback = Found.lookback(days: days, until: now, because: reason)
        if holds {
            try open(lookback)
        } else {
            refused(.invalidInput) { try open(lookback) }
        }
    }

    @Test func aWindowEndsByNow() throws {
        try open(Found.lookback(until: now))
        refused(.invalidInput) {
            try open(Found.lookback(until: now.adding(milliseconds: 1)))
        }
    }

    static let samples: [(size: Int?, seed: String?, holds: Bool)] = [
        (10, "s", true), (120, "s", true), (1, "s", true), (121, "s", false), (0, "s", false),
        (nil, "s", false), (10, nil, false), (10, "", false),
    ]

    @Test(arguments: samples)
    func aSampleCanBeDrawnAgain(_ size: Int?, _ seed: String?, _ holds: Bool) throws {
        let lookback = Found.lookback(until: now, method: .sample, size: size, seed: seed)
        if holds {
            try open(lookback)
        } else {
            let refusal = refused(.invalidInput) { try open(lookback) }
            #expect(refusal?.codes == ["sample_seed"])
        }
    }

    @Test func everyFaultOfALookbackIsNamedAtOnce() {
        let lookback = Found.lookback(days: -1, until: now, count: -1, method: .sample)
        let refusal = refused(.invalidInput) { try open(lookback) }
        #expect(
            refusal?.codes == ["from", "population_count", "sample_seed", "shorter_because"])
    }

    @Test(arguments: [(119, false), (120, true), (121, true)])
    func aConclusionHasExaminedAll(_ examined: Int, _ holds: Bool) throws {
        var play = Playthrough()
        let now = now
        try play.act { try $0.open(Found.lookback(until: now), at: now) }
        func conclude() throws {
            try play.act {
                try $0.conclude(
                    lookback: "l1", examined: examined, text: "None.", by: Firm.owner.person,
                    at: now)
            }
        }
        guard holds else {
            refused(.invalidInput) { try conclude() }
            return
        }
        try conclude()
        refused(.wrongState) { try conclude() }
        let finding = Lookback.Finding(
            id: "f1", reference: "Draft 7", description: "", verdict: .affected)
        refused(.wrongState) { try play.act { try $0.add(finding, to: "l1", affectedID: "p1") } }
        refused(.notFound) { try play.act { try $0.add(finding, to: "l2", affectedID: "p1") } }
    }

    @Test func anAffectedFindingIsAnAffectedRecord() throws {
        var play = Playthrough()
        let now = now
        try play.act { try $0.open(Found.lookback(until: now), at: now) }
        for (id, verdict) in [
            ("p1", Lookback.Verdict.affected), ("p2", .unaffected), ("p3", .unclear),
        ] {
            let finding = Lookback.Finding(
                id: "f\(id)", reference: "Draft \(id)", description: "A name.", verdict: verdict)
            try play.act { try $0.add(finding, to: "l1", affectedID: id) }
        }
        #expect(play.incident.affected.map(\.id) == ["p1"])
        #expect(play.incident.lookbacks.first?.findings.count == 3)
        refused(.notFound) { try play.act { try $0.correct(affected: "p2", "Told.") } }
        try play.act { try $0.correct(affected: "p1", "Told.") }
        #expect(play.incident.affected.first?.correction?.value == "Told.")
    }

    @Test func whatWasUnclearIsSettledByALaterFinding() throws {
        var play = try Playthrough.readyToSign(at: 2)
        let now = play.now
        for (lookback, verdict) in [("l2", Lookback.Verdict.unclear), ("l3", .unaffected)] {
            try play.act { try $0.open(Found.lookback(id: lookback, until: now), at: now) }
            let finding = Lookback.Finding(
                id: lookback, reference: "Draft 7", description: "", verdict: verdict)
            try play.act { try $0.add(finding, to: lookback, affectedID: "p") }
            try play.act {
                try $0.conclude(
                    lookback: lookback, examined: 120, text: "So.", by: Firm.owner.person,
                    at: now)
            }
            let missing = play.sequence.evidenceBlockers.map(\.message)
            #expect(missing == (verdict == .unclear ? ["Give a verdict on Draft 7."] : []))
        }
    }

    @Test func aCauseNamesWhatFailed() {
        var play = Playthrough()
        var cause = Found.cause
        cause.failureClass = "bad_luck"
        cause.contributing = ["fate"]
        cause.controls = [.init(control: "prayer", state: .worked)]
        let first = refused(.invalidInput) { try play.act { try $0.find(cause) } }
        #expect(
            first?.codes == ["failure_class", "failure_class", "controls", "failed_control"])
        cause = Found.cause
        cause.controls = []
        let second = refused(.invalidInput) { try play.act { try $0.find(cause) } }
        #expect(second?.codes == ["failed_control"])
    }

    @Test func theModelAloneIsNotBlamedFirst() throws {
        var play = Playthrough()
        var cause = Found.cause
        cause.failureClass = "model"
        cause.considered = ["data": "Fine.", "review": ""]
        let refusal = refused(.invalidInput) { try play.act { try $0.find(cause) } }
        #expect(
            refusal?.blockers.map(\.pointer) == [
                "/considered/permissions", "/considered/retrieval", "/considered/review",
            ])
        cause.contributing = ["data"]
        try play.act { try $0.find(cause) }
        cause.contributing = []
        for subject in ["permissions", "retrieval", "review"] {
            cause.considered[subject] = "Fine."
        }
        try play.act { try $0.find(cause) }
    }

    @Test func aRecentChangeIsReviewed() throws {
        var play = try Playthrough.readyToSign(at: 2)
        var cause = Found.cause
        cause.changedBefore = ""
        try play.act { try $0.find(cause) }
        #expect(play.sequence.evidenceBlockers == [])
        try play.act { try $0.assess(Assessment(answers: [6: .yes])) }
        #expect(play.sequence.evidenceBlockers.map(\.code) == ["cause"])
    }

    @Test func anActionMendsAKnownControlAndIsFinishedOnce() throws {
        var play = Playthrough()
        refused(.invalidInput) { try play.act { try $0.add(Found.action(control: "prayer")) } }
        refused(.notFound) { try play.act { try $0.finish(action: "a1", evidence: "So.") } }
        try play.act { try $0.add(Found.action(control: nil)) }
        try play.act { try $0.finish(action: "a1", evidence: "So.") }
        refused(.wrongState) { try play.act { try $0.finish(action: "a1", evidence: "No.") } }
    }

    static let fixes: [(kind: Action.Kind, control: String?, missing: [String])] = [
        (.prompt, "retrieval_scope", ["Only the prompt is fixed"]),
        (.retrieval, "training", ["Mend the control that failed"]),
        (.prompt, nil, ["Mend the control that failed", "Only the prompt is fixed"]),
        (.retrieval, "change_control", []),
    ]

    @Test(arguments: fixes)
    func theFixLiesWhereTheControlFailed(
        _ kind: Action.Kind, _ control: String?, _ missing: [String]
    ) throws {
        var play = Playthrough()
        try play.triage(as: .nearMiss, level: 2)
        try play.act { try $0.find(Found.cause) }
        try play.act {
            try $0.add(Found.action(kind: kind, control: control, beforeRestart: false))
        }
        let planned = try #require(play.sequence.steps.first { $0.step.number == 8 })
        #expect(planned.missing == ["Carry out what is to be mended: nothing is done yet."])
        try play.act { try $0.finish(action: "a1", evidence: "So.") }
        let step = try #require(play.sequence.steps.first { $0.step.number == 8 })
        #expect(step.missing.count == missing.count)
        for (found, expected) in zip(step.missing, missing) {
            #expect(found.hasPrefix(expected))
        }
    }

    @Test func aCaseIsKnownByItsKey() throws {
        var play = Playthrough()
        try play.act { try $0.add(EvaluationCase(key: "a", description: "One.")) }
        #expect(
            try play.act { try $0.add(EvaluationCase(key: "a", description: "One.")) } == [])
        refused(.invalidInput) {
            try play.act { try $0.add(EvaluationCase(key: "a", description: "Two.")) }
        }
    }

    @Test(arguments: [
        (1, 0, true), (3, 3, true), (3, 4, false), (3, -1, false), (0, 0, false),
    ])
    func passesLieWithinTheRuns(_ runs: Int, _ passes: Int, _ holds: Bool) throws {
        var play = Playthrough()
        let run = EvaluationRun(
            id: "r", version: "v1", subject: .failed,
            results: [.init(key: "a", runs: runs, passes: passes)])
        if holds {
            try play.act { try $0.record(run) }
        } else {
            refused(.invalidInput) { try play.act { try $0.record(run) } }
        }
    }

    @Test func aRunHasEachCaseOnce() {
        var play = Playthrough()
        let one = EvaluationRun.Result(key: "a", runs: 1, passes: 1)
        for results in [[], [one, one]] {
            let run = EvaluationRun(id: "r", version: "v", subject: .fixed, results: results)
            refused(.invalidInput) { try play.act { try $0.record(run) } }
        }
    }

    /// What the last two runs leave open, from complete evidence at level 2.
    @Test(arguments: [
        (Found.run(.failed, passes: 3), Found.run(.fixed)),
        (Found.run(.failed), Found.run(.fixed, passes: 2)),
        (Found.run(.failed, version: "v1"), Found.run(.fixed, version: "v1")),
        (Found.run(.failed), Found.run(.fixed, key: "renamed")),
        (
            Found.run(.failed),
            EvaluationRun(
                id: "r", version: "v2", subject: .fixed,
                results: [.init(key: "other-customer", runs: 1, passes: 1)])
        ),
    ])
    func oneCorrectedTestIsNoProof(_ failed: EvaluationRun, _ fixed: EvaluationRun) throws {
        var play = try Playthrough.readyToSign(at: 2)
        try play.act { try $0.record(failed) }
        try play.act { try $0.record(fixed) }
        #expect(Set(play.sequence.evidenceBlockers.map(\.code)) == ["evaluate"])
        try play.act { try $0.record(Found.run(.failed)) }
        try play.act { try $0.record(Found.run(.fixed)) }
        #expect(play.sequence.evidenceBlockers == [])
    }

    @Test func theLastDecisionOnADutyHolds() throws {
        var play = try Playthrough.readyToSign(at: 3)
        func decide(_ decision: Obligation.Decision) throws {
            let obligation = Obligation(
                duty: "Contract", decision: decision, reason: "So.", dueAt: nil)
            try play.act { try $0.decide(obligation) }
        }
        try decide(.pending)
        #expect(play.sequence.evidenceBlockers.map(\.code) == ["escalate"])
        try decide(.applies)
        #expect(play.sequence.evidenceBlockers == [])
        #expect(play.incident.obligations.count == 3)
    }

    @Test(arguments: [
        (1, [1, 4, 10], [2, 3, 5, 6, 7, 8, 9, 11, 12]),
        (2, [1, 4, 7, 9, 10], [2, 3, 5, 6, 8, 11, 12]),
        (4, [1, 4, 7, 9, 10], [2, 3, 5, 6, 8, 11, 12]),
    ])
    func someStepsAreNeverSkipped(_ level: Int, _ fixed: [Int], _ free: [Int]) throws {
        var play = Playthrough()
        try play.triage(as: Kind(level: level), level: level)
        for step in fixed {
            refused(.wrongState) { try play.act { try $0.skip(step: step, reason: "No.") } }
        }
        for step in [0, 13] {
            refused(.invalidInput) { try play.act { try $0.skip(step: step, reason: "No.") } }
        }
        for step in free {
            try play.act { try $0.skip(step: step, reason: "So.") }
            let status = play.sequence.steps.first { $0.step.number == step }
            #expect(status?.state == (status?.missing == [] ? .done : .skipped))
            #expect(status?.skipped?.by == Firm.owner.person)
        }
    }
}
