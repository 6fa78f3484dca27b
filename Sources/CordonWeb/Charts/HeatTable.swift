/// How often two things come together: a table whose cells are the darker the more they count.
///
/// The number stands in every cell, so nothing depends on the shade.
struct HeatTable: Sendable {
    let id: String
    let caption: Phrase
    /// What the numbers and the shades mean.
    let explanation: Phrase
    /// What the first column is called.
    let corner: Phrase
    let columns: [Phrase]
    let rows: [Row]

    struct Row: Sendable {
        let name: Phrase
        let values: [Int]

        init(_ name: Phrase, _ values: [Int]) {
            self.name = name
            self.values = values
        }
    }

    static let steps = 4

    /// The shade of a value: 0 for nothing, ``steps`` for the most that there is.
    static func step(_ value: Int, of most: Int) -> Int {
        guard value > 0, most > 0 else { return 0 }
        // Rounded up: what is there is never without a shade.
        let (product, isTooLarge) = value.multipliedReportingOverflow(by: steps)
        if isTooLarge { return steps }
        return min(steps, (product - 1) / most + 1)
    }

    private var most: Int { rows.map { $0.values.max() ?? 0 }.max() ?? 0 }

    var html: HTML {
        """
        <figure class="chart" id="\(id)">
        <figcaption>\(say: caption)</figcaption>
        <div class="wide" role="region" aria-label="\(say: caption)" tabindex="0">
        <table class="heat">
        <caption>\(say: explanation)</caption>
        <thead>
        <tr>
        \(([corner] + columns).map { "<th scope=\"col\">\(say: $0)</th>" as HTML })
        </tr>
        </thead>
        <tbody>
        \(rows.map(line))
        </tbody>
        </table>
        </div>
        </figure>
        """
    }

    private func line(_ row: Row) -> HTML {
        let most = most
        let cells = columns.indices.map { column -> HTML in
            let value = row.values.indices.contains(column) ? row.values[column] : 0
            return "<td class=\"heat-\(Self.step(value, of: most))\">\(value)</td>"
        }
        let name: HTML = "<th scope=\"row\">\(say: row.name)</th>"
        return """
            <tr>
            \([name] + cells)
            </tr>
            """
    }
}
