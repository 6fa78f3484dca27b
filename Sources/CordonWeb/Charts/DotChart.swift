/// How long something took, a line for each of a few things.
///
/// One kind has round dots, the other squares that stand on a corner; each has its length in words.
struct DotChart: Sendable {
    let id: String
    let caption: Phrase
    let summary: Phrase
    /// What the columns of the table are called: the thing, its kind, how long it took.
    let head: (thing: Phrase, kind: Phrase, length: Phrase)
    let dots: [Dot]

    /// One thing.
    struct Dot: Sendable {
        let name: String
        let seconds: Int
        let mark: Mark

        init(_ name: String, seconds: Int, mark: Mark) {
            self.name = name
            self.seconds = seconds
            self.mark = mark
        }
    }

    /// A kind of thing, by the shape of its dot.
    enum Mark: CaseIterable, Sendable { case round, square }

    /// What the shapes stand for, in the order of ``Mark``.
    let marks: [Phrase]

    struct Place: Equatable, Sendable {
        let x: Int
        let y: Int
    }

    private static let left = 140
    private static let right = 500
    private static let row = 24
    private static let legendLine = 22
    private static let radius = 6

    private var plotTop: Int { 16 + Self.legendLine * marks.count }
    private var plotBottom: Int { plotTop + Self.row * max(dots.count, 1) }

    var size: ChartFigure.Size {
        ChartFigure.Size(width: ChartFigure.width, height: plotBottom + 32)
    }

    var scale: ChartScale {
        ChartScale(
            secondsUpTo: dots.map(\.seconds).max() ?? 0, from: Self.left, to: Self.right)
    }

    /// Where each dot stands.
    var places: [Place] {
        let scale = scale
        return dots.indices.map { index in
            Place(
                x: scale.place(dots[index].seconds),
                y: plotTop + Self.row * index + Self.row / 2)
        }
    }

    var html: HTML {
        ChartFigure(
            id: id, caption: caption, summary: summary, size: size,
            drawing: legend + axis + zip(dots, places).map { drawn($0, $1) }, table: table
        ).html
    }

    private var table: HTML {
        HTML.table(
            caption, [head.thing, head.kind, head.length],
            dots.map { dot in
                [HTML.said(dot.name), kind(dot.mark), HTML.lasting(seconds: dot.seconds)]
            })
    }

    private func kind(_ mark: Mark) -> HTML {
        zip(Mark.allCases, marks).first { $0.0 == mark }.map { HTML.say($0.1) } ?? .nothing
    }

    private var legend: [HTML] {
        zip(Mark.allCases, marks).enumerated().flatMap { index, named -> [HTML] in
            let y = 14 + Self.legendLine * index
            return [
                shape(named.0, Place(x: Self.left, y: y)),
                HTML.chartText(Self.left + 16, y + 4, HTML.say(named.1)),
            ]
        }
    }

    private var axis: [HTML] {
        let scale = scale
        let marks = scale.marks.flatMap { mark -> [HTML] in
            let x = scale.place(mark)
            return [
                HTML.chartLine(x, plotTop, x, plotBottom, kind: "chart-line"),
                HTML.chartText(
                    x, plotBottom + 20, mark == 0 ? "0" : HTML.lasting(seconds: mark),
                    anchor: .middle),
            ]
        }
        return marks + [
            HTML.chartLine(Self.left, plotBottom, Self.right, plotBottom, kind: "chart-axis")
        ]
    }

    private func drawn(_ dot: Dot, _ place: Place) -> HTML {
        let parts: [HTML] = [
            HTML.chartText(0, place.y + 4, "\(dot.name)"),
            HTML.chartLine(Self.left, place.y, place.x, place.y, kind: "chart-axis"),
            shape(dot.mark, place),
            HTML.chartText(place.x + 12, place.y + 4, HTML.lasting(seconds: dot.seconds)),
        ]
        return "\(parts)"
    }

    private func shape(_ mark: Mark, _ place: Place) -> HTML {
        let radius = Self.radius
        return switch mark {
        case .round:
            "<circle class=\"chart-dot\" cx=\"\(place.x)\" cy=\"\(place.y)\" r=\"\(radius)\"/>"
        case .square:
            """
            <path class="chart-dot chart-dot-2" d="M\(place.x - radius) \(place.y)\
            l\(radius) -\(radius)l\(radius) \(radius)l-\(radius) \(radius)z"/>
            """
        }
    }
}
