import CordonAPI
import CordonCore

/// One record of evidence: what it says, how it is proved, and what stands around it.
package struct RecordPage: PageModel, Sendable {
    let record: RecordView
    let conversation: RecordConversation
    /// For what is gone: how that came about.
    let end: End?
    /// Records of the same session or trace, in the order of the log.
    let neighbours: [RecordSummaryView]
    /// Who has looked at it; `nil` for those who may not read the journal.
    let custody: Custody?
    /// The commitments of the parts in their order; `nil` when they were not asked for.
    let commitments: [String]?

    /// Why a record's content is gone.
    struct End: Sendable {
        let at: Instant
        let by: String
        /// The legal basis of an erasure.
        let basis: String?
        /// The request for erasure.
        let request: String?
        /// The class whose time was over.
        let retention: String?
    }

    struct Custody: Sendable {
        /// The newest first.
        let looks: [Look]
        /// Whether there were more entries of the journal than were gone through.
        let isPartial: Bool

        struct Look: Sendable {
            let by: String
            let at: Instant
        }
    }

    /// Bytes of words that the page shows, unless somebody wants the whole.
    static let shownAtMost = 18_000
    static let wholeAtMost = 2_000_000
    static let jsonAtMost = 9_000

    package var content: PageContent {
        PageContent(
            "One record of evidence", in: .evidence,
            [
                "<h1>\(say: EvidenceWords.kind(record.kind)), \(HTML.time(record.at))</h1>",
                EvidenceTab.row(nil), state, RecordFacts(record).html, said, around,
                ComparisonPage.section(record.id), RecordProof(record, commitments).html, looks,
                json,
            ])
    }

    // MARK: What became of it

    private var state: HTML {
        if let end { return gone(end) }
        guard !record.holds.isEmpty else {
            return HTML.paragraph(
                "No hold covers it: it is deleted when the time that its workflow sets is over.")
        }
        let path = PagePaths.asking(
            PagePaths.evidenceHolds, [(name: "workflow", value: record.workflow)])
        let badge = Badge(.good, "■", "Held").html
        let words = HTML.say("\(record.holds.count) holds cover it: it cannot be deleted.")
        return """
            <p class="badges">\(badge)</p>
            <p>\(words) \(HTML.link(path, "Show the holds"))</p>
            """
    }

    private func gone(_ end: End) -> HTML {
        var facts: [(name: Phrase, value: HTML)] = [
            (name: "When", value: HTML.time(end.at)), (name: "By", value: HTML.said(end.by)),
        ]
        if let basis = end.basis {
            facts.append((name: "Legal basis", value: HTML.said(basis)))
        }
        if let retention = end.retention {
            facts.append((name: "Retention class", value: HTML.said(retention)))
        }
        if let request = end.request {
            facts.append(
                (name: "Request", value: HTML.link(PagePaths.erasure(request), "Show it")))
        }
        return .section(
            "gone", "The content is gone",
            [
                "<p class=\"badges\">\(EvidenceWords.state(record.state))</p>",
                HTML.facts(facts),
                HTML.paragraph(
                    """
                    What remains is its place in the log, its time, its workflow and its hash, so \
                    that the log stays whole and provable.
                    """),
            ])
    }

    // MARK: What it says

    private var said: HTML {
        guard record.groups != nil else { return .nothing }
        var parts = conversation.html
        if parts.isEmpty {
            parts.append(HTML.paragraph("It has no words, only what stands above."))
        }
        if conversation.isCut {
            let path = PagePaths.asking(
                PagePaths.record(record.id), [(name: "whole", value: "yes")])
            parts.append(
                """
                <p>\(say: "The text is long and cut off here.") \
                \(HTML.link(path, "Show all of it"))</p>
                """)
        }
        return .section("said", "What was said and done", parts)
    }

    private var around: HTML {
        guard record.groups != nil else { return .nothing }
        if neighbours.isEmpty {
            return .section(
                "around", "Around it in the same run",
                [
                    HTML.paragraph(
                        """
                        No other record near it in the log names the same session or trace.
                        """)
                ])
        }
        let lines = neighbours.map { record -> HTML in
            let path = PagePaths.asking(
                PagePaths.comparison(self.record.id), [(name: "with", value: record.id)])
            let words: HTML = """
                \(say: EvidenceWords.kind(record.kind)), \(HTML.time(record.at))
                """
            return """
                <a href="\(PagePaths.record(record.id))">\(words)</a> \
                \(HTML.link(path, "Compare"))
                """
        }
        return .section("around", "Around it in the same run", [HTML.list(lines)])
    }

    // MARK: Who looked, and the whole

    private var looks: HTML {
        guard let custody else { return .nothing }
        let path = PagePaths.asking(
            PagePaths.audit, [(name: "stream", value: "evidence/\(record.workflow)")])
        var parts: [HTML] = [
            HTML.list(custody.looks.map { "\(HTML.said($0.by)), \(HTML.time($0.at))" as HTML })
        ]
        if custody.isPartial {
            parts.append(HTML.hint("There are more entries than were gone through for this list."))
        }
        parts.append("<p>\(HTML.link(path, "Everything about this workflow’s evidence"))</p>")
        return .section("custody", "Who has looked at it", parts)
    }

    private var json: HTML {
        guard let groups = record.groups else { return .nothing }
        let shown = IndentedJSON(.object(groups), limit: Self.jsonAtMost)
        let path = Paths.root + PagePaths.record(record.id)
        let cut: HTML = shown.isCut ? HTML.hint("The end is left out here.") : .nothing
        return """
            <details>
            <summary>\(say: "All of it as JSON")</summary>
            \([HTML.exact(shown.text), cut])
            <p>\(HTML.link(path, "The whole record for programs"))</p>
            </details>
            """
    }
}

