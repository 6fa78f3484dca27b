import CordonCore

/// Step 5: who joins, and whether somebody has to be told.
extension IncidentPage {
    var escalateStep: HTML {
        step(5, [functionNote, dutyList], forms: [functionForm] + pendingForms + [dutyForm])
    }

    /// Which functions join is said with the impact; its form stands on the page once.
    private var functionForm: HTML { lacksFunctions && isAtWork(5) ? impactForm : .nothing }

    private var functionNote: HTML {
        guard let impact = incident.impact, !impact.functions.isEmpty else {
            return HTML.paragraph("Which functions join is said with the business impact.")
        }
        let names = impact.functions.prefix(30).map { HTML.say(IncidentWords.function($0)) }
        return HTML.paragraph("These functions join the response: \(HTML.allOf(names)).")
    }

    /// The last decision on each duty, in the order in which the duties came up.
    private var duties: [NotificationView] {
        var names: [String] = []
        var last: [String: NotificationView] = [:]
        for decision in incident.notifications {
            if last[decision.duty] == nil { names.append(decision.duty) }
            last[decision.duty] = decision
        }
        return names.compactMap { last[$0] }
    }

    private var dutyList: HTML {
        let lines = duties.prefix(8).map { decision -> HTML in
            let duty = HTML.said(decision.duty)
            let words = HTML.say(IncidentWords.decision(decision.decision))
            let reason = HTML.said(decision.reason)
            let due: HTML =
                decision.dueAt.map { HTML.say("Due \(HTML.time($0)).") } ?? .nothing
            return """
                \(say: "\(duty): \(words). \(reason)") \(due) \
                \(HTML.stated(decision.by, decision.at))
                """
        }
        let list = HTML.list(
            lines, atMost: 8, more: duties.count - lines.count,
            at: PagePaths.timeline(incident.number))
        return HTML.subsection("Duties to notify", [lines.isEmpty ? .nothing : list])
    }

    // MARK: Forms

    private var pendingForms: [HTML] {
        guard may(.respond) else { return [] }
        let pending = duties.filter { $0.decision == Obligation.Decision.pending.rawValue }
        return pending.prefix(5).enumerated().map { place, duty -> HTML in
            let name = HTML.said(duty.duty)
            let scope = scope("do-notify-\(place)")
            return scope.folded(
                "Decide on “\(name)”", to: target("notifications/\(place)"),
                button: "Record the decision", isOpen: isAtWork(5) && place == 0,
                [scope.hidden("duty", duty.duty)] + decisionFields(scope, usual: ""))
        }
    }

    private var dutyForm: HTML {
        guard may(.respond) else { return .nothing }
        let scope = scope("do-notify")
        let field = scope.field(
            "duty", "Which duty to notify?",
            hint: "A law, a contract, an insurer: name it so that everybody knows which.")
        return scope.folded(
            "Decide whether somebody has to be told", to: target("notifications"),
            button: "Record the decision",
            isOpen: isAtWork(5) && duties.isEmpty && !lacksFunctions,
            [field.line(.init(value: scope.value("duty")))]
                + decisionFields(scope, usual: Obligation.Decision.pending.rawValue))
    }

    private func decisionFields(_ scope: FormScope, usual: String) -> [HTML] {
        [
            scope.field("decision", "Does it apply?", hint: "Counsel decides this.").radios(
                IncidentWords.decisions, selected: scope.value("decision", usual)),
            scope.field("reason", "Why?").text(scope.value("reason"), rows: 2),
            scope.field("due_at", "Until when?", isOptional: true).date(scope.value("due_at")),
        ]
    }
}
