package import CordonCore

/// The gate's state, as a plain value: no lock, no clock, no I/O, so a test can walk every path.
struct GateState {
    private(set) var entries: [String: GateEntry] = [:]
    /// The workflows that time alone will change: most have nothing due, and are not looked at.
    private var awaited: Set<String> = []
    /// Stops that are being written: the workflow is held from before the write until its outcome.
    private var holds: [String: Int] = [:]
    /// Until when, on the clock that only goes forward, callers may rely on an allow.
    private var leases: [String: Int64] = [:]
    /// Allows from before this process began may still be relied upon until then.
    private let inherited: Int64
    private(set) var callers: [String: GateCaller] = [:]
    /// When each token was used last, since that was noted last.
    private var uses: [String: Instant] = [:]
    private var deniedInWatch: [String: Int] = [:]
    /// What is passing through the gateway now, by workflow.
    private var calls: [String: [ObjectIdentifier: InFlightCall]] = [:]
    /// What stops have cut, by workflow, since nothing was left to be cut before.
    private var cuts: [String: CutTally] = [:]
    /// When an incident was suggested last, on the clock that only goes forward.
    private var suggested: [String: Int64] = [:]
    /// How many callers of each workflow wait for people.
    private var waits: [String: Int] = [:]
    private(set) var counts = GateCounts()
    var shadow = ShadowTally()
    /// Where each workflow was met since the start.
    private var points: [String: [String: EnforcementPoint]] = [:]
    var followers = GateFollowers()

    /// - Parameter uptime: now, on the clock that only goes forward.
    init(uptime: Int64) { inherited = uptime + 1_000 }

    /// Takes in a workflow's change, unless newer news was taken in already.
    @discardableResult
    mutating func apply(_ entry: GateEntry) -> Bool {
        if let known = entries[entry.key], known.revision > entry.revision { return false }
        if entries[entry.key]?.watch != entry.watch { deniedInWatch[entry.key] = nil }
        entries[entry.key] = entry
        followers.tell(entry)
        if entry.dues.isEmpty { awaited.remove(entry.key) } else { awaited.insert(entry.key) }
        return true
    }

    /// Replaces everything that an account's credentials open.
    mutating func apply(account id: String, callers new: [String: GateCaller]) {
        for (hash, caller) in callers where caller.account == id && new[hash] == nil {
            callers[hash] = nil
        }
        callers.merge(new) { $1 }
    }

    /// Who holds the credential with this hash, unless it has expired.
    mutating func caller(_ hash: String, now: Instant) -> GateCaller? {
        guard let caller = callers[hash], caller.expiresAt > now else { return nil }
        // When a link for reports was last used could tell who made one.
        if let token = caller.token, !caller.isReportLink { uses[token] = now }
        return caller
    }

    mutating func takeUses() -> [String: Instant] {
        defer { uses = [:] }
        return uses
    }

    /// Refuses everything for `key` from now on, and says how long allows may still be relied upon.
    ///
    mutating func hold(_ key: String, uptime: Int64) -> HeldWorkflow {
        holds[key, default: 0] += 1
        return HeldWorkflow(
            leaseMilliseconds: max(0, max(leases[key] ?? 0, inherited) - uptime),
            inFlight: comesThroughGateway(key)
                ? calls[key, default: [:]].values.map(\.request) : nil)
    }

    /// Whether the workflow has a key for the gateway, or a call there.
    private func comesThroughGateway(_ key: String) -> Bool {
        calls[key] != nil
            || callers.values.contains {
                $0.workflow == key && $0.permissions.contains(.callThroughGateway)
            }
    }

    /// Decides on a call through the gateway, and counts it as passing when it may.
    ///
    /// No lease is given: the gateway itself ends the call when a stop lands.
    mutating func admit(
        _ call: InFlightCall, now: Instant, approved approval: Approval? = nil
    ) -> GateAnswer? {
        guard
            let answer = decide(
                call.workflow, call.request, now: now, uptime: nil, approved: approval)
        else { return nil }
        meet(call.workflow, at: "gateway", .gateway, isRefused: answer.isStopped, now: now)
        if case .allow = answer.decision {
            calls[call.workflow, default: [:]][ObjectIdentifier(call)] = call
        }
        return answer
    }

