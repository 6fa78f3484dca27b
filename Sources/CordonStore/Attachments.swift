extension Transaction {
    /// Keeps the bytes of a piece of evidence under their SHA-256; the same bytes are kept once.
    package func attachmentInsert(sha256: String, bytes: [UInt8]) throws {
        try run(
            """
            INSERT INTO attachment (sha256, bytes) VALUES (\(sha256), \(bytes))
            ON CONFLICT (sha256) DO NOTHING
            """)
    }

    package func attachment(sha256: String) throws -> [UInt8]? {
        try row("SELECT bytes FROM attachment WHERE sha256 = \(sha256)")?.blob("bytes")
    }

    /// The names of all attachments after `sha256`, in their order.
    package func attachmentNames(after sha256: String, limit: Int) throws -> [String] {
        try rows(
            "SELECT sha256 FROM attachment WHERE sha256 > \(sha256) ORDER BY sha256 LIMIT \(limit)"
        ).map { try $0.text("sha256") }
    }
}
