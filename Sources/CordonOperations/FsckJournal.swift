import CordonCore
import CordonLedger
import CordonStore

/// Walks the log: events and evidence with their contents, and the checkpoints, side by side.
///
/// The Merkle tree is built anew from the leaves on the way, so every checkpoint is compared with
/// the root at its size when the walk gets there, and memory holds one page of each table.
final class FsckJournal {
    private(set) var replay = FsckReplay()
    /// One more than the index of the last entry that was read.
    private(set) var size: UInt64 = 0
    private(set) var checkpointsVerified: UInt64 = 0
    let tree: FsckTree
    let evidence: FsckEvidence

    private let transaction: Transaction
    private let verifier: NoteVerifier
    private let findings: FsckFindings
    private let events: StoredRows
    private let contents: StoredRows
    private let records: StoredRows
    private let bodies: StoredRows
    private let ends: StoredRows
    private let checkpoints: StoredRows
    private var heads: UInt64 = 0

    init(
        _ transaction: Transaction, verifier: NoteVerifier, masters: MasterKeys?,
        findings: FsckFindings
    ) {
        self.transaction = transaction
        self.verifier = verifier
        self.findings = findings
        tree = FsckTree(findings)
        evidence = FsckEvidence(masters: masters, findings: findings)
        events = StoredRows(.journal, in: transaction)
        contents = StoredRows(.journalContent, in: transaction)
        records = StoredRows(.evidence, in: transaction)
        bodies = StoredRows(.evidenceBody, in: transaction)
        ends = StoredRows(.evidenceGone, in: transaction)
        checkpoints = StoredRows(.checkpoint, in: transaction)
    }

    var eventsRead: UInt64 { events.count }
    var recordsRead: UInt64 { records.count }

    var root: MerkleHash? { tree.root }

    private var walked: [StoredRows] { [events, contents, records, bodies, ends, checkpoints] }

    var rows: [(table: String, count: UInt64)] {
        walked.map { ($0.table.name, $0.count) } + [(StoredTable.logHead.name, heads)]
    }

    /// The rows of all tables for one place of the log.
    private struct Entry {
        let event: StoredRow?
        let content: StoredRow?
        let record: StoredRow?
        let body: StoredRow?
        let end: StoredRow?

        var rows: [StoredRow] { [event, content, record, body, end].compactMap(\.self) }
        var isEvent: Bool { event != nil || content != nil && record == nil }
    }

    func check() throws {
        while let index = try nextIndex() {
            let entry = Entry(
                event: try events.next(at: index), content: try contents.next(at: index),
                record: try records.next(at: index), body: try bodies.next(at: index),
                end: try ends.next(at: index))
            try check(index, entry)
            while let checkpoint = try checkpoints.peek(), checkpoint.isDue(at: size) {
                _ = try checkpoints.next()
                check(checkpoint)
            }
        }
        evidence.finish(replay.evidence)
        try checkBeyondTheEnd()
        try checkHead()
        for rows in walked {
            for row in try transaction.storedRowsOutOfOrder(rows.table) { addOddities(of: row) }
        }
    }

    private func nextIndex() throws -> Int64? {
        var least = try events.peekNumber() ?? .max
        least = min(least, try contents.peekNumber() ?? .max)
        least = min(least, try records.peekNumber() ?? .max)
        least = min(least, try bodies.peekNumber() ?? .max)
        least = min(least, try ends.peekNumber() ?? .max)
        return least == .max ? nil : least
    }

    private func addOddities(of row: StoredRow) {
        for oddity in row.oddities {
            findings.add(row.table.name, row.name, oddity.column, oddity.message)
        }
    }

    // MARK: Entries

