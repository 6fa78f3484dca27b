import CordonCore
import CordonLedger
import CordonStore

/// Looks for one thing, newest first: through the index where there is one, through the records
/// where there is none.
///
/// Belongs to one thread, with its contexts. Whatever the index gives is compared again with the
/// record itself, so that a hit is a hit.
final class EvidenceSearch {
    let store: Store
    let keys: EvidenceKeys
    let seal: RecordSeal
    private let index: SearchIndex
    /// Candidates of one shard that are compared before the page ends, full or not.
    private let candidatesAtMost: Int
    private var text: [UInt8] = []
    private var folded: [UInt8] = []

    init(store: Store, index: SearchIndex, keys: EvidenceKeys, candidatesAtMost: Int = 4_000) {
        self.candidatesAtMost = candidatesAtMost
        self.store = store
        self.keys = keys
        self.index = index
        seal = keys.seal()
    }

    /// Records that are read between two looks at whether anybody still waits: a few milliseconds.
    static let recordsPerLook = 256
    /// Characters around a hit that are shown.
    static let snippetReach = 90

    /// - Throws: a refusal for a text that cannot be searched for, `CancellationError`, or a fault.
    func page(_ query: EvidenceQuery, _ cancellation: Cancellation) throws -> EvidencePage {
        let wanted = try Wanted(query)
        let start = try store.readWaiting { transaction in
            (
                size: try transaction.logHead().size,
                source: try query.workflow.map { try transaction.source($0)?.number }
            )
        }
        var page = Draft(query: query, end: min(start.size, query.below))
        // A workflow that has sent nothing has nothing that could be found.
        if let source = start.source, source == nil { return page.finished() }
        page.source = start.source ?? nil
        guard page.end > 0 else { return page.finished() }
        if wanted.isOfRows {
            try list(wanted, &page, cancellation)
            return page.finished()
        }
        for number in (0...SearchShard.number(of: page.end - 1)).reversed() {
            try cancellation.check()
            try look(into: number, wanted, &page, cancellation)
            if page.isFull { break }
        }
        return page.finished()
    }

    /// Without a text or a facet the database itself finds what fits, and passes over the rest.
    private func list(
        _ wanted: Wanted, _ page: inout Draft, _ cancellation: Cancellation
    ) throws {
        let filter = page.filter
        var end = page.end
        while true {
            try cancellation.check()
            let below = end
            let rows = try store.readWaiting { transaction in
                try transaction.evidenceNewest(filter, below: below, limit: Self.recordsPerLook)
            }
            for row in rows {
                let body = try store.readWaiting { try $0.evidenceBody(row.index) }
                let missed = page.coverage.erased + page.coverage.unreadable
                try compare(row, body, wanted, &page)
                if page.coverage.erased + page.coverage.unreadable == missed {
                    page.coverage.scanned += 1
                }
                if page.isFull { return try count(from: row.index, &page) }
                try cancellation.check()
            }
            guard rows.count == Self.recordsPerLook, let last = rows.last?.index else { break }
            end = last
        }
        try count(from: 0, &page)
    }

    /// What was examined down to `index`, with what the database passed over.
    private func count(from index: UInt64, _ page: inout Draft) throws {
        let (source, end) = (page.source, page.end)
        let records = try store.readWaiting { transaction in
            try transaction.evidenceCount(from: index, below: end, source: source)
        }
        let missed = page.coverage.erased + page.coverage.unreadable
        page.coverage.examined = max(0, records - missed)
        page.coverage.fromIndex = index
    }

    /// One stretch of the log: what the shard lacks is read first, as it is newer.
    private func look(
        into number: UInt64, _ wanted: Wanted, _ page: inout Draft, _ cancellation: Cancellation
    ) throws {
        let first = number * SearchShard.width
        let end = min(page.end, first + SearchShard.width)
        let canAsk = wanted.words.allSatisfy { !($0 + wanted.facets + page.facets).isEmpty }
        let shard =
            page.query.isEverything || wanted.words.isEmpty || !canAsk ? nil : index.shard(number)
        let extent = try shard?.extent()
        let through = min(end, max(first, extent?.through ?? first))
        if through < end { try scan(from: through, to: end, wanted, &page, cancellation) }
        if page.isFull { return }
        guard let shard, through > first else {
            page.coverage.fromIndex = first
            return
        }
        page.coverage.indexedThrough = max(page.coverage.indexedThrough, through)
        let (candidates, cut) = try candidates(of: shard, below: through, wanted, page)
        for index in candidates {
            try cancellation.check()
            let found = try store.readWaiting { transaction in
                try transaction.evidenceBodies(from: index, below: index + 1, limit: 1).first
            }
            // What is gone is counted for the whole stretch below.
            if let found, found.body != nil { try compare(found.row, found.body, wanted, &page) }
            if page.isFull {
                page.coverage.fromIndex = index
                return
            }
        }
        page.coverage.examined += extent?.records ?? 0
        page.coverage.erased += try store.readWaiting {
            try $0.evidenceGoneCount(from: first, to: through)
        }
        page.coverage.fromIndex = first
        // Too common to compare all at once: the next page goes on behind the last of them.
        if let cut { page.stop(at: cut) }
    }

