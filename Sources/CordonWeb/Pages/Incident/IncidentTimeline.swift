import CordonCore
import CordonOperations

/// One thing that happened to an incident, as the journal has it.
struct TimelineLine: Sendable {
    let index: UInt64
    let at: Instant
    let who: String
    let event: IncidentEvent

    /// In few words, for the incident's own page.
    var brief: HTML {
        "\(HTML.time(at)) \(HTML.said(who)): \(say: event.words)"
    }

    /// With what was said.
    var whole: HTML {
        guard let detail = event.detail, !detail.isEmpty else { return brief }
        return "\([brief, HTML.prose(String(detail.prefix(600)))])"
    }
}

extension TimelineLine {
    init(_ line: JournalLine) throws {
        let entry = try Canonical.read(JournalEntry<IncidentEvent>.self, from: line.body)
        self.init(index: line.index, at: line.at, who: entry.actor.name, event: entry.event)
    }

    /// Lines that the incident's page shows.
    private static let shownAtMost = 100
    /// An incident with more events than that is looked through on the page of its timeline.
    private static let readAtMost = 5_000

    /// The newest, the oldest of them first; the journal is read from its beginning.
    static func newest(of incident: Incident, _ work: Work) throws -> [TimelineLine] {
        guard incident.version <= readAtMost else { return [] }
        return try work.journalLines(
            from: 0, stream: "incident/\(incident.number)", limit: readAtMost
        ).suffix(shownAtMost).map { try TimelineLine($0) }
    }
}

extension IncidentPage {
    /// The newest first: what has just happened is what one looks for.
    var timelinePart: HTML {
        let lines = timeline.reversed().map(\.brief)
        let count = incident.version
        let whole = HTML.link(PagePaths.timeline(incident.number), "The whole timeline")
        let sentence =
            count > lines.count
            ? HTML.paragraph("The newest of \(count) entries. \(whole)")
            : HTML.paragraph("Everything that was recorded, the newest first. \(whole)")
        return HTML.section(
            IncidentPart.timeline.rawValue, "Timeline",
            [TimelineChart(points: moments).html, sentence, HTML.list(lines)])
    }

    /// What the response is measured by, as far as it is known.
    private var moments: [(Phrase, Instant)] {
        let stated = Moment.allCases.compactMap { moment -> (Phrase, Instant)? in
            let last = incident.times.last { $0.moment == moment.rawValue }
            return last.flatMap { Instant(rfc3339: $0.time) }.map {
                (IncidentWords.moment(moment.rawValue), $0)
            }
        }
        let later: [(Phrase, String?)] = [
            ("Proved everywhere", incident.containedAt), ("Restarted", incident.restartedAt),
            ("Closed", incident.closedAt),
        ]
        return stated
            + later.compactMap { words, text in
                text.flatMap { Instant(rfc3339: $0) }.map { (words, $0) }
            }
    }
}

/// Everything that happened to one incident, in the order of the journal.
package struct IncidentTimelinePage: PageModel, Sendable {
    let number: String
    let lines: [TimelineLine]
    /// How many entries there are in all.
    let count: Int
    /// Where the next page begins.
    var next: UInt64?

    /// Lines of one page.
    static let linesAtMost = 50

    package var content: PageContent {
        PageContent(
            "Timeline of incident \(number)", in: .incidents,
            [
                "<h1>\(say: "Timeline of incident \(number)")</h1>",
                HTML.paragraph(
                    "\(count) entries, the oldest first. Nothing in it can be changed or removed."),
                list, ways,
            ])
    }

    private var list: HTML {
        if lines.isEmpty { return HTML.paragraph("Nothing more has happened.") }
        let items = lines.map { "<li>\($0.whole)</li>" as HTML }
        return "<ol class=\"plain\">\n\(items)\n</ol>"
    }

    private var ways: HTML {
        var links = [HTML.link(PagePaths.incident(number, .timeline), "Back to the incident")]
        if let next {
            let path = PagePaths.timeline(number) + "?after=\(next)"
            links.append(HTML.link(path, "Later entries"))
        }
        return "<p class=\"toolbar\">\n\(links)\n</p>"
    }
}
