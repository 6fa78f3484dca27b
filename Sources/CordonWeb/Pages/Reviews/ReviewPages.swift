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
        // Three readings of their own, at the same time where there are threads for it.
        async let stopped = workflows(visit, quarter, now)
        async let reviewed = telling(visit, quarter, now)
        let (policy, tally, newest) = try await operations.ask(visit.exchange.asCaller) { work in
            var tally = QuarterTally()
            for one in QuarterFigures.compared(with: quarter) {
                tally.add(
                    try work.incidentTally(from: one.start, to: one.end), of: one,
                    isReviewed: one == quarter)
            }
            let newest = try work.incidentsReported(
                from: quarter.start, to: quarter.end, limit: QuarterlyReviewPage.listedAtMost)
            return (try work.policy().policy, tally, newest.map { ListedIncident($0) })
        }
        let most = QuarterlyReviewPage.incidentsAtMost
        let incidents = try await reviewed
        return visit.page(
            QuarterlyReviewPage(
                figures: QuarterFigures(
                    quarter, tally, telling: Array(incidents.prefix(most)), policy: policy),
                listed: newest, policy: policy, workflows: try await stopped, now: now,
                isWhole: incidents.count <= most))
    }

    /// The incidents that say more than how many there are: one more than are shown, if there are.
    private static func telling(
        _ visit: Visit, _ quarter: Quarter, _ now: Instant
    ) async throws -> [ReviewedIncident] {
        let most = QuarterlyReviewPage.incidentsAtMost
        return try await visit.exchange.operations.ask(visit.exchange.asCaller) { work in
            try work.incidentsTelling(from: quarter.start, to: quarter.end, limit: most + 1)
                .map { ReviewedIncident($0.outcome, stops: $0.stops, at: now) }
        }
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
                let few = try work.workflowsTelling(after: key, limit: workflowsAtOnce)
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
