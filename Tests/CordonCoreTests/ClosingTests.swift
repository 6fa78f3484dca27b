import CordonCore
import Testing

/// Step 12: the review, the exception, and the end.
@Suite struct ClosingTests {
    private func review(_ play: inout Playthrough) throws {
        let now = play.now
        try play.act {
            try $0.review(
                controlChange: "Account-level retrieval.",
                updates: [.init(.policy, "A permission test after every update.")],
                recurrence: [], at: now)
        }
    }

    private func endWatch(_ play: inout Playthrough) throws {
        let until = try #require(play.incident.restarts.last?.watch?.until)
        play.now = until
        try play.act(.cordon) { $0.endWatch(at: until) }
    }

    @Test func aReviewWithoutACauseTeachesNothing() throws {
        var play = Playthrough()
        try play.triage(as: .nearMiss, level: 2)
        refused(.wrongState) { try review(&play) }
    }

    @Test func theEffectIsCheckedLater() throws {
        var play = try Playthrough.restarted(at: 2)
        let now = play.now
        try review(&play)
        #expect(
            play.incident.review?.value.effectivenessDueAt
                == [now.adding(days: 30), now.adding(days: 90)])
    }

    @Test(arguments: [1, 2, 3, 4])
    func aCompleteIncidentCloses(_ level: Int) throws {
        var play = try Playthrough.restarted(at: level)
        if level > 1 {
            let refusal = refused(.fileIncomplete) { try play.act { try $0.close() } }
            #expect(refusal?.codes == ["watch", "review", "file_8"])
            try endWatch(&play)
        }
        try review(&play)
        #expect(play.sequence.fileComplete == 8)
        try play.act { try $0.close() }
        #expect(play.incident.state == .closed)
    }

    @Test func whatIsStoppedOrUndecidedDoesNotClose() throws {
        var play = Playthrough()
        try play.stop()
        let refusal = refused(.wrongState) { try play.act { try $0.close() } }
        #expect(refusal?.codes == ["triage", "still_stopped"])
    }

    @Test func noExceptionClosesWhatIsStillStopped() throws {
        var play = try Playthrough.readyToSign(at: 2)
        try play.act(Firm.sponsor) { try $0.signException(reason: "So.", by: Firm.sponsor) }
        refused(.wrongState) { try play.act { try $0.close() } }
    }

    @Test func anExecutiveMayExceptAnIncompleteFile() throws {
        var play = Playthrough()
        try play.triage(as: .nearMiss, level: 2)
        let incomplete = refused(.fileIncomplete) { try play.act { try $0.close() } }
        #expect(incomplete?.codes.contains("file_3") == true)
        for actor in [Firm.owner, Firm.leader, Firm.counsel, Firm.administrator] {
            refused(.notPermitted) {
                try play.act(actor) { try $0.signException(reason: "So.", by: actor) }
            }
        }
        try play.act(Firm.leadership) {
            try $0.signException(reason: "Before our time.", by: Firm.leadership)
        }
        try play.act { try $0.close() }
        #expect(play.incident.exception?.value == "Before our time.")
    }

    /// Every verb that changes an incident, on a closed one.
    @Test func aClosedIncidentStaysAsItIs() throws {
        var play = Playthrough()
        let now = play.now
        try play.act {
            try $0.triage(as: .declined, reason: "A test.", workflow: nil, at: now)
        }
        try play.act { try $0.close() }
        let person = Firm.owner.person
        let finding = Lookback.Finding(
            id: "f", reference: "", description: "", verdict: .unclear)
        let item = EvidenceItem(
            id: "e", kind: .log, name: "", mediaType: "", size: 0, sha256: "", note: nil)
        let record = AffectedRecord(id: "p", kind: .person, reference: "", description: "")
        let duty = Obligation(duty: "", decision: .pending, reason: "", dueAt: nil)
        let verbs: [(ResponseSequence) throws -> [IncidentEvent]] = [
            { try $0.state(TimeStatement(.aware, now, source: ""), at: now) },
            { try $0.triage(as: .nearMiss, reason: "", workflow: nil, at: now) },
            { try $0.assess(Found.answers(for: 2)) },
            { try $0.classify(Classification(primary: "data_exposure")) },
            { try $0.setPotential(2) }, { try $0.raise(to: 2, reason: "") },
            { try $0.proposeLowering(to: 1, reason: "") },
            { try $0.confirmLowering(by: person) },
            { try $0.note(FallbackNote(activated: true, note: "", told: [])) },
            { try $0.attach(item) }, { try $0.name(EvidenceGap(kind: .log, why: "")) },
            { try $0.state(Found.impact) }, { try $0.add(record) },
            { try $0.correct(affected: "p", "") }, { try $0.decide(duty) },
            { try $0.open(Found.lookback(until: now), at: now) },
            { try $0.add(finding, to: "l1", affectedID: "p") },
            { try $0.conclude(lookback: "l1", examined: 0, text: "", by: person, at: now) },
            { try $0.find(Found.cause) }, { try $0.add(Found.action()) },
            { try $0.finish(action: "a1", evidence: "") },
            { try $0.add(EvaluationCase(key: "k", description: "")) },
            { try $0.record(Found.run(.fixed)) }, { try $0.skip(step: 2, reason: "") },
            {
                try $0.sign(
                    as: .owner, seen: "", statement: "", id: "s", by: Firm.owner, at: now)
            },
            { try $0.review(controlChange: "", updates: [], recurrence: [], at: now) },
            { try $0.signException(reason: "", by: Firm.sponsor) }, { try $0.close() },
        ]
        for verb in verbs { refused(.wrongState) { try play.act { try verb($0) } } }
        let restart = refused(.restartBlocked) { try play.restart() }
        #expect(restart?.codes.contains("closed") == true)
        #expect(try play.act { $0.trip(.newReport, detail: "") } == [])
    }
}
