import CordonCore

/// The rules of a policy as tables and lists, each under its own heading.
struct PolicyTables {
    let policy: Policy

    init(_ policy: Policy) { self.policy = policy }

    // MARK: Severity

    var questions: HTML {
        let rows = policy.questions.map { question -> [HTML] in
            ["\(question.number). \(told: question.text)", leads(question)]
        }
        return .section(
            "questions", "The questions that decide the level",
            [
                HTML.paragraph(
                    """
                    Each is answered yes, no or unknown. Unknown counts as yes until somebody \
                    knows; the level is provisional for as long.
                    """),
                HTML.table(
                    "Questions and what a yes leads to", ["Question", "When it is answered yes"],
                    rows),
            ])
    }

    private func leads(_ question: Policy.Question) -> HTML {
        var lines: [HTML] = []
        if let floor = question.floor { lines.append(HTML.say("At least level \(floor).")) }
        if let together = question.together {
            lines.append(
                HTML.say(
                    """
                    At least level \(together.floor) when question \(together.with) is answered \
                    yes as well.
                    """))
        }
        lines += question.requires.map { HTML.say(PolicyWords.requirement($0)) }
        if lines.isEmpty { lines.append(HTML.say("Nothing by itself.")) }
        return HTML.list(lines)
    }

    var flags: HTML {
        if policy.criticalFlags.isEmpty { return .nothing }
        let lines = policy.criticalFlags.map { flag -> HTML in
            let threshold = flag.threshold ?? 0
            return switch flag.measure {
            case .people?: "\(told: flag.text) \(say: "From \(threshold) people on.")"
            case .amount?:
                """
                \(told: flag.text) \
                \(say: "From \(threshold) on, in the currency of the company’s accounts.")
                """
            case nil: "\(told: flag.text)"
            }
        }
        return .section(
            "flags", "What is always level 4", [HTML.list(lines)])
    }

    var levels: HTML {
        let rows = policy.levels.map { level -> [HTML] in
            [
                LevelText(level.number, level.title).badge, "\(told: level.impact)",
                "\(told: level.responseStandard) \(watch(level))",
                PolicyWords.signers(level.restart),
            ]
        }
        return .section(
            "levels", "The levels",
            [
                HTML.paragraph(
                    "Judged by what it means for the business, never by how strange the fault is."),
                HTML.table(
                    "Levels of severity",
                    ["Level", "Typical impact", "Response", "Who signs the restart"], rows),
            ])
    }

    private func watch(_ level: Policy.Level) -> HTML {
        if level.watchHours == 0 { return .nothing }
        return HTML.say("After the restart it is watched for \(level.watchHours) hours at least.")
    }

    var types: HTML {
        let rows = policy.types.map { type -> [HTML] in
            [
                """
                \(told: type.title)
                <p class="hint">\(told: type.example)</p>
                """,
                "\(told: type.immediateControl)", "\(told: type.longTermFix)",
            ]
        }
        return .section(
            "types", "Types of incident",
            [
                HTML.table(
                    "Types of incident", ["Type", "What to do now", "What to change for good"],
                    rows)
            ])
    }

    // MARK: The response

    var steps: HTML {
        let rows = policy.steps.map { step -> [HTML] in
            let levels = policy.levels.filter { $0.steps.contains(step.number) }
                .map { String($0.number) }.joined(separator: ", ")
            return [
                "\(step.number). \(told: step.title)", "\(told: step.instruction)",
                "\(levels)",
            ]
        }
        return .section(
            "steps", "The steps of the response",
            [HTML.table("Steps of the response", ["Step", "What to do", "Needed at level"], rows)])
    }

