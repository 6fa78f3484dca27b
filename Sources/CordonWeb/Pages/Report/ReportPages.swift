import CordonAPI
import CordonCore
import CordonOperations
import HTTPTypes

/// Reporting something wrong, and the receipt for it.
enum ReportPages {
    static let all: [Page] = [form, report, receipt, own]

    private static let choicesAtMost = 300
    /// Names of files that the receipt repeats, and characters of each.
    private static let namesAtMost = 10
    private static let nameAtMost = 80

    private static let own = Page(.get, PagePaths.reports, .readOwnIncidents) { visit in
        let person = visit.exchange.asCaller.actor.person.id
        return visit.page(
            OwnReportsPage(
                page: try await ListedPage.read(visit, IncidentList(reporter: person)),
                now: visit.exchange.operations.outside.now()))
    }

    private static let form = Page(.get, PagePaths.report, .report) { visit in
        try await reportPage(visit, nil)
    }

    private static func reportPage(
        _ visit: Visit, _ returned: ReturnedForm?
    ) async throws -> Answer {
        visit.page(try await model(visit, returned, link: nil))
    }

    /// The form with the workflows to choose from; `link` is where somebody without an account
    /// sends it.
    static func model(
        _ visit: Visit, _ returned: ReturnedForm?, link: String?
    ) async throws -> ReportPage {
        let chosen = returned?.fields["workflow"] ?? visit.exchange.query["workflow"] ?? ""
        let (choices, hasMore) = try await visit.exchange.operations.ask(
            visit.exchange.asCaller
        ) { work in
            let found = try WorkflowSearch(in: WorkflowSearch.inUse).found(
                work, limit: choicesAtMost)
            var choices = found.items.map {
                ReportPage.Choice(key: $0.key, name: $0.profile.name)
            }
            if !chosen.isEmpty, !choices.contains(where: { $0.key == chosen }),
                let name = try work.workflowNames([chosen])[chosen]
            {
                choices.append(ReportPage.Choice(key: chosen, name: name))
            }
            return (
                choices.sorted { $0.name.lowercased() < $1.name.lowercased() }, found.next != nil
            )
        }
        return ReportPage(
            choices: choices, hasMore: hasMore, chosen: chosen, mayStop: visit.may(.stop),
            link: link, returned: returned)
    }

    private static let report = Page(
        .post, PagePaths.report, .report, formLimit: Page.fileFormLimit
    ) { visit in
        var fields = try visit.checkedForm()
        if !visit.may(.stop) { fields["stop"] = nil }
        let sent = fields
        return try await visit.orAgain(
            ReportPage.formID, sent, { try await reportPage($0, $1) }
        ) {
            let answer = try await visit.perform("report", sent)
            let number = try answer.decoded(as: ReportView.self).incident
            let unkept = try await keep(visit, number)
            return .redirect(PagePaths.asking(PagePaths.receipt(number), query(unkept)))
        }
    }

    // MARK: Files

    /// Attaches what came with the report, whose incident stands whatever becomes of its files.
    ///
    /// - Returns: the names of those that could not be kept.
    static func keep(_ visit: Visit, _ number: String) async throws -> [String] {
        var unkept: [String] = []
        for file in visit.files where file.field == "files" {
            do {
                guard file.bytes.count <= ResponseRoutes.fileLimit else {
                    throw Refusal(.tooLarge, "The file is too large.")
                }
                try await visit.perform(
                    "attachEvidence", bytes: file.bytes, mediaType: file.evidenceType,
                    query: ["kind": kind(file).rawValue, "name": file.name], ["number": number])
            } catch is Refusal {
                unkept.append(file.name)
            }
        }
        return unkept
    }

    private static func kind(_ file: MultipartForm.File) -> EvidenceKind {
        file.mediaType.hasPrefix("image/") ? .screenshot : .other
    }

    /// The names of files that were not kept, for the page that says so.
    static func query(_ unkept: [String]) -> [(name: String, value: String?)] {
        let names = unkept.prefix(namesAtMost).map { String($0.prefix(nameAtMost)) }
        return [("unkept", names.joined(separator: "\n"))]
    }

    static func unkept(_ visit: Visit) -> [String] {
        let names = (visit.exchange.query["unkept"] ?? "").split(separator: "\n")
        return names.prefix(namesAtMost).map(String.init)
    }

    // MARK: Receipt

    private static let receipt = Page(
        .get, "/incidents/{number}/receipt", .readOwnIncidents
    ) { visit in
        let exchange = visit.exchange
        let (number, stop) = try await exchange.operations.ask(exchange.asCaller) { work in
            let sequence = try IncidentRoutes.readable(work, exchange)
            return (sequence.incident.number, ReceiptPage.Stop(sequence))
        }
        return visit.page(
            ReceiptPage(
                reference: number, stop: stop, unkept: unkept(visit), mayStop: visit.may(.stop)))
    }
}
