import CordonCore
import CordonLedger
import CordonStore

/// Walks the journal, its contents and the checkpoints side by side, in the order of the log.
///
/// The Merkle tree is built anew from the leaves on the way, so every checkpoint is compared with
/// the root at its size when the walk gets there, and memory holds one page of each table.
final class FsckJournal {
    private(set) var replay = FsckReplay()
    /// One more than the index of the last event that was read.
    private(set) var size: UInt64 = 0
    private(set) var checkpointsVerified: UInt64 = 0

    private let transaction: Transaction
    private let verifier: NoteVerifier
    private let findings: FsckFindings
    private let events: StoredRows
    private let contents: StoredRows
    private let checkpoints: StoredRows
    private var heads: UInt64 = 0

    /// The tree over the leaves as they are stored.
    private var tree = MerkleFrontier()
    /// The tree over the leaves that the contents give, from the first that is another.
    private var treeOfContents: MerkleFrontier?
    /// Events whose leaf and content do not fit: the next checkpoint says which of them is right.
    private var suspects: [Suspect] = []
    /// The size of the newest checkpoint whose root is right.
    private var sizeProved: UInt64 = 0
    /// An event is missing or none of the roots fits: from then on every root would be wrong.
    private var isRootLost = false

    private struct Suspect {
        let index: UInt64
        let place: Int
        /// What the columns would have to answer for if the content is right.
        let differences: [FsckFinding]
    }

    init(_ transaction: Transaction, verifier: NoteVerifier, findings: FsckFindings) {
        self.transaction = transaction
        self.verifier = verifier
        self.findings = findings
        events = StoredRows(.journal, in: transaction)
        contents = StoredRows(.journalContent, in: transaction)
        checkpoints = StoredRows(.checkpoint, in: transaction)
    }

    var eventsRead: UInt64 { events.count }

    var root: MerkleHash? { isRootLost ? nil : tree.root }

    var rows: [(table: String, count: UInt64)] {
        [events, contents, checkpoints].map { ($0.table.name, $0.count) }
            + [(StoredTable.logHead.name, heads)]
    }

    func check() throws {
        while let index = try nextIndex() {
            let event = try events.peek()?.integer("idx") == index ? events.next() : nil
            let content = try contents.peek()?.integer("idx") == index ? contents.next() : nil
            try check(index, event, content)
            while let checkpoint = try checkpoints.peek(), checkpoint.isDue(at: size) {
                _ = try checkpoints.next()
                check(checkpoint)
            }
        }
        try checkBeyondTheEnd()
        try checkHead()
        for table in [StoredTable.journal, .journalContent, .checkpoint] {
            for row in try transaction.storedRowsOutOfOrder(table) {
                for oddity in row.oddities {
                    findings.add(table.name, row.name, oddity.column, oddity.message)
                }
            }
        }
    }

    private func nextIndex() throws -> Int64? {
        let event = try events.peek()?.integer("idx")
        let content = try contents.peek()?.integer("idx")
        guard let event, let content else { return event ?? content }
        return min(event, content)
    }

    // MARK: Events

    private func check(_ index: Int64, _ event: StoredRow?, _ content: StoredRow?) throws {
        let name = "\(index)"
        for row in [event, content].compactMap(\.self) {
            for oddity in row.oddities {
                findings.add(row.table.name, name, oddity.column, oddity.message)
            }
        }
        guard let place = UInt64(exactly: index), place >= size, event != nil || place == size
        else {
            let table: StoredTable = event == nil ? .journalContent : .journal
            findings.add(table.name, name, "idx", "The journal has no place for this row.")
            return
        }
        if place > size {
            let range = place - 1 == size ? "\(size)" : "\(size)…\(place - 1)"
            findings.add(StoredTable.journal.name, range, nil, "The journal misses these events.")
            size = place
            isRootLost = true
        }
        if event == nil {
            findings.add(
                StoredTable.journal.name, name, nil, "The row is missing; its content is there.")
        }
        if content == nil {
            findings.add(StoredTable.journalContent.name, name, nil, "The row is missing.")
            if let stream = event?.text("stream") { replay.lose(stream) }
        }
        let differences = content.map { read(place, event, $0) } ?? []
        try append(place, event, content, differences)
        size = place + 1
    }

    private func append(
        _ index: UInt64, _ event: StoredRow?, _ content: StoredRow?, _ differences: [FsckFinding]
    ) throws {
        let stored = event?.bytes("leaf").flatMap { MerkleHash($0) }
        let given = try content?.committedLeaf()
        if event != nil, stored == nil {
            findings.add(StoredTable.journal.name, "\(index)", "leaf", "It is no leaf of 32 bytes.")
        }
        if content != nil, given == nil {
            findings.add(
                StoredTable.journalContent.name, "\(index)", "nonce", "It is no salt of 32 bytes.")
        }
        guard let leaf = stored ?? given else {
            for difference in differences { findings.add(difference) }
            isRootLost = true
            return
        }
        if stored == nil || given == nil || stored == given {
            for difference in differences { findings.add(difference) }
        } else {
            suspects.append(
                Suspect(index: index, place: findings.count, differences: differences))
            findings.add(
                StoredTable.journalContent.name, "\(index)", "body",
                "Salt and body do not give the leaf that the log has committed to.")
            if treeOfContents == nil { treeOfContents = tree }
        }
        treeOfContents?.append(given ?? leaf)
        tree.append(leaf)
    }

