/// Holds on evidence, with the forms that place one and let one go.
package struct HoldsPage: PageModel, Sendable {
    let holds: [PlacedHoldView]
    /// Where the next page begins.
    let next: String?
    let asked: Asked
    let mayHold: Bool
    let returned: ReturnedForm?

    /// Which holds are listed.
    struct Asked: Equatable, Sendable {
        var workflow = ""
        var showsReleased = false
        var after = ""

        func path(after place: String = "") -> String {
            PagePaths.asking(
                PagePaths.evidenceHolds,
                [
                    (name: "workflow", value: workflow),
                    (name: "released", value: showsReleased ? "true" : ""),
                    (name: "after", value: place),
                ])
        }
    }

    static let placing = "place-hold"

    static func releasing(_ id: String) -> String { "release-\(id)" }

    static func keeping(_ id: String) -> String { "keep-\(id)" }

    package var content: PageContent {
        PageContent(
            "Holds", in: .evidence, hasFaults: returned != nil,
            [
                returned?.summary ?? .nothing, "<h1>\(say: "Holds")</h1>",
                EvidenceTab.row(.holds),
                HTML.paragraph(
                    """
                    What is held is not deleted, whatever its retention says. Two people let a \
                    hold go: one proposes it, another one confirms.
                    """),
                place, filter, list,
            ])
    }

    private var place: HTML {
        guard mayHold else { return .nothing }
        let scope = FormScope(Self.placing, returned)
        return scope.folded(
            "Place a hold", to: PagePaths.evidenceHolds, button: "Place the hold",
            [
                scope.field("workflow", "Key of the workflow").line(
                    .init(value: scope.value("workflow", asked.workflow), isExact: true)),
                scope.field(
                    "from", "From", hint: "Empty: as far back as the policy looks back.",
                    isOptional: true
                ).moment(scope.value("from")),
                scope.field(
                    "to", "Until", hint: "Empty: what is still to come is held as well.",
                    isOptional: true
                ).moment(scope.value("to")),
                scope.field("reason", "Why is it held?").text(scope.value("reason"), rows: 3),
            ])
    }

    private var filter: HTML {
        let fields: [HTML] = [
            FormField(
                id: "holds-workflow", name: "workflow", label: "Key of the workflow",
                isOptional: true
            ).line(.init(value: asked.workflow, isExact: true)),
            FormField(id: "holds-released", name: "released", label: "Also those let go")
                .checkbox("true", isChecked: asked.showsReleased),
        ]
        return """
            <form class="filters" method="get" action="\(PagePaths.evidenceHolds)" \
            aria-label="\(say: "Which holds are listed")">
            \(fields)
            <button class="quiet" type="submit">\(say: "Show")</button>
            </form>
            """
    }

    private var list: HTML {
        if holds.isEmpty {
            return HTML.paragraph(
                """
                There is no hold here. An incident places one by itself on the evidence of its \
                workflow.
                """)
        }
        let more: HTML =
            next.map { "<p>\(HTML.link(asked.path(after: $0), "More holds"))</p>" } ?? .nothing
        return .section(
            "list", "Holds, the oldest first",
            ["<ul class=\"cards\">\n\(holds.map(card))\n</ul>", more])
    }

    // MARK: One hold

    private func card(_ hold: PlacedHoldView) -> HTML {
        let path = PagePaths.workflow(hold.workflow)
        return """
            <li>
            <h3><a href="\(path)">\(HTML.said(hold.workflow))</a></h3>
            <p class="badges">\(Self.badge(hold.state))</p>
            \([facts(hold), gaps(hold), forms(hold)])
            </li>
            """
    }

    private static func badge(_ state: String) -> HTML {
        switch state {
        case "active": Badge(.good, "■", "Held").html
        case "release_proposed": Badge(.warning, "◐", "Release proposed").html
        default: Badge(.calm, "○", "Let go").html
        }
    }

    private func facts(_ hold: PlacedHoldView) -> HTML {
        let to = hold.to.map { HTML.time($0) } ?? HTML.say("and all that is still to come")
        // What Cordon writes with an incident is a sentence of ours, all else a person's words.
        let reason: HTML =
            hold.incident == nil ? HTML.said(hold.reason) : "\(told: hold.reason)"
        var facts: [(name: Phrase, value: HTML)] = [
            (name: "Why", value: reason),
            (name: "From", value: HTML.time(hold.from)), (name: "Until", value: to),
            (name: "Placed by", value: "\(HTML.said(hold.placedBy)), \(HTML.time(hold.placedAt))"),
        ]
        if let number = hold.incident {
            let path = PagePaths.incident(number)
            facts.append((name: "Incident", value: "<a href=\"\(path)\">\(number)</a>"))
        }
        if let by = hold.proposedBy {
            let reason = HTML.said(hold.releaseReason ?? "")
            facts.append((name: "Release proposed by", value: "\(HTML.said(by)): \(reason)"))
        }
        if let by = hold.releasedBy, let at = hold.releasedAt {
            facts.append((name: "Let go by", value: "\(HTML.said(by)), \(HTML.time(at))"))
        }
        return HTML.facts(facts)
    }

    private func gaps(_ hold: PlacedHoldView) -> HTML {
        if hold.gaps.isEmpty { return .nothing }
        let lines = hold.gaps.map { gap -> HTML in
            let parts = gap.split(separator: ":", maxSplits: 1).map(String.init)
            let detail = parts.count > 1 ? String(parts[1].drop { $0 == " " }) : ""
            return "\(say: EvidenceWords.gap(parts.first ?? "")). \(told: detail)"
        }
        return """
            <p>\(say: "What the evidence lacked when the hold was placed:")</p>
            \(HTML.list(lines))
            """
    }

    private func forms(_ hold: PlacedHoldView) -> HTML {
        guard mayHold, hold.state != "released" else { return .nothing }
        let isProposed = hold.state == "release_proposed"
        let release = FormScope(Self.releasing(hold.id), returned)
        let keep = FormScope(Self.keeping(hold.id), returned)
        let because = release.field("reason", "Why may it go?")
        let letGo = release.folded(
            isProposed ? "Confirm the release" : "Propose the release",
            to: PagePaths.releaseOfHold(hold.id),
            button: isProposed ? "Confirm: let it go" : "Propose: let it go", tone: .quiet,
            origin(in: release) + [because.text(release.value("reason"), rows: 2)])
        guard isProposed else { return letGo }
        let stays = keep.folded(
            "Keep the hold", to: PagePaths.keepingOfHold(hold.id), button: "Keep it",
            tone: .quiet,
            origin(in: keep)
                + [keep.field("reason", "Why does it stay?").text(keep.value("reason"), rows: 2)])
        return "\([letGo, stays])"
    }

    /// Which page of the list the form stands on, to come back to it.
    private func origin(in scope: FormScope) -> [HTML] {
        [
            scope.hidden("list_workflow", asked.workflow),
            scope.hidden("list_released", asked.showsReleased ? "true" : ""),
            scope.hidden("list_after", asked.after),
        ]
    }
}
