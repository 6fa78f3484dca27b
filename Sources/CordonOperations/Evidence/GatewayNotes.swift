import CordonCore
import CordonStore

/// What the gateway has to say beside its records.
extension Operations {
    /// Notes that a call of a workflow passed without its record: the gap is itself kept.
    package func noteUnrecordedCall(_ workflow: String) async throws {
        let now = outside.now()
        recorder.withOpenUses { $0.tellUnrecorded(workflow, at: now) }
        let news = recorder.withCatalogue { $0.lost(workflow, at: now) } ?? nil
        guard let news else { return }
        try await perform(.cordon("gateway")) { try $0.transaction.gapOpen(news, cause: "gateway") }
        _ = recorder.withCatalogue { $0.apply(opens: [news], closes: []) }
        // The first is told at once; those that follow, with the next look at the gaps.
        try await tellOpenUses()
    }

    /// What tells of a workflow when it has acted: evidence that was sent, and nothing can be
    /// stopped there.
    package func observer(of workflow: String) -> EnforcementPoint? {
        let seen = recorder.withCatalogue { $0.sources[workflow]?.lastReceivedAt } ?? nil
        return seen.map {
            EnforcementPoint(name: "evidence", kind: .observer, lastSeenAt: $0, revision: nil)
        }
    }

    /// Opens an incident for somebody to judge, because a workflow tried what it may not do; while
    /// one that Cordon opened for the workflow waits to be judged, that one is enough.
    package func suggestIncident(_ workflow: String, what: String) async throws {
        guard gate.claimSuggestion(workflow) else { return }
        try await perform(.cordon("gateway")) { work in
            try work.suggestIncident(
                workflow, what: "Cordon refused what the workflow tried: \(what)", leftCompany: .no)
        }
    }
}

extension Work {
    /// Opens an incident for somebody to judge, unless one that Cordon opened waits for that; what
    /// nobody has registered, or is retired, has none.
    func suggestIncident(_ key: String, what: String, leftCompany: Answer) throws {
        guard let named = try transaction.workflow(key), named.retiredReason == nil else { return }
        let waiting = try transaction.incidents(
            IncidentFilter(workflow: key, state: .reported, reporter: Person.cordon.id),
            before: nil, limit: 1)
        if !waiting.isEmpty { return }
        _ = try openIncident(
            workflow: key, unlisted: nil, what: what, leftCompany: leftCompany)
    }
}
