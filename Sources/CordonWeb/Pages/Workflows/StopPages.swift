import CordonAPI
import CordonCore
import CordonOperations
import HTTPTypes

/// The pages on which workflows are stopped, and the proof that they are.
enum StopPages {
    static let all: [Page] = [list, form, stop, stopped, confirm]

    private static let shownAtMost = 50

    private static let list = Page(.get, PagePaths.stop, .stop) { visit in
        let words = visit.exchange.query["q"] ?? ""
        let search = WorkflowSearch(words, in: WorkflowSearch.inUse)
        let found = try await visit.exchange.operations.ask(visit.exchange.asCaller) { work in
            try search.found(work, limit: shownAtMost)
        }
        let lines = found.items.map { workflow in
            StopListPage.Line(
                key: workflow.key, name: workflow.profile.name, state: workflow.state,
                owner: workflow.profile.owner,
                containment: workflow.containmentsInForce.first { $0.scope == .whole }?.id)
        }
        return visit.page(
            StopListPage(words: words, lines: lines, hasMore: found.next != nil))
    }

    private static let form = Page(.get, "/workflows/{key}/stop", .stop) { visit in
        try await stopPage(visit, nil)
    }

    private static func stopPage(
        _ visit: Visit, _ returned: ReturnedForm?
    ) async throws -> Answer {
        let exchange = visit.exchange
        let key = try visit.parameter("key")
        let (workflow, names) = try await exchange.operations.ask(exchange.asCaller) { work in
            let workflow = try work.workflowNamed(key)
            return (workflow, try work.workflowNames(workflow.profile.related))
        }
        return visit.page(
            StopPage(
                workflow: workflow, points: exchange.operations.points(of: key),
                related: names.sorted { $0.value < $1.value }.map { (key: $0.key, name: $0.value) },
                incident: exchange.query["incident"], returned: returned))
    }

    private static let stop = Page(.post, "/workflows/{key}/stop", .stop) { visit in
        let fields = try visit.checkedForm()
        return try await visit.orAgain(
            StopPage.formID, fields, { try await stopPage($0, $1) }
        ) {
            let answer = try await visit.perform(
                "stopWorkflow", try StopPage.asOperation(fields))
            let stop = try answer.decoded(as: StopView.self)
            return .redirect(
                PagePaths.stopped(stop.containment.workflow, stop.containment.id))
        }
    }

    private static let stopped = Page(
        .get, "/workflows/{key}/stopped/{id}", .readWorkflows
    ) { visit in
        try await stoppedPage(visit, nil)
    }

    private static func stoppedPage(
        _ visit: Visit, _ returned: ReturnedForm?
    ) async throws -> Answer {
        let exchange = visit.exchange
        let key = try visit.parameter("key")
        let id = try visit.parameter("id")
        let mayConfirm = visit.may(.confirmContainment)
        let mayRead = visit.may(.readIncidents)
        let now = exchange.operations.outside.now()
        let page = try await exchange.operations.ask(exchange.asCaller) { work in
            let workflow = try work.workflowNamed(key)
            guard let containment = workflow.containments.first(where: { $0.id == id }) else {
                throw Refusal(.notFound, "The workflow has no such stop.")
            }
            let sequence = try work.sequence(containment.incident)
            let isOwn = sequence.incident.reporter.id == work.caller.actor.person.id
            return StoppedPage(
                workflow: workflow, containment: containment,
                others: try others(work, workflow, containment, sequence.incident),
                mayConfirm: mayConfirm, mayReadIncident: mayRead || isOwn, now: now,
                returned: returned)
        }
        return visit.page(page)
    }

    /// This workflow's other stops in force, then those of other workflows with the same incident.
    private static func others(
        _ work: Work, _ workflow: Workflow, _ containment: Containment, _ incident: Incident
    ) throws -> [StoppedPage.Other] {
        let own = workflow.containmentsInForce.filter { $0.id != containment.id }.map {
            StoppedPage.Other(
                key: workflow.key, name: workflow.profile.name, containment: $0.id,
                isProved: $0.isProved)
        }
        let elsewhere = incident.containments.filter { $0.workflow != workflow.key }
        let names = try work.workflowNames(elsewhere.map(\.workflow))
        return own
            + elsewhere.map {
                StoppedPage.Other(
                    key: $0.workflow, name: names[$0.workflow] ?? $0.workflow,
                    containment: $0.containment, isProved: $0.proved)
            }
    }

    private static let confirm = Page(
        .post, "/workflows/{key}/containments/{id}/targets/{name}", .confirmContainment
    ) { visit in
        let fields = try visit.checkedForm()
        let formID = StoppedPage.formID(try visit.parameter("name"))
        return try await visit.orAgain(formID, fields, { try await stoppedPage($0, $1) }) {
            _ = try await visit.perform("confirmTarget", fields)
            return .redirect(
                PagePaths.stopped(try visit.parameter("key"), try visit.parameter("id")))
        }
    }
}