    /// Counts a call as passing, whatever would be decided on it now.
    ///
    /// - Returns: the stop that covers it by now.
    mutating func goOn(_ call: InFlightCall) -> GateEntry.Stop? {
        calls[call.workflow, default: [:]][ObjectIdentifier(call)] = call
        return entries[call.workflow]?.stops.first { $0.covers(call.request) }
    }

    mutating func end(_ call: InFlightCall, now: Instant) {
        let key = call.workflow
        guard calls[key]?.removeValue(forKey: ObjectIdentifier(call)) != nil else { return }
        if calls[key]?.isEmpty == true { calls[key] = nil }
        if call.isCut { cuts[key]?.lastEndedAt = now }
    }

    /// The calls that the stops in force cover and that go on all the same; they count as cut.
    mutating func callsToCut(_ key: String) -> [(call: InFlightCall, stop: GateEntry.Stop)] {
        guard let stops = entries[key]?.stops, !stops.isEmpty, let going = calls[key]
        else { return [] }
        let open = going.values.filter(\.isCut).count
        var tally = open > 0 ? cuts[key] ?? CutTally() : CutTally()
        let cut = going.values.filter { !$0.isEnding }.compactMap { call in
            stops.first { $0.covers(call.request) }.map { (call: call, stop: $0) }
        }
        if cut.isEmpty { return [] }
        tally.count += cut.count
        cuts[key] = tally
        return cut
    }

    /// What was cut of a workflow; `nil` while some of it has not ended.
    func cutTally(_ key: String) -> CutTally? {
        if calls[key]?.values.contains(where: \.isEnding) == true { return nil }
        return cuts[key] ?? CutTally()
    }

    /// Notes that a workflow was met, and what is known there of its state.
    mutating func meet(
        _ key: String, at name: String, _ kind: EnforcementPoint.Kind, revision: UInt64? = nil,
        isRefused: Bool = false, now: Instant
    ) {
        // Nobody but the gateway speaks for the gateway.
        guard entries[key] != nil, (name == "gateway") == (kind == .gateway) else { return }
        let known = points[key]?[name]
        if known == nil, points[key, default: [:]].count >= EnforcementPoint.most { return }
        points[key, default: [:]][name] = EnforcementPoint(
            // Who follows asks as well.
            name: name, kind: known?.kind == .follower ? .follower : kind, lastSeenAt: now,
            revision: [known?.revision, revision].compactMap(\.self).max(),
            refusedAt: isRefused ? now : known?.refusedAt, stopProvedAt: known?.stopProvedAt)
    }

    /// Notes where a stop test has proved the stop.
    mutating func prove(_ key: String, at names: Set<String>, now: Instant) {
        for name in names { points[key]?[name]?.stopProvedAt = now }
    }

    /// How many calls of a workflow are passing through the gateway.
    func passing(_ key: String) -> Int { calls[key]?.count ?? 0 }

    func points(_ key: String) -> [EnforcementPoint] {
        (points[key] ?? [:]).values.sorted { $0.name < $1.name }
    }

    mutating func claimSuggestion(_ key: String, uptime: Int64) -> Bool {
        if let last = suggested[key], uptime - last < 60_000 { return false }
        suggested[key] = uptime
        return true
    }

    /// Callers of one workflow that may wait for people at the same time.
    static let waitsAtMost = 100

    mutating func beginWait(_ key: String) -> Bool {
        guard waits[key, default: 0] < Self.waitsAtMost else { return false }
        waits[key, default: 0] += 1
        return true
    }

    mutating func endWait(_ key: String) {
        let left = (waits[key] ?? 0) - 1
        waits[key] = left > 0 ? left : nil
    }

    func isStopped(_ key: String, _ request: GateRequest, now: Instant) -> Bool {
        guard let entry = entries[key] else { return false }
        return entry.stops.contains { $0.covers(request) } || entry.stopTest?.isOn(at: now) == true
    }

