extension Migration {
    /// Evidence as it happens: sealed records in the same log as the journal.
    ///
    /// What each table is trusted for: `evidence` and `evidence_gone` are the record, with one leaf
    /// each; `evidence_body` holds what can be read of it, checked against the leaf whenever it is
    /// opened, and is the only table whose rows retention and erasure delete; `evidence_source`,
    /// `evidence_seen`, `evidence_gap`, `hold` and `erasure` are caches of the journal;
    /// `tile_root` is worked out from the leaves; `evidence_dictionary`, `search_run` and
    /// `search_hit` carry a sum; `cosignature` and `timestamp` carry signatures of others.
    static let evidence = Migration(2, "evidence") { dialect in
        let blob = dialect == .sqlite ? "BLOB" : "BYTEA"
        // SQLite keeps rows in the order of an INTEGER key, without an index beside them.
        let number = dialect == .sqlite ? "INTEGER" : "BIGINT"
        return [
            """
            CREATE TABLE evidence_source (
                num \(number) PRIMARY KEY CHECK (num > 0),
                key TEXT NOT NULL UNIQUE,
                first_idx BIGINT NOT NULL,
                first_ms BIGINT NOT NULL
            )
            """,
            """
            CREATE TABLE evidence (
                idx \(number) PRIMARY KEY CHECK (idx >= 0),
                source BIGINT NOT NULL,
                kind BIGINT NOT NULL,
                at_ms BIGINT NOT NULL,
                received_ms BIGINT NOT NULL,
                id \(blob) NOT NULL CHECK (length(id) = 16),
                dedupe \(blob) NOT NULL CHECK (length(dedupe) = 16),
                leaf \(blob) NOT NULL CHECK (length(leaf) = 32)
            )
            """,
            "CREATE INDEX evidence_of_source ON evidence (source, idx)",
            "CREATE UNIQUE INDEX evidence_id ON evidence (id)",
            """
            CREATE TABLE evidence_body (
                idx \(number) PRIMARY KEY REFERENCES evidence (idx),
                master BIGINT NOT NULL,
                wrapped \(blob) NOT NULL,
                dictionary BIGINT NOT NULL,
                sealed \(blob) NOT NULL
            )
            """,
            """
            CREATE TABLE evidence_gone (
                idx \(number) PRIMARY KEY REFERENCES evidence (idx),
                why TEXT NOT NULL,
                event BIGINT NOT NULL,
                entry \(blob) NOT NULL
            )
            """,
            """
            CREATE TABLE evidence_dictionary (
                num \(number) PRIMARY KEY CHECK (num > 0),
                sha256 TEXT NOT NULL,
                master BIGINT NOT NULL,
                wrapped \(blob) NOT NULL,
                sealed \(blob) NOT NULL
            )
            """,
            """
            CREATE TABLE evidence_seen (
                source BIGINT NOT NULL,
                aspect TEXT NOT NULL,
                value TEXT NOT NULL,
                idx BIGINT NOT NULL,
                at_ms BIGINT NOT NULL,
                PRIMARY KEY (source, aspect, value)
            )
            """,
            """
            CREATE TABLE evidence_gap (
                source BIGINT NOT NULL,
                kind TEXT NOT NULL,
                opened_ms BIGINT NOT NULL,
                closed_ms BIGINT,
                detail TEXT NOT NULL,
                PRIMARY KEY (source, kind, opened_ms)
            )
            """,
            """
            CREATE TABLE hold (
                id TEXT PRIMARY KEY,
                version BIGINT NOT NULL,
                workflow TEXT NOT NULL,
                released BIGINT NOT NULL,
                body TEXT NOT NULL
            )
            """,
            "CREATE INDEX hold_of_workflow ON hold (workflow, released)",
            """
            CREATE TABLE erasure (
                id TEXT PRIMARY KEY,
                version BIGINT NOT NULL,
                state TEXT NOT NULL,
                body TEXT NOT NULL
            )
            """,
            """
            CREATE TABLE tile_root (
                level BIGINT NOT NULL CHECK (level > 0),
                idx BIGINT NOT NULL,
                hash \(blob) NOT NULL CHECK (length(hash) = 32),
                PRIMARY KEY (level, idx)
            )
            """,
            """
            CREATE TABLE search_run (
                id TEXT PRIMARY KEY,
                incident TEXT NOT NULL,
                state TEXT NOT NULL,
                body TEXT NOT NULL,
                sum TEXT NOT NULL
            )
            """,
            "CREATE INDEX search_run_of_incident ON search_run (incident, id)",
            """
            CREATE TABLE search_hit (
                run TEXT NOT NULL,
                idx BIGINT NOT NULL,
                terms TEXT NOT NULL,
                sum TEXT NOT NULL,
                PRIMARY KEY (run, idx)
            )
            """,
            """
            CREATE TABLE cosignature (
                size BIGINT NOT NULL,
                witness TEXT NOT NULL,
                line TEXT NOT NULL,
                PRIMARY KEY (size, witness)
            )
            """,
            """
            CREATE TABLE timestamp_token (
                size BIGINT NOT NULL,
                authority TEXT NOT NULL,
                token \(blob) NOT NULL,
                PRIMARY KEY (size, authority)
            )
            """,
        ] + appendOnly("evidence", dialect) + appendOnly("evidence_gone", dialect)
            + appendOnly("tile_root", dialect, keys: ["level", "idx"])
    }
}
