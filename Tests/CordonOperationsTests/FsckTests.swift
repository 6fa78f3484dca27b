import CordonCore
import CordonLedger
import CordonOperations
import CordonStore
import CordonTesting
import Foundation
import GRDB
import Testing

/// What a check says of a database that nobody has damaged, and of whole rows that were.
@Suite struct FsckTests {
    @Test func aCordonThatWasUsedIsClean() async throws {
        let cordon = try await Operations.forTesting()
        try await Firm.play(on: cordon)
        let report = try await cordon.operations.fsck()
        #expect(report.isClean, "\(report.text)")
        #expect(report.rows.map(\.table).sorted() == StoredTable.all.map(\.name).sorted())
        for (table, count) in report.rows { #expect(count > 0, "\(table) is empty") }
        let head = try await cordon.operations.store.read { try $0.logHead() }
        #expect(report.size == head.size && report.root == head.root)
        #expect(report.checkpoints > 20)
    }

    @Test func aNewCordonIsClean() async throws {
        let report = try await Operations.forTesting().operations.fsck()
        #expect(report.isClean, "\(report.text)")
        #expect(report.size == 1)
    }

    @Test func everyColumnOfEveryTableIsRead() async throws {
        let stored = try await StoredCordon.filled()
        let copy = try DamagedFile(stored.file)
        try copy.withDatabase { database in
            let tables = try String.fetchAll(
                database,
                sql: "SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")
            #expect(tables == StoredTable.all.map(\.name).sorted())
            for table in StoredTable.all {
                let columns = try database.columns(in: table.name).map(\.name)
                #expect(columns == table.columns.map(\.name))
            }
        }
    }

    /// Answers, notes of use, what a look back is at and what others have signed may be lost
    /// without loss of a fact, so nothing misses them.
    static let missed = StoredTable.all.filter { table in
        ![
            "idempotency", "token_use", "search_run", "search_hit", "cosignature",
            "timestamp_token",
        ].contains(table.name)
    }

    @Test(arguments: missed)
    func aRowThatIsGoneIsNamed(_ table: StoredTable) async throws {
        var row = ""
        let report = try await StoredCordon.filled().fsck { copy in
            var (rowid, name) = try copy.middle(of: table)
            try copy.change { database in
                if table.name == "checkpoint" {
                    // Any but the newest is vouched for by those that come after it.
                    name =
                        try String.fetchOne(
                            database, sql: "SELECT CAST(MAX(size) AS TEXT) FROM checkpoint") ?? ""
                    try database.execute(sql: "DELETE FROM checkpoint WHERE size = \(name)")
                }
                try database.execute(sql: "DELETE FROM \(table.name) WHERE rowid = \(rowid)")
            }
            row = name
        }
        // Without its record the schema cannot be told, and nothing else is looked at.
        let isSchema = table.name == "schema_migration"
        #expect(
            isSchema
                ? report.findings.map(\.table) == [table.name] : report.names(table.name, row),
            "\(row): \(report.text)")
    }

    @Test func twoEventsThatChangedPlacesAreNamed() async throws {
        for tables in [["journal"], ["journal_content"], ["journal", "journal_content"]] {
            let report = try await StoredCordon.filled().fsck { copy in
                try copy.change { database in
                    for table in tables {
                        try database.execute(
                            sql: """
                                UPDATE \(table) SET idx = -7 WHERE idx = 7;
                                UPDATE \(table) SET idx = 7 WHERE idx = 9;
                                UPDATE \(table) SET idx = 9 WHERE idx = -7;
                                """)
                    }
                }
            }
            let table = tables[0]
            #expect(report.names(table, "7"), "\(tables): \(report.text)")
            #expect(report.names(table, "9"), "\(tables): \(report.text)")
        }
    }

    @Test func aJournalThatWasCutOffIsNamed() async throws {
        for tables in [["journal"], ["journal", "journal_content"]] {
            var (first, last) = (0, 0)
            let report = try await StoredCordon.filled().fsck { copy in
                try copy.change { database in
                    // Evidence stands between events, so the places are asked for.
                    let places = try Int.fetchAll(
                        database, sql: "SELECT idx FROM journal ORDER BY idx DESC LIMIT 5")
                    (first, last) = (try #require(places.last), try #require(places.first))
                    for table in tables {
                        try database.execute(sql: "DELETE FROM \(table) WHERE idx >= \(first)")
                    }
                }
            }
            #expect(report.names("journal", "\(first)"), "\(report.text)")
            #expect(report.names("journal", "\(last)"), "\(report.text)")
        }
    }

    /// A record that was exchanged for another one of the same firm.
    @Test func twoRecordsThatChangedPlacesAreNamed() async throws {
        for tables in [["evidence"], ["evidence_body"], ["evidence", "evidence_body"]] {
            let report = try await StoredCordon.filled().fsck { copy in
                try copy.change { database in
                    for table in tables {
                        try database.execute(
                            sql: """
                                UPDATE \(table) SET idx = -70 WHERE idx = 70;
                                UPDATE \(table) SET idx = 70 WHERE idx = 80;
                                UPDATE \(table) SET idx = 80 WHERE idx = -70;
                                """)
                    }
                }
            }
            if tables.count == 1 {
                for row in ["70", "80"] {
                    #expect(
                        report.names("evidence", row) || report.names("evidence_body", row),
                        "\(report.text)")
                }
            } else {
                // Each is whole in itself: only the root says that it is not in its place.
                #expect(report.names("journal", "70"), "\(report.text)")
            }
        }
    }

