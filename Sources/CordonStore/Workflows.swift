package import CordonCore

extension Transaction {
    package func workflow(_ key: String) throws -> Workflow? {
        try row("SELECT body FROM workflow WHERE key = \(key)").map(Self.workflow)
    }

    /// Workflows in the order of their keys, after `key`; what is `nil` does not narrow them.
    ///
    /// The run stands in the key, in the name or in the owner's login.
    package func workflows(
        after key: String = "", in states: Set<Workflow.State>? = nil,
        holding run: PlainRun? = nil, limit: Int
    ) throws -> [Workflow] {
        var narrowed: SQL = ""
        if let states {
            if states.isEmpty { return [] }
            let names = states.map(\.rawValue).sorted().map { name -> SQL in "\(name)" }
            narrowed = narrowed + "AND state IN (\(fragment: SQL.joined(names))) "
        }
        if let run { narrowed = narrowed + named(run) }
        return try rows(
            """
            SELECT body FROM workflow WHERE key > \(key) \(fragment: narrowed)
            ORDER BY key LIMIT \(limit)
            """
        ).map(Self.workflow)
    }

    /// What became of workflows that were stopped at some time or run under an override, by their
    /// keys.
    ///
    /// Only the parts that are wanted are taken out of the rows. A fork: the engines read JSON in
    /// different words.
    package func workflowsTelling(after key: String, limit: Int) throws -> [WorkflowOutcome] {
        let parts: SQL =
            switch dialect {
            case .sqlite:
                """
                json_object('name', json_extract(body, '$.profile.name'),
                    'containments', json_extract(body, '$.containments'),
                    'override', json_extract(body, '$.override'))
                """
            case .postgres:
                """
                CAST(json_build_object('name', CAST(body AS JSON) #> '{profile,name}',
                    'containments', CAST(body AS JSON) #> '{containments}',
                    'override', CAST(body AS JSON) #> '{override}') AS TEXT)
                """
            }
        return try rows(
            """
            SELECT key, \(fragment: parts) AS parts FROM workflow
            WHERE key > \(key) AND (body NOT LIKE '%"containments":[]%'
                OR body LIKE '%"override":{%')
            ORDER BY key LIMIT \(limit)
            """
        ).map(Self.outcome)
    }

    /// What is taken out of a row's body.
    private struct OutcomeParts: Decodable {
        let name: String
        let containments: [Containment]
        let override: Workflow.ReadinessOverride?
    }

    private static func outcome(_ row: Row) throws -> WorkflowOutcome {
        guard let parts = try? Canonical.read(OutcomeParts.self, from: try row.text("parts").utf8)
        else { throw StoreError.unreadable(table: "workflow", column: "body") }
        return WorkflowOutcome(
            key: try row.text("key"), name: parts.name, containments: parts.containments,
            override: parts.override)
    }

    /// Most rows are passed over by their text, before it is read as JSON.
    ///
    /// A fork: the engines read JSON in different words.
    private func named(_ run: PlainRun) -> SQL {
        let pattern = "%\(run.text)%"
        let (name, owner): (SQL, SQL) =
            switch dialect {
            case .sqlite:
                ("json_extract(body, '$.profile.name')", "json_extract(body, '$.profile.owner')")
            case .postgres:
                (
                    "(CAST(body AS JSONB) #>> '{profile,name}')",
                    "(CAST(body AS JSONB) #>> '{profile,owner}')"
                )
            }
        return """
            AND lower(body) LIKE \(pattern) AND (lower(key) LIKE \(pattern)
                OR lower(\(fragment: name)) LIKE \(pattern)
                OR lower(\(fragment: owner)) LIKE \(pattern))
            """
    }

    /// Every workflow with the journal index of its last change: what the gate needs at the start.
    package func workflowsWithRevision() throws -> [(workflow: Workflow, revision: UInt64)] {
        try rows("SELECT body, revision FROM workflow ORDER BY key").map {
            (try Self.workflow($0), UInt64(try $0.integer("revision")))
        }
    }

    package func workflowSave(_ workflow: Workflow, revision: UInt64) throws {
        let body = try Canonical.text(workflow)
        try send(
            """
            INSERT INTO workflow (key, version, revision, state, body)
            VALUES (\(workflow.key), \(workflow.version), \(Int64(revision)),
                \(workflow.state.rawValue), \(body))
            ON CONFLICT (key) DO UPDATE SET version = excluded.version,
                revision = excluded.revision, state = excluded.state, body = excluded.body
            """)
    }

    private static func workflow(_ row: Row) throws -> Workflow {
        let body = try row.text("body")
        do {
            return try Canonical.read(Workflow.self, from: body.utf8)
        } catch {
            throw StoreError.unreadable(table: "workflow", column: "body")
        }
    }
}
