import CordonCore

/// Everything that is still to be put right, overdue first, each with whose it is.
package struct ActionListPage: PageModel, Sendable {
    /// Those of this page.
    let items: [ListedAction]
    /// How many are open in all, as far as they were looked for.
    let count: Int
    /// How many of them are overdue.
    let overdue: Int
    /// Where this page begins, and where the next one does; `nil` when this is the last.
    let from: Int
    let next: Int?
    /// Whether every incident was looked at that is not closed and names an action.
    let isWhole: Bool
    let now: Instant
    let mayRespond: Bool
    var returned: ReturnedForm?

    static let size = 25
    /// Actions that are listed at all.
    static let actionsAtMost = 200
    /// Incidents that name some and are looked through, the newest ones.
    static let incidentsAtMost = 200

    static func formID(_ action: String) -> String { "done-" + action }

    package var content: PageContent {
        PageContent(
            "Actions", in: .actions, hasFaults: returned != nil,
            [summary, "<h1>\(say: "Actions")</h1>"] + introduction + [list, duties])
    }

    private var summary: HTML {
        guard let returned else { return .nothing }
        let isShown = items.contains { Self.formID($0.id) == returned.id }
        return isShown && mayRespond ? returned.summary : returned.summaryWithoutForm
    }

    private var duties: HTML {
        "<p>\(HTML.link(PagePaths.duties, "Whom somebody has to tell, and by when"))</p>"
    }

    private var introduction: [HTML] {
        if count == 0 { return isWhole ? [] : [limits] }
        let late: HTML =
            overdue == 0
            ? HTML.paragraph("None of them is overdue.")
            : HTML.paragraph("\(overdue) of them are overdue.")
        return [
            HTML.paragraph("\(count) actions are open."), late, isWhole ? .nothing : limits,
            count > Self.actionsAtMost
                ? HTML.hint("The \(Self.actionsAtMost) most pressing ones are listed.")
                : .nothing,
        ]
    }

    private var limits: HTML {
        HTML.hint(
            """
            Only the newest \(Self.incidentsAtMost) incidents with actions were looked through: \
            an older one that is still open shows its actions on its own page.
            """)
    }

    private var list: HTML {
        if items.isEmpty {
            return HTML.paragraph(
                """
                Nothing is left to put right. Actions are named in an incident, at the step \
                “Correct”, each with an owner and a date.
                """)
        }
        let next = NextPage(
            next: next.map(String.init), path: PagePaths.actions, words: "Less pressing ones"
        ).html
        return """
            <ul class="cards">
            \(items.map(card))
            </ul>
            \(next)
            """
    }

    private func card(_ action: ListedAction) -> HTML {
        var facts: [(name: Phrase, value: HTML)] = [
            ("Owner", HTML.said(action.owner)), ("Due", HTML.time(action.dueAt)),
            ("Kind", HTML.say(IncidentWords.action(action.kind.rawValue))),
        ]
        if let control = action.control { facts.append(("Control", "\(told: control)")) }
        facts.append(("Incident", incident(action)))
        return """
            <li>
            <h2>\(HTML.said(action.title))</h2>
            <p class="badges">\([DueBadge(action.dueAt, now: now).html, gate(action)])</p>
            \([HTML.facts(facts), form(action)])
            </li>
            """
    }

    private func incident(_ action: ListedAction) -> HTML {
        let link: HTML = """
            <a href="\(PagePaths.incident(action.incident))">\(action.incident)</a>
            """
        return action.workflow.map { "\(link), \(HTML.said($0))" as HTML } ?? link
    }

    private func gate(_ action: ListedAction) -> HTML {
        action.beforeRestart ? Badge(.calm, "■", "Needed before the restart").html : .nothing
    }

    private func form(_ action: ListedAction) -> HTML {
        guard mayRespond else { return .nothing }
        let scope = FormScope(Self.formID(action.id), returned)
        return scope.folded(
            "Say that it is done", to: PagePaths.done(action: action.id, of: action.incident),
            button: "It is done",
            [
                scope.hidden("from", String(from)),
                scope.field(
                    "evidence", "What shows it?",
                    hint: "A link, a version, a test: whatever somebody else can check."
                ).text(scope.value("evidence"), rows: 2),
            ])
    }
}

/// How near the time is by which something has to be done.
struct DueBadge: Sendable {
    let dueAt: Instant
    let now: Instant

    init(_ dueAt: Instant, now: Instant) {
        self.dueAt = dueAt
        self.now = now
    }

    var html: HTML {
        if dueAt < now { return Badge(.bad, "▲", "Overdue").html }
        if dueAt < now.adding(days: 7) { return Badge(.warning, "◐", "Due soon").html }
        return Badge(.calm, "○", "Due later").html
    }
}

/// An open action with the incident that it belongs to.
struct ListedAction: Sendable {
    let id: String
    let incident: String
    let title: String
    let kind: Action.Kind
    /// What the policy calls the control that it mends.
    var control: String?
    let owner: String
    let dueAt: Instant
    let beforeRestart: Bool
    /// The workflow's name.
    var workflow: String?
}

extension ListedAction {
    /// The open actions of an incident.
    static func open(of sequence: ResponseSequence) -> [ListedAction] {
        sequence.incident.actions.filter { $0.done == nil }.map { action in
            ListedAction(
                id: action.id, incident: sequence.incident.number,
                title: ListedIncident.short(action.title), kind: action.kind,
                control: action.control.map { sequence.policy.control($0)?.title ?? $0 },
                owner: action.owner, dueAt: action.dueAt, beforeRestart: action.beforeRestart,
                workflow: sequence.workflow?.profile.name ?? sequence.incident.report.unlisted)
        }
    }
}

extension ReturnedForm {
    /// The faults of a form that the page does not show any more.
    var summaryWithoutForm: HTML { FaultSummary(faults: faults, ids: [:]).html }
}
