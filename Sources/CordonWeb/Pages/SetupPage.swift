/// The first page of a new server: makes the first administrator.
package struct SetupPage: PageModel, Sendable {
    /// The one-time token, when the link held it.
    package let token: String?
    package let returned: ReturnedForm?

    package init(token: String?, returned: ReturnedForm? = nil) {
        self.token = token
        self.returned = returned
    }

    static let formID = "setup"

    package var content: PageContent {
        PageContent(
            "Set up Cordon", hasFaults: returned != nil,
            [
                returned?.summary ?? .nothing,
                "<h1>\(say: "Set up Cordon")</h1>",
                HTML.paragraph(
                    """
                    Make the first account. It is an administrator: it keeps accounts and registers \
                    workflows, and by itself may not sign a restart.
                    """),
                form,
            ])
    }

    private var form: HTML {
        let scope = FormScope(Self.formID, returned)
        return scope.form(
            to: PagePaths.setup, button: "Make the account",
            [
                scope.field(
                    "token", "Setup token",
                    hint: "The server printed it when it started for the first time. It works once."
                ).line(.init(value: scope.value("token", token ?? ""), isExact: true)),
                scope.field(
                    "login", "Login",
                    hint: "2 to 64 small letters, digits, dots, hyphens or underscores."
                ).line(
                    .init(autocomplete: "username", value: scope.value("login"), isExact: true)),
                scope.field("name", "Your name", hint: "As it will stand under what you do.")
                    .line(.init(autocomplete: "name", value: scope.value("name"))),
                scope.field(
                    "password", "Password",
                    hint: "12 to 200 characters. A few plain words are good."
                ).line(.init(type: "password", autocomplete: "new-password")),
            ])
    }
}