    var causes: HTML {
        let classes = policy.failureClasses.map { kind -> HTML in
            if kind.considerFirst.isEmpty { return "\(told: kind.title)" }
            let first = HTML.said(kind.considerFirst.joined(separator: ", "))
            return "\(told: kind.title) \(say: "(only after looking at: \(first))")"
        }
        let rule = policy.recurrence
        return .section(
            "causes", "Causes",
            [
                HTML.paragraph(
                    """
                    Why it happened has two parts: the class of failure, and the control that \
                    ought to have caught it. A wrong answer alone is never the cause.
                    """),
                "<h3>\(say: "Classes of failure")</h3>", HTML.list(classes),
                "<h3>\(say: "Controls")</h3>",
                HTML.list(policy.controls.map { "\(told: $0.title)" as HTML }),
                HTML.paragraph(
                    """
                    When the same control fails \(rule.failures) times within \(rule.days) days, \
                    everybody concerned reviews it together.
                    """),
            ])
    }

    // MARK: Before and around

    var readiness: HTML {
        let rule = policy.override
        return .section(
            "readiness", "What a workflow needs before production",
            [
                HTML.list(policy.readiness.map { "\(told: $0.title)" as HTML }),
                HTML.paragraph(
                    """
                    Going ahead with a gap can be allowed for \(rule.maximumDays) days at most, \
                    with a reason, by: \(PolicyWords.roles(rule.roles)).
                    """),
            ])
    }

    var retention: HTML {
        let rows = policy.retention.map { kind -> [HTML] in
            [
                "<code>\(kind.key)</code>", "\(told: kind.title)",
                HTML.say("for \(kind.days) days"),
            ]
        }
        return .section(
            "retention", "How long records are kept",
            [
                HTML.paragraph("A hold always comes first: what is held is not deleted."),
                HTML.table("Classes of retention", ["Class", "For what", "Kept"], rows),
            ])
    }

    var lane: HTML {
        var parts: [HTML] = []
        if let chosen = policy.chosenLane {
            parts.append(HTML.facts(facts(chosen)))
            if chosen.approvedOnly == true { parts.append(approved) }
        }
        let others = policy.lanes.filter { $0.key != policy.lane }
        if !others.isEmpty {
            let names = HTML.allOf(others.map { "\(told: $0.title)" as HTML })
            parts.append(HTML.hint("The company could also choose: \(names)."))
        }
        return .section("lane", "How far the company goes with AI", parts)
    }

    private func facts(_ lane: Policy.Lane) -> [(name: Phrase, value: HTML)] {
        let everything = HTML.say("everything that its authority allows")
        let passes = lane.outside == .observe
        return [
            (name: "Lane", value: "<strong>\(told: lane.title)</strong>"),
            (name: "A workflow that is not in production may", value: actions(lane.draftMay)),
            (
                name: "A workflow in production may",
                value: lane.productionMay.map(actions) ?? everything
            ),
            (
                name: "What is outside",
                value: passes
                    ? HTML.say("passes, and is counted as shadow use") : HTML.say("is refused")
            ),
        ]
    }

    private func actions(_ actions: [GateAction]) -> HTML {
        if actions.isEmpty { return HTML.say("do nothing with AI") }
        return HTML.allOf(actions.map { HTML.say(PolicyWords.action($0)) })
    }

    private var approved: HTML {
        let approved = policy.approved ?? Policy.Approved()
        func names(_ names: [String]?) -> HTML {
            guard let names else { return HTML.say("any") }
            return names.isEmpty
                ? HTML.say("none") : HTML.said(names.joined(separator: ", "))
        }
        return HTML.facts([
            (name: "Approved models", value: names(approved.models)),
            (name: "Approved providers", value: names(approved.upstreams)),
            (name: "Approved tool servers", value: names(approved.mcpServers)),
            (name: "Approved tools", value: names(approved.tools)),
        ])
    }

    var numbers: HTML {
        let days = policy.review.effectivenessDays.map(String.init).joined(separator: ", ")
        return .section(
            "numbers", "Further rules",
            [
                HTML.list([
                    HTML.say("A look back covers at least \(policy.lookbackDays) days."),
                    HTML.say("Whether a fix worked is checked on these days after it: \(days)."),
                    HTML.say(
                        """
                        An incident whose file lacks something closes only with the signature of: \
                        \(PolicyWords.roles(policy.review.exceptionRoles)).
                        """),
                ])
            ])
    }
}
