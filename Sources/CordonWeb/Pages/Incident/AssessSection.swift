import CordonCore

/// Step 4: how severe it is, what kind of event it is, and what it did to the business.
extension IncidentPage {
    var assessStep: HTML {
        step(
            4, [levelFacts, levelReasons, lowering, impactFacts],
            forms: asked == nil
                ? mainForms : [assessForm, impactForm, raiseForm, lowerForm, confirmLoweringForm])
    }

    /// What the whole incident has room for: the one that is needed, and the way to the others.
    private var mainForms: [HTML] {
        let needed = hasOpenQuestions ? assessForm : impactForm
        if needed.isEmpty || !isAtWork(4) { return [needed] }
        let others = way(to: .assess, "Change the answers, the impact or the level")
        // When questions come up again late, the page is long already.
        return incident.cause == nil ? [needed, confirmLoweringForm, others] : [others]
    }

    private var levelFacts: HTML {
        var facts: [(name: Phrase, value: HTML)] = [
            ("Level", levelBadge(incident.level, provisional: incident.provisional))
        ]
        if let level = incident.potentialLevel {
            facts.append(("It could have become", levelBadge(level)))
        }
        if let type = incident.type {
            facts.append(("Type of event", choices.type(type)))
        }
        if !incident.secondaryTypes.isEmpty {
            let types = incident.secondaryTypes.prefix(10).map { choices.type($0) }
            facts.append(("Also of this type", HTML.allOf(types)))
        }
        if let note = incident.typeNote { facts.append(("What it was and why", HTML.said(note))) }
        return HTML.facts(facts)
    }

    private func levelBadge(_ number: Int, provisional: Bool = false) -> HTML {
        let title = choices.level(number).title
        return LevelText(number, title, provisional: provisional).badge
    }

    private var levelReasons: HTML {
        let lines = incident.floor.reasons.map { "\(told: $0)" as HTML }
        let list = HTML.list(lines, atMost: 12, at: PagePaths.file(incident.number))
        return HTML.subsection("Why it is at least that", [list])
    }

    private var lowering: HTML {
        guard let proposal = incident.lowering else { return .nothing }
        let words = levelBadge(proposal.level)
        let reason = HTML.said(proposal.reason)
        return """
            <p>\(say: "Proposed: \(words). \(reason)") \
            \(HTML.stated(proposal.proposedBy, proposal.at))</p>
            """
    }

    private var impactFacts: HTML {
        guard let impact = incident.impact else { return .nothing }
        var facts: [(name: Phrase, value: HTML)] = [
            ("Somebody acted on it", HTML.say(IncidentWords.answer(impact.actedUpon))),
            ("It can be undone", HTML.say(IncidentWords.answer(impact.reversible))),
            ("It left the company", HTML.say(IncidentWords.answer(impact.leftCompany))),
        ]
        if !impact.functions.isEmpty {
            let names = impact.functions.prefix(30).map { name in
                HTML.say(IncidentWords.function(name))
            }
            facts.append(("Joins the response", HTML.allOf(names)))
        }
        let by: HTML = "<p>\(HTML.stated(impact.by, impact.at))</p>"
        return HTML.subsection(
            "What it did to the business",
            [HTML.prose(String(impact.description.prefix(2_000))), HTML.facts(facts), by])
    }

    /// Whether something is left that the questionnaire answers.
    var hasOpenQuestions: Bool {
        !incident.floor.openQuestions.isEmpty || incident.type == nil
            || incident.potentialLevel == nil
    }

    // MARK: The level

    private var raiseForm: HTML {
        guard may(.respond) else { return .nothing }
        let least = max(incident.floor.confirmed, (incident.declaredLevel ?? 0) + 1)
        let levels = choices.levels.filter { $0.number >= least }
        if levels.isEmpty { return .nothing }
        let scope = scope("do-raise")
        return scope.folded(
            "Raise the level", to: target("raise"), button: "Raise it",
            [
                scope.field("level", "To which level?").choice(
                    levels.map(option), selected: scope.value("level")),
                scope.field("reason", "Why?").text(scope.value("reason"), rows: 2),
            ])
    }

    private var lowerForm: HTML {
        guard may(.respond), let declared = incident.declaredLevel else { return .nothing }
        let levels = choices.levels.filter {
            $0.number < declared && $0.number >= incident.floor.confirmed
        }
        if levels.isEmpty { return .nothing }
        let scope = scope("do-lower")
        return scope.folded(
            "Propose a lower level", to: target("lowering"), button: "Propose it",
            [
                scope.field(
                    "lowering/level", "To which level?",
                    hint: "Somebody else has to confirm it."
                ).choice(levels.map(option), selected: scope.value("lowering/level")),
                scope.field("lowering/reason", "Why?")
                    .text(scope.value("lowering/reason"), rows: 2),
            ])
    }

    private var confirmLoweringForm: HTML {
        guard may(.respond), let proposal = incident.lowering, !visitor.hasProposedLowering
        else { return .nothing }
        let scope = scope("do-confirm-lowering")
        let words = levelBadge(proposal.level)
        return scope.folded(
            "Confirm the lower level", to: target("lowering/confirm"),
            button: "Confirm it as the second person", isOpen: isAtWork(4),
            [
                HTML.paragraph("You say with your name that \(words) is right."),
                scope.hidden("confirm_lowering", "yes"),
            ])
    }

    func option(_ level: Policy.Level) -> FormOption {
        FormOption("\(level.number)", LevelText(level.number, level.title).words)
    }
}
