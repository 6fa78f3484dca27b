/// Counts of a few kinds side by side, for each period.
///
/// The second kind is striped as well as of another colour, and every bar has its number.
struct BarChart: Sendable {
    let id: String
    let caption: Phrase
    let summary: Phrase
    /// What the first column of the table is called.
    let period: Phrase
    let categories: [Phrase]
    let series: [Series]
    /// What happened besides, as places on the axis of the categories.
    var marks = Marks()

    /// Moments under one name, each a line through the chart and a diamond below it.
    struct Marks: Sendable {
        var name: Phrase = ""
        /// Thousandths of the way from the beginning of the first category to the end of the last.
        var places: [Int] = []
    }

    /// One kind, with a count for each category.
    struct Series: Sendable {
        let name: Phrase
        let values: [Int]

        init(_ name: Phrase, _ values: [Int]) {
            self.name = name
            self.values = values
        }
    }

    struct Bar: Equatable, Sendable {
        let series: Int
        let category: Int
        let x: Int
        let y: Int
        let width: Int
        let height: Int
        let value: Int
    }

    private static let left = 48
    private static let right = 632
    private static let plotHeight = 200
    private static let widestBar = 28
    private static let legendLine = 22

    private static let markLine = 20

    private var legendLines: Int { series.count + (marks.places.isEmpty ? 0 : 1) }
    private var plotTop: Int { 28 + Self.legendLine * legendLines }
    private var plotBottom: Int { plotTop + Self.plotHeight }

    var size: ChartFigure.Size {
        ChartFigure.Size(
            width: ChartFigure.width,
            height: plotBottom + 28 + (marks.places.isEmpty ? 0 : Self.markLine))
    }

    /// How wide a category is.
    private var group: Int { (Self.right - Self.left) / max(categories.count, 1) }

    var scale: ChartScale {
        let most = series.map { $0.values.max() ?? 0 }.max() ?? 0
        return ChartScale(upTo: most, from: plotBottom, to: plotTop)
    }

    /// Every bar in its place; a count of 0 has one without height.
    var bars: [Bar] {
        let scale = scale
        let width = max(1, min(Self.widestBar, (group - 8) / max(series.count, 1)))
        return series.indices.flatMap { kind in
            categories.indices.map { category -> Bar in
                let value = value(series[kind], category)
                let middle = Self.left + group * category + group / 2
                // What is there is seen, however little it is beside the rest.
                let height = max(plotBottom - scale.place(value), value > 0 ? 1 : 0)
                return Bar(
                    series: kind, category: category,
                    x: middle - width * series.count / 2 + width * kind, y: plotBottom - height,
                    width: width, height: height, value: value)
            }
        }
    }

    var html: HTML {
        ChartFigure(
            id: id, caption: caption, summary: summary, size: size,
            drawing: legend + axis + markLines + bars.map(drawn), table: table
        ).html
    }

    private var table: HTML {
        HTML.table(
            caption, [period] + series.map(\.name),
            categories.indices.map { category in
                [HTML.say(categories[category])]
                    + series.map { series -> HTML in
                        "\(value(series, category))"
                    }
            })
    }

    private func value(_ series: Series, _ category: Int) -> Int {
        series.values.indices.contains(category) ? max(series.values[category], 0) : 0
    }

    private var legend: [HTML] {
        series.indices.flatMap { kind -> [HTML] in
            let y = 8 + Self.legendLine * kind
            let sample = Bar(
                series: kind, category: 0, x: Self.left, y: y, width: 24, height: 14, value: 0)
            return [
                shape(sample), HTML.chartText(Self.left + 32, y + 12, HTML.say(series[kind].name)),
            ]
        }
    }

    // MARK: Marks

    /// Where each mark stands across; what lies outside stands at the edge.
    var markPlaces: [Int] {
        marks.places.map { Self.left + group * categories.count * min(max($0, 0), 1_000) / 1_000 }
    }

    private var markLines: [HTML] {
        guard !marks.places.isEmpty else { return [] }
        let row = plotBottom + 36
        let lines = markPlaces.flatMap { x -> [HTML] in
            [
                HTML.chartLine(x, plotTop, x, row, kind: "chart-mark-line"), diamond(x, row),
            ]
        }
        let y = 8 + Self.legendLine * series.count
        return lines + [
            diamond(Self.left + 12, y + 7),
            HTML.chartText(Self.left + 32, y + 12, HTML.say(marks.name)),
        ]
    }

    private func diamond(_ x: Int, _ y: Int) -> HTML {
        "<path class=\"chart-mark\" d=\"M\(x) \(y - 7)l7 7l-7 7l-7 -7z\"/>"
    }

    // MARK: Axis and bars

    private var axis: [HTML] {
        let scale = scale
        let marks = scale.marks.flatMap { mark -> [HTML] in
            let y = scale.place(mark)
            return [
                HTML.chartLine(Self.left, y, Self.right, y, kind: "chart-line"),
                HTML.chartText(Self.left - 8, y + 4, "\(mark)", anchor: .end),
            ]
        }
        let names = categories.indices.map { category in
            HTML.chartText(
                Self.left + group * category + group / 2, plotBottom + 20,
                HTML.say(categories[category]), anchor: .middle)
        }
        let line = HTML.chartLine(
            Self.left, plotBottom, Self.right, plotBottom, kind: "chart-axis")
        return marks + [line] + names
    }

    private func drawn(_ bar: Bar) -> HTML {
        let number = HTML.chartText(
            bar.x + bar.width / 2, bar.y - 4, "\(bar.value)", anchor: .middle)
        return "\([shape(bar), number])"
    }

    private func shape(_ bar: Bar) -> HTML {
        let kind = "chart-bar-\(bar.series + 1)"
        let body: HTML = """
            <rect class="\(kind)" x="\(bar.x)" y="\(bar.y)" width="\(bar.width)" \
            height="\(bar.height)"/>
            """
        guard bar.series > 0, bar.height > 0 else { return body }
        let stripes = stride(from: bar.y + 4, to: bar.y + bar.height, by: 6).map { y -> String in
            "M\(bar.x) \(y)h\(bar.width)"
        }
        let hatch: HTML = "<path class=\"chart-hatch\" d=\"\(stripes.joined())\"/>"
        return "\([body, hatch])"
    }
}
