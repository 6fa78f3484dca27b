import CordonCore
import CordonOperations
import HTTPTypes

/// The quarterly reviews, worked out from the records.
enum ReviewPages {
    static let all: [Page] = [current, one]

    private static let current = Page(.get, PagePaths.reviews, .readIncidents) { visit in
        try await page(visit, Quarter(containing: visit.exchange.operations.outside.now()))
    }

    private static let one = Page(.get, "/reviews/{period}", .readIncidents) { visit in
        try await page(visit, try Quarter(named: try visit.parameter("period")))
    }

    private static func page(_ visit: Visit, _ quarter: Quarter) async throws -> Answer {
        let found = try await QuarterReading.read(
            visit.exchange, quarter, listed: QuarterlyReviewPage.listedAtMost)
        return visit.page(
            QuarterlyReviewPage(
                figures: found.figures, listed: found.newest, policy: found.policy,
                workflows: found.workflows, now: found.now, isWhole: found.isWhole))
    }
}
