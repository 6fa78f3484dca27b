package import CordonCore

extension Transaction {
    package func account(_ id: String) throws -> Account? {
        try row("SELECT body FROM account WHERE id = \(id)").map(Self.account)
    }

    package func account(login: String) throws -> Account? {
        try row("SELECT body FROM account WHERE login = \(login)").map(Self.account)
    }

    /// Accounts in the order of their logins, after `login`.
    package func accounts(after login: String = "", limit: Int) throws -> [Account] {
        try rows("SELECT body FROM account WHERE login > \(login) ORDER BY login LIMIT \(limit)")
            .map(Self.account)
    }

    package func accountExists() throws -> Bool {
        try row("SELECT id FROM account LIMIT 1") != nil
    }

    package func accountSave(_ account: Account) throws {
        let body = try Canonical.text(account)
        try run(
            """
            INSERT INTO account (id, login, version, body)
            VALUES (\(account.person.id), \(account.person.name), \(account.version), \(body))
            ON CONFLICT (id) DO UPDATE SET version = excluded.version, body = excluded.body
            """)
    }

    /// The stored password hash of an account; its digest is in the journal.
    package func credential(_ account: String) throws -> String? {
        try row("SELECT hash FROM credential WHERE account = \(account)")?.text("hash")
    }

    package func credentialSave(_ account: String, hash: String) throws {
        try run(
            """
            INSERT INTO credential (account, hash) VALUES (\(account), \(hash))
            ON CONFLICT (account) DO UPDATE SET hash = excluded.hash
            """)
    }

    private static func account(_ row: Row) throws -> Account {
        let body = try row.text("body")
        do {
            return try Canonical.read(Account.self, from: body.utf8)
        } catch {
            throw StoreError.unreadable(table: "account", column: "body")
        }
    }
}
