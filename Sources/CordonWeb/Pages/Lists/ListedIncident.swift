import CordonCore

/// An incident as a line of a list.
struct ListedIncident: Sendable {
    let number: String
    /// The beginning of what was reported.
    let what: String
    /// The registered workflow's key; `nil` when it is not registered.
    var workflow: String?
    /// The workflow's name, or what the reporter called it.
    var workflowName: String?
    let kind: Kind
    let level: LevelText
    let state: Incident.State
    let reportedAt: Instant
    var nextStep: String?
    /// How many of the file's eight items are there.
    let fileComplete: Int
    /// How it was noticed, in the reporter's words.
    var discovered: String?

    /// As much of a text as a line has room for.
    static func short(_ text: String) -> String {
        text.count > charactersAtMost ? String(text.prefix(charactersAtMost - 1)) + "…" : text
    }

    private static let charactersAtMost = 120
}

extension ListedIncident {
    init(_ sequence: ResponseSequence) {
        let incident = sequence.incident
        self.init(
            number: incident.number, what: Self.short(incident.report.what),
            workflow: incident.workflow,
            workflowName: sequence.workflow?.profile.name ?? incident.report.unlisted,
            kind: sequence.kind, level: LevelText(sequence), state: incident.state,
            reportedAt: incident.reportedAt,
            nextStep: incident.closedAt == nil ? sequence.nextStep?.step.title : nil,
            fileComplete: sequence.fileComplete,
            discovered: incident.report.discovered.map(Self.short))
    }

    var link: HTML { "<a href=\"\(PagePaths.incident(number))\">\(number)</a>" }

    /// The workflow with the way to its page, if it has one.
    var place: HTML {
        let name: HTML = workflowName.map(HTML.said) ?? HTML.say("Not listed")
        guard let workflow else { return name }
        return "<a href=\"\(PagePaths.workflow(workflow))\">\(name)</a>"
    }

    var file: HTML { HTML.say("\(fileComplete) of 8") }

    func age(at now: Instant) -> HTML { HTML.elapsed(from: reportedAt, to: now) }
}

extension Incident.State {
    /// The state as an answer of a filter.
    var choiceWords: Phrase {
        switch self {
        case .reported: "Reported, not yet triaged"
        case .open: "Open"
        case .watch: "Restarted, on watch"
        case .restarted: "Restarted"
        case .declined: "Declined"
        case .closed: "Closed"
        }
    }
}
