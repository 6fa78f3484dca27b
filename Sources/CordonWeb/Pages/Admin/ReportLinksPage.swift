import CordonCore

/// The links by which people report who have no account, or do not want to be named.
package struct ReportLinksPage: PageModel, Sendable {
    /// Those in use, whoever made them.
    let links: [Link]
    /// The address of a link that was just made, which is shown this once.
    var made: String?
    var returned: ReturnedForm?

    struct Link: Sendable {
        let id: String
        let name: String
        /// The login of the administrator on whose account it stands.
        let madeBy: String
        let expiresAt: Instant
    }

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
                    They see the names of your workflows and whether what they reported is \
                    stopped; they cannot stop anything. When a link was used is not noted.
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
                "links", "Links in use",
                [
                    HTML.paragraph(
                        "None: whoever wants to report something has to sign in.")
                ])
        }
        let table = ListTable(
            caption: "Links for reports without an account",
            head: ["Name", "Made by", "Ends", "End it"], rows: links.map(cells)
        ).html
        return .section("links", "Links in use", [table])
    }

    private func cells(_ link: Link) -> [HTML] {
        let form: HTML = """
            <form class="inline" method="post" action="\(PagePaths.ending(reportLink: link.id))">
            \(FormField.token)
            <button class="quiet" type="submit">\(say: "End the link \(HTML.said(link.name))")</button>
            </form>
            """
        return [
            HTML.said(link.name), HTML.said(link.madeBy), HTML.time(link.expiresAt), form,
        ]
    }

    private var form: HTML {
        let scope = FormScope(Self.formID, returned)
        return .section(
            "make-link", "Make a link",
            [
                HTML.hint(
                    "It works for as long as you are an administrator, or until one ends it."),
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
