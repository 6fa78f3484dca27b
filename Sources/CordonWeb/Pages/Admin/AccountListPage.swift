/// All accounts with their roles.
package struct AccountListPage: PageModel, Sendable {
    let accounts: [AccountView]
    /// Where the next page begins; `nil` on the last one.
    let next: String?

    static let size = 40

    package var content: PageContent {
        PageContent(
            "Accounts", in: .admin,
            [
                "<h1>\(say: "Accounts")</h1>",
                "<p>\(HTML.button(PagePaths.newUser, "Add a person"))</p>", list,
            ])
    }

    private var list: HTML {
        if accounts.isEmpty {
            return HTML.paragraph("There are no more accounts.")
        }
        let table = ListTable(
            caption: "Accounts by login", head: ["Login", "Name", "Roles", "Access"],
            rows: accounts.map(cells)
        ).html
        let more = NextPage(next: next, path: PagePaths.users, words: "More accounts").html
        return "\([table, more])"
    }

    private func cells(_ account: AccountView) -> [HTML] {
        let roles: HTML =
            account.grants.isEmpty
            ? HTML.say("None") : "<code>\(account.grants.joined(separator: ", "))</code>"
        return [
            "<a href=\"\(PagePaths.user(account.login))\">\(account.login)</a>",
            HTML.said(account.name), roles, account.badge,
        ]
    }
}

extension AccountView {
    /// Whether somebody gets in with it.
    var badge: HTML {
        disabled ? Badge(.bad, "×", "Disabled").html : Badge(.good, "●", "Enabled").html
    }
}
