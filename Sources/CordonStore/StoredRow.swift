package import CordonLedger

/// What one column of one row holds, however damaged it is.
package enum StoredValue: Equatable, Sendable {
    case null
    case integer(Int64)
    /// The bytes of a text as they are stored, which need be no UTF-8 any more.
    case text([UInt8])
    case blob([UInt8])
    /// A value of another kind than the column's, by the engine's name for the kind.
    case odd(String)

    package init(_ value: SQL.Value) {
        self =
            switch value {
            case .null: .null
            case .integer(let integer): .integer(integer)
            case .text(let text): .text(Array(text.utf8))
            case .blob(let bytes): .blob(bytes)
            }
    }
}

/// One row as it is stored: reading it never fails, whatever it holds.
package struct StoredRow: Sendable {
    package let table: StoredTable
    package let values: [StoredValue]

    package func integer(_ column: String) -> Int64? {
        if case .integer(let integer)? = self[column] { integer } else { nil }
    }

    /// `nil` when it is no text, no UTF-8, or holds a zero byte, at which the engines would cut it.
    package func text(_ column: String) -> String? {
        guard case .text(let bytes)? = self[column], !bytes.contains(0) else { return nil }
        return String(validating: bytes, as: UTF8.self)
    }

    package func bytes(_ column: String) -> [UInt8]? {
        switch self[column] {
        case .blob(let bytes), .text(let bytes): bytes
        default: nil
        }
    }

    package subscript(column: String) -> StoredValue? {
        table.columns.firstIndex { $0.name == column }.map { values[$0] }
    }

    /// The primary key in one line, for people.
    package var name: String {
        values.prefix(table.keyCount).map { value in
            switch value {
            case .integer(let integer): "\(integer)"
            case .text(let bytes), .blob(let bytes): String(decoding: bytes, as: UTF8.self)
            case .null: "?"
            case .odd(let kind): "(\(kind))"
            }
        }.joined(separator: "/")
    }

    /// Bytes of its texts and blobs.
    fileprivate var byteCount: Int {
        values.reduce(0) { sum, value in
            switch value {
            case .text(let bytes), .blob(let bytes): sum + bytes.count
            case .null, .integer, .odd: sum
            }
        }
    }

    /// What is wrong with the row whatever it says: a value of another kind than its column's.
    package var oddities: [(column: String, message: String)] {
        var oddities: [(column: String, message: String)] = []
        for index in values.indices {
            // Most of a million rows are of these two kinds, and nothing is wrong with them.
            switch values[index] {
            case .integer, .blob: continue
            default: break
            }
            let column = table.columns[index]
            guard let message = oddity(of: values[index], isOptional: column.isOptional) else {
                continue
            }
            oddities.append((column.name, message))
        }
        return oddities
    }

    private func oddity(of value: StoredValue, isOptional: Bool) -> String? {
        switch value {
        case .integer, .blob: nil
        case .null: isOptional ? nil : "It is empty."
        case .odd(let kind): "It holds a value of the kind \(kind)."
        case .text(let bytes):
            if bytes.contains(0) {
                "The text holds a zero byte."
            } else if String(validating: bytes, as: UTF8.self) == nil {
                "The text is no valid UTF-8."
            } else {
                nil
            }
        }
    }

    /// The leaf that a row of `journal_content` gives; `nil` when it lacks a nonce of 32 bytes.
    package func committedLeaf() throws -> MerkleHash? {
        guard let nonce = bytes("nonce").flatMap({ Commitment.Nonce($0) }), let body = bytes("body")
        else { return nil }
        return try JournalBatch.leaf(nonce: nonce, body: body)
    }
}

/// The rows of one table, read page by page, so that memory does not grow with the table.
package final class StoredRows {
    package let table: StoredTable
    private let transaction: Transaction
    private var page: ArraySlice<StoredRow> = []
    private var cursor: StoredCursor = .start
    private var isAtEnd = false
    /// Rows of the next page: fewer than the table's when those of the last one were large.
    private var pageSize: Int
    /// How many rows were taken so far.
    package private(set) var count: UInt64 = 0

    package init(_ table: StoredTable, in transaction: Transaction) {
        self.table = table
        self.transaction = transaction
        pageSize = table.pageSize
    }

    /// Bytes of one page, about.
    private static let pageBytes = 8 << 20

    package func peek() throws -> StoredRow? {
        try fill()
        return page.first
    }

    package func next() throws -> StoredRow? {
        try fill()
        guard let row = page.popFirst() else { return nil }
        count += 1
        return row
    }

    /// The number of the next row, of a table that is read in its order.
    package func peekNumber() throws -> Int64? {
        try fill()
        guard !page.isEmpty, case .integer(let number)? = page[page.startIndex].values.first else {
            return nil
        }
        return number
    }

    private func fill() throws {
        guard page.isEmpty, !isAtEnd else { return }
        let (rows, last) = try transaction.storedRows(table, after: cursor, limit: pageSize)
        isAtEnd = rows.count < pageSize
        let bytes = rows.reduce(0) { $0 + $1.byteCount } / max(1, rows.count)
        pageSize = min(table.pageSize, max(1, Self.pageBytes / max(1, bytes)))
        if let last {
            // In a damaged file the order may lead back, which would have no end.
            if !last.isBeyond(cursor) { isAtEnd = true }
            cursor = last
        }
        page = rows[...]
    }
}

/// The place after a row.
private enum StoredCursor {
    case start
    /// In SQLite: by the number of the row, which is there even when the key is damaged.
    case row(Int64)
    case key([SQL.Value])

