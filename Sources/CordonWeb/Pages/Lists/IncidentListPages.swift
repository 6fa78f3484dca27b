import CordonCore
import CordonOperations
import HTTPTypes

/// The lists of incidents, near misses, quality issues and actions.
enum IncidentListPages {
    static let all: [Page] =
        [incidents, table, nearMisses] + QualityPages.all + ActionPages.all

    private static let incidents = Page(.get, PagePaths.incidents, .readIncidents) { visit in
        let filter = try ListFilter(visit.exchange.query)
        return visit.page(
            IncidentListPage(
                filter: filter, page: try await ListedPage.read(visit, filter.list),
                now: visit.exchange.operations.outside.now()))
    }

    private static let rowsAtMost = 1_000

    private static let table = Page(.get, PagePaths.incidentTable, .readIncidents) { visit in
        let filter = try ListFilter(visit.exchange.query)
        let found = try await IncidentWalk(
            visit: visit, limit: rowsAtMost, list: filter.list
        ).collect { ListedIncident($0) }
        return Answer.text(CommaSeparated(found).text, CommaSeparated.mediaType)
            .with("content-disposition", "attachment; filename=\"incidents.csv\"")
    }

    private static let nearMisses = Page(.get, PagePaths.nearMisses, .readIncidents) { visit in
        visit.page(
            NearMissListPage(
                page: try await ListedPage.read(visit, IncidentList(kind: .nearMiss)),
                now: visit.exchange.operations.outside.now()))
    }
}
