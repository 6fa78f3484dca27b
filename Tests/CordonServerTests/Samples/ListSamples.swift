import CordonCore

@testable import CordonWeb

/// Lists of incidents and actions, the quarterly review, and calls that wait.
extension Sample {
    static func listPages(_ say: (String) -> String) -> [Sample] {
        [
            Sample("Incidents", incidents(say)), Sample("IncidentsNone", noIncidents(say)),
            Sample("IncidentsNew", IncidentListPage(filter: ListFilter(), page: empty, now: at)),
            Sample("OwnReports", OwnReportsPage(page: page(say, .nearMiss), now: at)),
            Sample("OwnReportsNone", OwnReportsPage(page: empty, now: at)),
            Sample("NearMisses", nearMisses(say)),
            Sample("NearMissesNone", NearMissListPage(page: empty, now: at)),
            Sample("Quality", quality(say)), Sample("QualityNone", qualityNone(say)),
            Sample("Actions", actions(say)), Sample("ActionsNone", actionsNone),
            Sample("Duties", duties(say)),
            Sample("DutiesNone", DutyListPage(duties: [], isWhole: true, now: at)),
            Sample("QuarterlyReview", review(say)), Sample("QuarterlyReviewNone", reviewNone(say)),
            Sample("QuarterlyReviewFew", reviewFew(say)),
            Sample("Approval", approval(say)), Sample("ApprovalFaulty", approvalFaulty(say)),
            Sample("ApprovalOver", approvalOver(say)),
            Sample("Approvals", approvals(say)),
            Sample("ApprovalsNone", ApprovalListPage(items: [], now: at)),
        ] + adminPages(say)
    }

    private static let at = Instant(milliseconds: 1_776_459_785_000)
    private static let empty = ListedPage(items: [], next: nil)

    // MARK: Incidents

    private static func listed(
        _ say: (String) -> String, _ number: Int, _ kind: Kind, _ state: Incident.State
    ) -> ListedIncident {
        ListedIncident(
            number: say("INC-2026-000\(number)"), what: say("A draft named another customer."),
            workflow: "monthly-summaries", workflowName: say("Monthly summaries"), kind: kind,
            level: LevelText(kind.level ?? 1, say("Controlled near miss")), state: state,
            reportedAt: at.adding(days: -number), nextStep: say("Contain"), fileComplete: number,
            discovered: say("The account manager saw it in review."))
    }

    private static func unlisted(_ say: (String) -> String) -> ListedIncident {
        ListedIncident(
            number: say("INC-2026-0009"), what: say("A price was changed.\nTwice."),
            kind: .incident,
            level: LevelText(3, say("Material incident"), provisional: true), state: .reported,
            reportedAt: at.adding(hours: -3), fileComplete: 0)
    }

    private static func page(_ say: (String) -> String, _ kind: Kind) -> ListedPage {
        let states = Incident.State.allCases
        return ListedPage(
            items: states.indices.map { listed(say, $0 + 1, kind, states[$0]) } + [unlisted(say)],
            next: "2026-0001")
    }

    private static func incidents(_ say: (String) -> String) -> IncidentListPage {
        IncidentListPage(filter: ListFilter(), page: page(say, .nearMiss), now: at)
    }

    private static func noIncidents(_ say: (String) -> String) -> IncidentListPage {
        let filter = ListFilter(state: .open, kind: .incident, workflow: say("summaries"))
        return IncidentListPage(filter: filter, page: empty, now: at)
    }

    private static func nearMisses(_ say: (String) -> String) -> NearMissListPage {
        NearMissListPage(page: page(say, .nearMiss), now: at)
    }

    // MARK: Quality

    private static func quality(_ say: (String) -> String) -> QualityListPage {
        QualityListPage(
            page: page(say, .qualityIssue), now: at,
            terms: QualityListPage.Terms(Policy.standard),
            reviews: [
                QualityListPage.CollectiveReview(
                    control: say("The prompt"),
                    incidents: [say("INC-2026-0001"), say("INC-2026-0002")])
            ], mayTriage: true, added: say("INC-2026-0001"))
    }

