import CordonAPI
import CordonCore
import CordonOperations
import HTTPTypes
import Hummingbird

/// The pages and their forms: POST, redirect, GET; a script only adds to them.
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
        EntrancePages.all + HomePages.all + ReportPages.all + AnonymousReportPages.all
        + WorkflowPages.all
        + IncidentListPages.all + IncidentPages.all + ApprovalPages.all + EvidencePages.all
        + ReviewPages.all + PolicyPages.all + AuditPages.all + AdminPages.all + SearchPages.all
        + HelpPages.all + [problems, problem, live] + Asset.pages

    private static let problems = Page(.get, PagePaths.problems, nil) { visit in
        visit.page(ProblemIndexPage())
    }

    private static let problem = Page(.get, "/problems/{name}", nil) { visit in
        let name = try visit.parameter("name")
        guard let kind = Refusal.Kind(rawValue: name) else {
            throw Refusal(.notFound, "There is no kind of refusal called \(name).")
        }
        return visit.page(ProblemPage(kind))
    }

    /// Says that something has changed; which page shows it is the script's business.
    private static let live = Page(.get, PagePaths.live, .readWorkflows) { visit in
        var answer = Answer(status: 200, mediaType: "text/event-stream", body: [])
        answer.pieces = LiveStream(visit.exchange).pieces()
        return answer
    }
}
