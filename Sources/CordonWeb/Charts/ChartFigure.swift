/// A chart with its caption, and the same values as a table behind a line that opens it.
struct ChartFigure {
    /// The figure's id: unique on the page.
    let id: String
    let caption: Phrase
    /// What it shows, in a sentence, for those who do not see it.
    let summary: Phrase
    let size: Size
    let drawing: [HTML]
    let table: HTML

    /// Units of the drawing, which the browser stretches to the width that there is.
    struct Size: Equatable, Sendable {
        let width: Int
        let height: Int

        func holds(_ x: Int, _ y: Int) -> Bool {
            (0...width).contains(x) && (0...height).contains(y)
        }
    }

    /// The width of every chart of ours.
    static let width = 640

    var html: HTML {
        """
        <figure class="chart" id="\(id)">
        <figcaption>\(say: caption)</figcaption>
        <div class="chart-scroll" role="group" aria-labelledby="\(id)-title" tabindex="0">
        <svg role="img" aria-labelledby="\(id)-title \(id)-desc" \
        viewBox="0 0 \(size.width) \(size.height)">
        <title id="\(id)-title">\(say: caption)</title>
        <desc id="\(id)-desc">\(say: summary)</desc>
        \(drawing)
        </svg>
        </div>
        <details>
        <summary>\(say: "Show as a table")</summary>
        \(table)
        </details>
        </figure>
        """
    }
}

/// Which end of a text stands at its place.
enum ChartAnchor: String {
    case start, middle, end
}

extension HTML {
    /// A text of a chart.
    static func chartText(
        _ x: Int, _ y: Int, _ words: HTML, anchor: ChartAnchor = .start
    ) -> HTML {
        """
        <text class="chart-text" x="\(x)" y="\(y)" text-anchor="\(anchor.rawValue)">\(words)</text>
        """
    }

    /// A line of a chart; `kind` is `chart-line` or `chart-axis`.
    static func chartLine(_ x1: Int, _ y1: Int, _ x2: Int, _ y2: Int, kind: String) -> HTML {
        "<line class=\"\(kind)\" x1=\"\(x1)\" y1=\"\(y1)\" x2=\"\(x2)\" y2=\"\(y2)\"/>"
    }

    /// A length of time in words, in the largest unit that fits: `45 minutes`.
    ///
    /// Unlike ``elapsed(from:to:)`` it stands alone, which German words of days show.
    static func lasting(seconds: Int) -> HTML {
        switch max(0, seconds) {
        case let seconds where seconds < 60: say("\(seconds) seconds")
        case let seconds where seconds < 3_600: say("\(seconds / 60) minutes")
        case let seconds where seconds < 172_800: say("\(seconds / 3_600) hours")
        case let seconds: say("\(seconds / 86_400) days, as a length")
        }
    }
}
