import CordonCore
import CordonOperations

/// What the records say of a quarter, for the page of its review and for programs.
struct QuarterReading: Sendable {
    let figures: QuarterFigures
    /// The newest incidents of the quarter, to be listed.
    let newest: [ListedIncident]
    /// For the names of controls and causes.
    let policy: Policy
    /// Those that were stopped in the quarter, or run under an override.
    let workflows: [ReviewedWorkflow]
    let now: Instant
    /// Whether all incidents were read that have a cause, an action or a stop, and all workflows
    /// that were stopped.
    let isWhole: Bool

    /// Incidents with a cause, an action or a stop that are read, newest first.
    static let incidentsAtMost = 500
    /// Workflows that are read at once, and in all.
    private static let workflowsAtOnce = 200
    static let workflowsAtMost = 5_000
}

extension QuarterReading {
    /// Reads it, with the newest incidents as far as `listed` are wanted.
    ///
    /// - Throws: a refusal for a quarter that has not begun.
    static func read(
        _ exchange: Exchange, _ quarter: Quarter, listed: Int
    ) async throws -> QuarterReading {
        let now = exchange.operations.outside.now()
        guard quarter.start <= now else {
            throw Refusal(.notFound, "The quarter \(quarter.text) has not begun.")
        }
        // Three readings of their own, at the same time where there are threads for it.
        async let stopped = workflows(exchange)
        async let told = telling(exchange, quarter)
        let (policy, tally, newest) = try await exchange.operations.ask(exchange.asCaller) { work in
            var tally = QuarterTally()
            for one in QuarterFigures.compared(with: quarter) {
                tally.add(
                    try work.incidentTally(from: one.start, to: one.end), of: one,
                    isReviewed: one == quarter)
            }
            let newest = try work.incidentsReported(
                from: quarter.start, to: quarter.end, limit: listed)
            return (try work.policy().policy, tally, newest.map { ListedIncident($0) })
        }
        let (outcomes, workflows) = (try await told, try await stopped)
        let stops = Dictionary(uniqueKeysWithValues: workflows.map { ($0.key, $0.containments) })
        let incidents = outcomes.prefix(incidentsAtMost).map { outcome in
            ReviewedIncident(
                outcome, stops: outcome.workflow.flatMap { stops[$0] } ?? [], at: now)
        }
        return QuarterReading(
            figures: QuarterFigures(quarter, tally, telling: incidents, policy: policy),
            newest: newest, policy: policy,
            workflows: workflows.compactMap { ReviewedWorkflow($0, in: quarter, at: now) },
            now: now,
            isWhole: outcomes.count <= incidentsAtMost && workflows.count < workflowsAtMost)
    }

    /// The incidents that say more than how many there are: one more than are read, if there are.
    private static func telling(
        _ exchange: Exchange, _ quarter: Quarter
    ) async throws -> [IncidentOutcome] {
        try await exchange.operations.ask(exchange.asCaller) { work in
            try work.incidentsTelling(
                from: quarter.start, to: quarter.end, limit: incidentsAtMost + 1)
        }
    }

    /// The workflows that the review may have something to say of, a few hundred at a time.
    private static func workflows(_ exchange: Exchange) async throws -> [WorkflowOutcome] {
        var found: [WorkflowOutcome] = []
        while found.count < workflowsAtMost {
            let after = found.last?.key ?? ""
            let few = try await exchange.operations.ask(exchange.asCaller) { work in
                try work.workflowsTelling(after: after, limit: workflowsAtOnce)
            }
            found += few
            if few.count < workflowsAtOnce { break }
        }
        return found
    }
}
