import CordonCore

/// Step 12, and the end: what the company learned, and the closing of the incident.
extension IncidentPage {
    var reviewStep: HTML { step(12, [reviewFacts], forms: [reviewForm]) }

    private var reviewFacts: HTML {
        guard let review = incident.review else { return .nothing }
        let updates = review.updates.prefix(20).map { update -> HTML in
            let kind = HTML.say(IncidentWords.update(update.kind))
            return HTML.say("\(kind): \(HTML.said(update.description))")
        }
        let links = review.recurrence.prefix(20).map { number -> HTML in
            "<a href=\"\(PagePaths.incident(number))\">\(number)</a>"
        }
        let dates = review.effectivenessDueAt.map { HTML.time($0) }
        var parts: [HTML] = [HTML.prose(review.controlChange), HTML.list(updates)]
        if !links.isEmpty {
            parts.append(HTML.paragraph("The same control failed in: \(HTML.allOf(links))."))
        }
        if !dates.isEmpty {
            parts.append(
                HTML.paragraph("Whether it worked is looked at on \(HTML.allOf(dates))."))
        }
        parts.append("<p>\(HTML.stated(review.by, review.at))</p>")
        return HTML.subsection("What was learned", parts)
    }

    private var reviewForm: HTML {
        let isTooEarly = incident.cause == nil && isRequired(7)
        guard may(.respond), !isTooEarly else { return .nothing }
        let scope = scope("do-review")
        let usual = incident.review
        let change = scope.field(
            "control_change", "What has changed so that this cannot simply happen again?"
        ).text(scope.value("control_change", usual?.controlChange ?? ""), rows: 3)
        let rows = (0..<Self.updateRows).flatMap { updateFields(scope, $0) }
        let numbers = (usual?.recurrence ?? []).joined(separator: "\n")
        let recurrence = scope.field(
            "recurrence", "In which other incidents did the same control fail?",
            hint: "One number a line.", isOptional: true
        ).text(scope.value("recurrence", numbers), rows: 2)
        return scope.folded(
            "Record what was learned", to: target("review"), button: "Record the review",
            isOpen: isAtWork(12), [change] + rows + [recurrence])
    }

    private func isRequired(_ number: Int) -> Bool {
        let step = incident.steps.first { $0.number == number }
        return step?.state != StepStatus.State.notRequired.rawValue
    }

    /// Changes that one form has room for.
    private static let updateRows = 3

    private func updateFields(_ scope: FormScope, _ row: Int) -> [HTML] {
        let known = incident.review?.updates ?? []
        let update = row < known.count ? known[row] : nil
        let name = "updates/\(row)/"
        let number = row + 1
        return [
            scope.field(name + "kind", "Change \(number): of what?", isOptional: true).choice(
                [FormOption("", "No change")] + IncidentWords.updateKinds,
                selected: scope.value(name + "kind", update?.kind ?? "")),
            scope.field(name + "description", "Change \(number): which?", isOptional: true)
                .line(.init(value: scope.value(name + "description", update?.description ?? ""))),
        ]
    }

    // MARK: Close

    var closePart: HTML {
        HTML.section(
            IncidentPart.close.rawValue, "Close the incident",
            [closeState, exceptionNote] + closeWays)
    }

    /// The forms where nothing else is left to do, or where somebody wants them.
    private var closeWays: [HTML] {
        let forms = [skipForm, exceptionForm, closeForm].filter { !$0.isEmpty }
        if forms.isEmpty || asked == .close || incident.nextStep == nil { return forms }
        return [way(to: .close, "Close it, pass over a step, or sign an exception")]
    }

    private var closeState: HTML {
        if let at = incident.closedAt {
            return HTML.paragraph("Closed, \(HTML.time(at)). A new event is reported anew.")
        }
        if !incident.containments.isEmpty, !isRestarted {
            return HTML.paragraph(
                "What this incident stopped still stands. It can be closed after the restart.")
        }
        return HTML.paragraph(
            """
            It can be closed when every step that the level demands is done or passed over by \
            name, and the file is complete or somebody signs an exception. Now \(fileCount).
            """)
    }

    private var exceptionNote: HTML {
        guard let exception = incident.exception else { return .nothing }
        let reason = HTML.said(exception.reason)
        return """
            <p>\(say: "Exception: \(reason)") \(HTML.stated(exception.by, exception.at))</p>
            """
    }

    private var skipForm: HTML {
        guard may(.respond) else { return .nothing }
        // What nothing can replace; from level 2 on, the cause and the evaluation too.
        let fixed: Set<Int> = incident.level >= 2 ? [1, 4, 7, 9, 10] : [1, 4, 10]
        let open = incident.steps.filter {
            $0.state == StepStatus.State.open.rawValue && !fixed.contains($0.number)
        }
        if open.isEmpty { return .nothing }
        let scope = scope("do-skip")
        let options = open.map { step -> FormOption in
            let title: HTML = "\(told: step.title)"
            return FormOption("\(step.number)", "\(step.number). \(title)")
        }
        return scope.folded(
            "Pass over a step", to: target("skips"), button: "Pass over it", tone: .quiet,
            [
                scope.field("step", "Which step?", hint: "It stays visible, with your name.")
                    .choice(options, selected: scope.value("step")),
                scope.field("reason", "Why?").text(scope.value("reason"), rows: 2),
            ])
    }

    private var exceptionForm: HTML {
        guard may(.signException) else { return .nothing }
        let scope = scope("do-exception")
        return scope.folded(
            "Sign an exception for an incomplete file", to: target("exception"),
            button: "Sign the exception", tone: .quiet,
            [
                scope.field(
                    "reason", "Why may it be closed as it is?",
                    hint: "Your name and the reason stay in the file."
                ).text(scope.value("reason"), rows: 2)
            ])
    }

    private var closeForm: HTML {
        guard may(.close), incident.containments.isEmpty || isRestarted else { return .nothing }
        return scope("do-close").form(
            to: target("close"), button: "Close the incident",
            [HTML.hint("If something is still open, nothing happens and you are told what.")])
    }
}
