package import CordonCore
import CordonStore

/// What failed open and was used: how often since the start, and what somebody has to be told of.
struct OpenUseTally: Sendable {
    private(set) var counts: [OpenUse.Kind: Int] = [:]
    /// What the journal does not have yet, by workflow.
    private var unwritten: [String: OpenUse] = [:]
    private var untold: [String: OpenUse] = [:]

    /// What one workflow's people have to be told.
    struct News: Sendable {
        let workflow: String
        let unwritten: OpenUse?
        /// In the journal already, by the record that tells of it.
        let written: OpenUse?
    }

    /// Takes in what a record tells.
    mutating func tell(_ use: OpenUse, of workflow: String) {
        counts[use.kind, default: 0] += use.count
        if untold[workflow]?.add(use) == nil { untold[workflow] = use }
    }

    /// Takes in a call that passed without a record.
    mutating func tellUnrecorded(_ workflow: String, at now: Instant) {
        let use = OpenUse(.withoutRecord, firstAt: now, lastAt: now)
        counts[use.kind, default: 0] += 1
        if unwritten[workflow]?.add(use) == nil { unwritten[workflow] = use }
    }

    mutating func take() -> [News] {
        defer { (unwritten, untold) = ([:], [:]) }
        return Set(unwritten.keys).union(untold.keys).sorted().map {
            News(workflow: $0, unwritten: unwritten[$0], written: untold[$0])
        }
    }

    /// Takes back what could not be told: it is tried again.
    mutating func giveBack(_ news: News) {
        if let use = news.unwritten, unwritten[news.workflow]?.add(use) == nil {
            unwritten[news.workflow] = use
        }
        if let use = news.written, untold[news.workflow]?.add(use) == nil {
            untold[news.workflow] = use
        }
    }
}

extension Operations {
    /// How often what failed open was used since the start, by kind.
    package var openUses: [OpenUse.Kind: Int] { recorder.withOpenUses { $0.counts } }

    /// Journals what passed without a record, and suggests an incident for whatever failed open.
    func tellOpenUses() async throws {
        var left = recorder.withOpenUses { $0.take() }[...]
        // Whatever fails leaves the rest for the next look.
        defer { for news in left { recorder.withOpenUses { $0.giveBack(news) } } }
        while let news = left.first {
            try await perform(.cordon("evidence")) { work in
                if let use = news.unwritten {
                    try work.journal(
                        EvidenceEvent.openUsed(use, index: nil),
                        stream: "evidence/\(news.workflow)")
                }
                let told = [news.written, news.unwritten].compactMap(\.self).map(\.sentence)
                try work.suggestIncident(
                    news.workflow,
                    what: told.joined(separator: " ") + " Look at what it did meanwhile.",
                    leftCompany: .unknown)
            }
            left.removeFirst()
        }
    }
}

extension Work {
    /// What failed open and was used by a workflow, in all, by kind.
    func openUses(_ workflow: String) throws -> [OpenUse] {
        var sums: [OpenUse.Kind: OpenUse] = [:]
        for event in try evidenceEvents(workflow, kind: "open_used") {
            guard case .openUsed(let use, _) = event.event else { continue }
            if sums[use.kind]?.add(use) == nil { sums[use.kind] = use }
        }
        return OpenUse.Kind.allCases.compactMap { sums[$0] }
    }

    /// Events of one kind in a workflow's stream of evidence, the oldest first.
    func evidenceEvents(
        _ workflow: String, kind: String
    ) throws -> [(at: Instant, event: EvidenceEvent)] {
        try transaction.journalRows(
            from: 0, stream: "evidence/\(workflow)", kind: kind, limit: Self.eventsAtMost
        ).map { row in
            (
                row.at, try Canonical.read(JournalEntry<EvidenceEvent>.self, from: row.body).event
            )
        }
    }

    /// Events of one kind and one workflow that one look takes in.
    private static let eventsAtMost = 10_000
}
