/// One open transaction.
///
/// Synchronous on purpose: nothing can be awaited while the database is held. It lives on one of
/// the store's own threads, for as long as the closure that was given it.
///
/// A statement that fails fails its closure, in every engine: all later statements of the closure
/// throw the same error, and so does the closure, even if it caught it.
package final class Transaction {
    /// What the closures of one commit share.
    package var batch: Batch

    private let connection: any SQLConnection
    private let isReading: Bool
    /// The first failure of a statement; nothing after it may count.
    private(set) var fault: StoreError?
    private(set) var effects: [@Sendable () -> Void] = []

    init(_ connection: any SQLConnection, batch: Batch, isReading: Bool = false) {
        self.connection = connection
        self.batch = batch
        self.isReading = isReading
    }

    package var dialect: Dialect { connection.dialect }

    /// The rows of one statement, in the statement's order.
    package func rows(_ statement: SQL) throws -> [Row] {
        try watched(statement) { try connection.rows(statement) }
    }

    /// The first row of one statement, if it has any.
    package func row(_ statement: SQL) throws -> Row? {
        try rows(statement).first
    }

    /// Runs one statement.
    ///
    /// - Returns: how many rows it inserted, updated or deleted.
    @discardableResult package func run(_ statement: SQL) throws -> Int {
        try watched(statement) { try connection.run(statement) }
    }

    /// Runs one statement of which only a failure matters; that may be told by a later one, or at
    /// the end of the closure.
    func send(_ statement: SQL) throws {
        try watched(statement) { try connection.send(statement) }
    }

    /// The same, once for each row of values, which take the places of the statement's bindings.
    ///
    /// For values that hold no text with a zero byte: that is not looked for again here.
    func send(_ statement: SQL, forEach rows: [[SQL.Value]]) throws {
        try watched(statement) { try connection.send(statement, forEach: rows) }
    }

    /// Asks for something to be done once the commit is durable, before any caller hears of it.
    ///
    /// Effects run on the writer's thread, one after the other in the order of the writes, so they
    /// must be short. They are dropped when this closure throws or the commit does not happen.
    package func afterCommit(_ effect: @escaping @Sendable () -> Void) {
        precondition(!isReading, "A read has no commit after which anything could be done.")
        effects.append(effect)
    }

    private func watched<T>(_ statement: SQL, _ body: () throws -> T) throws -> T {
        if let fault { throw fault }
        do {
            if statement.bindings.contains(where: \.hasNul) { throw StoreError.textWithNul }
            return try body()
        } catch let error as StoreError {
            fault = error
            throw error
        }
    }
}

/// What the closures of one group commit share.
package final class Batch {
    /// Takes part in the commit; made anew for each attempt at it.
    package var journal: (any BatchParticipant)?

    package init(journal: (any BatchParticipant)? = nil) { self.journal = journal }
}

/// Somebody who keeps state in memory for the length of one batch and writes it once, at its end.
///
/// Called on the writer's thread only. A retried batch begins with a new participant.
package protocol BatchParticipant: AnyObject {
    /// A closure begins: remember the state, to come back to it.
    func savepoint()
    /// The closure that began last threw: forget all that it did.
    func rollbackToSavepoint()
    /// All closures have run and at least one succeeded; what is written now is committed with it.
    ///
    /// - Throws: anything, which fails the whole batch.
    func beforeCommit(_ transaction: Transaction) throws
}

extension SQL.Binding {
    fileprivate var hasNul: Bool {
        if case .text(let text) = value { text.utf8.contains(0) } else { false }
    }
}
