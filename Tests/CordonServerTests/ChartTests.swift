import CordonCore
import Testing

@testable import CordonWeb

/// Where the marks of charts stand, whatever their values are.
struct ChartTests {
    private static let at = Instant(milliseconds: 1_776_459_785_000)

    // MARK: Axes

    @Test(arguments: [-3, 0, 1, 2, 4, 5, 6, 9, 11, 49, 50, 51, 99, 1_000, 123_456, Int.max])
    func anAxisEndsAboveItsValues(_ most: Int) {
        for (start, end) in [(0, 200), (260, 60)] {
            let scale = ChartScale(upTo: most, from: start, to: end)
            #expect(scale.top >= min(max(most, 1), ChartScale.valueAtMost))
            #expect(scale.marks.first == 0 && scale.marks.last == scale.top)
            #expect((2...ChartScale.intervalsAtMost + 1).contains(scale.marks.count))
            #expect(scale.place(0) == start && scale.place(scale.top) == end)
            #expect(scale.place(-1) == start && scale.place(.max) == end)
        }
    }

    @Test(arguments: [(1, 1, 1), (5, 1, 5), (6, 2, 6), (7, 2, 8), (23, 5, 25), (99, 20, 100)])
    func anAxisCountsInRoundSteps(_ most: Int, _ step: Int, _ top: Int) {
        let scale = ChartScale(upTo: most, from: 0, to: 100)
        #expect(scale.step == step && scale.top == top)
    }

    @Test(arguments: [
        0, 1, 59, 60, 61, 600, 1_900, 3_599, 3_600, 90_000, 100_000, 172_799, 172_800, 1_000_000,
        100_000_000,
    ])
    func anAxisOfTimeHasMarksAtWholeUnits(_ most: Int) {
        let scale = ChartScale(secondsUpTo: most, from: 0, to: 300)
        #expect(scale.top >= most)
        for mark in scale.marks {
            let unit =
                switch mark {
                case ..<60: 1
                case ..<3_600: 60
                case ..<172_800: 3_600
                default: 86_400
                }
            #expect(mark % unit == 0, "\(mark) of \(scale.marks)")
        }
    }

    // MARK: Bars

    private func bars(_ first: [Int], _ second: [Int], categories: Int) -> BarChart {
        BarChart(
            id: "bars", caption: "Bars", summary: "Some bars.", period: "Quarter",
            categories: (0..<categories).map { Phrase(said: "Q\($0)") },
            series: [BarChart.Series("One", first), BarChart.Series("Two", second)])
    }

    @Test(arguments: [(-1, 48), (0, 48), (500, 340), (1_000, 632), (1_001, 632)])
    func aMarkStandsOnTheAxis(_ place: Int, _ x: Int) {
        var chart = bars([1, 2], [3, 4], categories: 2)
        let height = chart.size.height
        chart.marks = BarChart.Marks(name: "A change", places: [place])
        #expect(chart.markPlaces == [x])
        #expect(chart.size.height > height)
    }

    @Test func aMarkAtTheEndOfACategoryStandsBeforeTheNextOne() {
        var chart = bars([1], [2], categories: 12)
        chart.marks = BarChart.Marks(name: "A change", places: [11 * 1_000 / 12])
        let next = chart.bars.filter { $0.category == 11 }.map(\.x).min() ?? 0
        #expect(chart.markPlaces[0] < next)
    }

    @Test(
        arguments: [
            (0, [], []), (1, [0], [0]), (1, [1], [0]), (3, [1], [2, 3, 4, 5]),
            (8, [3, 0, 12, 7, 1, 0, 0, 999_999], [0, 0, 0, 0, 0, 0, 0, 1]), (40, [5, 5], [5]),
        ] as [(Int, [Int], [Int])])
    func everyBarStandsInsideTheChart(_ categories: Int, _ first: [Int], _ second: [Int]) {
        let chart = bars(first, second, categories: categories)
        #expect(chart.bars.count == 2 * categories)
        for bar in chart.bars {
            #expect(chart.size.holds(bar.x, bar.y))
            #expect(chart.size.holds(bar.x + bar.width, bar.y + bar.height))
            #expect(bar.width > 0 && (bar.height > 0) == (bar.value > 0))
        }
        let columns = Set(chart.bars.map { [$0.series, $0.category] })
        #expect(columns.count == chart.bars.count)
    }

    @Test func barsOfOneGroupDoNotCoverEachOther() {
        let chart = bars([4, 5], [6, 7], categories: 2)
        for category in 0..<2 {
            let pair = chart.bars.filter { $0.category == category }.sorted { $0.x < $1.x }
            #expect(pair[0].x + pair[0].width <= pair[1].x)
        }
        let middle = chart.bars.filter { $0.category == 0 }.map { $0.x + $0.width }.max() ?? 0
        #expect(chart.bars.filter { $0.category == 1 }.allSatisfy { $0.x >= middle })
    }

