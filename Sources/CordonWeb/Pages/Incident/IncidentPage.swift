import CordonCore

/// One incident, whole: where it stands, what is missing, and every act of the response.
package struct IncidentPage: PageModel, Sendable {
    let incident: IncidentView
    let restart: RestartView
    /// `nil` while the report names none that is registered.
    let workflow: IncidentWorkflow?
    let choices: IncidentChoices
    let visitor: IncidentVisitor
    /// Its stops, in every workflow that it stopped.
    let containments: [ContainmentView]
    /// Look backs that Cordon carries out; empty for those who may not read evidence.
    let searches: [LookbackRunView]
    /// What was changed about the workflow before it, the oldest first.
    let changes: [ChangeView]
    /// The newest lines, the oldest of them first.
    let timeline: [TimelineLine]
    /// The part that somebody works on, on a page of its own; `nil` for the whole incident.
    var asked: IncidentPart?
    /// The form that came back, if one did.
    var returned: ReturnedForm?

    package var content: PageContent {
        PageContent(
            Phrase(said: incident.number), in: section, hasFaults: returned != nil,
            [returned?.summary ?? .nothing, header, jumps] + parts)
    }

    /// All parts; of a page on which somebody works on one of them, that one alone.
    private var parts: [HTML] {
        guard let asked else { return IncidentPart.allCases.map(html(of:)) }
        let back = HTML.link(PagePaths.incident(incident.number, asked), "The whole incident")
        return [html(of: asked), "<p>\(back)</p>"]
    }

    private func html(of part: IncidentPart) -> HTML {
        switch part {
        case .report: reportStep
        case .contain: containStep
        case .preserve: preserveStep
        case .assess: assessStep
        case .escalate: escalateStep
        case .lookBack: lookBackStep
        case .cause: causeStep
        case .correct: correctStep
        case .evaluate: evaluateStep
        case .restart: restartStep
        case .watch: watchStep
        case .review: reviewStep
        case .close: closePart
        case .file: filePart
        case .changes: changesPart
        case .timeline: timelinePart
        }
    }

    private var section: PageSection {
        switch Kind(rawValue: incident.kind) {
        case .nearMiss?: .nearMisses
        case .qualityIssue?: .quality
        case .incident?, .declined?, nil: .incidents
        }
    }

    // MARK: What every part asks

    var isClosed: Bool { incident.state == Incident.State.closed.rawValue }

    /// Whether what it stopped runs again.
    var isRestarted: Bool {
        let state = Incident.State(rawValue: incident.state)
        return state == .watch || state == .restarted
    }

    /// Whether this person may do it here and now: nothing is done to a closed incident.
    func may(_ permission: Permission) -> Bool {
        !isClosed && visitor.permissions.contains(permission)
    }

    func isNext(_ number: Int) -> Bool { incident.nextStep?.number == number }

    /// Whether the forms of a step stand on the page.
    ///
    /// All forms at once would bury people, and weigh more than a page may. It is those of the part
    /// that somebody works on, or of the next step. Containing waits for nobody, so its forms are
    /// there until it is done; and whoever may only attach evidence finds that form always.
    func isAtWork(_ number: Int) -> Bool {
        if let asked { return IncidentPart(step: number) == asked }
        let step = incident.steps.first { $0.number == number }
        if number == 2, step?.state == StepStatus.State.open.rawValue { return true }
        if number == 3, !visitor.permissions.contains(.respond) { return true }
        return isNext(number)
    }

    /// A form of the page, with what was typed when it came back.
    func scope(_ id: String) -> FormScope { FormScope(id, returned) }

    /// Where a form of the page is sent.
    func target(_ path: String) -> String { PagePaths.incident(incident.number) + "/" + path }
}
