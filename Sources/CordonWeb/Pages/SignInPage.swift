/// Where a person with an account signs in.
package struct SignInPage: PageModel, Sendable {
    /// The page that was asked for.
    package let next: String?
    package let returned: ReturnedForm?

    package init(next: String?, returned: ReturnedForm? = nil) {
        self.next = next
        self.returned = returned
    }

    static let formID = "sign-in"

    package var content: PageContent {
        let scope = FormScope(Self.formID, returned)
        return PageContent(
            "Sign in", hasFaults: returned != nil,
            [
                returned?.summary ?? .nothing, "<h1>\(say: "Sign in")</h1>",
                scope.form(
                    to: PagePaths.signIn, button: "Sign in",
                    [
                        scope.hidden("next", PagePaths.own(next)),
                        scope.field("login", "Login").line(
                            .init(
                                autocomplete: "username", value: scope.value("login"),
                                isExact: true)),
                        scope.field("password", "Password").line(
                            .init(type: "password", autocomplete: "current-password")),
                    ]),
                HTML.paragraph(
                    """
                    No account, or a forgotten password? Ask an administrator of Cordon in your \
                    company.
                    """),
            ])
    }
}
