import CordonCore
import CordonStore

/// What Cordon knows of the workflows that send evidence, in memory: what decides of a record
/// whether it is new, whether it shows a change, and whether something is lacking.
///
/// A plain value: the recorder guards it with a lock, makes a plan from it, and takes the plan in
/// once it is durable.
struct Catalogue {
    /// How many different values of one aspect are told apart; a workflow that shows more of them
    /// varies freely, and further ones are no news.
    static let valuesAtMost = 256
    /// How many tools of all MCP servers together are watched for a workflow.
    static let toolsAtMost = 4_096
    /// A gap is closed when nothing was lacking for this long, in milliseconds.
    static let gapRests: Int64 = 10 * 60_000
    /// How many senders' sequences are followed per workflow.
    static let sequencesAtMost = 1_000

    struct Source {
        let number: Int
        let firstAt: Instant
        var lastReceivedAt: Instant
        var records = 0
        var seen: [ChangeAspect: Set<String>] = [:]
        /// Definitions of the tools of MCP servers by their subject, the newest last.
        var pinned: [String: [String]] = [:]
        var gaps: [Shortfall: OpenGap] = [:]
        var sequences: [String: Int64] = [:]
        /// Milliseconds between one batch and the next, smoothed: what silence is measured by.
        var usualPause: Int64 = 0
    }

    struct OpenGap {
        let openedAt: Instant
        var lastAt: Instant
        let detail: String
        /// Records since the server started.
        var records: Int
    }

    private(set) var sources: [String: Source] = [:]
    /// Workflows whose records were lost before any was kept.
    private var lostUnknown: [String: Instant] = [:]
    private var keys: RecentKeys
    private var lastReceivedAt = Instant(milliseconds: 0)

    init(
        sources: [EvidenceSource], last: [Int: Instant], counts: [Int: Int], seen: [SeenValue],
        gaps: [StoredGap], keys: RecentKeys
    ) {
        self.keys = keys
        var names: [Int: String] = [:]
        for source in sources {
            names[source.number] = source.key
            let lastAt = last[source.number] ?? source.firstAt
            self.sources[source.key] = Source(
                number: source.number, firstAt: source.firstAt, lastReceivedAt: lastAt,
                records: counts[source.number] ?? 0)
            lastReceivedAt = max(lastReceivedAt, lastAt)
        }
        for value in seen {
            guard let name = names[value.source] else { continue }
            self.sources[name]?.note(value.aspect, value.value)
        }
        for gap in gaps where gap.closedAt == nil {
            guard let name = names[gap.source] else { continue }
            self.sources[name]?.gaps[gap.kind] = OpenGap(
                openedAt: gap.openedAt, lastAt: gap.openedAt, detail: gap.detail, records: 0)
        }
    }

    /// How many records there are in all.
    var records: Int { sources.values.reduce(0) { $0 + $1.records } }

    /// How many workflows have each gap open.
    var openGaps: [Shortfall: Int] {
        sources.values.reduce(into: [:]) { counts, source in
            for kind in source.gaps.keys { counts[kind, default: 0] += 1 }
        }
    }

    /// The time of arrival for what comes now: it never goes back, also when the clock does.
    ///
    /// Requests that are sealed at the same time may take their places in the log in another order.
    mutating func arrival(_ now: Instant) -> Instant {
        lastReceivedAt = max(lastReceivedAt, now)
        return lastReceivedAt
    }

    /// What writing these records means.
    ///
    /// - Throws: a refusal when a sender's own name stands for other content than before.
    func plan(_ drafts: [CapturedDraft]) throws(Refusal) -> CapturePlan {
        var plan = CapturePlan(nextNumber: sources.count + 1)
        for draft in drafts {
            let (key, content) = RecentKeys.halves(draft.draft.dedupe)
            if let index = keys[key] {
                plan.steps.append(
                    .stored(at: index, content: draft.record.hasClientKey ? content : nil))
            } else if let place = plan.places[key] {
                if case .write(let earlier, _) = plan.steps[place] {
                    try Self.same(RecentKeys.halves(earlier.draft.dedupe).content, content, draft)
                }
                plan.steps.append(.repeated(of: place))
            } else {
                plan.places[key] = plan.steps.count
                let number = plan.number(of: draft, known: sources[draft.workflow]?.number)
                plan.observe(draft, sources[draft.workflow])
                plan.steps.append(.write(draft, source: number))
            }
        }
        return plan
    }

    private static func same(
        _ stored: UInt64, _ content: UInt64, _ draft: CapturedDraft
    ) throws(Refusal) {
        // Without a name of the sender's own the name is the content.
        guard draft.record.hasClientKey, stored != content else { return }
        throw keyOfAnother
    }

    static let keyOfAnother = Refusal(
        .idempotencyMismatch,
        "A record has the key of an earlier one but says something else; nothing of this request "
            + "was kept.")

