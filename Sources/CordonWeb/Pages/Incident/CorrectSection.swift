import CordonAPI
import CordonCore

/// Step 8: what it touched is put right one by one, and what failed is mended.
extension IncidentPage {
    var correctStep: HTML {
        step(
            8, [affectedList, actionList],
            forms: [affectedForm] + correctionForms + doneForms + [actionForm])
    }

    // MARK: Affected records

    private var affectedList: HTML {
        let all = incident.affected
        if all.isEmpty {
            return HTML.paragraph(
                "Nobody and nothing is named that it touched. Add each person, record and result.")
        }
        let done = all.filter { $0.correction != nil }.count
        let count = HTML.paragraph("\(done) of \(all.count) are put right.")
        let shown = all.prefix(8).map(IncidentAffectedPage.line)
        let list = HTML.list(
            shown, atMost: 8, more: all.count - shown.count,
            at: PagePaths.affected(incident.number))
        return HTML.subsection("Whom and what it touched", [count, list])
    }

    private var affectedForm: HTML {
        guard may(.respond) else { return .nothing }
        let scope = scope("do-affected")
        return scope.folded(
            "Add whom or what it touched", to: target("affected"), button: "Add it",
            [
                scope.field("kind", "What is it?").choice(
                    IncidentWords.affectedKinds, selected: scope.value("kind", "record")),
                scope.field(
                    "reference", "Which one?",
                    hint: "A number, a name, a date: so that everybody finds it again."
                ).line(.init(value: scope.value("reference"))),
                scope.field("description", "What happened to it?", isOptional: true)
                    .text(scope.value("description"), rows: 2),
            ])
    }

    /// A few of them here; where there are more, they have a page of their own.
    private var correctionForms: [HTML] {
        guard may(.respond) else { return [] }
        let open = incident.affected.filter { $0.correction == nil }
        var forms = open.prefix(3).map { record -> HTML in
            IncidentAffectedPage.form(
                record, to: target("affected/\(Paths.segment(record.id))/correction"),
                scope("do-correct-\(record.id)"), isOpen: false)
        }
        if open.count > forms.count {
            let link = HTML.link(
                PagePaths.affected(incident.number), "Put right all \(open.count) of them")
            forms.append("<p>\(link)</p>")
        }
        return forms
    }

    // MARK: Actions

    private var actionList: HTML {
        let open = incident.actions.filter { $0.doneAt == nil }
        let done = incident.actions.filter { $0.doneAt != nil }
        let lines = (open + done).prefix(8).map(line)
        let list = HTML.list(
            lines, atMost: 8, more: incident.actions.count - lines.count,
            at: PagePaths.file(incident.number) + "#item-5")
        return HTML.subsection("What is mended", [lines.isEmpty ? .nothing : list])
    }

    private func line(_ action: ActionView) -> HTML {
        let title = HTML.said(action.title)
        let place = HTML.say(IncidentWords.action(action.kind))
        let owner = HTML.said(action.owner)
        let due = HTML.time(action.dueAt)
        var parts: [HTML] = [
            HTML.say("\(title): \(place), by \(owner) until \(due)")
        ]
        if let control = action.control {
            parts.append(HTML.say("Mends: \(choices.control(control))."))
        }
        if let by = action.doneBy, let at = action.doneAt {
            let evidence = HTML.said(action.evidence ?? "")
            parts.append(
                "\(Badge(.good, "✓", "Done").html) \(evidence) \(HTML.stated(by, at))")
        } else if action.beforeRestart {
            parts.append(Badge(.warning, "○", "To be done before the restart").html)
        } else {
            parts.append(Badge(.calm, "○", "May be done later").html)
        }
        return "\(parts)"
    }

    private var doneForms: [HTML] {
        guard may(.respond) else { return [] }
        let open = incident.actions.filter { $0.doneAt == nil }
        return open.prefix(3).map { action -> HTML in
            let scope = scope("do-done-\(action.id)")
            let title = HTML.said(action.title)
            return scope.folded(
                "Say that it is done: \(title)",
                to: target("actions/\(Paths.segment(action.id))/done"), button: "It is done",
                [
                    scope.field("evidence", "What shows that it is done?")
                        .text(scope.value("evidence"), rows: 2)
                ])
        }
    }

    private var actionForm: HTML {
        guard may(.respond) else { return .nothing }
        let scope = scope("do-action")
        let controls = choices.controls.map { FormOption($0.key, Phrase(told: $0.title)) }
        return scope.folded(
            "Name what has to be mended", to: target("actions"), button: "Add it",
            isOpen: isAtWork(8) && incident.actions.isEmpty,
            [
                scope.field("title", "What is to be done?")
                    .line(.init(value: scope.value("title"))),
                scope.field("kind", "Where?").choice(
                    IncidentWords.actionKinds, selected: scope.value("kind", "process")),
                scope.field("control", "Which control does it mend?", isOptional: true).choice(
                    [FormOption("", "No control")] + controls, selected: scope.value("control")),
                scope.field("owner", "Who does it?").line(.init(value: scope.value("owner"))),
                scope.field("due_at", "Until when?").date(scope.value("due_at")),
                scope.field("before_restart", "Must it be done before the restart?").radios(
                    FormOption.yesNo, selected: scope.value("before_restart", "yes")),
            ])
    }
}
