import CordonOperations
import Synchronization

/// Names requests: the name of this run of the server, and a number that counts up.
///
/// Unique like any id, without asking the system for chance on each request. Safe to share: an
/// atomic number and a constant.
final class RequestIDs: Sendable {
    private let run: String
    private let count = Atomic<UInt64>(0)

    init(outside: Outside) { run = outside.newID() }

    func next() -> String {
        let number = count.add(1, ordering: .relaxed).newValue
        return run + "-" + String(number)
    }
}
