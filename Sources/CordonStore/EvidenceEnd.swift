import CordonCore

/// How content ends: what remains is the leaf, the place, the time and the workflow.
extension Transaction {
    /// Destroys the content of a record with its key, and keeps what its leaf was made of.
    ///
    /// The commitments stay because the log has to stay verifiable; without the nonces, which are
    /// gone with the key, they cannot be traced to any content.
    ///
    /// `event` is the place in the journal of the event that says why.
    package func evidenceEnd(
        _ index: UInt64, why: EvidenceEnd, entry: [UInt8], event: UInt64
    ) throws {
        try run("DELETE FROM evidence_body WHERE idx = \(Int64(index))")
        try run(
            """
            INSERT INTO evidence_gone (idx, why, event, entry)
            VALUES (\(Int64(index)), \(why.rawValue), \(Int64(event)), \(entry))
            """)
    }

    package func evidenceGone(_ index: UInt64) throws -> GoneEvidence? {
        try row("SELECT idx, why, event, entry FROM evidence_gone WHERE idx = \(Int64(index))")
            .map(GoneEvidence.init)
    }

    /// Gone records in a range of places.
    package func evidenceGone(from: UInt64, to: UInt64) throws -> [GoneEvidence] {
        try rows(
            """
            SELECT idx, why, event, entry FROM evidence_gone
            WHERE idx >= \(Int64(from)) AND idx < \(Int64(clamping: to)) ORDER BY idx
            """
        ).map(GoneEvidence.init)
    }

    package func evidenceGoneCount(from: UInt64, to: UInt64) throws -> Int {
        let row = try row(
            """
            SELECT count(*) AS n FROM evidence_gone
            WHERE idx >= \(Int64(from)) AND idx < \(Int64(clamping: to))
            """)
        return Int(try row?.integer("n") ?? 0)
    }

}

/// Why the content of a record is gone; the raw values are stored.
package enum EvidenceEnd: String, CaseIterable, Sendable { case erased, expired }

/// A record whose content is gone.
package struct GoneEvidence: Equatable, Sendable {
    package let index: UInt64
    package let why: EvidenceEnd
    /// The place in the journal of the event that says why.
    package let event: UInt64
    /// The bytes of the log entry, which its leaf is the hash of.
    package let entry: [UInt8]

    fileprivate init(_ row: Row) throws {
        index = UInt64(try row.integer("idx"))
        guard let why = EvidenceEnd(rawValue: try row.text("why")) else {
            throw StoreError.unreadable(table: "evidence_gone", column: "why")
        }
        self.why = why
        event = UInt64(try row.integer("event"))
        entry = try row.blob("entry")
    }
}
