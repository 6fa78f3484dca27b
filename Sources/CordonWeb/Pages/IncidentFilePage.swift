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
package struct IncidentFilePage: Sendable {
    package let person: String
    package let sheet: IncidentFileSheet

    package init(person: String, _ sheet: IncidentFileSheet) {
        self.person = person
        self.sheet = sheet
    }

    package var html: HTML {
        PageFrame(title: "Incident file \(sheet.number)", person: person).around([
            """
            <h1>Incident file \(sheet.number)</h1>
            <p class="prose" dir="auto">\(sheet.title)</p>
            <p class="badges">\(sheet.level.badge)</p>
            <p>\(sheet.complete) of \(sheet.items.count) items are complete.</p>
            """,
            "\(sheet.items.map(section))",
            """
            <p class="screen"><a href="\(PagePaths.incident(sheet.number))">Back to the incident</a> · \
            <a href="\(PagePaths.markdown(sheet.number))">Take the file as Markdown</a></p>
            """,
        ])
    }

    private func section(_ item: IncidentFileSheet.Item) -> HTML {
        let recorded: HTML =
            item.lines.isEmpty
            ? "<p class=\"hint\">Nothing is recorded.</p>"
            : HTML.list(item.lines.map { "<span class=\"prose\" dir=\"auto\">\($0)</span>" })
        let missing: HTML =
            item.missing.isEmpty
            ? .nothing
            : """
            <p><strong>Missing</strong></p>
            \(HTML.list(item.missing.map(HTML.said)))
            """
        return """
            <section aria-labelledby="item-\(item.number)">
            <h2 id="item-\(item.number)">\(item.number). \(item.title)</h2>
            <p>\(item.complete.completeness)</p>
            \([recorded, missing])
            </section>
            """
    }
}
