import CordonCore

/// The questions about a workflow, for registering it and for changing what is said of it.
struct WorkflowQuestions {
    let scope: FormScope
    /// What is said of it already.
    let usual: WorkflowForm
    let retention: [Policy.RetentionClass]
    let levels: [Policy.Level]

    private static let escalationAtMost = 50
    private static let targetsAtMost = 20

    /// All of them, part by part.
    var all: [HTML] {
        [
            section("who", "What it is, and who answers for it", identity),
            section("without", "Doing the work without the AI", fallback),
            section("review", "How its work is reviewed", review),
            section("call", "Whom to call", escalation),
            section("may", "What it may do", authority),
            section("data", "What it touches", touched),
            section("levels", "Who leads the response", owners),
            section("stop", "What a stop has to reach", stops),
            section("gateway", "Calls that pass through Cordon", gateway),
        ]
    }

    private func section(_ id: String, _ title: Phrase, _ parts: [HTML]) -> HTML {
        HTML.section("\(scope.id)-part-\(id)", title, parts)
    }

    private func value(_ name: String) -> String {
        scope.value(name, usual.fields[name] ?? "")
    }

    private func field(_ name: String, hint: Phrase? = nil, isOptional: Bool = true) -> FormField {
        scope.field(name, Self.label(name), hint: hint, isOptional: isOptional)
    }

    private func line(
        _ name: String, hint: Phrase? = nil, isOptional: Bool = true, isExact: Bool = false
    ) -> HTML {
        field(name, hint: hint, isOptional: isOptional)
            .line(.init(value: value(name), isExact: isExact))
    }

    private func text(_ name: String, hint: Phrase? = nil, rows: Int = 3) -> HTML {
        field(name, hint: hint).text(value(name), rows: rows)
    }

    // MARK: Parts

    private var identity: [HTML] {
        [
            line("name", isOptional: false), text("purpose"),
            line(
                "function",
                hint: """
                    The part of the business that it belongs to, in small letters and hyphens: \
                    client-services.
                    """, isOptional: false, isExact: true),
            line(
                "owner",
                hint: """
                    The login of the person who answers for it. An administrator gives that person \
                    the owner’s role as well.
                    """, isExact: true),
            line(
                "deputy", hint: "The login of whoever stands in when the owner is away.",
                isExact: true),
        ]
    }

    private var fallback: [HTML] {
        [
            line("fallback/title", hint: "In a few words: summaries written by hand."),
            text("fallback/steps", hint: "One step on each line, in their order.", rows: 5),
            line("fallback/contact"),
            line("fallback/capacity", hint: "In words: 20 summaries a day."),
        ]
    }

    private var review: [HTML] {
        [
            text("review_standard/checks", hint: "One thing to check on each line.", rows: 4),
            field("review_standard/share_percent")
                .number(value("review_standard/share_percent"), from: 0, to: 100),
        ]
    }

    private var escalation: [HTML] {
        let rows = (0..<rowCount("escalation", atMost: Self.escalationAtMost)).map { row in
            group(
                "Call number \(row + 1)",
                [line("escalation/\(row)/function"), line("escalation/\(row)/contact")])
        }
        return [HTML.hint("In the order in which people are called. Saving makes room for more.")]
            + rows
    }

    private var authority: [HTML] {
        [
            field("authority/mode").radios(
                [
                    FormOption("", "Not decided yet"),
                    FormOption(
                        "draft", "It only drafts", hint: "A person does everything that follows."),
                    FormOption(
                        "act", "It acts", hint: "It may call tools that change something."),
                ], selected: value("authority/mode")),
            field("authority/delivers").choice(
                [
                    FormOption("", "Not said"), FormOption("none", "Nobody: nothing is sent"),
                    FormOption("inside", "People inside the company"),
                    FormOption("outside", "People outside the company as well"),
                ], selected: value("authority/delivers")),
            box("authority/delivery_needs_approval"), box("authority/decides"),
            text("authority/tools_read", hint: "One name on each line; * at the end is any rest."),
            text("authority/tools_write", hint: "One name on each line."),
            text("authority/tools_ask", hint: "One name on each line."),
            text(
                "authority/forbids",
                hint: "Denied whatever else is written here. One name on each line."),
        ]
    }

    private func box(_ name: String) -> HTML {
        field(name).checkbox(isChecked: value(name) == "yes")
    }

    private var touched: [HTML] {
        var classes = retention.map { FormOption($0.key, Phrase(told: $0.title)) }
        let chosen = value("retention")
        if !chosen.isEmpty, !retention.contains(where: { $0.key == chosen }) {
            // The policy has another list now; what was chosen is not lost by looking at it.
            classes.append(FormOption(chosen, Phrase(said: chosen)))
        }
        return [
            text("data_classes", hint: "One kind on each line: customer names, salaries."),
            text("affected_parties", hint: "One on each line: customers, employees, lenders."),
            field("retention").choice(
                [FormOption("", "Not chosen yet")] + classes, selected: chosen),
        ]
    }