    @Test func everyCountIsInTheTableToo() {
        let text = bars([31, 32], [41, 42], categories: 2).html.text(for: Sample.reading())
        for count in [31, 32, 41, 42] { #expect(text.contains("<td>\(count)</td>")) }
        #expect(text.contains("<title id=\"bars-title\">Bars</title>"))
        #expect(text.contains("<desc id=\"bars-desc\">Some bars.</desc>"))
        #expect(!text.contains("nan") && !text.contains("inf"))
    }

    @Test func oneKindIsToldFromTheOtherWithoutColour() {
        let text = bars([3], [4], categories: 1).html.text(for: Sample.reading())
        #expect(text.contains("chart-hatch"))
        #expect(text.contains(">One<") && text.contains(">Two<"))
    }

    // MARK: Dots

    private func dots(_ seconds: [Int]) -> DotChart {
        DotChart(
            id: "dots", caption: "Dots", summary: "Some dots.",
            head: ("Incident", "Kind", "Time to contain"),
            dots: seconds.enumerated().map { index, seconds in
                DotChart.Dot(
                    "INC-\(index)", seconds: seconds, mark: index == 0 ? .round : .square)
            }, marks: ["Incident", "Near miss"])
    }

    @Test(arguments: [[], [0], [1], [0, 0], [5, 86_400, 3], [1_000_000_000]])
    func everyDotStandsInsideTheChart(_ seconds: [Int]) {
        let chart = dots(seconds)
        #expect(chart.places.count == seconds.count)
        for place in chart.places { #expect(chart.size.holds(place.x, place.y)) }
        #expect(Set(chart.places.map(\.y)).count == seconds.count)
        let ordered = zip(seconds, chart.places).sorted { $0.0 < $1.0 }.map(\.1.x)
        #expect(ordered == ordered.sorted())
    }

    @Test func everyLengthIsInTheTableToo() {
        let text = dots([30, 7_200]).html.text(for: Sample.reading())
        #expect(text.contains("<td>30 seconds</td>") && text.contains("<td>2 hours</td>"))
        #expect(text.contains("<circle") && text.contains("chart-dot-2"))
    }

    // MARK: Timeline

    @Test func momentsAreInTheOrderOfTime() {
        let chart = TimelineChart(points: [
            ("Contained", Self.at.adding(hours: 2)), ("Reported", Self.at),
            ("Occurred", Self.at.adding(hours: -3)), ("Detected", Self.at),
        ])
        #expect(chart.points.map(\.0.key) == ["Occurred", "Reported", "Detected", "Contained"])
        #expect(chart.seconds == [0, 10_800, 10_800, 18_000])
        for place in chart.places { #expect(chart.size.holds(place.x, place.y)) }
        #expect(chart.places[1].x == chart.places[2].x && chart.places[1].y < chart.places[2].y)
        let text = chart.html.text(for: Sample.reading())
        #expect(text.contains("5 hours"))
        #expect(text.contains("<time datetime=\"\(Self.at.rfc3339)\">"))
    }

    @Test func oneMomentOrNoneIsNoTrouble() {
        #expect(TimelineChart(points: []).html.isEmpty)
        let one = TimelineChart(points: [("Reported", Self.at)])
        #expect(one.places.count == 1)
        #expect(one.places.allSatisfy { one.size.holds($0.x, $0.y) })
        #expect(!one.html.isEmpty)
    }

    // MARK: Heat

    @Test(arguments: [
        (0, 0, 0), (0, 9, 0), (-1, 9, 0), (1, 1, 4), (1, 9, 1), (3, 9, 2), (5, 9, 3), (9, 9, 4),
        (1, 1_000, 1), (Int.max, Int.max, 4), (7, 0, 0),
    ])
    func aShadeFollowsItsValue(_ value: Int, _ most: Int, _ step: Int) {
        #expect(HeatTable.step(value, of: most) == step)
    }

    @Test func everyCellHasItsNumber() {
        let table = HeatTable(
            id: "heat", caption: "Heat", explanation: "Darker is more.", corner: "Control",
            columns: ["A", "B", "C"],
            rows: [HeatTable.Row("One", [1, 0]), HeatTable.Row("Two", [8, 2, 3])])
        let text = table.html.text(for: Sample.reading())
        for cell in [
            "<td class=\"heat-1\">1</td>", "<td class=\"heat-0\">0</td>",
            "<td class=\"heat-4\">8</td>", "<td class=\"heat-1\">2</td>",
            "<td class=\"heat-2\">3</td>",
        ] { #expect(text.contains(cell), "\(cell)") }
    }
}
