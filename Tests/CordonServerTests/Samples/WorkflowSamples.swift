import CordonAPI
import CordonCore
import CordonOperations

@testable import CordonWeb

/// A workflow as the samples and the tests of its connections know it.
enum WorkflowSample {
    static let at = Instant(milliseconds: 1_776_459_785_000)

    static func workflow(mcpServers: [String] = []) -> Workflow {
        begun(
            WorkflowProfile(
                name: "Monthly summaries", function: "client-services",
                gateway: GatewayTerms(mcpServers: mcpServers)))
    }

    /// One that is registered and no more.
    static func begun(_ profile: WorkflowProfile) -> Workflow {
        guard
            let made = Workflow(
                first: .registered(key: "monthly-summaries", profile: profile), at: at)
        else { preconditionFailure("a registration begins a workflow") }
        return made
    }

    /// Everything that can be said of a workflow.
    static func profile(_ say: (String) -> String) -> WorkflowProfile {
        WorkflowProfile(
            name: say("Monthly summaries"),
            purpose: say("Drafts a summary of each customer's month.\nFrom notes."),
            function: "client-services", owner: say("ben"), deputy: say("carla"),
            fallback: Fallback(
                title: say("By hand"), steps: [say("Open the notes."), say("Write.")],
                contact: say("carla"), capacity: say("20 a day")),
            reviewStandard: ReviewStandard(
                checks: [say("Names of other customers.")], sharePercent: 25),
            escalation: [
                EscalationContact(function: say("Legal"), contact: say("dana, 555 0100"))
            ],
            authority: authority(say), dataClasses: [say("customer names"), say("tickets")],
            affectedParties: [say("customers")], retention: "standard",
            severityOwners: (1...4).map { SeverityOwner(level: $0, contact: say("ben")) },
            related: ["churn-notes", "not-registered"],
            manualTargets: [
                ManualTarget(
                    name: "mail-rule", instruction: say("Turn the rule off."),
                    contact: say("The help desk"))
            ])
    }

    private static func authority(_ say: (String) -> String) -> Authority {
        Authority(
            mode: .act,
            tools: [
                ToolAuthority(
                    name: say("crm.read*"), access: .read,
                    arguments: [
                        ArgumentRule(name: say("account"), ownRecord: true),
                        ArgumentRule(
                            name: say("kind"), oneOf: (1...12).map { say("kind \($0)") }),
                    ]),
                ToolAuthority(
                    name: say("send_refund"), access: .write, needsApproval: true,
                    arguments: [
                        ArgumentRule(name: say("amount"), minimum: 0.5, maximum: 100),
                        ArgumentRule(
                            name: say("to"), prefix: say("A-"), domains: [say("example.com")]),
                    ],
                    approval: ApprovalTerms(
                        windowMinutes: 60, approvers: [.owner, .functionalLeader],
                        argument: say("amount"), above: 10, secondAbove: 50)),
                ToolAuthority(
                    name: say("file_note"), access: .write,
                    arguments: [ArgumentRule(name: say("text"))]),
                ToolAuthority(name: say("clock"), access: .read),
            ], delivers: .outside, deliveryNeedsApproval: true, decides: false,
            forbids: [say("delete_*")], deliveryApproval: ApprovalTerms(windowMinutes: 30))
    }

    static func person(_ say: (String) -> String) -> Person {
        Person(id: "ana", name: say("Ana Ruiz"))
    }

    /// A stop with a target of each kind, in each state.
    static func containment(
        _ say: (String) -> String, scope: Containment.Scope = .whole, isProved: Bool = false
    ) -> Containment {
        let confirmed = Containment.Confirmation(
            at: at, by: person(say), proof: say("I looked: nothing is sent any more."))
        let targets = [
            Containment.Target(
                name: "gate", kind: .gate, instruction: "Cordon's gate refuses every call.",
                confirmation: confirmed),
            Containment.Target(
                name: "leases", kind: .leases,
                instruction: "Callers may rely on an allow until it runs out.",
                runsOutAt: at, confirmation: isProved ? confirmed : nil),
            Containment.Target(
                name: "gateway", kind: .gateway,
                instruction: "Calls that were passing through the gateway end.",
                confirmation: isProved ? confirmed : nil),
            Containment.Target(
                name: "mail-rule", kind: .manual, instruction: say("Turn the rule off."),
                confirmation: isProved ? confirmed : nil),
        ]
        var made = Containment(
            id: "01JX3M8Q6ZK4T5V6W7X8Y9Z0AB", scope: scope,
            reason: say("A draft named another customer."), incident: say("INC-2026-0007"),
            requestedAt: at, requestedBy: person(say), targets: targets)
        made.containedAt = isProved ? at.adding(milliseconds: 125_000) : nil
        return made
    }

