import CordonCore

@testable import CordonWeb

/// The ways in, the home page, and what is said when something is refused.
extension Sample {
    static func corePages(_ say: (String) -> String) -> [Sample] {
        [
            Sample("Setup", SetupPage(token: say("one-time-token")), isInside: false),
            Sample("SetupFaulty", setupFaulty(say), isInside: false),
            Sample(
                "SignIn", SignInPage(next: say("/incidents/INC-2026-0007")), isInside: false),
            Sample("SignInFaulty", signInFaulty(say), isInside: false),
            Sample(
                "SignedOut", SignedOutPage(["what": say("A draft named another customer.")]),
                isInside: false),
            Sample("HomeEmpty", homeEmpty), Sample("Home", home(say)),
            Sample("Problem", ProblemPage(.restartBlocked)),
            Sample("Problems", ProblemIndexPage()), Sample("Refused", refused(say)),
            Sample("Error", error(say)),
        ]
    }

    private static func setupFaulty(_ say: (String) -> String) -> SetupPage {
        SetupPage(
            token: nil,
            returned: ReturnedForm(
                id: SetupPage.formID, fields: ["login": say("ana"), "name": say("Ana Ruiz")],
                faults: [
                    FormFault("token", say("Enter the setup token.")),
                    FormFault("password", say("Choose a password of 12 characters or more.")),
                ]))
    }

    private static func signInFaulty(_ say: (String) -> String) -> SignInPage {
        let fault = FormFault("login", say("Login or password is wrong."))
        return SignInPage(
            next: nil,
            returned: ReturnedForm(
                id: SignInPage.formID, fields: ["login": say("ana")], faults: [fault]))
    }

    private static let at = Instant(milliseconds: 1_776_459_785_000)

    private static var homeEmpty: HomePage {
        HomePage(
            acts: [], workflows: [], states: [], incidents: [], nearMisses: [], reports: [],
            unready: [],
            now: at, mayReadIncidents: true)
    }

    private static func home(_ say: (String) -> String) -> HomePage {
        let workflows = Workflow.State.allCases.map { state in
            HomePage.WorkflowLine(
                key: state.rawValue, name: say("Summaries \(state.rawValue)"), state: state,
                since: state == .stopping || state == .stopped ? at : nil,
                fallbackTitle: state == .stopped ? say("Summaries by hand") : nil,
                incident: state == .stopped ? say("INC-2026-0007") : nil,
                confirmed: state == .stopping ? (1, 3) : nil)
        }
        let incident = HomePage.IncidentLine(
            number: say("INC-2026-0007"), what: say("A draft named another customer."),
            kind: .nearMiss, level: LevelText(2, say("Controlled near miss")), state: .open,
            workflow: say("Monthly summaries"), nextStep: say("Contain"), reportedAt: at)
        let unlisted = HomePage.IncidentLine(
            number: say("INC-2026-0008"), what: say("A price was changed.\nTwice."),
            kind: .incident, level: LevelText(3, say("Material incident"), provisional: true),
            state: .reported, workflow: nil, nextStep: nil, reportedAt: at)
        return HomePage(
            acts: [
                .init("/incidents/INC-2026-0008", "Decide what \(say("INC-2026-0008")) is"),
                .init("/approvals", "\(2) calls wait for a person", .soon),
                .init("/", "“\(say("Narrow it"))” was due \(HTML.time(at))"),
                .init("/", "“\(say("Narrow it"))” is due \(HTML.time(at))", .soon),
                .init("/", "Confirm that \(say("Summaries")) has stopped"),
                .init("/", "Sign the restart of \(say("INC-2026-0007")), or say why not"),
            ], workflows: workflows,
            states: Workflow.State.allCases.map { ($0, 1) },
            incidents: [incident, unlisted], nearMisses: [incident],
            reports: [unlisted],
            unready: [(key: "draft", name: say("Summaries"), gaps: 3)],
            now: at.adding(hours: 5), mayReadIncidents: true)
    }

    private static func refused(_ say: (String) -> String) -> ErrorPage {
        ErrorPage(
            Refusal(
                .restartBlocked, say("1 thing stands in the way."),
                blockers: [Blocker("cause", say("Name the failed control."), step: 7)]),
            requestID: say("r-1"))
    }

    private static func error(_ say: (String) -> String) -> ErrorPage {
        ErrorPage(
            status: 404, title: say("There is nothing here"), detail: say("No such page."),
            requestID: say("r-2"))
    }
}
