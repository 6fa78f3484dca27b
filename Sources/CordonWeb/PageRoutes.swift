import CordonAPI
import CordonCore
import CordonOperations
import FoundationEssentials
import HTTPTypes
import Hummingbird

/// The pages and their forms: POST, redirect, GET, without any script.
struct PageRoutes: Sendable {
    let dispatcher: Dispatcher

    func add(to router: Router<CordonContext>) {
        for page in Self.all {
            let dispatcher = dispatcher
            router.on(.init(pattern(page.path)), method: page.method) { request, context in
                await page.respond(request, context, dispatcher)
            }
        }
    }

    /// Every page with the permission that it needs.
    static let all: [Page] =
        [home, setupForm, setup, signInForm, signIn, signOut, report, stop, receipt]
        + [workflow, incident, file, markdown, problems, problem, stylesheet] + ApprovalPages.all

    private static let home = Page(.get, "/", .readWorkflows) { visit in
        try await homePage(visit, sent: nil, faults: [])
    }

    private static func homePage(
        _ visit: Visit, sent: HomePage.Sent?, faults: [FormFault]
    ) async throws -> Answer {
        let exchange = visit.exchange
        guard let caller = exchange.caller else {
            return .redirect(PagePaths.signIn)
        }
        let mayRead = caller.permissions.contains(.readIncidents)
        let page = try await exchange.operations.ask(exchange.asCaller) { work in
            try HomePage(
                work, person: caller.actor.name, csrf: visit.csrf, mayRead: mayRead, sent: sent,
                faults: faults)
        }
        return .page(page.html, status: faults.isEmpty ? 200 : 400)
    }

    private static let setupForm = Page(.get, PagePaths.setup, nil) { visit in
        guard
            try await !visit.exchange.operations.ask(
                visit.exchange.asCaller, { try $0.accountExists() })
        else { return .redirect(PagePaths.signIn) }
        let page = SetupPage(csrf: visit.csrf, token: visit.exchange.query["token"])
        return visit.withFormCookie(.page(page.html))
    }

    private static let setup = Page(.post, PagePaths.setup, nil) { visit in
        let form = try visit.checkedForm()
        let input = SetupRequest(
            token: form["token"] ?? "", login: form["login"] ?? "", name: form["name"] ?? "",
            password: form["password"] ?? "")
        let faults = try visit.faults(input, of: "setUp")
        func again(_ faults: [FormFault]) -> Answer {
            .page(
                SetupPage(
                    csrf: visit.csrf, token: input.token, login: input.login, name: input.name,
                    faults: faults
                ).html, status: 400)
        }
        guard faults.isEmpty else { return again(faults) }
        do {
            let door = Door(visit.exchange)
            _ = try await door.setUp(input)
            let (_, secret) = try await door.signIn(input.login, input.password)
            return .redirect(PagePaths.home).with("set-cookie", door.cookie(secret))
        } catch let refusal as Refusal where refusal.kind != .internalFault {
            return again([FormFault("token", refusal.detail)])
        }
    }

    private static let signInForm = Page(.get, PagePaths.signIn, nil) { visit in
        let page = SignInPage(csrf: visit.csrf, next: visit.exchange.query["next"])
        return visit.withFormCookie(.page(page.html))
    }

    private static let signIn = Page(.post, PagePaths.signIn, nil) { visit in
        let form = try visit.checkedForm()
        let door = Door(visit.exchange)
        do {
            let (_, secret) = try await door.signIn(form["login"] ?? "", form["password"] ?? "")
            return .redirect(PagePaths.own(form["next"])).with("set-cookie", door.cookie(secret))
        } catch let refusal as Refusal where refusal.kind != .internalFault {
            let page = SignInPage(
                csrf: visit.csrf, next: form["next"], login: form["login"] ?? "",
                faults: [FormFault("login", refusal.detail)])
            return .page(page.html, status: ProblemText.of(refusal.kind).status == 429 ? 429 : 400)
        }
    }

    private static let signOut = Page(.post, PagePaths.signOut, .readPolicy) { visit in
        _ = try visit.checkedForm()
        if let credential = visit.exchange.credential {
            try await visit.exchange.operations.perform(visit.exchange.asCaller) {
                try $0.signOut(session: credential)
            }
        }
        return .redirect(PagePaths.signIn).with("set-cookie", Door(visit.exchange).cookie(""))
    }

    private static let report = Page(.post, PagePaths.report, .report) { visit in
        let form = try visit.checkedForm()
        let exchange = visit.exchange
        let key = form["workflow"] ?? ""
        let what = form["what"] ?? ""
        let left = form["left_company"] ?? "unknown"
        let stops = form["stop"] == "yes"
        let characters = what.unicodeScalars.count
        guard !what.isEmpty, characters <= 20_000 else {
            let message =
                what.isEmpty
                ? "Say what happened, in a sentence." : "\(characters) characters; 20,000 at most."
            return try await homePage(
                visit, sent: .report(workflow: key, what: what, leftCompany: left, stop: stops),
                faults: [FormFault("what", message)])
        }
        let number = try await exchange.operations.perform(
            exchange.asCaller, holding: key.isEmpty ? [] : [key]
        ) { work in
            try work.report(
                ReportInput(
                    workflow: key.isEmpty ? nil : String(key.prefix(200)), what: what,
                    leftCompany: CordonCore.Answer(rawValue: left) ?? .unknown, stop: stops)
            ).0.incident.number
        }
        return .redirect(PagePaths.receipt(number))
    }