    var inFlight: Int { calls.values.reduce(0) { $0 + $1.count } }

    mutating func release(_ key: String) {
        let left = (holds[key] ?? 0) - 1
        holds[key] = left > 0 ? left : nil
    }

    /// Decides, and counts it; `approved` is what people have said to exactly this, whatever else
    /// still holds.
    mutating func decide(
        _ key: String, _ request: GateRequest?, now: Instant, uptime: Int64?,
        approved approval: Approval? = nil
    ) -> GateAnswer? {
        guard let entry = entries[key] else { return nil }
        if holds[key] != nil {
            counts.stopped += 1
            let stop = GateEntry.Stop(
                scope: .whole, reason: "The workflow is being stopped.", incident: "")
            return GateAnswer(decision: .stopped(entry.stops.first ?? stop), entry: entry)
        }
        var decision =
            request.map { entry.decision(on: $0, at: now) } ?? entry.decision(at: now)
        if case .approval(let need) = decision, let approval, !approval.isOutgrown(by: need) {
            // It is for this once: nobody relies on it later.
            decision = .allow(leaseMilliseconds: 0)
        }
        var answer = GateAnswer(decision: decision, entry: entry)
        switch decision {
        case .allow(let lease):
            counts.allowed += 1
            answer.shadowUse = entry.shadowUse(request, at: now)
            if lease > 0, let uptime {
                leases[key] = max(leases[key] ?? 0, uptime + Int64(lease))
            }
        case .stopped, .notReady: counts.stopped += 1
        case .approval: counts.approval += 1
        case .deny:
            counts.denied += 1
            answer.tripsWatch = countDenied(entry)
        }
        return answer
    }

    /// - Returns: whether this denial reaches the threshold that stops a watched workflow again.
    private mutating func countDenied(_ entry: GateEntry) -> Bool {
        guard let limit = entry.watch?.conditions.first(where: { $0.kind == .deniedAction })
        else { return false }
        let count = (deniedInWatch[entry.key] ?? 0) + 1
        deniedInWatch[entry.key] = count
        return count >= limit.threshold
    }

    /// What time has brought about by `now`.
    func due(at now: Instant) -> [(key: String, due: Due)] {
        awaited.sorted().flatMap { key in
            (entries[key]?.dues ?? []).filter { due in
                if case .callsEnd = due, cutTally(key) == nil { return false }
                return due.at <= now
            }.map { (key, $0) }
        }
    }
}

/// Who holds a credential, as far as a request needs to know at once.
package struct GateCaller: Equatable, Sendable {
    package let account: String
    package let actor: Person
    package let grants: Set<RoleGrant>
    package let permissions: Set<Permission>
    /// The token's id; `nil` for a session.
    package let token: String?
    /// The workflow that the token serves alone, if it is bound to one.
    package let workflow: String?
    package let expiresAt: Instant

    /// What a token that is bound to one workflow can be used for at most: nothing that reaches
    /// beyond that workflow and one's own reports about it.
    static let boundPermissions: Set<Permission> = [
        .askGate, .report, .stop, .readWorkflows, .readOwnIncidents, .confirmContainment,
        .amendWorkflows, .captureEvidence, .readEvidence, .pushChanges, .callThroughGateway,
    ]
}

/// What the gate answers, with what the answer is made from.
package struct GateAnswer: Sendable {
    package let decision: GateDecision
    package let entry: GateEntry
    /// Whether a condition of the workflow's watch tripped with this decision.
    package var tripsWatch = false
    /// Why what is allowed is shadow use; `nil` where it is not.
    package var shadowUse: String?

    package init(decision: GateDecision, entry: GateEntry, tripsWatch: Bool = false) {
        self.decision = decision
        self.entry = entry
        self.tripsWatch = tripsWatch
    }

    /// Whether it is a stop that refuses, and not what the workflow is.
    package var isStopped: Bool { if case .stopped = decision { true } else { false } }
}

/// How often the gate has decided what, since the start.
package struct GateCounts: Equatable, Sendable {
    package var allowed = 0
    package var denied = 0
    package var approval = 0
    package var stopped = 0
}
