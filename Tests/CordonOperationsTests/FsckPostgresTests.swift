import CordonCore
import CordonOperations
import CordonTesting
import Foundation
import Testing

@testable import CordonStore

/// The same check on the other engine, where a server is given.
@Suite struct FsckPostgresTests {
    static let url = ProcessInfo.processInfo.environment["CORDON_TEST_POSTGRES"]

    @Test(.enabled(if: url != nil, "CORDON_TEST_POSTGRES is not set"))
    func aDatabaseOnPostgresIsCleanUntilItIsDamaged() async throws {
        let url = try #require(Self.url)
        let schema = "cordon_fsck_\(getpid())"
        let administration = try PostgresConnection(url: url)
        try administration.script(
            "DROP SCHEMA IF EXISTS \(schema) CASCADE; CREATE SCHEMA \(schema)")
        let join = url.contains("?") ? "&" : "?"
        let cordon = try await Operations.forTesting(
            engine: .postgres(url: "\(url)\(join)options=-csearch_path%3D\(schema)"))
        try await Firm.play(on: cordon)
        let clean = try await cordon.operations.fsck()
        #expect(clean.isClean, "\(clean.text)")
        for (table, count) in clean.rows { #expect(count > 0, "\(table) is empty") }

        // Behind the store's back, which alone would not let it happen.
        try administration.script("SET search_path TO \(schema)")
        for table in ["journal", "journal_content", "checkpoint"] {
            try administration.script("ALTER TABLE \(table) DISABLE TRIGGER USER")
        }
        try administration.script(
            """
            UPDATE journal SET cause = 'none' WHERE idx = 7;
            UPDATE checkpoint SET note = note || 'x' WHERE size = 1;
            UPDATE workflow SET version = version + 1 WHERE key = 'invoice-coding';
            DELETE FROM control_failure WHERE control = 'change_control';
            """)
        let report = try await cordon.operations.fsck()
        #expect(
            report.findings.map { "\($0.table) \($0.row) \($0.field ?? "")" } == [
                "checkpoint 1 note", "journal 7 cause", "workflow invoice-coding version",
                "control_failure change_control/INC-2026-0001 ",
            ], "\(report.text)")
        cordon.operations.store.close()
        try administration.script("DROP SCHEMA \(schema) CASCADE")
    }
}
