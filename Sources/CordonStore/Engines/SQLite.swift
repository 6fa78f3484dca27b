import CSQLite
import Foundation
import GRDB

/// One SQLite file in WAL mode with full synchronisation: an answered write survives a power cut.
struct SQLiteEngine: Engine {
    private let pool: DatabasePool

    var dialect: Dialect { .sqlite }

    init(path: String, readers: Int) throws {
        Self.countNoMemory()
        try Self.create(path)
        var configuration = Configuration()
        configuration.foreignKeysEnabled = true
        configuration.maximumReaderCount = readers
        configuration.busyMode = .timeout(10)
        // Sealed records are a little over 1 KB: pages of 8 KB hold them with little waste, and the
        // log gets every page that a commit changes whole, nine of them for one record. It counts
        // for a new file only.
        configuration.prepareDatabase { try $0.execute(sql: "PRAGMA page_size = 8192") }
        // A rollback that fails must reach the operator as an error, not end the process.
        configuration.allowsUnsafeTransactions = true
        pool = try translated { try DatabasePool(path: path, configuration: configuration) }
        try translated { try pool.writeWithoutTransaction(Self.demandDurability) }
    }

    /// Spares SQLite a lock at each allocation.
    ///
    /// It counts for the process, and only before the first database is opened: where SQLite was
    /// in use before, this changes nothing.
    static func countNoMemory() { _ = isCountingMemory }

    private static let isCountingMemory = cordon_sqlite_counts_no_memory() != SQLITE_OK

    func session() -> any Session { SQLiteSession(pool: pool) }

    /// Readers that are still under way hold the log open, so it waits for them, a while.
    func truncateLog() throws {
        var attempt = 1
        while true {
            do {
                return try translated {
                    _ = try pool.writeWithoutTransaction { try $0.checkpoint(.truncate) }
                }
            } catch StoreError.busy where attempt < 20 {
                attempt += 1
            }
        }
    }

    func close() {
        // Brings everything into the one file, so that a stopped server's data is what it looks
        // like. Best effort: what stays in the log is replayed at the next start.
        _ = try? pool.writeWithoutTransaction { try $0.checkpoint(.truncate) }
        // It can only fail when a statement is still running, and then the process is ending:
        // the file is whole either way, and the next start replays the log.
        try? pool.close()
    }

    /// Makes the file with rights for its owner alone; its companions take them over.
    ///
    /// An existing file is not opened here: closing it would drop the locks of an open database.
    private static func create(_ path: String) throws {
        let descriptor = open(path, O_CREAT | O_EXCL | O_RDWR | O_CLOEXEC, 0o600)
        if descriptor >= 0 {
            Foundation.close(descriptor)
        } else if errno != EEXIST {
            throw StoreError.misconfigured("\(path): \(String(cString: strerror(errno)))")
        }
    }

    /// GRDB chooses `NORMAL` for WAL, which loses answered writes in a power cut, so the setting
    /// is made after the pool is open and then looked at, as is the mode.
    ///
    /// A checkpoint is due after 512 pages, 4 MB of log.
    ///
    /// The pages that a savepoint keeps stay in memory: SQLite would write them to a file in a
    /// folder for temporary ones at each commit, where what is erased later would lie about.
    private static func demandDurability(_ database: Database) throws {
        try database.execute(
            sql: """
                PRAGMA synchronous = FULL;
                PRAGMA fullfsync = ON;
                PRAGMA checkpoint_fullfsync = ON;
                PRAGMA secure_delete = ON;
                PRAGMA wal_autocheckpoint = 512;
                PRAGMA temp_store = MEMORY;
                """)
        let synchronous = try Int.fetchOne(database, sql: "PRAGMA synchronous")
        let mode = try String.fetchOne(database, sql: "PRAGMA journal_mode")
        guard synchronous == 2, mode == "wal" else {
            throw StoreError.misconfigured(
                "SQLite stays in journal mode \(mode ?? "?"), synchronous \(synchronous ?? -1)")
        }
    }
}

private final class SQLiteSession: Session {
    private let pool: DatabasePool

    init(pool: DatabasePool) { self.pool = pool }

    func reading<T>(_ body: (any SQLConnection) throws -> T) throws -> T {
        try translated { try pool.read { try body(SQLiteConnection(database: $0)) } }
    }

    func writing<T>(_ body: (any SQLConnection) throws -> T) throws -> T {
        try translated {
            try pool.writeWithoutTransaction { database in
                let connection = SQLiteConnection(database: database)
                try connection.run("BEGIN IMMEDIATE")
                do {
                    let value = try body(connection)
                    try connection.run("COMMIT")
                    return value
                } catch {
                    // SQLite undoes the transaction by itself when the disk is full or fails.
                    if database.isInsideTransaction { try connection.run("ROLLBACK") }
                    throw error
                }
            }
        }
    }

