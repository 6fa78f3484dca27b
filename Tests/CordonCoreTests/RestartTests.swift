import CordonCore
import Testing

/// Steps 10 and 11: the restart, its watch, and what a trip of it undoes.
@Suite struct RestartTests {
    @Test func everythingInTheWayIsNamedAtOnce() {
        var play = Playthrough()
        let refusal = refused(.restartBlocked) { try play.restart() }
        let codes = Set(refusal?.codes ?? [])
        #expect(
            codes == [
                "not_stopped", "triage", "provisional", "report", "contain", "preserve", "assess",
                "escalate", "look_back", "cause", "correct", "evaluate", "signature",
            ])
        #expect(refusal?.blockers.filter { $0.code == "signature" }.count == 2)
        #expect(refusal?.blockers == play.sequence.restartBlockers)
        let messages = refusal?.blockers.map(\.message) ?? []
        #expect(Set(messages).count == messages.count, "No line stands twice.")
    }

    @Test func aRestartHappensOnce() throws {
        var play = try Playthrough.restarted(at: 2)
        let refusal = refused(.restartBlocked) { try play.restart() }
        #expect(refusal?.codes == ["restarted"])
    }

    @Test(arguments: [
        (1, -1, false), (1, 0, true), (1, 8_760, true), (1, 8_761, false), (2, 167, false),
        (2, 168, true), (2, 169, true), (3, 335, false), (3, 336, true), (4, 8_760, true),
        (4, 8_761, false),
    ])
    func aWatchLastsWhatTheLevelAsksForAtLeast(_ level: Int, _ hours: Int, _ holds: Bool) throws {
        var play = try Playthrough.readyToSign(at: level)
        try play.signAll()
        guard holds else {
            refused(.invalidInput) { try play.restart(hours: hours) }
            return
        }
        try play.restart(hours: hours)
        let watch = play.incident.restarts.last?.watch
        #expect(
            watch?.until
                == (hours == 0 ? nil : play.now.adding(milliseconds: -1_000).adding(hours: hours)))
        #expect(play.workflow?.watch == watch)
        #expect(play.workflow?.state == (hours == 0 ? .running : .watch))
        #expect(play.workflow?.containmentsInForce == [])
        #expect(play.incident.state == (hours == 0 ? .restarted : .watch))
    }

    @Test(arguments: [
        ([Watch.Condition(.newReport, threshold: 0)], false),
        ([Watch.Condition(.newReport), Watch.Condition(.newReport, threshold: 2)], false),
        ([Watch.Condition(.newReport, threshold: 1)], true),
        (Watch.Kind.allCases.map { Watch.Condition($0, threshold: 2) }, true),
    ])
    func aWatchConditionStandsOnceAndCounts(_ watch: [Watch.Condition], _ holds: Bool) throws {
        var play = try Playthrough.readyToSign(at: 2)
        try play.signAll()
        if holds {
            try play.restart(watch: watch)
            #expect(play.incident.restarts.last?.watch?.conditions == watch)
        } else {
            refused(.invalidInput) { try play.restart(watch: watch) }
        }
    }

    @Test func withoutAChoiceReportsAndEvaluationsAreWatched() throws {
        let play = try Playthrough.restarted(at: 2)
        let kinds = play.incident.restarts.last?.watch?.conditions.map(\.kind)
        #expect(kinds == [.newReport, .evaluationFailed])
    }

    @Test func aTrippedWatchUndoesTheRestartUntilItIsSignedAnew() throws {
        var play = try Playthrough.restarted(at: 2)
        try play.act { try $0.setPotential(4) }
        #expect(play.incident.signatures.allSatisfy { $0.voidedAt == nil })
        try play.act(.cordon) { $0.trip(.newReport, detail: "It happened again.") }
        try play.stop(by: .cordon)
        #expect(!play.incident.isRestarted)
        #expect(play.incident.state == .open)
        #expect(play.incident.signatures.allSatisfy { $0.voidedAt != nil })
        #expect(play.workflow?.state == .stopped)
        #expect(play.workflow?.watch == nil)
        let refusal = refused(.restartBlocked) { try play.restart() }
        #expect(refusal?.codes == ["signature", "signature"])
        try play.signAll()
        try play.restart()
        #expect(play.incident.restarts.count == 2)
        #expect(play.incident.state == .watch)
    }

    @Test func aClockThatStandsStillDoesNotConfuseTheOrder() throws {
        var play = try Playthrough.restarted(at: 1)
        let start = play.now.adding(milliseconds: -1_000)
        for _ in 1...2 {
            play.now = start
            try play.act(.cordon) { $0.trip(.newReport, detail: "Again.") }
            #expect(!play.incident.isRestarted)
            play.now = start
            try play.signAll()
            play.now = start
            try play.restart()
            #expect(play.incident.isRestarted)
        }
    }

    @Test func evidenceAfterTheRestartDoesNotStopTheWorkflow() throws {
        var play = try Playthrough.restarted(at: 2)
        let events = try play.act { try $0.setPotential(4) }
        #expect(events == [.potentialSet(level: 4)])
        #expect(play.incident.isRestarted)
    }

    @Test func theWatchEndsWithItsTime() throws {
        var play = try Playthrough.restarted(at: 2)
        let until = try #require(play.incident.restarts.last?.watch?.until)
        let early = until.adding(milliseconds: -1)
        #expect(try play.act(.cordon) { $0.endWatch(at: early) } == [])
        #expect(play.workflow?.endWatch(at: early) == [])
        #expect(try play.act(.cordon) { $0.endWatch(at: until) } == [.watchEnded])
        #expect(play.workflow?.endWatch(at: until) == [.watchEnded(incident: "INC-2026-0042")])
        #expect(try play.act(.cordon) { $0.endWatch(at: until) } == [])
        #expect(try play.act(.cordon) { $0.trip(.newReport, detail: "Late.") } == [])
        #expect(play.incident.state == .restarted)
    }

    @Test func whatWasDeclinedRestartsOnTheOwnersSignature() throws {
        var play = Playthrough()
        try play.stop()
        let now = play.now
        try play.act {
            try $0.triage(as: .declined, reason: "A test.", workflow: nil, at: now)
        }
        let refusal = refused(.restartBlocked) { try play.restart() }
        #expect(refusal?.codes == ["provisional", "notification", "signature"])
        let none = Dictionary(uniqueKeysWithValues: (1...7).map { ($0, Answer.no) })
        try play.act { try $0.assess(Assessment(answers: none)) }
        try play.sign(as: .owner, Firm.owner)
        try play.restart()
        #expect(play.workflow?.state == .running)
        try play.act { try $0.close() }
        #expect(play.incident.state == .closed)
    }

    @Test func whatWasSkippedAtALowLevelIsOwedAtAHigherOne() throws {
        var play = Playthrough()
        try play.stop()
        try play.triage(as: .qualityIssue, level: 1)
        for step in [7, 9] { try play.act { try $0.skip(step: step, reason: "Plain.") } }
        try play.act { try $0.raise(to: 2, reason: "It repeats.") }
        let codes = play.sequence.evidenceBlockers.map(\.code)
        #expect(codes.contains("cause"))
        #expect(codes.contains("evaluate"))
        #expect(play.sequence.file[5].missing.isEmpty == false)
        let cause = try #require(play.sequence.steps.first { $0.step.number == 7 })
        #expect(cause.state == .open)
        #expect(cause.skipped?.value == "Plain.")
    }

    @Test func aCriticalIncidentAlsoStopsWhatIsRelated() throws {
        var profile = Firm.profile
        profile.related = ["invoice-coding"]
        var play = Playthrough(workflow: Firm.running(profile))
        try play.stop()
        try play.triage(as: .incident, level: 4)
        try play.investigate()
        let missing = play.sequence.evidenceBlockers
        #expect(missing.map(\.message) == ["Stop the related workflow invoice-coding."])
        try play.stop("invoice-coding")
        #expect(play.sequence.evidenceBlockers == [])
    }

    @Test func anotherWorkflowsStopIsNotItsOwn() throws {
        var play = Playthrough()
        try play.stop("invoice-coding")
        try play.triage(as: .nearMiss, level: 2)
        try play.investigate()
        #expect(play.sequence.evidenceBlockers.map(\.message) == ["Stop the workflow."])
    }

    @Test func aStopThatIsNotProvedHoldsTheRestartBack() throws {
        var profile = Firm.profile
        profile.manualTargets = [
            ManualTarget(name: "mail-rule", instruction: "Switch it off.", contact: "olivia")
        ]
        var play = Playthrough(workflow: Firm.running(profile))
        try play.stop()
        try play.triage(as: .nearMiss, level: 2)
        try play.investigate()
        #expect(play.workflow?.state == .stopping)
        #expect(play.sequence.evidenceBlockers.map(\.code) == ["contain"])
        let now = play.now
        let confirmed = try play.workflow?.confirm(
            containment: "c1", target: "mail-rule", proof: "Off.", by: Firm.owner.person, at: now)
        play.take(confirmed ?? [])
        try play.proveWhatIsProved()
        #expect(play.sequence.evidenceBlockers == [])
    }
}

extension RestartTests {
    @Test func whatIsStoppedAnewIsRestartedAnew() throws {
        var play = try Playthrough.restarted(at: 2)
        try play.stop()
        #expect(!play.incident.isRestarted)
        #expect(play.sequence.validSignatures.isEmpty)
        refused(.restartBlocked) { try play.restart() }
        try play.signAll()
        try play.restart()
        #expect(play.incident.isRestarted)
    }

    @Test func whoDecidesTheRestartIsNotChangedWhileItIsStopped() throws {
        var play = Playthrough()
        try play.stop()
        let workflow = try #require(play.workflow)
        var profile = workflow.profile
        profile.function = "another"
        let moved = profile
        refused(.wrongState) { _ = try workflow.amend(to: moved, policy: .standard) }
        profile = workflow.profile
        profile.purpose = "Said better."
        let said = profile
        #expect(try workflow.amend(to: said, policy: .standard) == [.amended(profile: said)])
    }
}