    /// Stopped in part, with an exception, a watch and a stop test on it.
    static func busy(_ say: (String) -> String) -> Workflow {
        var made = begun(profile(say))
        let events: [WorkflowEvent] = [
            .fallbackRehearsed(on: at), .stopTested(proof: "Met."),
            .readinessOverridden(
                Workflow.ReadinessOverride(
                    reason: say("The quarter ends."), by: person(say),
                    expiresAt: at.adding(days: 7), gaps: [.deputy])),
            .restarted(
                incident: "INC-2026-0003",
                watch: Watch(
                    incident: "INC-2026-0003", until: at.adding(days: 3),
                    conditions: [Watch.Condition(.newReport)])),
            .stopped(containment(say, scope: .tool(say("send_refund")))),
            .stopTestBegan(
                StopTest(
                    id: "t", by: person(say), beganAt: at, until: at.adding(milliseconds: 30_000))),
        ]
        for event in events { made.apply(event, at: at) }
        return made
    }

    static func stopped(_ say: (String) -> String) -> Workflow {
        var made = begun(profile(say))
        made.apply(.stopped(containment(say)), at: at)
        return made
    }

    static func levels(_ say: (String) -> String) -> [Policy.Level] {
        Policy.standard.levels.map { level in
            var level = level
            level.title = say(level.title)
            return level
        }
    }

    static func retention(_ say: (String) -> String) -> [Policy.RetentionClass] {
        Policy.standard.retention.map { terms in
            var terms = terms
            terms.title = say(terms.title)
            return terms
        }
    }
}

/// The register, one workflow, and the forms about it.
extension Sample {
    static func workflowPages(_ say: (String) -> String) -> [Sample] {
        [
            Sample("Workflows", workflows(say)), Sample("WorkflowsEmpty", workflowsEmpty),
            Sample("WorkflowsNoneFits", workflowsNoneFits(say)),
            Sample("Workflow", workflow(say)), Sample("WorkflowNew", workflowNew(say)),
            Sample("WorkflowFaulty", workflowFaulty(say)),
            Sample("RegisterWorkflow", register(say, nil)),
            Sample("RegisterWorkflowFaulty", registerFaulty(say)),
            Sample("EditWorkflow", edit(say, nil)), Sample("EditWorkflowFaulty", editFaulty(say)),
            Sample("MergeWorkflow", merge(say, isAsking: false)),
            Sample("MergeWorkflowAsking", merge(say, isAsking: true)),
            Sample("OverTime", overTime(say, isFew: false)),
            Sample("OverTimeFew", overTime(say, isFew: true)),
        ] + stopPages(say) + reportPages(say) + anonymousPages(say)
    }

    private static func overTime(_ say: (String) -> String, isFew: Bool) -> OverTimePage {
        let last = Month(containing: at)
        let months = (1 - OverTimePage.monthsShown...0).map { last.advanced(by: $0) }
        return OverTimePage(
            key: "monthly-summaries", name: say("Monthly summaries"),
            months: months.enumerated().map { index, month in
                OverTimePage.Counted(
                    month: month,
                    kinds: isFew ? [:] : [.qualityIssue: index, .nearMiss: 1, .incident: 1])
            }, changes: isFew ? [] : changes(say),
            isUnfinished: true)
    }

    private static let at = WorkflowSample.at

    private static func workflows(_ say: (String) -> String) -> WorkflowListPage {
        WorkflowListPage(
            words: say("summaries"), state: .running,
            rows: Workflow.State.allCases.map { state in
                WorkflowListPage.Row(
                    key: state.rawValue, name: say("The \(state.rawValue) workflow"),
                    state: state, owner: state == .draft ? nil : say("ben"),
                    gaps: state == .running ? 0 : 3)
            }, next: "watch", mayRegister: true)
    }

    private static var workflowsEmpty: WorkflowListPage {
        WorkflowListPage(words: "", state: nil, rows: [], next: nil, mayRegister: true)
    }

