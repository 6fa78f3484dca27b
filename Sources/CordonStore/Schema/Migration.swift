import CordonCore
import Crypto

/// One step of the schema, applied once and never changed after a release.
package struct Migration: Sendable {
    /// From 1, without gaps.
    package let number: Int
    package let name: String
    /// The statements for an engine, in their order.
    package let statements: @Sendable (Dialect) -> [String]

    package init(
        _ number: Int, _ name: String, statements: @escaping @Sendable (Dialect) -> [String]
    ) {
        self.number = number
        self.name = name
        self.statements = statements
    }

    /// Names the text that was applied, so that a later change of it is noticed.
    func digest(_ dialect: Dialect) -> String {
        var hash = SHA256()
        for statement in statements(dialect) {
            hash.update(data: Array(statement.utf8))
            // No statement holds a zero byte, so the end of each is told apart from its text.
            hash.update(data: [0])
        }
        return Hex.text(hash.finalize())
    }
}

extension Session {
    /// Applies what is missing, each migration in one transaction with the record of it.
    ///
    /// A crash between two of them leaves the first applied; the next start goes on from there.
    ///
    /// - Throws: `StoreError.newerSchema` or `.migrationChanged` before anything is changed.
    func migrate(_ migrations: [Migration]) throws {
        precondition(
            migrations.map(\.number) == Array(1..<(migrations.count + 1)),
            "Migrations are numbered from 1 without gaps.")
        // Every step looks again, as another process may have migrated between two transactions.
        while try migrating({ try $0.migrateOnce(migrations) }) {}
    }
}

extension SQLConnection {
    /// - Returns: whether a migration was applied, so that there may be another.
    fileprivate func migrateOnce(_ migrations: [Migration]) throws -> Bool {
        try script(
            """
            CREATE TABLE IF NOT EXISTS schema_migration (
                number BIGINT PRIMARY KEY,
                name TEXT NOT NULL,
                applied_at_ms BIGINT NOT NULL,
                digest TEXT NOT NULL
            )
            """)
        let applied = try rows("SELECT number, digest FROM schema_migration ORDER BY number")
        if let newest = try applied.last?.integer("number"), newest > migrations.count {
            throw StoreError.newerSchema(found: Int(newest), known: migrations.count)
        }
        for (row, migration) in zip(applied, migrations) {
            let isUnchanged =
                try row.integer("number") == Int64(migration.number)
                && row.text("digest") == migration.digest(dialect)
            guard isUnchanged else {
                throw StoreError.migrationChanged(number: migration.number, name: migration.name)
            }
        }
        guard let next = migrations.dropFirst(applied.count).first else { return false }
        for statement in next.statements(dialect) { try script(statement) }
        try run(
            """
            INSERT INTO schema_migration (number, name, applied_at_ms, digest)
            VALUES (\(next.number), \(next.name), \(fragment: now), \(next.digest(dialect)))
            """)
        return true
    }

    /// Milliseconds since 1970.
    ///
    /// A fork: the engines tell the time in different words.
    private var now: SQL {
        switch dialect {
        case .sqlite: "CAST((julianday('now') - 2440587.5) * 86400000 AS INTEGER)"
        case .postgres: "CAST(extract(epoch FROM clock_timestamp()) * 1000 AS BIGINT)"
        }
    }
}
