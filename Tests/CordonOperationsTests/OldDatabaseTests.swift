import CordonCore
import CordonLedger
import CordonTesting
import Foundation
import GRDB
import Testing

@testable import CordonOperations
@testable import CordonStore

/// A database that a Cordon without evidence made is brought up to date and is whole.
@Suite struct OldDatabaseTests {
    /// A Cordon of two hundred and more events, as the first schema would hold it.
    private func old() async throws -> DamagedFile {
        let cordon = try await Operations.forTesting()
        let admin = try await cordon.account("adam", RoleGrant(.governance))
        for number in 0..<70 {
            try await cordon.operations.perform(admin) { work in
                for part in 0..<4 {
                    let key = "workflow-\(number)-\(part)"
                    _ = try work.registerWorkflow(
                        key, WorkflowProfile(name: key, function: "sales"))
                }
            }
        }
        cordon.operations.close()
        let copy = try DamagedFile(
            try Data(contentsOf: URL(fileURLWithPath: cordon.databasePath)))
        try copy.change { database in
            for table in [
                "evidence_body", "evidence_gone", "evidence", "evidence_dictionary",
                "evidence_source", "evidence_seen", "evidence_gap", "hold", "erasure",
                "tile_root", "search_run", "search_hit", "cosignature", "timestamp_token",
                "approval",
            ] {
                try database.execute(sql: "DROP TABLE \(table)")
            }
            for index in [
                "incident_state", "incident_of_workflow", "incident_reported",
                "incident_pressing", "incident_acting", "incident_telling", "journal_shadow_use",
                "incident_of_reporter", "incident_counted",
            ] {
                try database.execute(sql: "DROP INDEX \(index)")
            }
            try database.execute(sql: "DELETE FROM schema_migration WHERE number > 1")
        }
        return copy
    }

    @Test func anOldDatabaseIsCleanWithoutEverBeingOpened() async throws {
        let copy = try await old()
        let report = try await Operations.fsck(
            engine: .sqlite(path: copy.path), verifierKey: try Self.signer().verifierKey,
            masters: nil)
        #expect(report.isClean, "\(report.text)")
        #expect(report.size > 256)
        #expect(report.rows.first { $0.table == "tile_root" }?.count == 1)
    }

    @Test func anOldDatabaseGoesOnWithEvidence() async throws {
        let copy = try await old()
        let cordon = try await Operations.forTesting(engine: .sqlite(path: copy.path))
        try await cordon.operations.startEvidence()
        let root = try await cordon.operations.store.read { transaction in
            (
                try transaction.tileHashes(level: 1, from: 0, count: 1),
                try transaction.tileHashes(level: 0, from: 0, count: 256)
            )
        }
        #expect(root.0 == [Merkle.root(ofLeaves: root.1)])
        try await cordon.capture(
            (0..<300).map { .said("Number \($0)") }, workflow: "drafts")
        let report = try await cordon.operations.fsck()
        #expect(report.isClean, "\(report.text)")
        #expect(report.rows.first { $0.table == "tile_root" }?.count == 2)
        cordon.operations.close()
    }

    /// A Cordon that is interrupted while it completes the roots goes on where it was.
    @Test func rootsThatAreThereAreNotMadeAgain() async throws {
        let copy = try await old()
        for _ in 1...2 {
            let cordon = try await Operations.forTesting(engine: .sqlite(path: copy.path))
            try await cordon.operations.store.write { try $0.tileRootsComplete() }
            cordon.operations.close()
        }
        let report = try await Operations.fsck(
            engine: .sqlite(path: copy.path), verifierKey: try Self.signer().verifierKey,
            masters: StoredCordon.masters)
        #expect(report.isClean, "\(report.text)")
    }

    /// The key of every Cordon for testing.
    private static func signer() throws -> NoteSigner {
        try NoteSigner(name: "cordon.test", seed: Array(repeating: 7, count: 32))
    }
}
