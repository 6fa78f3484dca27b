/// The incident file as it is read: the eight items with what was recorded and what is missing.
package struct IncidentFileSheet: Sendable {
    /// The incident's number.
    package let number: String
    package let title: String
    package let level: LevelText
    package let items: [Item]

    package struct Item: Sendable {
        package let number: Int
        package let title: String
        package let complete: Bool
        package let missing: [String]
        /// What was recorded, a sentence each.
        package let lines: [String]

        package init(
            _ number: Int, _ title: String, complete: Bool, missing: [String], lines: [String]
        ) {
            self.number = number
            self.title = title
            self.complete = complete
            self.missing = missing
            self.lines = lines
        }
    }

    package init(number: String, title: String, level: LevelText, items: [Item]) {
        self.number = number
        self.title = title
        self.level = level
        self.items = items
    }

    /// How many items are complete.
    package var complete: Int { items.filter(\.complete).count }
}

/// The incident file to read on a screen and to print.
package struct IncidentFilePage: PageModel, Sendable {
    package let sheet: IncidentFileSheet

    package init(_ sheet: IncidentFileSheet) { self.sheet = sheet }

    package var content: PageContent {
        let head: [HTML] = [
            "<h1>\(say: "Incident file \(sheet.number)")</h1>", HTML.prose(sheet.title),
            "<p class=\"badges\">\(sheet.level.badge)</p>",
            HTML.paragraph("\(sheet.complete) of \(sheet.items.count) items are complete."),
        ]
        return PageContent(
            "Incident file \(sheet.number)", in: .incidents,
            head + sheet.items.map(section) + [ways])
    }

    private var ways: HTML {
        let back = HTML.link(PagePaths.incident(sheet.number), "Back to the incident")
        let markdown = HTML.link(PagePaths.markdown(sheet.number), "Take the file as Markdown")
        return "<p class=\"screen\">\(back) · \(markdown)</p>"
    }

    private func section(_ item: IncidentFileSheet.Item) -> HTML {
        let title: HTML = "\(told: item.title)"
        let recorded: HTML =
            item.lines.isEmpty
            ? HTML.hint("Nothing is recorded.")
            : HTML.list(
                item.lines.map { "<span class=\"prose\" dir=\"auto\">\($0)</span>" as HTML })
        return HTML.section(
            "item-\(item.number)", "\(item.number). \(title)",
            ["<p>\(item.complete.completeness)</p>", recorded, missing(item)])
    }

    private func missing(_ item: IncidentFileSheet.Item) -> HTML {
        if item.missing.isEmpty { return .nothing }
        let head: HTML = "<p><strong>\(say: "Missing")</strong></p>"
        let list = HTML.list(item.missing.map { "\(told: $0)" as HTML })
        return "\([head, list])"
    }
}
