import CordonCore
import CordonOperations
import HTTPTypes

/// The list of what is to be put right, and the word that something is.
enum ActionPages {
    static let all: [Page] = [list, done]

    private static let list = Page(.get, PagePaths.actions, .readIncidents) { visit in
        let from = visit.exchange.query["after"].flatMap { Int($0) } ?? 0
        return try await page(visit, from: from, nil)
    }

    private static func page(
        _ visit: Visit, from: Int, _ returned: ReturnedForm?
    ) async throws -> Answer {
        let now = visit.exchange.operations.outside.now()
        let found = try await IncidentWalk(
            visit: visit, limit: ActionListPage.incidentsAtMost
        ).collect { sequence -> IncidentWalk.Step<[ListedAction]> in
            guard sequence.incident.closedAt == nil else { return .pass }
            let open = ListedAction.open(of: sequence)
            return open.isEmpty ? .pass : .keep(open)
        }
        // By their due dates the overdue ones come first by themselves.
        let open = found.items.flatMap(\.self).sorted {
            ($0.dueAt, $0.incident, $0.id) < ($1.dueAt, $1.incident, $1.id)
        }
        let listed = open.prefix(ActionListPage.actionsAtMost)
        let start = min(max(from, 0), listed.count)
        let end = min(start + ActionListPage.size, listed.count)
        return visit.page(
            ActionListPage(
                items: Array(listed[start..<end]), count: open.count,
                overdue: open.filter { $0.dueAt < now }.count, from: start,
                next: end < listed.count ? end : nil, isWhole: found.isWhole, now: now,
                mayRespond: visit.may(.respond), returned: returned))
    }

    private static let done = Page(.post, "/actions/{number}/{id}/done", .respond) { visit in
        let fields = try visit.checkedForm()
        let form = ActionListPage.formID(try visit.parameter("id"))
        return try await visit.orAgain(
            form, fields,
            { visit, returned in
                let from = returned.fields["from"].flatMap { Int($0) } ?? 0
                return try await page(visit, from: from, returned)
            }
        ) {
            _ = try await visit.perform("finishAction", fields)
            return .redirect(PagePaths.actions)
        }
    }
}
