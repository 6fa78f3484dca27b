import CordonCore
import CordonOperations
import HTTPTypes

/// The list of what is to be put right, and the word that something is.
enum ActionPages {
    static let all: [Page] = [list, done, duties]

    private static let list = Page(.get, PagePaths.actions, .readIncidents) { visit in
        let from = visit.exchange.query["after"].flatMap { Int($0) } ?? 0
        return try await page(visit, from: from, nil)
    }

    private static func page(
        _ visit: Visit, from: Int, _ returned: ReturnedForm?
    ) async throws -> Answer {
        let now = visit.exchange.operations.outside.now()
        let mayRespond = visit.may(.respond)
        let page = try await visit.exchange.operations.ask(visit.exchange.asCaller) { work in
            let most = ActionListPage.incidentsAtMost
            let incidents = try work.incidentsActing(limit: most + 1)
            // By their due dates the overdue ones come first by themselves.
            let open = incidents.prefix(most).flatMap(OpenAction.of).sorted {
                ($0.dueAt, $0.incident, $0.id) < ($1.dueAt, $1.incident, $1.id)
            }
            let listed = Array(open.prefix(ActionListPage.actionsAtMost))
            let start = min(max(from, 0), listed.count)
            let end = min(start + ActionListPage.size, listed.count)
            return ActionListPage(
                items: try items(Array(listed[start..<end]), work), count: open.count,
                overdue: open.filter { $0.dueAt < now }.count, from: start,
                next: end < listed.count ? end : nil, isWhole: incidents.count <= most, now: now,
                mayRespond: mayRespond, returned: returned)
        }
        return visit.page(page)
    }

    /// What is shown of them, with their workflows and controls, which are read for these alone.
    private static func items(_ shown: [OpenAction], _ work: Work) throws -> [ListedAction] {
        var known: [String: [ListedAction]] = [:]
        for number in Set(shown.map(\.incident)) {
            known[number] = ListedAction.open(of: try work.sequence(number))
        }
        return shown.compactMap { action in
            known[action.incident]?.first { $0.id == action.id }
        }
    }

    private static let duties = Page(.get, PagePaths.duties, .readIncidents) { visit in
        let now = visit.exchange.operations.outside.now()
        let most = DutyListPage.incidentsAtMost
        let found = try await visit.exchange.operations.ask(visit.exchange.asCaller) { work in
            try work.incidentsNotifying(limit: most + 1).map(ListedDuty.open)
        }
        return visit.page(
            DutyListPage(
                duties: found.prefix(most).joined().sorted(by: ListedDuty.isSooner),
                isWhole: found.count <= most, now: now))
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

/// An open action while all of them are put in order.
private struct OpenAction: Sendable {
    let id: String
    let incident: String
    let dueAt: Instant

    static func of(_ incident: Incident) -> [OpenAction] {
        incident.actions.filter { $0.done == nil }.map {
            OpenAction(id: $0.id, incident: incident.number, dueAt: $0.dueAt)
        }
    }
}