    private static let receipt = Page(
        .get, "/incidents/{number}/receipt", .readOwnIncidents
    ) { visit in
        let exchange = visit.exchange
        let sequence = try await exchange.operations.ask(exchange.asCaller) {
            try IncidentRoutes.readable($0, exchange)
        }
        let page = ReportedPage(
            person: exchange.caller?.actor.name ?? "", reference: sequence.incident.number,
            stop: stopSaid(sequence),
            fallbackTitle: sequence.workflow?.profile.fallback?.title)
        return .page(page.html)
    }

    /// What the workflow's own state says, so that a stop is never claimed that was not proved, nor
    /// one passed over that a watch brought about.
    private static func stopSaid(_ sequence: ResponseSequence) -> ReportedPage.Stop {
        guard let workflow = sequence.workflow else { return .notListed }
        return switch workflow.state {
        case .stopping: .stopping(workflow: workflow.profile.name)
        case .stopped: .stopped(workflow: workflow.profile.name)
        case .draft, .running, .watch, .retired: .notAsked
        }
    }

    private static let stop = Page(.post, PagePaths.stop, .stop) { visit in
        let form = try visit.checkedForm()
        let exchange = visit.exchange
        let key = form["workflow"] ?? ""
        let reason = form["reason"] ?? ""
        guard !reason.isEmpty, reason.unicodeScalars.count <= 4_000 else {
            return try await homePage(
                visit, sent: .stop(workflow: key, reason: reason),
                faults: [FormFault("reason", "Say why in a few words, 4,000 characters at most.")])
        }
        let outcome = try await exchange.operations.perform(exchange.asCaller, holding: [key]) {
            try $0.stop(key, scope: .whole, related: false, reason: reason, incident: nil)
        }
        return .redirect(PagePaths.incident(outcome.sequence.incident.number))
    }

    private static let incident = Page(.get, "/incidents/{number}", .readOwnIncidents) { visit in
        let exchange = visit.exchange
        let page = try await exchange.operations.ask(exchange.asCaller) { work in
            let sequence = try IncidentRoutes.readable(work, exchange)
            let lines = try work.journalLines(
                from: 0, stream: "incident/\(sequence.incident.number)", limit: 500)
            return IncidentPage(
                sequence, person: exchange.caller?.actor.name ?? "",
                timeline: try lines.map(JournalItemView.init))
        }
        return .page(page.html)
    }

    private static let file = Page(.get, "/incidents/{number}/file", .readOwnIncidents) { visit in
        let exchange = visit.exchange
        let sheet = try await exchange.operations.ask(exchange.asCaller) {
            IncidentFileSheet(try IncidentRoutes.readable($0, exchange))
        }
        return .page(
            IncidentFilePage(person: exchange.caller?.actor.name ?? "", sheet).html)
    }

    private static let markdown = Page(
        .get, "/incidents/{number}/file.md", .readOwnIncidents
    ) { visit in
        let exchange = visit.exchange
        let sheet = try await exchange.operations.ask(exchange.asCaller) {
            IncidentFileSheet(try IncidentRoutes.readable($0, exchange))
        }
        return .text(IncidentFileMarkdown(sheet).text, "text/markdown; charset=utf-8")
    }

    private static let workflow = Page(.get, "/workflows/{key}", .readWorkflows) { visit in
        let exchange = visit.exchange
        let key = try exchange.parameter("key")
        let points = exchange.operations.points(of: key)
        let page = try await exchange.operations.ask(exchange.asCaller) { work in
            let workflow = try work.workflowNamed(key)
            return WorkflowPage(
                workflow, person: exchange.caller?.actor.name ?? "",
                gaps: Workflow.blockers(try work.gaps(of: workflow), try work.policy().policy),
                points: points, server: exchange.address)
        }
        return .page(page.html)
    }

    private static let problems = Page(.get, PagePaths.problems, nil) { _ in
        .page(ProblemIndexPage().html)
    }

    private static let problem = Page(.get, "/problems/{name}", nil) { visit in
        let name = try visit.exchange.parameter("name")
        guard let kind = Refusal.Kind(rawValue: name) else {
            throw Refusal(.notFound, "There is no kind of refusal called \(name).")
        }
        return .page(ProblemPage(kind).html)
    }

    private static let stylesheet = Page(.get, PagePaths.stylesheet, nil) { _ in
        Answer(status: 200, mediaType: Stylesheet.mediaType, body: Stylesheet.bytes)
    }
}
