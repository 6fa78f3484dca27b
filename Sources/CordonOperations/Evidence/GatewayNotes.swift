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
    private func observer(of workflow: String) -> EnforcementPoint? {
        let seen = recorder.withCatalogue { $0.sources[workflow]?.lastReceivedAt } ?? nil
        return seen.map {
            EnforcementPoint(name: "evidence", kind: .observer, lastSeenAt: $0, revision: nil)
        }
    }

    /// Where a workflow was met since the start.
    package func points(of workflow: String) -> [EnforcementPoint] {
        gate.points(workflow) + [observer(of: workflow)].compactMap(\.self)
    }

    /// Opens an incident for somebody to judge, because a workflow tried what it may not do; while
    /// one that Cordon opened for the workflow waits to be judged, that one is enough.
    package func suggestIncident(_ workflow: String, what: String) async throws {
        guard gate.claimSuggestion(workflow) else { return }
        try await suggest(workflow, Self.refused + what, unlessOneBegins: "")
    }

    /// Opens an incident for somebody to judge, because whoever asked may have gone on without an
    /// answer; while one that says so waits to be judged, that one is enough.
    package func noteMissedDeadline(_ workflow: String, what: String) async throws {
        // Claimed beside refusals: the refusal that came too late is not what this tells.
        guard gate.claimSuggestion(workflow + "/late") else { return }
        try await suggest(workflow, Self.late + what, unlessOneBegins: Self.late)
    }

    private static let refused = "Cordon refused what the workflow tried: "
    private static let late = "An answer of Cordon's came too late: "

    private func suggest(
        _ workflow: String, _ what: String, unlessOneBegins beginning: String
    ) async throws {
        try await perform(.cordon("gateway")) { work in
            try work.suggestIncident(
                workflow, what: what, leftCompany: .no, unlessOneBegins: beginning)
        }
    }
}

extension Work {
    /// Opens an incident for somebody to judge, unless one that Cordon opened waits for that; what
    /// nobody has registered, or is retired, has none.
    ///
    /// One that waits to be judged is enough, or with `beginning` one that begins so.
    func suggestIncident(
        _ key: String, what: String, leftCompany: Answer, unlessOneBegins beginning: String = ""
    ) throws {
        guard let named = try transaction.workflow(key), named.retiredReason == nil else { return }
        let waiting = try transaction.incidents(
            IncidentFilter(workflow: key, state: .reported, reporter: Person.cordon.id),
            before: nil, limit: 10)
        if waiting.contains(where: { $0.report.what.hasPrefix(beginning) }) { return }
        _ = try openIncident(
            workflow: key, unlisted: nil, what: what, leftCompany: leftCompany)
    }
}
