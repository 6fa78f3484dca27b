import CordonAPI
import CordonCore

@testable import CordonWeb

/// The events of the sample incidents, and what stands around them.
extension IncidentSample {
    /// Report, containment, evidence and assessment.
    static func beginning(_ say: (String) -> String) -> [IncidentEvent] {
        [
            .timeStated(TimeStatement(.occurred, at.adding(hours: -3), source: say("The log"))),
            .timeStated(TimeStatement(.detected, at.adding(hours: -1), source: say("Ana"))),
            .triaged(kind: .nearMiss, reason: say("Seen before it was sent.")),
            .assessed(
                Assessment(
                    answers: [2: .yes, 3: .no, 4: .no, 5: .yes, 6: .yes, 7: .no],
                    flags: ["safety_risk": .no], measures: ["large_scale_exposure": 2])),
            .classified(
                Classification(
                    primary: "data_exposure", secondary: ["workflow_drift"],
                    note: say("A name too many."))),
            .potentialSet(level: 3),
            .contained(workflow: workflow, containment: containment),
            .containmentProved(workflow: workflow, containment: containment),
            .fallbackNoted(
                FallbackNote(
                    activated: true, note: say("By hand since noon."), told: [say("Sales")])),
            .held(EvidenceHold(workflow: workflow, from: at.adding(days: -60))),
            .evidenceAttached(
                EvidenceItem(
                    id: "01E1", kind: .output, name: say("The draft"), mediaType: "text/plain",
                    size: 812, sha256: digest, note: say("As it came."))),
            .gapNamed(EvidenceGap(kind: .approval, why: say("Nobody had to approve."))),
            .impactStated(
                Impact(
                    description: say("A draft, thrown away."), actedUpon: .no, reversible: .yes,
                    leftCompany: .no, functions: ["security", say("The branch office")])),
        ]
    }

    /// Cause, correction, look back and evaluation, all of them done.
    static func repair(_ say: (String) -> String) -> [IncidentEvent] {
        let key = say("no-other-customer")
        return [
            .lookbackOpened(
                Lookback(
                    id: "01L1", from: at.adding(days: -61), to: at, population: say("Summaries"),
                    populationCount: 212, method: .all, sampleSize: nil, sampleSeed: nil,
                    shorterBecause: nil)),
            .lookbackConcluded(
                lookback: "01L1",
                Lookback.Conclusion(
                    text: say("No other is named."), examined: 212, by: person("ben", say),
                    at: at)),
            .causeFound(
                Cause(
                    failureClass: "workflow_design", contributing: ["data"],
                    description: say("The permission of the whole workspace."),
                    controls: [
                        .init(
                            control: "retrieval_scope", state: .failed, note: say("It read all.")),
                        .init(control: "change_control", state: .missing, note: say("None.")),
                    ], changedBefore: say("The update."), reproduction: say("The same prompt."),
                    confidence: .high, considered: ["permissions": say("Too wide.")])),
            .affectedAdded(
                AffectedRecord(
                    id: "01A1", kind: .output, reference: say("Draft Alder"),
                    description: say("It names Birch."))),
            .affectedCorrected(id: "01A1", correction: say("Written by hand.")),
            .actionAdded(
                Action(
                    id: "01T1", title: say("Retrieval by account"), kind: .retrieval,
                    control: "retrieval_scope", owner: say("frida"), dueAt: at.adding(days: 7),
                    beforeRestart: true)),
            .actionDone(id: "01T1", evidence: say("Merged.")),
            .caseAdded(EvaluationCase(key: key, description: say("No draft names another."))),
            .runRecorded(
                EvaluationRun(
                    id: "01R1", version: "14.1", subject: .failed,
                    results: [.init(key: key, runs: 20, passes: 3)])),
            .runRecorded(
                EvaluationRun(
                    id: "01R2", version: say("14.2"), subject: .fixed,
                    results: [.init(key: key, runs: 20, passes: 20)])),
        ]
    }

    /// What waits for somebody.
    static func unfinished(_ say: (String) -> String) -> [IncidentEvent] {
        [
            .levelRaised(to: 3, reason: say("To be safe.")),
            .loweringProposed(to: 2, reason: say("Nothing has left the company.")),
            .obligationDecided(
                Obligation(
                    duty: say("The contract with Birch"), decision: .pending,
                    reason: say("Counsel reads it."), dueAt: at.adding(days: 3))),
            .lookbackOpened(
                Lookback(
                    id: "01L2", from: at.adding(days: -20), to: at, population: say("Letters"),
                    populationCount: 900, method: .sample, sampleSize: 90,
                    sampleSeed: say("Every tenth"), shorterBecause: say("There are no older ones."))
            ),
            .findingAdded(
                lookback: "01L2",
                Lookback.Finding(
                    id: "01F1", reference: say("Letter 7"), description: say("A name."),
                    verdict: .unclear)),
            .affectedAdded(
                AffectedRecord(
                    id: "01A0", kind: .person, reference: say("Ms Alder"),
                    description: say("Named in it."))),
            .actionAdded(
                Action(
                    id: "01T2", title: say("A test after each update"), kind: .process,
                    control: "change_control", owner: say("dev"), dueAt: at.adding(days: 9),
                    beforeRestart: true)),
            .actionAdded(
                Action(
                    id: "01T3", title: say("A course"), kind: .training, control: nil,
                    owner: say("hana"), dueAt: at.adding(days: 40), beforeRestart: false)),
        ]
    }