    /// Takes in what was written.
    mutating func apply(_ plan: CapturePlan, indices: [UInt64]) {
        for (step, index) in zip(plan.steps, indices) {
            guard case .write(let draft, let number) = step else { continue }
            keys.add(RecentKeys.halves(draft.draft.dedupe).key, index)
            let receivedAt = draft.draft.receivedAt
            var source =
                sources.removeValue(forKey: draft.workflow)
                ?? Source(number: number, firstAt: receivedAt, lastReceivedAt: receivedAt)
            source.records += 1
            let pause = receivedAt.milliseconds - source.lastReceivedAt.milliseconds
            if pause > 0 {
                source.usualPause =
                    source.usualPause == 0 ? pause : (source.usualPause * 7 + pause) / 8
            }
            source.lastReceivedAt = receivedAt
            for shortfall in draft.record.shortfalls { source.gaps[shortfall]?.note(receivedAt) }
            if let sequence = draft.record.sequence {
                if source.sequences.count >= Self.sequencesAtMost { source.sequences = [:] }
                source.sequences[sequence.source] = max(
                    sequence.number, source.sequences[sequence.source] ?? sequence.number)
            }
            sources[draft.workflow] = source
        }
        for change in plan.changes {
            sources[change.workflow]?.note(change.aspect, change.value)
        }
        for gap in plan.gaps {
            sources[gap.workflow]?.gaps[gap.kind] = OpenGap(
                openedAt: gap.at, lastAt: gap.at, detail: gap.detail, records: 1)
        }
    }

    /// What time alone brings about: workflows that fell silent, gaps that have ended.
    func due(at now: Instant, watched: Set<String>) -> (opens: [GapNews], closes: [GapNews]) {
        var opens: [GapNews] = []
        var closes: [GapNews] = []
        for (workflow, source) in sources.sorted(by: { $0.key < $1.key }) {
            let pause = now.milliseconds - source.lastReceivedAt.milliseconds
            for (kind, gap) in source.gaps.sorted(by: { $0.key.rawValue < $1.key.rawValue }) {
                let hasEnded =
                    kind == .silence
                    ? source.lastReceivedAt > gap.openedAt
                    : source.lastReceivedAt.milliseconds - gap.lastAt.milliseconds
                        > Self.gapRests
                guard hasEnded else { continue }
                closes.append(
                    GapNews(
                        workflow: workflow, number: source.number, kind: kind, at: gap.openedAt,
                        detail: gap.detail))
            }
            guard source.gaps[.silence] == nil, watched.contains(workflow), source.records > 20,
                pause > max(Self.silenceAtLeast, source.usualPause * 20)
            else { continue }
            opens.append(
                GapNews(
                    workflow: workflow, number: source.number, kind: .silence, at: now,
                    detail: "Nothing has come since \(source.lastReceivedAt.rfc3339)."))
        }
        for (workflow, at) in lostUnknown.sorted(by: { $0.key < $1.key }) {
            guard let source = sources[workflow], source.gaps[.dropped] == nil else { continue }
            opens.append(Self.lost(workflow, source.number, at))
        }
        return (opens, closes)
    }

    /// A record of a known workflow was lost on our side; `nil` while that is open already.
    mutating func lost(_ workflow: String, at now: Instant) -> GapNews? {
        guard let source = sources[workflow] else {
            // Told with the first record that is kept of it.
            lostUnknown[workflow] = now
            return nil
        }
        guard source.gaps[.dropped] == nil else {
            sources[workflow]?.gaps[.dropped]?.note(now)
            return nil
        }
        return Self.lost(workflow, source.number, now)
    }

    private static func lost(_ workflow: String, _ number: Int, _ at: Instant) -> GapNews {
        GapNews(
            workflow: workflow, number: number, kind: .dropped, at: at,
            detail: "Calls passed the gateway without being recorded.")
    }

    /// Nobody is called silent before this long, in milliseconds.
    static let silenceAtLeast: Int64 = 15 * 60_000

    mutating func apply(opens: [GapNews], closes: [GapNews]) {
        for gap in closes { sources[gap.workflow]?.gaps[gap.kind] = nil }
        for gap in opens {
            if gap.kind == .dropped { lostUnknown[gap.workflow] = nil }
            sources[gap.workflow]?.gaps[gap.kind] = OpenGap(
                openedAt: gap.at, lastAt: gap.at, detail: gap.detail, records: 0)
        }
    }
}

extension Catalogue {
    /// The tools of which the workflow has seen other definitions only.
    ///
    /// One that was never seen is no change; that nothing more can be watched is one.
    func changed(_ workflow: String, _ pins: [ToolPin]) -> [ToolChange] {
        let pinned = sources[workflow]?.pinned ?? [:]
        return pins.compactMap { pin in
            guard let known = pinned[pin.subject] else {
                let isFull = pinned.count >= Self.toolsAtMost
                return isFull ? ToolChange(pin: pin, before: nil) : nil
            }
            guard !known.contains(pin.value) else { return nil }
            return ToolChange(pin: pin, before: known.last.map { String($0.suffix(64)) })
        }
    }
}

extension Catalogue.Source {
    fileprivate mutating func note(_ aspect: ChangeAspect, _ value: String) {
        if aspect == .tools, let subject = ToolPin.subject(of: value) {
            pinned[subject, default: []].append(value)
        } else {
            seen[aspect, default: []].insert(value)
        }
    }
}

extension Catalogue.OpenGap {
    fileprivate mutating func note(_ at: Instant) {
        lastAt = max(lastAt, at)
        records += 1
    }
}

/// Something that a workflow's evidence lacks, or lacks no longer.
struct GapNews: Sendable {
    let workflow: String
    let number: Int
    let kind: Shortfall
    let at: Instant
    let detail: String
}
