import CordonCore

/// Changes what is said of a workflow.
package struct EditWorkflowPage: PageModel, Sendable {
    let key: String
    let name: String
    /// The version that is shown.
    let version: Int
    let current: WorkflowForm
    let retention: [Policy.RetentionClass]
    let levels: [Policy.Level]
    let returned: ReturnedForm?

    static let formID = "edit"

    package var content: PageContent {
        PageContent(
            "Change \(name)", in: .workflows, hasFaults: returned != nil,
            [
                returned?.summary ?? .nothing,
                "<h1>\(say: "Change \(HTML.said(name))")</h1>",
                "<p>\(HTML.link(PagePaths.workflow(key), "Back to the workflow"))</p>",
                HTML.paragraph(
                    """
                    Only what you change is changed. If somebody else saves meanwhile, you see \
                    both and choose.
                    """),
                form,
            ])
    }

    private var form: HTML {
        let scope = FormScope(Self.formID, returned)
        let questions = WorkflowQuestions(
            scope: scope, usual: current, retention: retention, levels: levels)
        return scope.form(
            to: PagePaths.editWorkflow(key), button: "Save", hidden(scope) + questions.all)
    }

    /// What the form began with, so that it can be told who changed what.
    private func hidden(_ scope: FormScope) -> [HTML] {
        let parts = WorkflowPart.allCases.map(\.rawValue).joined(separator: " ")
        return [
            scope.hidden("version", scope.value("version", String(version))),
            scope.hidden("parts", parts),
        ]
            + WorkflowPart.allCases.map { part in
                let name = WorkflowForm.base(part)
                return scope.hidden(name, scope.value(name, current.digest(part)))
            }
    }
}