    private var owners: [HTML] {
        let known = levels.map { level in
            let name = "severity_owners/\(level.number)"
            return scope.field(
                name, LevelText(level.number, level.title).words, isOptional: true
            ).text(value(name), rows: 1)
        }
        return [HTML.hint("A person or a team; a second one on a second line.")] + known
    }

    private var stops: [HTML] {
        let rows = (0..<rowCount("manual_targets", atMost: Self.targetsAtMost)).map { row in
            let name = "manual_targets/\(row)"
            return group(
                "Stopped by hand, number \(row + 1)",
                [
                    line("\(name)/name", isExact: true), text("\(name)/instruction", rows: 2),
                    line("\(name)/contact"),
                ])
        }
        return [
            text(
                "related",
                hint: """
                    The keys of workflows that share its cause, one on each line. A stop may reach \
                    them too.
                    """),
            HTML.hint(
                """
                What Cordon cannot stop by itself, such as a mailbox rule or a scheduled job: \
                somebody stops it and confirms that it has stopped. Saving makes room for more.
                """),
        ] + rows
    }

    private var gateway: [HTML] {
        [
            HTML.hint(
                """
                For a workflow whose calls pass through Cordon’s gateway, or that asks the gate by \
                itself. Everything may be left as it is.
                """),
            text(
                "gateway/models",
                hint: """
                    One name on each line; * at the end is any rest. With none here, any model may \
                    be asked.
                    """),
            text(
                "gateway/mcp_servers",
                hint: """
                    Their names in the server’s settings, one on each line. With none here, any \
                    may be reached.
                    """),
        ]
            + GatewayWords.fronts(usual.fields).map { front in
                line(
                    "gateway/upstreams/\(front)",
                    hint: """
                        Its name in the server’s settings. With none here, the first that has the \
                        model.
                        """, isExact: true)
            }
            + GatewayWords.chosen.map { name in
                field(name).choice(
                    GatewayWords.answers(name).map { FormOption($0.value, $0.words) },
                    selected: value(name))
            }
    }

    // MARK: Rows

    private func group(_ title: Phrase, _ fields: [HTML]) -> HTML {
        """
        <fieldset class="row">
        <legend>\(say: title)</legend>
        \(fields)
        </fieldset>
        """
    }

    /// Room for those that are there and two more, three at least.
    private func rowCount(_ name: String, atMost most: Int) -> Int {
        let prefix = name + "/"
        let filled = (0..<most).last { row in
            ["function", "name", "instruction", "contact"].contains {
                !value("\(prefix)\(row)/\($0)").isEmpty
            }
        }
        return min(most, max(3, (filled ?? -1) + 3))
    }

    // MARK: Names

    /// What a field is called, on every page on which it stands.
    static func label(_ name: String) -> Phrase {
        let parts = name.split(separator: "/").filter { Int($0) == nil }
        return switch parts.joined(separator: "/") {
        case "fallback/title": "What the fallback is called"
        case "fallback/steps": "The steps"
        case "fallback/contact": "Who does it, and whom to ask"
        case "fallback/capacity": "How much can be done this way"
        case "review_standard/checks": "What a reviewer checks"
        case "review_standard/share_percent": "Share of the work that is reviewed, in percent"
        case "escalation/function": "Function"
        case "escalation/contact": "Whom to call, and how"
        case "manual_targets/name": "Short name, in small letters and hyphens"
        case "manual_targets/instruction": "How it is stopped"
        case "manual_targets/contact": "Who stops it"
        case "severity_owners": levelLabel(name)
        default: authorityLabel(name)
        }
    }

    /// What was answered, as it is read: the words of the form for what is chosen from a list.
    static func words(_ name: String, _ value: String) -> HTML {
        switch (name, value) {
        case ("authority/mode", "draft"): HTML.say("It only drafts")
        case ("authority/mode", "act"): HTML.say("It acts")
        case ("authority/delivers", "none"): HTML.say("Nobody: nothing is sent")
        case ("authority/delivers", "inside"): HTML.say("People inside the company")
        case ("authority/delivers", "outside"): HTML.say("People outside the company as well")
        case ("authority/decides", "yes"), ("authority/delivery_needs_approval", "yes"):
            HTML.say("Yes")
        case _ where GatewayWords.answer(name, value) != nil:
            GatewayWords.answer(name, value).map { HTML.say($0) } ?? .nothing
        default: "<span class=\"prose\" dir=\"auto\">\(value)</span>"
        }
    }

    private static func levelLabel(_ name: String) -> Phrase {
        "Level \(Int(name.split(separator: "/").last ?? "") ?? 0)"
    }

    private static func authorityLabel(_ name: String) -> Phrase {
        switch name {
        case "authority/mode": "May it act, or only draft?"
        case "authority/delivers": "Whom what it makes may reach"
        case "authority/delivery_needs_approval": "Nothing is sent before a person has said yes"
        case "authority/decides": "It may decide about people or money by itself"
        case "authority/tools_read": "Tools that only read"
        case "authority/tools_write": "Tools that change something"
        case "authority/tools_ask": "Tools that wait for a person’s yes, each time"
        case "authority/forbids": "Tools that it may never call"
        default:
            GatewayWords.label(name) ?? WorkflowPart(rawValue: name)?.title ?? Phrase(said: name)
        }
    }
}
