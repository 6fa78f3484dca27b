import CordonCore
import CordonOperations

/// What a workflow's page says of it, section by section.
struct WorkflowDetails {
    let page: WorkflowPage

    private var workflow: Workflow { page.workflow }
    private var profile: WorkflowProfile { page.workflow.profile }

    // MARK: Without the AI

    var fallback: [HTML] {
        let rehearsed: HTML =
            workflow.rehearsedOn.map { HTML.paragraph("Rehearsed last on \(HTML.time($0)).") }
            ?? HTML.paragraph("It was never rehearsed: nobody knows yet whether it works.")
        guard let fallback = profile.fallback else {
            return [HTML.paragraph("No way of doing the work without the AI is described.")]
        }
        return FallbackText.whole(fallback) + [rehearsed]
    }

    // MARK: Authority

    var authority: [HTML] {
        guard let authority = profile.authority else {
            return [HTML.paragraph("Nothing is written down, so the gate lets it do nothing.")]
        }
        return [
            HTML.paragraph(mode(authority)), HTML.paragraph(delivers(authority)),
            waits(authority),
            HTML.paragraph(
                authority.decides
                    ? "It may decide about people or money by itself."
                    : "It decides nothing about people or money by itself."),
            tools(authority.tools), forbidden(authority.forbids ?? []),
        ]
    }

    private func mode(_ authority: Authority) -> Phrase {
        switch authority.mode {
        case .draft: "It only drafts: a person does everything that follows."
        case .act: "It acts: it may call the tools that are named here."
        }
    }

    private func delivers(_ authority: Authority) -> Phrase {
        switch authority.delivers {
        case .none: "Nothing that it makes is sent to anybody."
        case .inside: "What it makes may reach people inside the company."
        case .outside: "What it makes may reach people outside the company."
        }
    }

    private func waits(_ authority: Authority) -> HTML {
        guard authority.deliveryNeedsApproval else { return .nothing }
        let terms = authority.deliveryApproval.map(ToolTerms.approval) ?? []
        return "\([HTML.paragraph("Nothing is sent before a person has said yes.")] + terms)"
    }

    private func tools(_ tools: [ToolAuthority]) -> HTML {
        if tools.isEmpty { return HTML.paragraph("It may call no tool.") }
        let rows = tools.prefix(WorkflowPage.shownAtMost).map { tool in
            [
                "<code>\(tool.name)</code>" as HTML,
                HTML.say(tool.access == .read ? "Only reads" : "Changes something"),
                HTML.list(ToolTerms(tool: tool).lines),
            ]
        }
        let rest = tools.count - rows.count
        let more = rest > 0 ? HTML.hint("And \(rest) more tools.") : .nothing
        let table = HTML.table("Tools that it may call", ["Tool", "What it does", "Limits"], rows)
        return "\([table, more])"
    }

    private func forbidden(_ names: [String]) -> HTML {
        if names.isEmpty { return .nothing }
        let list = names.prefix(WorkflowPage.shownAtMost).map { "<code>\($0)</code>" as HTML }
        return """
            <p>\(say: "Denied whatever else is written:")</p>
            \(HTML.list(list))
            """
    }

    // MARK: Care

    var care: [HTML] { [review, escalation, owners, related, byHand] }

    private var review: HTML {
        guard let standard = profile.reviewStandard else {
            return HTML.paragraph("What a reviewer has to check is not written down.")
        }
        return """
            <h3>\(say: "How its work is reviewed")</h3>
            <p>\(say: "\(standard.sharePercent) percent of the work is reviewed, for this:")</p>
            \(HTML.list(standard.checks.map(HTML.said)))
            """
    }

    private var escalation: HTML {
        if profile.escalation.isEmpty {
            return HTML.paragraph("Whom to call is not written down.")
        }
        let lines = profile.escalation.map { contact -> HTML in
            "<li>\(HTML.said(contact.function)): \(HTML.said(contact.contact))</li>"
        }
        return """
            <h3>\(say: "Whom to call")</h3>
            <ol>
            \(lines)
            </ol>
            """
    }

