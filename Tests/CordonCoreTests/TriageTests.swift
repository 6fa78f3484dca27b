import CordonCore
import Testing

/// Steps 1 and 4: the five times, the decision in triage, the assessment.
@Suite struct TriageTests {
    private func state(
        _ moment: Moment, _ time: Instant, in play: inout Playthrough
    ) throws {
        let now = play.now
        try play.act { try $0.state(TimeStatement(moment, time, source: "Mail"), at: now) }
    }

    @Test func aTimeLiesInThePast() throws {
        var play = Playthrough()
        let now = play.now
        try state(.detected, now, in: &play)
        refused(.invalidInput) { try state(.detected, play.now.adding(hours: 1), in: &play) }
    }

    @Test func nothingHappensBeforeItOccurred() throws {
        var play = Playthrough()
        let now = play.now
        try state(.detected, now.adding(hours: -2), in: &play)
        let refusal = refused(.invalidInput) {
            try state(.occurred, now.adding(hours: -1), in: &play)
        }
        #expect(refusal?.blockers.map(\.pointer) == ["/time"])
        try state(.occurred, now.adding(hours: -2), in: &play)
        try state(.aware, now.adding(hours: -1), in: &play)
        refused(.invalidInput) { try state(.aware, now.adding(hours: -3), in: &play) }
    }

    @Test func aCorrectedTimeStandsBesideTheFirst() throws {
        var play = Playthrough()
        let now = play.now
        try state(.detected, now.adding(hours: -1), in: &play)
        try state(.detected, now.adding(hours: -2), in: &play)
        let detected = play.incident.times.map(\.value).filter { $0.moment == .detected }
        #expect(detected.map(\.time) == [now.adding(hours: -1), now.adding(hours: -2)])
        #expect(play.incident.times.first?.value.moment == .reported)
    }

    private func triage(
        _ kind: Kind, by actor: Actor = Firm.owner, in play: inout Playthrough
    ) throws {
        let now = play.now
        try play.act(actor) {
            try $0.triage(as: kind, reason: "Read.", workflow: nil, at: now)
        }
    }

    @Test(arguments: [
        (Kind.qualityIssue, Int?.some(1)), (.nearMiss, 2), (.incident, 3), (.declined, nil),
    ])
    func theDecisionDeclaresItsLevel(_ kind: Kind, _ level: Int?) throws {
        var play = Playthrough()
        try triage(kind, in: &play)
        #expect(play.incident.declaredLevel == level)
        #expect(play.incident.state == (kind == .declined ? .declined : .open))
        let declared = play.incident.times.filter { $0.value.moment == .declared }
        #expect(declared.count == (kind == .declined ? 0 : 1))
    }

    @Test func whatIsDeclinedFirstIsDeclaredLater() throws {
        var play = Playthrough()
        try triage(.declined, in: &play)
        try triage(.nearMiss, in: &play)
        try triage(.incident, in: &play)
        #expect(play.incident.times.filter { $0.value.moment == .declared }.count == 1)
    }

    @Test(arguments: [Kind.qualityIssue, .nearMiss, .declined])
    func aDecisionBelowTheFloorIsRefused(_ kind: Kind) throws {
        var play = Playthrough(leftCompany: .yes)
        let refusal = refused(.belowFloor) { try triage(kind, in: &play) }
        #expect(refusal?.blockers.isEmpty == false)
        #expect(refusal?.blockers.allSatisfy { $0.step == 4 } == true)
        try triage(.incident, in: &play)
    }

    @Test func aCriticalEventIsTriagedAsAnIncident() throws {
        var play = Playthrough()
        try play.act { try $0.assess(Assessment(flags: ["safety_risk": .yes])) }
        #expect(play.incident.declaredLevel == 4)
        for kind in [Kind.qualityIssue, .nearMiss, .declined] {
            refused(.belowFloor) { try triage(kind, in: &play) }
        }
        try triage(.incident, in: &play)
        #expect(play.incident.declaredLevel == 4)
        #expect(play.sequence.level == 4)
    }

