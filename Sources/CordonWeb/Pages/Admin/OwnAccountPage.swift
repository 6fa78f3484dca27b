import CordonAPI

/// Somebody's own account: what they may do, their tokens, their password.
package struct OwnAccountPage: PageModel, Sendable {
    let login: String
    let name: String
    let grants: [String]
    let tokens: [TokenView]
    /// Whether the password was just changed.
    var hasNewPassword = false
    var returned: ReturnedForm?

    static let tokenID = "new-token"
    static let passwordID = "password"
    static let zoneID = "zone"

    package var content: PageContent {
        PageContent(
            "Your account", hasFaults: returned != nil,
            [
                summary, "<h1>\(say: "Your account")</h1>", status, facts, tokenList, newToken,
                password, zone,
            ])
    }

    private var summary: HTML {
        guard let returned else { return .nothing }
        let isShown = [Self.tokenID, Self.passwordID, Self.zoneID].contains(returned.id)
        return isShown ? returned.summary : returned.summaryWithoutForm
    }

    private var status: HTML {
        guard hasNewPassword else { return .nothing }
        let words: Phrase =
            "Your password is changed. Wherever else you were signed in, you no longer are."
        return "<p role=\"status\">\(say: words)</p>"
    }

    private var facts: HTML {
        let roles = grants.map { "<code>\($0)</code>" as HTML }
        let facts = HTML.facts([
            ("Login", "\(login)"), ("Name", HTML.said(name)),
            ("Roles", roles.isEmpty ? HTML.say("None") : HTML.list(roles)),
        ])
        let hint = HTML.hint("Nobody changes their own roles: ask an administrator.")
        return "\([facts, hint])"
    }

    // MARK: Tokens

    private var tokenList: HTML {
        if tokens.isEmpty {
            return .section(
                "tokens", "Your tokens",
                [
                    HTML.paragraph(
                        """
                        You have none. A token lets a program do, in your name, a part of what you \
                        may do.
                        """)
                ])
        }
        let table = ListTable(
            caption: "Your tokens",
            head: ["Name", "May", "Workflow", "Ends", "Last used", "End it"],
            rows: tokens.map(cells)
        ).html
        return .section("tokens", "Your tokens", [table])
    }

    private func cells(_ token: TokenView) -> [HTML] {
        let form: HTML = """
            <form class="inline" method="post" action="\(PagePaths.revocation(of: token.id))">
            \(FormField.token)
            <button class="quiet" type="submit">\(say: "Revoke \(HTML.said(token.name))")</button>
            </form>
            """
        return [
            HTML.said(token.name), "<code>\(token.scopes.joined(separator: ", "))</code>",
            token.workflow.map { key -> HTML in "\(key)" } ?? HTML.say("All"),
            HTML.time(token.expiresAt),
            token.lastUsedAt.map { HTML.time($0) } ?? HTML.say("Never"), form,
        ]
    }

    private var newToken: HTML {
        let scope = FormScope(Self.tokenID, returned)
        return .section(
            "make-token", "Make a token",
            [
                scope.folded(
                    "Make a token for a program", to: PagePaths.tokens, button: "Make the token",
                    [
                        scope.field(
                            "name", "Name", hint: "What it is for, so that you know it again."
                        ).line(.init(value: scope.value("name"))),
                        scope.field(
                            "scopes", "What may it do?",
                            hint: "Never more than you. As little as the program needs."
                        ).checkboxes(
                            // A link has a page of its own, for administrators.
                            TokenScope.allCases.filter { $0 != .reportLink }.map {
                                FormOption($0.rawValue, $0.words)
                            },
                            checked: scope.values("scopes")),
                        scope.field(
                            "workflow", "Workflow, by its key",
                            hint: "With one, the token serves that workflow alone.",
                            isOptional: true
                        ).line(.init(value: scope.value("workflow"), isExact: true)),
                        scope.field(
                            "expires_in_days", "Days until it ends", hint: "1 to 730."
                        ).number(scope.value("expires_in_days", "90"), from: 1, to: 730),
                    ])
            ])
    }

    // MARK: Time

    private var zone: HTML {
        let scope = FormScope(Self.zoneID, returned)
        let now = HTML.paragraph("Times are told in this zone: \(HTML.zone).")
        return .section(
            "time-zone", "Your time zone",
            [
                now,
                scope.folded(
                    "Choose another time zone", to: PagePaths.ownZone, button: "Use it",
                    [
                        scope.field(
                            "zone", "Time zone",
                            hint: """
                                As in Europe/Berlin. A browser that runs scripts says its own, \
                                which goes before this.
                                """
                        ).line(.init(value: scope.value("zone"), isExact: true))
                    ]),
            ])
    }

    // MARK: Password

    private var password: HTML {
        let scope = FormScope(Self.passwordID, returned)
        return .section(
            "change-password", "Change your password",
            [
                scope.folded(
                    "Change your password", to: PagePaths.ownPassword, button: "Change it",
                    [
                        scope.field("current", "Present password").line(
                            .init(type: "password", autocomplete: "current-password")),
                        scope.field("password", "New password", hint: "12 to 200 characters.")
                            .line(.init(type: "password", autocomplete: "new-password")),
                    ])
            ])
    }
}

extension TokenScope {
    /// What a token with it may be used for.
    fileprivate var words: Phrase {
        switch self {
        case .gate: "Ask the gate whether a workflow may go on"
        case .gateway: "Call models and tools through the gateway"
        case .capture: "Send evidence and changes"
        case .report: "Report and stop"
        case .read: "Read"
        case .respond: "Work on incidents, sign and restart"
        case .register: "Register and amend workflows"
        case .admin: "Keep accounts, change the policy"
        case .reportLink: "Be the secret of a link for reports without an account"
        case .all: "Everything that you may do"
        }
    }
}

/// A new token with its secret, which is shown this once.
package struct NewTokenPage: PageModel, Sendable {
    let token: TokenView

    package var content: PageContent {
        PageContent(
            "Your new token",
            [
                "<h1>\(say: "Your new token")</h1>",
                HTML.paragraph(
                    """
                    Copy it now, to where the program keeps its secrets: it is not shown again, \
                    and Cordon does not keep it.
                    """),
                HTML.exact(token.token ?? ""),
                HTML.facts([
                    ("Name", HTML.said(token.name)),
                    ("May", "<code>\(token.scopes.joined(separator: ", "))</code>"),
                    (
                        "Workflow",
                        token.workflow.map { key -> HTML in "\(key)" } ?? HTML.say("All")
                    ),
                    ("Ends", HTML.time(token.expiresAt)),
                ]),
                "<p>\(HTML.link(PagePaths.account, "Back to your account"))</p>",
            ])
    }
}
