import CordonCore
import Testing

/// A signature counts for the evidence that its signer saw, and for nothing else.
@Suite struct SignatureTests {
    @Test func aSignatureOnOtherEvidenceIsRefused() throws {
        var play = try Playthrough.readyToSign(at: 2)
        let seen = play.incident.evidenceHash
        try play.act { try $0.setPotential(4) }
        let now = play.now
        let refusal = refused(.signatureVoid) {
            try play.act {
                try $0.sign(
                    as: .owner, seen: seen, statement: "Yes.", id: "s1", by: Firm.owner, at: now)
            }
        }
        #expect(refusal?.detail.contains(play.incident.evidenceHash) == true)
    }

    @Test func nobodySignsTwice() throws {
        var play = try Playthrough.readyToSign(at: 2)
        try play.sign(as: .owner, Firm.everything)
        refused(.alreadySigned) { try play.sign(as: .owner, Firm.everything) }
        refused(.alreadySigned) { try play.sign(as: .functionalLeader, Firm.everything) }
        refused(.alreadySigned) { try play.sign(as: .owner, Firm.owner) }
        try play.sign(as: .functionalLeader, Firm.leader)
        #expect(play.sequence.restartBlockers == [])
    }

    @Test func nobodySignsBeforeTheEvidenceIsThere() {
        var play = Playthrough()
        let refusal = refused(.restartBlocked) {
            try play.sign(as: .executiveSponsor, Firm.sponsor)
        }
        let codes = Set(refusal?.codes ?? [])
        #expect(
            codes.isSuperset(of: [
                "not_stopped", "triage", "provisional", "report", "contain", "preserve", "assess",
                "escalate", "look_back", "cause", "correct", "evaluate",
            ]))
    }

    @Test func theFixerDoesNotSignAlone() throws {
        var play = try Playthrough.readyToSign(at: 1)
        try play.act { try $0.add(Found.action(id: "a2")) }
        try play.act(Firm.owner) { try $0.finish(action: "a2", evidence: "Change 13") }
        refused(.fixerCannotSignAlone) { try play.sign(as: .owner, Firm.owner) }
        try play.sign(as: .owner, Firm.everything)
        try play.restart()
    }

    @Test func theFixerSignsBesideSomebodyElse() throws {
        var play = try Playthrough.readyToSign(at: 2)
        for (id, actor) in [("a2", Firm.owner), ("a3", Firm.leader)] {
            try play.act { try $0.add(Found.action(id: id)) }
            try play.act(actor) { try $0.finish(action: id, evidence: "Change \(id)") }
        }
        try play.sign(as: .owner, Firm.owner)
        refused(.fixerCannotSignAlone) { try play.sign(as: .functionalLeader, Firm.leader) }
        try play.sign(as: .functionalLeader, Firm.everything)
        try play.restart()
    }

    @Test func aFixIsNotHandedToSomebodyElseAfterwards() throws {
        var play = try Playthrough.readyToSign(at: 2)
        refused(.wrongState) {
            try play.act(Firm.security) { try $0.finish(action: "a1", evidence: "It was me.") }
        }
        #expect(
            try play.act(Firm.security) {
                try $0.finish(action: "a1", evidence: "Change 12")
            } == [])
        #expect(play.sequence.fixers == [Firm.engineer.person.id])
    }

    /// Every event that changes what a signer judged, one of each kind.
    static let changing: [IncidentEvent] = {
        let time = Firm.start
        let by = Firm.owner.person
        return [
            .timeStated(TimeStatement(.aware, time, source: "Mail")),
            .workflowNamed(key: "invoice-coding"),
            .triaged(kind: .incident, reason: "More came."),
            .assessed(Assessment(answers: [2: .no])),
            .classified(Classification(primary: "workflow_drift")),
            .potentialSet(level: 4), .levelRaised(to: 3, reason: "More came."),
            .levelLowered(to: 1, reason: "Less.", proposedBy: Firm.leader.person),
            .contained(workflow: "invoice-coding", containment: "c9"),
            .fallbackNoted(FallbackNote(activated: false, note: "No.", told: [])),
            .evidenceAttached(
                EvidenceItem(
                    id: "e1", kind: .log, name: "log", mediaType: "text/plain", size: 1,
                    sha256: "00", note: nil)),
            .gapNamed(EvidenceGap(kind: .delivery, why: "None.")),
            .impactStated(
                Impact(description: "More.", actedUpon: .no, reversible: .no, leftCompany: .no)),
            .affectedAdded(
                AffectedRecord(id: "p1", kind: .person, reference: "P", description: "")),
            .obligationDecided(
                Obligation(duty: "Law", decision: .applies, reason: "So.", dueAt: time)),
            .lookbackOpened(Found.lookback(id: "l2", until: time)),
            .findingAdded(
                lookback: "l1",
                .init(id: "f1", reference: "Draft", description: "", verdict: .unaffected)),
            .lookbackConcluded(
                lookback: "l1", .init(text: "Again.", examined: 121, by: by, at: time)),
            .causeFound(Found.cause), .actionAdded(Found.action(id: "a9")),
            .actionDone(id: "a1", evidence: "Change 14"),
            .caseAdded(EvaluationCase(key: "new", description: "")),
            .runRecorded(Found.run(.fixed, version: "fixed-2")),
            .stepSkipped(step: 6, reason: "None before."),
            .watchTripped(condition: .newReport, detail: "Again."),
            .promoted(because: ["INC-2026-0001"], level: 3),
        ]
    }()

    /// Events that say something of the response, not of what happened.
    static let keeping: [IncidentEvent] = [
        .held(EvidenceHold(workflow: Firm.key, from: Firm.start)),
        .loweringProposed(to: 1, reason: "Less."),
        .exceptionSigned(role: .executiveSponsor, reason: "So."),
        .reviewed(
            Review(controlChange: "", updates: [], recurrence: [], effectivenessDueAt: [])),
        .collectiveReviewRaised(control: "prompt", incidents: ["INC-2026-0001"]),
    ]

    @Test(arguments: changing)
    func newEvidenceVoidsWhatWasSigned(_ event: IncidentEvent) throws {
        var play = try Playthrough.readyToSign(at: 2)
        try play.sign(as: .owner, Firm.owner)
        #expect(play.sequence.validSignatures.count == 1)
        let hash = play.incident.evidenceHash
        let events = try play.act(Firm.counsel) { _ in [event] }
        #expect(play.incident.evidenceHash != hash)
        #expect(play.sequence.validSignatures.isEmpty)
        #expect(play.incident.signatures.map(\.voidedAt) == [play.now])
        guard case .signaturesVoided(["s1"], _)? = events.last else {
            Issue.record("\(events)")
            return
        }
    }

    @Test(arguments: ["affected", "proof"])
    func evidenceThatNeedsSomethingFirstVoidsToo(_ which: String) throws {
        var play = try Playthrough.readyToSign(at: 2)
        let record = AffectedRecord(id: "p1", kind: .person, reference: "P", description: "")
        let event: IncidentEvent
        if which == "affected" {
            try play.act { _ in [.affectedAdded(record)] }
            try play.act { try $0.correct(affected: "p1", "Told.") }
            event = .affectedCorrected(id: "p1", correction: "Told again.")
        } else {
            try play.act { _ in [.contained(workflow: "x", containment: "c9")] }
            try play.act { try $0.skip(step: 2, reason: "Proof will follow.") }
            event = .containmentProved(workflow: "x", containment: "c9")
        }
        try play.sign(as: .owner, Firm.owner)
        try play.act { _ in [event] }
        #expect(play.sequence.validSignatures.isEmpty)
        #expect(play.incident.signatures.first?.voidedAt == play.now)
    }

    @Test(arguments: keeping)
    func whatIsNoEvidenceLeavesSignaturesAlone(_ event: IncidentEvent) throws {
        var play = try Playthrough.readyToSign(at: 2)
        try play.sign(as: .owner, Firm.owner)
        #expect(try play.act(Firm.counsel) { _ in [event] } == [event])
        #expect(play.sequence.validSignatures.count == 1)
    }

    @Test func aVoidSignatureStaysVisibleAndItsSignerMaySignAgain() throws {
        var play = try Playthrough.readyToSign(at: 2)
        try play.sign(as: .owner, Firm.owner)
        try play.act { try $0.setPotential(4) }
        try play.sign(as: .owner, Firm.owner)
        #expect(play.incident.signatures.count == 2)
        #expect(play.sequence.validSignatures.map(\.id) == ["s2"])
    }

    @Test func aLevelThatRoseAndFellAgainDoesNotReviveASignature() throws {
        var play = try Playthrough.readyToSign(at: 2)
        let hash = play.incident.evidenceHash
        try play.sign(as: .owner, Firm.owner)
        try play.act { try $0.raise(to: 3, reason: "More came.") }
        try play.act { try $0.proposeLowering(to: 2, reason: "It had not.") }
        try play.act(Firm.leader) { try $0.confirmLowering(by: Firm.leader.person) }
        #expect(play.incident.evidenceHash == hash)
        #expect(play.sequence.validSignatures.isEmpty)
    }

    @Test func theSameFactsGiveTheSameHash() throws {
        let play = try Playthrough.readyToSign(at: 3)
        let read = try Canonical.read(Incident.self, from: Canonical.bytes(play.incident))
        #expect(read == play.incident)
        #expect(read.evidenceHash == play.incident.evidenceHash)
        #expect(read.evidenceHash.count == 64)
    }
}
