import CordonAPI
import CordonCore

/// Whom and what one incident touched, each with its correction.
package struct IncidentAffectedPage: PageModel, Sendable {
    let number: String
    /// The records of this page.
    let records: [AffectedView]
    let count: Int
    let corrected: Int
    let mayCorrect: Bool
    /// How many records come before this page.
    var from = 0
    var returned: ReturnedForm?

    /// Records of one page.
    static let recordsAtMost = 25

    package var content: PageContent {
        PageContent(
            "Affected by incident \(number)", in: .incidents, hasFaults: returned != nil,
            [
                returned?.summary ?? .nothing, "<h1>\(say: "Affected by incident \(number)")</h1>",
                HTML.paragraph("\(corrected) of \(count) are put right."), list, ways,
            ])
    }

    private var list: HTML {
        if records.isEmpty {
            return HTML.paragraph(
                "Nobody and nothing is named here. Records are added on the incident’s page.")
        }
        let items = records.map { record -> HTML in
            let form = mayCorrect && record.correction == nil ? self.form(record) : .nothing
            return "<li>\([Self.line(record), form])</li>"
        }
        return "<ol class=\"plain\" start=\"\(from + 1)\">\n\(items)\n</ol>"
    }

    private func form(_ record: AffectedView) -> HTML {
        let id = Paths.segment(record.id)
        let path = "\(PagePaths.affected(number))/\(id)/correction"
        return Self.form(
            record, to: path, FormScope("do-correct-\(record.id)", returned), isOpen: false,
            from: from)
    }

    private var ways: HTML {
        var links = [HTML.link(PagePaths.incident(number, .correct), "Back to the incident")]
        if from > 0 {
            let before = max(0, from - Self.recordsAtMost)
            links.append(HTML.link(PagePaths.affected(number) + "?after=\(before)", "Those before"))
        }
        let after = from + records.count
        if after < count {
            links.append(HTML.link(PagePaths.affected(number) + "?after=\(after)", "Those after"))
        }
        return "<p class=\"toolbar\">\n\(links)\n</p>"
    }

    // MARK: Parts that the incident's page shows as well

    static func line(_ record: AffectedView) -> HTML {
        let kind = HTML.say(IncidentWords.affected(record.kind))
        let words: HTML = """
            \(kind): <strong>\(HTML.said(record.reference))</strong> \
            \(HTML.said(record.description))
            """
        guard let correction = record.correction else {
            return "\(words) \(Badge(.warning, "○", "Not put right yet").html)"
        }
        let by = HTML.stated(record.correctedBy ?? "", record.correctedAt ?? "")
        return "\(words) \(Badge(.good, "✓", "Put right").html) \(HTML.said(correction)) \(by)"
    }

    /// `from` is where the list of the page begins that the form leads back to; `nil` on the
    /// incident's own page.
    static func form(
        _ record: AffectedView, to path: String, _ scope: FormScope, isOpen: Bool,
        from: Int? = nil
    ) -> HTML {
        let name = HTML.said(record.reference)
        return scope.folded(
            "Put right: \(name)", to: path, button: "Record the correction", isOpen: isOpen,
            [
                from.map { scope.hidden("from", "\($0)") } ?? .nothing,
                scope.field(
                    "correction", "How was it put right? If nothing has to be: why not?"
                ).text(scope.value("correction"), rows: 2),
            ])
    }
}
