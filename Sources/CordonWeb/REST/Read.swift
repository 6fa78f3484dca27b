import CordonAPI
import CordonCore

/// Turns what came over the wire into the domain's values.
enum Read {
    /// - Throws: a refusal that points at the text when it is no RFC 3339 time.
    static func time(_ text: String, _ pointer: String) throws(Refusal) -> Instant {
        guard let time = Instant(rfc3339: text) else {
            throw Refusal(
                .invalidInput, "A time is written like 2026-04-17T21:03:05Z.",
                blockers: [Blocker("time", "not an RFC 3339 time", pointer: pointer)])
        }
        return time
    }

    static func time(_ text: String?, _ pointer: String) throws(Refusal) -> Instant? {
        guard let text else { return nil }
        return try time(text, pointer) as Instant
    }

    static func scope(_ body: ScopeBody) throws(Refusal) -> Containment.Scope {
        switch (body.tool, body.outbound ?? false) {
        case (nil, false): return .whole
        case (let tool?, false): return .tool(tool)
        case (nil, true): return .outbound
        case (_?, true):
            throw Refusal(
                .invalidInput, "A stop is for one tool or for everything outbound, not for both.",
                blockers: [Blocker("scope", "tool or outbound", pointer: "/scope")])
        }
    }

    /// The domain's case with the same stored name; the wire's enumerations are kept alike by a
    /// test.
    static func same<Wire: RawRepresentable<String>, Value: RawRepresentable<String>>(
        _ wire: Wire, _ type: Value.Type
    ) throws(Refusal) -> Value {
        guard let value = Value(rawValue: wire.rawValue) else {
            throw Refusal(.invalidInput, "\(wire.rawValue) is not known here.")
        }
        return value
    }

    static func roles(_ grants: [String], _ pointer: String) throws(Refusal) -> [RoleGrant] {
        var read: [RoleGrant] = []
        for text in grants {
            guard let grant = RoleGrant(text) else {
                let known = Role.allCases.map(\.rawValue).joined(separator: ", ")
                throw Refusal(
                    .invalidInput,
                    "\(text) is no role, or its binding is missing: write owner:WORKFLOW, "
                        + "functional_leader:FUNCTION, or one of \(known).",
                    blockers: [Blocker("grants", "\(text) is not a role", pointer: pointer)])
            }
            read.append(grant)
        }
        return read
    }
}

extension WorkflowRequest {
    var profile: WorkflowProfile {
        WorkflowProfile(
            name: name, purpose: purpose ?? "", function: function, owner: owner, deputy: deputy,
            fallback: fallback?.domain, reviewStandard: reviewStandard?.domain,
            escalation: (escalation ?? []).map(\.domain), authority: authority?.domain,
            dataClasses: dataClasses ?? [], affectedParties: affectedParties ?? [],
            retention: retention, severityOwners: (severityOwners ?? []).map(\.domain),
            related: related ?? [], manualTargets: (manualTargets ?? []).map(\.domain),
            gateway: gateway?.domain)
    }
}

extension WorkflowPatch {
    func apply(to profile: inout WorkflowProfile) {
        if let name { profile.name = name }
        if let purpose { profile.purpose = purpose }
        if let function { profile.function = function }
        if let owner { profile.owner = owner }
        if let deputy { profile.deputy = deputy }
        if let fallback { profile.fallback = fallback.domain }
        if let reviewStandard { profile.reviewStandard = reviewStandard.domain }
        if let escalation { profile.escalation = escalation.map(\.domain) }
        if let authority { profile.authority = authority.domain }
        if let dataClasses { profile.dataClasses = dataClasses }
        if let affectedParties { profile.affectedParties = affectedParties }
        if let retention { profile.retention = retention }
        if let severityOwners { profile.severityOwners = severityOwners.map(\.domain) }
        if let related { profile.related = related }
        if let manualTargets { profile.manualTargets = manualTargets.map(\.domain) }
        if let gateway { profile.gateway = gateway.domain }
    }
}

extension FallbackBody {
    var domain: Fallback {
        Fallback(title: title, steps: steps, contact: contact, capacity: capacity ?? "")
    }
}

extension ReviewStandardBody {
    var domain: ReviewStandard { ReviewStandard(checks: checks, sharePercent: sharePercent) }
}

extension EscalationBody {
    var domain: EscalationContact { EscalationContact(function: function, contact: contact) }
}

extension SeverityOwnerBody {
    var domain: SeverityOwner { SeverityOwner(level: level, contact: contact) }
}

extension ManualTargetBody {
    var domain: ManualTarget {
        ManualTarget(name: name, instruction: instruction, contact: contact)
    }
}

extension AuthorityBody {
    var domain: Authority {
        Authority(
            mode: mode == .act ? .act : .draft, tools: (tools ?? []).map(\.domain),
            delivers: delivers.flatMap { Authority.Delivery(rawValue: $0.rawValue) } ?? .none,
            deliveryNeedsApproval: deliveryNeedsApproval ?? false, decides: decides ?? false,
            forbids: forbids, deliveryApproval: deliveryApproval?.domain)
    }
}

extension ApprovalTermsBody {
    var domain: ApprovalTerms {
        ApprovalTerms(
            windowMinutes: windowMinutes,
            approvers: approvers?.compactMap { Role(rawValue: $0.rawValue) }, argument: argument,
            above: above, secondAbove: secondAbove)
    }
}

extension GatewayBody {
    var domain: GatewayTerms {
        GatewayTerms(
            record: record.flatMap { GatewayTerms.Recording(rawValue: $0.rawValue) },
            onStop: onStop == .drain ? .drain : .cut,
            onFailure: onFailure == .open ? .open : .closed,
            models: models ?? [], upstreams: upstreams ?? [:], mcpServers: mcpServers ?? [],
            onToolChange: onToolChange == .stop ? .stop : .journal)
    }
}

extension ToolBody {
    var domain: ToolAuthority {
        ToolAuthority(
            name: name, access: access == .write ? .write : .read,
            needsApproval: needsApproval ?? false,
            arguments: (arguments ?? []).map {
                ArgumentRule(
                    name: $0.name, oneOf: $0.oneOf, minimum: $0.minimum, maximum: $0.maximum,
                    prefix: $0.prefix, ownRecord: $0.ownRecord, domains: $0.domains)
            }, approval: approval?.domain)
    }
}