    /// What seldom happens.
    static func odd(_ say: (String) -> String) -> [IncidentEvent] {
        [
            .promoted(because: ["INC-2026-0002", "INC-2026-0003"], level: 2),
            .collectiveReviewRaised(
                control: "retrieval_scope", incidents: ["INC-2026-0003", number]),
            .stepSkipped(step: 11, reason: say("Its own watch goes on.")),
            .signed(
                Signature(
                    id: "01S1", role: .owner, by: person("ben", say), at: at, evidenceHash: digest,
                    statement: say("I have read it."))),
            .signaturesVoided(ids: ["01S1"], because: say("The evidence changed.")),
        ]
    }

    // MARK: Around it

    /// One line of every kind of event.
    static func lines(_ say: (String) -> String) -> [TimelineLine] {
        let report = Report(
            number: number, workflow: workflow, unlisted: nil, what: say("A draft."),
            leftCompany: .no, contact: nil, discovered: nil, policyVersion: 1)
        let last: [IncidentEvent] = [
            .workflowNamed(key: workflow), .assessed(Assessment(answers: [1: .unknown])),
            .levelLowered(to: 2, reason: say("Nothing left."), proposedBy: person("ben", say)),
            .restarted(
                Restart(
                    by: person("ben", say), at: at, evidenceHash: digest,
                    conditions: say("Read by two."), watch: nil)),
            .watchTripped(condition: .newReport, detail: say("Somebody reported it again.")),
            .watchEnded, .exceptionSigned(role: .executiveSponsor, reason: say("Enough.")),
            .closed,
        ]
        var all: [IncidentEvent] = [.reported(report)]
        all += beginning(say) + unfinished(say)
        all += repair(say) + odd(say)
        all += last
        return all.enumerated().map { offset, event in
            TimelineLine(
                index: UInt64(offset), at: at.adding(hours: offset), who: say("ben"), event: event)
        }
    }

    /// A stop that goes on, and one that was lifted.
    static func stops(_ say: (String) -> String) -> [ContainmentView] {
        let ben = person("ben", say)
        let proof = Containment.Confirmation(at: at, by: ben, proof: say("Seen refused."))
        var lifted = Containment(
            id: "01C2", scope: .tool("file_draft"), reason: say("To be safe."), incident: number,
            requestedAt: at, requestedBy: ben,
            targets: [
                .init(name: "gate", kind: .gate, instruction: say("Refuse."), confirmation: proof)
            ])
        lifted.containedAt = at.adding(milliseconds: 2_000)
        lifted.liftedAt = at.adding(days: 1)
        let going = Containment(
            id: containment, scope: .whole, reason: say("It names others."), incident: number,
            requestedAt: at, requestedBy: ben,
            targets: [
                .init(name: "gate", kind: .gate, instruction: say("Refuse."), confirmation: proof),
                .init(
                    name: "leases", kind: .leases, instruction: say("Let them run out."),
                    runsOutAt: at.adding(milliseconds: 1_000)),
                .init(name: "gateway", kind: .gateway, instruction: say("Cut the calls.")),
                .init(
                    name: "mail-rule", kind: .manual,
                    instruction: say("Switch the rule off in the mail program.")),
            ])
        return [
            ContainmentView(lifted, workflow), ContainmentView(going, workflow),
            ContainmentView(
                Containment(
                    id: "01C3", scope: .outbound, reason: say("Nothing out."), incident: number,
                    requestedAt: at, requestedBy: ben, targets: []), "refunds"),
        ]
    }

    static func changes(_ say: (String) -> String) -> [ChangeView] {
        let origins: [(String, Bool, String?)] = [
            ("model", true, nil), ("tools", false, nil), ("process", false, say("ben")),
        ]
        return origins.map { aspect, isFirst, by in
            ChangeView(
                at: at.rfc3339, aspect: aspect, what: say("gpt-5"), version: say("2026-04"),
                origin: by == nil ? "noticed" : "pushed", index: 7, first: isFirst, by: by)
        }
    }

    // MARK: Look backs that Cordon carries out

    static func search(
        _ say: (String) -> String, state: String, hits: [JSONValue]
    ) -> LookbackRunView {
        let isFinished = state == "finished"
        var members: [String: JSONValue] = [
            "id": .string("01L-\(state)"), "incident": .string(number), "state": .string(state),
            "from": .string(at.adding(days: -60).rfc3339), "to": .string(at.rfc3339),
            "workflows": .array([.string(workflow)]), "everything": .bool(isFinished),
            "terms": .integer(3), "terms_sha256": .string(digest),
            "progress": .object(["through": .integer(40_000), "size": .integer(100_000)]),
            "examined": .integer(12_000), "erased": .integer(2), "unreadable": .integer(1),
            "found": .integer(Int64(hits.count)), "folding": .integer(1),
            "started_by": .string(say("frida")), "started_at": .string(at.rfc3339),
            "hits": .array(hits),
        ]
        if isFinished {
            members["finished_at"] = .string(at.adding(hours: 1).rfc3339)
            members["statement"] = .string(digest)
            members["next"] = .string("42")
        }
        if state == "failed" { members["fault"] = .string(say("A block was gone.")) }
        guard let run = try? JSONValue.object(members).decoded(as: LookbackRunView.self) else {
            preconditionFailure("the sample is a look back")
        }
        return run
    }

    static func hits(_ say: (String) -> String) -> [JSONValue] {
        let judged: [String: JSONValue] = [
            "id": .string("01JX3M8Q6ZK4T5V6W7X8Y9Z0H2"), "index": .integer(9),
            "at": .string(at.rfc3339), "terms": .array([.string(say("Birch"))]),
            "verdict": .string("affected"),
        ]
        var open = judged
        open["id"] = .string(hit)
        open["verdict"] = nil
        open["snippet"] = .string(say("… and Birch has asked for …"))
        var clean = judged
        clean["id"] = .string("01JX3M8Q6ZK4T5V6W7X8Y9Z0H3")
        clean["verdict"] = .string("unaffected")
        return [.object(open), .object(judged), .object(clean)]
    }
}
