import CordonCore
import CordonOperations

@testable import CordonWeb

/// Reporting, stopping, and the proof of a stop.
extension Sample {
    private static let at = WorkflowSample.at

    // MARK: Stopping

    static func stopPages(_ say: (String) -> String) -> [Sample] {
        [
            Sample("StopList", stopList(say)), Sample("StopListEmpty", stopListEmpty),
            Sample("StopListNoneFits", stopListNoneFits(say)),
            Sample("Stop", stop(say, nil)), Sample("StopFaulty", stopFaulty(say)),
            Sample("StopRetired", stopRetired(say)),
            Sample("StoppedOpen", stopped(say, mayConfirm: true)),
            Sample("StoppedFaulty", stoppedFaulty(say)),
            Sample("StoppedProved", stoppedProved(say)),
            Sample("StoppedLifted", stoppedLifted(say)),
        ]
    }

    private static func stopList(_ say: (String) -> String) -> StopListPage {
        let states = Workflow.State.allCases.filter { $0 != .retired }
        return StopListPage(
            words: say("summaries"),
            lines: states.map { state in
                StopListPage.Line(
                    key: state.rawValue, name: say("The \(state.rawValue) workflow"),
                    state: state, owner: state == .draft ? nil : say("ben"),
                    containment: state == .stopped ? "01JX3M8Q6ZK4T5V6W7X8Y9Z0AB" : nil)
            }, hasMore: true)
    }

    private static var stopListEmpty: StopListPage {
        StopListPage(words: "", lines: [], hasMore: false)
    }

    private static func stopListNoneFits(_ say: (String) -> String) -> StopListPage {
        StopListPage(words: say("nothing"), lines: [], hasMore: false)
    }

    private static func stop(_ say: (String) -> String, _ returned: ReturnedForm?) -> StopPage {
        StopPage(
            workflow: WorkflowSample.stopped(say),
            points: [
                EnforcementPoint(name: say("cron"), kind: .gate, lastSeenAt: at),
                EnforcementPoint(name: say("evidence"), kind: .observer, lastSeenAt: at),
            ], related: [(key: "churn-notes", name: say("Notes on churn"))],
            incident: say("INC-2026-0007"), returned: returned)
    }

    private static func stopFaulty(_ say: (String) -> String) -> StopPage {
        stop(
            say,
            ReturnedForm(
                id: StopPage.formID,
                fields: [
                    "reason": say("It sends twice."), "scope_choice": "tool", "scope/tool": "",
                    "incident": say("INC-2026-0007"),
                ],
                faults: [FormFault("scope/tool", say("Name the tool that is to be stopped."))]))
    }

    private static func stopRetired(_ say: (String) -> String) -> StopPage {
        var workflow = WorkflowSample.begun(
            WorkflowProfile(name: say("Monthly summaries"), function: "client-services"))
        workflow.apply(.retired(reason: say("Nobody needs it.")), at: at)
        return StopPage(
            workflow: workflow, points: [], related: [], incident: nil, returned: nil)
    }

    // MARK: The proof

    private static func stopped(
        _ say: (String) -> String, mayConfirm: Bool, returned: ReturnedForm? = nil
    ) -> StoppedPage {
        StoppedPage(
            workflow: WorkflowSample.stopped(say), containment: WorkflowSample.containment(say),
            others: [
                .init(
                    key: "churn-notes", name: say("Notes on churn"), containment: "c1",
                    isProved: true),
                .init(
                    key: "invoices", name: say("Coding of invoices"), containment: "c2",
                    isProved: false),
            ], mayConfirm: mayConfirm, mayReadIncident: true, now: at, returned: returned)
    }

    private static func stoppedFaulty(_ say: (String) -> String) -> StoppedPage {
        stopped(
            say, mayConfirm: true,
            returned: ReturnedForm(
                id: StoppedPage.formID("mail-rule"), fields: ["proof": ""],
                faults: [FormFault("proof", say("Say how you know that it has stopped."))]))
    }

    /// Of one tool, and proved, as somebody sees it who may not confirm anything.
    private static func stoppedProved(_ say: (String) -> String) -> StoppedPage {
        StoppedPage(
            workflow: WorkflowSample.busy(say),
            containment: WorkflowSample.containment(
                say, scope: .tool(say("send_refund")), isProved: true),
            others: [], mayConfirm: false, mayReadIncident: false, now: at, returned: nil)
    }

