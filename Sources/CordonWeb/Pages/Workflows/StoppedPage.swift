import CordonCore

/// The proof of one stop: what was asked for, place by place, and what has confirmed it.
package struct StoppedPage: PageModel, Sendable {
    let workflow: Workflow
    let containment: Containment
    /// Other stops that belong to it: of this workflow, or of others with the same incident.
    let others: [Other]
    let mayConfirm: Bool
    /// Whether the visitor may read the incident.
    let mayReadIncident: Bool
    let now: Instant
    let returned: ReturnedForm?

    struct Other: Sendable {
        let key: String
        let name: String
        let containment: String
        let isProved: Bool
    }

    private var done: Int { containment.targets.filter { $0.confirmation != nil }.count }

    /// Never says that it has stopped before every place has confirmed it.
    private var headline: Phrase {
        if containment.liftedAt != nil { return "This stop is lifted" }
        if containment.isProved { return "Stopped" }
        return "Stopping: \(done) of \(containment.targets.count) confirmed"
    }

    package var content: PageContent {
        PageContent(
            headline, in: .workflows, hasFaults: returned != nil,
            [
                returned?.summary ?? .nothing,
                HTML.live("live-stop", ["<h1>\(say: headline)</h1>", top, facts, targets]),
                byHand, otherStops,
                .section(
                    "fallback", "How the work goes on",
                    containment.isInForce
                        ? FallbackText.whole(workflow.profile.fallback)
                        : [HTML.paragraph("The stop is lifted: the work goes on as usual.")]),
                next,
            ])
    }

    // MARK: What is the case

    private var top: HTML {
        let link: HTML = """
            <a href="\(PagePaths.workflow(workflow.key))">\(HTML.said(workflow.profile.name))</a>
            """
        return """
            <p class="badges">\(workflow.state.badge) \(link)</p>
            \(advice)
            """
    }

    private var advice: HTML {
        if containment.liftedAt != nil {
            return HTML.paragraph("The workflow was restarted after this stop.")
        }
        if !containment.isProved {
            return HTML.paragraph(
                """
                Treat it as running until every place has confirmed: what is still open is listed \
                here.
                """)
        }
        return HTML.paragraph("Every place where it runs has confirmed the stop.")
    }

    private var facts: HTML {
        var facts: [(name: Phrase, value: HTML)] = []
        facts.append(("What is stopped", HTML.say(scope)))
        facts.append(("Why", HTML.said(containment.reason)))
        facts.append(("Stopped by", HTML.said(containment.requestedBy.name)))
        facts.append(("Asked for", HTML.time(containment.requestedAt)))
        if let containedAt = containment.containedAt {
            facts.append(("Proved", HTML.time(containedAt)))
            facts.append(
                (
                    "From the request to the proof",
                    HTML.lasting(
                        seconds: Int(
                            (containedAt.milliseconds - containment.requestedAt.milliseconds)
                                / 1_000))
                ))
        }
        if let liftedAt = containment.liftedAt {
            facts.append(("Lifted", HTML.time(liftedAt)))
        }
        return HTML.facts(facts)
    }

    private var scope: Phrase {
        switch containment.scope {
        case .whole: "The whole workflow"
        case .tool(let name): "The tool \(HTML.said(name)) alone"
        case .outbound: "What it sends outside the company"
        }
    }

    // MARK: Place by place

    private var targets: HTML {
        HTML.table(
            "Places where it has to stop", ["Place", "State", "How it is known"],
            containment.targets.map(cells))
    }

    private func cells(_ target: Containment.Target) -> [HTML] {
        let instruction: HTML =
            target.kind == .manual ? HTML.said(target.instruction) : "\(told: target.instruction)"
        return [
            place(target), badge(target),
            target.confirmation.map { known($0, target.kind) } ?? awaited(target, instruction),
        ]
    }

    private func place(_ target: Containment.Target) -> HTML {
        switch target.kind {
        case .gate: HTML.say("Cordon’s gate")
        case .leases: HTML.say("Answers that may still be relied upon")
        case .gateway: HTML.say("Calls that were passing through")
        case .manual: "\(say: "By hand: \(HTML.said(target.name))")"
        }
    }

    private func badge(_ target: Containment.Target) -> HTML {
        if target.confirmation != nil { return Badge(.good, "✓", "Confirmed").html }
        if target.kind == .manual {
            return Badge(.bad, "▲", "Confirm that it stopped").html
        }
        // It confirms itself; where it has not in time, somebody has to look.
        let isLate = target.runsOutAt.map { $0.adding(milliseconds: 60_000) < now } ?? false
        return isLate
            ? Badge(.bad, "×", "Failed to confirm in time").html
            : Badge(.warning, "◐", "Requested").html
    }

    private func known(
        _ confirmation: Containment.Confirmation, _ kind: Containment.Target.Kind
    ) -> HTML {
        let proof: HTML =
            kind == .manual ? HTML.said(confirmation.proof) : "\(told: confirmation.proof)"
        let who = HTML.said(confirmation.by.name)
        return "\(HTML.time(confirmation.at)) · \(who)<br/>\(proof)"
    }

    private func awaited(_ target: Containment.Target, _ instruction: HTML) -> HTML {
        guard let runsOutAt = target.runsOutAt else { return instruction }
        return "\(instruction) \(say: "It ends by itself at \(HTML.time(runsOutAt)).")"
    }

    // MARK: By hand

    private var unconfirmed: [Containment.Target] {
        containment.isInForce
            ? containment.targets.filter { $0.kind == .manual && $0.confirmation == nil } : []
    }

    private var byHand: HTML {
        if unconfirmed.isEmpty { return .nothing }
        let intro =
            mayConfirm
            ? HTML.paragraph(
                "Stop each of them where it runs, look that it has stopped, and say so here.")
            : HTML.paragraph(
                """
                Ask the person who is named to stop it, and somebody who responds to incidents to \
                confirm it here: you may not confirm it yourself.
                """)
        return .section(
            "by-hand", "Confirm what is stopped by hand",
            [intro, "<ul class=\"cards\">\n\(unconfirmed.map(card))\n</ul>"])
    }

    private func card(_ target: Containment.Target) -> HTML {
        let contact = workflow.profile.manualTargets.first { $0.name == target.name }?.contact
        let ask: HTML = contact.map { HTML.hint("Ask \(HTML.said($0)).") } ?? .nothing
        return """
            <li>
            <h3>\(HTML.said(target.name))</h3>
            \([HTML.prose(target.instruction), ask, confirm(target)])
            </li>
            """
    }

    private func confirm(_ target: Containment.Target) -> HTML {
        guard mayConfirm else { return .nothing }
        let scope = FormScope(Self.formID(target.name), returned)
        let proof = scope.field(
            "proof", "How do you know that it has stopped?",
            hint: "What you did and what you saw: it stands under your name."
        ).text(scope.value("proof"), rows: 2)
        return scope.form(
            to: PagePaths.confirmTarget(workflow.key, containment.id, target.name),
            button: "Confirm that it has stopped", [proof])
    }

    /// The id of the form that confirms one target.
    static func formID(_ target: String) -> String { "confirm-" + target }

    // MARK: What else

    private var otherStops: HTML {
        if others.isEmpty { return .nothing }
        let lines = others.map { other -> HTML in
            let badge =
                other.isProved
                ? Badge(.good, "✓", "Confirmed").html : Badge(.bad, "▲", "Not yet confirmed").html
            let path = PagePaths.stopped(other.key, other.containment)
            return "<a href=\"\(path)\">\(HTML.said(other.name))</a> \(badge)"
        }
        return .section("others", "Stopped with it", [HTML.list(lines)])
    }

    private var next: HTML {
        let number = containment.incident
        let link: HTML = "<a href=\"\(PagePaths.incident(number))\">\(number)</a>"
        let incident: HTML = mayReadIncident ? link : "\(number)"
        return .section(
            "next", "What happens next",
            [
                HTML.paragraph("The stop belongs to the incident \(incident)."),
                HTML.paragraph(
                    """
                    It restarts only when the cause is found, the fault is put right, and the \
                    people who answer for it have signed.
                    """),
                HTML.paragraph(
                    """
                    Please delete nothing and tidy nothing up: what is there is evidence, and is \
                    held from this moment on.
                    """),
            ])
    }
}
