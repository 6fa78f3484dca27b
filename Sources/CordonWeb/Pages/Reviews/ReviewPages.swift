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
        async let stopped = workflows(visit)
        async let reviewed = telling(visit, quarter)
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
        let (outcomes, workflows) = (try await reviewed, try await stopped)
        let stops = Dictionary(uniqueKeysWithValues: workflows.map { ($0.key, $0.containments) })
        let most = QuarterlyReviewPage.incidentsAtMost
        let incidents = outcomes.prefix(most).map { outcome in
            ReviewedIncident(
                outcome, stops: outcome.workflow.flatMap { stops[$0] } ?? [], at: now)
        }
        return visit.page(
            QuarterlyReviewPage(
                figures: QuarterFigures(quarter, tally, telling: incidents, policy: policy),
                listed: newest, policy: policy,
                workflows: workflows.compactMap { ReviewedWorkflow($0, in: quarter, at: now) },
                now: now, isWhole: outcomes.count <= most))
    }

    /// The incidents that say more than how many there are: one more than are shown, if there are.
    private static func telling(
        _ visit: Visit, _ quarter: Quarter
    ) async throws -> [IncidentOutcome] {
        try await visit.exchange.operations.ask(visit.exchange.asCaller) { work in
            try work.incidentsTelling(
                from: quarter.start, to: quarter.end,
                limit: QuarterlyReviewPage.incidentsAtMost + 1)
        }
    }

    /// Workflows that are read at once, and in all.
    private static let workflowsAtOnce = 200
    private static let workflowsAtMost = 5_000

    /// The workflows that the review may have something to say of, a few hundred at a time.
    private static func workflows(_ visit: Visit) async throws -> [WorkflowOutcome] {
        var found: [WorkflowOutcome] = []
        while found.count < workflowsAtMost {
            let after = found.last?.key ?? ""
            let few = try await visit.exchange.operations.ask(visit.exchange.asCaller) { work in
                try work.workflowsTelling(after: after, limit: workflowsAtOnce)
            }
            found += few
            if few.count < workflowsAtOnce { break }
        }
        return found
    }
}
