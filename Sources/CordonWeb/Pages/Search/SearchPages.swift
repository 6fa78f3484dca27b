import CordonCore
import CordonOperations
import HTTPTypes

/// One field for everything: it leads to an incident, or shows what was found.
enum SearchPages {
    static let all: [Page] = [search]

    private static let incidentsAtMost = 500
    private static let hitsAtMost = 20
    /// Characters of what is looked for.
    private static let queryAtMost = 200

    private static let search = Page(.get, PagePaths.search, .readWorkflows) { visit in
        let typed = (visit.exchange.query["q"] ?? "").split(whereSeparator: \.isWhitespace)
            .joined(separator: " ")
        let query = String(typed.prefix(queryAtMost))
        if query.isEmpty { return visit.page(SearchPage(query: "")) }
        if let number = incidentNumber(query) { return .redirect(PagePaths.incident(number)) }
        let mayReadIncidents = visit.may(.readIncidents)
        var page = try await visit.exchange.operations.ask(visit.exchange.asCaller) { work in
            var page = SearchPage(query: query)
            try find(query.lowercased(), among: work, &page)
            if mayReadIncidents { page.incidents = try incidents(query.lowercased(), work) }
            return page
        }
        guard visit.may(.readEvidence) else { return visit.page(page) }
        do {
            page.evidence = try await visit.view(
                RecordPageView.self, "searchEvidence", query: ["q": query, "limit": "10"])
        } catch let refusal as Refusal where refusal.kind == .invalidInput {
            page.fault = refusal.detail
        }
        return visit.page(page)
    }

    /// The number of an incident as it is written everywhere, if `text` is one in any spelling.
    static func incidentNumber(_ text: String) -> String? {
        let number = text.uppercased()
        let parts = number.split(separator: "-", omittingEmptySubsequences: false)
        guard parts.count == 3, parts[0] == "INC", parts[1].count == 4,
            (1...9).contains(parts[2].count),
            parts.dropFirst().allSatisfy({ $0.allSatisfy { $0.isASCII && $0.isNumber } })
        else { return nil }
        return number
    }

    private static func find(_ words: String, among work: Work, _ page: inout SearchPage) throws {
        let everywhere = Set(Workflow.State.allCases)
        let found = try WorkflowSearch(words, in: everywhere).found(work, limit: hitsAtMost)
        page.workflows = found.items.map {
            SearchPage.WorkflowHit(key: $0.key, name: $0.profile.name, state: $0.state)
        }
        page.hasMoreWorkflows = found.next != nil
    }

    private static func incidents(
        _ words: String, _ work: Work
    ) throws -> [SearchPage.IncidentHit] {
        let newest = try work.incidents(
            like: words, amongNewest: incidentsAtMost, limit: hitsAtMost)
        var hits: [SearchPage.IncidentHit] = []
        for incident in newest where hits.count < hitsAtMost {
            guard
                incident.number.lowercased().contains(words)
                    || incident.report.what.lowercased().contains(words)
            else { continue }
            hits.append(
                SearchPage.IncidentHit(
                    number: incident.number, what: String(incident.report.what.prefix(200)),
                    state: incident.state, level: LevelText(try work.sequence(of: incident)),
                    reportedAt: incident.reportedAt))
        }
        return hits
    }
}
