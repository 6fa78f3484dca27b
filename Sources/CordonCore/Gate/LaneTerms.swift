/// What the lane that the company has chosen lets any workflow do, before its own authority counts.
///
/// Whatever a lane lets pass: stops, the authority, what it forbids and its bounds hold as well.
package struct LaneTerms: Equatable, Sendable {
    package let title: String
    /// What a workflow that is not in production may do.
    package let draftMay: Set<GateAction>
    package let productionMay: Set<GateAction>
    /// What may be used and nothing else; `nil` where the lane does not ask.
    package let approved: Policy.Approved?
    /// Whether what is outside passes as shadow use.
    package let observes: Bool

    package init(_ policy: Policy) {
        let lane = policy.chosenLane
        title = lane?.title ?? policy.lane
        draftMay = Set(lane?.draftMay ?? [])
        productionMay = Set(lane?.productionMay ?? GateAction.allCases)
        approved = lane?.approvedOnly == true ? policy.approved ?? .nothing : nil
        observes = lane?.outside == .observe
    }

    /// Whether nobody uses AI at all; then nothing is observed either.
    package var blocksAll: Bool { productionMay.isEmpty }

    /// What everybody is told while that is so.
    package var blocked: String {
        "The company has chosen to block all AI use (the policy's lane \"\(title)\")."
    }
}

/// Why something is outside the approved; `nil` where it is inside, or the lane does not ask.
extension LaneTerms {
    package func fault(tool: String) -> String? { fault(approved?.tools, tool, "The tool") }

    /// A model that is not named may be any: it is approved where every name is.
    package func fault(model: String?) -> String? {
        fault(approved?.models, model ?? "", model == nil ? "An unnamed model" : "The model")
    }

    package func fault(upstream: String) -> String? {
        fault(approved?.upstreams, upstream, "The upstream")
    }

    package func fault(mcpServer: String) -> String? {
        fault(approved?.mcpServers, mcpServer, "The MCP server")
    }

    /// Characters of a name that are told.
    private static let namePrefix = 200

    private func fault(_ patterns: [String]?, _ name: String, _ what: String) -> String? {
        guard let patterns, !patterns.contains(where: { NamePattern($0).matches(name) })
        else { return nil }
        // A caller may name anything; enough is told to know it by.
        let told = name.isEmpty ? "" : " \(name.prefix(Self.namePrefix))"
        return "\(what)\(told) is not among what the company's policy approves (lane \"\(title)\")."
    }
}

extension Policy.Approved {
    /// Deny by default: a lane that asks for what is approved, and a policy that names nothing.
    fileprivate static let nothing = Policy.Approved(
        models: [], upstreams: [], mcpServers: [], tools: [])
}

extension GateEntry {
    /// What refuses everything the workflow does, whatever it is, but for stops.
    func standingRefusal() -> String? {
        if state == .retired { return "The workflow is retired." }
        return lane.blocksAll ? lane.blocked : nil
    }

    /// Why the workflow is not ready to do this: what an observing lane lets pass as shadow use.
    func unreadiness(for action: GateAction, at now: Instant) -> String? {
        if let expiry = overrideExpiresAt, expiry <= now {
            return "The readiness override has run out."
        }
        if state == .draft, !lane.draftMay.contains(action) {
            return "A workflow that is not in production may not \(action.rawValue)."
        }
        guard lane.productionMay.contains(action) else {
            return "The company's policy lets no workflow \(action.rawValue) "
                + "(lane \"\(lane.title)\")."
        }
        return nil
    }

    /// Why something that the gate allows is shadow use; `nil` where it is not.
    package func shadowUse(_ request: GateRequest?, at now: Instant) -> String? {
        guard lane.observes else { return nil }
        return unreadiness(for: request?.action ?? .generate, at: now)
            ?? request.flatMap { $0.action == .tool ? $0.tool : nil }.flatMap(lane.fault(tool:))
    }
}
