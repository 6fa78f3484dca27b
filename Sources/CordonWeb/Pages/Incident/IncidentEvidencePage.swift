/// All that was attached to one incident.
package struct IncidentEvidencePage: PageModel, Sendable {
    let number: String
    let items: [EvidenceView]
    let count: Int
    /// How many items come before this page.
    var from = 0

    /// Items of one page.
    static let itemsAtMost = 50

    package var content: PageContent {
        PageContent(
            "Evidence of incident \(number)", in: .incidents,
            [
                "<h1>\(say: "Evidence of incident \(number)")</h1>",
                HTML.paragraph("\(count) pieces were attached, each kept as it came."), list, ways,
            ])
    }

    private var list: HTML {
        if items.isEmpty {
            return HTML.paragraph(
                "Nothing is attached here. Evidence is attached on the incident’s page.")
        }
        let lines = items.map { item -> HTML in
            let digest: HTML = "<code>\(item.sha256)</code>"
            let note: HTML = item.note.map { HTML.prose($0) } ?? .nothing
            return """
                <li>\(Self.line(item, of: number))
                \([note, HTML.hint("SHA-256 \(digest)")])
                </li>
                """
        }
        return "<ol class=\"plain\" start=\"\(from + 1)\">\n\(lines)\n</ol>"
    }

    private var ways: HTML {
        var links = [HTML.link(PagePaths.incident(number, .preserve), "Back to the incident")]
        let after = from + items.count
        if after < count {
            let path = PagePaths.attachments(number) + "?after=\(after)"
            links.append(HTML.link(path, "Those after"))
        }
        return "<p class=\"toolbar\">\n\(links)\n</p>"
    }

    /// One piece with the way to its bytes; the incident's page shows it as well.
    static func line(_ item: EvidenceView, of number: String) -> HTML {
        let kind = HTML.say(IncidentWords.evidence(item.kind))
        let path = PagePaths.attachment(number, item.id)
        let link = HTML.link(path, Phrase(said: item.name))
        let size = HTML.say("\(item.size) bytes")
        return "\(kind): \(link), \(size) \(HTML.stated(item.by, item.at))"
    }
}
