package import CordonCore
import Synchronization

/// Says of every call whether it may go on, from memory, without waiting.
///
/// Safe to share: the only mutable state is `state`, and nothing is awaited while it is held.
package final class Gate: Sendable {
    private let state: Mutex<GateState>
    private let outside: Outside

    package init(outside: Outside) {
        self.outside = outside
        state = Mutex(GateState(uptime: outside.uptime()))
    }

    /// Whether `workflow` runs at all, or may do what `request` says; `nil` when nobody knows it.
    package func decide(_ workflow: String, _ request: GateRequest? = nil) -> GateAnswer? {
        let now = outside.now()
        let uptime = outside.uptime()
        return state.withLock { $0.decide(workflow, request, now: now, uptime: uptime) }
    }

    /// Decides like ``decide(_:_:)``, and notes where the workflow was met.
    package func decide(
        _ workflow: String, _ request: GateRequest?, at point: String,
        _ kind: EnforcementPoint.Kind, approved approval: Approval? = nil
    ) -> GateAnswer? {
        let now = outside.now()
        let uptime = outside.uptime()
        return state.withLock { state in
            let answer = state.decide(
                workflow, request, now: now, uptime: uptime, approved: approval)
            state.meet(workflow, at: point, kind, isRefused: answer?.isStopped == true, now: now)
            return answer
        }
    }

    /// What the gate would decide, and nothing else: it counts for nothing and gives no lease.
    package func consider(_ workflow: String, _ request: GateRequest) -> GateAnswer? {
        let now = outside.now()
        return state.withLock { state in
            state.entries[workflow].map { entry in
                var answer = GateAnswer(
                    decision: entry.decision(on: request, at: now), entry: entry)
                if case .allow = answer.decision {
                    answer.shadowUse = entry.shadowUse(request, at: now)
                }
                return answer
            }
        }
    }

    /// Whether a stop that covers `request`, or a stop test, is in force; it counts for nothing
    /// that this is asked.
    package func isStopped(_ workflow: String, _ request: GateRequest) -> Bool {
        let now = outside.now()
        return state.withLock { $0.isStopped(workflow, request, now: now) }
    }

    /// Lets one more caller of a workflow wait for people, until ``endWait(_:)``.
    ///
    /// - Returns: `false` when as many wait as may.
    func beginWait(_ workflow: String) -> Bool { state.withLock { $0.beginWait(workflow) } }

    func endWait(_ workflow: String) { state.withLock { $0.endWait(workflow) } }

    /// What the gate knows of a workflow; `nil` when nobody knows it.
    package func entry(_ workflow: String) -> GateEntry? { state.withLock { $0.entries[workflow] } }

    /// Notes that `point` knows a workflow's state up to `revision`.
    package func acknowledge(_ workflows: [String]?, at point: String, revision: UInt64) {
        let now = outside.now()
        state.withLock { state in
            for key in workflows ?? Array(state.entries.keys) {
                guard let entry = state.entries[key], entry.revision <= revision else { continue }
                state.meet(key, at: point, .follower, revision: entry.revision, now: now)
            }
        }
    }

    package func points(_ workflow: String) -> [EnforcementPoint] {
        state.withLock { $0.points(workflow) }
    }

    /// Notes where a stop test has proved the stop.
    func prove(_ workflow: String, at names: Set<String>, _ now: Instant) {
        state.withLock { $0.prove(workflow, at: names, now: now) }
    }

    /// How many calls of a workflow are passing through the gateway.
    func passing(_ workflow: String) -> Int { state.withLock { $0.passing(workflow) } }

    /// Everything that the gate knows now, and every change from then on; `nil` when as many follow
    /// as may.
    package func follow() -> (id: Int, known: [GateEntry], changes: AsyncStream<GateEntry>)? {
        state.withLock { state in
            guard let (id, changes) = state.followers.add() else { return nil }
            return (id, state.entries.values.sorted { $0.key < $1.key }, changes)
        }
    }

    package func unfollow(_ id: Int) { state.withLock { $0.followers.remove(id) } }

    /// Who holds the credential with this hash, unless it has expired.
    package func caller(_ hash: String) -> GateCaller? {
        let now = outside.now()
        return state.withLock { $0.caller(hash, now: now) }
    }

    /// The last uses of tokens since this was asked last.
    func takeUses() -> [String: Instant] { state.withLock { $0.takeUses() } }

    /// How many calls were shadow use since the start.
    package var shadowUses: Int { state.withLock { $0.shadow.count } }

    /// Counts shadow use, and says what of it is news.
    func noteShadowUse(_ workflow: String, _ uses: [String]) -> [String] {
        let uptime = outside.uptime()
        return state.withLock { $0.shadow.note(uses, of: workflow, uptime: uptime) }
    }

    func forgetShadowUse(_ workflow: String, _ uses: [String]) {
        state.withLock { $0.shadow.forget(uses, of: workflow) }
    }

    package var counts: GateCounts { state.withLock { $0.counts } }

    /// What the gate knows of the workflows that do not simply run, by key.
    package var impeded: [GateEntry] {
        state.withLock { state in
            state.entries.values.filter { entry in
                !entry.stops.isEmpty || ![.draft, .running, .retired].contains(entry.state)
            }
        }.sorted { $0.key < $1.key }
    }

    /// How many workflows there are in each state.
    package var states: [Workflow.State: Int] {
        state.withLock { state in
            state.entries.values.reduce(into: [:]) { $0[$1.state, default: 0] += 1 }
        }
    }

    /// The workflows that run in production, watched or not.
    var workflowsRunning: Set<String> {
        state.withLock { state in
            Set(
                state.entries.filter { $0.value.state == .running || $0.value.state == .watch }.keys
            )
        }
    }

    /// Takes in a workflow's change, and cuts the calls that it stops.
    func apply(_ entry: GateEntry) {
        let cut = state.withLock { state in
            state.apply(entry) ? state.callsToCut(entry.key) : []
        }
        for (call, stop) in cut { call.cut(stop) }
    }

    /// Decides on a call through the gateway; one that may pass counts as passing until
    /// ``end(_:)``, and is cut when a stop lands.
    ///
    /// `approved` is what people have said to exactly this call; everything else still holds, and
    /// so does a need for others than those who did, or for more.
    package func admit(_ call: InFlightCall, approved approval: Approval? = nil) -> GateAnswer? {
        let now = outside.now()
        return state.withLock { $0.admit(call, now: now, approved: approval) }
    }

    /// Counts a call as passing that has been allowed before and goes on; a stop that has come
    /// meanwhile cuts it at once.
    package func goOn(_ call: InFlightCall) {
        let stop = state.withLock { $0.goOn(call) }
        if let stop { call.cut(stop) }
    }

    /// Decides on one more action of a call that is passing, such as a tool that the model asks
    /// for, without a lease.
    package func decide(
        within call: InFlightCall, _ request: GateRequest, approved approval: Approval? = nil
    ) -> GateAnswer? {
        let now = outside.now()
        return state.withLock {
            $0.decide(call.workflow, request, now: now, uptime: nil, approved: approval)
        }
    }

    package func end(_ call: InFlightCall) {
        let now = outside.now()
        state.withLock { $0.end(call, now: now) }
    }

    /// Whether an incident may be suggested for a workflow now: once a minute at most.
    func claimSuggestion(_ workflow: String) -> Bool {
        let uptime = outside.uptime()
        return state.withLock { $0.claimSuggestion(workflow, uptime: uptime) }
    }

    /// What stops have cut of a workflow; `nil` while some of it has not ended.
    func cutTally(_ workflow: String) -> CutTally? { state.withLock { $0.cutTally(workflow) } }

    /// How many calls are passing through the gateway.
    package var inFlight: Int { state.withLock { $0.inFlight } }

    func apply(_ account: Account) {
        let callers = account.callers
        state.withLock { $0.apply(account: account.person.id, callers: callers) }
    }

    func due() -> [(key: String, due: Due)] {
        let now = outside.now()
        return state.withLock { $0.due(at: now) }
    }

    /// Refuses everything for `workflows` while `body` runs, so that no allow begins between the
    /// moment in which a stop is decided and the one in which it is durable and applied.
    ///
    /// `body` learns what each of them still had going when the gate closed.
    func holding<T>(
        _ workflows: [String], _ body: ([String: HeldWorkflow]) async throws -> T
    ) async rethrows -> T {
        let uptime = outside.uptime()
        let held = state.withLock { state in
            workflows.reduce(into: [:]) { $0[$1] = state.hold($1, uptime: uptime) }
        }
        defer {
            state.withLock { state in
                for workflow in workflows { state.release(workflow) }
            }
        }
        return try await body(held)
    }

    /// Refuses everything for `workflows` until the next start: nobody knows what became of a stop.
    func keepHolding(_ workflows: [String]) {
        let uptime = outside.uptime()
        state.withLock { state in
            for workflow in workflows { _ = state.hold(workflow, uptime: uptime) }
        }
    }

    /// What a workflow that is not held has going at this instant.
    func glance(_ workflow: String) -> HeldWorkflow {
        let uptime = outside.uptime()
        return state.withLock { state in
            defer { state.release(workflow) }
            return state.hold(workflow, uptime: uptime)
        }
    }

    /// The workflow and those that share its cause, as far as the gate knows.
    func known(_ workflows: [String]) -> [String] {
        state.withLock { state in workflows.filter { state.entries[$0] != nil } }
    }
}

extension Account {
    /// What each credential of the account opens, by the credential's hash; nothing when disabled.
    fileprivate var callers: [String: GateCaller] {
        if isDisabled { return [:] }
        var callers: [String: GateCaller] = [:]
        for (hash, expiresAt) in sessions {
            callers[hash] = GateCaller(
                account: person.id, actor: person, grants: grants, permissions: permissions,
                token: nil, workflow: nil, expiresAt: expiresAt)
        }
        for token in tokens {
            let scoped = token.scopes.reduce(into: Set()) { $0.formUnion($1.permissions) }
            let bound =
                token.workflow == nil ? scoped : scoped.intersection(GateCaller.boundPermissions)
            callers[token.hash] = GateCaller(
                account: person.id, actor: person, grants: grants,
                permissions: permissions.intersection(bound), token: token.id,
                workflow: token.workflow, expiresAt: token.expiresAt)
        }
        return callers
    }
}
