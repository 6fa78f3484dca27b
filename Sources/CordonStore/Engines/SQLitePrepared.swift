import GRDB
import GRDBSQLite

/// A prepared statement that is executed with values, straight by SQLite's own calls.
///
/// Evidence comes by the thousand: arguments of GRDB would copy each value three times before
/// SQLite sees it. Belongs to the connection's queue, as the statement does.
struct SQLitePrepared {
    private let owner: Statement
    /// Texts and blobs of the values that are bound: SQLite reads them where they lie.
    private var content: [UInt8] = []

    /// - Precondition: nobody is reading rows of the statement.
    init(_ statement: Statement) { owner = statement }

    private var statement: SQLiteStatement { owner.sqliteStatement }

    /// Executes with one value for each parameter; rows that it gives are passed over.
    ///
    /// - Throws: `DatabaseError` with SQLite's extended code.
    mutating func execute(_ values: some Collection<SQL.Value>) throws {
        gather(values)
        var failure: DatabaseError?
        content.withUnsafeBytes { content in
            var code = bind(values, content)
            if code == SQLITE_OK {
                repeat { code = sqlite3_step(statement) } while code == SQLITE_ROW
            }
            // Before the bytes move, and before anything else is asked of the connection.
            if code != SQLITE_DONE {
                failure = DatabaseError(
                    resultCode: ResultCode(rawValue: code),
                    message: String(cString: sqlite3_errmsg(sqlite3_db_handle(statement))))
            }
            sqlite3_reset(statement)
            sqlite3_clear_bindings(statement)
        }
        if let failure { throw failure }
    }

    private mutating func gather(_ values: some Collection<SQL.Value>) {
        content.removeAll(keepingCapacity: true)
        for value in values {
            switch value {
            case .null, .integer: break
            case .text(let text): content.append(contentsOf: text.utf8)
            case .blob(let bytes): content.append(contentsOf: bytes)
            }
        }
    }

    private func bind(
        _ values: some Collection<SQL.Value>, _ content: UnsafeRawBufferPointer
    ) -> CInt {
        var parameter: CInt = 0
        var start = 0
        for value in values {
            parameter += 1
            let code =
                switch value {
                case .null: sqlite3_bind_null(statement, parameter)
                case .integer(let number): sqlite3_bind_int64(statement, parameter, number)
                case .text(let text): bind(text, parameter, content, &start)
                case .blob(let bytes): bind(bytes, parameter, content, &start)
                }
            guard code == SQLITE_OK else { return code }
        }
        precondition(
            parameter == sqlite3_bind_parameter_count(statement), "a value for each parameter")
        return SQLITE_OK
    }

    private func bind(
        _ text: String, _ parameter: CInt, _ content: UnsafeRawBufferPointer, _ start: inout Int
    ) -> CInt {
        let count = text.utf8.count
        defer { start += count }
        // No address is a NULL to SQLite, and nothing has no address.
        guard count > 0, let base = content.baseAddress else {
            return sqlite3_bind_text(statement, parameter, "", 0, Self.isCopied)
        }
        let bytes = (base + start).assumingMemoryBound(to: CChar.self)
        return sqlite3_bind_text(statement, parameter, bytes, CInt(count), nil)
    }

    private func bind(
        _ bytes: [UInt8], _ parameter: CInt, _ content: UnsafeRawBufferPointer, _ start: inout Int
    ) -> CInt {
        defer { start += bytes.count }
        guard !bytes.isEmpty, let base = content.baseAddress else {
            return sqlite3_bind_zeroblob(statement, parameter, 0)
        }
        return sqlite3_bind_blob(statement, parameter, base + start, CInt(bytes.count), nil)
    }

    /// `SQLITE_TRANSIENT`, a macro that Swift does not see; without a function SQLite takes the
    /// bytes to stay where they are.
    private static let isCopied = unsafeBitCast(-1, to: sqlite3_destructor_type.self)
}
