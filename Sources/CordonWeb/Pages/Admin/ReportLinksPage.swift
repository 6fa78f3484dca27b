import CordonAPI

/// The links by which people report who have no account, or do not want to be named.
package struct ReportLinksPage: PageModel, Sendable {
    let links: [TokenView]
    /// The address of a link that was just made, which is shown this once.
    var made: String?
    var returned: ReturnedForm?

    static let formID = "new-link"

    package var content: PageContent {
        PageContent(
            "Reports without an account", in: .admin, hasFaults: returned != nil,
            [
                summary, "<h1>\(say: "Reports without an account")</h1>",
                HTML.paragraph(
                    """
                    Whoever has such a link can report something wrong without signing in, and \
                    nobody is told who it was: put it where the people find it who work with AI. \
                    They see the names of your workflows, and nothing else; they cannot stop one.
                    """),
                address, list, form,
            ])
    }

    private var summary: HTML {
        guard let returned else { return .nothing }
        return returned.id == Self.formID ? returned.summary : returned.summaryWithoutForm
    }

    private var address: HTML {
        guard let made else { return .nothing }
        return .section(
            "made", "The new link",
            [
                HTML.paragraph(
                    "Copy it now: it is not shown again, and Cordon keeps only its hash."),
                HTML.exact(made),
            ])
    }

    private var list: HTML {
        if links.isEmpty {
            return .section(
                "links", "Links that you have made",
                [
                    HTML.paragraph(
                        "None: whoever wants to report something has to sign in.")
                ])
        }
        let table = ListTable(
            caption: "Links that you have made",
            head: ["Name", "Ends", "Last used", "End it"], rows: links.map(cells)
        ).html
        return .section("links", "Links that you have made", [table])
    }

    private func cells(_ link: TokenView) -> [HTML] {
        let form: HTML = """
            <form class="inline" method="post" action="\(PagePaths.ending(reportLink: link.id))">
            \(FormField.token)
            <button class="quiet" type="submit">\(say: "End the link \(HTML.said(link.name))")</button>
            </form>
            """
        return [
            HTML.said(link.name), HTML.time(link.expiresAt),
            link.lastUsedAt.map { HTML.time($0) } ?? HTML.say("Never"), form,
        ]
    }

    private var form: HTML {
        let scope = FormScope(Self.formID, returned)
        return .section(
            "make-link", "Make a link",
            [
                HTML.hint("It works for as long as you are an administrator, or until you end it."),
                scope.form(
                    to: PagePaths.reportLinks, button: "Make the link",
                    [
                        scope.field(
                            "name", "Name", hint: "Where it will stand, so that you know it again."
                        ).line(.init(value: scope.value("name"))),
                        scope.field(
                            "expires_in_days", "Days until it ends", hint: "1 to 730."
                        ).number(scope.value("expires_in_days", "365"), from: 1, to: 730),
                    ]),
            ])
    }
}