    private static func workflowsNoneFits(_ say: (String) -> String) -> WorkflowListPage {
        WorkflowListPage(words: say("nothing"), state: nil, rows: [], next: nil, mayRegister: false)
    }

    // MARK: One workflow

    private static let everything = WorkflowPage.Rights(
        mayAmend: true, mayOverride: true, mayStop: true, mayReport: true, mayPush: true,
        mayReadEvidence: true)

    private static func workflow(_ say: (String) -> String) -> WorkflowPage {
        WorkflowPage(
            workflow: WorkflowSample.busy(say),
            gaps: Readiness.allCases.map { Blocker($0.rawValue, say("It lacks \($0.rawValue).")) },
            retention: WorkflowSample.retention(say).first,
            relatedNames: ["churn-notes": say("Notes on churn")], points: points(say),
            connections: Connection.all(
                WorkflowSample.workflow(), at: "https://cordon.example.com"),
            changes: changes(say), capture: capture(say), incidents: incidents(say),
            rights: everything, stopTest: .failed([say("cron")]), now: at, returned: nil)
    }

    private static func points(_ say: (String) -> String) -> [EnforcementPoint] {
        [
            EnforcementPoint(
                name: "cron", kind: .gate, lastSeenAt: at, refusedAt: at, stopProvedAt: at),
            EnforcementPoint(name: "evidence", kind: .observer, lastSeenAt: at),
            EnforcementPoint(
                name: "python:" + say("desk"), kind: .follower, lastSeenAt: at, revision: 7),
            EnforcementPoint(name: "gateway", kind: .gateway, lastSeenAt: at),
            EnforcementPoint(name: "hook:" + say("editor"), kind: .hook, lastSeenAt: at),
        ]
    }

    private static func changes(_ say: (String) -> String) -> [ChangeView] {
        [
            ChangeView(
                at: at.rfc3339, aspect: "model", what: say("model-2"), version: nil,
                origin: "noticed", index: 7, first: true, by: nil),
            ChangeView(
                at: at.rfc3339, aspect: "system_prompt",
                what: String(repeating: "0123456789abcdef", count: 4), version: nil,
                origin: "noticed", index: 8, first: false, by: nil),
            ChangeView(
                at: at.rfc3339, aspect: "tools", what: say("send_refund"), version: nil,
                origin: "noticed", index: 8, first: false, by: nil),
            ChangeView(
                at: at.rfc3339, aspect: "process", what: say("Two people look now."),
                version: say("3"), origin: "pushed", index: nil, first: false, by: say("ana")),
        ]
    }

    private static func capture(_ say: (String) -> String) -> WorkflowEvidenceView {
        let shadow = JSONValue.object([
            "what": .string(say("model-9")), "first_at": .string(at.rfc3339),
            "last_at": .string(at.rfc3339),
        ])
        return WorkflowEvidenceView(
            workflow: "monthly-summaries", registered: true, records: 12_345,
            firstAt: at.rfc3339, lastAt: at.rfc3339,
            gaps: [
                GapStateView(
                    workflow: "monthly-summaries", kind: "truncated",
                    detail: say("The sender cut something off."), openedAt: at.rfc3339,
                    closedAt: nil)
            ], holds: ["h"], retention: "standard", retentionDays: 183,
            openUses: [
                OpenUseView(OpenUse(.withoutGate, count: 3, firstAt: at, lastAt: at)),
                OpenUseView(OpenUse(.withoutRecord, count: 1, firstAt: at, lastAt: at)),
            ],
            // What cannot be made here is read as it comes over the wire.
            shadowUses: [try? shadow.decoded(as: ShadowUseView.self)].compactMap(\.self))
    }

    private static func incidents(_ say: (String) -> String) -> [IncidentSummaryView] {
        [
            IncidentSummaryView(
                number: say("INC-2026-0007"), workflow: "monthly-summaries", kind: "near_miss",
                level: 2, provisional: true, state: "open",
                what: say("A draft named another customer."), reportedAt: at.rfc3339,
                nextStep: say("Contain"), fileComplete: 3)
        ]
    }

