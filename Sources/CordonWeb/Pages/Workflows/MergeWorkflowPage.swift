import CordonCore

/// Shows what two people have made of one workflow, and has whoever came second choose.
package struct MergeWorkflowPage: PageModel, Sendable {
    let key: String
    let name: String
    /// The version that the choice is made of.
    let version: Int
    let theirs: WorkflowForm
    let yours: WorkflowForm
    /// Whether it was sent without a choice for everything.
    let isAsking: Bool

    /// One part in which the two differ.
    struct Difference: Sendable {
        let part: WorkflowPart
        let changedBy: Side

        enum Side: Sendable { case theirs, yours, both }
    }

    /// Every part in which they differ, in the order of the form.
    var differences: [Difference] {
        yours.parts.filter { yours.digest($0) != theirs.digest($0) }.map { part in
            let base = yours.fields[WorkflowForm.base(part)]
            let side: Difference.Side =
                switch (theirs.digest(part) != base, yours.digest(part) != base) {
                case (true, false): .theirs
                case (false, true): .yours
                default: .both
                }
            return Difference(part: part, changedBy: side)
        }
    }

    private var faults: [FormFault] {
        guard isAsking else { return [] }
        return yours.undecided.map {
            FormFault(WorkflowForm.choice($0), "Choose whose words are kept.")
        }
    }

    package var content: PageContent {
        let ids = differences.map { (WorkflowForm.choice($0.part), Self.id($0.part)) }
        return PageContent(
            "Somebody else has changed \(name)", in: .workflows, hasFaults: !faults.isEmpty,
            [
                FaultSummary(faults: faults, ids: Dictionary(uniqueKeysWithValues: ids)).html,
                "<h1>\(say: "Somebody else has changed \(HTML.said(name))")</h1>",
                HTML.paragraph(
                    """
                    While you were writing, somebody else saved. Nothing of either is lost yet: \
                    choose for each part whose words are kept, then save.
                    """),
                form,
            ])
    }

    private static func id(_ part: WorkflowPart) -> String {
        "merge-" + part.rawValue.replacing("_", with: "-")
    }

    private var form: HTML {
        let scope = FormScope("merge", nil)
        let parts = differences.map(\.part)
        var hidden: [HTML] = [
            scope.hidden("merging", "yes"), scope.hidden("version", String(version)),
            scope.hidden("parts", parts.map(\.rawValue).joined(separator: " ")),
        ]
        for part in parts {
            hidden.append(scope.hidden(WorkflowForm.base(part), theirs.digest(part)))
            for (name, value) in yours.part(part).sorted(by: { $0.key < $1.key }) {
                hidden.append(scope.hidden(name, value))
            }
        }
        return scope.form(
            to: PagePaths.editWorkflow(key), button: "Save what I chose",
            hidden + differences.map(choice))
    }

    private func choice(_ difference: Difference) -> HTML {
        let part = difference.part
        let isFaulty = faults.contains { $0.field == WorkflowForm.choice(part) }
        let fault: HTML = isFaulty ? Self.fault : .nothing
        let who: Phrase =
            switch difference.changedBy {
            case .theirs: "Only they have changed this."
            case .yours: "Only you have changed this."
            case .both: "You both have changed this: choose."
            }
        let kind = isFaulty ? "field faulty" : "field"
        let sides = [
            side(difference, "theirs", "Theirs, as it is now", theirs),
            side(difference, "yours", "Yours", yours),
        ]
        return """
            <fieldset class="\(kind)">
            <legend>\(say: part.title)</legend>
            \([HTML.hint(who), fault])
            <div class="sides">
            \(sides)
            </div>
            </fieldset>
            """
    }

    private static let fault: HTML = """
        <p class="fault"><span aria-hidden="true">▲ </span>\
        \(say: "Choose whose words are kept.")</p>
        """

    private func side(
        _ difference: Difference, _ value: String, _ label: Phrase, _ form: WorkflowForm
    ) -> HTML {
        let part = difference.part
        let id = value == "theirs" ? Self.id(part) : Self.id(part) + "-yours"
        let usual: String? =
            switch difference.changedBy {
            case .theirs: "theirs"
            case .yours: "yours"
            case .both: nil
            }
        let chosen = yours.fields[WorkflowForm.choice(part)] ?? usual
        let mark: HTML = chosen == value ? " checked=\"checked\"" : .nothing
        return """
            <div class="side">
            <div class="choice">
            <input id="\(id)" name="\(WorkflowForm.choice(part))" type="radio" value="\(value)" \
            required="required"\(mark)/>
            <label for="\(id)">\(say: label)</label>
            </div>
            \(words(form.part(part)))
            </div>
            """
    }

    /// A part as it would be read.
    private func words(_ fields: [String: String]) -> HTML {
        if fields.isEmpty { return HTML.hint("Nothing.") }
        return HTML.facts(
            fields.sorted { $0.key < $1.key }.map { name, value in
                (
                    name: WorkflowQuestions.label(name),
                    value: WorkflowQuestions.words(name, value)
                )
            })
    }
}
