package import CordonCore

/// A place where a workflow meets Cordon, and whether a stop takes effect there.
package struct EnforcementPoint: Equatable, Sendable {
    package let name: String
    package let kind: Kind
    package var lastSeenAt: Instant
    /// The newest change of the workflow that it has confirmed to know.
    package var revision: UInt64?
    /// When it asked last and was refused because of a stop.
    package var refusedAt: Instant?
    /// When a stop test proved last that a stop takes effect there.
    package var stopProvedAt: Instant?

    package init(
        name: String, kind: Kind, lastSeenAt: Instant, revision: UInt64? = nil,
        refusedAt: Instant? = nil, stopProvedAt: Instant? = nil
    ) {
        self.name = name
        self.kind = kind
        self.lastSeenAt = lastSeenAt
        self.revision = revision
        self.refusedAt = refusedAt
        self.stopProvedAt = stopProvedAt
    }

    package enum Kind: String, Codable, CaseIterable, Sendable {
        /// Asks the gate before it acts.
        case gate
        /// Calls pass through Cordon, which cuts them.
        case gateway
        /// Follows the gate's stream and confirms each change.
        case follower
        /// A tool's own hook asks before an action.
        case hook
        /// Tells what has happened, when it has: nothing can be stopped there.
        case observer

        package var enforces: Bool { self != .observer }
    }

    /// Points that are remembered of one workflow; more are not told apart.
    static let most = 100
}

/// Those who follow what the gate decides by, change by change.
///
/// Somebody who reads too slowly is let go: they come again and get everything anew. Safe to share:
/// the list is only touched under the gate's lock.
struct GateFollowers {
    private var next = 0
    private var list: [Int: AsyncStream<GateEntry>.Continuation] = [:]

    /// Changes that wait for one follower at most.
    private static let waitingAtMost = 1_024
    /// Followers at the same time.
    static let most = 1_000

    mutating func add() -> (id: Int, changes: AsyncStream<GateEntry>)? {
        guard list.count < Self.most else { return nil }
        let (stream, continuation) = AsyncStream.makeStream(
            of: GateEntry.self, bufferingPolicy: .bufferingOldest(Self.waitingAtMost))
        next += 1
        list[next] = continuation
        return (next, stream)
    }

    mutating func remove(_ id: Int) { list.removeValue(forKey: id)?.finish() }

    mutating func tell(_ entry: GateEntry) {
        for (id, continuation) in list {
            if case .dropped = continuation.yield(entry) { remove(id) }
        }
    }
}
