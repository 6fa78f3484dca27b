/// How the server is, and the ways to accounts and tokens.
package struct AdminPage: PageModel, Sendable {
    let version: String
    /// Its parts and how each is; `nil` when it cannot do its work.
    let parts: [String: String]?
    /// Why it cannot, in a sentence.
    var trouble: String?
    /// Entries of the journal under the newest checkpoint.
    var entries: Int?
    let records: Int
    let indexed: Int
    let writesWaiting: Int

    package var content: PageContent {
        PageContent(
            "Administration", in: .admin,
            ["<h1>\(say: "Administration")</h1>", ways, health, figures])
    }

    private var ways: HTML {
        """
        <ul class="plain">
        <li>\(HTML.link(PagePaths.users, "Accounts and roles"))</li>
        <li>\(HTML.link(PagePaths.newUser, "Add a person"))</li>
        <li>\(HTML.link(PagePaths.reportLinks, "A link for reports without an account"))</li>
        <li>\(HTML.link(PagePaths.account, "Your own account and its tokens"))</li>
        </ul>
        """
    }

    private var health: HTML {
        guard let parts else {
            return .section(
                "health", "Health",
                [
                    "<p>\(Badge(.bad, "■", "Not ready").html)</p>",
                    trouble.map { words -> HTML in "<p>\(told: words)</p>" } ?? .nothing,
                ])
        }
        let facts = parts.sorted { $0.key < $1.key }.map { name, state in
            (
                name: Self.name(name),
                value: state == "ready"
                    ? Badge(.good, "✓", "Ready").html : Badge(.bad, "▲", "Failing").html
            )
        }
        return .section("health", "Health", [HTML.facts(facts)])
    }

    private static func name(_ part: String) -> Phrase {
        switch part {
        case "database": "Database"
        case "migrations": "Tables are up to date"
        case "queue": "Room for changes"
        case "publishing": "Publishing the journal’s checkpoints"
        default: Phrase(said: part)
        }
    }

    private var figures: HTML {
        var facts: [(name: Phrase, value: HTML)] = [
            ("Version of Cordon", "\(version)"), ("Records of evidence", "\(records)"),
            ("Of them in the search index", "\(indexed)"),
            ("Changes that wait to be written", "\(writesWaiting)"),
        ]
        if let entries { facts.append(("Entries of the journal", "\(entries)")) }
        return .section("figures", "In figures", [HTML.facts(facts)])
    }
}
