/// The table of a long list: where there is little room each row is a card, and each cell carries
/// its column's name.
struct ListTable {
    let caption: Phrase
    let head: [Phrase]
    let rows: [[HTML]]

    var html: HTML {
        """
        <div class="wide cards-narrow" role="region" aria-label="\(say: caption)" tabindex="0">
        <table>
        <caption>\(say: caption)</caption>
        <thead>
        <tr>
        \(head.map { "<th scope=\"col\">\(say: $0)</th>" as HTML })
        </tr>
        </thead>
        <tbody>
        \(rows.map(row))
        </tbody>
        </table>
        </div>
        """
    }

    private func row(_ cells: [HTML]) -> HTML {
        let first: HTML = cells.first.map { "<th scope=\"row\">\($0)</th>" } ?? .nothing
        let others = zip(head, cells).dropFirst().map { name, cell -> HTML in
            "<td data-label=\"\(say: name)\">\(cell)</td>"
        }
        return """
            <tr>
            \([first] + others)
            </tr>
            """
    }
}

/// The way from one page of a list to the next.
struct NextPage {
    /// Where the next page begins; `nil` on the last one.
    let next: String?
    let path: String
    let words: Phrase
    /// What narrows the list.
    var query: [(name: String, value: String?)] = []

    var html: HTML {
        guard let next else { return .nothing }
        let place = PagePaths.asking(path, query + [("after", next)])
        return """
            <nav class="toolbar" aria-label="\(say: "Pages of this list")">
            <a rel="next" href="\(place)">\(say: words)</a>
            </nav>
            """
    }
}
