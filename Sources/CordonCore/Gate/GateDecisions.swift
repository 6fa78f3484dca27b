extension GateEntry {
    /// Whether the workflow as such runs: for callers that ask before anything is known of the
    /// action.
    package func decision(at now: Instant) -> GateDecision {
        if let stop = stops.first(where: { $0.scope == .whole }) { return .stopped(stop) }
        if let stopTest, stopTest.isOn(at: now) { return .stopped(GateEntry.Stop(stopTest)) }
        if let refusal = standingRefusal() { return .notReady(refusal) }
        if let unready = unreadiness(for: .generate, at: now) {
            return lane.observes ? .allow(leaseMilliseconds: 0) : .notReady(unready)
        }
        return .allow(
            leaseMilliseconds: mayAct ? actingLeaseMilliseconds : draftingLeaseMilliseconds)
    }

    /// Decides on one action: stops first, then the lane and readiness, then the declared
    /// authority, default deny.
    ///
    /// What an observing lane lets pass is good for this once: see ``shadowUse(_:at:)``.
    package func decision(on request: GateRequest, at now: Instant) -> GateDecision {
        if let stop = stops.first(where: { $0.covers(request) }) { return .stopped(stop) }
        if let stopTest, stopTest.isOn(at: now) { return .stopped(GateEntry.Stop(stopTest)) }
        if let refusal = standingRefusal() { return .notReady(refusal) }
        let unready = unreadiness(for: request.action, at: now)
        if let unready, !lane.observes { return .notReady(unready) }
        switch request.action {
        case .generate:
            return .allow(leaseMilliseconds: unready == nil ? draftingLeaseMilliseconds : 0)
        case .tool: return toolDecision(request)
        case .deliver: return deliveryDecision(request)
        case .decide:
            guard authority?.decides == true else {
                return .deny("The workflow has no authority to decide by itself.")
            }
            return .allow(leaseMilliseconds: actingLeaseMilliseconds)
        }
    }

    /// Whether an allow without an action could be used to act: then it must not be relied upon
    /// later.
    private var mayAct: Bool {
        guard let authority else { return false }
        return authority.acts
    }

    private func toolDecision(_ request: GateRequest) -> GateDecision {
        guard let name = request.tool else { return .deny("Name the tool that is to be called.") }
        if let fault = offerFault(name) { return .deny(fault) }
        guard let tool = authority?.tool(named: name) else { return .deny("") }
        for rule in tool.arguments {
            if let fault = rule.fault(request.arguments[rule.name], of: request.record) {
                return .deny("The tool \(name) was called outside its authority: \(fault)")
            }
        }
        if tool.needsApproval,
            let need = ApprovalNeed(
                tool.approval, for: request.arguments, of: "this call of \(name)")
        {
            return .approval(need)
        }
        return .allow(leaseMilliseconds: actingLeaseMilliseconds)
    }

    /// Why a tool may not even be offered to a model, or `nil`; its arguments are judged when it is
    /// called.
    package func offerFault(_ name: String) -> String? {
        if let forbidden = authority?.forbids?.first(where: { NamePattern($0).matches(name) }) {
            return "The workflow's authority forbids \(forbidden)."
        }
        guard let tool = authority?.tool(named: name) else {
            return "The tool \(name) is not in the workflow's authority."
        }
        if tool.access == .write, authority?.mode != .act {
            return "The workflow may only draft; \(name) writes."
        }
        return lane.observes ? nil : lane.fault(tool: name)
    }

    private func deliveryDecision(_ request: GateRequest) -> GateDecision {
        // A recipient that is not named may be anybody: it is judged as outside.
        switch (authority?.delivers ?? .none, request.target ?? .outside) {
        case (.none, _): return .deny("The workflow has no authority to deliver.")
        case (.inside, .outside): return .deny("The workflow may deliver inside the company only.")
        case (.inside, .inside), (.outside, _):
            if authority?.deliveryNeedsApproval == true,
                let need = ApprovalNeed(
                    authority?.deliveryApproval, for: request.arguments, of: "this delivery")
            {
                return .approval(need)
            }
            return .allow(leaseMilliseconds: actingLeaseMilliseconds)
        }
    }
}

extension GateEntry.Stop {
    package func covers(_ request: GateRequest) -> Bool { scope.covers(request) }
}