    private func check(_ index: Int64, _ entry: Entry) throws {
        if let row = entry.event { addOddities(of: row) }
        if let row = entry.content { addOddities(of: row) }
        if let row = entry.record { addOddities(of: row) }
        if let row = entry.body { addOddities(of: row) }
        if let row = entry.end { addOddities(of: row) }
        let isKnown = entry.event != nil || entry.record != nil
        guard let place = UInt64(exactly: index), place >= size, isKnown || place == size else {
            let row = entry.event ?? entry.record ?? entry.rows.first
            if let row {
                findings.add(
                    row.table.name, row.name, "idx", "The journal has no place for this row.")
            }
            return
        }
        if place > size {
            let range = place - 1 == size ? "\(size)" : "\(size)…\(place - 1)"
            findings.add(StoredTable.journal.name, range, nil, "The log misses these entries.")
            size = place
            tree.lose()
        }
        if entry.isEvent {
            for row in [entry.record, entry.body, entry.end].compactMap(\.self) {
                findings.add(
                    row.table.name, row.name, "idx", "An event of the journal has this place.")
            }
            try checkEvent(place, entry.event, entry.content)
        } else {
            if let row = entry.content {
                findings.add(
                    row.table.name, row.name, "idx", "A record of evidence has this place.")
            }
            evidence.check(place, entry.record, entry.body, entry.end, replay.evidence, tree)
        }
        size = place + 1
    }

    private func checkEvent(_ place: UInt64, _ event: StoredRow?, _ content: StoredRow?) throws {
        let name = "\(place)"
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
            tree.lose()
            return
        }
        guard let stored, let given, stored != given else {
            for difference in differences { findings.add(difference) }
            tree.append(leaf)
            return
        }
        let wrong = FsckFinding(
            table: StoredTable.journal.name, row: "\(index)", field: "leaf",
            message: "It is not the leaf that salt and body give and that was signed.")
        let suspect = FsckTree.Suspect(
            place: findings.count, otherwise: [wrong] + differences, isClosed: false)
        findings.add(
            StoredTable.journalContent.name, "\(index)", "body",
            "Salt and body do not give the leaf that the log has committed to.")
        tree.append(stored, given: given, suspect: suspect)
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
        guard let checkpoint = verified(row), checkpoint.size == size else { return }
        tree.judge(checkpoint)
    }

    private func verified(_ row: StoredRow) -> Checkpoint? {
        addOddities(of: row)
        guard let note = row.text("note"), let size = row.integer("size") else { return nil }
        do {
            let checkpoint = try Checkpoint.open(note, verifier: verifier)
            checkpointsVerified += 1
            guard checkpoint.size == UInt64(exactly: size) else {
                findings.add(
                    row.table.name, row.name, "size",
                    "The signed note is of \(checkpoint.size) entries.")
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
                "A checkpoint of \(newest) entries was signed, but these entries are missing.")
        } else if tree.sizeProved < size, !tree.isLost {
            findings.add(
                StoredTable.checkpoint.name, "\(size)", nil,
                "The log has \(size) entries, but no checkpoint after \(tree.sizeProved) is right."
            )
        }
    }

    private func checkHead() throws {
        let stored = StoredRows(.logHead, in: transaction)
        var isThere = false
        while let row = try stored.next() {
            addOddities(of: row)
            guard row.integer("id") == 1 else {
                findings.add(row.table.name, row.name, "id", "There is one head, with the id 1.")
                continue
            }
            isThere = true
            var said: [(column: String, value: SQL.Value)] = [
                ("size", .integer(Int64(clamping: size)))
            ]
            if !tree.isLost { said.append(("frontier", .blob(tree.hashes.flatMap(\.bytes)))) }
            for difference in row.differences(from: said, name: "1", source: "the log") {
                findings.add(difference)
            }
        }
        heads = stored.count
        if !isThere, size > 0 {
            findings.add(StoredTable.logHead.name, "1", nil, "The row is missing.")
        }
    }
}

extension StoredRows {
    /// The next row, if it is the one with this index.
    fileprivate func next(at index: Int64) throws -> StoredRow? {
        try peekNumber() == index ? next() : nil
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
