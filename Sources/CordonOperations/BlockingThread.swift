import Foundation

/// Runs work that takes long or blocks on one thread of its own, in order, never on the cooperative
/// pool.
///
/// Safe to share: the queue is serial and the only state.
final class BlockingThread: Sendable {
    private let queue: DispatchQueue

    init(name: String) { queue = DispatchQueue(label: name, qos: .utility) }

    func run<T: Sendable>(_ body: @escaping @Sendable () throws -> T) async throws -> T {
        try await withCheckedThrowingContinuation { caller in
            queue.async { caller.resume(with: Result { try body() }) }
        }
    }
}