    /// Replays an event, and gives what its row says otherwise than its committed body.
    private func read(_ index: UInt64, _ row: StoredRow?, _ content: StoredRow) -> [FsckFinding] {
        let name = "\(index)"
        let body = content.bytes("body") ?? []
        let entry: FsckEntry
        do {
            entry = try FsckEntry(body, likelyStream: row?.text("stream"))
        } catch {
            replay.lose(row?.text("stream") ?? "")
            findings.add(StoredTable.journalContent.name, name, "body", error.message)
            return []
        }
        if let fault = replay.apply(entry) {
            findings.add(StoredTable.journalContent.name, name, "body", fault)
        }
        guard let row else { return [] }
        let said: [(column: String, value: SQL.Value)] = [
            ("idx", .integer(Int64(clamping: entry.index))),
            ("at_ms", .integer(entry.at.milliseconds)), ("actor", .text(entry.actor.id)),
            ("stream", .text(entry.stream)), ("kind", .text(entry.kind)),
            ("cause", .text(entry.cause)),
        ]
        return row.differences(from: said, name: name, source: "the committed body")
    }

    // MARK: Checkpoints

    /// Verifies one checkpoint and compares it with the tree, which has reached its size.
    private func check(_ row: StoredRow) {
        guard let checkpoint = verified(row), !isRootLost, checkpoint.size == size else { return }
        if checkpoint.root == tree.root {
            // The leaves are the signed ones, so it is the contents that were changed.
        } else if let contents = treeOfContents, checkpoint.root == contents.root {
            blameLeaves()
            tree = contents
        } else {
            isRootLost = true
            let last = size - 1
            let range = last == sizeProved ? "\(last)" : "\(sizeProved)…\(last)"
            findings.add(
                StoredTable.journal.name, range, "leaf",
                "The checkpoint of \(size) events signs another root: one of these events is not "
                    + "the one that was signed.")
            return
        }
        treeOfContents = nil
        suspects = []
        sizeProved = size
    }

    /// The contents are the signed ones, so it is the rows of the journal that were changed.
    private func blameLeaves() {
        // From the last, so that the places of the others stay as they are.
        for suspect in suspects.reversed() {
            let leaf = FsckFinding(
                table: StoredTable.journal.name, row: "\(suspect.index)", field: "leaf",
                message: "It is not the leaf that salt and body give and that was signed.")
            findings.replace(at: suspect.place, with: [leaf] + suspect.differences)
        }
    }

    private func verified(_ row: StoredRow) -> Checkpoint? {
        for oddity in row.oddities {
            findings.add(row.table.name, row.name, oddity.column, oddity.message)
        }
        guard let note = row.text("note"), let size = row.integer("size") else { return nil }
        do {
            let checkpoint = try Checkpoint.open(note, verifier: verifier)
            checkpointsVerified += 1
            guard checkpoint.size == UInt64(exactly: size) else {
                findings.add(
                    row.table.name, row.name, "size",
                    "The signed note is of \(checkpoint.size) events.")
                return nil
            }
            return checkpoint
        } catch {
            findings.add(row.table.name, row.name, "note", "\(error)")
            return nil
        }
    }

    /// The newest checkpoint signs everything, and nothing that is not there.
    private func checkBeyondTheEnd() throws {
        var newest: UInt64?
        while let row = try checkpoints.next() {
            if let checkpoint = verified(row) { newest = checkpoint.size }
        }
        if let newest {
            let range = newest - 1 == size ? "\(size)" : "\(size)…\(newest - 1)"
            findings.add(
                StoredTable.journal.name, range, nil,
                "A checkpoint of \(newest) events was signed, but these events are missing.")
        } else if sizeProved < size, !isRootLost {
            findings.add(
                StoredTable.checkpoint.name, "\(size)", nil,
                "The journal has \(size) events, but no checkpoint after \(sizeProved) is right.")
        }
    }

    private func checkHead() throws {
        let stored = StoredRows(.logHead, in: transaction)
        var isThere = false
        while let row = try stored.next() {
            for oddity in row.oddities {
                findings.add(row.table.name, row.name, oddity.column, oddity.message)
            }
            guard row.integer("id") == 1 else {
                findings.add(row.table.name, row.name, "id", "There is one head, with the id 1.")
                continue
            }
            isThere = true
            var said: [(column: String, value: SQL.Value)] = [
                ("size", .integer(Int64(clamping: size)))
            ]
            if !isRootLost { said.append(("frontier", .blob(tree.hashes.flatMap(\.bytes)))) }
            for difference in row.differences(from: said, name: "1", source: "the journal") {
                findings.add(difference)
            }
        }
        heads = stored.count
        if !isThere, size > 0 {
            findings.add(StoredTable.logHead.name, "1", nil, "The row is missing.")
        }
    }
}

extension StoredRow {
    /// Whether a checkpoint's turn has come when the tree has `size` leaves.
    fileprivate func isDue(at size: UInt64) -> Bool {
        (integer("size") ?? 0) <= Int64(clamping: size)
    }

    /// Each column that holds something else than it has to, and what says so.
    func differences(
        from said: [(column: String, value: SQL.Value)], name: String, source: String
    ) -> [FsckFinding] {
        said.compactMap { column, value in
            guard let stored = self[column], stored != StoredValue(value) else { return nil }
            // Said already, as an oddity.
            if case .odd = stored { return nil }
            return FsckFinding(
                table: table.name, row: name, field: column,
                message:
                    "It holds \(stored.short), but \(source) gives \(StoredValue(value).short)."
            )
        }
    }
}

extension StoredValue {
    fileprivate var short: String {
        switch self {
        case .null: "nothing"
        case .integer(let integer): "\(integer)"
        case .text(let bytes):
            bytes.count <= 80
                ? "\u{201C}\(String(decoding: bytes, as: UTF8.self))\u{201D}"
                : "a text of \(bytes.count) bytes"
        case .blob(let bytes): "\(bytes.count) bytes, \(Hex.sha256(bytes).prefix(12))…"
        case .odd(let kind): "a value of the kind \(kind)"
        }
    }
}
