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
        guard let quarter = Quarter(try visit.parameter("period")) else {
            throw Refusal(.notFound, "A review is named by its quarter, such as 2026-Q3.")
        }
        return try await page(visit, quarter)
    }

    private static func page(_ visit: Visit, _ quarter: Quarter) async throws -> Answer {
        let operations = visit.exchange.operations
        let now = operations.outside.now()
        guard quarter.start <= now else {
            throw Refusal(.notFound, "The quarter \(quarter.text) has not begun.")
        }
        let policy = try await operations.ask(visit.exchange.asCaller) {
            try $0.policy().policy
        }
        let first = quarter.advanced(by: 1 - QuarterFigures.quartersCompared).start
        let end = quarter.end
        let found = try await IncidentWalk(
            visit: visit, limit: QuarterlyReviewPage.incidentsAtMost,
            start: IncidentCursor(year: quarter.year + 1, sequence: 0)
        ).collect { sequence -> IncidentWalk.Step<ReviewedIncident> in
            let reportedAt = sequence.incident.reportedAt
            if reportedAt >= end { return .pass }
            if reportedAt < first { return .end }
            return .keep(ReviewedIncident(sequence, at: now))
        }
        return visit.page(
            QuarterlyReviewPage(
                figures: QuarterFigures(quarter, found.items), policy: policy,
                workflows: try await workflows(visit, quarter, now), now: now,
                isWhole: found.isWhole))
    }

    /// Workflows that are read at once, and in all.
    private static let workflowsAtOnce = 200
    private static let workflowsAtMost = 5_000

    /// What the review has to say of workflows, read a few hundred at a time.
    private static func workflows(
        _ visit: Visit, _ quarter: Quarter, _ now: Instant
    ) async throws -> [ReviewedWorkflow] {
        var reviewed: [ReviewedWorkflow] = []
        var after = ""
        var seen = 0
        while seen < workflowsAtMost {
            let key = after
            let (found, last, count) = try await visit.exchange.operations.ask(
                visit.exchange.asCaller
            ) { work in
                let few = try work.workflows(after: key, limit: workflowsAtOnce)
                let found = few.compactMap { ReviewedWorkflow($0, in: quarter, at: now) }
                return (found, few.last?.key, few.count)
            }
            reviewed += found
            seen += count
            guard let last, count == workflowsAtOnce else { break }
            after = last
        }
        return reviewed
    }
}
