package import CordonCore

/// What a person finds first: what to do now, what runs, what is open, and how to report and stop.
package struct HomePage: Sendable {
    package let person: String
    package let csrf: String
    package let workflows: [WorkflowLine]
    /// Those that are open, the most pressing one first.
    package let incidents: [IncidentLine]
    package let mayStop: Bool
    /// How many calls wait for a person.
    package let waiting: Int
    /// What was typed into the form that came back, so that nobody has to type it twice.
    package let sent: Sent?
    package let faults: [FormFault]

    package struct WorkflowLine: Sendable {
        package let key: String
        package let name: String
        package let state: Workflow.State
        package let since: Instant?
        package let fallbackTitle: String?
        package let incident: String?

        package init(
            key: String, name: String, state: Workflow.State, since: Instant? = nil,
            fallbackTitle: String? = nil, incident: String? = nil
        ) {
            self.key = key
            self.name = name
            self.state = state
            self.since = since
            self.fallbackTitle = fallbackTitle
            self.incident = incident
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

        package init(
            number: String, what: String, kind: Kind, level: LevelText, state: Incident.State,
            workflow: String?, nextStep: String?
        ) {
            self.number = number
            self.what = what
            self.kind = kind
            self.level = level
            self.state = state
            self.workflow = workflow
            self.nextStep = nextStep
        }
    }

    /// One of the two forms, as it was sent.
    package enum Sent: Sendable {
        /// `leftCompany` is `yes`, `no` or `unknown`; an empty workflow is one that is not listed.
        case report(workflow: String, what: String, leftCompany: String, stop: Bool)
        case stop(workflow: String, reason: String)
    }

    package init(
        person: String, csrf: String, workflows: [WorkflowLine], incidents: [IncidentLine],
        mayStop: Bool, waiting: Int = 0, sent: Sent? = nil, faults: [FormFault] = []
    ) {
        self.person = person
        self.csrf = csrf
        self.workflows = workflows
        self.incidents = incidents
        self.mayStop = mayStop
        self.waiting = waiting
        self.sent = sent
        self.faults = faults
    }

    package var html: HTML {
        let frame = PageFrame(
            title: headline, person: person, csrf: csrf, hasFaults: !faults.isEmpty)
        return frame.around([
            FaultSummary(faults: faults, ids: fieldIDs).html, top, incidentSection,
            workflowSection,
            HomeForms(page: self).report,
        ])
    }

    /// The one sentence at the top.
    private var headline: String {
        let stopping = workflows.filter { $0.state == .stopping }
        if let first = stopping.first {
            return stopping.count == 1
                ? "Act now: \(first.name) is still stopping"
                : "Act now: \(stopping.count) workflows are still stopping"
        }
        if !incidents.isEmpty {
            return "Act now: \(counted(incidents.count, "incident")) "
                + (incidents.count == 1 ? "is open" : "are open")
        }
        let stopped = workflows.filter { $0.state == .stopped }.count
        if stopped > 0 {
            return "\(counted(stopped, "workflow")) \(stopped == 1 ? "is" : "are") stopped"
        }
        return "Nothing on your list is open"
    }

    private var top: HTML {
        let stopLink: HTML =
            mayStop && !workflows.isEmpty
            ? "<a class=\"button stop\" href=\"#workflows\">Stop a workflow</a>" : .nothing
        return """
            <h1>\(headline)</h1>
            \([whatNext, whatWaits])
            <p class="jumps">
            \(["<a class=\"button\" href=\"#report\">Report something wrong</a>", stopLink])
            </p>
            """
    }

    private var whatNext: HTML {
        guard let first = incidents.first, let step = first.nextStep else { return .nothing }
        return "<p>Next for \(link(first.number)): \(HTML.said(step))</p>"
    }

    private var whatWaits: HTML {
        if waiting == 0 { return .nothing }
        let waits = waiting == 1 ? "waits" : "wait"
        return """
            <p><a href="\(PagePaths.approvals)">\(counted(waiting, "call")) \(waits) for a \
            person</a></p>
            """
    }

    private var incidentSection: HTML {
        let content: HTML =
            incidents.isEmpty
            ? """
            <p>No incident that you may see is open. If something looks wrong, report it: being \
            unsure is enough.</p>
            """
            : "<ul class=\"cards\">\n\(incidents.map(card))\n</ul>"
        return """
            <section aria-labelledby="incidents">
            <h2 id="incidents">Open incidents</h2>
            \(content)
            </section>
            """
    }

    private func card(_ incident: IncidentLine) -> HTML {
        let place: HTML = incident.workflow.map { "\(HTML.said($0))" } ?? "Workflow not listed"
        let next: HTML =
            incident.nextStep.map { "<p>Next step: \(HTML.said($0))</p>" } ?? .nothing
        return """
            <li>
            <h3>\(link(incident.number))</h3>
            <p class="badges">\(incident.state.badge) \(incident.level.badge)</p>
            <p>\(incident.kind.words) · \(place)</p>
            <p class="prose" dir="auto">\(incident.what)</p>
            \([next])
            </li>
            """
    }

    private var workflowSection: HTML {
        let content: HTML =
            workflows.isEmpty
            ? """
            <p>No workflow is registered yet. You can still report something wrong: choose “Not \
            listed”.</p>
            """
            : "<ul class=\"cards\">\n\(workflows.indices.map(card))\n</ul>"
        return """
            <section aria-labelledby="workflows">
            <h2 id="workflows">Workflows</h2>
            \(content)
            </section>
            """
    }

    private func card(_ index: Int) -> HTML {
        let workflow = workflows[index]
        let since: HTML = workflow.since.map { " since \(HTML.time($0))" } ?? .nothing
        var lines: [HTML] = []
        if workflow.state == .stopping {
            lines.append(
                "<p>Not every place has confirmed the stop yet: treat it as running.</p>")
        }
        if workflow.state == .stopping || workflow.state == .stopped {
            lines.append(
                ReportedPage.fallback(workflow.fallbackTitle))
        }
        if let incident = workflow.incident {
            lines.append("<p>Incident: \(link(incident))</p>")
        }
        if mayStop { lines.append(HomeForms(page: self).stop(index)) }
        return """
            <li>
            <h3><a href="\(PagePaths.workflow(workflow.key))">\(HTML.said(workflow.name))</a></h3>
            <p class="badges">\(workflow.state.badge)\(since)</p>
            \(lines)
            </li>
            """
    }

    private func link(_ number: String) -> HTML {
        "<a href=\"\(PagePaths.incident(number))\">\(number)</a>"
    }

    private var fieldIDs: [String: String] {
        if case .stop(let key, _) = sent {
            guard let index = workflows.firstIndex(where: { $0.key == key }) else { return [:] }
            return ["reason": HomeForms.reasonID(index)]
        }
        return HomeForms.reportIDs
    }
}
