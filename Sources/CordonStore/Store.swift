import Dispatch
import Synchronization

/// The database: everything Cordon remembers goes through `read` and `write`.
///
/// Closures are synchronous and run on the store's own named threads, never on the cooperative
/// pool.
package final class Store: Sendable {
    package let dialect: Dialect

    private let engine: any Engine
    private let writes: Mailbox<Job>
    private let reads: Mailbox<Job>
    private let crew = Crew()
    /// Whether the engine was closed; it is closed once.
    private let isClosed = Atomic(false)

    /// Opens the database, brings its schema up to date and starts the threads.
    ///
    /// - Parameters:
    ///   - choice: which database.
    ///   - readers: how many reads can run at once.
    ///   - participant: makes the one who takes part in each commit, anew for each attempt.
    ///   - migrations: what makes the schema.
    ///   - queueLimit: how many reads, and how many writes, may wait before more are refused.
    /// - Throws: `StoreError`, with nothing left running.
    package convenience init(
        engine choice: EngineChoice, readers: Int = 4,
        participant: (@Sendable () -> any BatchParticipant)? = nil,
        migrations: [Migration] = Schema.migrations, queueLimit: Int = 4096
    ) throws {
        let engine: any Engine =
            switch choice {
            case .sqlite(let path): try SQLiteEngine(path: path, readers: readers)
            case .postgres(let url): PostgresEngine(url: url)
            }
        try self.init(
            running: engine, readers: readers, participant: participant, migrations: migrations,
            queueLimit: queueLimit)
    }

    init(
        running engine: any Engine, readers: Int,
        participant: (@Sendable () -> any BatchParticipant)?, migrations: [Migration],
        queueLimit: Int
    ) throws {
        precondition(readers > 0 && queueLimit > 0, "A store needs a reader and a queue.")
        do {
            let session = engine.session()
            defer { session.close() }
            try session.migrate(migrations)
        } catch {
            engine.close()
            throw error
        }
        self.engine = engine
        dialect = engine.dialect
        let writes = Mailbox<Job>(limit: queueLimit)
        let reads = Mailbox<Job>(limit: queueLimit)
        self.writes = writes
        self.reads = reads
        crew.start("cordon-writer") {
            let commit = GroupCommit(engine.session(), participant: participant)
            while let batch = writes.take(atMost: GroupCommit.largestBatch) { commit.run(batch) }
            commit.session.close()
        }
        for number in 1...readers {
            crew.start("cordon-read-\(number)") {
                let session = engine.session()
                while let jobs = reads.take(atMost: 1) {
                    for job in jobs { Self.read(job, session) }
                }
                session.close()
            }
        }
    }

    /// Threads end by themselves; nobody is waited for, because this may run on one of them.
    deinit {
        writes.close()
        reads.close()
    }

    /// What the database holds at one moment: all statements of `body` see the same snapshot.
    package func read<T: Sendable>(
        _ body: @escaping @Sendable (Transaction) throws -> T
    ) async throws -> T {
        try await submit(body, to: reads)
    }

    /// The same for a thread of our own, which may wait; never to be called from a task.
    package func readWaiting<T: Sendable>(
        _ body: @escaping @Sendable (Transaction) throws -> T
    ) throws -> T {
        let answer = Mutex<Result<T, any Error>?>(nil)
        let isThere = DispatchSemaphore(value: 0)
        try reads.put(
            Job(
                attempt: { transaction in
                    let value = try body(transaction)
                    return {
                        answer.withLock { $0 = .success(value) }
                        isThere.signal()
                    }
                },
                fail: { error in
                    answer.withLock { $0 = .failure(error) }
                    isThere.signal()
                }))
        isThere.wait()
        guard let result = answer.withLock({ $0 }) else { throw StoreError.closed }
        return try result.get()
    }

    /// Empties the write-ahead log, so that what was deleted is in no file any more.
    package func truncateLog() async throws {
        let engine = engine
        try await withCheckedThrowingContinuation {
            (caller: CheckedContinuation<Void, any Error>) in
            crew.start("cordon-truncate") {
                caller.resume(with: Result { try engine.truncateLog() })
            }
        }
    }

    /// Changes the database, and returns once the change is durable.
    ///
    /// Writes that wait together are committed together, each in its own savepoint: one that throws
    /// is undone alone. Its error, like every result, is told only when the commit's outcome is
    /// known. **`body` may run more than once** (PostgreSQL can ask for a batch to be repeated), so
    /// it touches nothing but its transaction.
    ///
    /// A cancelled caller waits all the same: the write may be on its way to the disk.
    @discardableResult package func write<T: Sendable>(
        _ body: @escaping @Sendable (Transaction) throws -> T
    ) async throws -> T {
        try await submit(body, to: writes)
    }

    /// How many writes wait for the batch that is being committed.
    package var writesWaiting: Int { writes.count }

    /// Finishes what waits, refuses everything after it, and returns when all threads have ended.
    ///
    /// Can be called again. Not to be called from a closure that the store itself is running.
    package func close() {
        writes.close()
        reads.close()
        crew.join()
        guard !isClosed.exchange(true, ordering: .sequentiallyConsistent) else { return }
        engine.close()
    }

    private func submit<T: Sendable>(
        _ body: @escaping @Sendable (Transaction) throws -> T, to mailbox: Mailbox<Job>
    ) async throws -> T {
        try await withCheckedThrowingContinuation { caller in
            let job = Job(
                attempt: { transaction in
                    let value = try body(transaction)
                    return { caller.resume(returning: value) }
                },
                fail: { caller.resume(throwing: $0) })
            do { try mailbox.put(job) } catch { job.fail(error) }
        }
    }

    private static func read(_ job: Job, _ session: any Session) {
        do {
            let answer = try session.reading { connection in
                let transaction = Transaction(connection, batch: Batch(), isReading: true)
                let answer = try job.attempt(transaction)
                if let fault = transaction.fault { throw fault }
                return answer
            }
            answer()
        } catch {
            job.fail(error)
        }
    }
}

/// A closure and the caller who waits for it.
struct Job: Sendable {
    /// Runs the closure; what comes back tells the caller its value.
    let attempt: @Sendable (Transaction) throws -> @Sendable () -> Void
    let fail: @Sendable (any Error) -> Void
}
