package import CordonCore

/// What a person finds first: what to do now, the state of every workflow, and what happened.
package struct HomePage: PageModel, Sendable {
    /// What waits for this person, the most pressing first.
    let acts: [Act]
    /// Those that do not simply run, the worst first, and then some of the others.
    let workflows: [WorkflowLine]
    /// How many workflows there are in each state.
    let states: [(state: Workflow.State, count: Int)]
    /// Those that are open, the most pressing one first.
    let incidents: [IncidentLine]
    let nearMisses: [IncidentLine]
    /// What this person has reported, the newest first; for those who see no others.
    let reports: [IncidentLine]
    /// Workflows that lack what production demands, with how much; `nil` for who may not amend.
    let unready: [(key: String, name: String, gaps: Int)]?
    let now: Instant
    let mayReadIncidents: Bool

    /// Open incidents that the page has room for.
    static let incidentsAtMost = 20

    /// One thing to do, with where it is done.
    package struct Act: Sendable {
        package let path: String
        package let words: Phrase
        package let urgency: Urgency

        package enum Urgency: Sendable { case now, soon }

        package init(_ path: String, _ words: Phrase, _ urgency: Urgency = .now) {
            self.path = path
            self.words = words
            self.urgency = urgency
        }
    }

    package struct WorkflowLine: Sendable {
        package let key: String
        package let name: String
        package let state: Workflow.State
        package let since: Instant?
        package let fallbackTitle: String?
        package let incident: String?
        /// How many of the places where it runs have confirmed the stop.
        package let confirmed: (done: Int, all: Int)?

        package init(
            key: String, name: String, state: Workflow.State, since: Instant? = nil,
            fallbackTitle: String? = nil, incident: String? = nil,
            confirmed: (done: Int, all: Int)? = nil
        ) {
            self.key = key
            self.name = name
            self.state = state
            self.since = since
            self.fallbackTitle = fallbackTitle
            self.incident = incident
            self.confirmed = confirmed
        }
    }

    package struct IncidentLine: Sendable {
        package let number: String
        package let what: String
        package let kind: Kind
        package let level: LevelText
        package let state: Incident.State
        package let workflow: String?
        package let nextStep: String?
        package let reportedAt: Instant
    }

    package var content: PageContent {
        PageContent(
            headline, in: .home,
            [
                HTML.live("live-home", ["<h1>\(say: headline)</h1>", actList, board]),
                HTML.live(
                    "live-open", [reportSection, incidentSection, nearMissSection, readiness]),
            ])
    }

    /// The one sentence at the top.
    private var headline: Phrase {
        let stopping = workflows.filter { $0.state == .stopping }
        if let first = stopping.first {
            return stopping.count == 1
                ? "Act now: \(first.name) is still stopping"
                : "Act now: \(stopping.count) workflows are still stopping"
        }
        let open = incidents.filter { [.reported, .open].contains($0.state) }.count
        if open >= Self.incidentsAtMost { return "Act now: \(open) incidents or more are open" }
        if open > 0 { return "Act now: \(open) incidents are open" }
        let stopped = states.first { $0.state == .stopped }?.count ?? 0
        if stopped > 0 { return "\(stopped) workflows are stopped" }
        let watched = states.first { $0.state == .watch }?.count ?? 0
        if watched > 0 { return "Nothing is stopped; \(watched) workflows are on watch" }
        return "Nothing on your list is open"
    }

    private var actList: HTML {
        if acts.isEmpty {
            return HTML.paragraph("Nothing waits for you. If something looks wrong, report it.")
        }
        let lines = acts.map { act -> HTML in
            let mark =
                act.urgency == .now
                ? Badge(.bad, "▲", "Now").html : Badge(.warning, "◐", "Soon").html
            return "<li>\(mark) \(HTML.link(act.path, act.words))</li>"
        }
        return """
            <section aria-labelledby="acts">
            <h2 id="acts">\(say: "Waiting for you")</h2>
            <ul class="plain acts">
            \(lines)
            </ul>
            </section>
            """
    }

    // MARK: Workflows

    private var board: HTML {
        let counts = states.filter { $0.count > 0 }.map { line -> HTML in
            let path = PagePaths.workflows + "?state=" + line.state.rawValue
            return """
                <li><a href="\(path)"><strong>\(say: "\(line.count)")</strong> \
                \(line.state.badge)</a></li>
                """
        }
        let content: HTML =
            workflows.isEmpty
            ? HTML.paragraph(
                """
                No workflow is registered yet. You can still report something wrong: choose “Not \
                listed”.
                """)
            : """
            <ul class="states">
            \(counts)
            </ul>
            <ul class="cards board">
            \(workflows.map(card))
            </ul>
            """
        return .section("workflows", "Workflows", [content])
    }

    private func card(_ workflow: WorkflowLine) -> HTML {
        var lines: [HTML] = []
        if workflow.state == .stopping {
            if let confirmed = workflow.confirmed {
                lines.append(
                    HTML.paragraph("\(confirmed.done) of \(confirmed.all) places have confirmed."))
            }
            lines.append(HTML.paragraph("Treat it as running until it says “Stopped”."))
        }
        if workflow.state == .stopping || workflow.state == .stopped {
            lines.append(FallbackText.sentence(workflow.fallbackTitle))
        }
        if let since = workflow.since {
            lines.append(
                HTML.hint(
                    "Since \(HTML.time(since)), \(HTML.elapsed(from: since, to: now)) ago"))
        }
        if let incident = workflow.incident {
            lines.append("<p>\(link(incident))</p>")
        }
        return """
            <li class="\(workflow.state.rawValue)">
            <h3><a href="\(PagePaths.workflow(workflow.key))">\(HTML.said(workflow.name))</a></h3>
            <p class="badges">\(workflow.state.badge)</p>
            \(lines)
            </li>
            """
    }

    // MARK: Incidents

    private var reportSection: HTML {
        if reports.isEmpty { return .nothing }
        return .section(
            "reports", "What you reported",
            [
                "<ul class=\"cards\">\n\(reports.map(card))\n</ul>",
                "<p>\(HTML.link(PagePaths.reports, "All that you reported"))</p>",
            ])
    }

    private var incidentSection: HTML {
        guard mayReadIncidents else { return .nothing }
        let content: HTML =
            incidents.isEmpty
            ? HTML.paragraph(
                """
                No incident is open. If something looks wrong, report it: being unsure is enough.
                """)
            : "<ul class=\"cards\">\n\(incidents.map(card))\n</ul>"
        return .section("incidents", "Open incidents", [content])
    }

    private func card(_ incident: IncidentLine) -> HTML {
        let place: HTML =
            incident.workflow.map(HTML.said) ?? HTML.say("Workflow not listed")
        let next: HTML =
            incident.nextStep.map { step in
                let words: HTML = "<strong>\(told: step)</strong>"
                return HTML.paragraph("Next step: \(words)")
            } ?? .nothing
        return """
            <li>
            <h3>\(link(incident.number))</h3>
            <p class="badges">\(incident.state.badge) \(incident.level.badge)</p>
            <p>\(say: incident.kind.words) · \(place)</p>
            <p class="prose" dir="auto">\(incident.what)</p>
            \([next])
            </li>
            """
    }

    private var nearMissSection: HTML {
        guard mayReadIncidents else { return .nothing }
        let lines = nearMisses.map { line -> HTML in
            "<li>\(link(line.number)) \(HTML.said(line.what)) \(HTML.time(line.reportedAt))</li>"
        }
        let content: HTML =
            lines.isEmpty
            ? HTML.paragraph("None is logged. A near miss that nobody logs teaches nobody.")
            : "<ul class=\"plain\">\n\(lines)\n</ul>"
        return .section("near-misses", "Recent near misses", [content])
    }

    private var readiness: HTML {
        guard let unready, !unready.isEmpty else { return .nothing }
        let lines = unready.map { workflow -> HTML in
            let name: HTML = """
                <a href="\(PagePaths.workflow(workflow.key))#readiness">\(HTML.said(workflow.name))</a>
                """
            return "\(say: "\(name): \(workflow.gaps) things are missing")"
        }
        return .section("readiness", "Not ready for production", [HTML.list(lines)])
    }

    private func link(_ number: String) -> HTML {
        "<a href=\"\(PagePaths.incident(number))\">\(number)</a>"
    }
}

extension HTML {
    /// How long it is from one moment to another, in the largest unit that fits: `3 days`.
    static func elapsed(from start: Instant, to end: Instant) -> HTML {
        let seconds = Int(max(0, (end.milliseconds - start.milliseconds) / 1_000))
        return switch seconds {
        case ..<60: say("\(seconds) seconds")
        case ..<3_600: say("\(seconds / 60) minutes")
        case ..<172_800: say("\(seconds / 3_600) hours")
        default: say("\(seconds / 86_400) days")
        }
    }
}
