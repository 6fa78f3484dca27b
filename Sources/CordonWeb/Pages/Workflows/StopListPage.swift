import CordonCore

/// Every workflow that can be stopped, with one button each.
package struct StopListPage: PageModel, Sendable {
    /// What the list is narrowed by.
    let words: String
    let lines: [Line]
    /// Whether there are more than are shown.
    let hasMore: Bool

    struct Line: Sendable {
        let key: String
        let name: String
        let state: Workflow.State
        let owner: String?
        /// The stop in force of the whole workflow, if there is one.
        let containment: String?
    }

    package var content: PageContent {
        PageContent(
            "Stop a workflow",
            [
                "<h1>\(say: "Stop a workflow")</h1>",
                HTML.paragraph(
                    """
                    Anybody may stop a workflow, and nobody has to be certain. Starting it again \
                    is what takes care, and others do that.
                    """),
                find, list,
            ])
    }

    private var find: HTML {
        let field = FormField(
            id: "stop-find", name: "q", label: "Name, key or owner", isOptional: true
        ).line(.init(type: "search", value: words))
        return """
            <form class="filters" method="get" action="\(PagePaths.stop)" \
            data-filter="#stop-list &gt; li">
            \(field)
            <button class="quiet" type="submit">\(say: "Find")</button>
            </form>
            """
    }

    private var list: HTML {
        if lines.isEmpty { return empty }
        let more =
            hasMore
            ? HTML.hint("There are more: write a part of the name and press “Find”.") : .nothing
        return """
            <ul class="cards board" id="stop-list">
            \(lines.map(card))
            </ul>
            \([more])
            """
    }

    private var empty: HTML {
        guard words.isEmpty else {
            let all = HTML.link(PagePaths.stop, "Show all workflows")
            return """
                <p>\(say: "No workflow in use is called so.") \(all)</p>
                \(report)
                """
        }
        return """
            <p>\(say: "No workflow is registered that could be stopped here.")</p>
            \(report)
            """
    }

    private var report: HTML {
        let link = HTML.link(PagePaths.report, "report it")
        return HTML.paragraph(
            "If something looks wrong, stop it by hand where it runs, and \(link).")
    }

    private func card(_ line: Line) -> HTML {
        let owner: HTML =
            line.owner.map { HTML.hint("Owner: \(HTML.said($0))") } ?? .nothing
        return """
            <li class="\(line.state.rawValue)">
            <h2>\(HTML.said(line.name))</h2>
            <p class="badges">\(line.state.badge)</p>
            \([owner] + acts(line))
            </li>
            """
    }

    /// The button, or what became of the stop that was pressed already.
    private func acts(_ line: Line) -> [HTML] {
        if let containment = line.containment {
            let path = PagePaths.stopped(line.key, containment)
            return ["<p>\(HTML.link(path, "See how far the stop has come"))</p>"]
        }
        let careful = HTML.link(PagePaths.stop(line.key), "Say why, or stop only a part")
        return [StopForm.atOnce(line.key, line.name), "<p>\(careful)</p>"]
    }
}
