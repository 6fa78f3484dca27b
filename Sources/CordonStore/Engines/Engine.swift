/// Which database keeps everything.
package enum EngineChoice: Sendable, CustomStringConvertible {
    /// A file on a local disk, made when it is not there.
    case sqlite(path: String)
    /// A libpq connection address, `postgresql://user@host/database`.
    case postgres(url: String)

    /// Without the address, which may hold a password.
    package var description: String {
        switch self {
        case .sqlite(let path): "SQLite in \(path)"
        case .postgres: "PostgreSQL"
        }
    }
}

/// A database that can be worked with from several threads, each through its own session.
protocol Engine: Sendable {
    var dialect: Dialect { get }
    /// What one thread works with; made on that thread and never leaving it.
    func session() -> any Session
    /// Empties whatever log the engine keeps beside its data, as far as that is in our hands.
    func truncateLog() throws
    /// Called when all sessions are closed.
    func close()
}

/// One thread's way to the database.
///
/// All errors are `StoreError`, or what the body threw.
protocol Session: AnyObject {
    /// Runs the body on a snapshot that nothing can change.
    func reading<T>(_ body: (any SQLConnection) throws -> T) throws -> T

    /// Runs the body in a serializable transaction and commits it; undoes it when the body throws.
    ///
    /// When this returns, the commit is durable.
    ///
    /// - Throws: `StoreError.contended` when the same body has to run again from the start.
    func writing<T>(_ body: (any SQLConnection) throws -> T) throws -> T

    /// The same, alone among all processes that start at this moment, however long it takes.
    func migrating<T>(_ body: (any SQLConnection) throws -> T) throws -> T

    func close()
}

/// Inside one transaction: statements in, rows out.
///
/// Every error is a `StoreError`.
protocol SQLConnection {
    var dialect: Dialect { get }
    func rows(_ statement: SQL) throws -> [Row]
    /// - Returns: how many rows were inserted, updated or deleted.
    @discardableResult func run(_ statement: SQL) throws -> Int
    /// Runs a statement of which only a failure matters, at the latest before the next one that is
    /// waited for. Where the database is a server this saves a round trip.
    ///
    /// - Throws: also what a statement that was sent before has failed with.
    func send(_ statement: SQL) throws
    /// The same, once for each row of values, which take the places of the statement's bindings.
    func send(_ statement: SQL, forEach rows: [[SQL.Value]]) throws
    /// Drops what was sent and has not been run, because it is about to be undone.
    func forget()
    /// Runs text that came from a migration.
    func script(_ text: String) throws
}

/// For a database in this process.
extension SQLConnection {
    func send(_ statement: SQL) throws { try run(statement) }
    func forget() {}
}

/// Statements that bind more than this are not kept prepared: lists of every length would add up.
let mostBindingsKeptPrepared = 32
