import CordonAPI
import CordonCore

/// The journal, newest first, and the signed state of the log that it stands in.
package struct AuditPage: PageModel, Sendable {
    let lines: [Line]
    /// What the entries have to belong to; empty for all.
    let stream: String
    /// Whether the newest ones are on the page.
    let isNewest: Bool
    /// The place below which older entries are.
    let older: UInt64?
    let checkpoint: State?
    /// The newest state that every witness has cosigned.
    let cosigned: State?
    /// How many witnesses the server asks.
    let witnesses: Int
    /// What the reader may do, so that no link is refused to them.
    var permissions = Set(Permission.allCases)

    /// One entry of the journal.
    struct Line: Sendable {
        let index: UInt64
        let at: Instant
        let by: String
        let stream: String
        let kind: String
        let cause: String
        let leaf: String
        let event: JSONPlace
    }

    /// A signed state of the log.
    struct State: Sendable {
        let size: UInt64
        /// Base64, as the note has it.
        let root: String
        /// Who signed: the log itself, then its witnesses.
        let signers: [String]
        let note: String
    }

    package var content: PageContent {
        PageContent(
            "Audit", in: .audit,
            [
                "<h1>\(say: "Audit")</h1>",
                HTML.paragraph(
                    """
                    Every decision and every look at evidence, in a journal that only grows. \
                    Nothing in it is ever changed or removed.
                    """),
                state, filter, journal,
            ])
    }

    // MARK: The log

    private var state: HTML {
        guard let checkpoint else {
            return .section("log", "The log", [HTML.paragraph("There is no entry yet.")])
        }
        let size = Int(clamping: checkpoint.size)
        var facts: [(name: Phrase, value: HTML)] = [
            (name: "Size, evidence included", value: HTML.say("\(size) entries")),
            (name: "Root of the tree", value: "<code>\(checkpoint.root)</code>"),
            (name: "Signed by", value: HTML.said(checkpoint.signers.joined(separator: ", "))),
            (name: "Witnesses", value: witnessed),
        ]
        if let cosigned {
            let names = HTML.said(cosigned.signers.dropFirst().joined(separator: ", "))
            facts.append((name: "Cosigned by", value: names))
        }
        let stopped: HTML = "<code>cordon fsck</code>"
        let offline: HTML = "<code>cordon verify</code>"
        return .section(
            "log", "The log",
            [
                HTML.facts(facts),
                HTML.paragraph(
                    """
                    To verify it yourself, run \(offline) on a checkpoint, receipt or bundle with \
                    the key below, on any computer; \(stopped) checks the whole store while the \
                    server is stopped.
                    """),
                HTML.list([
                    HTML.link(PagePaths.logKey, "The key that verifies it"),
                    HTML.link(PagePaths.logCheckpoint, "The newest signed state"),
                ]),
                """
                <details>
                <summary>\(say: "The signed note")</summary>
                \(HTML.exact(checkpoint.note))
                </details>
                """,
            ])
    }

    private var witnessed: HTML {
        if witnesses == 0 {
            return HTML.say(
                """
                None. Without one, whoever controls the server could show different logs to \
                different people.
                """)
        }
        guard let cosigned else {
            return HTML.say("\(witnesses) are asked; none of the states has all signatures yet.")
        }
        let size = Int(clamping: cosigned.size)
        return HTML.say("\(witnesses) have cosigned the log up to entry \(size).")
    }

    // MARK: The journal

    private var filter: HTML {
        let field = FormField(
            id: "audit-stream", name: "stream", label: "What the entries belong to",
            hint: """
                Such as incident/INC-2026-0001, workflow/KEY, evidence/KEY, policy or sign-in; \
                empty for everything.
                """, isOptional: true)
        return """
            <form class="filters" method="get" action="\(PagePaths.audit)" \
            aria-label="\(say: "Which entries are listed")">
            \(field.line(.init(value: stream, isExact: true)))
            <button class="quiet" type="submit">\(say: "Show")</button>
            </form>
            """
    }

    private func path(before place: UInt64? = nil) -> String {
        PagePaths.asking(
            PagePaths.audit,
            [
                (name: "stream", value: stream),
                (name: "before", value: place.map { "\($0)" } ?? ""),
            ])
    }

    private var journal: HTML {
        var parts: [HTML] = []
        if lines.isEmpty {
            parts.append(
                HTML.paragraph(
                    """
                    No entry was found here. Look at older ones, or check how you wrote what they \
                    belong to.
                    """))
        } else {
            parts.append("<ol class=\"cards\">\n\(lines.map(card))\n</ol>")
        }
        var links: [HTML] = []
        if !isNewest { links.append(HTML.link(path(), "The newest entries")) }
        if let older { links.append(HTML.link(path(before: older), "Older entries")) }
        if !links.isEmpty { parts.append("<p class=\"toolbar\">\(links)</p>") }
        return .section("journal", "The journal, the newest first", parts)
    }

    /// Bytes of an entry's JSON on the page.
    private static let jsonAtMost = 700

    private func card(_ line: Line) -> HTML {
        let json = line.event.value.map { IndentedJSON($0, limit: Self.jsonAtMost) }
        let detail: HTML = JournalWords.detail(line.event).map(HTML.prose) ?? .nothing
        let place: HTML =
            page(of: line.stream).map { "<a href=\"\($0)\">\(line.stream)</a>" }
            ?? "\(line.stream)"
        let leaf: HTML = "<code>\(line.leaf)</code>"
        let origin = HTML.hint("Caused by \(HTML.said(line.cause)). Hash: \(leaf)")
        return """
            <li>
            <h3>\(say: JournalWords.words(line.stream, line.kind))</h3>
            <p>\(HTML.time(line.at)) · \(HTML.said(line.by)) · \(place)</p>
            \([detail])
            <details>
            <summary>\(say: "Entry \(String(line.index)) as it is kept")</summary>
            \([HTML.exact(json?.text ?? "{}"), whole(line, isCut: json?.isCut == true), origin])
            </details>
            </li>
            """
    }

    /// The page of what an entry belongs to, if it has one that the reader may see.
    private func page(of stream: String) -> String? {
        let needed: Permission? =
            switch stream.prefix(while: { $0 != "/" }) {
            case "evidence", "hold", "erasure": .readEvidence
            case "incident": .readIncidents
            case "approval": .readApprovals
            default: nil
            }
        if let needed, !permissions.contains(needed) { return nil }
        return JournalWords.path(stream)
    }

    /// Where the whole of a long entry is.
    private func whole(_ line: Line, isCut: Bool) -> HTML {
        guard isCut else { return .nothing }
        let path = PagePaths.asking(
            Paths.root + "/journal",
            [(name: "after", value: "\(line.index)"), (name: "limit", value: "1")])
        return "<p>\(HTML.link(path, "The whole entry for programs"))</p>"
    }
}

extension AuditPage.State {
    /// Reads a signed note; `nil` when it is none.
    init?(note: String) {
        let lines = note.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        guard lines.count > 3, let size = UInt64(lines[1]) else { return nil }
        self.init(
            size: size, root: lines[2],
            signers: lines.filter { $0.hasPrefix("— ") }.map { line in
                String(line.dropFirst(2).prefix { $0 != " " })
            }, note: note)
    }
}
