import CordonCore

/// How the work goes on while a workflow is stopped, for the people who do the work.
enum FallbackText {
    /// In one sentence; `title` is what the fallback is called, if one is described.
    static func sentence(_ title: String?) -> HTML {
        guard let title else {
            return HTML.paragraph(
                "No fallback is described: ask the workflow’s owner how to go on.")
        }
        return HTML.paragraph("Meanwhile the work goes on by: \(HTML.said(title))")
    }

    /// Whole: the steps in their order, whom to ask, and how much can be done this way.
    static func whole(_ fallback: Fallback?) -> [HTML] {
        guard let fallback else { return [sentence(nil)] }
        let steps = fallback.steps.map { "<li>\(HTML.said($0))</li>" as HTML }
        var facts: [(name: Phrase, value: HTML)] = []
        facts.append(("Who does it, and whom to ask", HTML.said(fallback.contact)))
        if !fallback.capacity.isEmpty {
            facts.append(("How much can be done this way", HTML.said(fallback.capacity)))
        }
        let list: HTML = steps.isEmpty ? .nothing : "<ol>\n\(steps)\n</ol>"
        return [sentence(fallback.title), list, HTML.facts(facts)]
    }
}
