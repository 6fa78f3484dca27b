import CordonCore
import CordonLedger
import CordonOperations
import HTTPTypes

/// Finding evidence and reading it.
enum EvidencePages {
    static let all: [Page] = [search, record, comparison] + KeepingPages.all

    private static let search = Page(.get, PagePaths.evidence, .readEvidence) { visit in
        let asked = EvidenceSearchPage.Asked(visit.exchange.query)
        do {
            let found = try await visit.view(
                RecordPageView.self, "searchEvidence", query: question(asked, visit))
            return visit.page(EvidenceSearchPage(asked: asked, found: found, faults: []))
        } catch let refusal as Refusal where refusal.kind == .invalidInput {
            return visit.page(
                EvidenceSearchPage(asked: asked, found: nil, faults: Visit.faults(refusal)),
                status: 400)
        }
    }

    private static func question(
        _ asked: EvidenceSearchPage.Asked, _ visit: Visit
    ) -> [String: String] {
        let reading = visit.reading
        let from = reading.instant(fromField: asked.from)?.rfc3339 ?? asked.from
        var to = asked.to
        if let day = reading.instant(fromField: to), !to.contains("T") {
            // A day is meant with its evening.
            to = day.adding(days: 1).adding(milliseconds: -1).rfc3339
        }
        let named = [
            ("q", asked.text), ("workflow", asked.workflow), ("kind", asked.kind),
            ("model", asked.model), ("actor", asked.actor), ("target", asked.target),
            ("from", from), ("to", to), ("in", asked.isEverything ? "all" : ""),
            ("after", visit.exchange.query["after"] ?? ""),
        ]
        var question: [String: String] = [:]
        for (name, value) in named where !value.isEmpty { question[name] = value }
        return question
    }

    // MARK: One record

    private static let record = Page(.get, "/evidence/{id}", .readEvidence) { visit in
        let query = visit.exchange.query
        let record = try await visit.view(RecordView.self, "showRecord")
        let limit =
            query["whole"] == "yes" ? RecordPage.wholeAtMost : RecordPage.shownAtMost
        var looks: RecordPage.Custody?
        if visit.may(.readJournal) { looks = try await custody(of: record, visit) }
        var hashes: [String]?
        if query["commitments"] == "yes" { hashes = try await commitments(of: record, visit) }
        return visit.page(
            RecordPage(
                record: record,
                conversation: RecordConversation(record.groups ?? [:], limit: limit),
                end: try await end(of: record, visit),
                neighbours: try await neighbours(of: record, visit),
                custody: looks, commitments: hashes))
    }

    private static func end(of record: RecordView, _ visit: Visit) async throws -> RecordPage.End? {
        guard let event = record.event else { return nil }
        let line = try await visit.exchange.operations.ask(visit.exchange.asCaller) { work in
            try work.journalLines(from: event, stream: nil, limit: 1).first
        }
        guard let line else { return nil }
        let item = try JournalItemView(line)
        let parts = line.stream.split(separator: "/", maxSplits: 1).map(String.init)
        return RecordPage.End(
            at: line.at, by: item.actor, basis: JSONPlace(item.event)["executed"]["basis"].text,
            request: parts.first == "erasure" ? parts.last : nil,
            retention: JSONPlace(item.event)["expired"]["_0"]["retention"].text)
    }

    /// Places of the log behind a record in which its run is looked for.
    private static let placesBehind: UInt64 = 25
    private static let neighboursAtMost = 20

    /// Records near this one that name the same session, or else the same trace.
    private static func neighbours(
        of record: RecordView, _ visit: Visit
    ) async throws -> [RecordSummaryView] {
        let envelope = JSONPlace(record.groups?[GroupName.envelope.rawValue])
        let session = envelope["session"].text
        let trace = envelope["trace"].text
        guard session != nil || trace != nil, record.index > 0 else { return [] }
        var found: [UInt64: RecordSummaryView] = [:]
        for place in [record.index + placesBehind + 1, record.index] {
            let page = try await visit.view(
                RecordPageView.self, "searchEvidence",
                query: ["workflow": record.workflow, "after": "\(place)", "limit": "26"])
            for item in page.items where item.index != record.index {
                let isSame = session.map { item.session == $0 } ?? (item.trace == trace)
                if isSame { found[item.index] = item }
            }
        }
        // The nearest ones, where there are too many.
        let near = found.values.sorted {
            distance($0.index, record.index) < distance($1.index, record.index)
        }
        return near.prefix(neighboursAtMost).sorted { $0.index < $1.index }
    }

