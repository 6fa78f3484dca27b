package import CordonCore
package import CordonLedger

/// One record of evidence, ready to be numbered and written.
package struct EvidenceDraft: Sendable {
    /// The 16 bytes of a ULID.
    package let id: [UInt8]
    package let kind: RecordKind
    package let at: Instant
    package let receivedAt: Instant
    /// Eight bytes that name the record for its sender, and eight of what it says.
    package let dedupe: [UInt8]
    package let leaf: MerkleHash
    package let body: SealedBody

    package init(
        id: [UInt8], kind: RecordKind, at: Instant, receivedAt: Instant, dedupe: [UInt8],
        leaf: MerkleHash, body: SealedBody
    ) {
        self.id = id
        self.kind = kind
        self.at = at
        self.receivedAt = receivedAt
        self.dedupe = dedupe
        self.leaf = leaf
        self.body = body
    }
}

/// One record of evidence as it is kept, without its content.
package struct EvidenceRow: Equatable, Sendable {
    package let index: UInt64
    /// The number of its workflow.
    package let source: Int
    package let kind: RecordKind
    package let at: Instant
    package let receivedAt: Instant
    package let id: [UInt8]
    package let dedupe: [UInt8]
    package let leaf: MerkleHash
}

extension Transaction {
    /// Appends records to the log, in this transaction.
    ///
    /// - Returns: their places in the log.
    package func evidenceAppend(
        _ drafts: [(draft: EvidenceDraft, source: Int)]
    ) throws -> [UInt64] {
        guard let journal = batch.journal as? JournalBatch else {
            throw StoreError.misconfigured("the store was opened without a journal")
        }
        var indices: [UInt64] = []
        var heads: [[SQL.Value]] = []
        var bodies: [[SQL.Value]] = []
        indices.reserveCapacity(drafts.count)
        heads.reserveCapacity(drafts.count)
        bodies.reserveCapacity(drafts.count)
        for (draft, source) in drafts {
            let place = try journal.append(draft.leaf, in: self)
            let index = SQL.Value.integer(Int64(place))
            indices.append(place)
            heads.append([
                index, .integer(Int64(source)), .integer(Int64(draft.kind.code)),
                .integer(draft.at.milliseconds), .integer(draft.receivedAt.milliseconds),
                .blob(draft.id), .blob(draft.dedupe), .blob(draft.leaf.bytes),
            ])
            bodies.append([
                index, .integer(Int64(draft.body.wrapped.master)),
                .blob(draft.body.wrapped.bytes), .integer(Int64(draft.body.dictionary)),
                .blob(draft.body.sealed),
            ])
        }
        let (number, bytes) = (0, [UInt8]())
        try send(
            """
            INSERT INTO evidence (idx, source, kind, at_ms, received_ms, id, dedupe, leaf)
            VALUES (\(number), \(number), \(number), \(number), \(number), \(bytes), \(bytes),
                \(bytes))
            """, forEach: heads)
        try send(
            """
            INSERT INTO evidence_body (idx, master, wrapped, dictionary, sealed)
            VALUES (\(number), \(number), \(bytes), \(number), \(bytes))
            """, forEach: bodies)
        return indices
    }

    package func evidence(_ index: UInt64) throws -> EvidenceRow? {
        try row(
            """
            SELECT idx, source, kind, at_ms, received_ms, id, dedupe, leaf FROM evidence
            WHERE idx = \(Int64(index))
            """
        ).map(EvidenceRow.init)
    }

    package func evidence(id: [UInt8]) throws -> EvidenceRow? {
        try row(
            """
            SELECT idx, source, kind, at_ms, received_ms, id, dedupe, leaf FROM evidence
            WHERE id = \(id)
            """
        ).map(EvidenceRow.init)
    }

    /// Records with their content, in the order of the log from `index` on; of one workflow when
    /// its number is given.
    ///
    /// A record that was erased or has expired comes without a body.
    package func evidenceBodies(
        from index: UInt64, below end: UInt64 = UInt64(Int64.max), source: Int? = nil, limit: Int
    ) throws -> [(row: EvidenceRow, body: SealedBody?)] {
        let narrowed: SQL = source.map { "AND e.source = \($0)" } ?? ""
        return try rows(
            """
            SELECT e.idx, e.source, e.kind, e.at_ms, e.received_ms, e.id, e.dedupe, e.leaf,
                b.master, b.wrapped, b.dictionary, b.sealed
            FROM evidence e LEFT JOIN evidence_body b ON b.idx = e.idx
            WHERE e.idx >= \(Int64(index)) AND e.idx < \(Int64(end)) \(fragment: narrowed)
            ORDER BY e.idx LIMIT \(limit)
            """
        ).map { (try EvidenceRow($0), try SealedBody($0)) }
    }

