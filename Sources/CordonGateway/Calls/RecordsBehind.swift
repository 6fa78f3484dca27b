import Synchronization

/// Counts the records that nobody waits for, so that a server that ends can.
///
/// Safe to share: what changes is behind a lock.
final class RecordsBehind: Sendable {
    private struct State {
        var count = 0
        var waiting: [CheckedContinuation<Void, Never>] = []
    }

    private let state = Mutex(State())

    func begin() { state.withLock { $0.count += 1 } }

    func end() {
        let waiting = state.withLock { state -> [CheckedContinuation<Void, Never>] in
            state.count -= 1
            guard state.count == 0 else { return [] }
            defer { state.waiting = [] }
            return state.waiting
        }
        for caller in waiting { caller.resume() }
    }

    /// Returns when none is under way.
    func untilNone() async {
        await withCheckedContinuation { caller in
            let isNone = state.withLock { state in
                if state.count > 0 { state.waiting.append(caller) }
                return state.count == 0
            }
            if isNone { caller.resume() }
        }
    }
}
