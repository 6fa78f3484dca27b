import CordonCore

/// Step 7: why it happened, and which control should have caught it.
extension IncidentPage {
    var causeStep: HTML {
        step(7, [causeFacts, controlList, collectiveList], forms: [causeForm])
    }

    private var causeFacts: HTML {
        guard let cause = incident.cause else { return .nothing }
        var facts: [(name: Phrase, value: HTML)] = [
            ("Class of failure", choices.failureClass(cause.failureClass))
        ]
        if !cause.contributing.isEmpty {
            let classes = cause.contributing.prefix(10).map { choices.failureClass($0) }
            facts.append(("Contributed", HTML.allOf(classes)))
        }
        facts.append(("Changed before it", HTML.said(cause.changedBefore)))
        facts.append(("How it can be shown again", HTML.said(cause.reproduction)))
        facts.append(("How sure", HTML.say(IncidentWords.confidence(cause.confidence))))
        for (subject, finding) in cause.considered.sorted(by: { $0.key < $1.key }).prefix(20) {
            facts.append((IncidentWords.subject(subject), HTML.said(finding)))
        }
        let by: HTML = "<p>\(HTML.stated(cause.by, cause.at))</p>"
        return "\([HTML.prose(cause.description), HTML.facts(facts), by])"
    }

    private var controlList: HTML {
        let lines = (incident.cause?.controls ?? []).prefix(50).map { finding -> HTML in
            let control = choices.control(finding.control)
            let state = HTML.say(IncidentWords.control(state: finding.state))
            let note = HTML.said(finding.note)
            return HTML.say("\(control): \(state). \(note)")
        }
        return HTML.subsection("Controls", [HTML.list(lines)])
    }

    /// Other incidents in which the same control failed.
    private var collectiveList: HTML {
        let raised = incident.collectiveReviews.sorted { $0.key < $1.key }
        let lines = raised.prefix(20).map { control, numbers -> HTML in
            let title = choices.control(control)
            let links = numbers.prefix(10).map { number -> HTML in
                "<a href=\"\(PagePaths.incident(number))\">\(number)</a>"
            }
            return HTML.say("\(title) failed in: \(HTML.allOf(links)). Review them together.")
        }
        return HTML.subsection("Failed before", [HTML.list(lines)])
    }

    // MARK: Form

    private var causeForm: HTML {
        guard may(.respond) else { return .nothing }
        let scope = scope("do-cause")
        let cause = incident.cause
        let classes = choices.failureClasses.map { FormOption($0.key, Phrase(told: $0.title)) }
        let first = [
            scope.field("failure_class", "Where does the cause lie?").radios(
                classes, selected: scope.value("failure_class", cause?.failureClass ?? "")),
            scope.field("contributing", "What contributed?", isOptional: true).checkboxes(
                classes, checked: scope.values("contributing", Set(cause?.contributing ?? []))),
            scope.field(
                "description", "What is the cause?",
                hint: "A wrong answer is what happened, never why."
            ).text(scope.value("description", cause?.description ?? ""), rows: 3),
        ]
        let rows = (0..<Self.controlRows).flatMap { controlFields(scope, $0) }
        let last = [
            scope.field(
                "changed_before", "What was changed before it?",
                hint: """
                    Model, prompt, permission, data, connected system, way of working. If nothing: \
                    say so.
                    """
            ).text(scope.value("changed_before", cause?.changedBefore ?? ""), rows: 2),
            scope.field("reproduction", "How can it be shown again?")
                .text(scope.value("reproduction", cause?.reproduction ?? ""), rows: 2),
            scope.field("confidence", "How sure is that?").radios(
                IncidentWords.confidences,
                selected: scope.value("confidence", cause?.confidence ?? "")),
        ]
        return scope.folded(
            "Record the cause and the control that failed", to: target("cause"),
            button: "Record the cause", isOpen: isAtWork(7),
            first + rows + last + consideredFields(scope))
    }

    /// Controls that one form has room for.
    private static let controlRows = 4

    private func controlFields(_ scope: FormScope, _ row: Int) -> [HTML] {
        let known = incident.cause?.controls ?? []
        let finding = row < known.count ? known[row] : nil
        let name = "controls/\(row)/"
        let controls = choices.controls.map { FormOption($0.key, Phrase(told: $0.title)) }
        let number = row + 1
        return [
            scope.field(
                name + "control", "Control number \(number)", isOptional: row > 0
            ).choice(
                [FormOption("", "No control")] + controls,
                selected: scope.value(name + "control", finding?.control ?? "")),
            scope.field(
                name + "state", "What about control number \(number)?", isOptional: row > 0
            ).choice(
                [FormOption("", "Choose")] + IncidentWords.controlStates,
                selected: scope.value(name + "state", finding?.state ?? "")),
            scope.field(name + "note", "Note on control number \(number)", isOptional: true)
                .line(.init(value: scope.value(name + "note", finding?.note ?? ""))),
        ]
    }

    /// Asked where a class is easily blamed alone.
    private func consideredFields(_ scope: FormScope) -> [HTML] {
        choices.considerFirst.map { subject -> HTML in
            let name = "considered/\(subject)"
            let usual = incident.cause?.considered[subject] ?? ""
            return scope.field(
                name, IncidentWords.subject(subject),
                hint: "Needed before the model alone is blamed.", isOptional: true
            ).line(.init(value: scope.value(name, usual)))
        }
    }
}