/// What stands on a record's cover sheet.
struct RecordFacts {
    let record: RecordView

    init(_ record: RecordView) { self.record = record }

    private var envelope: JSONPlace {
        JSONPlace(record.groups?[GroupName.envelope.rawValue])
    }

    var html: HTML {
        let path = PagePaths.workflow(record.workflow)
        var facts: [(name: Phrase, value: HTML)] = [
            (name: "Workflow", value: "<a href=\"\(path)\">\(HTML.said(record.workflow))</a>"),
            (name: "When, as the sender says", value: HTML.time(record.at)),
            (name: "Received", value: HTML.time(record.receivedAt)),
        ]
        if let ended = envelope["ended_at"].text {
            facts.append((name: "Ended", value: HTML.time(ended)))
        }
        let named: [(name: Phrase, member: String)] = [
            (name: "Model", member: "model"), (name: "On whose behalf", member: "actor"),
            (name: "About", member: "target"), (name: "Session or run", member: "session"),
            (name: "Trace", member: "trace"), (name: "Step of the trace", member: "span"),
            (name: "Outcome", member: "status"), (name: "Came by", member: "source"),
            (name: "The sender’s name for it", member: "key"),
        ]
        for (name, member) in named {
            if let text = envelope[member].text {
                facts.append((name: name, value: HTML.said(text)))
            }
        }
        if let asked = envelope["tokens_in"].number, let answered = envelope["tokens_out"].number {
            facts.append(
                (name: "Length in tokens", value: HTML.say("\(asked) in, \(answered) out")))
        }
        if let number = envelope["sequence"].number {
            let source = HTML.said(envelope["sequence_source"].text ?? "")
            facts.append(
                (name: "The sender’s count", value: HTML.say("Number \(number) of \(source)")))
        }
        facts.append((name: "Id", value: "<code>\(record.id)</code>"))
        return "\([HTML.facts(facts), shortfalls])"
    }

    private var shortfalls: HTML {
        let lacking = envelope["shortfalls"].texts
        if lacking.isEmpty { return .nothing }
        return """
            <div class="hint">
            <p>\(say: "What this record lacks:")</p>
            \(HTML.list(lacking.map { HTML.say(EvidenceWords.gap($0)) }))
            </div>
            """
    }
}

/// Where a record stands in the log, and what proves it.
struct RecordProof {
    let record: RecordView
    let commitments: [String]?

    init(_ record: RecordView, _ commitments: [String]?) {
        self.record = record
        self.commitments = commitments
    }

    var html: HTML {
        .section(
            "proof", "How it is proved",
            [
                HTML.paragraph(
                    """
                    The record is an entry of a log that only grows. Its hash, the hashes on the \
                    way and the signed state of the log show that nobody has changed it since.
                    """),
                HTML.facts([
                    (name: "Place in the log", value: "\(String(record.index))"),
                    (name: "Hash of the entry", value: "<code>\(record.proof.leaf)</code>"),
                    (name: "Hashes on the way", value: "\(record.proof.hashes.count)"),
                ]),
                HTML.list([
                    HTML.link(PagePaths.logReceipt(record.index), "Receipt of this entry"),
                    HTML.link(PagePaths.logKey, "The key that verifies it"),
                ]),
                parts, checkpoint,
            ])
    }

    /// One commitment for each part, so that a part can be shown or kept back alone.
    private var parts: HTML {
        guard let commitments else {
            let path = PagePaths.asking(
                PagePaths.record(record.id), [(name: "commitments", value: "yes")])
            return "<p>\(HTML.link(path + "#proof", "Show the commitment to each part"))</p>"
        }
        let names = JSONPlace(record.groups?[GroupName.envelope.rawValue])["groups"].texts
        let rows = commitments.enumerated().map { offset, commitment -> [HTML] in
            let name: HTML =
                names.indices.contains(offset)
                ? HTML.say(EvidenceWords.group(names[offset])) : HTML.say("Part \(offset + 1)")
            return [name, "<code>\(commitment)</code>"]
        }
        return HTML.table("Commitment to each part", ["Part", "Commitment"], rows)
    }

    private var checkpoint: HTML {
        """
        <details>
        <summary>\(say: "The signed state of the log that it is proved against")</summary>
        \(HTML.exact(record.proof.checkpoint))
        </details>
        """
    }
}
