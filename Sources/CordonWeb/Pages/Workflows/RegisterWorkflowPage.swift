import CordonCore

/// Puts a workflow into the register.
package struct RegisterWorkflowPage: PageModel, Sendable {
    let retention: [Policy.RetentionClass]
    let levels: [Policy.Level]
    let returned: ReturnedForm?

    static let formID = "register"

    package var content: PageContent {
        PageContent(
            "Register a workflow", in: .workflows, hasFaults: returned != nil,
            [
                returned?.summary ?? .nothing,
                "<h1>\(say: "Register a workflow")</h1>",
                HTML.paragraph(
                    """
                    A key, a name and a business function are enough to begin with. Everything \
                    else can be added later; all of it is asked for before the workflow may run in \
                    production.
                    """),
                form,
            ])
    }

    private var form: HTML {
        let scope = FormScope(Self.formID, returned)
        let key = scope.field(
            "key", "Key",
            hint: """
                2 to 64 small letters, digits and single hyphens: monthly-summaries. It stays the \
                same for ever.
                """
        ).line(.init(value: scope.value("key"), isExact: true))
        let questions = WorkflowQuestions(
            scope: scope, usual: WorkflowForm([:]), retention: retention, levels: levels)
        return scope.form(
            to: PagePaths.registerWorkflow, button: "Register it", [key] + questions.all)
    }
}
