import CordonCore

/// All that the visitor has reported, newest first, with the way to what has become of it.
package struct OwnReportsPage: PageModel, Sendable {
    let page: ListedPage
    let now: Instant

    package var content: PageContent {
        PageContent(
            "What you reported", in: .incidents,
            ["<h1>\(say: "What you reported")</h1>", list])
    }

    private var list: HTML {
        if page.items.isEmpty { return empty }
        let table = ListTable(
            caption: "What you reported, newest first",
            head: ["Number", "What was reported", "Workflow", "State", "Reported", "Receipt"],
            rows: page.items.map(cells)
        ).html
        let next = NextPage(
            next: page.next, path: PagePaths.reports, words: "Older reports"
        ).html
        return "\([table, next])"
    }

    private func cells(_ incident: ListedIncident) -> [HTML] {
        let age = incident.age(at: now)
        let receipt = HTML.link(
            PagePaths.receipt(incident.number), "What has become of \(incident.number)")
        return [
            incident.link, HTML.said(incident.what), incident.place, incident.state.badge,
            HTML.say("\(age) ago"), receipt,
        ]
    }

    private var empty: HTML {
        """
        \(HTML.paragraph("Nothing so far. Being unsure is reason enough to report something."))
        <p>\(HTML.button(PagePaths.report, "Report something wrong"))</p>
        """
    }
}
