import Synchronization

/// How many child processes there may be, over all servers.
///
/// One that no session depends on makes room for another, when nobody waits for anything of it.
///
/// Safe to share: what is taken is behind one lock.
package final class ChildPlaces: Sendable {
    private struct State {
        var taken = 0
        var lent: [ObjectIdentifier: StdioChild] = [:]
    }

    package let limit: Int
    private let state = Mutex(State())

    package init(limit: Int) { self.limit = limit }

    /// - Returns: `false` when as many run as may, and none of them is idle.
    func take() async -> Bool {
        if takeFree() { return true }
        let lent = state.withLock { Array($0.lent.values) }
        let idle = lent.map { (child: $0, time: $0.idleMilliseconds()) }.filter { $0.time > 0 }
        guard let longest = idle.max(by: { $0.time < $1.time }) else { return false }
        await longest.child.close()
        return takeFree()
    }

    private func takeFree() -> Bool {
        state.withLock { state in
            guard state.taken < limit else { return false }
            state.taken += 1
            return true
        }
    }

    /// Notes that a process may be ended whenever it is idle.
    func lend(_ child: StdioChild) {
        state.withLock { $0.lent[ObjectIdentifier(child)] = child }
    }

    func give(_ child: StdioChild?) {
        state.withLock { state in
            state.taken -= 1
            if let child { state.lent[ObjectIdentifier(child)] = nil }
        }
    }
}
