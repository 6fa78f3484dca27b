package import CordonCore

extension Transaction {
    package func holdSave(_ hold: Hold) throws {
        let body = try Canonical.text(hold)
        try send(
            """
            INSERT INTO hold (id, version, workflow, released, body)
            VALUES (\(hold.id), \(hold.version), \(hold.terms.workflow), \(hold.isReleased),
                \(body))
            ON CONFLICT (id) DO UPDATE SET version = excluded.version,
                released = excluded.released, body = excluded.body
            """)
    }

    package func hold(_ id: String) throws -> Hold? {
        try row("SELECT body FROM hold WHERE id = \(id)").map(Hold.init)
    }

    /// Holds in the order in which they were placed, from behind `id`; with `released`, those that
    /// hold nothing any more as well.
    package func holds(
        workflow: String? = nil, released: Bool, after id: String = "", limit: Int = 10_000
    ) throws -> [Hold] {
        let narrowed: SQL = workflow.map { "AND workflow = \($0)" } ?? ""
        let open: SQL = released ? "" : "AND released = 0"
        return try rows(
            """
            SELECT body FROM hold WHERE id > \(id) \(fragment: narrowed) \(fragment: open)
            ORDER BY id LIMIT \(limit)
            """
        ).map(Hold.init)
    }

    package func erasureSave(_ erasure: Erasure) throws {
        let body = try Canonical.text(erasure)
        try send(
            """
            INSERT INTO erasure (id, version, state, body)
            VALUES (\(erasure.id), \(erasure.version), \(erasure.state.rawValue), \(body))
            ON CONFLICT (id) DO UPDATE SET version = excluded.version, state = excluded.state,
                body = excluded.body
            """)
    }

    package func erasure(_ id: String) throws -> Erasure? {
        try row("SELECT body FROM erasure WHERE id = \(id)").map(Erasure.init)
    }

    package func erasures(after id: String, limit: Int) throws -> [Erasure] {
        try rows("SELECT body FROM erasure WHERE id > \(id) ORDER BY id LIMIT \(limit)")
            .map(Erasure.init)
    }
}

extension Hold {
    fileprivate init(_ row: Row) throws {
        self = try Canonical.read(Hold.self, from: try row.text("body").utf8)
    }
}

extension Erasure {
    fileprivate init(_ row: Row) throws {
        self = try Canonical.read(Erasure.self, from: try row.text("body").utf8)
    }
}
