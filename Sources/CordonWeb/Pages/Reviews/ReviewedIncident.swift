import CordonCore

/// What a quarterly review takes from one incident.
struct ReviewedIncident: Sendable {
    let number: String
    let kind: Kind
    let quarter: Quarter
    /// The key of the class of its cause, once that is known.
    var failureClass: String?
    /// The keys of the controls that did not do their work.
    var controls: [String] = []
    /// Actions that are not done.
    var openActions = 0
    var overdueActions = 0
    /// From the report until the last place had proved its stop; `nil` while it has not, or where
    /// nothing was stopped.
    var secondsToContain: Int?
}

extension ReviewedIncident {
    /// `stops` are those of its workflow.
    init(_ outcome: IncidentOutcome, stops: [Containment], at now: Instant) {
        let open = outcome.closedAt == nil ? outcome.actions.filter { $0.done == nil } : []
        self.init(
            number: outcome.number, kind: outcome.kind,
            quarter: Quarter(containing: outcome.reportedAt), failureClass: outcome.failureClass,
            controls: outcome.faulted, openActions: open.count,
            overdueActions: open.filter { $0.dueAt < now }.count,
            secondsToContain: Self.secondsToContain(outcome, stops))
    }

    /// The stops before its first restart: what a watch stops again later was contained before.
    private static func secondsToContain(
        _ outcome: IncidentOutcome, _ stops: [Containment]
    ) -> Int? {
        let own = stops.filter { stop in
            stop.incident == outcome.number
                && (outcome.restartedAt.map { stop.requestedAt <= $0 } ?? true)
        }
        let proved = own.compactMap(\.containedAt)
        guard proved.count == own.count, let last = proved.max() else { return nil }
        return max(0, Int((last.milliseconds - outcome.reportedAt.milliseconds) / 1_000))
    }
}

/// What a quarterly review takes from one workflow.
struct ReviewedWorkflow: Sendable {
    let key: String
    let name: String
    /// How long it was stopped as a whole within the quarter.
    var secondsStopped = 0
    var override: Override?

    /// A decision that it may run without everything that readiness demands.
    struct Override: Sendable {
        let reason: String
        let by: String
        let expiresAt: Instant
    }
}

extension ReviewedWorkflow {
    /// `nil` for a workflow that the review has nothing to say of.
    init?(_ workflow: WorkflowOutcome, in quarter: Quarter, at now: Instant) {
        let end = min(quarter.end, now)
        let stops = workflow.containments.filter { $0.scope == .whole }.map { stop in
            (from: max(stop.requestedAt, quarter.start), to: min(stop.liftedAt ?? end, end))
        }
        let seconds = Self.seconds(covered: stops)
        let decision = workflow.override.flatMap { decision -> Override? in
            guard decision.expiresAt > now else { return nil }
            return Override(
                reason: decision.reason, by: decision.by.name, expiresAt: decision.expiresAt)
        }
        guard seconds > 0 || decision != nil else { return nil }
        self.init(
            key: workflow.key, name: workflow.name, secondsStopped: seconds,
            override: decision)
    }

    /// Those that were stopped as a whole, the longest first.
    static func stopped(among workflows: [ReviewedWorkflow]) -> [ReviewedWorkflow] {
        workflows.filter { $0.secondsStopped > 0 }.sorted {
            ($1.secondsStopped, $0.key) < ($0.secondsStopped, $1.key)
        }
    }

    /// Time that lies in one of the spans at least: two stops at once last no longer than one.
    static func seconds(covered spans: [(from: Instant, to: Instant)]) -> Int {
        var total: Int64 = 0
        var reached: Instant?
        for span in spans.sorted(by: { $0.from < $1.from }) where span.from < span.to {
            let from = max(span.from, reached ?? span.from)
            if span.to > from { total += span.to.milliseconds - from.milliseconds }
            reached = max(span.to, reached ?? span.to)
        }
        return Int(total / 1_000)
    }
}