    private var owners: HTML {
        if profile.severityOwners.isEmpty {
            return HTML.paragraph("Who leads the response at each level is not written down.")
        }
        let lines = profile.severityOwners.sorted { $0.level < $1.level }.map { owner -> HTML in
            "\(say: "Level \(owner.level)"): \(HTML.said(owner.contact))"
        }
        return """
            <h3>\(say: "Who leads the response, by level")</h3>
            \(HTML.list(lines))
            """
    }

    private var related: HTML {
        if profile.related.isEmpty { return .nothing }
        let lines = profile.related.map { key -> HTML in
            guard let name = page.relatedNames[key] else {
                return "<code>\(key)</code> \(say: "(not registered)")"
            }
            return "<a href=\"\(PagePaths.workflow(key))\">\(HTML.said(name))</a>"
        }
        return """
            <h3>\(say: "Related workflows")</h3>
            \(HTML.list(lines))
            """
    }

    private var byHand: HTML {
        if profile.manualTargets.isEmpty { return .nothing }
        let lines = profile.manualTargets.map { target -> HTML in
            let how = HTML.said(target.instruction)
            let who = HTML.said(target.contact)
            return "<strong>\(HTML.said(target.name))</strong>: \(how) \(say: "Ask \(who).")"
        }
        return """
            <h3>\(say: "What is stopped by hand")</h3>
            \(HTML.list(lines))
            """
    }

    // MARK: What it touches

    var touched: [HTML] {
        var facts: [(name: Phrase, value: HTML)] = []
        facts.append(("Kinds of data that it touches", words(profile.dataClasses)))
        facts.append(("Whom its mistakes would reach", words(profile.affectedParties)))
        facts.append(("How long its records are kept", retention))
        return [HTML.facts(facts)]
    }

    private func words(_ items: [String]) -> HTML {
        items.isEmpty ? HTML.say("Not said yet") : HTML.said(items.joined(separator: ", "))
    }

    private var retention: HTML {
        guard let chosen = page.retention else { return HTML.say("Not chosen yet") }
        return "\(told: chosen.title) (\(say: "\(chosen.days) days"))"
    }

    // MARK: Where it meets Cordon

    var points: [HTML] {
        if page.points.isEmpty {
            return [
                HTML.paragraph(
                    "Nowhere since the server has started. Connect it as described below."), terms,
            ]
        }
        let lines = page.points.prefix(WorkflowPage.shownAtMost).map(point)
        return ["<ul class=\"plain\">\n\(lines)\n</ul>", terms]
    }

    /// On which terms calls pass through the gateway, where they do, or where somebody has said so.
    private var terms: HTML {
        let terms = profile.gateway ?? .usual
        let passes = page.points.contains { $0.kind == .gateway }
        guard passes || terms != .usual else { return .nothing }
        return """
            <h3>\(say: "Calls that pass through Cordon")</h3>
            \(HTML.facts(terms.facts))
            """
    }

    private func point(_ point: EnforcementPoint) -> HTML {
        let proved =
            point.stopProvedAt.map { HTML.hint("Stop proved: \(HTML.time($0))") } ?? .nothing
        return """
            <li>
            <p>\(Self.badge(point.kind.enforces)) <strong>\(HTML.said(point.name))</strong></p>
            <p class="hint">\(say: Self.words(point.kind)) \
            · \(say: "Last seen: \(HTML.time(point.lastSeenAt))")</p>
            \([proved])
            </li>
            """
    }

    private static func badge(_ enforces: Bool) -> HTML {
        enforces
            ? Badge(.good, "●", "Stops here").html : Badge(.warning, "◐", "Not contained here").html
    }

    private static func words(_ kind: EnforcementPoint.Kind) -> Phrase {
        switch kind {
        case .gate: "Asks the gate before it acts"
        case .gateway: "Calls pass through Cordon"
        case .follower: "Follows the gate"
        case .hook: "A tool’s own hook asks"
        case .observer: "Only tells of what it did"
        }
    }

    // MARK: Connecting

    var connections: [HTML] {
        let command: HTML = "<code>cordon workflow test-stop \(page.key)</code>"
        return [
            HTML.paragraph("Run what you connected once, then test the stop: \(command)"),
            "<ul class=\"cards\">\n\(page.connections.map(card))\n</ul>",
        ]
    }

