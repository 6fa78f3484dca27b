import CordonCore

/// One event of every kind, beside the name under which it is stored.
enum Samples {
    private static let person = Firm.owner.person
    private static let time = Firm.start

    static let incidentEvents: [IncidentEvent] =
        [
            .reported(
                Report(
                    number: "INC-2026-0042", workflow: "a1", unlisted: "u", what: "w",
                    leftCompany: .unknown, contact: "c", discovered: "d", policyVersion: 3)),
            .affectedCorrected(id: "p1", correction: "c"),
            .containmentProved(workflow: "a1", containment: "c1"),
            .signed(
                Signature(
                    id: "s1", role: .owner, by: person, at: time, evidenceHash: "h",
                    statement: "s")),
            .signaturesVoided(ids: ["s1"], because: "b"),
            .restarted(
                Restart(
                    by: person, at: time, evidenceHash: "h", conditions: "c",
                    watch: Watch(
                        incident: "INC-2026-0042", until: time,
                        conditions: [.init(.deniedAction, threshold: 3)]))),
            .watchEnded, .closed,
        ] + SignatureTests.changing + SignatureTests.keeping

    static let incidentEventNames = [
        "reported", "affected_corrected", "containment_proved", "signed", "signatures_voided",
        "restarted", "watch_ended", "closed",
        "time_stated", "workflow_named", "triaged", "assessed", "classified", "potential_set",
        "level_raised", "level_lowered", "contained", "fallback_noted", "evidence_attached",
        "gap_named", "impact_stated", "affected_added", "obligation_decided", "lookback_opened",
        "finding_added", "lookback_concluded", "cause_found", "action_added", "action_done",
        "case_added", "run_recorded", "step_skipped", "watch_tripped", "promoted",
        "held", "lowering_proposed", "exception_signed", "reviewed", "collective_review_raised",
    ]

    /// The place of the case in its enumeration: a new case does not compile until it has one.
    static func ordinal(_ event: IncidentEvent) -> Int {
        switch event {
        case .reported: 0
        case .timeStated: 1
        case .workflowNamed: 2
        case .triaged: 3
        case .assessed: 4
        case .classified: 5
        case .potentialSet: 6
        case .levelRaised: 7
        case .loweringProposed: 8
        case .levelLowered: 9
        case .contained: 10
        case .containmentProved: 11
        case .fallbackNoted: 12
        case .held: 13
        case .evidenceAttached: 14
        case .gapNamed: 15
        case .impactStated: 16
        case .affectedAdded: 17
        case .affectedCorrected: 18
        case .obligationDecided: 19
        case .lookbackOpened: 20
        case .findingAdded: 21
        case .lookbackConcluded: 22
        case .causeFound: 23
        case .actionAdded: 24
        case .actionDone: 25
        case .caseAdded: 26
        case .runRecorded: 27
        case .stepSkipped: 28
        case .signed: 29
        case .signaturesVoided: 30
        case .restarted: 31
        case .watchTripped: 32
        case .watchEnded: 33
        case .reviewed: 34
        case .exceptionSigned: 35
        case .promoted: 36
        case .collectiveReviewRaised: 37
        case .closed: 38
        }
    }

    static let workflowEvents: [WorkflowEvent] = [
        .registered(key: "a1", profile: Firm.profile), .amended(profile: Firm.profile),
        .fallbackRehearsed(on: time), .stopTested(proof: "p"), .enteredProduction,
        .readinessOverridden(
            .init(reason: "r", by: person, expiresAt: time, gaps: [.deputy, .retention])),
        .overrideLapsed(gaps: [.reviewStandard]),
        .stopped(
            Containment(
                id: "c1", scope: .tool("mail"), reason: "r", incident: "INC-1",
                requestedAt: time, requestedBy: person,
                targets: [.init(name: "leases", kind: .leases, instruction: "i", runsOutAt: time)]
            )),
        .targetConfirmed(
            containment: "c1", target: "gate", .init(at: time, by: person, proof: "p")),
        .contained(containment: "c1"), .restarted(incident: "INC-1", watch: nil),
        .watchEnded(incident: "INC-1"), .retired(reason: "r"),
        .stopTestBegan(StopTest(id: "t", by: person, beganAt: time, until: time)),
        .stopTestEnded(finding: "f"),
    ]

    static let workflowEventNames = [
        "registered", "amended", "fallback_rehearsed", "stop_tested", "entered_production",
        "readiness_overridden", "override_lapsed", "stopped", "target_confirmed", "contained",
        "restarted", "watch_ended", "retired", "stop_test_began", "stop_test_ended",
    ]

    static func ordinal(_ event: WorkflowEvent) -> Int {
        switch event {
        case .registered: 0
        case .amended: 1
        case .fallbackRehearsed: 2
        case .stopTested: 3
        case .enteredProduction: 4
        case .readinessOverridden: 5
        case .overrideLapsed: 6
        case .stopped: 7
        case .targetConfirmed: 8
        case .contained: 9
        case .restarted: 10
        case .watchEnded: 11
        case .retired: 12
        case .stopTestBegan: 13
        case .stopTestEnded: 14
        }
    }

    static let accountEvents: [AccountEvent] = [
        .created(login: "l", name: "n"), .granted([RoleGrant(.owner, workflow: "a1")]),
        .passwordSet(digest: "d"), .disabled(reason: "r"), .enabled(reason: "r"),
        .signedIn(session: "s", expiresAt: time), .signedOut(session: "s"),
        .tokenCreated(
            AccessToken(
                id: "t", name: "n", scopes: [.gate], workflow: "a1", hash: "h", createdAt: time,
                expiresAt: time)),
        .tokenRevoked(id: "t"),
    ]

    static let accountEventNames = [
        "created", "granted", "password_set", "disabled", "enabled", "signed_in", "signed_out",
        "token_created", "token_revoked",
    ]

    static func ordinal(_ event: AccountEvent) -> Int {
        switch event {
        case .created: 0
        case .granted: 1
        case .passwordSet: 2
        case .disabled: 3
        case .enabled: 4
        case .signedIn: 5
        case .signedOut: 6
        case .tokenCreated: 7
        case .tokenRevoked: 8
        }
    }
}
