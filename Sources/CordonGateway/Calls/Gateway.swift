import CordonCore
package import CordonOperations
import Dispatch
package import Logging
import Synchronization

/// The gateway: what passes between workflows and providers goes through here, is recorded, is held
/// to what the workflow may do, and ends when the workflow is stopped.
package struct Gateway: Sendable {
    package let operations: Operations
    package let upstreams: [Upstream]
    package let servers: [MCPServer]
    /// The server's address for people, by the host that a caller used.
    let address: @Sendable (String?) -> String
    /// The version of this program, as its own MCP server says it.
    package let version: String
    package let logger: Logger
    package let figures = GatewayFigures()
    package let hooks = HookFigures()
    let budget = ByteBudget(limit: Gateway.bytesAtMost)
    let awaited = AwaitedAnswers<MCPCall.Awaited>()
    /// Records that are made beside the calls, so that a server that ends can wait for them.
    let behind = DispatchGroup()

    package init(
        operations: Operations, upstreams: [Upstream], servers: [MCPServer] = [],
        address: @escaping @Sendable (String?) -> String, version: String = "", logger: Logger
    ) {
        self.operations = operations
        self.upstreams = upstreams
        self.servers = servers
        self.address = address
        self.version = version
        self.logger = logger
    }

    /// Bytes of a request that is read before it is passed on; Anthropic's own limit.
    static let requestAtMost = 32 << 20
    /// Bytes of an answer that is held until it is judged and recorded, or of a stream.
    static let answerAtMost = 64 << 20
    /// Bytes of one opaque body that are kept as evidence; its SHA-256 stands for the rest.
    static let opaqueKept = 1 << 20
    /// Bytes that all calls together may hold.
    static let bytesAtMost = 128 << 20

    /// Who calls: the holder of a key that is bound to one workflow.
    struct Key: Sendable {
        let caller: GateCaller
        let workflow: String

        /// The caller as the operations know it.
        func asCaller(cause: String) -> Caller {
            Caller(
                Actor(caller.actor, grants: caller.grants), cause: cause,
                permissions: caller.permissions, workflow: workflow)
        }
    }

    /// - Throws: a denial unless the key is known, has one of the permissions, and belongs to one
    ///   workflow.
    func key(
        _ secret: String?, for permissions: Set<Permission> = [.callThroughGateway]
    ) throws(Denial) -> Key {
        guard let secret, let caller = operations.gate.caller(Hex.sha256(Array(secret.utf8))) else {
            figures.add(\.unknownKeys)
            throw Denial(
                401, "invalid_api_key",
                "This is no key of Cordon's, or it has expired: make one for the workflow with "
                    + "cordon token create --scope gateway --workflow KEY.")
        }
        guard !caller.permissions.isDisjoint(with: permissions) else {
            throw Denial(
                403, "not_permitted",
                "This token is not for the gateway: it needs the scope gateway.")
        }
        guard let workflow = caller.workflow else {
            throw Denial(
                403, "not_permitted",
                "This token belongs to no workflow: bind it to one with --workflow KEY.")
        }
        return Key(caller: caller, workflow: workflow)
    }

    /// Lets a call that depends on the recorder wait for a server that has just started, before
    /// anything of it is decided; where that takes too long, it is refused with the reason.
    func waitForRecorder(_ key: Key) async {
        guard let entry = operations.gate.entry(key.workflow),
            entry.recordsFirst || entry.terms.onToolChange == .stop
        else { return }
        try? await operations.recorder.untilSendersAreKnown()
    }

    /// - Throws: a refusal where a record has to be kept first, and could not be.
    func checkRecorder(_ entry: GateEntry) throws(Refusal) {
        if entry.recordsFirst { try operations.recorder.checkReady() }
    }

    /// A denial may trip a watch, and is worth an incident that somebody judges.
    func follow(_ answer: GateAnswer, reason: String, _ key: Key) async throws {
        if answer.tripsWatch { try await operations.tripOnDenial(key.workflow, reason: reason) }
        try await operations.suggestIncident(key.workflow, what: reason)
    }

    /// Keeps a record, durable when this returns; with `patience` it may wait for others.
    func keep(
        _ record: CallRecord, source: String, key: Key, size: Int, patience: Duration = .zero
    ) async throws {
        let size = max(size, record.weight)
        _ = try await operations.recorder.record(
            size: size, isSmall: size <= Recorder.bytesOfSmall, patience: patience,
            boundTo: key.workflow
        ) { Capture(source: source, records: [record.captured()]) }
        figures.add(\.recorded)
    }

    /// Keeps a record without anybody waiting for it; that one could not be kept is itself kept.
    func keepBehind(_ record: CallRecord, source: String, key: Key, size: Int) {
        behind.enter()
        Task(executorPreference: LoopExecutor.here) {
            defer { behind.leave() }
            do {
                try await keep(
                    record, source: source, key: key, size: size,
                    patience: Recorder.patienceOfNobody)
            } catch {
                figures.add(\.unrecorded)
                logger.error(
                    "a call was not recorded",
                    metadata: ["workflow": "\(key.workflow)", "error": "\(error)"])
                await noteLoss(of: key.workflow)
            }
        }
    }

    /// Ends the calls whose answer has not come within its time; to be called now and then.
    package func endUnanswered() { endUnanswered(at: operations.outside.uptime()) }

    private func endUnanswered(at uptime: Int64) {
        for each in awaited.takeOverdue(at: uptime) { each.call.unanswered(each.admitted) }
    }

    /// Returns when every record that is made beside a call is kept, or could not be: to be called
    /// before the store is closed.
    package func end() async {
        endUnanswered(at: .max)
        operations.recorder.hurry()
        await withCheckedContinuation { caller in
            behind.notify(queue: .global()) { caller.resume() }
        }
    }

    private func noteLoss(of workflow: String) async {
        do { try await operations.noteUnrecordedCall(workflow) } catch {
            // What is lost is counted, and the count is watched; more cannot be done here.
            logger.error("a gap could not be noted", metadata: ["error": "\(error)"])
        }
    }
}

