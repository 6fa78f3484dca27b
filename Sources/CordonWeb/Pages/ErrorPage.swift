package import CordonCore

/// Says why something was not done, with everything that stands in the way.
package struct ErrorPage: PageModel, Sendable {
    package let status: Int
    package let title: String
    package let detail: String
    package let blockers: [Blocker]
    package let requestID: String
    /// With it, the page leads to the explanation.
    package let kind: Refusal.Kind?

    package init(
        status: Int, title: String, detail: String, blockers: [Blocker] = [], requestID: String,
        kind: Refusal.Kind? = nil
    ) {
        self.status = status
        self.title = title
        self.detail = detail
        self.blockers = blockers
        self.requestID = requestID
        self.kind = kind
    }

    package init(_ refusal: Refusal, requestID: String) {
        let text = ProblemText.of(refusal.kind)
        self.init(
            status: text.status, title: text.title, detail: refusal.detail,
            blockers: refusal.blockers, requestID: requestID, kind: refusal.kind)
    }

    package var content: PageContent {
        PageContent(
            Phrase(told: title),
            [
                "<h1 data-draft=\"keep\">\(told: title)</h1>",
                "<p class=\"prose\" dir=\"auto\">\(told: detail)</p>",
                obstacles, explanation,
                HTML.hint(
                    """
                    Status \(String(status)), request \(code). Quote it when you ask for help.
                    """),
                "<p>\(HTML.link(PagePaths.home, "Back to the home page"))</p>",
            ])
    }

    private var code: HTML { "<code>\(requestID)</code>" }

    private var obstacles: HTML {
        if blockers.isEmpty { return .nothing }
        return .section("blockers", "What stands in the way", [BlockerList(blockers).html])
    }

    private var explanation: HTML {
        guard let kind else { return .nothing }
        return "<p>\(HTML.link(PagePaths.problem(kind), "What this means and what to do"))</p>"
    }
}
