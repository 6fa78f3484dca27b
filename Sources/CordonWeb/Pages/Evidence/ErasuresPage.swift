/// Requests to destroy content for good, and the form for a new one.
package struct ErasuresPage: PageModel, Sendable {
    let erasures: [ErasureView]
    /// Where the next page begins.
    let next: String?
    let mayErase: Bool
    let returned: ReturnedForm?

    static let proposing = "propose-erasure"

    package var content: PageContent {
        PageContent(
            "Erasures", in: .evidence, hasFaults: returned != nil,
            [
                returned?.summary ?? .nothing, "<h1>\(say: "Erasures")</h1>",
                EvidenceTab.row(.erasures),
                HTML.paragraph(
                    """
                    An erasure destroys what records say, for good and on a legal basis. One \
                    person proposes it, another one approves. What is held is not erased.
                    """),
                propose, list,
            ])
    }

    private var propose: HTML {
        guard mayErase else { return .nothing }
        let scope = FormScope(Self.proposing, returned)
        return scope.folded(
            "Propose an erasure", to: PagePaths.evidenceErasures, button: "Propose it",
            [
                scope.field(
                    "records", "Ids of the records, one on each line",
                    hint: "Or leave this empty and name a person below.", isOptional: true
                ).text(scope.value("records"), rows: 4),
                scope.field(
                    "person", "Name of a person",
                    hint: """
                        Every record in which the name stands is meant. The name itself is not kept.
                        """, isOptional: true
                ).line(.init(value: scope.value("person"))),
                scope.field(
                    "basis", "Legal basis", hint: "Such as an article of a law, without a name."
                ).line(.init(value: scope.value("basis"))),
                scope.field("reason", "Why?", hint: "Without a name: this text stays for good.")
                    .text(scope.value("reason"), rows: 3),
            ])
    }

    private var list: HTML {
        if erasures.isEmpty {
            return HTML.paragraph("Nobody has asked for an erasure. Nothing has to be done here.")
        }
        let more: HTML =
            next.map { place -> HTML in
                let path = PagePaths.asking(
                    PagePaths.evidenceErasures, [(name: "after", value: place)])
                return "<p>\(HTML.link(path, "More requests"))</p>"
            } ?? .nothing
        return .section(
            "list", "Requests, the oldest first",
            ["<ul class=\"cards\">\n\(erasures.map(card))\n</ul>", more])
    }

    private func card(_ erasure: ErasureView) -> HTML {
        let count: Phrase = "Request to erase \(erasure.records) records"
        return """
            <li>
            <h3>\(HTML.link(PagePaths.erasure(erasure.id), count))</h3>
            <p class="badges">\(ErasurePage.badge(erasure.state))</p>
            <p>\(HTML.said(erasure.basis)) · \(HTML.said(erasure.proposedBy)), \
            \(HTML.time(erasure.proposedAt))</p>
            </li>
            """
    }
}

/// One request for erasure, which another person may approve.
package struct ErasurePage: PageModel, Sendable {
    let erasure: ErasureView
    let mayErase: Bool
    let returned: ReturnedForm?

    static let approving = "approve-erasure"

    static func badge(_ state: String) -> HTML {
        state == "executed"
            ? Badge(.calm, "×", "Erased").html
            : Badge(.warning, "◐", "Waits for another person").html
    }

    package var content: PageContent {
        PageContent(
            "Request for erasure", in: .evidence, hasFaults: returned != nil,
            [
                returned?.summary ?? .nothing, "<h1>\(say: "Request for erasure")</h1>",
                EvidenceTab.row(nil), "<p class=\"badges\">\(Self.badge(erasure.state))</p>",
                facts, refusals, HTML.hint(Phrase(told: erasure.note)), approve,
                "<p>\(HTML.link(PagePaths.evidenceErasures, "All requests"))</p>",
            ])
    }

    private var facts: HTML {
        let by = HTML.said(erasure.proposedBy)
        var facts: [(name: Phrase, value: HTML)] = [
            (name: "Records", value: HTML.say("\(erasure.records) records")),
            (name: "Legal basis", value: HTML.said(erasure.basis)),
            (name: "Why", value: HTML.said(erasure.reason)),
            (name: "Proposed by", value: "\(by), \(HTML.time(erasure.proposedAt))"),
        ]
        if let approver = erasure.approvedBy, let at = erasure.executedAt {
            facts.append((name: "Approved by", value: "\(HTML.said(approver)), \(HTML.time(at))"))
            facts.append((name: "Erased", value: HTML.say("\(erasure.erased) records")))
        }
        facts.append((name: "Id", value: "<code>\(erasure.id)</code>"))
        return HTML.facts(facts)
    }

    private var refusals: HTML {
        if erasure.refusals.isEmpty { return .nothing }
        return .section(
            "refusals", "It was refused before",
            [
                HTML.list(erasure.refusals.map { "\(told: $0)" as HTML }),
                "<p>\(HTML.link(PagePaths.evidenceHolds, "Show the holds"))</p>",
            ])
    }

    private var approve: HTML {
        guard mayErase, erasure.state == "proposed" else { return .nothing }
        let scope = FormScope(Self.approving, returned)
        return .section(
            "approve", "Approve it",
            [
                HTML.paragraph(
                    """
                    The content is destroyed at once and cannot be brought back. Somebody else \
                    than who proposed it has to do this.
                    """),
                scope.form(
                    to: PagePaths.approvalOfErasure(erasure.id), button: "Erase it for good",
                    tone: .stop, []),
            ])
    }
}