    /// Records of a shard that may hold what is wanted, newest first.
    ///
    /// Where there are too many, only those from `cut` on are given: each way of writing it has
    /// been looked for down to there.
    private func candidates(
        of shard: SearchShard, below through: UInt64, _ wanted: Wanted, _ page: Draft
    ) throws -> (candidates: [UInt64], cut: UInt64?) {
        var candidates: Set<UInt64> = []
        var cut: UInt64?
        for alternative in wanted.words {
            let found = try shard.candidates(
                alternative + wanted.facets + page.facets, below: through,
                limit: candidatesAtMost)
            if found.count >= candidatesAtMost, let last = found.last { cut = max(cut ?? 0, last) }
            candidates.formUnion(found)
        }
        return (candidates.filter { $0 >= cut ?? 0 }.sorted(by: >), cut)
    }

    /// Reads records one by one, backwards in pieces, so that the newest come first.
    private func scan(
        from: UInt64, to: UInt64, _ wanted: Wanted, _ page: inout Draft,
        _ cancellation: Cancellation
    ) throws {
        var end = to
        while end > from {
            try cancellation.check()
            let source = page.source
            let below = end
            let rows = try store.readWaiting { transaction in
                try transaction.evidenceNewest(
                    below: below, source: source, limit: Self.recordsPerLook)
            }.filter { $0.index >= from }
            for row in rows {
                let body =
                    page.passes(row)
                    ? try store.readWaiting { try $0.evidenceBody(row.index) } : nil
                let missed = page.coverage.erased + page.coverage.unreadable
                if page.passes(row) { try compare(row, body, wanted, &page) }
                if page.coverage.erased + page.coverage.unreadable == missed {
                    page.coverage.examined += 1
                    page.coverage.scanned += 1
                }
                page.coverage.fromIndex = row.index
                if page.isFull { return }
                try cancellation.check()
            }
            guard rows.count == Self.recordsPerLook, let last = rows.last?.index else { break }
            end = last
        }
        page.coverage.fromIndex = from
    }

    private func compare(
        _ row: EvidenceRow, _ body: SealedBody?, _ wanted: Wanted, _ page: inout Draft
    ) throws {
        guard page.passes(row) else { return }
        guard let body else {
            let end = try store.readWaiting { try $0.evidenceGone(row.index)?.why }
            page.coverage.erased += 1
            // Without a text to compare, what is gone is shown as what it is.
            guard wanted.automaton == nil, wanted.facets.isEmpty else { return }
            page.hits.append(try hit(row, nil, end, nil))
            return
        }
        guard let groups = try? seal.groups(body, leaf: row.leaf),
            let first = groups.first, let envelope = try? Envelope(canonical: first)
        else {
            page.coverage.unreadable += 1
            return
        }
        guard wanted.fits(envelope) else { return }
        guard let automaton = wanted.automaton else {
            page.hits.append(try hit(row, envelope, nil, nil))
            return
        }
        if page.query.isEverything {
            IndexedRecord.foldAll(groups, text: &text, folded: &folded)
        } else {
            IndexedRecord.fold(groups, text: &text, folded: &folded)
        }
        var isFound = false
        automaton.scan(folded) { _, _ in isFound = true }
        guard isFound else { return }
        page.hits.append(try hit(row, envelope, nil, Snippet.around(automaton, in: text)))
    }

    private func hit(
        _ row: EvidenceRow, _ envelope: Envelope?, _ end: EvidenceEnd?, _ snippet: String?
    ) throws -> EvidenceHit {
        let workflow =
            try envelope?.workflow
            ?? store.readWaiting { try $0.source(row.source)?.key } ?? "\(row.source)"
        return EvidenceHit(
            row: row, workflow: workflow, envelope: envelope, end: end?.rawValue, snippet: snippet)
    }
}

