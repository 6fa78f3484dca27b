import CGlibc
import CordonCore
import Foundation
import Synchronization

/// A few threads for work that takes long, each with a worker of its own that never leaves it.
///
/// Safe to share: the queue is bounded and behind a lock.
final class WorkThreads<Worker>: Sendable {
    private struct State {
        var jobs: [@Sendable (Worker) -> Void] = []
        var isClosed = false
        /// Jobs that a thread is working on.
        var running = 0
    }

    private let limit: Int
    private let state = Mutex(State())
    /// Rung after `state` changed; `state` is looked at while it is held, never the other way.
    private let bell = NSCondition()

    /// Starts the threads; `limit` is how many jobs may wait before more are refused.
    ///
    /// The name has at most 13 bytes, as Linux refuses longer names of threads.
    init(_ name: String, count: Int, limit: Int, worker: @escaping @Sendable () -> Worker) {
        self.limit = limit
        for number in 1...count {
            let thread = Thread { [self] in
                pthread_setname_np(pthread_self(), "\(name)-\(number)")
                let worker = worker()
                while let job = take() {
                    job(worker)
                    state.withLock { $0.running -= 1 }
                }
            }
            thread.start()
        }
    }

    /// Runs `body` on one of the threads.
    ///
    /// - Throws: a refusal when too much waits already, or what `body` throws.
    func run<T: Sendable>(
        _ body: @escaping @Sendable (Worker) throws -> T
    ) async throws -> T {
        try await withCheckedThrowingContinuation { caller in
            let isTaken = state.withLock { state in
                guard !state.isClosed, state.jobs.count < limit else { return false }
                state.jobs.append { worker in caller.resume(with: Result { try body(worker) }) }
                return true
            }
            guard isTaken else {
                caller.resume(
                    throwing: Refusal(
                        .overloaded, "Too much of this waits already: try again in a moment."))
                return
            }
            bell.withLock { bell.signal() }
        }
    }

    /// Jobs that wait or are being worked on.
    var count: Int { state.withLock { $0.jobs.count + $0.running } }

    /// Takes nothing more in; what waits is still done.
    func close() {
        state.withLock { $0.isClosed = true }
        bell.withLock { bell.broadcast() }
    }

    private func take() -> (@Sendable (Worker) -> Void)? {
        bell.lock()
        defer { bell.unlock() }
        while true {
            let (job, isClosed) = state.withLock { state in
                let job = state.jobs.isEmpty ? nil : state.jobs.removeFirst()
                if job != nil { state.running += 1 }
                return (job, state.isClosed)
            }
            if let job { return job }
            if isClosed { return nil }
            bell.wait()
        }
    }
}

/// Whether whoever asked has gone away; looked at between small pieces of work.
final class Cancellation: Sendable {
    private let isSet = Atomic(false)

    var isCancelled: Bool { isSet.load(ordering: .relaxed) }

    func cancel() { isSet.store(true, ordering: .relaxed) }

    /// - Throws: `CancellationError` when the work has lost its purpose.
    func check() throws {
        if isCancelled { throw CancellationError() }
    }
}
