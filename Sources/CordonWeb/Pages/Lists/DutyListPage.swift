import CordonCore

/// Every duty to notify that came up in an incident which is not closed.
///
/// What counsel has to decide, and whom somebody has to tell, by when.
package struct DutyListPage: PageModel, Sendable {
    /// By their time, the nearest first.
    let duties: [ListedDuty]
    /// Whether every incident was looked at that waits for people and names a duty.
    let isWhole: Bool
    let now: Instant

    /// Duties of each kind that are listed.
    private static let dutiesAtMost = 50
    /// Incidents that name some and are looked through, the most severe ones.
    static let incidentsAtMost = 200

    package var content: PageContent {
        PageContent(
            "Duties to notify", in: .actions,
            [
                "<h1>\(say: "Duties to notify")</h1>",
                HTML.paragraph(
                    """
                    Whether somebody outside has to be told, and by when, is decided by counsel: \
                    here is what is still open, and what was decided to apply.
                    """), limits, list(.pending, "To decide", "Nothing is left to decide."),
                list(.applies, "To tell", "Nobody has to be told."),
            ])
    }

    private var limits: HTML {
        isWhole
            ? .nothing
            : HTML.hint(
                """
                Only the \(Self.incidentsAtMost) most severe incidents with duties were looked \
                through: others show theirs on their own page.
                """)
    }

    private func list(
        _ decision: Obligation.Decision, _ title: Phrase, _ none: Phrase
    ) -> HTML {
        let found = duties.filter { $0.decision == decision }
        let cards = found.prefix(Self.dutiesAtMost).map(card)
        return .section(
            decision.rawValue, title,
            [
                found.count > Self.dutiesAtMost
                    ? HTML.hint("The \(Self.dutiesAtMost) most pressing ones are listed.")
                    : .nothing,
                cards.isEmpty
                    ? HTML.paragraph(none)
                    : """
                    <ul class="cards">
                    \(cards)
                    </ul>
                    """,
            ])
    }

    private func card(_ duty: ListedDuty) -> HTML {
        let path = PagePaths.incident(duty.incident, workingOn: .escalate)
        let place = duty.workflow.map { ", \(HTML.said($0))" as HTML } ?? .nothing
        return """
            <li>
            <h3>\(HTML.said(duty.name))</h3>
            <p class="badges">\(due(duty))</p>
            \(HTML.facts([
                ("Incident", "<a href=\"\(path)\">\(duty.incident)</a>\(place)"),
                ("Due", duty.dueAt.map { HTML.time($0) } ?? HTML.say("No time is set")),
                ("Why", HTML.said(duty.reason)), ("By", HTML.stated(duty.by, duty.at.rfc3339)),
            ]))
            </li>
            """
    }

    private func due(_ duty: ListedDuty) -> HTML {
        guard let dueAt = duty.dueAt else { return Badge(.warning, "◐", "Without a time").html }
        return DueBadge(dueAt, now: now).html
    }
}

/// What was last decided on one duty of an incident.
struct ListedDuty: Sendable {
    let incident: String
    /// The workflow's name.
    var workflow: String?
    let name: String
    let decision: Obligation.Decision
    let reason: String
    let dueAt: Instant?
    let by: String
    let at: Instant
}

extension ListedDuty {
    /// The last decision on each duty of an incident, those that do not apply left out.
    static func open(of sequence: ResponseSequence) -> [ListedDuty] {
        var last: [String: Stated<Obligation>] = [:]
        for decision in sequence.incident.obligations { last[decision.value.duty] = decision }
        return last.values.filter { $0.value.decision != .doesNotApply }.map { decision in
            ListedDuty(
                incident: sequence.incident.number,
                workflow: sequence.workflow?.profile.name ?? sequence.incident.report.unlisted,
                name: decision.value.duty, decision: decision.value.decision,
                reason: decision.value.reason, dueAt: decision.value.dueAt,
                by: decision.by.name, at: decision.at)
        }
    }

    /// What is due first stands first; what has no time stands last.
    static func isSooner(_ left: ListedDuty, _ right: ListedDuty) -> Bool {
        switch (left.dueAt, right.dueAt) {
        case (let left?, let right?) where left != right: left < right
        case (.some, .none): true
        case (.none, .some): false
        default: (left.incident, left.name) < (right.incident, right.name)
        }
    }
}