    /// Records without their content, newest first.
    package func evidenceNewest(
        below index: UInt64, source: Int? = nil, limit: Int
    ) throws -> [EvidenceRow] {
        let narrowed: SQL = source.map { "AND source = \($0)" } ?? ""
        return try rows(
            """
            SELECT idx, source, kind, at_ms, received_ms, id, dedupe, leaf FROM evidence
            WHERE idx < \(Int64(clamping: index)) \(fragment: narrowed)
            ORDER BY idx DESC LIMIT \(limit)
            """
        ).map(EvidenceRow.init)
    }

    package func evidenceBody(_ index: UInt64) throws -> SealedBody? {
        try row(
            """
            SELECT master, wrapped, dictionary, sealed FROM evidence_body
            WHERE idx = \(Int64(index))
            """
        ).flatMap(SealedBody.init)
    }

    /// How many records there are, and one more than the place of the newest.
    package func evidenceExtent() throws -> (records: Int, end: UInt64) {
        let last = try row("SELECT max(idx) AS last FROM evidence")?.integerOrNil("last")
        let count = try row("SELECT count(*) AS n FROM evidence")?.integer("n") ?? 0
        return (Int(count), last.map { UInt64($0) + 1 } ?? 0)
    }

    /// The places of a workflow's records within a window, those nearest to its end first.
    package func evidencePlaces(
        source: Int, window: ClosedRange<Int64>, limit: Int
    ) throws -> [UInt64] {
        try rows(
            """
            SELECT idx FROM evidence
            WHERE source = \(source) AND at_ms BETWEEN \(window.lowerBound) AND \(window.upperBound)
            ORDER BY idx DESC LIMIT \(max(0, limit))
            """
        ).map { UInt64(try $0.integer("idx")) }
    }

    /// What names the records for their senders, in a stretch of the log.
    package func evidenceKeys(
        from index: UInt64, below end: UInt64
    ) throws -> [(UInt64, [UInt8])] {
        try rows(
            """
            SELECT idx, dedupe FROM evidence
            WHERE idx >= \(Int64(index)) AND idx < \(Int64(clamping: end)) ORDER BY idx
            """
        ).map { (UInt64(try $0.integer("idx")), try $0.blob("dedupe")) }
    }

    /// The secrets of the newest records that have content, each with the leaf it is bound to.
    package func secretsNewest(limit: Int) throws -> [(leaf: [UInt8], secret: WrappedSecret)] {
        try rows(
            """
            SELECT e.leaf, b.master, b.wrapped FROM evidence_body b
            JOIN evidence e ON e.idx = b.idx ORDER BY b.idx DESC LIMIT \(limit)
            """
        ).map { row in
            (
                try row.blob("leaf"),
                WrappedSecret(
                    master: Int(try row.integer("master")), bytes: try row.blob("wrapped"))
            )
        }
    }
}

extension EvidenceRow {
    init(_ row: Row) throws {
        index = UInt64(try row.integer("idx"))
        source = Int(try row.integer("source"))
        guard let kind = RecordKind(code: Int(try row.integer("kind"))) else {
            throw StoreError.unreadable(table: "evidence", column: "kind")
        }
        self.kind = kind
        at = Instant(milliseconds: try row.integer("at_ms"))
        receivedAt = Instant(milliseconds: try row.integer("received_ms"))
        id = try row.blob("id")
        dedupe = try row.blob("dedupe")
        guard let leaf = MerkleHash(try row.blob("leaf")) else {
            throw StoreError.unreadable(table: "evidence", column: "leaf")
        }
        self.leaf = leaf
    }
}

extension SealedBody {
    init?(_ row: Row) throws {
        guard let sealed = try row.blobOrNil("sealed") else { return nil }
        self.init(
            wrapped: WrappedSecret(
                master: Int(try row.integer("master")), bytes: try row.blob("wrapped")),
            dictionary: Int(try row.integer("dictionary")), sealed: sealed)
    }
}

// MARK: Sources

/// A workflow, registered or not, that has sent evidence.
package struct EvidenceSource: Equatable, Sendable {
    package let number: Int
    package let key: String
    package let firstIndex: UInt64
    package let firstAt: Instant

    package init(number: Int, key: String, firstIndex: UInt64, firstAt: Instant) {
        self.number = number
        self.key = key
        self.firstIndex = firstIndex
        self.firstAt = firstAt
    }
}

extension Transaction {
    package func sourceInsert(_ source: EvidenceSource) throws {
        try run(
            """
            INSERT INTO evidence_source (num, key, first_idx, first_ms)
            VALUES (\(source.number), \(source.key), \(Int64(source.firstIndex)),
                \(source.firstAt.milliseconds))
            """)
    }

    package func source(_ key: String) throws -> EvidenceSource? {
        try row("SELECT num, key, first_idx, first_ms FROM evidence_source WHERE key = \(key)")
            .map(EvidenceSource.init)
    }

    package func source(_ number: Int) throws -> EvidenceSource? {
        try row("SELECT num, key, first_idx, first_ms FROM evidence_source WHERE num = \(number)")
            .map(EvidenceSource.init)
    }

