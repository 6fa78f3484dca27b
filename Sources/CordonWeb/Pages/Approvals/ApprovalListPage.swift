import CordonCore

/// Calls that wait for people, the oldest first.
package struct ApprovalListPage: PageModel, Sendable {
    let items: [Item]
    /// Where the next page begins; `nil` on the last one.
    var next: String?
    let now: Instant

    static let size = 40

    struct Item: Sendable {
        let id: String
        let what: String
        let askedAt: Instant
        let expiresAt: Instant
        let workflowName: String

        init(_ approval: Approval, workflowName: String) {
            id = approval.id
            what = approval.request.call.tool ?? approval.request.call.action.rawValue
            askedAt = approval.askedAt
            expiresAt = approval.request.expiresAt
            self.workflowName = workflowName
        }
    }

    package var content: PageContent {
        PageContent(
            "Calls that wait for a person", in: .approvals,
            [
                "<h1>\(say: "Calls that wait for a person")</h1>",
                HTML.live("live-approvals", [list]),
            ])
    }

    private var list: HTML {
        if items.isEmpty {
            return HTML.paragraph(
                "No call waits. Without an answer in time, a call is not made.")
        }
        let more = NextPage(next: next, path: PagePaths.approvals, words: "Newer calls").html
        return """
            <ul class="cards">
            \(items.map(card))
            </ul>
            \([more])
            """
    }

    private func card(_ item: Item) -> HTML {
        let place = HTML.said(item.workflowName)
        let waiting = HTML.elapsed(from: item.askedAt, to: now)
        return """
            <li>
            <h2><a href="\(PagePaths.approval(item.id))">\(HTML.said(item.what))</a></h2>
            <p>\(say: "\(place), until \(HTML.time(item.expiresAt))")</p>
            <p class="hint">\(say: "It has waited for \(waiting).")</p>
            </li>
            """
    }
}
