import CordonCore

/// The register: every workflow with its state, its owner and what it lacks.
package struct WorkflowListPage: PageModel, Sendable {
    /// What the names are narrowed by.
    let words: String
    /// The state that is asked for; `nil` for all.
    let state: Workflow.State?
    let rows: [Row]
    /// The key after which the next page begins.
    let next: String?
    let mayRegister: Bool

    struct Row: Sendable {
        let key: String
        let name: String
        let state: Workflow.State
        let owner: String?
        /// How many things production still demands.
        let gaps: Int
    }

    package var content: PageContent {
        PageContent(
            "Workflows", in: .workflows,
            [
                "<h1>\(say: "Workflows")</h1>",
                HTML.paragraph(
                    """
                    A workflow is a piece of work that uses AI: it has an owner, a way of doing it \
                    without the AI, and a stop.
                    """),
                ways, filters, HTML.live("live-workflows", [table]), further,
            ])
    }

    private var ways: HTML {
        guard mayRegister else { return .nothing }
        let register = HTML.button(PagePaths.registerWorkflow, "Register a workflow")
        return "<p class=\"toolbar\">\(register)</p>"
    }

    private var filters: HTML {
        let find = FormField(
            id: "filter-q", name: "q", label: "Name, key or owner", isOptional: true
        ).line(.init(type: "search", value: words))
        let states = FormField(id: "filter-state", name: "state", label: "State").choice(
            [FormOption("", "All")]
                + Workflow.State.allCases.map { FormOption($0.rawValue, Self.words(of: $0)) },
            selected: state?.rawValue ?? "")
        return """
            <form class="filters" method="get" action="\(PagePaths.workflows)">
            \([find, states])
            <button class="quiet" type="submit">\(say: "Filter")</button>
            </form>
            """
    }

    private static func words(of state: Workflow.State) -> Phrase {
        switch state {
        case .draft: "Draft"
        case .running: "Running"
        case .watch: "Running, on watch"
        case .stopping: "Stopping"
        case .stopped: "Stopped"
        case .retired: "Retired"
        }
    }

    private var isNarrowed: Bool { !words.isEmpty || state != nil }

    private var table: HTML {
        if rows.isEmpty { return empty }
        return ListTable(
            caption: "\(rows.count) workflows on this page",
            head: ["Workflow", "State", "Owner", "Ready for production"], rows: rows.map(cells)
        ).html
    }

    private var empty: HTML {
        guard !isNarrowed else {
            let all = HTML.link(PagePaths.workflows, "Show all workflows")
            return "<p>\(say: "No workflow fits what you look for.") \(all)</p>"
        }
        return HTML.paragraph(
            mayRegister
                ? "No workflow is registered yet. Register the first one; the rest can wait."
                : "No workflow is registered yet. Governance or an administrator registers them.")
    }

    private func cells(_ row: Row) -> [HTML] {
        let name: HTML = """
            <a href="\(PagePaths.workflow(row.key))">\(HTML.said(row.name))</a> \
            <code>\(row.key)</code>
            """
        let ready =
            row.gaps == 0
            ? Badge(.good, "✓", "Ready").html
            : Badge(.warning, "○", "\(row.gaps) things are missing").html
        return [
            name, row.state.badge, row.owner.map(HTML.said) ?? HTML.say("Nobody yet"),
            row.state == .retired ? HTML.say("Out of use") : ready,
        ]
    }

    private var further: HTML {
        guard let next else { return .nothing }
        let path = PagePaths.workflowsFound(
            words: words, state: state?.rawValue ?? "", after: next)
        return "<p>\(HTML.link(path, "The next workflows"))</p>"
    }
}