    /// One that nothing is said of, as a person sees it who may do little.
    private static func workflowNew(_ say: (String) -> String) -> WorkflowPage {
        WorkflowPage(
            workflow: WorkflowSample.begun(
                WorkflowProfile(name: say("Monthly summaries"), function: "client-services")),
            gaps: [], retention: nil, relatedNames: [:], points: [], connections: [],
            changes: [],
            capture: WorkflowEvidenceView(
                workflow: "monthly-summaries", registered: true, records: 0, firstAt: nil,
                lastAt: nil, gaps: [], holds: [], retention: "usual", retentionDays: 183,
                openUses: [], shadowUses: []), incidents: [],
            rights: WorkflowPage.Rights(mayStop: true), stopTest: .passed, now: at,
            returned: nil)
    }

    private static func workflowFaulty(_ say: (String) -> String) -> WorkflowPage {
        let page = workflow(say)
        return WorkflowPage(
            workflow: page.workflow, gaps: page.gaps, retention: page.retention,
            relatedNames: page.relatedNames, points: [], connections: [], changes: [],
            capture: nil, incidents: nil, rights: page.rights, stopTest: .failed([]), now: at,
            returned: ReturnedForm(
                id: WorkflowActs.Act.production.formID,
                fields: [
                    "override/reason": say("The quarter ends."),
                    "override/expires_at": say("2026-01-01"),
                ],
                faults: [
                    FormFault("override/expires_at", say("An override ends after now.")),
                    FormFault("", say("3 of 12 things are missing.")),
                ]))
    }

    // MARK: Registering and changing

    private static func register(
        _ say: (String) -> String, _ returned: ReturnedForm?
    ) -> RegisterWorkflowPage {
        RegisterWorkflowPage(
            retention: WorkflowSample.retention(say), levels: WorkflowSample.levels(say),
            returned: returned)
    }

    private static func registerFaulty(_ say: (String) -> String) -> RegisterWorkflowPage {
        register(
            say,
            ReturnedForm(
                id: RegisterWorkflowPage.formID,
                fields: [
                    "key": say("Monthly Summaries"), "name": say("Monthly summaries"),
                    "function": "", "escalation/0/function": say("Legal"),
                    "escalation/0/contact": "", "authority/mode": "act",
                    "authority/decides": "yes", "severity_owners/2": say("ben\ncarla"),
                    "retention": "gone",
                ],
                faults: [
                    FormFault("key", say("Use small letters, digits and single hyphens.")),
                    FormFault("function", say("Say to which function it belongs.")),
                    FormFault("escalation/0/contact", say("Say whom to call.")),
                ]))
    }

    private static func edit(
        _ say: (String) -> String, _ returned: ReturnedForm?
    ) -> EditWorkflowPage {
        EditWorkflowPage(
            key: "monthly-summaries", name: say("Monthly summaries"), version: 7,
            current: WorkflowForm(WorkflowSample.profile(say)),
            retention: WorkflowSample.retention(say), levels: WorkflowSample.levels(say),
            returned: returned)
    }

    private static func editFaulty(_ say: (String) -> String) -> EditWorkflowPage {
        var fields = WorkflowForm(WorkflowSample.profile(say)).fields
        fields["version"] = "6"
        fields["owner"] = say("")
        return edit(
            say,
            ReturnedForm(
                id: EditWorkflowPage.formID, fields: fields,
                faults: [
                    FormFault("owner", say("It may be changed, but not left empty.")),
                    FormFault("related/0", say("No workflow is called so.")),
                ]))
    }

    /// One part that both have changed, one that only they have, one that only you have.
    private static func merge(_ say: (String) -> String, isAsking: Bool) -> MergeWorkflowPage {
        let base = WorkflowSample.profile(say)
        var theirs = base
        theirs.fallback?.steps.append(say("Send."))
        theirs.dataClasses = []
        var yours = base
        yours.fallback?.steps.append(contentsOf: [say("Have it read."), say("Send.")])
        yours.affectedParties.append(say("lenders"))
        let parts = WorkflowPart.allCases
        var fields = WorkflowForm(yours).fields
        fields["parts"] = parts.map(\.rawValue).joined(separator: " ")
        for part in parts {
            fields[WorkflowForm.base(part)] = WorkflowForm(base).digest(part)
        }
        if isAsking {
            fields["merging"] = "yes"
            for part in parts where part != .fallback {
                fields[WorkflowForm.choice(part)] = "yours"
            }
        }
        return MergeWorkflowPage(
            key: "monthly-summaries", name: say("Monthly summaries"), version: 8,
            theirs: WorkflowForm(theirs), yours: WorkflowForm(fields), isAsking: isAsking)
    }
}
