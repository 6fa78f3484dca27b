import CordonAPI
import CordonCore

/// All incidents, newest first, narrowed to what somebody looks for.
package struct IncidentListPage: PageModel, Sendable {
    let filter: ListFilter
    let page: ListedPage
    let now: Instant

    package var content: PageContent {
        PageContent(
            "Incidents", in: .incidents,
            [
                "<h1>\(say: "Incidents")</h1>", tabs, form,
                "<p>\(HTML.link(PagePaths.reports, "Only what you reported"))</p>",
                HTML.live("live-list", [list]), exports,
            ])
    }

    private var tabs: HTML {
        let tabs: [(words: Phrase, state: Incident.State?)] = [
            ("All", nil), ("Not yet triaged", .reported), ("Open", .open),
            ("Restarted, on watch", .watch), ("Closed", .closed),
        ]
        let lines = tabs.map { tab -> HTML in
            var narrowed = filter
            narrowed.state = tab.state
            let mark: HTML = tab.state == filter.state ? " aria-current=\"page\"" : .nothing
            let place = PagePaths.asking(PagePaths.incidents, narrowed.query)
            return "<li><a href=\"\(place)\"\(mark)>\(say: tab.words)</a></li>"
        }
        return """
            <nav aria-label="\(say: "Incidents by state")">
            <ul class="tabs">
            \(lines)
            </ul>
            </nav>
            """
    }

    private var form: HTML {
        let state = FormField(id: "filter-state", name: "state", label: "State").choice(
            [FormOption("", "Any")]
                + Incident.State.allCases.map { FormOption($0.rawValue, $0.choiceWords) },
            selected: filter.state?.rawValue ?? "")
        let kind = FormField(id: "filter-kind", name: "kind", label: "Kind").choice(
            [FormOption("", "Any")] + Kind.allCases.map { FormOption($0.rawValue, $0.words) },
            selected: filter.kind?.rawValue ?? "")
        let workflow = FormField(
            id: "filter-workflow", name: "workflow", label: "Workflow, by its key",
            isOptional: true
        ).line(.init(value: filter.workflow ?? "", isExact: true))
        return """
            <form class="filters" method="get" action="\(PagePaths.incidents)">
            \([state, kind, workflow])
            <button class="quiet" type="submit">\(say: "Show these")</button>
            </form>
            """
    }

    private var list: HTML {
        if page.items.isEmpty { return empty }
        let table = ListTable(
            caption: "Incidents, newest first",
            head: [
                "Number", "What was reported", "Workflow", "Kind", "Level", "State", "Reported",
                "Next step", "File",
            ], rows: page.items.map(cells)
        ).html
        let next = NextPage(
            next: page.next, path: PagePaths.incidents, words: "Older incidents",
            query: filter.query
        ).html
        return "\([table, next])"
    }

    private func cells(_ incident: ListedIncident) -> [HTML] {
        let age = incident.age(at: now)
        let next: HTML = incident.nextStep.map { step -> HTML in "\(told: step)" } ?? "–"
        return [
            incident.link, HTML.said(incident.what), incident.place,
            HTML.say(incident.kind.words), incident.level.badge, incident.state.badge,
            HTML.say("\(age) ago"), next, incident.file,
        ]
    }

    private var empty: HTML {
        let words: Phrase =
            filter.isEmpty
            ? "No incident has been reported yet. If something looks wrong, report it."
            : "No incident is like this."
        let way =
            filter.isEmpty
            ? HTML.button(PagePaths.report, "Report something wrong")
            : HTML.link(PagePaths.incidents, "Show all incidents")
        return """
            \(HTML.paragraph(words))
            <p>\(way)</p>
            """
    }

    private var exports: HTML {
        if page.items.isEmpty { return .nothing }
        let table = PagePaths.asking(PagePaths.incidentTable, filter.query)
        let json = PagePaths.asking(Paths.root + "/incidents", filter.query)
        return """
            <p class="toolbar">
            \(HTML.link(table, "This list for a spreadsheet (CSV, up to 1,000 lines)"))
            \(HTML.link(json, "This list for programs (JSON)"))
            </p>
            """
    }
}
