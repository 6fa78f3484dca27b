extension Migration {
    /// The journal with its Merkle log, and the tables that are made from it.
    ///
    /// What each table is trusted for: `journal`, `journal_content` and `checkpoint` are the
    /// record; `workflow`, `incident`, `account` and `control_failure` are caches of it that
    /// `cordon fsck` rebuilds and compares; `policy_version`, `attachment` and `credential` hold
    /// bytes whose digest is in the journal; `idempotency` and `token_use` may be lost without loss
    /// of a fact.
    static let spine = Migration(1, "spine") { dialect in
        let blob = dialect == .sqlite ? "BLOB" : "BYTEA"
        return [
            """
            CREATE TABLE journal (
                idx BIGINT PRIMARY KEY CHECK (idx >= 0),
                at_ms BIGINT NOT NULL,
                actor TEXT NOT NULL,
                stream TEXT NOT NULL,
                kind TEXT NOT NULL,
                cause TEXT NOT NULL,
                leaf \(blob) NOT NULL CHECK (length(leaf) = 32)
            )
            """,
            "CREATE INDEX journal_stream ON journal (stream, idx)",
            """
            CREATE TABLE journal_content (
                idx BIGINT PRIMARY KEY REFERENCES journal (idx),
                nonce \(blob) NOT NULL CHECK (length(nonce) = 32),
                body \(blob) NOT NULL
            )
            """,
            """
            CREATE TABLE checkpoint (
                size BIGINT PRIMARY KEY CHECK (size > 0),
                note TEXT NOT NULL
            )
            """,
            """
            CREATE TABLE log_head (
                id INTEGER PRIMARY KEY CHECK (id = 1),
                size BIGINT NOT NULL,
                frontier \(blob) NOT NULL
            )
            """,
            """
            CREATE TABLE workflow (
                key TEXT PRIMARY KEY,
                version BIGINT NOT NULL,
                revision BIGINT NOT NULL,
                state TEXT NOT NULL,
                body TEXT NOT NULL
            )
            """,
            """
            CREATE TABLE incident (
                year BIGINT NOT NULL,
                sequence BIGINT NOT NULL,
                number TEXT NOT NULL UNIQUE,
                version BIGINT NOT NULL,
                revision BIGINT NOT NULL,
                workflow TEXT,
                reporter TEXT NOT NULL,
                state TEXT NOT NULL,
                kind TEXT NOT NULL,
                level BIGINT NOT NULL CHECK (level BETWEEN 1 AND 4),
                provisional BIGINT NOT NULL,
                reported_at_ms BIGINT NOT NULL,
                body TEXT NOT NULL,
                PRIMARY KEY (year, sequence)
            )
            """,
            "CREATE INDEX incident_workflow ON incident (workflow, kind, reported_at_ms)",
            "CREATE INDEX incident_kind ON incident (kind, year, sequence)",
            """
            CREATE TABLE control_failure (
                control TEXT NOT NULL,
                incident TEXT NOT NULL,
                at_ms BIGINT NOT NULL,
                PRIMARY KEY (control, incident)
            )
            """,
            """
            CREATE TABLE policy_version (
                version BIGINT PRIMARY KEY,
                digest TEXT NOT NULL,
                yaml TEXT NOT NULL
            )
            """,
            """
            CREATE TABLE account (
                id TEXT PRIMARY KEY,
                login TEXT NOT NULL UNIQUE,
                version BIGINT NOT NULL,
                body TEXT NOT NULL
            )
            """,
            """
            CREATE TABLE credential (
                account TEXT PRIMARY KEY REFERENCES account (id),
                hash TEXT NOT NULL
            )
            """,
            """
            CREATE TABLE attachment (
                sha256 TEXT PRIMARY KEY,
                bytes \(blob) NOT NULL
            )
            """,
            """
            CREATE TABLE idempotency (
                account TEXT NOT NULL,
                key TEXT NOT NULL,
                fingerprint TEXT NOT NULL,
                status BIGINT NOT NULL,
                media_type TEXT NOT NULL,
                body \(blob) NOT NULL,
                at_ms BIGINT NOT NULL,
                sum TEXT NOT NULL,
                PRIMARY KEY (account, key)
            )
            """,
            "CREATE INDEX idempotency_at ON idempotency (at_ms)",
            """
            CREATE TABLE token_use (
                token TEXT PRIMARY KEY,
                at_ms BIGINT NOT NULL,
                sum TEXT NOT NULL
            )
            """,
        ] + appendOnly("journal", dialect) + appendOnly("journal_content", dialect)
            + appendOnly("checkpoint", dialect, keys: ["size"])
    }

    /// Refuses to change or delete a row of `table`, whoever asks.
    ///
    /// A fork: the engines write triggers differently. SQLite also has to be told not to replace a
    /// row by inserting another with the same key, which fires no trigger for the deletion.
    static func appendOnly(
        _ table: String, _ dialect: Dialect, keys: [String] = ["idx"]
    ) -> [String] {
        let reason = "\(table) is append-only"
        let same = keys.map { "\($0) = NEW.\($0)" }.joined(separator: " AND ")
        switch dialect {
        case .sqlite:
            return [
                """
                CREATE TRIGGER \(table)_keeps_update BEFORE UPDATE ON \(table)
                BEGIN SELECT RAISE(ABORT, '\(reason)'); END
                """,
                """
                CREATE TRIGGER \(table)_keeps_delete BEFORE DELETE ON \(table)
                BEGIN SELECT RAISE(ABORT, '\(reason)'); END
                """,
                """
                CREATE TRIGGER \(table)_keeps_replace BEFORE INSERT ON \(table)
                WHEN EXISTS (SELECT 1 FROM \(table) WHERE \(same))
                BEGIN SELECT RAISE(ABORT, '\(reason)'); END
                """,
            ]
        case .postgres:
            return [
                """
                CREATE FUNCTION \(table)_keeps() RETURNS trigger LANGUAGE plpgsql AS
                $$ BEGIN RAISE EXCEPTION '\(reason)'; END $$
                """,
                """
                CREATE TRIGGER \(table)_keeps BEFORE UPDATE OR DELETE ON \(table)
                FOR EACH ROW EXECUTE FUNCTION \(table)_keeps()
                """,
                """
                CREATE TRIGGER \(table)_keeps_truncate BEFORE TRUNCATE ON \(table)
                FOR EACH STATEMENT EXECUTE FUNCTION \(table)_keeps()
                """,
            ]
        }
    }
}
