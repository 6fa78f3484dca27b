import Foundation

/// Commits what waits together in one transaction.
///
/// Belongs to the writer's thread. There is no artificial pause: while one batch is being
/// committed, the next one gathers.
final class GroupCommit {
    static let largestBatch = 256
    static let mostAttempts = 10

    let session: any Session
    private let participant: (@Sendable () -> any BatchParticipant)?
    /// Set by the first failure of the disk; from then on nothing is written.
    private var broken: StoreError?

    init(_ session: any Session, participant: (@Sendable () -> any BatchParticipant)?) {
        self.session = session
        self.participant = participant
    }

    /// Runs, commits and answers the jobs; each caller hears exactly once.
    ///
    /// A crash before the commit leaves nothing of any of them, a crash after it leaves all that
    /// did not throw; the callers then heard nothing and have to look.
    func run(_ jobs: [Job]) {
        if let broken { return fail(jobs, broken) }
        var attempt = 1
        while true {
            do {
                let result = try session.writing { connection in try execute(jobs, connection) }
                // The commit is durable from here on.
                for effect in result.effects { effect() }
                for answer in result.answers { answer() }
                return
            } catch StoreError.contended(let cause) where attempt < Self.mostAttempts {
                pause(after: attempt, cause)
                attempt += 1
            } catch let failure as LoneFailure {
                return fail(jobs, failure.cause)
            } catch {
                if case StoreError.broken = error { broken = error as? StoreError }
                return fail(jobs, error)
            }
        }
    }

    private struct Executed {
        var answers: [@Sendable () -> Void] = []
        var effects: [@Sendable () -> Void] = []
    }

    /// What undoes the transaction of the only job in it.
    private struct LoneFailure: Error { let cause: any Error }

    /// One job alone needs no savepoint, for which SQLite would copy every page that it changes:
    /// it is undone with the transaction.
    ///
    /// - Throws: only what loses the whole batch; a closure's own error becomes its answer.
    private func execute(_ jobs: [Job], _ connection: any SQLConnection) throws -> Executed {
        let batch = Batch(journal: participant?())
        var executed = Executed()
        var hasSucceeded = false
        let isAlone = jobs.count == 1
        for job in jobs {
            if !isAlone {
                try connection.run(Self.savepoint)
                batch.journal?.savepoint()
            }
            let transaction = Transaction(connection, batch: batch)
            do {
                let answer = try job.attempt(transaction)
                if let fault = transaction.fault { throw fault }
                // What it has sent may fail now, and then it is this one that has failed.
                if !isAlone { try transaction.run(Self.release) }
                executed.answers.append(answer)
                executed.effects += transaction.effects
                hasSucceeded = true
            } catch {
                if let fault = transaction.fault, fault.endsTransaction { throw fault }
                if isAlone { throw LoneFailure(cause: error) }
                batch.journal?.rollbackToSavepoint()
                connection.forget()
                try connection.run(Self.rollBack)
                try connection.run(Self.release)
                executed.answers.append { job.fail(error) }
            }
        }
        if hasSucceeded, let journal = batch.journal {
            let transaction = Transaction(connection, batch: batch)
            try journal.beforeCommit(transaction)
            if let fault = transaction.fault { throw fault }
            executed.effects += transaction.effects
        }
        return executed
    }

    private func fail(_ jobs: [Job], _ error: any Error) {
        for job in jobs { job.fail(error) }
    }

    /// Lets the others finish; the random part keeps two stores from colliding for ever.
    private func pause(after attempt: Int, _ cause: String) {
        // No two stores read the same nanosecond: that is as good as chance here.
        let now = UInt64(truncatingIfNeeded: DispatchTime.now().uptimeNanoseconds)
        let milliseconds = now / 1_000 % (1 << UInt64(min(attempt, 6)) + 1)
        Thread.sleep(forTimeInterval: Double(milliseconds) / 1_000)
    }

    private static let savepoint: SQL = "SAVEPOINT cordon_write"
    private static let release: SQL = "RELEASE SAVEPOINT cordon_write"
    private static let rollBack: SQL = "ROLLBACK TO SAVEPOINT cordon_write"
}
