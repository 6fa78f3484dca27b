import CordonOperations
import CordonStore
import Foundation
import GRDB
import Testing

/// One column of one table, to be damaged.
struct Place: Sendable, CustomTestStringConvertible {
    let table: StoredTable
    let column: StoredColumn

    var testDescription: String { "\(table.name).\(column.name)" }

    static let all = StoredTable.all.flatMap { table in
        table.columns.map { Place(table: table, column: $0) }
    }
}

/// A value that no Cordon would ever store, as SQL makes it of the value that is there.
enum Oddity {
    case fraction, bytes, brokenText, zeroByte

    static func of(_ kind: StoredColumn.Kind) -> [Oddity] {
        switch kind {
        case .integer: [.fraction, .brokenText]
        case .text: [.bytes, .brokenText, .zeroByte]
        case .blob: [.brokenText]
        }
    }

    func expression(of column: String) -> String {
        switch self {
        case .fraction: "1.5"
        case .bytes: "x'FF00C3'"
        case .brokenText: "CAST(x'22FF22' AS TEXT)"
        case .zeroByte: "CAST(coalesce(CAST(\(column) AS BLOB), x'') || x'0079' AS TEXT)"
        }
    }
}

@Suite struct FsckDamageTests {
    @Test(arguments: Place.all)
    func oneChangedValueIsFoundAndItsRowIsNamed(_ place: Place) async throws {
        if place.table.name == "schema_migration" {
            // Nothing vouches for the hour; a later number is a newer Cordon's, see below.
            if ["applied_at_ms", "number", "name"].contains(place.column.name) { return }
        }
        // An authority's signature is for those who have its key, and its address for nobody.
        if place.table.name == "timestamp_token", place.column.name != "size" { return }
        var before = ""
        var after = ""
        let report = try await StoredCordon.filled().fsck { copy in
            let (rowid, name) = try copy.middle(of: place.table)
            let known = Set(try copy.names(place.table).map(\.name))
            before = name
            let stored = try copy.withDatabase { database in
                try #require(
                    try DatabaseValue.fetchOne(
                        database,
                        sql: """
                            SELECT \(place.column.name) FROM \(place.table.name)
                            WHERE rowid = \(rowid)
                            """))
            }
            // The number of the head's row is the row itself.
            try copy.set(place.table, place.column.name, of: rowid, to: stored.flipped)
            after = try copy.names(place.table).first { !known.contains($0.name) }?.name ?? before
        }
        #expect(
            report.names(place.table.name, before, after),
            "\(before) or \(after): \(report.text)")
    }

    @Test(arguments: Place.all)
    func noValueIsTooOddToBeReported(_ place: Place) async throws {
        // SQLite itself refuses all but integers there.
        let keys = [
            "log_head.id", "evidence.idx", "evidence_body.idx", "evidence_gone.idx",
            "evidence_source.num", "evidence_dictionary.num",
        ]
        if keys.contains(place.testDescription) { return }
        for oddity in Oddity.of(place.column.kind) {
            let report = try await StoredCordon.filled().fsck { copy in
                let (rowid, _) = try copy.middle(of: place.table)
                try copy.change { database in
                    let column = place.column.name
                    let value = oddity.expression(of: column)
                    try database.execute(
                        sql: """
                            UPDATE \(place.table.name) SET \(column) = \(value)
                            WHERE rowid = \(rowid)
                            """)
                }
            }
            #expect(
                report.findings.contains { $0.table == place.table.name },
                "\(oddity): \(report.text)")
        }
    }

    @Test func aDatabaseOfANewerCordonIsNotJudged() async throws {
        await #expect(throws: StoreError.newerSchema(found: 9_999, known: 5)) {
            try await StoredCordon.filled().fsck { copy in
                try copy.change { database in
                    try database.execute(
                        sql: "INSERT INTO schema_migration VALUES (9999, 'later', 0, '')")
                }
            }
        }
    }

    @Test func aMissingTableEndsTheCheckWithAFinding() async throws {
        let report = try await StoredCordon.filled().fsck { copy in
            try copy.change { try $0.execute(sql: "DROP TABLE control_failure") }
        }
        #expect(report.names("database", ""), "\(report.text)")
        #expect(report.events > 0)
    }

    /// Bytes of the file itself: most are found by SQLite, some lie in free space and mean nothing.
    @Test func noByteOfTheFileEndsTheProcess() async throws {
        let stored = try await StoredCordon.filled()
        var found = 0
        let step = stored.file.count / 50
        for number in 0..<50 {
            var file = stored.file
            // Not the first page: whether a file is a database at all is decided when it is opened.
            var place = max(4_096, number * step + number)
            // Room that nothing fills is all zeros: a page of an index holds mostly that.
            while file[place] == 0, place < file.count - 1 { place += 1 }
            file[place] ^= 0x5A
            let report = try await StoredCordon(file: file, verifierKey: stored.verifierKey).fsck()
            if !report.isClean { found += 1 }
        }
        #expect(found > 10)
    }
}

extension StoredCordon {
    /// Whether a column is the number of its row, which SQLite does not let be anything else.
    fileprivate func isRowNumber(_ place: Place) throws -> Bool {
        try DamagedFile(file).withDatabase { database in
            try database.columns(in: place.table.name).contains {
                $0.name == place.column.name && $0.type == "INTEGER" && $0.primaryKeyIndex == 1
            }
        }
    }
}

extension DamagedFile {
    func names(_ table: StoredTable) throws -> [(rowid: Int64, name: String)] {
        let key = table.columns.prefix(table.keyCount).map(\.name).joined(separator: " || '/' || ")
        return try withDatabase { database in
            try GRDB.Row.fetchAll(
                database,
                sql: "SELECT rowid AS id, CAST(\(key) AS TEXT) AS name FROM \(table.name)"
            ).map { ($0["id"], $0["name"]) }
        }
    }
}

extension DatabaseValue {
    /// Another value of the same kind, as little different as can be.
    fileprivate var flipped: DatabaseValue {
        switch storage {
        case .int64(let integer): (integer + 100_000).databaseValue
        case .string(let text):
            (text.prefix(text.count / 2)
                + (text.dropFirst(text.count / 2).first == "x" ? "y" : "x")
                + text.dropFirst(text.count / 2 + 1)).description.databaseValue
        case .blob(let bytes):
            Data(
                bytes.enumerated().map {
                    $0.offset == bytes.count / 2 ? $0.element ^ 1 : $0.element
                }
            ).databaseValue
        case .null: "x".databaseValue
        case .double(let number): (number + 1).databaseValue
        }
    }
}
