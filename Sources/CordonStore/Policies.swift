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

    /// Version and digest without the text, of `version` or of the newest: what a cache needs.
    package func policyDigest(_ version: Int? = nil) throws -> (version: Int, digest: String)? {
        let row =
            if let version {
                try row("SELECT version, digest FROM policy_version WHERE version = \(version)")
            } else {
                try row(
                    "SELECT version, digest FROM policy_version ORDER BY version DESC LIMIT 1")
            }
        return try row.map { (Int(try $0.integer("version")), try $0.text("digest")) }
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
