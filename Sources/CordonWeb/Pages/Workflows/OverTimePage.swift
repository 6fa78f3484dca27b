import CordonAPI
import CordonCore

/// What went wrong with a workflow, month by month, with what was changed about it.
///
/// It shows whether a change is followed by more faults.
package struct OverTimePage: PageModel, Sendable {
    let key: String
    let name: String
    /// Months one after the other, the oldest first.
    let months: [Counted]
    /// In those months, the oldest first.
    let changes: [ChangeView]
    /// Whether the last month is not over.
    let isUnfinished: Bool

    struct Counted: Sendable {
        let month: Month
        /// What was declined is counted under its own kind, which is not shown.
        let kinds: [Kind: Int]
    }

    static let monthsShown = 12
    /// Changes that the table names, the newest.
    private static let changesAtMost = 50

    private func count(_ kinds: [Kind]) -> [Int] {
        months.map { month in kinds.map { month.kinds[$0] ?? 0 }.reduce(0, +) }
    }

    private var issues: [Int] { count([.qualityIssue]) }
    private var more: [Int] { count([.nearMiss, .incident]) }
    private var total: Int { (issues + more).reduce(0, +) }

    package var content: PageContent {
        let workflow: HTML = "<a href=\"\(PagePaths.workflow(key))\">\(HTML.said(name))</a>"
        return PageContent(
            "Quality over time", in: .workflows,
            [
                "<h1>\(say: "Quality over time")</h1>", "<p>\(workflow)</p>",
                HTML.paragraph(
                    """
                    Look at what follows a change: more faults after it than before are a reason to \
                    look at the change first.
                    """),
                faults, changed,
            ])
    }

    private var faults: HTML {
        let link = HTML.link(PagePaths.workflowIncidents(key), "Read them one by one")
        guard total >= QuarterFigures.trendFrom else {
            return .section(
                "faults", "Faults",
                [
                    HTML.paragraph(
                        """
                        \(total) were reported in these \(months.count) months: fewer than \
                        \(QuarterFigures.trendFrom) say nothing of a trend, and a chart of them \
                        would mislead.
                        """), "<p>\(link)</p>",
                ])
        }
        return .section(
            "faults", "Faults",
            [
                chart.html,
                HTML.hint(
                    "Months are those of UTC. What was seen for the first time is no change."),
                isUnfinished ? HTML.hint("The last month is not over yet.") : .nothing,
                "<p>\(link)</p>",
            ])
    }

    private var chart: BarChart {
        BarChart(
            id: "chart-quality", caption: "Faults by month, and what was changed",
            summary: """
                Two bars for each of \(months.count) months: quality issues, and near misses and \
                incidents with stripes. Changes stand below as diamonds.
                """,
            period: "Month", categories: months.map(\.month.short),
            series: [
                BarChart.Series("Quality issues", issues),
                BarChart.Series("Near misses and incidents", more),
            ],
            marks: BarChart.Marks(
                name: "A change: what it was stands in the table below", places: places))
    }

    /// Months are of different length and equally wide: each moment stands within its own.
    private var places: [Int] {
        let places = changes.filter { !$0.first }.compactMap { change -> Int? in
            guard let at = Instant(rfc3339: change.at),
                let index = months.firstIndex(where: {
                    $0.month.start <= at && at < $0.month.end
                })
            else { return nil }
            let month = months[index].month
            let part =
                1_000 * (at.milliseconds - month.start.milliseconds)
                / (month.end.milliseconds - month.start.milliseconds)
            return (index * 1_000 + Int(part)) / months.count
        }
        return Set(places).sorted()
    }

    private var changed: HTML {
        if changes.isEmpty {
            return .section(
                "changes", "What was changed",
                [HTML.paragraph("Nothing is known to have been changed in these months.")])
        }
        let others = changes.count - Self.changesAtMost
        return .section(
            "changes", "What was changed",
            [
                ChangeTable(
                    "Changes in these months, newest first",
                    changes.suffix(Self.changesAtMost).reversed()
                ).html,
                others > 0
                    ? HTML.hint("\(others) older changes are not in this table.") : .nothing,
            ])
    }
}
