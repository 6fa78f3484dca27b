import CGlibc
import Foundation
import Synchronization

/// Named threads that can be waited for.
///
/// Database calls block, so they never run on the cooperative pool, whose few threads must not.
final class Crew: Sendable {
    private let working = Mutex(0)
    /// Rung after `working` went down.
    private let bell = NSCondition()

    /// Starts one thread; its name can have at most 15 bytes, as Linux refuses a longer one.
    func start(_ name: String, _ work: @escaping @Sendable () -> Void) {
        working.withLock { $0 += 1 }
        let thread = Thread { [self] in
            pthread_setname_np(pthread_self(), name)
            work()
            working.withLock { $0 -= 1 }
            bell.withLock { bell.broadcast() }
        }
        thread.start()
    }

    /// Returns when every thread has done its work.
    func join() {
        bell.lock()
        defer { bell.unlock() }
        while working.withLock({ $0 > 0 }) { bell.wait() }
    }
}
