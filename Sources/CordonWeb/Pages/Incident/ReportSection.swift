import CordonCore

/// Step 1: what was reported, when it happened, and what it turned out to be.
extension IncidentPage {
    var reportStep: HTML {
        step(1, [reportFacts, timeList, decision], forms: [triageForm, timeForm])
    }

    private var reportFacts: HTML {
        var facts: [(name: Phrase, value: HTML)] = [
            ("Reported by", HTML.stated(incident.reporter, incident.reportedAt))
        ]
        if let discovered = incident.discovered {
            facts.append(("How it was noticed", HTML.said(String(discovered.prefix(1_000)))))
        }
        if let contact = incident.contact {
            facts.append(("How to reach the reporter", HTML.said(contact)))
        }
        facts.append(
            (
                "Left the company, as reported",
                HTML.say(IncidentWords.answer(incident.leftCompany))
            ))
        if !incident.promotedBecause.isEmpty {
            let numbers = incident.promotedBecause.prefix(10).map(link)
            facts.append(("Raised because it repeats", HTML.allOf(numbers)))
        }
        return HTML.facts(facts)
    }

    private func link(_ number: String) -> HTML {
        "<a href=\"\(PagePaths.incident(number))\">\(number)</a>"
    }

    private var timeList: HTML {
        let lines = incident.times.suffix(8).map { time -> HTML in
            let moment = HTML.say(IncidentWords.moment(time.moment))
            let at = HTML.time(time.time)
            let source = HTML.said(time.source)
            return """
                \(say: "\(moment): \(at). Source: \(source)") \(HTML.stated(time.by, time.at))
                """
        }
        return HTML.subsection("Times", [HTML.list(lines)])
    }

    private var decision: HTML {
        guard let triage = incident.triage else { return .nothing }
        let kind = Kind(rawValue: triage.kind)?.words ?? Phrase(said: triage.kind)
        let words = HTML.say(kind)
        let reason = HTML.said(triage.reason)
        return """
            <p>\(say: "Decided: \(words). \(reason)") \(HTML.stated(triage.by, triage.at))</p>
            """
    }

    // MARK: Forms

    private var triageForm: HTML {
        guard may(.triage), !isRestarted else { return .nothing }
        let scope = scope("do-triage")
        var fields = [
            scope.field("kind", "What is it?").radios(
                IncidentWords.kinds,
                selected: scope.value("kind", incident.triage?.kind ?? "")),
            scope.field("reason", "Why?").text(scope.value("reason"), rows: 3),
        ]
        if incident.workflow == nil { fields.append(workflowField(scope)) }
        return scope.folded(
            "Decide what it is", to: target("triage"), button: "Record the decision",
            isOpen: isAtWork(1) && incident.triage == nil, fields)
    }

    private func workflowField(_ scope: FormScope) -> HTML {
        let field = scope.field(
            "workflow", "Which workflow was it?",
            hint: "Leave it open if nobody knows yet.", isOptional: true)
        let value = scope.value("workflow")
        if choices.workflows.isEmpty { return field.line(.init(value: value, isExact: true)) }
        let options = choices.workflows.map { FormOption($0.key, Phrase(said: $0.name)) }
        return field.choice([FormOption("", "Not known yet")] + options, selected: value)
    }

    private var timeForm: HTML {
        guard may(.respond) else { return .nothing }
        let scope = scope("do-times")
        let stated = Set(incident.times.map(\.moment))
        let open = [Moment.occurred, .detected].first { !stated.contains($0.rawValue) }
        let usual = (open ?? .occurred).rawValue
        return scope.folded(
            "Say when something happened", to: target("times"), button: "Record the time",
            isOpen: isAtWork(1) && incident.triage != nil,
            [
                scope.field("moment", "What happened then?").choice(
                    IncidentWords.moments, selected: scope.value("moment", usual)),
                scope.field("time", "When?", hint: "As exactly as it is known.")
                    .moment(scope.value("time")),
                scope.field(
                    "source", "How is it known?",
                    hint: "A log, an e-mail, somebody’s memory. Earlier statements stay."
                ).line(.init(value: scope.value("source"))),
            ])
    }
}
