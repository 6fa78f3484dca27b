import CordonCore

/// The moments of an incident on one axis of time, each on a line of its own.
///
/// Moments may lie a second or a month apart: below one another, their names never collide.
struct TimelineChart: Sendable {
    /// In the order of time.
    let points: [(Phrase, Instant)]
    let id: String

    struct Place: Equatable, Sendable {
        let x: Int
        let y: Int
    }

    init(points: [(Phrase, Instant)], id: String = "timeline-chart") {
        // Sorting keeps the order of equals only by their place.
        self.points = points.enumerated().sorted {
            ($0.element.1, $0.offset) < ($1.element.1, $1.offset)
        }.map(\.element)
        self.id = id
    }

    private static let left = 200
    private static let right = 520
    private static let row = 28
    private static let top = 8

    private var bottom: Int { Self.top + Self.row * max(points.count, 1) }

    var size: ChartFigure.Size {
        ChartFigure.Size(width: ChartFigure.width, height: bottom + 28)
    }

    /// Seconds from the first moment to each.
    var seconds: [Int] {
        guard let first = points.first?.1 else { return [] }
        return points.map { Int(($0.1.milliseconds - first.milliseconds) / 1_000) }
    }

    var scale: ChartScale {
        ChartScale(secondsUpTo: seconds.last ?? 0, from: Self.left, to: Self.right)
    }

    /// Where each moment stands.
    var places: [Place] {
        let scale = scale
        return seconds.enumerated().map { index, seconds in
            Place(x: scale.place(seconds), y: Self.top + Self.row * index + Self.row / 2)
        }
    }

    /// Nothing where there is no moment.
    var html: HTML {
        guard !points.isEmpty else { return .nothing }
        return ChartFigure(
            id: id, caption: "What happened when",
            summary: "\(points.count) moments in their order, with the time since the first one.",
            size: size, drawing: axis + points.indices.map(drawn), table: table
        ).html
    }

    private var table: HTML {
        HTML.table(
            "What happened when", ["Moment", "Time", "After the first"],
            points.indices.map { index in
                [
                    HTML.say(points[index].0), HTML.time(points[index].1),
                    HTML.lasting(seconds: seconds[index]),
                ]
            })
    }

    private var axis: [HTML] {
        let scale = scale
        let marks = scale.marks.flatMap { mark -> [HTML] in
            let x = scale.place(mark)
            return [
                HTML.chartLine(x, Self.top, x, bottom, kind: "chart-line"),
                HTML.chartText(
                    x, bottom + 20, mark == 0 ? "0" : HTML.lasting(seconds: mark),
                    anchor: .middle),
            ]
        }
        return marks + [
            HTML.chartLine(Self.left, bottom, Self.right, bottom, kind: "chart-axis")
        ]
    }

    private func drawn(_ index: Int) -> HTML {
        let place = places[index]
        let since: HTML =
            index == 0
            ? HTML.say("Start") : HTML.say("\(HTML.lasting(seconds: seconds[index])) later")
        let parts: [HTML] = [
            HTML.chartText(0, place.y + 4, HTML.say(points[index].0)),
            HTML.chartLine(Self.left, place.y, place.x, place.y, kind: "chart-axis"),
            "<circle class=\"chart-dot\" cx=\"\(place.x)\" cy=\"\(place.y)\" r=\"6\"/>",
            HTML.chartText(place.x + 12, place.y + 4, since),
        ]
        return "\(parts)"
    }
}
