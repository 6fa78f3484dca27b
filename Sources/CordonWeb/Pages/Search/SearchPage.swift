import CordonCore

/// What was found everywhere at once: workflows, incidents, evidence.
package struct SearchPage: PageModel, Sendable {
    /// What is looked for; empty when nothing is.
    let query: String
    var workflows: [WorkflowHit] = []
    /// Whether there are more workflows than were looked at.
    var hasMoreWorkflows = false
    /// `nil` for those who may not read incidents.
    var incidents: [IncidentHit]?
    /// `nil` for those who may not read evidence, and when it cannot be searched for.
    var evidence: RecordPageView?
    /// Why evidence cannot be searched for.
    var fault: String?

    struct WorkflowHit: Sendable {
        let key: String
        let name: String
        let state: Workflow.State
    }

    struct IncidentHit: Sendable {
        let number: String
        let what: String
        let state: Incident.State
        let level: LevelText
        let reportedAt: Instant
    }

    package var content: PageContent {
        let head: [HTML] = ["<h1>\(say: "Search")</h1>", form]
        return PageContent("Search", head + results)
    }

    private var form: HTML {
        let field = FormField(id: "find", name: "q", label: "What are you looking for?")
        return """
            <form class="filters" method="get" action="\(PagePaths.search)" \
            aria-label="\(say: "Search everywhere")">
            \(field.line(.init(type: "search", value: query)))
            <button type="submit">\(say: "Find")</button>
            </form>
            """
    }

    private var results: [HTML] {
        if query.isEmpty {
            return [
                HTML.paragraph(
                    """
                    You can find an incident by its number or its words, a workflow by its name or \
                    key, and a record of evidence by what it says.
                    """),
                HTML.paragraph("Type a number such as INC-2026-0001, and its page opens."),
            ]
        }
        let isNothing =
            workflows.isEmpty && (incidents ?? []).isEmpty && (evidence?.items ?? []).isEmpty
        let nothing = HTML.paragraph(
            """
            Nothing was found. Try one word instead of several, or look through the lists in the \
            menu.
            """)
        return (isNothing ? [nothing] : []) + [workflowSection, incidentSection, evidenceSection]
    }

    // MARK: Workflows

    private var workflowSection: HTML {
        if workflows.isEmpty { return .nothing }
        let lines = workflows.map { workflow -> HTML in
            """
            <li>
            <h3><a href="\(PagePaths.workflow(workflow.key))">\(HTML.said(workflow.name))</a></h3>
            <p class="badges">\(workflow.state.badge)</p>
            </li>
            """
        }
        let list: HTML = "<ul class=\"cards\">\n\(lines)\n</ul>"
        let more: HTML =
            hasMoreWorkflows
            ? HTML.hint("There are more: write a part of the name and press “Find”.") : .nothing
        return .section("workflows", "Workflows", [list, more])
    }

    // MARK: Incidents

    private var incidentSection: HTML {
        guard let incidents, !incidents.isEmpty else { return .nothing }
        let lines = incidents.map { incident -> HTML in
            let path = PagePaths.incident(incident.number)
            return """
                <li>
                <h3><a href="\(path)">\(incident.number)</a></h3>
                <p class="badges">\(incident.state.badge) \(incident.level.badge)</p>
                \(HTML.prose(incident.what))
                <p>\(HTML.time(incident.reportedAt))</p>
                </li>
                """
        }
        return .section(
            "incidents", "Incidents",
            [
                "<ul class=\"cards\">\n\(lines)\n</ul>",
                HTML.hint("Of the newest 500 incidents."),
            ])
    }

    // MARK: Evidence

    private var evidenceSection: HTML {
        if let fault {
            return .section("evidence", "Evidence", ["<p>\(told: fault)</p>"])
        }
        guard let evidence, !evidence.items.isEmpty else { return .nothing }
        let path = PagePaths.asking(PagePaths.evidence, [(name: "q", value: query)])
        return .section(
            "evidence", "Evidence",
            [
                "<ul class=\"cards\">\n\(evidence.items.map(RecordCard.html))\n</ul>",
                "<p>\(HTML.link(path, "Search the evidence further"))</p>",
            ])
    }
}
