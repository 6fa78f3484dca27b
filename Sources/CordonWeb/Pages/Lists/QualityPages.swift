import CordonAPI
import CordonCore
import CordonOperations
import HTTPTypes

/// The quality tracker and the line that adds to it.
enum QualityPages {
    static let all: [Page] = [list, enter]

    private static let list = Page(.get, PagePaths.quality, .readIncidents) { visit in
        try await page(visit, nil)
    }

    private static func page(_ visit: Visit, _ returned: ReturnedForm?) async throws -> Answer {
        let policy = try await visit.exchange.operations.ask(visit.exchange.asCaller) {
            try $0.policy().policy
        }
        let repeated = try await visit.view(CollectiveReviewsView.self, "listCollectiveReviews")
        return visit.page(
            QualityListPage(
                page: try await ListedPage.read(visit, IncidentList(kind: .qualityIssue)),
                now: visit.exchange.operations.outside.now(),
                terms: QualityListPage.Terms(policy),
                reviews: repeated.items.prefix(20).map {
                    QualityListPage.CollectiveReview(
                        control: policy.control($0.control)?.title ?? $0.control,
                        incidents: $0.incidents)
                }, mayTriage: visit.may(.triage), added: visit.exchange.query["added"],
                returned: returned))
    }

    /// The reason in the journal, where no person gives one.
    private static let reason = "Entered on the page of quality issues."

    /// Reports; with the questions all answered with no, assesses and triages at once where the
    /// person may.
    private static let enter = Page(.post, PagePaths.quality, .readIncidents) { visit in
        let fields = try visit.checkedForm()
        let isAllNo = fields[QualityListPage.allNo] == "yes"
        return try await visit.orAgain(
            QualityListPage.formID, fields, { try await page($0, $1) }
        ) {
            let stated = isAllNo ? fields.merging(["left_company": "no"]) { $1 } : fields
            let report = try await visit.perform("report", stated)
            let number = try report.decoded(as: ReportView.self).incident
            guard isAllNo, visit.may(.triage), visit.may(.respond) else {
                return .redirect(PagePaths.receipt(number))
            }
            do {
                try await settle(visit, number)
            } catch let refusal as Refusal where refusal.kind != .internalFault {
                // It is reported all the same; its page says what it is waiting for.
                return .redirect(PagePaths.incident(number))
            }
            return .redirect(PagePaths.asking(PagePaths.quality, [("added", number)]))
        }
    }

    /// Answers with no what would make it more, and decides that it is a quality issue.
    private static func settle(_ visit: Visit, _ number: String) async throws {
        let policy = try await visit.exchange.operations.ask(visit.exchange.asCaller) {
            try $0.policy().policy
        }
        var answers: [String: String] = [:]
        for question in QualityListPage.Terms(policy).questions {
            answers["answers/\(question.number)"] = CordonCore.Answer.no.rawValue
        }
        _ = try await visit.perform("assess", answers, ["number": number])
        _ = try await visit.perform(
            "triage", ["kind": Kind.qualityIssue.rawValue, "reason": reason], ["number": number])
    }
}
