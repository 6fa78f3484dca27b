/// What the evidence of workflows lacks, and what to do about each.
package struct GapsPage: PageModel, Sendable {
    /// The open ones first.
    let gaps: [GapStateView]
    /// The workflow that is asked about; empty for all.
    let workflow: String

    /// Rows of each table.
    private static let shownAtMost = 40

    package var content: PageContent {
        let open = gaps.filter { $0.closedAt == nil }
        let closed = gaps.filter { $0.closedAt != nil }
        return PageContent(
            "Gaps in the evidence", in: .evidence,
            [
                "<h1>\(say: "Gaps in the evidence")</h1>", EvidenceTab.row(.gaps),
                HTML.paragraph(
                    """
                    What an investigation would miss is named as soon as it is noticed, and a hold \
                    names what was open when it was placed.
                    """),
                filter, openTable(open), closedTable(closed),
            ])
    }

    private var filter: HTML {
        let field = FormField(
            id: "gaps-workflow", name: "workflow", label: "Key of the workflow", isOptional: true)
        return """
            <form class="filters" method="get" action="\(PagePaths.evidenceGaps)" \
            aria-label="\(say: "Which gaps are listed")">
            \(field.line(.init(value: workflow, isExact: true)))
            <button class="quiet" type="submit">\(say: "Show")</button>
            </form>
            """
    }

    private func openTable(_ open: [GapStateView]) -> HTML {
        if open.isEmpty {
            return HTML.paragraph("No gap is open: as far as Cordon can tell, everything is there.")
        }
        let rows = open.prefix(Self.shownAtMost).map { gap -> [HTML] in
            [
                link(gap), what(gap), HTML.time(gap.openedAt),
                HTML.say(EvidenceWords.remedy(gap.kind)),
            ]
        }
        return .section(
            "open", "Open gaps",
            [
                HTML.table(
                    "Open gaps", ["Workflow", "What is missing", "Since", "What to do"], rows),
                rest(open.count - rows.count),
            ])
    }

    private func closedTable(_ closed: [GapStateView]) -> HTML {
        if closed.isEmpty { return .nothing }
        let rows = closed.prefix(Self.shownAtMost).map { gap -> [HTML] in
            [
                link(gap), what(gap), HTML.time(gap.openedAt),
                gap.closedAt.map { HTML.time($0) } ?? "–",
            ]
        }
        return .section(
            "closed", "Gaps that have ended",
            [
                HTML.table(
                    "Gaps that have ended", ["Workflow", "What is missing", "Since", "Until"],
                    rows),
                rest(closed.count - rows.count),
            ])
    }

    private func rest(_ count: Int) -> HTML {
        count == 0
            ? .nothing : HTML.hint("\(count) more are not shown: ask for one workflow alone.")
    }

    private func link(_ gap: GapStateView) -> HTML {
        "<a href=\"\(PagePaths.workflow(gap.workflow))\">\(HTML.said(gap.workflow))</a>"
    }

    private func what(_ gap: GapStateView) -> HTML {
        "\(say: EvidenceWords.gap(gap.kind)). \(told: gap.detail)"
    }
}

/// Workflows that nobody has registered, and use outside the lane that the company has chosen.
package struct ShadowPage: PageModel, Sendable {
    let workflows: [Line]
    var mayRegister = true

    struct Line: Sendable {
        let workflow: String
        let isRegistered: Bool
        let records: Int
        let firstAt: String
        let lastAt: String?
        let uses: [Use]
    }

    /// What was used outside the lane.
    struct Use: Sendable {
        let what: String
        let firstAt: String
        let lastAt: String
    }

    private static let shownAtMost = 50
    private static let usesAtMost = 10

    package var content: PageContent {
        PageContent(
            "Shadow use", in: .evidence,
            [
                "<h1>\(say: "Shadow use")</h1>", EvidenceTab.row(.shadow),
                HTML.paragraph(
                    """
                    AI that is used although nobody has registered or approved it. It is no crime: \
                    find out what people need, then register it or offer something better.
                    """),
                list,
            ])
    }

    private var list: HTML {
        if workflows.isEmpty {
            return HTML.paragraph(
                "Nothing of the kind has been seen. Use that bypasses Cordon cannot be seen here.")
        }
        let rest = max(0, workflows.count - Self.shownAtMost)
        let more: HTML =
            rest == 0 ? .nothing : HTML.hint("\(rest) more workflows are not shown here.")
        return """
            <ul class="cards">
            \(workflows.prefix(Self.shownAtMost).map(card))
            </ul>
            \([more])
            """
    }

    private func card(_ line: Line) -> HTML {
        let badge =
            line.isRegistered
            ? Badge(.warning, "◐", "Used what is not approved").html
            : Badge(.bad, "▲", "Not registered").html
        var seen: HTML = """
            \(say: "\(line.records) records") · \(say: "first seen \(HTML.time(line.firstAt))")
            """
        if let last = line.lastAt { seen = "\(seen) · \(say: "last seen \(HTML.time(last))")" }
        return """
            <li>
            <h2>\(HTML.said(line.workflow))</h2>
            <p class="badges">\(badge)</p>
            <p>\(seen)</p>
            \([uses(line), next(line)])
            </li>
            """
    }

    private func uses(_ line: Line) -> HTML {
        HTML.list(
            line.uses.prefix(Self.usesAtMost).map { use -> HTML in
                """
                \(HTML.said(use.what)), \(HTML.time(use.firstAt)) – \(HTML.time(use.lastAt))
                """
            })
    }

    /// What can be done about it from here.
    private func next(_ line: Line) -> HTML {
        let evidence = PagePaths.asking(
            PagePaths.evidence, [(name: "workflow", value: line.workflow)])
        let records = HTML.link(evidence, "Show its records")
        if !line.isRegistered, !mayRegister { return "<p>\(records)</p>" }
        let place =
            line.isRegistered
            ? HTML.link(PagePaths.workflow(line.workflow), "Show the workflow")
            : HTML.link(PagePaths.registerWorkflow, "Register a workflow")
        return "<p>\(place) · \(records)</p>"
    }
}
