package import CordonCore

/// Which records a list is about; what is `nil` does not narrow it.
package struct EvidenceFilter: Equatable, Sendable {
    /// The number of their workflow.
    package var source: Int?
    package var kind: RecordKind?
    /// By the time that the records state.
    package var from: Instant?
    package var to: Instant?

    package init(
        source: Int? = nil, kind: RecordKind? = nil, from: Instant? = nil, to: Instant? = nil
    ) {
        self.source = source
        self.kind = kind
        self.from = from
        self.to = to
    }

    /// Whether their time alone may lead to them.
    fileprivate var isOfTime: Bool { source == nil && (from != nil || to != nil) }

    /// A plus keeps the engines from going by the index of a column that leads to more records than
    /// another one does: a workflow has fewer than a kind, and the newest are few.
    fileprivate func conditions(byTime: Bool) -> SQL {
        var all: SQL = ""
        if let source { all = all + "AND source = \(source) " }
        if let kind {
            let condition: SQL =
                byTime || source != nil
                ? "AND +kind = \(kind.code) " : "AND kind = \(kind.code) "
            all = all + condition
        }
        let time: SQL = byTime ? "at_ms" : "+at_ms"
        if let from { all = all + "AND \(fragment: time) >= \(from.milliseconds) " }
        if let to { all = all + "AND \(fragment: time) <= \(to.milliseconds) " }
        return all
    }
}

/// Records as lists show them, through the indexes of ``Migration/lists``.
extension Transaction {
    /// Records that fit, without their content, newest first.
    package func evidenceNewest(
        _ filter: EvidenceFilter, below index: UInt64, limit: Int
    ) throws -> [EvidenceRow] {
        guard filter.isOfTime else { return try newest(filter, from: 0, below: index, limit) }
        // Mostly the newest records are of that time; only else it is worth to gather all that are.
        let near = index > Self.placesNear ? index - Self.placesNear : 0
        let first = try newest(filter, from: near, below: index, limit)
        guard first.count < limit, near > 0 else { return first }
        let further = try rows(
            """
            SELECT idx, source, kind, at_ms, received_ms, id, dedupe, leaf FROM evidence
            WHERE idx IN (
                SELECT idx FROM evidence
                WHERE +idx < \(Int64(clamping: near)) \(fragment: filter.conditions(byTime: true))
                ORDER BY +idx DESC LIMIT \(limit - first.count)
            ) ORDER BY idx DESC
            """
        ).map(EvidenceRow.init)
        return first + further
    }

    /// Places of the log that are gone through one by one before records are gathered by time.
    private static let placesNear: UInt64 = 2_048

    private func newest(
        _ filter: EvidenceFilter, from start: UInt64, below end: UInt64, _ limit: Int
    ) throws -> [EvidenceRow] {
        try rows(
            """
            SELECT idx, source, kind, at_ms, received_ms, id, dedupe, leaf FROM evidence
            WHERE idx >= \(Int64(clamping: start)) AND idx < \(Int64(clamping: end))
                \(fragment: filter.conditions(byTime: false))
            ORDER BY idx DESC LIMIT \(limit)
            """
        ).map(EvidenceRow.init)
    }

    /// How many records there are in a stretch of the log, of all workflows or of one.
    package func evidenceCount(
        from start: UInt64, below end: UInt64, source: Int? = nil
    ) throws -> Int {
        // A table is counted as a whole much faster than a part of it.
        if start == 0, source == nil {
            let behind = try evidenceCounted("WHERE idx >= \(Int64(clamping: end))")
            return try evidenceCounted("") - behind
        }
        let narrowed: SQL = source.map { "AND source = \($0)" } ?? ""
        return try evidenceCounted(
            """
            WHERE idx >= \(Int64(clamping: start)) AND idx < \(Int64(clamping: end))
            \(fragment: narrowed)
            """)
    }

    private func evidenceCounted(_ narrowed: SQL) throws -> Int {
        let row = try row("SELECT count(*) AS n FROM evidence \(fragment: narrowed)")
        return Int(try row?.integer("n") ?? 0)
    }
}

/// What retention asks: the records of one workflow that still have content.
extension Transaction {
    /// Records of a workflow that have content and came before a time, without it, oldest first.
    package func evidenceDue(
        source: Int, receivedBefore time: Instant, limit: Int
    ) throws -> [EvidenceRow] {
        try rows(
            """
            SELECT e.idx, e.source, e.kind, e.at_ms, e.received_ms, e.id, e.dedupe, e.leaf
            FROM evidence e JOIN evidence_body b ON b.idx = e.idx
            WHERE e.source = \(source) AND e.received_ms < \(time.milliseconds)
            ORDER BY e.idx LIMIT \(limit)
            """
        ).map(EvidenceRow.init)
    }

    /// The same with their content, from a place on.
    package func evidenceOld(
        source: Int, receivedBefore time: Instant, from index: UInt64, limit: Int
    ) throws -> [(row: EvidenceRow, body: SealedBody)] {
        try rows(
            """
            SELECT e.idx, e.source, e.kind, e.at_ms, e.received_ms, e.id, e.dedupe, e.leaf,
                b.master, b.wrapped, b.dictionary, b.sealed
            FROM evidence e JOIN evidence_body b ON b.idx = e.idx
            WHERE e.source = \(source) AND e.idx >= \(Int64(index))
                AND e.received_ms < \(time.milliseconds)
            ORDER BY e.idx LIMIT \(limit)
            """
        ).compactMap { row in
            let head = try EvidenceRow(row)
            return try SealedBody(row).map { (row: head, body: $0) }
        }
    }

    /// When the oldest record of a workflow came that still has content; `nil` without any.
    package func evidenceOldest(source: Int) throws -> Instant? {
        try row(
            """
            SELECT e.received_ms FROM evidence e JOIN evidence_body b ON b.idx = e.idx
            WHERE e.source = \(source) ORDER BY e.idx LIMIT 1
            """
        ).map { Instant(milliseconds: try $0.integer("received_ms")) }
    }

    /// Workflows, each with the time at which the oldest record came that still has content.
    package func sourcesWithOldest() throws -> [(source: EvidenceSource, oldest: Instant?)] {
        try rows(
            """
            SELECT s.num, s.key, s.first_idx, s.first_ms, (
                SELECT e.received_ms FROM evidence e JOIN evidence_body b ON b.idx = e.idx
                WHERE e.source = s.num ORDER BY e.idx LIMIT 1
            ) AS oldest_ms
            FROM evidence_source s ORDER BY s.num
            """
        ).map {
            (
                try EvidenceSource($0),
                try $0.integerOrNil("oldest_ms").map(Instant.init(milliseconds:))
            )
        }
    }
}

extension Transaction {
    /// Workflows that have sent evidence and that nobody has registered, as they were first seen.
    package func sourcesUnregistered() throws -> [EvidenceSource] {
        try rows(
            """
            SELECT s.num, s.key, s.first_idx, s.first_ms FROM evidence_source s
            WHERE NOT EXISTS (SELECT 1 FROM workflow w WHERE w.key = s.key) ORDER BY s.num
            """
        ).map(EvidenceSource.init)
    }
}
