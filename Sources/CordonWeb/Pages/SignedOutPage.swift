/// For whoever sends a form after the session has ended: nothing that was typed is lost.
package struct SignedOutPage: PageModel, Sendable {
    /// What was typed, by the field's name.
    package let fields: [String: String]

    package init(_ fields: [String: String]) {
        // Shorter ones are choices, keys and dates, which nobody wants to copy.
        self.fields = fields.filter { name, value in
            !Self.unshown.contains(name) && !name.hasPrefix("base/")
                && !name.contains("password") && value.count > 12
        }
    }

    /// What a form carries and nobody has typed; and `current`, the present password.
    private static let unshown: Set<String> = [
        "csrf", "once", "version", "digest", "parts", "current",
    ]

    package var content: PageContent {
        PageContent(
            "You were signed out",
            [
                "<h1 data-draft=\"keep\">\(say: "You were signed out")</h1>",
                HTML.paragraph(
                    """
                    Nothing was sent. Sign in again, open the page, and send the form once more.
                    """),
                "<p>\(HTML.button(PagePaths.signIn, "Sign in"))</p>", texts,
            ])
    }

    private var texts: HTML {
        if fields.isEmpty { return .nothing }
        let lines = fields.sorted { $0.key < $1.key }.map { HTML.exact($0.value) }
        return .section("typed", "What you had typed, to copy", lines)
    }
}