    private func card(_ connection: Connection) -> HTML {
        let met = connection.met(page.points)
        let title: HTML = "\(told: connection.title)"
        let never = HTML.say("never")
        let seen = met.map(\.lastSeenAt).max().map(HTML.time) ?? never
        let proved = met.compactMap(\.stopProvedAt).max().map(HTML.time) ?? never
        return """
            <li>
            <h3>\(title)</h3>
            <p class="badges">\(Self.badge(connection.kind.enforces))</p>
            <p>\(told: connection.audience)</p>
            <p class="hint">\(say: "Last seen: \(seen)") · \(say: "Stop proved: \(proved)")</p>
            <details>
            <summary>\(say: "Show \(title)")</summary>
            \(HTML.exact(connection.text))
            </details>
            </li>
            """
    }

    // MARK: What was changed

    var changes: [HTML] {
        if page.changes.isEmpty {
            return [
                HTML.paragraph(
                    """
                    Nothing yet. Changes are noticed in what the workflow sends, or announced by \
                    whoever makes them.
                    """)
            ]
        }
        return [ChangeTable("The newest changes", page.changes).html]
    }

    // MARK: Evidence and incidents

    func evidence(_ capture: WorkflowEvidenceView) -> [HTML] {
        let never = HTML.say("Never")
        var facts: [(name: Phrase, value: HTML)] = []
        facts.append(("Records", HTML.say("\(capture.records) records")))
        facts.append(("First one", capture.firstAt.map { HTML.time($0) } ?? never))
        facts.append(("Newest one", capture.lastAt.map { HTML.time($0) } ?? never))
        facts.append(("Holds on deletion", HTML.say("\(capture.holds.count) holds")))
        let link = HTML.link(PagePaths.workflowEvidence(page.key), "Look at its records")
        let way: HTML = page.rights.mayReadEvidence ? "<p>\(link)</p>" : .nothing
        return [HTML.facts(facts), gaps(capture), uses(capture), way]
    }

    private func gaps(_ capture: WorkflowEvidenceView) -> HTML {
        let open = capture.gaps.filter { $0.closedAt == nil }
        if open.isEmpty {
            return HTML.paragraph(
                capture.records == 0
                    ? "Nothing has been kept yet: without evidence nothing can be looked back on."
                    : "Nothing is missing, as far as Cordon can tell.")
        }
        let lines = open.prefix(WorkflowPage.shownAtMost).map { gap -> HTML in
            "\(told: gap.detail) \(say: "Since \(HTML.time(gap.openedAt))")"
        }
        return """
            <p>\(say: "Missing from its evidence:")</p>
            \(HTML.list(lines))
            """
    }

    private func uses(_ capture: WorkflowEvidenceView) -> HTML {
        let open = capture.openUses.filter { $0.count > 0 }.map { use -> HTML in
            use.kind == "without_gate"
                ? HTML.say("\(use.count) times it went on without the gate’s answer.")
                : HTML.say("\(use.count) times it went on without a record.")
        }
        let shadow = capture.shadowUses.prefix(WorkflowPage.shownAtMost).map { use -> HTML in
            HTML.say("Used outside what the company has approved: \(HTML.said(use.what))")
        }
        return HTML.list(open + shadow)
    }

    func incidents(_ incidents: [IncidentSummaryView]) -> [HTML] {
        if incidents.isEmpty {
            return [HTML.paragraph("None so far. Near misses count too: report them.")]
        }
        let rows = incidents.map { incident -> [HTML] in
            let number: HTML = """
                <a href="\(PagePaths.incident(incident.number))">\(incident.number)</a>
                """
            return [
                number, Incident.State(rawValue: incident.state)?.badge ?? .nothing,
                LevelText(incident.level, "", provisional: incident.provisional).badge,
                HTML.said(String(incident.what.prefix(160))), HTML.time(incident.reportedAt),
            ]
        }
        let all = HTML.link(PagePaths.workflowIncidents(page.key), "All of its incidents")
        let over = HTML.link(PagePaths.overTime(page.key), "Quality over time, with the changes")
        return [
            HTML.table(
                "Its newest incidents", ["Number", "State", "Level", "What happened", "Reported"],
                rows), "<p>\(all)</p>", "<p>\(over)</p>",
        ]
    }
}