    package func sources() throws -> [EvidenceSource] {
        try rows("SELECT num, key, first_idx, first_ms FROM evidence_source ORDER BY num")
            .map(EvidenceSource.init)
    }

    package func sourceNewest(_ number: Int) throws -> EvidenceRow? {
        try evidenceNewest(below: UInt64(Int64.max), source: number, limit: 1).first
    }

    package func sourceCount(_ number: Int) throws -> Int {
        Int(
            try row("SELECT count(*) AS n FROM evidence WHERE source = \(number)")?.integer("n")
                ?? 0)
    }
}

extension EvidenceSource {
    init(_ row: Row) throws {
        self.init(
            number: Int(try row.integer("num")), key: try row.text("key"),
            firstIndex: UInt64(try row.integer("first_idx")),
            firstAt: Instant(milliseconds: try row.integer("first_ms")))
    }
}

// MARK: What was seen of a workflow, and what it lacks

/// A model, an instruction, a set of tools that a workflow was first seen with at some record.
package struct SeenValue: Equatable, Sendable {
    package let source: Int
    package let aspect: ChangeAspect
    package let value: String
    package let index: UInt64
    package let at: Instant

    package init(source: Int, aspect: ChangeAspect, value: String, index: UInt64, at: Instant) {
        self.source = source
        self.aspect = aspect
        self.value = value
        self.index = index
        self.at = at
    }
}

/// Something that a workflow's evidence lacks, from one time to another.
package struct StoredGap: Equatable, Sendable {
    package let source: Int
    package let kind: Shortfall
    package let openedAt: Instant
    package let closedAt: Instant?
    package let detail: String

    package init(
        source: Int, kind: Shortfall, openedAt: Instant, closedAt: Instant? = nil, detail: String
    ) {
        self.source = source
        self.kind = kind
        self.openedAt = openedAt
        self.closedAt = closedAt
        self.detail = detail
    }
}

extension Transaction {
    package func seenInsert(_ seen: SeenValue) throws {
        try run(
            """
            INSERT INTO evidence_seen (source, aspect, value, idx, at_ms)
            VALUES (\(seen.source), \(seen.aspect.rawValue), \(seen.value), \(Int64(seen.index)),
                \(seen.at.milliseconds))
            """)
    }

    package func seenValues(source: Int? = nil) throws -> [SeenValue] {
        let narrowed: SQL = source.map { "WHERE source = \($0)" } ?? ""
        return try rows(
            """
            SELECT source, aspect, value, idx, at_ms FROM evidence_seen \(fragment: narrowed)
            ORDER BY idx, aspect, value
            """
        ).map {
            guard let aspect = ChangeAspect(rawValue: try $0.text("aspect")) else {
                throw StoreError.unreadable(table: "evidence_seen", column: "aspect")
            }
            return SeenValue(
                source: Int(try $0.integer("source")), aspect: aspect, value: try $0.text("value"),
                index: UInt64(try $0.integer("idx")),
                at: Instant(milliseconds: try $0.integer("at_ms")))
        }
    }

    package func gapOpen(_ gap: StoredGap) throws {
        try run(
            """
            INSERT INTO evidence_gap (source, kind, opened_ms, closed_ms, detail)
            VALUES (\(gap.source), \(gap.kind.rawValue), \(gap.openedAt.milliseconds),
                \(gap.closedAt?.milliseconds), \(gap.detail))
            ON CONFLICT (source, kind, opened_ms) DO NOTHING
            """)
    }

    package func gapClose(source: Int, kind: Shortfall, openedAt: Instant, at: Instant) throws {
        try run(
            """
            UPDATE evidence_gap SET closed_ms = \(at.milliseconds)
            WHERE source = \(source) AND kind = \(kind.rawValue)
                AND opened_ms = \(openedAt.milliseconds) AND closed_ms IS NULL
            """)
    }

    /// Gaps, the newest first; only open ones when `openOnly`.
    package func gaps(
        source: Int? = nil, openOnly: Bool, limit: Int = 1_000
    ) throws
        -> [StoredGap]
    {
        let narrowed: SQL = source.map { "AND source = \($0)" } ?? ""
        let open: SQL = openOnly ? "AND closed_ms IS NULL" : ""
        return try rows(
            """
            SELECT source, kind, opened_ms, closed_ms, detail FROM evidence_gap
            WHERE 1 = 1 \(fragment: narrowed) \(fragment: open)
            ORDER BY opened_ms DESC, source, kind LIMIT \(limit)
            """
        ).map {
            guard let kind = Shortfall(rawValue: try $0.text("kind")) else {
                throw StoreError.unreadable(table: "evidence_gap", column: "kind")
            }
            return StoredGap(
                source: Int(try $0.integer("source")), kind: kind,
                openedAt: Instant(milliseconds: try $0.integer("opened_ms")),
                closedAt: try $0.integerOrNil("closed_ms").map(Instant.init(milliseconds:)),
                detail: try $0.text("detail"))
        }
    }
}
