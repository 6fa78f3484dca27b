import Foundation
import Synchronization

/// A bounded queue between callers, who never wait to put, and threads, who wait to take.
final class Mailbox<Letter: Sendable>: Sendable {
    private struct State {
        var letters: [Letter] = []
        var isClosed = false
    }

    private let limit: Int
    private let state = Mutex(State())
    /// Rung after `state` changed.
    ///
    /// The two locks are never taken in the other order: a taker looks
    /// at `state` while it holds the bell, so it cannot miss a ring between looking and waiting.
    private let bell = NSCondition()

    init(limit: Int) { self.limit = limit }

    var count: Int { state.withLock { $0.letters.count } }

    /// - Throws: `StoreError.overloaded` when the queue is full, `.closed` after `close()`.
    func put(_ letter: Letter) throws {
        try state.withLock { state in
            if state.isClosed { throw StoreError.closed }
            guard state.letters.count < limit else { throw StoreError.overloaded(limit: limit) }
            state.letters.append(letter)
        }
        bell.withLock { bell.signal() }
    }

    /// The oldest letters, waiting until there is one.
    ///
    /// - Returns: `nil` when the queue is closed and empty.
    func take(atMost most: Int) -> [Letter]? {
        bell.lock()
        defer { bell.unlock() }
        while true {
            let (taken, isClosed) = state.withLock { state in
                let taken = Array(state.letters.prefix(most))
                state.letters.removeFirst(taken.count)
                return (taken, state.isClosed)
            }
            if !taken.isEmpty { return taken }
            if isClosed { return nil }
            bell.wait()
        }
    }

    /// Lets nothing more in; what is in is still taken.
    func close() {
        state.withLock { $0.isClosed = true }
        bell.withLock { bell.broadcast() }
    }
}
