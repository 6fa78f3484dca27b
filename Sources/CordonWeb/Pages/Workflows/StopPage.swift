import CordonCore
import CordonOperations

/// The careful way to stop one workflow: why, how much of it, and what else.
package struct StopPage: PageModel, Sendable {
    let workflow: Workflow
    /// Where it was met, so that it can be said what a stop reaches.
    let points: [EnforcementPoint]
    /// Workflows that share its cause, with their names where they are registered.
    let related: [(key: String, name: String)]
    /// The incident that the stop belongs to, if there is one.
    let incident: String?
    let returned: ReturnedForm?

    static let formID = "stop"

    private var name: String { workflow.profile.name }

    package var content: PageContent {
        PageContent(
            "Stop \(name)", hasFaults: returned != nil,
            [
                returned?.summary ?? .nothing,
                "<h1>\(say: "Stop \(HTML.said(name))")</h1>",
                "<p class=\"badges\">\(workflow.state.badge)</p>",
            ] + (workflow.state == .retired ? [retired] : [inForce, reached, form]))
    }

    private var retired: HTML {
        HTML.paragraph("It is retired: nothing of it runs any more that could be stopped here.")
    }

    private var inForce: HTML {
        let links = workflow.containmentsInForce.map { containment -> HTML in
            let path = PagePaths.stopped(workflow.key, containment.id)
            return HTML.link(path, "See how far the stop has come")
        }
        if links.isEmpty { return .nothing }
        return """
            <p>\(say: "A stop is in force already. You may add your own to it.")</p>
            \(HTML.list(links))
            """
    }

    // MARK: What a stop reaches

    private var reached: HTML {
        let gate: HTML = """
            \(say: "Cordon’s gate: from now on it refuses whatever the workflow asks for.")
            """
        let places = points.filter(\.kind.enforces).map { point -> HTML in
            "\(say: "\(HTML.said(point.name)): a stop takes effect there.")"
        }
        let hands = workflow.profile.manualTargets.map { target -> HTML in
            let name = HTML.said(target.name)
            let how = HTML.said(target.instruction)
            let who = HTML.said(target.contact)
            return "\(say: "By hand, \(name): \(how) Ask \(who); somebody has to confirm it.")"
        }
        let rest = points.filter { !$0.kind.enforces }.map { point -> HTML in
            "\(say: "Not contained, \(HTML.said(point.name)): it only tells of what was done.")"
        }
        return .section(
            "reached", "What will be stopped", [HTML.list([gate] + places + hands + rest)])
    }

    // MARK: The form

    private var form: HTML {
        let scope = FormScope(Self.formID, returned)
        return StopForm.form(
            scope.id, workflow.key, "Stop \(HTML.said(name)) now",
            [reason(scope), choice(scope), tool(scope), others(scope), hidden(scope)])
    }

    private func reason(_ scope: FormScope) -> HTML {
        scope.field(
            "reason", "Why?",
            hint: "A few words are enough. Everybody who meets the stop reads them."
        ).text(scope.value("reason"), rows: 3)
    }

    private func choice(_ scope: FormScope) -> HTML {
        scope.field("scope_choice", "What is to be stopped?").radios(
            [
                FormOption("whole", "The whole workflow", hint: "When in doubt, this."),
                FormOption(
                    "outbound", "Only what it sends outside",
                    hint: "It goes on drafting and looking things up."),
                FormOption("tool", "Only one of its tools", hint: "Name it below."),
            ], selected: scope.value("scope_choice", "whole"))
    }

    private func tool(_ scope: FormScope) -> HTML {
        scope.field(
            "scope/tool", "The tool", hint: "Its exact name, if only one tool is to be stopped.",
            isOptional: true
        ).line(.init(value: scope.value("scope/tool"), isExact: true))
    }

    private func others(_ scope: FormScope) -> HTML {
        if related.isEmpty { return .nothing }
        let names = related.map(\.name).joined(separator: ", ")
        return scope.field(
            "scope/related", "Stop the related workflows too: \(HTML.said(names))",
            hint: "They share its cause. Each of them is stopped whole."
        ).checkbox(isChecked: scope.value("scope/related", "yes") == "yes")
    }

    private func hidden(_ scope: FormScope) -> HTML {
        let number = scope.value("incident", incident ?? "")
        return number.isEmpty ? .nothing : scope.hidden("incident", number)
    }

    /// What was chosen, as the operation names it.
    ///
    /// - Throws: a refusal when one tool is to be stopped, and it is not said which.
    static func asOperation(_ form: [String: String]) throws(Refusal) -> [String: String] {
        var fields = form
        switch form["scope_choice"] {
        case "tool":
            guard form["scope/tool"]?.contains(where: { !$0.isWhitespace }) == true else {
                throw Refusal(
                    .invalidInput, "Name the tool that is to be stopped.",
                    blockers: [Blocker("tool", "no tool is named", pointer: "/scope/tool")])
            }
        case "outbound":
            fields["scope/tool"] = nil
            fields["scope/outbound"] = "yes"
        default:
            fields["scope/tool"] = nil
        }
        return fields
    }
}
