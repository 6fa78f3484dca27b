extension Migration {
    /// Calls that wait for people: a cache of the journal's streams `approval/…`.
    static let approvals = Migration(3, "approvals") { _ in
        [
            """
            CREATE TABLE approval (
                id TEXT PRIMARY KEY,
                version BIGINT NOT NULL,
                workflow TEXT NOT NULL,
                state TEXT NOT NULL,
                asked TEXT NOT NULL,
                granted TEXT NOT NULL,
                expires_ms BIGINT NOT NULL,
                body TEXT NOT NULL
            )
            """,
            "CREATE INDEX approval_of_workflow ON approval (workflow, state, id)",
            "CREATE INDEX approval_asked ON approval (asked, id)",
            "CREATE INDEX approval_granted ON approval (granted, id)",
            "CREATE INDEX approval_due ON approval (state, expires_ms)",
        ]
    }
}
