import CGlibc
import CordonCore
import CordonLedger
import CordonStore
import Foundation
import Synchronization

/// Follows the log and keeps what is searched: reads records by place from its own watermark and
/// adds them to the shards, on one thread of its own.
///
/// The shards are a convenience. Whatever they lack is read from the records themselves, so a
/// search never depends on how far the index has come. Safe to share: what changes is behind a
/// lock, and only the thread writes shards.
package final class SearchIndex: Sendable {
    private enum Task: Sendable {
        case forget(Set<UInt64>, CheckedContinuation<Void, any Error>)
    }

    private struct State {
        var tasks: [Task] = []
        var isAwake = false
        /// When it was told of the first and of the last record that it has not looked for yet.
        var firstWake: Int64 = 0
        var lastWake: Int64 = 0
        var isClosed = false
        /// Everything below is in the shards.
        var through: UInt64 = 0
        var records = 0
        /// Shards open for reading, and the order in which they were used last.
        var open: [UInt64: SearchShard] = [:]
        var used: [UInt64] = []
        var fault: String?
    }

    /// Its folder, for this process and its owner alone.
    let directory: String
    private let store: Store
    private let keys: EvidenceKeys
    private let outside: Outside
    private let state = Mutex(State())
    private let bell = NSCondition()
    private let ended = DispatchSemaphore(value: 0)

    /// Records that one look takes in.
    static let batch = 2_048
    /// Shards that are kept open for reading.
    static let shardsOpen = 48

    init(directory: String, store: Store, keys: EvidenceKeys, outside: Outside) {
        self.directory = directory
        self.store = store
        self.keys = keys
        self.outside = outside
    }

    /// Starts the thread, once everything is removed that a crash has left to be removed.
    ///
    /// - Returns: whether there was such a thing.
    /// - Throws: when the directory cannot be made, or a shard in it cannot be removed.
    func start() throws -> Bool {
        try FileManager.default.createDirectory(
            atPath: directory, withIntermediateDirectories: true,
            attributes: [.posixPermissions: 0o700])
        let wasCutOff = try ForgettingNote.finish(in: directory) { shards in
            for number in shards { try SearchShard.remove(directory: directory, number: number) }
        }
        let thread = Thread { [self] in
            pthread_setname_np(pthread_self(), "cordon-index")
            let follower = SearchFollower(
                directory: directory, store: store, keys: keys, outside: outside)
            follower.resume()
            publish(follower)
            while let tasks = wait() { work(follower, tasks) }
            ended.signal()
        }
        thread.start()
        return wasCutOff
    }

    /// Tells the thread that there is something new.
    func wake() {
        let now = outside.uptime()
        let isFirst = state.withLock { state in
            defer {
                state.isAwake = true
                state.lastWake = now
            }
            if !state.isAwake { state.firstWake = now }
            return !state.isAwake
        }
        if isFirst { bell.withLock { bell.signal() } }
    }

    /// Capture comes first: it is waited until nothing has come for this long, in milliseconds.
    private static let rest: Int64 = 250
    /// Under steady capture the index is behind by this much, in milliseconds; large steps are
    /// cheaper than small ones, and a search reads what is not indexed by itself.
    private static let patience: Int64 = 5_000

    /// Ends the thread and waits for it.
    package func close() {
        let wasOpen = state.withLock { state in
            defer { state.isClosed = true }
            return !state.isClosed
        }
        guard wasOpen else { return }
        bell.withLock { bell.broadcast() }
        ended.wait()
        let open = state.withLock { state in
            defer { state.open = [:] }
            return state.open.values
        }
        for shard in open { shard.close() }
    }

    /// Ends the thread and removes every shard; the next start makes them again.
    func closeAndRemove() throws {
        close()
        for number in SearchShard.numbers(in: directory) {
            try SearchShard.remove(directory: directory, number: number)
        }
    }

    /// Everything below this place of the log is in the shards, and how many records that is.
    package var progress: (through: UInt64, records: Int) {
        state.withLock { ($0.through, $0.records) }
    }

    /// What keeps the index from going on, if anything does: searches then read the records.
    package var fault: String? { state.withLock { $0.fault } }

    /// Deletes content, and removes the shards that hold its words; they are made again without it.
    ///
    /// `possible` are all that may hold some of it, `nil` for any; `body` says which of them do,
    /// and throws a refusal only where it has deleted nothing. A crash anywhere in between is put
    /// right by the next start.
    func forgetting<T: Sendable>(
        _ possible: Set<UInt64>?, _ body: () async throws -> (T, Set<UInt64>)
    ) async throws -> T {
        let note = try ForgettingNote(in: directory, id: outside.newID(), shards: possible)
        let (value, shards): (T, Set<UInt64>)
        do {
            (value, shards) = try await body()
        } catch let refusal as Refusal {
            // Nothing was deleted. After any other fault nobody knows, and the note stays.
            try note.remove()
            throw refusal
        }
        try await forget(shards: shards)
        try note.remove()
        return value
    }

    private func forget(shards: Set<UInt64>) async throws {
        guard !shards.isEmpty else { return }
        try await withCheckedThrowingContinuation { caller in
            let isOpen = state.withLock { state in
                guard !state.isClosed else { return false }
                state.tasks.append(.forget(shards, caller))
                return true
            }
            guard isOpen else {
                caller.resume(throwing: Refusal(.overloaded, "Cordon is ending."))
                return
            }
            bell.withLock { bell.signal() }
        }
    }

    /// The shard that covers a place of the log, opened for reading; `nil` when there is none.
    func shard(_ number: UInt64) -> SearchShard? {
        let known = state.withLock { state in
            state.used.removeAll { $0 == number }
            state.used.append(number)
            return state.open[number]
        }
        if let known { return known }
        // One that cannot be opened is as good as none: its records are read instead.
        guard
            let shard = try? SearchShard(
                directory: directory, number: number, masters: keys.masters)
        else { return nil }
        let (kept, surplus) = state.withLock { state -> (SearchShard, SearchShard?) in
            if let other = state.open[number] { return (other, shard) }
            state.open[number] = shard
            guard state.open.count > Self.shardsOpen, let oldest = state.used.first else {
                return (shard, nil)
            }
            state.used.removeFirst()
            // Whoever reads it holds on to it: it closes with its last use.
            state.open[oldest] = nil
            return (shard, nil)
        }
        surplus?.close()
        return kept
    }

    // MARK: The thread

    private func wait() -> [Task]? {
        bell.lock()
        defer { bell.unlock() }
        while true {
            let now = outside.uptime()
            let (tasks, isDue, isAwake, isClosed) = state.withLock { state in
                let isDue =
                    state.isAwake
                    && (now - state.lastWake >= Self.rest || now - state.firstWake >= Self.patience)
                defer {
                    state.tasks = []
                    if isDue { state.isAwake = false }
                }
                return (state.tasks, isDue, state.isAwake, state.isClosed)
            }
            if isClosed {
                for case .forget(_, let caller) in tasks { caller.resume() }
                return nil
            }
            if isDue || !tasks.isEmpty { return tasks }
            // What could not be done is tried again after a while.
            let pause = isAwake ? Double(Self.rest) / 1_000 : 30
            if !bell.wait(until: Date(timeIntervalSinceNow: pause)), !isAwake {
                state.withLock { $0.isAwake = true }
            }
        }
    }

    private func work(_ follower: SearchFollower, _ tasks: [Task]) {
        for case .forget(let shards, let caller) in tasks {
            state.withLock { state in
                for shard in shards { state.open[shard] = nil }
            }
            caller.resume(with: Result { try follower.forget(shards) })
            publish(follower)
        }
        do {
            while try follower.step() {
                publish(follower)
                let mustLook = state.withLock { $0.isClosed || !$0.tasks.isEmpty }
                if mustLook { return wakeLater() }
            }
            publish(follower)
        } catch {
            state.withLock { $0.fault = "\(error)" }
        }
    }

    private func wakeLater() { state.withLock { $0.isAwake = true } }

    private func publish(_ follower: SearchFollower) {
        state.withLock { state in
            state.through = follower.through
            state.records = follower.records
            state.fault = nil
        }
    }
}
