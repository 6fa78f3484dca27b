import Synchronization

/// Calls of tools whose stream has ended before their answer came.
///
/// By the revisions up to 2025-11-25 a server may close the stream of a call; the client then
/// fetches the answer from the stream of its session. Until then the tool works, so a stop has to
/// reach the call, and its answer is recorded when it comes.
///
/// Safe to share: all of it is behind one lock.
final class AwaitedAnswers<Call: Sendable>: Sendable {
    /// Where an answer comes.
    struct Place: Hashable, Sendable {
        let workflow: String
        let server: String
        let session: String
        let id: [UInt8]
    }

    private struct Entry {
        let call: Call
        let since: Int64
    }

    private let most: Int
    private let patience: Int64
    private let all = Mutex<[Place: Entry]>([:])

    /// `most` are awaited at the same time, of all workflows together, and each for `patience`
    /// milliseconds.
    init(most: Int = 1_000, patience: Int64 = 600_000) {
        self.most = most
        self.patience = patience
    }

    /// `uptime` is in milliseconds, on the clock that only goes forward.
    ///
    /// - Returns: `false` when too many are awaited, or one at that place already.
    func put(_ call: Call, at place: Place, uptime: Int64) -> Bool {
        all.withLock { all in
            guard all.count < most, all[place] == nil else { return false }
            all[place] = Entry(call: call, since: uptime)
            return true
        }
    }

    func take(at place: Place) -> Call? { all.withLock { $0.removeValue(forKey: place)?.call } }

    /// Takes those whose time is over.
    func takeOverdue(at uptime: Int64) -> [Call] {
        all.withLock { all in
            let overdue = all.filter { uptime - $0.value.since >= patience }
            for place in overdue.keys { all[place] = nil }
            return overdue.values.map(\.call)
        }
    }
}
