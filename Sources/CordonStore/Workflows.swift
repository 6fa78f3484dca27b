package import CordonCore

extension Transaction {
    package func workflow(_ key: String) throws -> Workflow? {
        try row("SELECT body FROM workflow WHERE key = \(key)").map(Self.workflow)
    }

    /// Workflows in the order of their keys, after `key`.
    package func workflows(after key: String = "", limit: Int) throws -> [Workflow] {
        try rows("SELECT body FROM workflow WHERE key > \(key) ORDER BY key LIMIT \(limit)")
            .map(Self.workflow)
    }

    /// Every workflow with the journal index of its last change: what the gate needs at the start.
    package func workflowsWithRevision() throws -> [(workflow: Workflow, revision: UInt64)] {
        try rows("SELECT body, revision FROM workflow ORDER BY key").map {
            (try Self.workflow($0), UInt64(try $0.integer("revision")))
        }
    }

    package func workflowSave(_ workflow: Workflow, revision: UInt64) throws {
        let body = try Canonical.text(workflow)
        try run(
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
