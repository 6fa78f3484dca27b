package import CordonCore
package import CordonLedger
import FoundationEssentials

/// Appends events to the journal and, once per commit, signs what the log has become.
///
/// One exists per attempt at a batch. It holds the right edge of the Merkle tree in memory for the
/// length of the batch; the edge is read at the first append and written before the commit, by
/// compare-and-swap, so that two writers can never fork the log. A crash before the commit leaves
/// nothing of the batch, a crash after it leaves events, leaves and checkpoint together.
package final class JournalBatch: BatchParticipant {
    private let signer: NoteSigner
    private let nonce: @Sendable () -> Commitment.Nonce
    /// The tree as it was when the batch began; `nil` until something is appended.
    private var before: MerkleFrontier?
    private var frontier: MerkleFrontier?
    private var saved: MerkleFrontier?
    /// The tiles that this batch has filled.
    private var filled: [TileRoot] = []
    private var filledWhenSaved = 0

    package init(signer: NoteSigner, nonce: @escaping @Sendable () -> Commitment.Nonce) {
        self.signer = signer
        self.nonce = nonce
    }

    package func savepoint() {
        saved = frontier
        filledWhenSaved = filled.count
    }

    package func rollbackToSavepoint() {
        frontier = saved
        filled.removeLast(filled.count - filledWhenSaved)
    }

    package func beforeCommit(_ transaction: Transaction) throws {
        guard let before, let frontier, frontier.size > before.size else { return }
        let changed =
            if before.size == 0 {
                try transaction.run(
                    """
                    INSERT INTO log_head (id, size, frontier)
                    VALUES (1, \(Int64(frontier.size)), \(frontier.hashes.flatMap(\.bytes)))
                    """)
            } else {
                try transaction.run(
                    """
                    UPDATE log_head
                    SET size = \(Int64(frontier.size)), frontier = \(frontier.hashes.flatMap(\.bytes))
                    WHERE id = 1 AND size = \(Int64(before.size))
                    """)
            }
        guard changed == 1 else {
            throw StoreError.contended("another writer has appended to the log")
        }
        for root in filled { try transaction.tileRootInsert(root) }
        let note = try Checkpoint(origin: signer.name, size: frontier.size, root: frontier.root)
            .signed(by: signer)
        try transaction.send(
            "INSERT INTO checkpoint (size, note) VALUES (\(Int64(frontier.size)), \(note))")
    }

    func append<Event: Codable & Sendable>(
        _ event: Event, stream: String, actor: Person, at: Instant, cause: String,
        in transaction: Transaction
    ) throws -> UInt64 {
        let tree = try frontier ?? head(transaction)
        let entry = JournalEntry(
            index: tree.size, at: at, actor: actor, stream: stream, cause: cause, event: event)
        let body = try Canonical.bytes(entry)
        let nonce = nonce()
        let leaf = try Self.leaf(nonce: nonce, body: body)
        let index = Int64(tree.size)
        try transaction.send(
            """
            INSERT INTO journal (idx, at_ms, actor, stream, kind, cause, leaf)
            VALUES (\(index), \(at.milliseconds), \(actor.id), \(stream), \(eventName(event)),
                \(cause), \(leaf.bytes))
            """)
        try transaction.send(
            """
            INSERT INTO journal_content (idx, nonce, body)
            VALUES (\(index), \(nonce.bytes), \(body))
            """)
        _ = try append(leaf, in: transaction)
        return entry.index
    }

    /// Appends a leaf whose row the caller writes, and gives its place in the log.
    func append(_ leaf: MerkleHash, in transaction: Transaction) throws -> UInt64 {
        if frontier == nil { frontier = try head(transaction) }
        guard var tree = frontier.take() else {
            preconditionFailure("the frontier was just set")
        }
        let index = tree.size
        tree.append(leaf) { filled.append($0) }
        frontier = tree
        return index
    }

    /// The leaf of one event: a salted commitment, so that the log stays valid when the event's
    /// text and salt are one day erased, and nobody can guess the text from the leaf.
    static func leaf(nonce: Commitment.Nonce, body: [UInt8]) throws -> MerkleHash {
        try LedgerEntry(
            kind: .journalEvent, commitments: [Commitment(nonce: nonce, content: body).hash]
        ).leaf
    }

    private func head(_ transaction: Transaction) throws -> MerkleFrontier {
        let tree = try transaction.logHead()
        before = tree
        saved = tree
        return tree
    }
}

