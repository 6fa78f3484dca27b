import Foundation
import Synchronization

/// Keeps a second server away from one PostgreSQL database while this one runs.
///
/// The gate decides from the memory of one process, so a stop that another process wrote would not
/// reach it. The lock belongs to a connection of its own and ends with it: a killed server leaves
/// none behind. Safe to share: the connection is touched inside the lock only.
package final class DatabaseLock: Sendable {
    private let connection: Mutex<PostgresConnection?>

    /// How long a server that was just killed may take to be noticed as gone.
    private static let patienceMilliseconds = 5_000

    /// - Throws: `StoreError.misconfigured` when another server holds the database.
    package init(url: String) throws {
        let opened = try PostgresConnection(url: url)
        var waited = 0
        while try !Self.take(opened) {
            guard waited < Self.patienceMilliseconds else {
                throw StoreError.misconfigured(
                    "another Cordon works on this database: stop it, or use another one")
            }
            Thread.sleep(forTimeInterval: 0.1)
            waited += 100
        }
        connection = Mutex(opened)
    }

    /// Lets another server in; can be called again.
    package func release() { connection.withLock { $0 = nil } }

    /// One lock for each schema, as each can hold a Cordon of its own.
    private static func take(_ connection: PostgresConnection) throws -> Bool {
        let rows = try connection.rows(
            """
            SELECT CASE WHEN pg_try_advisory_lock(hashtext('cordon'), hashtext(current_schema()))
                THEN 1 ELSE 0 END AS taken
            """)
        return try rows.first?.integer("taken") == 1
    }
}
