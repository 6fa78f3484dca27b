package import CordonCore

/// Explains one kind of refusal, at the address that names it.
package struct ProblemPage: PageModel, Sendable {
    package let kind: Refusal.Kind

    package init(_ kind: Refusal.Kind) { self.kind = kind }

    package var content: PageContent {
        let text = ProblemText.of(kind)
        let name: HTML = "<code>\(kind.rawValue)</code>"
        return PageContent(
            Phrase(told: text.title),
            [
                """
                <h1>\(told: text.title)</h1>
                <p class="hint">\(say: "Problem type \(name), HTTP status \(text.status)")</p>
                <h2>\(say: "What it means")</h2>
                <p>\(told: text.meaning)</p>
                <h2>\(say: "What to do")</h2>
                <p>\(told: text.remedy)</p>
                <p>\(HTML.link(PagePaths.problems, "All kinds of refusal"))</p>
                """
            ])
    }
}

/// All kinds of refusal in one table.
package struct ProblemIndexPage: PageModel, Sendable {
    package init() {}

    package var content: PageContent {
        let rows = Refusal.Kind.allCases.map { kind -> [HTML] in
            let text = ProblemText.of(kind)
            return [
                """
                <a href="\(PagePaths.problem(kind))">\(told: text.title)</a>
                <code>\(kind.rawValue)</code>
                """, "\(text.status)", "\(told: text.meaning)", "\(told: text.remedy)",
            ]
        }
        let type: HTML = "<code>type</code>"
        return PageContent(
            "What Cordon’s refusals mean",
            [
                "<h1>\(say: "What Cordon’s refusals mean")</h1>",
                HTML.paragraph(
                    """
                    When Cordon does not do what was asked, it says why with one of these. Programs \
                    find the same address as \(type) of the answer.
                    """),
                HTML.table(
                    "Kinds of refusal", ["Refusal", "Status", "What it means", "What to do"], rows),
            ])
    }
}
