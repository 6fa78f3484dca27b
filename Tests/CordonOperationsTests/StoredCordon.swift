import CordonOperations
import CordonStore
import CordonTesting
import Foundation
import GRDB
import Testing

/// The file of a Cordon that has been used, to be damaged by a test and then checked.
struct StoredCordon: Sendable {
    let file: Data
    let verifierKey: String
    /// As of every Cordon for testing.
    static let masters = MasterKeys(first: Array(repeating: 9, count: 32))

    /// Made once: every test damages a copy.
    static func filled() async throws -> StoredCordon { try await made.value }

    private static let made = Task {
        let cordon = try await Operations.forTesting()
        try await Firm.play(on: cordon)
        let verifierKey = cordon.operations.verifierKey
        cordon.operations.store.close()
        return StoredCordon(file: try wholeFile(cordon.databasePath), verifierKey: verifierKey)
    }

    /// A store that closes leaves its newest changes beside the file; here they are taken into it.
    private static func wholeFile(_ path: String) throws -> Data {
        let queue = try DatabaseQueue(path: path)
        try queue.writeWithoutTransaction { try $0.execute(sql: "PRAGMA wal_checkpoint(TRUNCATE)") }
        try queue.close()
        return try Data(contentsOf: URL(fileURLWithPath: path))
    }

    /// Checks a copy that `body` has changed behind Cordon's back.
    func fsck(
        changing body: (DamagedFile) throws -> Void = { _ in }
    ) async throws -> FsckReport {
        let copy = try DamagedFile(file)
        try body(copy)
        return try await Operations.fsck(
            engine: .sqlite(path: copy.path), verifierKey: verifierKey, masters: Self.masters)
    }
}

/// A copy of the database that does what no Cordon would; it is removed afterwards.
final class DamagedFile {
    let path: String
    private let directory: URL

    init(_ file: Data) throws {
        directory = FileManager.default.temporaryDirectory.appendingPathComponent(
            "cordon-fsck-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        path = directory.path + "/cordon.db"
        try file.write(to: URL(fileURLWithPath: path))
    }

    deinit { try? FileManager.default.removeItem(at: directory) }

    /// Works on the tables with no trigger, foreign key or check in the way.
    func change<T>(_ body: (Database) throws -> T) throws -> T {
        try withDatabase { database in
            let triggers = try String.fetchAll(
                database, sql: "SELECT name FROM sqlite_master WHERE type = 'trigger'")
            for trigger in triggers { try database.execute(sql: "DROP TRIGGER \(trigger)") }
            try database.execute(sql: "PRAGMA ignore_check_constraints = ON")
            return try body(database)
        }
    }

    func withDatabase<T>(_ body: (Database) throws -> T) throws -> T {
        var configuration = Configuration()
        configuration.foreignKeysEnabled = false
        let queue = try DatabaseQueue(path: path, configuration: configuration)
        defer { try? queue.close() }
        return try queue.writeWithoutTransaction(body)
    }

    /// One row in the middle of a table: its number for SQLite, and its name for people.
    func middle(of table: StoredTable) throws -> (rowid: Int64, name: String) {
        let key = table.columns.prefix(table.keyCount).map(\.name).joined(separator: " || '/' || ")
        return try withDatabase { database in
            let rows = try GRDB.Row.fetchAll(
                database,
                sql: """
                    SELECT rowid AS id, CAST(\(key) AS TEXT) AS name FROM \(table.name)
                    ORDER BY rowid
                    """)
            let row = try #require(rows.isEmpty ? nil : rows[rows.count / 2], "\(table.name)")
            return (row["id"], row["name"])
        }
    }

    func set(
        _ table: StoredTable, _ column: String, of rowid: Int64, to value: DatabaseValue
    ) throws {
        try change { database in
            try database.execute(
                sql: "UPDATE \(table.name) SET \(column) = ? WHERE rowid = ?",
                arguments: [value, rowid])
        }
    }
}

extension StoredTable: CustomTestStringConvertible {
    package var testDescription: String { name }
}

extension StoredTable {
    static let all: [StoredTable] = [
        .journal, .journalContent, .checkpoint, .logHead, .workflow, .incident, .controlFailure,
        .policyVersion, .account, .credential, .attachment, .idempotency, .tokenUse,
        .schemaMigration, .evidence, .evidenceBody, .evidenceGone, .evidenceDictionary,
        .evidenceSource, .evidenceSeen, .evidenceGap, .hold, .erasure, .approval, .tileRoot,
        .searchRun,
        .searchHit, .cosignature, .timestampToken,
    ]
}

extension FsckReport {
    /// Whether a finding names the table and one of the rows, alone or in a range of events.
    func names(_ table: String, _ rows: String...) -> Bool {
        findings.contains { finding in
            finding.table == table && rows.contains { finding.isAbout($0) }
        }
    }

    var text: String { findings.map(\.description).joined(separator: "\n") }
}

extension FsckFinding {
    fileprivate func isAbout(_ row: String) -> Bool {
        if self.row == row { return true }
        let ends = self.row.split(separator: "…").compactMap { Int($0) }
        guard ends.count == 2, let index = Int(row) else { return false }
        return (ends[0]...ends[1]).contains(index)
    }
}
