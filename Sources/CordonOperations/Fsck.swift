import CordonCore
package import CordonLedger
package import CordonStore

/// Something that is not as the journal says it must be.
package struct FsckFinding: Equatable, Sendable {
    /// The table, or `sqlite` for what the engine itself found.
    package let table: String
    /// The row's primary key; for several events, the first and the last index.
    package let row: String
    /// The column, or the field of the body, when one can be named.
    package let field: String?
    package let message: String
}

extension FsckFinding: CustomStringConvertible {
    package var description: String {
        let place = [table, row, field].compactMap(\.self).filter { !$0.isEmpty }
        return "\(place.joined(separator: " ")): \(message)"
    }
}

/// What a check of everything has found.
package struct FsckReport: Sendable {
    /// Events read from the journal.
    package let events: UInt64
    /// Records of evidence that were read.
    package let records: UInt64
    /// Records whose content was not looked at, because there was no master key to open it with.
    package let unopened: UInt64
    /// Checkpoints whose signature was verified.
    package let checkpoints: UInt64
    /// Rows read per table, in the order in which the tables were read.
    package let rows: [(table: String, count: UInt64)]
    /// The size of the log that the journal makes: one more than its last index.
    package let size: UInt64
    /// The Merkle root over all entries, worked out anew; `nil` when one is missing.
    package let root: MerkleHash?
    /// At most 100, in the order of the journal and then of the tables.
    package let findings: [FsckFinding]
    /// How many more there were.
    package let findingsLeftOut: Int

    package var isClean: Bool { findings.isEmpty }
}

extension Operations {
    /// Works everything out anew from the journal and compares it with what is stored.
    ///
    /// It reads one snapshot and changes nothing, so it can run while Cordon serves. What it cannot
    /// see is a journal that was shortened together with everything that speaks of the lost events,
    /// checkpoints included: for that, keep a checkpoint outside this database.
    ///
    /// - Throws: `StoreError` when the database cannot be asked at all; damage is never thrown.
    package func fsck() async throws -> FsckReport {
        try await Self.fsck(store, verifierKey: verifierKey, masters: keys.masters)
    }

    /// The same for a database that is too damaged to be worked with.
    ///
    /// A database that an older Cordon made is brought up to date first, as at every start.
    ///
    /// `verifierKey` is the public half of the key that signed its checkpoints, `masters` are the
    /// keys that its evidence is sealed with; without them everything else is checked.
    package static func fsck(
        engine: EngineChoice, verifierKey: String, masters: MasterKeys?
    ) async throws -> FsckReport {
        let store: Store
        do {
            store = try Store(engine: engine, readers: 1)
        } catch StoreError.migrationChanged(let number, let name) {
            return .unopened(
                FsckFinding(
                    table: StoredTable.schemaMigration.name, row: "\(number)", field: nil,
                    message: "It is not the record of the migration \(number) (\(name))."))
        } catch let fault as StoreError where fault.isDamage {
            // Beside the engine's own files, opening reads the record of the schema alone.
            let table = if case .broken = fault { "database" } else { "schema_migration" }
            return .unopened(
                FsckFinding(table: table, row: "", field: nil, message: "\(fault)"))
        }
        defer { store.close() }
        // Damage that keeps this from being done is found in what follows.
        try? await store.write { try $0.tileRootsBegin() }
        return try await fsck(store, verifierKey: verifierKey, masters: masters)
    }

    private static func fsck(
        _ store: Store, verifierKey: String, masters: MasterKeys?
    ) async throws -> FsckReport {
        let verifier = try NoteVerifier(verifierKey)
        do {
            return try await store.read { transaction in
                let run = FsckRun(transaction, verifier: verifier, masters: masters)
                do {
                    try run.checkEverything()
                } catch let fault as StoreError where fault.isDamage {
                    // The engine gives no more rows: what was found until here is the answer.
                    run.findings.add("database", "", nil, "\(fault)")
                    throw FsckStopped(report: run.report)
                }
                return run.report
            }
        } catch let stopped as FsckStopped {
            return stopped.report
        }
    }
}

/// Carries a report out of a transaction whose statements fail.
private struct FsckStopped: Error {
    let report: FsckReport
}

/// One check: the parts in their order.
final class FsckRun {
    let transaction: Transaction
    let findings = FsckFindings()
    let verifier: NoteVerifier
    let journal: FsckJournal
    /// Those that can be read, by version.
    var policies: [Int: Policy] = [:]
    private(set) var rows: [(table: String, count: UInt64)] = []

    init(_ transaction: Transaction, verifier: NoteVerifier, masters: MasterKeys?) {
        self.transaction = transaction
        self.verifier = verifier
        journal = FsckJournal(
            transaction, verifier: verifier, masters: masters, findings: findings)
    }

    var report: FsckReport {
        FsckReport(
            events: journal.eventsRead, records: journal.recordsRead,
            unopened: journal.evidence.unopened, checkpoints: journal.checkpointsVerified,
            rows: journal.rows + rows, size: journal.size, root: journal.root,
            findings: findings.kept,
            findingsLeftOut: findings.leftOut)
    }

    func checkEverything() throws {
        for fault in try transaction.engineFaults() {
            findings.add("sqlite", "", nil, fault)
        }
        try readDictionaries()
        try journal.check()
        let replay = journal.replay
        try checkMigrations()
        try checkPolicies(replay)
        try checkWorkflows(replay)
        try checkApprovals(replay)
        try checkIncidents(replay)
        try checkControlFailures(replay)
        try checkAccounts(replay)
        try checkCredentials(replay)
        try checkAttachments(replay)
        try checkAnswers()
        try checkTokenUse()
        try checkEvidence(replay)
    }

    /// Reads a table to its end, and says of every row what is odd whatever the row means.
    func each(_ table: StoredTable, _ body: (StoredRow) throws -> Void) throws {
        let stored = StoredRows(table, in: transaction)
        defer { rows.append((table.name, stored.count)) }
        while let row = try stored.next() {
            for oddity in row.oddities {
                findings.add(table.name, row.name, oddity.column, oddity.message)
            }
            try body(row)
        }
    }
}

/// What was found, in order; beyond the limit it is only counted.
final class FsckFindings {
    static let limit = 100

    private(set) var kept: [FsckFinding] = []
    private(set) var leftOut = 0

    var count: Int { kept.count }
    /// With those that were left out.
    var total: Int { kept.count + leftOut }

    func add(_ table: String, _ row: String, _ field: String?, _ message: String) {
        add(FsckFinding(table: table, row: row, field: field, message: message))
    }

    func add(_ finding: FsckFinding) {
        if kept.count < Self.limit { kept.append(finding) } else { leftOut += 1 }
    }

    /// Says something else at an earlier place, because only now it is clear.
    ///
    /// The place is what ``count`` was before the finding there was added.
    func replace(at place: Int, with findings: [FsckFinding]) {
        guard place < kept.count else { return }
        kept.replaceSubrange(place...place, with: findings)
        leftOut += max(0, kept.count - Self.limit)
        kept = Array(kept.prefix(Self.limit))
    }
}

extension FsckReport {
    fileprivate static func unopened(_ finding: FsckFinding) -> FsckReport {
        FsckReport(
            events: 0, records: 0, unopened: 0, checkpoints: 0, rows: [], size: 0, root: nil,
            findings: [finding],
            findingsLeftOut: 0)
    }
}

extension StoreError {
    /// Whether it comes from what is stored, not from the way to it.
    fileprivate var isDamage: Bool {
        switch self {
        case .broken, .refused, .constraint, .unreadable: true
        default: false
        }
    }
}