extension Gateway {
    /// In the text format of Prometheus.
    package var metrics: String {
        let counts = figures.counts
        let rows = [
            ("calls", "Calls through the gateway.", counts.calls),
            ("denied", "Calls that were denied before they were sent.", counts.denied),
            ("cut", "Calls that a stop has cut.", counts.cut),
            ("recorded", "Records that were kept of calls.", counts.recorded),
            ("unrecorded", "Calls that could not be recorded.", counts.unrecorded),
            ("unknown_keys", "Calls with a key that nobody knows.", counts.unknownKeys),
            ("upstream_failures", "Calls that an upstream failed.", counts.upstreamFailures),
        ]
        var lines = rows.flatMap { name, help, count in
            [
                "# HELP cordon_gateway_\(name)_total \(help)",
                "# TYPE cordon_gateway_\(name)_total counter",
                "cordon_gateway_\(name)_total \(count)",
            ]
        }
        lines += [
            "# HELP cordon_gateway_in_flight Calls that are passing.",
            "# TYPE cordon_gateway_in_flight gauge",
            "cordon_gateway_in_flight \(operations.gate.inFlight)",
        ]
        return lines.joined(separator: "\n") + "\n" + hooks.metrics
    }
}

/// How often what has happened at the gateway, since the start.
///
/// Safe to share: plain numbers behind one lock.
package final class GatewayFigures: Sendable {
    package struct Counts: Equatable, Sendable {
        package var calls = 0
        package var denied = 0
        package var cut = 0
        package var recorded = 0
        package var unrecorded = 0
        package var unknownKeys = 0
        package var upstreamFailures = 0
    }

    private let state = Mutex(Counts())

    package var counts: Counts { state.withLock { $0 } }

    func add(_ count: any WritableKeyPath<Counts, Int> & Sendable) {
        state.withLock { $0[keyPath: count] += 1 }
    }
}

/// How many bytes are held, and whether more may be.
///
/// Safe to share: one number behind a lock.
final class ByteBudget: Sendable {
    private let limit: Int
    private let held = Mutex(0)

    init(limit: Int) { self.limit = limit }

    func take(_ count: Int) throws(Denial) {
        let isTaken = held.withLock { held in
            guard held + count <= limit else { return false }
            held += count
            return true
        }
        guard isTaken else {
            throw Denial(
                503, "overloaded", "Cordon holds as much as it may: try again in a moment.",
                isPassing: true)
        }
    }

    func give(_ count: Int) { held.withLock { $0 -= count } }
}

/// What one call has taken of the budget; given back at the latest when nobody holds it any more.
///
/// Safe to share: one number behind a lock.
final class HeldBytes: Sendable {
    private let budget: ByteBudget
    private let count = Mutex(0)

    init(_ budget: ByteBudget) { self.budget = budget }

    deinit { giveBack() }

    func take(_ more: Int) throws(Denial) {
        try budget.take(more)
        count.withLock { $0 += more }
    }

    func giveBack() {
        let all = count.withLock { count in
            defer { count = 0 }
            return count
        }
        budget.give(all)
    }
}
