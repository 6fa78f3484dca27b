import CPostgres

/// A PostgreSQL server, reached by one connection for each thread.
struct PostgresEngine: Engine {
    let url: String

    var dialect: Dialect { .postgres }

    func session() -> any Session { PostgresSession(url: url) }

    /// The server keeps and recycles its log by its own rules.
    func truncateLog() {}

    func close() {}
}

/// One thread's connection, opened when it is first needed and again after it was lost.
private final class PostgresSession: Session {
    private let url: String
    private var connection: PostgresConnection?

    init(url: String) { self.url = url }

    func reading<T>(_ body: (any SQLConnection) throws -> T) throws -> T {
        try transaction("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY", body)
    }

    func writing<T>(_ body: (any SQLConnection) throws -> T) throws -> T {
        try transaction("BEGIN ISOLATION LEVEL SERIALIZABLE READ WRITE", body)
    }

    /// READ COMMITTED, so that what another process migrated while this one waited is seen.
    func migrating<T>(_ body: (any SQLConnection) throws -> T) throws -> T {
        try transaction("BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE") { connection in
            try connection.script("SET LOCAL statement_timeout = 0")
            try connection.script("SET LOCAL lock_timeout = '10min'")
            // The number only has to be the same in every Cordon; it spells "cordon".
            _ = try connection.rows("SELECT pg_advisory_xact_lock(109330311704430)")
            return try body(connection)
        }
    }

    func close() { connection = nil }

    private func transaction<T>(
        _ begin: SQL, _ body: (any SQLConnection) throws -> T
    ) throws -> T {
        let connection = try begun(begin)
        let value: T
        do {
            value = try body(connection)
        } catch {
            undo(connection)
            throw error
        }
        do {
            try connection.commit()
        } catch StoreError.unavailable(let cause) {
            // The server may have committed before the connection broke; nobody here can know.
            self.connection = nil
            throw StoreError.unknownOutcome(cause)
        } catch {
            undo(connection)
            throw error
        }
        return value
    }

    /// A kept connection may have died unnoticed; as nothing was begun on it, one new try is safe.
    private func begun(_ begin: SQL) throws -> PostgresConnection {
        if let connection {
            do {
                try connection.run(begin)
                return connection
            } catch StoreError.unavailable {
                self.connection = nil
            }
        }
        let connection = try PostgresConnection(url: url)
        try connection.run(begin)
        self.connection = connection
        return connection
    }

    /// A connection that cannot even roll back is given up; the server then rolls back.
    private func undo(_ connection: PostgresConnection) {
        connection.forget()
        do { try connection.run("ROLLBACK") } catch { self.connection = nil }
    }
}
