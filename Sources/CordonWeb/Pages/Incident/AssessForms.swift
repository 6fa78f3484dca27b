import CordonCore

/// The questionnaire of step 4, and the business impact.
extension IncidentPage {
    var assessForm: HTML {
        guard may(.respond) else { return .nothing }
        let scope = scope("do-assess")
        let questions = choices.questions.map { question(scope, $0) }
        let flags = choices.flags.map { flag(scope, $0) }
        let rest = [
            typeField(scope), secondaryField(scope),
            scope.field(
                "type_note", "What was it, and why this type?",
                hint: "Needed where the type does not say it.", isOptional: true
            ).text(scope.value("type_note", incident.typeNote ?? ""), rows: 2),
            potentialField(scope),
        ]
        return scope.folded(
            "Answer the questions", to: target("assessment"), button: "Record the answers",
            isOpen: isAtWork(4) && hasOpenQuestions, questions + flags + rest)
    }

    private func question(_ scope: FormScope, _ question: Policy.Question) -> HTML {
        let name = "answers/\(question.number)"
        let text: HTML = "\(told: question.text)"
        let now = incident.answers["\(question.number)"] ?? ""
        return scope.field(
            name, "\(question.number). \(text)", hint: Self.example(of: question.key)
        ).radios(FormOption.yesNoUnknown, selected: scope.value(name, now))
    }

    /// What a yes looks like, for the questions that Cordon ships with.
    private static func example(of key: String) -> Phrase? {
        switch key {
        case "left_company": "For example: a customer got the e-mail, or a supplier was paid."
        case "exposed_information": "For example: another customer’s name, a salary, a contract."
        case "acted": "For example: it changed a price, booked, deleted or sent something itself."
        case "reviewer_approved": "For example: somebody released the draft without reading it."
        case "could_repeat": "For example: the same setting is used for every customer."
        case "recent_change": "For example: a new version, another prompt, a moved folder."
        case "duty": "For example: data protection law, a contract, an insurance policy."
        default: nil
        }
    }

    private func flag(_ scope: FormScope, _ flag: Policy.CriticalFlag) -> HTML {
        let text = Phrase(told: flag.text)
        guard let measure = flag.measure else {
            let name = "flags/\(flag.key)"
            let usual = incident.flags[flag.key] ?? ""
            return scope.field(name, text, hint: "Yes makes it level 4.", isOptional: true)
                .radios(FormOption.yesNoUnknown, selected: scope.value(name, usual))
        }
        let name = "measures/\(flag.key)"
        let threshold = flag.threshold ?? 0
        let hint: Phrase =
            switch measure {
            case .people: "How many people? From \(threshold) on it is level 4."
            case .amount: "How much money? From \(threshold) on it is level 4."
            }
        let usual = incident.measures[flag.key].map(String.init) ?? ""
        return scope.field(name, text, hint: hint, isOptional: true)
            .number(scope.value(name, usual), from: 0, to: 1_000_000_000)
    }

    private func typeField(_ scope: FormScope) -> HTML {
        let options = choices.types.map {
            FormOption($0.key, Phrase(told: $0.title), hint: Phrase(told: $0.example))
        }
        return scope.field("type", "What type of event is it?", isOptional: true)
            .radios(options, selected: scope.value("type", incident.type ?? ""))
    }

    private func secondaryField(_ scope: FormScope) -> HTML {
        let options = choices.types.map { FormOption($0.key, Phrase(told: $0.title)) }
        return scope.field("secondary_types", "Is it something else as well?", isOptional: true)
            .checkboxes(
                options, checked: scope.values("secondary_types", Set(incident.secondaryTypes)))
    }

    private func potentialField(_ scope: FormScope) -> HTML {
        let usual = incident.potentialLevel.map(String.init) ?? ""
        return scope.field(
            "potential_level", "How severe could it have become?", isOptional: true
        ).choice(
            [FormOption("", "Not judged yet")] + choices.levels.map(option),
            selected: scope.value("potential_level", usual))
    }

    // MARK: Impact

    var impactForm: HTML {
        guard may(.respond) else { return .nothing }
        let scope = scope("do-impact")
        let impact = incident.impact
        func answer(_ name: String, _ label: Phrase, _ usual: String?) -> HTML {
            scope.field(name, label)
                .radios(FormOption.yesNoUnknown, selected: scope.value(name, usual ?? ""))
        }
        return scope.folded(
            "State the business impact", to: target("impact"), button: "Record the impact",
            isOpen: isAtWork(5) || !hasOpenQuestions,
            [
                scope.field(
                    "description", "What did it do, or nearly do, to the business?",
                    hint: "Customers, employees, money, duties, daily work."
                ).text(scope.value("description", impact?.description ?? ""), rows: 3),
                answer("acted_upon", "Did somebody act on it?", impact?.actedUpon),
                answer("reversible", "Can it be undone?", impact?.reversible),
                answer(
                    "left_company", "Did it leave the company?",
                    impact?.leftCompany ?? incident.leftCompany),
            ] + functionFields(scope))
    }

    /// Whether nobody has said yet which functions join the response.
    var lacksFunctions: Bool { incident.impact?.functions.isEmpty ?? true }

    /// The usual ones to tick, and lines for any other; both are sent under one name.
    private func functionFields(_ scope: FormScope) -> [HTML] {
        let chosen = scope.values("functions", Set(incident.impact?.functions ?? []))
        let options = choices.functions.map { FormOption($0, IncidentWords.function($0)) }
        let others = chosen.subtracting(choices.functions).sorted()
        let more = FormField(
            id: scope.fieldID("functions") + "-more", name: "functions",
            label: "Other functions that join", hint: "One a line.", isOptional: true)
        return [
            scope.field("functions", "Which functions join the response?", isOptional: true)
                .checkboxes(options, checked: chosen),
            more.text(others.joined(separator: "\n"), rows: 2),
        ]
    }
}
