/// One account, as an administrator keeps it: roles, access, and a new password.
package struct AccountPage: PageModel, Sendable {
    let account: AccountView
    /// Whether it is the administrator's own.
    let isOwn: Bool
    var returned: ReturnedForm?

    static let grantsID = "grants"
    static let accessID = "access"
    static let passwordID = "password"

    package var content: PageContent {
        PageContent(
            Phrase(said: account.name), in: .admin, hasFaults: returned != nil,
            [
                summary, "<h1>\(HTML.said(account.name))</h1>", facts, isOwn ? own : forms,
                HTML.section("roles", "Roles", [RoleTable.html]),
            ])
    }

    /// On one's own account there is no form that a fault could lead to.
    private var summary: HTML {
        guard let returned else { return .nothing }
        return isOwn ? returned.summaryWithoutForm : returned.summary
    }

    private var facts: HTML {
        let roles = account.grants.map { "<code>\($0)</code>" as HTML }
        return HTML.facts([
            ("Login", "\(account.login)"), ("Access", account.badge),
            ("Roles", roles.isEmpty ? HTML.say("None") : HTML.list(roles)),
        ])
    }

    private var own: HTML {
        let words: Phrase =
            "This is your own account. Nobody changes their own roles, or disables themselves."
        return """
            <p>\(say: words)</p>
            <p>\(HTML.link(PagePaths.account, "Your password and your tokens"))</p>
            """
    }

    private var forms: HTML { "\([grants, access, password])" }

    private var grants: HTML {
        let scope = FormScope(Self.grantsID, returned)
        return .section(
            "change-roles", "Change the roles",
            [
                scope.form(
                    to: PagePaths.grants(of: account.login), button: "Give exactly these roles",
                    [
                        scope.field(
                            "grants", "Roles",
                            hint: "One on a line, written as below. A line that is gone is taken.",
                            isOptional: true
                        ).text(
                            scope.value("grants", account.grants.joined(separator: "\n")),
                            rows: 5)
                    ])
            ])
    }

    private var access: HTML {
        let scope = FormScope(Self.accessID, returned)
        let hint: Phrase =
            account.disabled
            ? "It is kept with your name. The person can sign in again at once."
            : """
            It is kept with your name. The person is signed out, and their tokens stop working, \
            at once.
            """
        return .section(
            "change-access", account.disabled ? "Enable the account" : "Disable the account",
            [
                scope.form(
                    to: PagePaths.access(of: account.login),
                    button: account.disabled ? "Enable it" : "Disable it",
                    tone: account.disabled ? .usual : .stop,
                    [
                        scope.hidden("disabled", account.disabled ? "no" : "yes"),
                        scope.field("reason", "Why?", hint: hint).text(
                            scope.value("reason"), rows: 2),
                    ])
            ])
    }

    private var password: HTML {
        let scope = FormScope(Self.passwordID, returned)
        return .section(
            "change-password", "Set a new password",
            [
                scope.form(
                    to: PagePaths.password(of: account.login), button: "Set it", tone: .quiet,
                    [
                        scope.field(
                            "password", "New password",
                            hint: "12 to 200 characters. The person is signed out everywhere."
                        ).line(.init(type: "password", autocomplete: "new-password"))
                    ])
            ])
    }
}
