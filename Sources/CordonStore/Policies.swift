package import CordonCore

extension Transaction {
    package func policyVersion(_ version: Int) throws -> PolicyVersion? {
        try row("SELECT version, digest, yaml FROM policy_version WHERE version = \(version)")
            .map(PolicyVersion.init)
    }

    /// The version in force: the newest.
    package func policyVersionLatest() throws -> PolicyVersion? {
        try row("SELECT version, digest, yaml FROM policy_version ORDER BY version DESC LIMIT 1")
            .map(PolicyVersion.init)
    }

    package func policyVersionInsert(_ policy: PolicyVersion) throws {
        try run(
            """
            INSERT INTO policy_version (version, digest, yaml)
            VALUES (\(policy.version), \(policy.digest), \(policy.yaml))
            """)
    }
}

extension PolicyVersion {
    fileprivate init(_ row: Row) throws {
        self.init(
            version: Int(try row.integer("version")), digest: try row.text("digest"),
            yaml: try row.text("yaml"))
    }
}
