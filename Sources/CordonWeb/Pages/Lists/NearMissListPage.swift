import CordonCore

/// Faults that were caught in time: what they could have become, and who caught them.
package struct NearMissListPage: PageModel, Sendable {
    let page: ListedPage
    let now: Instant

    package var content: PageContent {
        PageContent(
            "Near misses", in: .nearMisses,
            [
                "<h1>\(say: "Near misses")</h1>",
                HTML.paragraph(
                    """
                    A near miss is a wrong output or action that was caught before it did harm. \
                    Near misses are counted twice: apart, to see what is caught, and together with \
                    the incidents, to see what goes wrong.
                    """),
                list,
            ])
    }

    private var list: HTML {
        if page.items.isEmpty { return empty }
        let table = ListTable(
            caption: "Near misses, newest first",
            head: [
                "Number", "What was reported", "Workflow", "How it was caught", "Level", "State",
                "Reported", "File",
            ], rows: page.items.map(cells)
        ).html
        let next = NextPage(
            next: page.next, path: PagePaths.nearMisses, words: "Older near misses"
        ).html
        return "\([table, next])"
    }

    private func cells(_ incident: ListedIncident) -> [HTML] {
        let age = incident.age(at: now)
        return [
            incident.link, HTML.said(incident.what), incident.place,
            incident.discovered.map(HTML.said) ?? HTML.say("Not recorded"),
            incident.level.badge, incident.state.badge, HTML.say("\(age) ago"), incident.file,
        ]
    }

    private var empty: HTML {
        .section(
            "empty", "None logged – is that true?",
            [
                HTML.paragraph(
                    """
                    Where nothing is logged, faults are mostly put right in silence, and the next \
                    one is not caught. Reporting takes a minute and blames nobody.
                    """),
                "<p>\(HTML.button(PagePaths.report, "Report something wrong"))</p>",
            ])
    }
}
