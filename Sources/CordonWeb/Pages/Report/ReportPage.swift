/// Reports something wrong: four questions at most, and none of them asks for a judgement.
package struct ReportPage: PageModel, Sendable {
    /// The workflows to choose from, by name.
    let choices: [Choice]
    /// Whether there are more than can be chosen from.
    let hasMore: Bool
    /// The key of the one that is chosen at first; empty for none.
    let chosen: String
    let mayStop: Bool
    /// Where the form goes of somebody who has no account.
    var link: String?
    let returned: ReturnedForm?

    struct Choice: Sendable {
        let key: String
        let name: String
    }

    static let formID = "report"

    /// What a browser offers to choose from; on a phone, its camera as well.
    private static let accepted =
        "image/*,text/*,application/pdf,application/zip,.csv,.json,.xml,.eml,.msg,.doc,.docx,"
        + ".xls,.xlsx,.ppt,.pptx"

    package var content: PageContent {
        PageContent(
            "Report something wrong", hasFaults: returned != nil,
            [
                returned?.summary ?? .nothing,
                "<h1>\(say: "Report something wrong")</h1>",
                HTML.paragraph("You did right to come here. Nothing has to be certain."),
                anonymous, form,
            ])
    }

    private var anonymous: HTML {
        if link == nil { return .nothing }
        return HTML.paragraph(
            """
            Nobody is told who you are, and Cordon does not know it. Write nothing that gives you \
            away, unless you want to be asked; a photo can hold where and with which phone it was \
            taken, a document its author’s name, and the network of your company can see that you \
            were here. Keep the address that you get afterwards: it is the only way back to your \
            report.
            """)
    }

    private var form: HTML {
        let scope = FormScope(Self.formID, returned)
        return scope.form(
            to: link ?? PagePaths.report, button: "Send the report", sendsFiles: true,
            [workflow(scope), what(scope), left(scope), files(scope), stop(scope)])
    }

    private func workflow(_ scope: FormScope) -> HTML {
        let hint: Phrase =
            hasMore
            ? "Only some of them fit into the list. If yours is not there, write its name below."
            : "If it is not in the list, write its name below."
        let options = choices.map { FormOption($0.key, Phrase(said: label($0))) }
        return scope.field("workflow", "Which workflow?", hint: hint).choice(
            options + [FormOption("", "Not listed, or not known")],
            selected: scope.value("workflow", chosen))
    }

    /// The name; with the key where two have the same one.
    private func label(_ choice: Choice) -> String {
        let isAlone = choices.filter { $0.name == choice.name }.count == 1
        return isAlone ? choice.name : "\(choice.name) (\(choice.key))"
    }

    private func what(_ scope: FormScope) -> HTML {
        scope.field(
            "what", "What happened?",
            hint: "What you saw, where and when, in your own words. A sentence is enough."
        ).text(scope.value("what"))
    }

    private func left(_ scope: FormScope) -> HTML {
        scope.field("left_company", "Has it left the company, or been acted on?").radios(
            FormOption.yesNoUnknown, selected: scope.value("left_company", "unknown"))
    }

    private func files(_ scope: FormScope) -> HTML {
        let most = (link == nil ? ResponseRoutes.fileLimit : Page.anonymousFileLimit) >> 20
        let hint: Phrase =
            scope.hasReturned
            ? "Choose them again: a browser does not keep them. \(most) MB together at most."
            : "A picture of the screen, the document itself. \(most) MB together at most."
        return scope.field("files", "Photos or files", hint: hint, isOptional: true)
            .files(accept: Self.accepted)
    }

    private func stop(_ scope: FormScope) -> HTML {
        guard mayStop else { return .nothing }
        return scope.field(
            "stop", "Stop the workflow now",
            hint: "When in doubt, stop it: a stop can always be undone."
        ).checkbox(isChecked: scope.value("stop") == "yes")
    }
}
