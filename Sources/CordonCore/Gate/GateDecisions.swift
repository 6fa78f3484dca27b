extension GateEntry {
    /// Whether the workflow as such runs: for callers that ask before anything is known of the
    /// action.
    package func decision(at now: Instant) -> GateDecision {
        if let stop = stops.first(where: { $0.scope == .whole }) { return .stopped(stop) }
        switch state {
        case .retired: return .notReady("The workflow is retired.")
        case .draft where !draftMay.contains(.generate):
            return .notReady("The workflow is not in production, and drafts may not run here.")
        case .draft, .running, .watch, .stopping, .stopped: break
        }
        if let expiry = overrideExpiresAt, expiry <= now {
            return .notReady("The readiness override has run out.")
        }
        return .allow(
            leaseMilliseconds: mayAct ? actingLeaseMilliseconds : draftingLeaseMilliseconds)
    }

    /// Decides on one action: stops first, then readiness, then the declared authority, default
    /// deny.
    package func decision(on request: GateRequest, at now: Instant) -> GateDecision {
        if let stop = stops.first(where: { $0.covers(request) }) { return .stopped(stop) }
        let whole = decision(at: now)
        guard case .allow = whole else { return whole }
        if state == .draft, !draftMay.contains(request.action) {
            return .notReady(
                "A workflow that is not in production may not \(request.action.rawValue).")
        }
        switch request.action {
        case .generate: return .allow(leaseMilliseconds: draftingLeaseMilliseconds)
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
        return authority.mode == .act || authority.decides || authority.delivers != .none
    }

    private func toolDecision(_ request: GateRequest) -> GateDecision {
        guard let name = request.tool else { return .deny("Name the tool that is to be called.") }
        guard let tool = authority?.tools.first(where: { $0.name == name }) else {
            return .deny("The tool \(name) is not in the workflow's authority.")
        }
        if tool.access == .write, authority?.mode != .act {
            return .deny("The workflow may only draft; \(name) writes.")
        }
        for rule in tool.arguments {
            if let fault = rule.fault(request.arguments[rule.name]) {
                return .deny("The tool \(name) was called outside its authority: \(fault)")
            }
        }
        if tool.needsApproval { return .approval("A person has to approve each call of \(name).") }
        return .allow(leaseMilliseconds: actingLeaseMilliseconds)
    }

    private func deliveryDecision(_ request: GateRequest) -> GateDecision {
        // A recipient that is not named may be anybody: it is judged as outside.
        switch (authority?.delivers ?? .none, request.target ?? .outside) {
        case (.none, _): return .deny("The workflow has no authority to deliver.")
        case (.inside, .outside): return .deny("The workflow may deliver inside the company only.")
        case (.inside, .inside), (.outside, _):
            if authority?.deliveryNeedsApproval == true {
                return .approval("A person has to approve each delivery.")
            }
            return .allow(leaseMilliseconds: actingLeaseMilliseconds)
        }
    }
}

extension GateEntry.Stop {
    func covers(_ request: GateRequest) -> Bool {
        switch scope {
        case .whole: true
        case .tool(let name): request.action == .tool && request.tool == name
        case .outbound: request.action == .deliver && request.target != .inside
        }
    }
}

extension ArgumentRule {
    /// What is wrong with `argument`, or `nil`.
    ///
    /// A missing argument passes no bound.
    func fault(_ argument: GateArgument?) -> String? {
        if minimum != nil || maximum != nil {
            guard case .number(let number)? = argument, number.isFinite else {
                return "\(name) must be a number."
            }
            if let minimum, number < minimum { return "\(name) is below \(minimum)." }
            if let maximum, number > maximum { return "\(name) is above \(maximum)." }
        }
        if oneOf != nil || prefix != nil {
            let text: String
            switch argument {
            case .text(let value)?: text = value
            case .number(let value)?: text = Int(exactly: value).map(String.init) ?? String(value)
            case .other?, nil: return "\(name) must be a text."
            }
            if let oneOf, !oneOf.contains(text) {
                return "\(name) is not one of the values allowed."
            }
            if let prefix, !text.hasPrefix(prefix) { return "\(name) must begin with \(prefix)." }
        }
        return nil
    }
}