    private static func distance(_ one: UInt64, _ other: UInt64) -> UInt64 {
        one > other ? one - other : other - one
    }

    /// Entries of the journal that are gone through for those who looked at a record.
    private static let linesAtMost = 500
    private static let looksAtMost = 10

    private static func custody(
        of record: RecordView, _ visit: Visit
    ) async throws -> RecordPage.Custody {
        let id = record.id
        let from = record.index
        let stream = "evidence/\(record.workflow)"
        return try await visit.exchange.operations.ask(visit.exchange.asCaller) { work in
            let lines = try work.journalLines(from: from, stream: stream, limit: linesAtMost)
            var looks: [RecordPage.Custody.Look] = []
            for line in lines where line.kind == "viewed" {
                let item = try JournalItemView(line)
                if JSONPlace(item.event)["viewed"]["id"].text == id {
                    looks.append(RecordPage.Custody.Look(by: item.actor, at: line.at))
                }
            }
            return RecordPage.Custody(
                looks: Array(looks.suffix(looksAtMost).reversed()),
                isPartial: lines.count == linesAtMost)
        }
    }

    /// The commitments of the record's entry, out of the bundle of entries that the log gives.
    private static func commitments(
        of record: RecordView, _ visit: Visit
    ) async throws -> [String] {
        let width = UInt64(TilePath.fullWidth)
        let (bundle, place) = record.index.quotientAndRemainder(dividingBy: width)
        let bytes = try await visit.exchange.operations.ask(visit.exchange.asCaller) { work in
            try work.entryBundle(index: bundle, width: Int(place) + 1)
        }
        // Each entry stands behind its length in two bytes; this one is the last.
        var start = 0
        var entry: [UInt8] = []
        while start + 2 <= bytes.count {
            let end = start + 2 + (Int(bytes[start]) << 8) + Int(bytes[start + 1])
            guard end <= bytes.count else { break }
            entry = Array(bytes[(start + 2)..<end])
            start = end
        }
        return try LedgerEntry(bytes: entry).commitments.map(\.hex)
    }

    // MARK: Two records

    private static let comparison = Page(
        .get, "/evidence/{id}/compare", .readEvidence
    ) { visit in
        let query = visit.exchange.query
        let part = query["part"].flatMap(ComparisonPage.Part.init(rawValue:)) ?? .output
        let other = (query["with"] ?? "").filter { !$0.isWhitespace }
        let first = try await visit.view(RecordView.self, "showRecord")
        func page(_ second: RecordView?, _ faults: [FormFault]) -> ComparisonPage {
            ComparisonPage(
                id: first.id, with: other, part: part,
                other: second.map { ComparisonPage.Side($0) }, side: ComparisonPage.Side(first),
                difference: second.map { ComparisonPage.Outcome(first, $0, part) },
                faults: faults)
        }
        if other.isEmpty { return visit.page(page(nil, [])) }
        do {
            let second = try await visit.view(RecordView.self, "showRecord", ["id": other])
            return visit.page(page(second, []))
        } catch let refusal as Refusal where refusal.kind == .notFound {
            return visit.page(page(nil, [FormFault("with", refusal.detail)]), status: 400)
        }
    }
}

extension EvidenceSearchPage.Asked {
    init(_ query: [String: String]) {
        self.init(
            text: query["q"] ?? "", workflow: query["workflow"] ?? "", kind: query["kind"] ?? "",
            model: query["model"] ?? "", actor: query["actor"] ?? "",
            target: query["target"] ?? "", from: query["from"] ?? "", to: query["to"] ?? "",
            isEverything: query["in"] == "all")
    }
}