    /// SQLite has one writer at a time, in whatever process.
    ///
    /// An index over a million rows is sorted in a file.
    func migrating<T>(_ body: (any SQLConnection) throws -> T) throws -> T {
        try translated {
            try pool.writeWithoutTransaction { try $0.execute(sql: "PRAGMA temp_store = FILE") }
        }
        let value = try writing(body)
        try translated {
            try pool.writeWithoutTransaction { try $0.execute(sql: "PRAGMA temp_store = MEMORY") }
        }
        return value
    }

    func close() {}
}

private struct SQLiteConnection: SQLConnection {
    let database: Database

    var dialect: Dialect { .sqlite }

    func rows(_ statement: SQL) throws -> [Row] {
        try translated {
            let prepared = try prepare(statement)
            let cursor = try GRDB.Row.fetchCursor(prepared, arguments: arguments(statement))
            let columns = prepared.columnNames
            var rows: [Row] = []
            while let row = try cursor.next() {
                rows.append(Row(columns: columns, values: try values(row, columns)))
            }
            return rows
        }
    }

    @discardableResult func run(_ statement: SQL) throws -> Int {
        try translated {
            let before = database.totalChangesCount
            let prepared = try prepare(statement)
            if statement.bindings.isEmpty {
                // GRDB follows what begins and ends transactions and changes the schema.
                try prepared.execute()
            } else {
                var direct = SQLitePrepared(prepared)
                try direct.execute(statement.bindings.lazy.map { $0.value })
            }
            // The count of the last change outlives statements that change nothing.
            return database.totalChangesCount == before ? 0 : database.changesCount
        }
    }

    /// Prepared once: for thousands of rows the looking up costs more than the writing.
    func send(_ statement: SQL, forEach rows: [[SQL.Value]]) throws {
        try translated {
            var prepared = SQLitePrepared(try prepare(statement))
            for row in rows { try prepared.execute(row) }
        }
    }

    func script(_ text: String) throws { try translated { try database.execute(sql: text) } }

    private func prepare(_ statement: SQL) throws -> Statement {
        let text = statement.text(for: .sqlite)
        return statement.bindings.count > mostBindingsKeptPrepared
            ? try database.makeStatement(sql: text) : try database.cachedStatement(sql: text)
    }

    private func arguments(_ statement: SQL) -> StatementArguments {
        StatementArguments(statement.bindings.map { Self.databaseValue($0.value) })
    }

    private static func databaseValue(_ value: SQL.Value) -> DatabaseValue {
        switch value {
        case .null: .null
        case .integer(let integer): integer.databaseValue
        case .text(let text): text.databaseValue
        case .blob(let bytes): Data(bytes).databaseValue
        }
    }

    private func values(_ row: GRDB.Row, _ columns: [String]) throws -> [SQL.Value] {
        var values: [SQL.Value] = []
        values.reserveCapacity(columns.count)
        for (index, column) in columns.enumerated() {
            switch (row[index] as DatabaseValue).storage {
            case .null: values.append(.null)
            case .int64(let integer): values.append(.integer(integer))
            case .string(let text): values.append(.text(text))
            case .blob(let bytes): values.append(.blob([UInt8](bytes)))
            // PostgreSQL and SQLite round differently, so nothing is kept as a fraction.
            case .double: throw StoreError.unreadable(table: nil, column: column)
            }
        }
        return values
    }
}

/// Runs the body and says what went wrong in the store's words.
private func translated<T>(_ body: () throws -> T) throws -> T {
    do {
        return try body()
    } catch let error as DatabaseError {
        throw StoreError(error)
    }
}

extension StoreError {
    fileprivate init(_ error: DatabaseError) {
        let code = error.extendedResultCode
        let cause = "SQLite \(code.rawValue): \(error.message ?? "no message")"
        if code == .SQLITE_IOERR_SHMSIZE {
            // The index of the log could not grow: a full disk, and nothing durable was touched.
            self = .full(cause)
            return
        }
        switch error.resultCode {
        case .SQLITE_FULL: self = .full(cause)
        case .SQLITE_IOERR, .SQLITE_CORRUPT, .SQLITE_NOTADB: self = .broken(cause)
        case .SQLITE_BUSY, .SQLITE_LOCKED: self = .busy(cause)
        case .SQLITE_CONSTRAINT: self = .constraint(cause)
        case .SQLITE_CANTOPEN: self = .unavailable(cause)
        default: self = .refused(cause)
        }
    }
}
