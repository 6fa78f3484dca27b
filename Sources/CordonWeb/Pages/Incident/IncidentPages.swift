import CordonAPI
import CordonCore
import CordonOperations
import HTTPTypes

/// The page of one incident, and those that it leads to.
enum IncidentPages {
    static let all: [Page] =
        [show, file, markdown, timeline, affected, attachments, lookback, bundleForm, bundle]
        + IncidentForms.all

    private static let show = Page(.get, "/incidents/{number}", .readOwnIncidents) { visit in
        let asked = visit.exchange.query["step"].flatMap { IncidentPart(rawValue: $0) }
        return try await page(visit, at: asked)
    }

    /// The page with the forms of one part; with the form that came back, if one did.
    static func page(
        _ visit: Visit, at part: IncidentPart?, _ returned: ReturnedForm? = nil
    ) async throws -> Answer {
        let exchange = visit.exchange
        let page = try await exchange.operations.ask(exchange.asCaller) { work in
            try IncidentPage(work, exchange, asked: part, returned: returned)
        }
        return visit.page(page)
    }

    // MARK: The file

    private static let file = Page(.get, "/incidents/{number}/file", .readOwnIncidents) { visit in
        visit.page(IncidentFilePage(try await sheet(visit)))
    }

    private static let markdown = Page(
        .get, "/incidents/{number}/file.md", .readOwnIncidents
    ) { visit in
        .text(
            IncidentFileMarkdown(try await sheet(visit)).text, "text/markdown; charset=utf-8")
    }

    private static func sheet(_ visit: Visit) async throws -> IncidentFileSheet {
        let exchange = visit.exchange
        return try await exchange.operations.ask(exchange.asCaller) { work in
            IncidentFileSheet(try IncidentRoutes.readable(work, exchange))
        }
    }

    // MARK: The bundle

    private static let bundleForm = Page(
        .get, "/incidents/{number}/bundle", .exportEvidence
    ) { visit in
        visit.page(try await bundlePage(visit, nil))
    }

    private static func bundlePage(
        _ visit: Visit, _ returned: ReturnedForm?
    ) async throws -> BundlePage {
        BundlePage(number: try await sheet(visit).number, returned: returned)
    }

    /// Its answer is the file itself: the page stays where it is.
    private static let bundle = Page(
        .post, "/incidents/{number}/bundle", .exportEvidence
    ) { visit in
        let fields = try visit.checkedForm()
        return try await visit.orAgain(
            BundlePage.formID, fields, { $0.page(try await bundlePage($0, $1)) }
        ) {
            var query = fields
            query["redact"] = fields["redact"]?.replacing("\n", with: ",")
            for name in ["from", "to"] {
                guard let text = fields[name], !text.isEmpty else { continue }
                // What is no time goes on as it is: the operation says what a time looks like.
                query[name] = visit.reading.instant(fromField: text)?.rfc3339 ?? text
            }
            return try await visit.answer(
                of: "exportIncident", query: query.filter { !$0.value.isEmpty })
        }
    }

    // MARK: Long lists

    private static let timeline = Page(
        .get, "/incidents/{number}/timeline", .readOwnIncidents
    ) { visit in
        let exchange = visit.exchange
        let page = try await exchange.operations.ask(exchange.asCaller) { work in
            let incident = try IncidentRoutes.readable(work, exchange).incident
            let limit = IncidentTimelinePage.linesAtMost
            let lines = try work.journalLines(
                from: try JournalRoutes.cursor(exchange),
                stream: "incident/\(incident.number)", limit: limit + 1)
            return IncidentTimelinePage(
                number: incident.number,
                lines: try lines.prefix(limit).map { try TimelineLine($0) },
                count: incident.version, next: lines.count > limit ? lines.last?.index : nil)
        }
        return visit.page(page)
    }

    private static let affected = Page(
        .get, "/incidents/{number}/affected", .readOwnIncidents
    ) { visit in
        visit.page(try await affectedPage(visit, returned: nil))
    }

    static func affectedAgain(_ visit: Visit, _ returned: ReturnedForm) async throws -> Answer {
        visit.page(try await affectedPage(visit, returned: returned))
    }

    private static func affectedPage(
        _ visit: Visit, returned: ReturnedForm?
    ) async throws -> IncidentAffectedPage {
        let incident = try await visit.view(IncidentView.self, "showIncident")
        let all = incident.affected
        let asked = returned?.fields["from"] ?? visit.exchange.query["after"]
        let from = place(asked, in: all.count)
        let isClosed = incident.state == Incident.State.closed.rawValue
        return IncidentAffectedPage(
            number: incident.number,
            records: Array(all[from...].prefix(IncidentAffectedPage.recordsAtMost)),
            count: all.count, corrected: all.filter { $0.correction != nil }.count,
            mayCorrect: visit.may(.respond) && !isClosed, from: from, returned: returned)
    }

    private static let attachments = Page(
        .get, "/incidents/{number}/evidence", .readOwnIncidents
    ) { visit in
        let incident = try await visit.view(IncidentView.self, "showIncident")
        let all = incident.evidence
        let from = place(visit.exchange.query["after"], in: all.count)
        return visit.page(
            IncidentEvidencePage(
                number: incident.number,
                items: Array(all[from...].prefix(IncidentEvidencePage.itemsAtMost)),
                count: all.count, from: from))
    }

    /// Where a page of a list begins; at its beginning when what is asked for is no place in it.
    private static func place(_ text: String?, in count: Int) -> Int {
        guard let text, let place = Int(text), (0...count).contains(place) else { return 0 }
        return place
    }

    // MARK: Look back

    private static let lookback = Page(
        .get, "/incidents/{number}/lookbacks/{id}", .readEvidence
    ) { visit in
        visit.page(try await lookbackPage(visit, after: visit.exchange.query["after"]))
    }

    static func lookbackAgain(_ visit: Visit, _ returned: ReturnedForm) async throws -> Answer {
        let page = try await lookbackPage(
            visit, after: returned.fields["after"], returned: returned)
        return visit.page(page)
    }

    private static func lookbackPage(
        _ visit: Visit, after text: String?, returned: ReturnedForm? = nil
    ) async throws -> LookbackSearchPage {
        let after = text.flatMap { UInt64($0) }.map { "\($0)" }
        var query = ["limit": "\(LookbackSearchPage.hitsAtMost)"]
        query["after"] = after
        let run = try await visit.view(LookbackRunView.self, "showLookbackSearch", query: query)
        let incident = try await visit.view(IncidentView.self, "showIncident")
        let opened = incident.lookbacks.first { $0.id == run.id }
        let isClosed = incident.state == Incident.State.closed.rawValue
        return LookbackSearchPage(
            number: incident.number, run: run,
            isOpen: opened.map { $0.conclusion == nil } ?? false && !isClosed,
            mayRespond: visit.may(.respond) && !isClosed, after: after, returned: returned)
    }
}