    private static func qualityNone(_ say: (String) -> String) -> QualityListPage {
        QualityListPage(
            page: empty, now: at, terms: QualityListPage.Terms(Policy.standard), reviews: [],
            mayTriage: false,
            returned: ReturnedForm(
                id: QualityListPage.formID,
                fields: ["workflow": say("summaries"), "what": "", "all_no": "yes"],
                faults: [FormFault("what", say("This must not be empty."))]))
    }

    // MARK: Actions

    private static func actions(_ say: (String) -> String) -> ActionListPage {
        let kinds: [Action.Kind] = [
            .prompt, .permission, .retrieval, .data, .integration, .process, .training, .vendor,
            .other, .outputCheck, .evaluation,
        ]
        let items = kinds.indices.map { index in
            ListedAction(
                id: "a\(index)", incident: say("INC-2026-0007"),
                title: say("Narrow the retrieval."),
                kind: kinds[index], control: index == 0 ? nil : say("Retrieval scope"),
                owner: say("ben"), dueAt: at.adding(days: 4 * index - 3),
                beforeRestart: index == 1, workflow: index == 2 ? nil : say("Monthly summaries"))
        }
        return ActionListPage(
            items: items, count: 250, overdue: 1, from: 0, next: 25, isWhole: false, now: at,
            mayRespond: true,
            returned: ReturnedForm(
                id: ActionListPage.formID("a1"), fields: ["evidence": say("")],
                faults: [FormFault("evidence", say("This must not be empty."))]))
    }

    private static func duties(_ say: (String) -> String) -> DutyListPage {
        let days: [Int?] = [-1, 3, 30, nil]
        return DutyListPage(
            duties: days.enumerated().map { index, days in
                ListedDuty(
                    incident: say("INC-2026-000\(index)"),
                    workflow: index == 2 ? nil : say("Monthly summaries"),
                    name: say("GDPR, article 33"),
                    decision: index == 2 ? .applies : .pending,
                    reason: say("A customer's data was seen."),
                    dueAt: days.map { at.adding(days: $0) }, by: say("carla"), at: at)
            }, isWhole: false, now: at)
    }

    private static var actionsNone: ActionListPage {
        ActionListPage(
            items: [], count: 0, overdue: 0, from: 0, next: nil, isWhole: true, now: at,
            mayRespond: false)
    }

    // MARK: The quarterly review

    private static func reviewed(
        _ say: (String) -> String, _ number: Int, _ kind: Kind, quarters: Int = 0
    ) -> ReviewedIncident {
        ReviewedIncident(
            number: say("INC-2026-000\(number)"), kind: kind,
            quarter: Quarter(containing: at).advanced(by: -quarters),
            failureClass: number == 2 ? say("own class") : "workflow_design",
            controls: number == 3 ? ["prompt"] : ["retrieval_scope", say("own control")],
            openActions: 2, overdueActions: 1, secondsToContain: number * 40_000)
    }

    private static func figures(_ incidents: [ReviewedIncident]) -> QuarterFigures {
        QuarterFigures(
            Quarter(containing: at), QuarterTally(incidents, of: Quarter(containing: at)),
            telling: incidents, policy: Policy.standard)
    }

    private static func review(_ say: (String) -> String) -> QuarterlyReviewPage {
        let incidents = [
            reviewed(say, 1, .incident), reviewed(say, 2, .nearMiss), reviewed(say, 3, .nearMiss),
            reviewed(say, 4, .qualityIssue), reviewed(say, 5, .incident),
            reviewed(say, 6, .declined), reviewed(say, 7, .nearMiss, quarters: 1),
            reviewed(say, 8, .incident, quarters: 7),
        ]
        let counted = incidents.filter {
            $0.kind != .declined && $0.quarter == Quarter(containing: at)
        }
        return QuarterlyReviewPage(
            figures: figures(incidents),
            listed: counted.enumerated().map {
                listed(say, $0.offset + 1, $0.element.kind, .closed)
            },
            policy: Policy.standard,
            workflows: [
                ReviewedWorkflow(
                    key: "summaries", name: say("Monthly summaries"), secondsStopped: 90_000,
                    override: ReviewedWorkflow.Override(
                        reason: say("The month ends."), by: say("eva"),
                        expiresAt: at.adding(days: 9)))
            ], now: at, isWhole: false)
    }

