import CordonCore
import CordonOperations
import HTTPTypes

/// The journal for those who check what was done.
enum AuditPages {
    static let all: [Page] = [journal]

    private static let linesAtMost = 25

    private static let journal = Page(.get, PagePaths.audit, .readJournal) { visit in
        let query = visit.exchange.query
        let stream = query["stream"] ?? ""
        let before = query["before"].flatMap { UInt64($0) }
        let witnesses = visit.exchange.operations.witnessKeys
        let permissions = Set(Permission.allCases.filter(visit.may))
        let page = try await visit.exchange.operations.ask(visit.exchange.asCaller) { work in
            let checkpoint = try work.checkpoint().flatMap { AuditPage.State(note: $0) }
            var cosigned: AuditPage.State?
            if !witnesses.isEmpty, let note = try work.checkpoint(cosignedBy: witnesses) {
                cosigned = AuditPage.State(note: note)
            }
            let size = checkpoint?.size ?? 0
            let found = try BackwardsJournal(
                work: work, stream: stream.isEmpty ? nil : stream, limit: linesAtMost
            ).lines(below: min(before ?? size, size))
            return AuditPage(
                lines: try found.lines.map(line), stream: stream, isNewest: before == nil,
                older: found.older, checkpoint: checkpoint, cosigned: cosigned,
                witnesses: witnesses.count, permissions: permissions)
        }
        return visit.page(page)
    }

    private static func line(_ line: JournalLine) throws -> AuditPage.Line {
        let item = try JournalItemView(line)
        return AuditPage.Line(
            index: line.index, at: line.at, by: item.actor, stream: line.stream, kind: line.kind,
            cause: line.cause, leaf: line.leaf, event: JSONPlace(item.event))
    }
}

/// Goes through the journal from its end, though it is read by index from any place on.
///
/// A stretch of the log may hold evidence alone, so the stretch that is read grows until enough
/// entries are in it.
struct BackwardsJournal {
    let work: Work
    let stream: String?
    /// Entries that are wanted.
    let limit: Int

    /// Places of the first stretch; with every entry of it in the journal that is enough.
    private static let firstStretch: UInt64 = 64
    /// Entries that one look takes in, whatever the stretch.
    private static let linesAtOnce = 1_000

    /// The entries below a place, newest first, and below which place there may be more.
    func lines(below end: UInt64) throws -> (lines: [JournalLine], older: UInt64?) {
        var end = end
        var width = Self.firstStretch
        var known: (lines: [JournalLine], from: UInt64) = ([], end)
        while end > 0 {
            let from = end > width ? end - width : 0
            let found = try work.journalLines(
                from: from, below: end, stream: stream, limit: Self.linesAtOnce)
            if found.count == Self.linesAtOnce {
                // The newest of them may lie behind what was read: the stretch grew too far.
                if !known.lines.isEmpty { return (known.lines.reversed(), known.from) }
                end = known.from
                width = Self.firstStretch
                known = ([], end)
                continue
            }
            if found.count >= limit {
                let newest = Array(found.suffix(limit))
                let more = found.count > limit || from > 0
                return (newest.reversed(), more ? newest.first?.index : nil)
            }
            if from == 0 { return (found.reversed(), nil) }
            known = (found, from)
            width *= 4
        }
        return ([], nil)
    }
}
