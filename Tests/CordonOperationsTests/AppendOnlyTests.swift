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
        let one = try copy.withDatabase { database in
            try #require(try Int.fetchOne(database, sql: "SELECT min(\(key)) FROM \(table)"))
        }
        for statement in [
            "UPDATE \(table) SET \(key) = \(key)",
            "UPDATE \(table) SET \(key) = 9999 WHERE \(key) = \(one)",
            "DELETE FROM \(table)", "DELETE FROM \(table) WHERE \(key) = \(one)",
            "INSERT OR REPLACE INTO \(table) SELECT * FROM \(table) WHERE \(key) = \(one)",
            "REPLACE INTO \(table) SELECT * FROM \(table) WHERE \(key) = \(one)",
            "UPDATE OR REPLACE \(table) SET \(key) = 2 WHERE \(key) = \(one)",
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
