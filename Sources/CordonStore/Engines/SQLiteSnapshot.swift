import Foundation
import GRDB

/// A copy of a SQLite database as it is at one moment, whoever works on it.
///
/// The database is opened for reading only. Such a connection can neither checkpoint the log of a
/// server that runs nor remove it, and its closing drops no lock of another process.
enum SQLiteSnapshot {
    /// Copies the database to a new file and brings that to the disk; not its name.
    ///
    /// SQLite writes the copy from one snapshot, page by page, without what was deleted.
    static func take(of path: String, to target: String) throws {
        // Made beforehand, because SQLite would give it the rights that others may have, too.
        _ = try OpenFile(target, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW)
        try reading(path) { database in
            try database.execute(sql: "VACUUM INTO ?", arguments: [target])
        }
        // SQLite does not wait for the disk here: a copy is no database yet.
        let copy = try OpenFile(target, O_RDONLY)
        try copy.sync()
    }

    /// The newest signed checkpoint in a database.
    static func newestCheckpoint(in path: String) throws -> String? {
        try reading(path) { database in
            try String.fetchOne(
                database, sql: "SELECT note FROM checkpoint ORDER BY size DESC LIMIT 1")
        }
    }

    /// Whether the file begins as SQLite's do.
    static func isDatabase(_ path: String) throws -> Bool {
        let magic = Array("SQLite format 3\0".utf8)
        let file = try OpenFile(path, O_RDONLY)
        return try file.read(magic.count) == magic
    }

    private static func reading<T>(
        _ path: String, _ body: (Database) throws -> T
    ) throws -> T {
        var configuration = Configuration()
        configuration.readonly = true
        configuration.busyMode = .timeout(10)
        do {
            let queue = try DatabaseQueue(path: path, configuration: configuration)
            // Nothing was changed through it, so that a failure to close loses nothing.
            defer { try? queue.close() }
            return try queue.writeWithoutTransaction(body)
        } catch let error as DatabaseError {
            throw fault(error)
        }
    }

    private static func fault(_ error: DatabaseError) -> StoreError {
        let cause = "SQLite \(error.extendedResultCode.rawValue): \(error.message ?? "no message")"
        return switch error.resultCode {
        case .SQLITE_FULL: .full(cause)
        case .SQLITE_IOERR, .SQLITE_CORRUPT, .SQLITE_NOTADB: .broken(cause)
        case .SQLITE_BUSY, .SQLITE_LOCKED: .busy(cause)
        case .SQLITE_CANTOPEN: .unavailable(cause)
        default: .refused(cause)
        }
    }
}