extension Transaction {
    /// Appends one event to the journal, in this transaction.
    ///
    /// - Returns: its index, which is also its place in the Merkle log.
    @discardableResult
    package func journalAppend<Event: Codable & Sendable>(
        _ event: Event, stream: String, actor: Person, at: Instant, cause: String
    ) throws -> UInt64 {
        guard let journal = batch.journal as? JournalBatch else {
            throw StoreError.misconfigured("the store was opened without a journal")
        }
        return try journal.append(
            event, stream: stream, actor: actor, at: at, cause: cause, in: self)
    }

    /// The right edge of the log as it was committed last.
    package func logHead() throws -> MerkleFrontier {
        guard let row = try row("SELECT size, frontier FROM log_head WHERE id = 1") else {
            return MerkleFrontier()
        }
        let bytes = try row.blob("frontier")
        let hashes = stride(from: 0, to: bytes.count, by: MerkleHash.byteCount).compactMap {
            MerkleHash(Array(bytes[$0..<min($0 + MerkleHash.byteCount, bytes.count)]))
        }
        let size = try row.integer("size")
        guard size >= 0, let tree = MerkleFrontier(size: UInt64(size), hashes: hashes) else {
            throw StoreError.unreadable(table: "log_head", column: "frontier")
        }
        return tree
    }

    /// The newest signed checkpoint, once there is an event.
    package func checkpointLatest() throws -> String? {
        try row("SELECT note FROM checkpoint ORDER BY size DESC LIMIT 1")?.text("note")
    }

    /// The newest signed checkpoint with the size that it signs.
    package func checkpointNewest() throws -> (size: UInt64, note: String)? {
        try row("SELECT size, note FROM checkpoint ORDER BY size DESC LIMIT 1").map {
            (UInt64(try $0.integer("size")), try $0.text("note"))
        }
    }

    /// Checkpoints in the order of their size, from `size` on.
    package func checkpoints(from size: UInt64, limit: Int) throws -> [(size: UInt64, note: String)]
    {
        try rows(
            """
            SELECT size, note FROM checkpoint WHERE size >= \(Int64(size))
            ORDER BY size LIMIT \(limit)
            """
        ).map { (UInt64(try $0.integer("size")), try $0.text("note")) }
    }
}

/// One row of the journal with its committed bytes.
package struct JournalRow: Sendable {
    package let index: UInt64
    package let at: Instant
    package let actor: String
    package let stream: String
    package let kind: String
    package let cause: String
    package let leaf: [UInt8]
    package let nonce: [UInt8]
    /// The JSON of a ``CordonCore/JournalEntry``.
    package let body: [UInt8]

    /// The leaf that nonce and body give.
    package func computedLeaf() throws -> MerkleHash {
        guard let nonce = Commitment.Nonce(nonce) else {
            throw StoreError.unreadable(table: "journal_content", column: "nonce")
        }
        return try JournalBatch.leaf(nonce: nonce, body: body)
    }
}

extension Transaction {
    /// The streams in which a shadow use was noted, in their order.
    ///
    /// The condition is that of an index, see ``Migration/lists``.
    package func journalStreamsOfShadowUse() throws -> [String] {
        try rows("SELECT DISTINCT stream FROM journal WHERE kind = 'shadow_used' ORDER BY stream")
            .map { try $0.text("stream") }
    }

    /// Events in the order of the journal, by index, never by time: a past range never changes.
    package func journalRows(
        from index: UInt64, below end: UInt64 = UInt64(Int64.max), stream: String? = nil,
        kind: String? = nil, limit: Int
    ) throws -> [JournalRow] {
        let narrowed: SQL = stream.map { "AND j.stream = \($0)" } ?? ""
        let chosen: SQL = kind.map { "AND j.kind = \($0)" } ?? ""
        return try rows(
            """
            SELECT j.idx, j.at_ms, j.actor, j.stream, j.kind, j.cause, j.leaf, c.nonce, c.body
            FROM journal j LEFT JOIN journal_content c ON c.idx = j.idx
            WHERE j.idx >= \(Int64(index)) AND j.idx < \(Int64(clamping: end))
                \(fragment: narrowed) \(fragment: chosen)
            ORDER BY j.idx LIMIT \(limit)
            """
        ).map(JournalRow.init)
    }
}

extension JournalRow {
    fileprivate init(_ row: Row) throws {
        index = UInt64(try row.integer("idx"))
        at = Instant(milliseconds: try row.integer("at_ms"))
        actor = try row.text("actor")
        stream = try row.text("stream")
        kind = try row.text("kind")
        cause = try row.text("cause")
        leaf = try row.blob("leaf")
        nonce = try row.blobOrNil("nonce") ?? []
        body = try row.blobOrNil("body") ?? []
    }
}