    @Test func withoutTheMasterKeyEverythingElseIsChecked() async throws {
        let stored = try await StoredCordon.filled()
        let copy = try DamagedFile(stored.file)
        let report = try await Operations.fsck(
            engine: .sqlite(path: copy.path), verifierKey: stored.verifierKey, masters: nil)
        #expect(report.isClean, "\(report.text)")
        #expect(report.unopened > 200 && report.root != nil)
        let other = try await Operations.fsck(
            engine: .sqlite(path: copy.path), verifierKey: stored.verifierKey,
            masters: MasterKeys(first: Array(repeating: 8, count: 32)))
        #expect(other.names("evidence_dictionary", "1"), "\(other.text)")
    }

    /// Whoever changes an event together with its leaf still lacks the key that signs the root.
    @Test func anEventThatWasRewrittenWithItsLeafIsNamed() async throws {
        let nonce = [UInt8](repeating: 9, count: 32)
        let report = try await StoredCordon.filled().fsck { copy in
            try copy.change { database in
                let text = try #require(
                    try String.fetchOne(
                        database,
                        sql: "SELECT CAST(body AS TEXT) FROM journal_content WHERE idx = 20"))
                let body = Array(
                    (text.replacing("\"cause\":\"test\"", with: "\"cause\":\"tesd\"")).utf8)
                #expect(body != Array(text.utf8))
                let leaf = try #require(Firm.leaf(nonce: nonce, body: body))
                try database.execute(
                    sql: "UPDATE journal_content SET nonce = ?, body = ? WHERE idx = 20",
                    arguments: [Data(nonce), Data(body)])
                try database.execute(
                    sql: "UPDATE journal SET cause = 'tesd', leaf = ? WHERE idx = 20",
                    arguments: [Data(leaf)])
            }
        }
        #expect(report.findings.count == 1, "\(report.text)")
        #expect(report.names("journal", "20"), "\(report.text)")
        #expect(report.root == nil)
    }

    @Test func aCheckpointThatAnotherKeySignedIsNamed() async throws {
        let stored = try await StoredCordon.filled()
        let copy = try DamagedFile(stored.file)
        let report = try await Operations.fsck(
            engine: .sqlite(path: copy.path),
            verifierKey: try Firm.verifierKeyOfSomebodyElse(), masters: StoredCordon.masters)
        #expect(report.checkpoints == 0)
        #expect(report.findings.first?.table == "checkpoint", "\(report.text)")
        #expect(report.findings.first?.row == "1")
    }

    @Test func anEventThatIsUnknownIsNamed() async throws {
        let report = try await StoredCordon.filled().fsck { copy in
            try copy.change { database in
                try database.execute(
                    sql: """
                        UPDATE journal_content SET body = CAST(replace(CAST(body AS TEXT),
                            '"stopTested"', '"inventedLater"') AS BLOB)
                        WHERE CAST(body AS TEXT) LIKE '%"stopTested"%'
                        """)
                #expect(database.changesCount == 1)
            }
        }
        #expect(report.text.contains("inventedLater"), "\(report.text)")
    }

    @Test func theFirstBadRowIsNamedFirst() async throws {
        let report = try await StoredCordon.filled().fsck { copy in
            try copy.change { database in
                try database.execute(
                    sql: """
                        UPDATE journal SET leaf = zeroblob(32) WHERE idx IN (11, 12, 10);
                        UPDATE journal SET cause = 'none' WHERE idx = 11;
                        UPDATE workflow SET state = 'none';
                        """)
            }
        }
        let places = report.findings.map { "\($0.table) \($0.row) \($0.field ?? "")" }
        #expect(
            places == [
                "journal 10 leaf", "journal 11 leaf", "journal 11 cause", "journal 12 leaf",
                "workflow monthly-summaries state", "workflow invoice-coding state",
                "workflow ticket-triage state",
            ], "\(report.text)")
    }

    @Test func noMoreThanAHundredFindingsAreKept() async throws {
        let report = try await StoredCordon.filled().fsck { copy in
            try copy.change { database in
                try database.execute(sql: "UPDATE journal SET cause = '', actor = '', kind = ''")
            }
        }
        #expect(report.findings.count == 100)
        #expect(report.findings.first?.row == "0")
        #expect(UInt64(report.findings.count + report.findingsLeftOut) == report.events * 3)
    }
}
