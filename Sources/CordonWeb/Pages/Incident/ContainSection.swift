import CordonAPI
import CordonCore

/// Step 2: the stops with the proof that they took effect, and how the work goes on without the AI.
extension IncidentPage {
    var containStep: HTML {
        step(
            2, live: "live-contain", stops + [fallbackNote], always: [stopWays] + confirmForms,
            forms: [fallbackForm])
    }

    private var stops: [HTML] {
        if containments.isEmpty {
            return [HTML.paragraph("This incident has stopped nothing so far.")]
        }
        return containments.suffix(3).map(stop)
    }

    private func stop(_ containment: ContainmentView) -> HTML {
        let asked = HTML.stated(containment.requestedBy, containment.requestedAt)
        var facts: [(name: Phrase, value: HTML)] = [
            ("What is stopped", HTML.say(IncidentWords.scope(containment))),
            ("Asked for by", asked), ("Reason", HTML.said(containment.reason)),
        ]
        if let at = containment.containedAt {
            let seconds = Int((containment.timeToContainMs ?? 0) / 1_000)
            let took =
                seconds == 0
                ? HTML.say("less than a second after it was asked for")
                : HTML.say("\(HTML.lasting(seconds: seconds)) after it was asked for")
            facts.append(("Proved everywhere", "\(HTML.time(at)), \(took)"))
        }
        if let at = containment.liftedAt { facts.append(("Lifted", HTML.time(at))) }
        let all = containment.targets.count
        let done = containment.targets.filter { $0.confirmedAt != nil }.count
        let places = HTML.paragraph("\(done) of \(all) places have confirmed.")
        return """
            <h3>\(HTML.said(containment.workflow)) \
            \(IncidentWords.containmentBadge(containment.state))</h3>
            \([HTML.facts(facts), places, HTML.list(containment.targets.prefix(8).map(place))])
            """
    }

    private func place(_ target: TargetView) -> HTML {
        let name = HTML.say(IncidentWords.target(target))
        guard let by = target.confirmedBy, let at = target.confirmedAt else {
            if let until = target.runsOutAt {
                return HTML.say("\(name): not yet; the last of them ends \(HTML.time(until))")
            }
            return HTML.say("\(name): not confirmed yet")
        }
        let proof = HTML.said(target.proof ?? "")
        return "\(say: "\(name): confirmed. \(proof)") \(HTML.stated(by, at))"
    }

    private var fallbackNote: HTML {
        guard let note = incident.fallback else { return .nothing }
        var parts: [HTML] = [
            HTML.paragraph(
                note.activated ? "The fallback is in use." : "The fallback is not in use."),
            HTML.prose(note.note),
        ]
        if !note.told.isEmpty {
            parts.append(
                HTML.paragraph("Told: \(HTML.allOf(note.told.prefix(20).map(HTML.said)))"))
        }
        parts.append("<p>\(HTML.stated(note.by, note.at))</p>")
        return HTML.subsection("Carrying on without the AI", parts)
    }

    // MARK: Forms

    /// Leads to the page that stops; whoever is signed in may.
    private var stopWays: HTML {
        guard may(.stop), let workflow, !isRestarted else { return .nothing }
        let stopped = Set(incident.containments.map(\.workflow))
        var keys = stopped.contains(workflow.key) ? [] : [workflow.key]
        keys += workflow.relatedToStop
        if keys.isEmpty { return .nothing }
        let links = keys.prefix(12).map { key -> HTML in
            let path = PagePaths.stop(key, for: incident.number)
            return HTML.button(path, "Stop “\(HTML.said(key))” now", tone: .stop)
        }
        return "<p class=\"toolbar\">\n\(links)\n</p>"
    }

    private var confirmForms: [HTML] {
        guard may(.confirmContainment) else { return [] }
        let open = containments.filter { $0.state == "stopping" }.flatMap { containment in
            containment.targets.filter { target in
                target.kind == Containment.Target.Kind.manual.rawValue && target.confirmedAt == nil
            }.map { (containment, $0) }
        }
        return open.prefix(4).map { confirmForm($0.0, $0.1) }
    }

    private func confirmForm(_ containment: ContainmentView, _ place: TargetView) -> HTML {
        let scope = scope("do-confirm-\(containment.id)-\(place.name)")
        let name = HTML.said(place.name)
        let path =
            "containments/\(Paths.segment(containment.workflow))/\(containment.id)/targets/"
            + Paths.segment(place.name)
        return scope.folded(
            "Confirm that \(name) has stopped", to: target(path),
            button: "I confirm that it has stopped", isOpen: isAtWork(2),
            [
                HTML.prose(place.instruction),
                scope.field("proof", "How do you know?", hint: "What you did and what you saw.")
                    .text(scope.value("proof"), rows: 2),
            ])
    }

    private var fallbackForm: HTML {
        guard may(.respond) else { return .nothing }
        let scope = scope("do-fallback")
        let usual = incident.fallback.map { $0.activated ? "yes" : "no" } ?? ""
        let hint: Phrase? = workflow?.fallbackTitle.map { title -> Phrase in
            "The written fallback is: \(HTML.said(title))"
        }
        return scope.folded(
            "Say how the work goes on", to: target("fallback"), button: "Record it",
            isOpen: isAtWork(2) && incident.fallback == nil && !incident.containments.isEmpty,
            [
                scope.field("activated", "Is the fallback in use?", hint: hint)
                    .radios(FormOption.yesNo, selected: scope.value("activated", usual)),
                scope.field("note", "Since when, and who does it? If not: why not?")
                    .text(scope.value("note"), rows: 3),
                scope.field(
                    "told", "Who was told?", hint: "One person or group a line.", isOptional: true
                ).text(scope.value("told"), rows: 3),
            ])
    }
}
