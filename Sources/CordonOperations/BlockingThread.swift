import CordonCore
import Foundation
import Synchronization

/// Runs work that takes long or blocks on one thread of its own, in order, never on the cooperative
/// pool.
///
/// Safe to share: the queue is serial, and what waits is counted by an atomic number.
final class BlockingThread: Sendable {
    /// How many may wait; more are refused, so that nobody can pile up work.
    static let waitingLimit = 100

    private let queue: DispatchQueue
    private let waiting = Atomic<Int>(0)

    init(name: String) { queue = DispatchQueue(label: name, qos: .utility) }

    func run<T: Sendable>(_ body: @escaping @Sendable () throws -> T) async throws -> T {
        guard waiting.add(1, ordering: .relaxed).newValue <= Self.waitingLimit else {
            waiting.subtract(1, ordering: .relaxed)
            throw Refusal(.overloaded, "Too many passwords wait to be compared: try again.")
        }
        return try await withCheckedThrowingContinuation { caller in
            queue.async {
                let result = Result { try body() }
                self.waiting.subtract(1, ordering: .relaxed)
                caller.resume(with: result)
            }
        }
    }
}