/// What is looked for, prepared once.
private struct Wanted {
    let automaton: TermAutomaton?
    /// Words that the index is asked for, one list for each way of writing it; one empty list when
    /// only facets are asked for, none when the index cannot help.
    let words: [[String]]
    let facets: [String]
    /// Whether the rows say by themselves what fits, so that no words have to be compared.
    var isOfRows: Bool { automaton == nil && facets.isEmpty }
    private let query: EvidenceQuery

    init(_ query: EvidenceQuery) throws {
        self.query = query
        var facets: [String] = []
        if let model = query.model { facets.append(Facet.model(model)) }
        if let actor = query.actor { facets.append(Facet.actor(actor)) }
        if let target = query.target { facets.append(Facet.target(target)) }
        if let kind = query.kind, query.text != nil || !facets.isEmpty {
            facets.append(Facet.kind(kind))
        }
        self.facets = facets
        guard let text = query.text else {
            automaton = nil
            words = facets.isEmpty ? [] : [[]]
            return
        }
        let set: TermSet
        do {
            set = try TermSet(lines: text.replacing("\n", with: " "))
        } catch {
            throw Refusal(
                .invalidInput, "This cannot be searched for: \(error.problems[0].message)",
                blockers: [Blocker("q", error.problems[0].message, pointer: "/q")])
        }
        automaton = TermAutomaton(set)
        words = set.terms[0].spellings.map(IndexWords.of)
    }

    /// Whether what the envelope says is what was asked for; facets of the index are hashes.
    func fits(_ envelope: Envelope) -> Bool {
        func isSame(_ wanted: String?, _ value: String?) -> Bool {
            wanted.map { Facet.folded($0) == Facet.folded(value ?? "") } ?? true
        }
        return isSame(query.model, envelope.model) && isSame(query.actor, envelope.actor)
            && isSame(query.target, envelope.target)
    }
}

/// The words of a folded text that the index can be asked for.
enum IndexWords {
    /// Runs of letters and digits; a word with anything else in it is left to the comparison with
    /// the record.
    static func of(_ folded: [UInt8]) -> [String] {
        folded.split(separator: UInt8(ascii: " ")).compactMap { word in
            let text = String(decoding: word, as: UTF8.self)
            let isPlain = text.unicodeScalars.allSatisfy {
                $0.properties.isAlphabetic || $0.properties.numericType != nil
            }
            return isPlain ? text : nil
        }
    }
}

/// A page while it is being filled.
private struct Draft {
    let query: EvidenceQuery
    let end: UInt64
    var source: Int?
    var hits: [EvidenceHit] = []
    var coverage: EvidenceCoverage
    private var stopped: UInt64?

    init(query: EvidenceQuery, end: UInt64) {
        self.query = query
        self.end = end
        coverage = EvidenceCoverage(fromIndex: end, toIndex: end, indexedThrough: 0)
    }

    var isFull: Bool { hits.count >= query.limit || stopped != nil }

    /// What the rows have to be.
    var filter: EvidenceFilter {
        EvidenceFilter(source: source, kind: query.kind, from: query.from, to: query.to)
    }

    var facets: [String] { source.map { [Facet.workflow($0)] } ?? [] }

    mutating func stop(at index: UInt64) { stopped = index }

    /// Whether the row alone does not rule the record out.
    func passes(_ row: EvidenceRow) -> Bool {
        if let source, row.source != source { return false }
        if let kind = query.kind, row.kind != kind { return false }
        if let from = query.from, row.at < from { return false }
        if let to = query.to, row.at > to { return false }
        return true
    }

    func finished() -> EvidencePage {
        let last = stopped ?? (isFull ? hits.last?.row.index : nil)
        return EvidencePage(
            hits: hits, coverage: coverage, next: last.flatMap { $0 > 0 ? $0 : nil })
    }
}

/// The words around a hit, as they were written.
enum Snippet {
    static func around(_ automaton: TermAutomaton, in text: [UInt8]) -> String? {
        guard let place = automaton.places(in: text).first else { return nil }
        let reach = EvidenceSearch.snippetReach
        var start = max(0, place.range.lowerBound - reach)
        var end = min(text.count, place.range.upperBound + reach)
        // Never in the middle of a character of several bytes.
        while start > 0, text[start] & 0xC0 == 0x80 { start -= 1 }
        while end < text.count, text[end] & 0xC0 == 0x80 { end += 1 }
        let words = String(decoding: text[start..<end], as: UTF8.self)
        return (start > 0 ? "…" : "") + words + (end < text.count ? "…" : "")
    }
}