    private static func reviewNone(_ say: (String) -> String) -> QuarterlyReviewPage {
        QuarterlyReviewPage(
            figures: figures([]), listed: [],
            policy: Policy.standard, workflows: [], now: at.adding(days: 100), isWhole: true)
    }

    private static func reviewFew(_ say: (String) -> String) -> QuarterlyReviewPage {
        QuarterlyReviewPage(
            figures: figures([reviewed(say, 1, .incident)]),
            listed: [listed(say, 1, .incident, .closed)], policy: Policy.standard,
            workflows: [], now: at, isWhole: true)
    }

    // MARK: Calls that wait

    private static func asked(_ say: (String) -> String) -> Approval {
        // A text that is JSON whatever it says.
        let words = (try? Canonical.text([say("Birch")])) ?? "[]"
        guard
            let call = try? ExactCall(
                workflow: "refunds",
                request: GateRequest(
                    action: .tool, tool: say("send_refund"), target: .outside,
                    record: say("A-1007")), arguments: Array(#"{"to":\#(words)}"#.utf8)),
            var approval = Approval(
                id: "01JX3M8Q6ZK4T5V6W7X8Y9Z0AB",
                first: .asked(
                    Approval.Request(
                        call: call, policyVersion: 1,
                        need: ApprovalNeed(reason: say("Two people have to."), persons: 2),
                        expiresAt: at.adding(hours: 24), diff: say("- 40\n+ 90"),
                        run: say("r-1"), user: say("rob"))),
                by: Person(id: "bot", name: say("bot")), at: at)
        else { preconditionFailure("the sample is a call") }
        approval.apply(
            .approvedEdited(reason: say("Not more."), call: call, persons: 2),
            by: Person(id: "ben", name: say("Ben Okoro")), at: at.adding(hours: 1))
        return approval
    }

    private static func approval(_ say: (String) -> String) -> ApprovalPage {
        let kinds = RecordKind.allCases
        return ApprovalPage(
            approval: asked(say), workflowName: say("Refunds"), now: at, mayDecide: true,
            evidence: kinds.map { kind in
                ApprovalPage.Line(
                    at: at, kind: kind, words: kind == .note ? nil : say("Birch wants it back"))
            })
    }

    private static func approvalFaulty(_ say: (String) -> String) -> ApprovalPage {
        ApprovalPage(
            approval: asked(say), workflowName: say("Refunds"), now: at, mayDecide: true,
            returned: ReturnedForm(
                id: ApprovalPage.editID, fields: ["arguments": say("{")],
                faults: [FormFault("arguments", say("The arguments are a JSON object."))]))
    }

    /// Somebody else said no meanwhile.
    private static func approvalOver(_ say: (String) -> String) -> ApprovalPage {
        var approval = asked(say)
        approval.apply(
            .rejected(reason: say("Refund Birch first.")),
            by: Person(id: "eva", name: say("Eva Lind")), at: at.adding(hours: 2))
        approval.apply(
            .voided(reason: say("The workflow was stopped.")), by: .cordon, at: at.adding(hours: 3))
        return ApprovalPage(
            approval: approval, workflowName: say("Refunds"), now: at, mayDecide: false,
            returned: ReturnedForm(
                id: ApprovalPage.approveID, fields: [:],
                faults: [FormFault("", say("Nothing can be decided any more."))]))
    }

    private static func approvals(_ say: (String) -> String) -> ApprovalListPage {
        ApprovalListPage(
            items: [ApprovalListPage.Item(asked(say), workflowName: say("Refunds"))],
            next: "01JX3M8Q6ZK4T5V6W7X8Y9Z0AB", now: at.adding(hours: 2))
    }
}
