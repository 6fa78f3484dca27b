import CordonCore

/// Where the incident stands, at a glance, and the way to each part of the page.
extension IncidentPage {
    var header: HTML {
        HTML.live(
            "live-incident",
            ["<h1>\(incident.number)</h1>", what, badges, nextSentence, headFacts])
    }

    /// Characters of the report that the header shows; the file has all of them.
    private static let whatAtMost = 1_200

    private var what: HTML {
        guard incident.what.count > Self.whatAtMost else { return HTML.prose(incident.what) }
        let start = HTML.prose(String(incident.what.prefix(Self.whatAtMost)) + "…")
        let rest = HTML.link(PagePaths.file(incident.number) + "#item-2", "Read all of it")
        let more: HTML = "<p>\(rest)</p>"
        return "\([start, more])"
    }

    private var badges: HTML {
        let state = Incident.State(rawValue: incident.state)?.badge ?? .nothing
        let level = LevelText(
            incident.level, incident.levelTitle, provisional: incident.provisional
        ).badge
        return "<p class=\"badges\">\(state) \(level)</p>"
    }

    // MARK: What comes next

    private var nextSentence: HTML {
        if isClosed {
            return HTML.paragraph("The incident is closed. What was recorded stays as it is.")
        }
        guard let next = incident.nextStep, let part = IncidentPart(step: next.number) else {
            let path = PagePaths.incident(incident.number, .close)
            let link = HTML.link(path, "close the incident")
            return HTML.paragraph("No step is open. Next: \(link).")
        }
        let path = PagePaths.incident(incident.number, part)
        let title: HTML = "<a href=\"\(path)\">\(next.number). \(told: next.title)</a>"
        let sentence: HTML = "<p><strong>\(say: "Next step: \(title)")</strong></p>"
        let missing = next.missing.prefix(3).map { "\(told: $0)" as HTML }
        let more = max(0, next.missing.count - 3)
        let list = HTML.list(missing, atMost: 3, more: more, at: path)
        return "\([sentence, list, HTML.hint(whoMayAct(next.number))])"
    }

    /// Who does the next step.
    private func whoMayAct(_ step: Int) -> Phrase {
        switch step {
        case 2 where incident.containments.isEmpty:
            "Anybody who is signed in may stop the workflow."
        case 3:
            """
            Those who respond to the workflow’s incidents do this; whoever reported it may attach \
            evidence too.
            """
        case 10:
            "The restart is signed by \(signers). Then somebody who may sign restarts it."
        case 11: "Nobody has to do anything; anybody may stop the workflow again."
        default:
            """
            Those who respond to the workflow’s incidents do this: its owner, operators and \
            reviewers, and all who may sign.
            """
        }
    }

    /// Whom the level demands for the restart.
    var signers: HTML {
        HTML.allOf(
            restart.requiredSignatures.map { needed in
                HTML.anyOf(needed.anyOf.map { HTML.say(IncidentWords.role($0)) })
            })
    }

    // MARK: Facts

    private var headFacts: HTML {
        let kind = Kind(rawValue: incident.kind)?.words ?? Phrase(said: incident.kind)
        var facts: [(name: Phrase, value: HTML)] = [
            ("Kind", HTML.say(kind)), ("Workflow", place),
        ]
        if let owner = workflow?.owner { facts.append(("Owner", HTML.said(owner))) }
        if !restart.requiredSignatures.isEmpty {
            facts.append(("The restart is signed by", signers))
        }
        if incident.provisional {
            let words: Phrase = """
                A question without an answer counts as yes until somebody knows. The level may \
                still change.
                """
            facts.append(("Level is provisional", HTML.say(words)))
        }
        facts.append(("Incident file", fileCount))
        return HTML.facts(facts)
    }

    private var place: HTML {
        if let workflow {
            return """
                <a href="\(PagePaths.workflow(workflow.key))">\(HTML.said(workflow.name))</a> \
                \(workflow.state.badge)
                """
        }
        if let name = incident.unlisted {
            return HTML.say("Not registered; reported as \(HTML.said(name))")
        }
        return HTML.say("Not registered")
    }

    var fileCount: HTML {
        HTML.say("\(incident.file.complete) of \(incident.file.items.count) items are complete")
    }

    // MARK: Jumps

    var jumps: HTML {
        let steps = incident.steps.compactMap { step -> HTML? in
            guard let part = IncidentPart(step: step.number) else { return nil }
            let title: HTML = "\(told: step.title)"
            return jump(part, "\(step.number). \(title)", mark(step.state))
        }
        let rest = [
            jump(.close, "Close the incident"), jump(.file, "Incident file"),
            jump(.changes, "Changes before it"), jump(.timeline, "Timeline"),
        ]
        return """
            <nav aria-label="\(say: "Parts of this page")">
            <ul class="jumps">
            \(steps + rest)
            </ul>
            </nav>
            """
    }

    private func jump(_ part: IncidentPart, _ title: Phrase, _ mark: HTML = .nothing) -> HTML {
        let path = PagePaths.incident(incident.number, part)
        return "<li>\(mark)<a href=\"\(path)\">\(say: title)</a></li>"
    }

    /// The shape of the step's badge; its word stands in the step itself.
    private func mark(_ state: String) -> HTML {
        let shape: HTML =
            switch StepStatus.State(rawValue: state) {
            case .done?: "✓"
            case .open?: "○"
            case .skipped?: "◇"
            case .notRequired?, nil: "–"
            }
        return "<span aria-hidden=\"true\">\(shape)</span> "
    }
}