    private static func stoppedLifted(_ say: (String) -> String) -> StoppedPage {
        var containment = WorkflowSample.containment(say, scope: .outbound, isProved: true)
        containment.liftedAt = at.adding(hours: 30)
        return StoppedPage(
            workflow: WorkflowSample.begun(
                WorkflowProfile(name: say("Monthly summaries"), function: "client-services")),
            containment: containment, others: [], mayConfirm: true, mayReadIncident: true,
            now: at.adding(hours: 40), returned: nil)
    }

    // MARK: Reporting

    static func reportPages(_ say: (String) -> String) -> [Sample] {
        let halted = ReceiptPage.Halted(
            key: "monthly-summaries", name: say("Summaries"), containment: "c1",
            fallback: WorkflowSample.profile(say).fallback)
        let undescribed = ReceiptPage.Halted(
            key: "monthly-summaries", name: say("Summaries"), containment: nil, fallback: nil)
        return [
            Sample("Report", report(say, nil)), Sample("ReportFaulty", reportFaulty(say)),
            Sample("ReportedStopping", receipt(say, .stopping(halted))),
            Sample("ReportedStopped", receipt(say, .stopped(undescribed))),
            Sample(
                "ReportedNotAsked",
                receipt(say, .notAsked(key: "monthly-summaries", name: say("Summaries")))),
            Sample("ReportedRestarted", receipt(say, .restarted(name: say("Summaries")))),
            Sample(
                "ReportedNotListed", receipt(say, .notListed, unkept: [say("screen.png")])),
        ]
    }

    private static func report(
        _ say: (String) -> String, _ returned: ReturnedForm?
    ) -> ReportPage {
        ReportPage(
            choices: [
                .init(key: "churn-notes", name: say("Notes on churn")),
                .init(key: "monthly-summaries", name: say("Monthly summaries")),
                .init(key: "weekly-summaries", name: say("Monthly summaries")),
            ], hasMore: returned == nil, chosen: "monthly-summaries", mayStop: true,
            returned: returned)
    }

    private static func reportFaulty(_ say: (String) -> String) -> ReportPage {
        report(
            say,
            ReturnedForm(
                id: ReportPage.formID,
                fields: [
                    "workflow": "churn-notes", "what": "", "left_company": "yes", "stop": "yes",
                ],
                faults: [FormFault("what", say("Say what happened, in a sentence."))]))
    }

    private static func receipt(
        _ say: (String) -> String, _ stop: ReceiptPage.Stop, unkept: [String] = []
    ) -> ReceiptPage {
        ReceiptPage(reference: say("INC-2026-0007"), stop: stop, unkept: unkept, mayStop: true)
    }

    // MARK: Reporting without an account

    static func anonymousPages(_ say: (String) -> String) -> [Sample] {
        let halted = ReceiptPage.Halted(
            key: "monthly-summaries", name: say("Summaries"), containment: "c1",
            fallback: WorkflowSample.profile(say).fallback)
        return [
            Sample("ReportByLink", reportByLink(say), isInside: false),
            Sample("Followed", followed(say, .stopped(halted), .open), isInside: false),
            Sample("FollowedFaulty", followedFaulty(say), isInside: false),
            Sample("FollowedClosed", followed(say, .notListed, .closed), isInside: false),
            Sample("FollowedDeclined", followed(say, .notNamed, .declined), isInside: false),
            Sample("FollowedNotNamed", followed(say, .notNamed, .reported), isInside: false),
        ]
    }

    private static func reportByLink(_ say: (String) -> String) -> ReportPage {
        ReportPage(
            choices: [.init(key: "churn-notes", name: say("Notes on churn"))], hasMore: false,
            chosen: "", mayStop: false, link: PagePaths.reportLink(say("cordon_pat_secret")),
            returned: nil)
    }

    private static func followed(
        _ say: (String) -> String, _ stop: ReceiptPage.Stop, _ state: Incident.State,
        unkept: [String] = [], returned: ReturnedForm? = nil
    ) -> FollowedReportPage {
        let path = PagePaths.followed(say("cordon_report_secret"), "INC-2026-0007")
        return FollowedReportPage(
            reference: say("INC-2026-0007"), state: state, stop: stop,
            added: state == .closed
                ? [] : [.init(name: say("What the reporter added"), at: at)],
            path: path, address: "https://cordon.example.com" + path, unkept: unkept,
            returned: returned)
    }

    private static func followedFaulty(_ say: (String) -> String) -> FollowedReportPage {
        followed(
            say, .notAsked(key: "monthly-summaries", name: say("Summaries")), .reported,
            unkept: [say("screen.png")],
            returned: ReturnedForm(
                id: FollowedReportPage.formID, fields: ["text": ""],
                faults: [FormFault("text", say("Write a text or choose a file."))]))
    }
}