    func isBeyond(_ other: StoredCursor) -> Bool {
        switch (self, other) {
        case (.row(let number), .row(let last)): number > last
        case (.key(let key), .key(let last)):
            if case (.integer(let number)?, .integer(let last)?) = (key.first, last.first),
                key.count == 1
            {
                number > last
            } else {
                key != last
            }
        default: true
        }
    }
}

extension Transaction {
    /// Rows whose key is no integer, of a table that is read in its order, at most 100.
    ///
    /// They have no place in that order. A fork: PostgreSQL cannot hold such a row.
    package func storedRowsOutOfOrder(_ table: StoredTable) throws -> [StoredRow] {
        guard dialect == .sqlite, table.isInOrder, let key = table.key.first else { return [] }
        return try storedRows(
            table, where: "typeof(\(fragment: key.source)) <> 'integer' ORDER BY rowid LIMIT 100"
        ).rows
    }

    fileprivate func storedRows(
        _ table: StoredTable, after cursor: StoredCursor, limit: Int
    ) throws -> (rows: [StoredRow], last: StoredCursor?) {
        let key = SQL.joined(table.key.map(\.source))
        let isByRow = dialect == .sqlite && !table.isInOrder
        // In SQLite a key may be damaged into another kind, which has no place in the order.
        let isReadable: SQL =
            dialect == .sqlite && table.isInOrder
            ? "typeof(\(fragment: key)) = 'integer'" : "1 = 1"
        let place: SQL
        switch cursor {
        case .start: place = ""
        case .row(let number): place = "AND rowid > \(number)"
        case .key(let values):
            let bound = SQL.joined(values.map(\.bound))
            place = "AND (\(fragment: key)) > (\(fragment: bound))"
        }
        let order: SQL = isByRow ? "rowid" : key
        return try storedRows(
            table,
            where: """
                \(fragment: isReadable) \(fragment: place) ORDER BY \(fragment: order)
                LIMIT \(limit)
                """)
    }

    /// The rows, and the place after the last of them.
    private func storedRows(
        _ table: StoredTable, where rest: SQL
    ) throws -> (rows: [StoredRow], last: StoredCursor?) {
        let isSQLite = dialect == .sqlite
        var columns = table.columns.map { isSQLite ? $0.guarded : $0.source }
        columns.append(isSQLite ? "rowid AS stored_row" : "0 AS stored_row")
        let list = SQL.joined(columns)
        let found = try rows(
            "SELECT \(fragment: list) FROM \(fragment: table.source) WHERE \(fragment: rest)")
        let last: StoredCursor? = try found.last.map { row in
            isSQLite && !table.isInOrder
                ? .row(try row.integer("stored_row"))
                : .key(Array(row.values.prefix(table.keyCount)))
        }
        let stored = found.map { row in
            StoredRow(
                table: table,
                values: table.columns.indices.map {
                    StoredValue(row.values[$0], of: table.columns[$0].kind, dialect)
                })
        }
        return (stored, last)
    }
}

extension StoredColumn {
    /// The column so that SQLite cannot fail to hand it over: a text as its bytes, and a value of
    /// another kind, which SQLite would keep in any column, as the name of that kind.
    fileprivate var guarded: SQL {
        switch kind {
        case .integer:
            """
            CASE typeof(\(fragment: source)) WHEN 'integer' THEN \(fragment: source)
            WHEN 'null' THEN NULL ELSE typeof(\(fragment: source)) END
            """
        case .text:
            """
            CASE typeof(\(fragment: source)) WHEN 'text' THEN CAST(\(fragment: source) AS BLOB)
            WHEN 'null' THEN NULL ELSE typeof(\(fragment: source)) END
            """
        case .blob:
            """
            CASE typeof(\(fragment: source)) WHEN 'blob' THEN \(fragment: source)
            WHEN 'null' THEN NULL ELSE typeof(\(fragment: source)) END
            """
        }
    }
}

extension StoredValue {
    fileprivate init(_ value: SQL.Value, of kind: StoredColumn.Kind, _ dialect: Dialect) {
        self =
            switch (kind, value) {
            case (_, .null): .null
            case (.integer, .integer(let integer)): .integer(integer)
            case (.blob, .blob(let bytes)): .blob(bytes)
            // PostgreSQL hands a text over as one; SQLite as bytes, or as the name of another kind.
            case (.text, .text(let text)) where dialect == .postgres: .text(Array(text.utf8))
            case (.text, .blob(let bytes)): .text(bytes)
            case (_, .text(let kind)): .odd(kind)
            case (_, .integer): .odd("integer")
            case (.integer, .blob): .odd("blob")
            }
    }
}

extension SQL.Value {
    fileprivate var bound: SQL {
        switch self {
        case .null: "NULL"
        case .integer(let integer): "\(integer)"
        case .text(let text): "\(text)"
        case .blob(let bytes): "\(bytes)"
        }
    }
}

/// What the engine and the code know of the database itself.
extension Transaction {
    /// What the engine finds wrong with its own file; empty when all is well.
    ///
    /// A fork: SQLite can check a file by itself, PostgreSQL has no such check without an extension
    /// and relies on its page checksums.
    package func engineFaults() throws -> [String] {
        guard dialect == .sqlite else { return [] }
        return try rows("PRAGMA integrity_check(100)").compactMap { row in
            guard case .text(let text)? = row.values.first else { return "no text" }
            return text == "ok" ? nil : text
        }
    }

    /// The migrations that this Cordon would have applied, as `schema_migration` records them.
    package func migrationsKnown() -> [(number: Int, name: String, digest: String)] {
        Schema.migrations.map { ($0.number, $0.name, $0.digest(dialect)) }
    }
}
