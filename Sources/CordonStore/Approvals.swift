package import CordonCore

extension Transaction {
    package func approvalSave(_ approval: Approval) throws {
        let body = try Canonical.text(approval)
        try send(
            """
            INSERT INTO approval (id, version, workflow, state, asked, granted, expires_ms, body)
            VALUES (\(approval.id), \(approval.version), \(approval.request.call.workflow),
                \(approval.state.rawValue), \(approval.request.digest),
                \(approval.grantedDigest), \(approval.request.expiresAt.milliseconds), \(body))
            ON CONFLICT (id) DO UPDATE SET version = excluded.version, state = excluded.state,
                granted = excluded.granted, body = excluded.body
            """)
    }

    package func approval(_ id: String) throws -> Approval? {
        try row("SELECT body FROM approval WHERE id = \(id)").map(Approval.init)
    }

    /// Whether people can still decide on it.
    package func approvalIsPending(_ id: String, at now: Instant) throws -> Bool {
        try row(
            """
            SELECT id FROM approval
            WHERE id = \(id) AND state = 'pending' AND expires_ms > \(now.milliseconds)
            """) != nil
    }

    /// The newest one that was asked for exactly this call.
    package func approval(asked digest: String) throws -> Approval? {
        try row("SELECT body FROM approval WHERE asked = \(digest) ORDER BY id DESC LIMIT 1")
            .map(Approval.init)
    }

    /// Those that allow exactly this call and were not used yet, the oldest first.
    package func approvals(granted digest: String) throws -> [Approval] {
        try rows(
            """
            SELECT body FROM approval WHERE granted = \(digest) AND state = 'approved'
            ORDER BY id LIMIT 100
            """
        ).map(Approval.init)
    }

    /// Those in one of the states, the oldest first, from behind `id`.
    package func approvals(
        workflow: String? = nil, state: Approval.State? = nil, after id: String = "",
        limit: Int = 1_000
    ) throws -> [Approval] {
        let narrowed: SQL = workflow.map { "AND workflow = \($0)" } ?? ""
        let inState: SQL = state.map { "AND state = \($0.rawValue)" } ?? ""
        return try rows(
            """
            SELECT body FROM approval
            WHERE id > \(id) \(fragment: narrowed) \(fragment: inState) ORDER BY id LIMIT \(limit)
            """
        ).map(Approval.init)
    }

    package func approvalsWaiting(workflow: String? = nil) throws -> Int {
        let narrowed: SQL = workflow.map { "AND workflow = \($0)" } ?? ""
        let count = try row(
            "SELECT COUNT(*) AS n FROM approval WHERE state = 'pending' \(fragment: narrowed)"
        )?.integer("n")
        return Int(count ?? 0)
    }

    /// The ids of those whose window has ended without that being written down.
    package func approvalsOverdue(at now: Instant, limit: Int) throws -> [String] {
        try rows(
            """
            SELECT id FROM approval WHERE state IN ('pending', 'approved')
                AND expires_ms <= \(now.milliseconds) ORDER BY expires_ms LIMIT \(limit)
            """
        ).map { try $0.text("id") }
    }
}

extension Approval {
    fileprivate init(_ row: Row) throws {
        self = try Canonical.read(Approval.self, from: try row.text("body").utf8)
    }
}
