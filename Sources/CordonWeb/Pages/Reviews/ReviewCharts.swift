import CordonCore

/// The charts of a quarterly review.
struct ReviewCharts: Sendable {
    let figures: QuarterFigures
    let policy: Policy

    /// Incidents and near misses of this quarter and the seven before it.
    var quarters: BarChart {
        let quarters = figures.quarters
        let incidents = quarters.map { figures.count(.incident, in: $0) }
        let nearMisses = quarters.map { figures.count(.nearMiss, in: $0) }
        return BarChart(
            id: "chart-quarters", caption: "Incidents and near misses by quarter",
            summary: """
                Two bars for each of \(quarters.count) quarters: incidents, and near misses with \
                stripes.
                """,
            period: "Quarter", categories: quarters.map(\.short),
            series: [
                BarChart.Series("Incidents", incidents),
                BarChart.Series("Near misses", nearMisses),
            ])
    }

    /// How long each stop took to take effect everywhere; `nil` when none is proved.
    var contained: DotChart? {
        let found = figures.contained.prefix(QuarterlyReviewPage.drawnAtMost)
        if found.isEmpty { return nil }
        return DotChart(
            id: "chart-contained",
            caption: "Time to contain, from the report to the last proof of the stop",
            summary: "A line for each of \(found.count) incidents, the newest first.",
            head: ("Incident", "Kind", "Time to contain"),
            dots: found.map { incident in
                DotChart.Dot(
                    incident.number, seconds: incident.secondsToContain ?? 0,
                    mark: incident.kind == .incident ? .round : .square)
            }, marks: ["Incident", "Near miss or quality issue"])
    }

    /// Which controls failed under which class of cause; `nil` when no cause is known.
    var causes: HeatTable? {
        let (classes, controls) = figures.causes(policy)
        if classes.isEmpty || controls.isEmpty { return nil }
        return HeatTable(
            id: "chart-causes", caption: "Causes and failed controls",
            explanation: "In how many incidents: the darker, the more.",
            corner: "Failed control",
            columns: classes.map { key in
                Phrase(told: policy.failureClass(key)?.title ?? key)
            },
            rows: controls.map { control in
                HeatTable.Row(
                    Phrase(told: Self.title(ofControl: control, policy)),
                    classes.map { figures.count(control: control, failureClass: $0) })
            })
    }

    static func title(ofControl key: String, _ policy: Policy) -> String {
        policy.control(key)?.title ?? key
    }
}
