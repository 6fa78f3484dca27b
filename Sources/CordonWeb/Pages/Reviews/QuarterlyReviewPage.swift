import CordonCore

/// The quarterly review as the records have it now: figures, causes, what is left, and the list.
package struct QuarterlyReviewPage: PageModel, Sendable {
    let figures: QuarterFigures
    /// The newest incidents of the quarter.
    let listed: [ListedIncident]
    /// For the names of controls and causes.
    let policy: Policy
    /// Those that were stopped in the quarter, or run under an override.
    let workflows: [ReviewedWorkflow]
    let now: Instant
    /// Whether all incidents were read that have a cause, an action or a stop.
    let isWhole: Bool

    /// Incidents that are listed.
    static let listedAtMost = 15
    /// Incidents whose time to contain is drawn.
    static let drawnAtMost = 15

    private var quarter: Quarter { figures.quarter }
    /// Rows of the tables of workflows.
    private static let rowsAtMost = 25
    /// Incidents that are named behind one control, the newest.
    private static let namedAtMost = 5

    package var content: PageContent {
        PageContent(
            "Draft of the quarterly review", in: .reviews,
            [
                "<h1>\(say: "Draft of the quarterly review")</h1>",
                "<p><strong>\(say: quarter.words)</strong></p>", ways, notes, numbers, trends,
                causes, remediation, stopped, overrides, list, decision,
            ])
    }

    private var ways: HTML {
        let before = quarter.advanced(by: -1)
        let after = quarter.advanced(by: 1)
        var links: [HTML] = []
        // Two years without anything are where the records begin.
        if figures.hasAnything {
            links.append(
                "<a rel=\"prev\" href=\"\(PagePaths.review(before))\">\(say: before.words)</a>")
        }
        if after.start <= now {
            links.append(
                "<a rel=\"next\" href=\"\(PagePaths.review(after))\">\(say: after.words)</a>")
        }
        if links.isEmpty { return .nothing }
        return """
            <nav class="toolbar" aria-label="\(say: "Other quarters")">
            \(links)
            </nav>
            """
    }

    private var notes: HTML {
        var notes = [
            HTML.hint(
                """
                It is worked out from the records each time it is opened, and nobody has signed \
                it: print it, or keep a copy, for what was decided on it.
                """)
        ]
        if now < quarter.end { notes.append(HTML.hint("The quarter is not over yet.")) }
        if !isWhole {
            let (incidents, workflows) = (
                QuarterReading.incidentsAtMost, QuarterReading.workflowsAtMost
            )
            notes.append(
                HTML.hint(
                    """
                    Causes, actions and stops were read of the newest \(incidents) incidents that \
                    have any, and of \(workflows) workflows: what is counted of them is too low.
                    """))
        }
        return "\(notes)"
    }

    // MARK: Figures

    private var numbers: HTML {
        let kinds: [(Phrase, Int)] = [
            ("Incidents", figures.count(.incident)), ("Near misses", figures.count(.nearMiss)),
            ("Quality issues", figures.count(.qualityIssue)),
            ("Actions still open", figures.openActions),
            ("Actions overdue", figures.overdueActions),
        ]
        let lines = kinds.map { name, count -> HTML in
            "<div><dt>\(say: name)</dt><dd>\(count)</dd></div>"
        }
        return .section(
            "figures", "In figures",
            [
                """
                <dl class="numbers">
                \(lines)
                </dl>
                """,
                levels, contained,
            ])
    }

    private var levels: HTML {
        if figures.total == 0 { return .nothing }
        let lines = figures.levels.map { line -> HTML in
            "\(line.level.badge) \(line.count)"
        }
        let words = HTML.paragraph("By level, near misses and quality issues included:")
        return "\([words, HTML.list(lines)])"
    }

    private var contained: HTML {
        let count = figures.contained.count
        guard count > 0, let half = figures.secondsToContain(percent: 50),
            let most = figures.secondsToContain(percent: 90)
        else { return HTML.paragraph("No stop of this quarter’s incidents has been proved.") }
        return HTML.paragraph(
            """
            Time to contain, from the report until the last place had proved its stop, of \(count) \
            incidents: half of them within \(Self.within(half)), nine in ten within \
            \(Self.within(most)).
            """)
    }

    private static func within(_ seconds: Int) -> HTML {
        let start = Instant(milliseconds: 0)
        return HTML.elapsed(from: start, to: start.adding(milliseconds: Int64(seconds) * 1_000))
    }

    private var trends: HTML {
        guard figures.hasTrend else {
            return .section(
                "trends", "No trend",
                [
                    HTML.paragraph(
                        """
                        Fewer than \(QuarterFigures.trendFrom) events say nothing of a trend, and \
                        a chart of them would mislead: read them one by one, below.
                        """)
                ])
        }
        let charts = ReviewCharts(figures: figures, policy: policy)
        return .section(
            "trends", "Over time",
            [charts.quarters.html, charts.contained.map(\.html) ?? .nothing])
    }

    // MARK: Causes

    private var causes: HTML {
        let lines = figures.repeated.map { failure -> HTML in
            let links = failure.incidents.prefix(Self.namedAtMost).map { number -> HTML in
                "<a href=\"\(PagePaths.incident(number))\">\(number)</a>"
            }
            let title = ReviewCharts.title(ofControl: failure.control, policy)
            let words: Phrase = "in \(failure.incidents.count) incidents:"
            let others = failure.incidents.count - links.count
            let more = others > 0 ? [HTML.say("and \(others) more")] : []
            return "<li><strong>\(told: title)</strong> \(say: words) \(links + more)</li>"
        }
        let repeated: HTML =
            lines.isEmpty
            ? HTML.paragraph("No control failed more than once in this quarter.")
            : "<ul class=\"plain\">\n\(lines)\n</ul>"
        let table =
            figures.hasTrend
            ? ReviewCharts(figures: figures, policy: policy).causes?.html : nil
        return .section("causes", "Controls that failed again", [repeated, table ?? .nothing])
    }

    // MARK: What is left

    private var remediation: HTML {
        let words: Phrase =
            figures.openActions == 0
            ? "Everything that this quarter’s incidents named is put right."
            : "\(figures.openActions) actions of this quarter’s incidents are still open."
        return .section(
            "remediation", "Open remediation",
            [
                HTML.paragraph(words),
                "<p>\(HTML.link(PagePaths.actions, "All open actions"))</p>",
            ])
    }

    private var stopped: HTML {
        let rows = ReviewedWorkflow.stopped(among: workflows).map { workflow -> [HTML] in
            [link(workflow), Self.within(workflow.secondsStopped)]
        }
        let table =
            rows.isEmpty
            ? HTML.paragraph("No workflow was stopped as a whole in this quarter.")
            : HTML.table(
                "How long workflows stood still and people worked by the fallback",
                ["Workflow", "Stopped"], Array(rows.prefix(Self.rowsAtMost)))
        return .section("stopped", "Stopped, and on the fallback", [table, rest(rows.count)])
    }

    private var overrides: HTML {
        let rows = workflows.compactMap { workflow in
            workflow.override.map { decision -> [HTML] in
                [
                    link(workflow), HTML.said(decision.by), HTML.said(decision.reason),
                    HTML.time(decision.expiresAt),
                ]
            }
        }
        let table =
            rows.isEmpty
            ? HTML.paragraph("No workflow runs without what readiness demands.")
            : HTML.table(
                "Workflows that run without everything that readiness demands, now",
                ["Workflow", "Allowed by", "Why", "Until"], Array(rows.prefix(Self.rowsAtMost)))
        return .section("overrides", "Overrides in force", [table, rest(rows.count)])
    }

    private func rest(_ count: Int) -> HTML {
        let others = count - Self.rowsAtMost
        return others <= 0
            ? .nothing : HTML.hint("\(others) more workflows are not in this table.")
    }

    private func link(_ workflow: ReviewedWorkflow) -> HTML {
        "<a href=\"\(PagePaths.workflow(workflow.key))\">\(HTML.said(workflow.name))</a>"
    }

    // MARK: The list

    private var list: HTML {
        guard !listed.isEmpty else {
            return .section(
                "list", "Incidents of the quarter",
                [
                    HTML.paragraph(
                        """
                        None was reported. Ask whether that is true: a quarter without a near \
                        miss is rare where people report.
                        """)
                ])
        }
        let rows = listed.prefix(Self.listedAtMost).map { incident -> [HTML] in
            [
                incident.link, HTML.said(incident.what), incident.place,
                HTML.say(incident.kind.words), incident.level.badge, incident.state.badge,
                HTML.time(incident.reportedAt),
            ]
        }
        let table = ListTable(
            caption: "Incidents of the quarter, newest first",
            head: [
                "Number", "What was reported", "Workflow", "Kind", "Level", "State", "Reported",
            ], rows: rows
        ).html
        let more: HTML =
            figures.total > Self.listedAtMost
            ? HTML.hint(
                "The newest \(Self.listedAtMost) of \(figures.total) are listed here.")
            : .nothing
        return .section("list", "Incidents of the quarter", [table, more])
    }

    private var decision: HTML {
        .section(
            "decision", "To decide",
            [
                HTML.paragraph(
                    """
                    Does anything here change what AI may be used for? The approved-use policy has \
                    versions: a new one says why it was made.
                    """),
                "<p>\(HTML.link(PagePaths.policy, "What counts, and which use is approved"))</p>",
            ])
    }
}
