/// Where somebody looks for evidence: the form, what was found, and how far was looked.
package struct EvidenceSearchPage: PageModel, Sendable {
    let asked: Asked
    /// `nil` when it cannot be searched for.
    let found: RecordPageView?
    let faults: [FormFault]

    /// What stands in the form, as it was typed.
    struct Asked: Equatable, Sendable {
        var text = ""
        var workflow = ""
        var kind = ""
        var model = ""
        var actor = ""
        var target = ""
        var from = ""
        var to = ""
        /// Whether what went in is searched as well.
        var isEverything = false

        /// The same as a page's address.
        func path(after place: String = "") -> String {
            PagePaths.asking(
                PagePaths.evidence,
                [
                    (name: "q", value: text), (name: "workflow", value: workflow),
                    (name: "kind", value: kind), (name: "model", value: model),
                    (name: "actor", value: actor), (name: "target", value: target),
                    (name: "from", value: from), (name: "to", value: to),
                    (name: "in", value: isEverything ? "all" : ""),
                    (name: "after", value: place),
                ])
        }
    }

    package var content: PageContent {
        PageContent(
            "Evidence", in: .evidence, hasFaults: !faults.isEmpty,
            [
                FaultSummary(faults: faults, ids: Self.ids).html,
                "<h1>\(say: "Evidence")</h1>", EvidenceTab.row(.search),
                HTML.paragraph(
                    """
                    What the workflows were asked, what came out, and what they did. That you look \
                    is kept in the journal, what you look for is not.
                    """),
                form, results,
            ])
    }

    // MARK: Form

    private static let names = [
        "q", "workflow", "kind", "model", "actor", "target", "from", "to", "in",
    ]

    private static let ids = Dictionary(uniqueKeysWithValues: names.map { ($0, "find-\($0)") })

    private var form: HTML {
        let clear: HTML =
            asked == Asked() ? .nothing : HTML.link(PagePaths.evidence, "Clear the form")
        return """
            <form class="filters" method="get" action="\(PagePaths.evidence)" \
            aria-label="\(say: "Find records")">
            \(fields)
            <button type="submit">\(say: "Find")</button>
            \([clear])
            </form>
            """
    }

    private func field(_ name: String, _ label: Phrase, hint: Phrase? = nil) -> FormField {
        FormField(
            id: "find-\(name)", name: name, label: label, hint: hint, isOptional: true,
            faults: faults)
    }

    private var fields: [HTML] {
        [
            field(
                "q", "Words or a name",
                hint: "In any spelling. * stands for any letters of a word, # for one digit."
            ).line(.init(type: "search", value: asked.text)),
            field("workflow", "Key of the workflow")
                .line(.init(value: asked.workflow, isExact: true)),
            field("kind", "What it is about").choice(EvidenceWords.kinds, selected: asked.kind),
            field("model", "Model").line(.init(value: asked.model, isExact: true)),
            field("actor", "On whose behalf").line(.init(value: asked.actor, isExact: true)),
            field("target", "Record or address that it was about")
                .line(.init(value: asked.target, isExact: true)),
            field("from", "From").date(asked.from), field("to", "Until").date(asked.to),
            field(
                "in", "Also in what went in",
                hint: "Takes longer: every record is read, because only what came out is indexed."
            ).checkbox("all", isChecked: asked.isEverything),
        ]
    }

    // MARK: Results

    private var results: HTML {
        guard let found else { return .nothing }
        var parts: [HTML] = []
        if found.items.isEmpty { parts.append(nothing) }
        if !found.items.isEmpty {
            parts.append("<ul class=\"cards\">\n\(found.items.map(RecordCard.html))\n</ul>")
        }
        if let next = found.next {
            parts.append("<p>\(HTML.link(asked.path(after: next), "Older records"))</p>")
        }
        parts.append(coverage(found.coverage))
        return .section("found", "Records", parts)
    }

    private var nothing: HTML {
        if asked == Asked() {
            return HTML.paragraph(
                """
                There is no evidence yet. It comes by itself as soon as a workflow is connected: \
                its page shows how.
                """)
        }
        return HTML.paragraph(
            """
            Nothing was found as far as was looked. Try fewer words or a longer time, or search in \
            what went in as well.
            """)
    }

    private func coverage(_ coverage: CoverageView) -> HTML {
        let from = Int(clamping: coverage.fromIndex)
        let to = Int(clamping: coverage.toIndex)
        let through = Int(clamping: coverage.indexedThrough)
        var sentences: [HTML] = [
            HTML.say("\(coverage.examined) records were examined, from place \(from) to \(to).")
        ]
        if through > 0 { sentences.append(HTML.say("The index reaches to place \(through).")) }
        if coverage.scanned > 0 {
            sentences.append(HTML.say("\(coverage.scanned) records were read one by one."))
        }
        if coverage.erased > 0 {
            sentences.append(
                HTML.say("\(coverage.erased) records are gone and say nothing any more."))
        }
        if coverage.unreadable > 0 {
            let command: HTML = "<code>cordon fsck</code>"
            sentences.append(
                HTML.say("\(coverage.unreadable) records cannot be read: run \(command)."))
        }
        return "<p class=\"hint\">\(sentences)</p>"
    }
}

/// One record as a card of a list.
enum RecordCard {
    static func html(_ record: RecordSummaryView) -> HTML {
        let snippet: HTML = record.snippet.map(HTML.prose) ?? .nothing
        return """
            <li>
            <h3><a href="\(PagePaths.record(record.id))">\(say: EvidenceWords.kind(record.kind)), \
            \(HTML.time(record.at))</a></h3>
            <p>\(line(record))</p>
            \([EvidenceWords.state(record.state), snippet])
            </li>
            """
    }

    /// Which workflow, and who or what took part.
    private static func line(_ record: RecordSummaryView) -> HTML {
        let path = PagePaths.workflow(record.workflow)
        var line: HTML = "<a href=\"\(path)\">\(HTML.said(record.workflow))</a>"
        for words in [record.model, record.actor, record.target, record.status] {
            guard let words, !words.isEmpty else { continue }
            line = "\(line) · \(HTML.said(words))"
        }
        return line
    }
}
