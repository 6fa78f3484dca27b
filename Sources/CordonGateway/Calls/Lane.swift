import CordonCore
import CordonOperations
import Logging

/// What the lane that the company has chosen says of calls, beside what the gate decides.
extension ModelCall {
    /// Whether the model and the upstream are approved, and what is offered to the model.
    ///
    /// - Returns: what is outside and passes, because the lane observes.
    /// - Throws: a denial where it refuses.
    func checkLane(
        _ answer: GateAnswer, _ asked: Asked?, _ upstream: Upstream
    ) throws(Denial) -> [String] {
        let lane = answer.entry.lane
        var faults = [lane.fault(upstream: upstream.name)]
        if asked != nil || mayRunModel { faults.append(lane.fault(model: asked?.model)) }
        // The gate names them one by one when they are refused; here they pass or are approved.
        faults += ((asked?.offered ?? []) + (asked?.hosted ?? [])).map(lane.fault(tool:))
        let outside = faults.compactMap(\.self)
        if !lane.observes, let first = outside.first {
            throw Denial(403, "outside_authority", first)
        }
        return [answer.shadowUse].compactMap(\.self) + outside
    }

    /// Whether something that is not read may have a model run, as a batch or a picture does.
    ///
    /// Reading, deleting and keeping files have none run.
    private var mayRunModel: Bool {
        guard operation == .opaque, method != "GET", method != "HEAD", method != "DELETE"
        else { return false }
        let folder = path.split(separator: "/").drop { $0 == front.rawValue || $0 == "v1" }.first
        return folder.map { !["files", "uploads", "vector_stores"].contains($0) } ?? true
    }
}

extension MCPCall {
    /// Whether AI is used at all, and this server is approved; other messages than calls of tools
    /// are not asked about at the gate.
    func checkLane(_ entry: GateEntry) throws(MCPFault) {
        let lane = entry.lane
        if lane.blocksAll { throw MCPFault(.notReady, lane.blocked, status: 403) }
        guard !lane.observes, let fault = lane.fault(mcpServer: server.name) else { return }
        throw MCPFault(.outsideAuthority, fault, status: 403)
    }

    /// That a message which is no call of a tool passes to a server outside the approved ones.
    func notePassing() {
        let entry = gateway.operations.gate.entry(key.workflow)
        gateway.note([entry?.lane.fault(mcpServer: server.name)].compactMap(\.self), key)
    }

    /// What about an allowed call passes because the lane observes.
    func shadowUse(_ answer: GateAnswer) -> [String] {
        [answer.shadowUse, answer.entry.lane.fault(mcpServer: server.name)].compactMap(\.self)
    }
}

extension CallRecord {
    mutating func note(shadowUse: [String]) {
        guard !shadowUse.isEmpty else { return }
        var json = JSONText()
        json.beginArray()
        for use in shadowUse { json.string(use) }
        json.endArray()
        attributes.append(("shadow_use", json.bytes))
    }
}

extension Gateway {
    /// Counts shadow use and has it journaled, without anybody waiting for it.
    func note(_ shadowUse: [String], _ key: Key) {
        guard !shadowUse.isEmpty else { return }
        Task {
            do { try await operations.noteShadowUse(key.workflow, shadowUse) } catch {
                logger.error(
                    "shadow use could not be noted",
                    metadata: ["workflow": "\(key.workflow)", "error": "\(error)"])
            }
        }
    }
}
