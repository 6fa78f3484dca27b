import CordonAPI
import CordonCore
import CordonOperations

/// A workflow as those who follow the gate have to know it.
struct GateStateView: Codable, Sendable {
    let key: String
    let state: String
    /// Whether the workflow as such may go on.
    let mayRun: Bool
    /// Why not, where neither a stop nor the state says so.
    let reason: String?
    let revision: UInt64
    let stops: [GateStopView]
    let onFailure: String
    let fallback: FallbackBody?

    init(_ entry: GateEntry) {
        key = entry.key
        state = entry.state.rawValue
        let isStopped = entry.stopsToTell.contains { $0.scope == .whole }
        mayRun = entry.mayRun
        reason = entry.lane.blocksAll ? entry.lane.blocked : nil
        revision = entry.revision
        stops = entry.stopsToTell.map(GateStopView.init)
        onFailure = entry.terms.onFailure.rawValue
        fallback = isStopped ? entry.fallback.map(FallbackBody.init) : nil
    }
}

struct GateStopView: Codable, Sendable {
    /// `workflow`, `tool` or `outbound`.
    let scope: String
    let tool: String?
    let reason: String
    let incident: String

    init(_ stop: GateEntry.Stop) {
        switch stop.scope {
        case .whole: (scope, tool) = ("workflow", nil)
        case .tool(let name): (scope, tool) = ("tool", name)
        case .outbound: (scope, tool) = ("outbound", nil)
        }
        reason = stop.reason
        incident = stop.incident
    }
}

struct GateSnapshotView: Codable, Sendable {
    let revision: UInt64
    let workflows: [GateStateView]
}

/// What the gate would decide, and what decides it.
struct GateTrialView: Codable, Sendable {
    /// `allow`, `deny` or `approval`.
    let decision: String
    let reason: String?
    /// What was looked at, in the order in which it counts.
    let considered: [String]
    let incident: String?

    init(_ answer: GateAnswer, _ request: GateRequest) {
        let entry = answer.entry
        var considered = ["The workflow is \(entry.state.rawValue)."]
        if let test = entry.stopTest { considered.append(test.reason) }
        let lane = entry.lane
        considered.append(
            "The policy's lane is \"\(lane.title)\""
                + (lane.observes ? ", which lets pass and records what is outside it." : "."))
        considered += [answer.shadowUse].compactMap { $0.map { "Shadow use: \($0)" } }
        considered += entry.stops.map { stop in
            let covers = stop.covers(request) ? "covers" : "does not cover"
            return "A stop (\(stop.incident)) \(covers) this."
        }
        if request.action == .tool, let name = request.tool {
            let forbids = entry.authority?.forbids ?? []
            considered.append(
                forbids.isEmpty
                    ? "Nothing is forbidden by name."
                    : "Forbidden by name: \(forbids.joined(separator: ", ")).")
            if let tool = entry.authority?.tool(named: name) {
                let rules = tool.arguments.map(\.name).joined(separator: ", ")
                considered.append(
                    "The authority names \(tool.name), which may \(tool.access.rawValue)"
                        + (rules.isEmpty ? "." : "; it bounds \(rules)."))
            } else {
                considered.append("The authority does not name \(name).")
            }
        }
        self.considered = considered
        switch answer.decision {
        case .allow: (decision, reason, incident) = ("allow", nil, nil)
        case .stopped(let stop): (decision, reason, incident) = ("deny", stop.reason, stop.incident)
        case .deny(let why), .notReady(let why): (decision, reason, incident) = ("deny", why, nil)
        case .approval(let need): (decision, reason, incident) = ("approval", need.reason, nil)
        }
    }
}

struct EnforcementPointsView: Codable, Sendable {
    let workflow: String
    let items: [EnforcementPointView]
}

struct EnforcementPointView: Codable, Sendable {
    let name: String
    let kind: String
    /// Whether a stop takes effect there; what only observes is not contained.
    let enforces: Bool
    let lastSeenAt: String
    let revision: UInt64?
    /// When a stop test proved last that a stop takes effect there.
    let stopProvedAt: String?

    init(_ point: EnforcementPoint) {
        name = point.name
        kind = point.kind.rawValue
        enforces = point.kind.enforces
        lastSeenAt = point.lastSeenAt.rfc3339
        revision = point.revision
        stopProvedAt = point.stopProvedAt?.rfc3339
    }
}