    @Test(arguments: [Kind.qualityIssue, .nearMiss, .declined])
    func triageDoesNotLowerByItself(_ kind: Kind) throws {
        var play = Playthrough()
        try play.act { try $0.raise(to: 3, reason: "The press called.") }
        refused(.secondPersonRequired) { try triage(kind, in: &play) }
        try triage(.incident, in: &play)
        #expect(play.incident.declaredLevel == 3)
    }

    @Test func whatWasDeclinedOpensAgainWhenItTurnsOutToBeOne() throws {
        var play = Playthrough()
        try triage(.declined, in: &play)
        #expect(play.sequence.level == 1)
        #expect(play.sequence.nextStep == nil || play.sequence.nextStep?.step.number == 1)
        try play.act { try $0.assess(Assessment(answers: [1: .yes])) }
        #expect(!play.incident.isDeclined)
        #expect(play.incident.state == .open)
        #expect(play.sequence.level == 3)
        #expect(play.sequence.requires(9))
        #expect(play.sequence.authority.all == [.executiveSponsor])
    }

    @Test func triageIsOverAfterTheRestart() throws {
        var play = try Playthrough.restarted(at: 2)
        refused(.wrongState) { try triage(.incident, in: &play) }
    }

    @Test func everyFaultOfAnAssessmentIsNamedAtOnce() {
        var play = Playthrough()
        let faulty = Assessment(
            answers: [0: .yes, 8: .no], flags: ["large_scale_exposure": .yes, "unheard": .no],
            measures: ["safety_risk": 1, "severe_financial_impact": -1])
        let refusal = refused(.invalidInput) { try play.act { try $0.assess(faulty) } }
        #expect(
            refusal?.blockers.map(\.pointer) == [
                "/answers/0", "/answers/8", "/flags/large_scale_exposure", "/flags/unheard",
                "/measures/safety_risk", "/measures/severe_financial_impact",
            ])
    }

    @Test func anEmptyAssessmentIsNoEvent() throws {
        var play = Playthrough()
        #expect(try play.act { try $0.assess(Assessment()) } == [])
    }

    @Test func aYesRaisesTheLevelAtOnce() throws {
        var play = Playthrough()
        try triage(.qualityIssue, in: &play)
        let events = try play.act { try $0.assess(Assessment(answers: [4: .yes])) }
        guard case .levelRaised(2, let reason)? = events.last else {
            Issue.record("\(events)")
            return
        }
        #expect(reason.hasPrefix("Question 4 (yes)"))
        #expect(play.incident.declaredLevel == 2)
    }

    @Test func aTypeIsKnownAndTheOtherOneHasANote() throws {
        var play = Playthrough()
        let wrong = [
            Classification(primary: "bad_luck"),
            Classification(primary: "data_exposure", secondary: ["bad_luck"]),
            Classification(primary: "other"), Classification(primary: "other", note: ""),
            Classification(primary: "data_exposure", secondary: ["other"]),
        ]
        for value in wrong {
            refused(.invalidInput) { try play.act { try $0.classify(value) } }
        }
        try play.act { try $0.classify(Classification(primary: "other", note: "Costs.")) }
    }

    @Test(arguments: [(0, false), (1, true), (4, true), (5, false)])
    func aLevelIsOneToFour(_ level: Int, _ holds: Bool) throws {
        var play = Playthrough()
        guard holds else {
            refused(.invalidInput) { try play.act { try $0.setPotential(level) } }
            refused(.invalidInput) { try play.act { try $0.raise(to: level, reason: "So.") } }
            return
        }
        try play.act { try $0.setPotential(level) }
        try play.act { try $0.raise(to: level, reason: "So.") }
        #expect(play.incident.potential?.value == level)
        #expect(play.incident.declaredLevel == level)
    }
}
