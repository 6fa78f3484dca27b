import CordonAPI
import CordonCore

@testable import CordonWeb

/// The policy, the journal and what is found everywhere.
extension Sample {
    private static let at = Instant(milliseconds: 1_776_459_785_000)

    // MARK: Policy

    private static func standard(_ say: (String) -> String) -> Policy {
        var policy = Policy.standard
        policy.title = say(policy.title)
        for index in policy.definitions.indices {
            policy.definitions[index].term = say(policy.definitions[index].term)
            policy.definitions[index].meaning = say(policy.definitions[index].meaning)
        }
        for index in policy.types.indices {
            policy.types[index].title = say(policy.types[index].title)
            policy.types[index].example = say(policy.types[index].example)
            policy.types[index].immediateControl = say(policy.types[index].immediateControl)
            policy.types[index].longTermFix = say(policy.types[index].longTermFix)
        }
        for index in policy.levels.indices {
            policy.levels[index].title = say(policy.levels[index].title)
            policy.levels[index].impact = say(policy.levels[index].impact)
            policy.levels[index].responseStandard = say(policy.levels[index].responseStandard)
        }
        for index in policy.questions.indices {
            policy.questions[index].text = say(policy.questions[index].text)
        }
        for index in policy.criticalFlags.indices {
            policy.criticalFlags[index].text = say(policy.criticalFlags[index].text)
        }
        for index in policy.steps.indices {
            policy.steps[index].title = say(policy.steps[index].title)
            policy.steps[index].instruction = say(policy.steps[index].instruction)
        }
        for index in policy.failureClasses.indices {
            policy.failureClasses[index].title = say(policy.failureClasses[index].title)
        }
        for index in policy.controls.indices {
            policy.controls[index].title = say(policy.controls[index].title)
        }
        for index in policy.readiness.indices {
            policy.readiness[index].title = say(policy.readiness[index].title)
        }
        for index in policy.retention.indices {
            policy.retention[index].title = say(policy.retention[index].title)
        }
        for index in policy.lanes.indices {
            policy.lanes[index].title = say(policy.lanes[index].title)
        }
        return policy
    }

    private static func versions(_ say: (String) -> String) -> [PolicyPage.Version] {
        [
            .init(number: 2, at: at, by: say("gov"), reason: say("The threshold is lower.")),
            .init(
                number: 1, at: at.adding(days: -30), by: "cordon",
                reason: say("The policy that Cordon ships with.")),
        ]
    }

    static func shownPolicy(_ say: (String) -> String) -> PolicyPage {
        PolicyPage(
            policy: standard(say), version: 2, inForce: 2, history: versions(say), mayChange: true)
    }

    /// With everything that the shipped one leaves open.
    static func shownOldPolicy(_ say: (String) -> String) -> PolicyPage {
        var policy = standard(say)
        policy.lane = "approved_tools"
        for index in policy.lanes.indices {
            policy.lanes[index].draftMay = []
            policy.lanes[index].productionMay = GateAction.allCases
            policy.lanes[index].outside = .observe
        }
        policy.approved = Policy.Approved(models: [say("gpt-5*")], tools: [])
        return PolicyPage(
            policy: policy, version: 7, inForce: 8, history: [], mayChange: false)
    }

    static func policyChanging(_ say: (String) -> String) -> PolicyChangePage {
        PolicyChangePage(yaml: say("title: AI incident policy\n"), version: 2, returned: nil)
    }

    static func policyChangingFaulty(_ say: (String) -> String) -> PolicyChangePage {
        let text = "\n" + say("lane: workflow_by_workflow")
        return PolicyChangePage(
            yaml: "title: Ours" + text, version: 3,
            returned: ReturnedForm(
                id: PolicyChangePage.formID,
                fields: [
                    "version": "2", "yaml": "title: Mine" + text, "reason": say("It was wrong."),
                ],
                faults: [
                    FormFault("", say("Faults in the policy: 1. Nothing was changed.")),
                    FormFault("", "policy:2:7: " + say("`lane` is no lane.")),
                ]))
    }

    // MARK: Journal

    private static let long = String(repeating: "All the same. ", count: 80)

    static func journalShown(_ say: (String) -> String) -> AuditPage {
        func line(_ stream: String, _ kind: String, _ payload: JSONValue) -> AuditPage.Line {
            AuditPage.Line(
                index: 42, at: at, by: say("ana"), stream: stream, kind: kind,
                cause: say("r-17"), leaf: String(repeating: "0f", count: 32),
                event: JSONPlace(.object([kind: payload])))
        }
        let reason: JSONValue = ["_0": ["reason": .string(say("A draft named a customer."))]]
        let state = AuditPage.State(
            size: 4_321, root: "9mXhcUN6VcKqBXhAm6oMGs1dYSXv1Tuh/kw0l1FOiqc=",
            signers: [say("cordon.example/log"), say("witness.example")], note: say("note"))
        return AuditPage(
            lines: [
                line("workflow/" + say("refunds"), "stopped", reason),
                line("incident/" + say("INC-2026-0007"), "reported", reason),
                line("evidence/" + say("refunds"), "viewed", ["id": "01J", "index": 41]),
                line("account/01J", "created", ["login": .string(say("ana"))]),
                line("approval/01J", "asked", ["what": .string(say("Send it"))]),
                line("hold/01J", "placed", reason), line("erasure/01J", "proposed", reason),
                line("policy", "imported", ["reason": .string(say("It was wrong."))]),
                line("sign-in", "failed", ["login": .string(say("ana"))]),
                line("workflow/long", "amended", ["profile": .string(long)]),
                line("elsewhere", "something_new", .object([:])),
            ], stream: say("workflow/refunds"), isNewest: false, older: 17, checkpoint: state,
            cosigned: state, witnesses: 2)
    }

    static var journalEmpty: AuditPage {
        AuditPage(
            lines: [], stream: "", isNewest: true, older: nil, checkpoint: nil, cosigned: nil,
            witnesses: 0)
    }

    // MARK: Search

    static func foundEverywhere(_ say: (String) -> String) -> SearchPage {
        let record = RecordSummaryView(
            id: "01JTESTRECORD00000000000A1", index: 41, workflow: say("monthly-summaries"),
            kind: "model_exchange", at: at.rfc3339, receivedAt: at.rfc3339, model: say("gpt-5"),
            actor: nil, target: nil, trace: nil, session: nil, status: nil,
            snippet: say("…the customer Birch & Co…"), state: "kept")
        return SearchPage(
            query: say("Birch"),
            workflows: [
                .init(key: "monthly-summaries", name: say("Monthly summaries"), state: .running)
            ], hasMoreWorkflows: true,
            incidents: [
                .init(
                    number: say("INC-2026-0007"), what: say("A draft named another customer."),
                    state: .open, level: LevelText(2, say("Controlled near miss")), reportedAt: at)
            ],
            evidence: RecordPageView(
                items: [record],
                coverage: CoverageView(
                    fromIndex: 0, toIndex: 42, examined: 42, scanned: 0, indexedThrough: 42,
                    erased: 0, unreadable: 0, folding: 1), next: "41"))
    }

    static func foundNowhere(_ say: (String) -> String) -> SearchPage {
        SearchPage(query: say("*"), fault: say("This cannot be searched for."))
    }
}
