import CordonStore
import GRDB
import Testing

/// The schema itself refuses to rewrite the record, whoever asks.
@Suite struct AppendOnlyTests {
    @Test(arguments: [
        ("journal", "idx"), ("journal_content", "idx"), ("checkpoint", "size"),
        ("evidence", "idx"), ("evidence_gone", "idx"), ("tile_root", "idx"),
    ])
    func theRecordOnlyGrows(_ table: String, _ key: String) async throws {
        let copy = try DamagedFile(try await StoredCordon.filled().file)
        for statement in [
            "UPDATE \(table) SET \(key) = \(key)",
            "UPDATE \(table) SET \(key) = 9999 WHERE \(key) = 1",
            "DELETE FROM \(table)", "DELETE FROM \(table) WHERE \(key) = 1",
            "INSERT OR REPLACE INTO \(table) SELECT * FROM \(table) WHERE \(key) = 1",
            "REPLACE INTO \(table) SELECT * FROM \(table) WHERE \(key) = 1",
            "UPDATE OR REPLACE \(table) SET \(key) = 2 WHERE \(key) = 1",
        ] {
            try copy.withDatabase { database in
                let error = #expect(throws: DatabaseError.self, "\(statement)") {
                    try database.execute(sql: statement)
                }
                #expect(error?.message == "\(table) is append-only", "\(statement)")
            }
        }
    }
}
