/// What may be done with a workflow: each verb gives the events, or says everything in the way.
extension Workflow {
    package static func register(
        key: String, profile: WorkflowProfile, policy: Policy
    ) throws(Refusal) -> [WorkflowEvent] {
        guard isSlug(key) else {
            throw Refusal(
                .invalidInput,
                "A workflow's key has 2 to 64 small letters, digits or single hyphens.",
                blockers: [Blocker("key", "not a slug", pointer: "/key")])
        }
        try check(profile, key: key, policy: policy)
        return [.registered(key: key, profile: profile)]
    }

    package func amend(
        to profile: WorkflowProfile, policy: Policy
    ) throws(Refusal) -> [WorkflowEvent] {
        try notRetired()
        try Self.check(profile, key: key, policy: policy)
        let dropped = Set(self.profile.related).subtracting(profile.related)
        guard
            containmentsInForce.isEmpty
                || (profile.function == self.profile.function && dropped.isEmpty)
        else {
            throw Refusal(
                .wrongState,
                "\(key) is stopped: its function and its related workflows decide who restarts it, "
                    + "and stay as they are until it runs again.")
        }
        return profile == self.profile ? [] : [.amended(profile: profile)]
    }

    package func rehearse(on day: Instant, at now: Instant) throws(Refusal) -> [WorkflowEvent] {
        try notRetired()
        guard profile.fallback != nil else {
            throw Refusal(.wrongState, "There is no fallback to rehearse: describe one first.")
        }
        guard day <= now else {
            throw Refusal(.invalidInput, "A rehearsal cannot lie in the future.")
        }
        return [.fallbackRehearsed(on: day)]
    }

    /// Marks the workflow `production`: refused with every gap named.
    package func enterProduction(
        policy: Policy, owners: Set<String>
    ) throws(Refusal) -> [WorkflowEvent] {
        try notRetired()
        let gaps = gaps(policy, owners: owners)
        guard gaps.isEmpty else {
            throw Refusal(
                .notProductionReady,
                "\(gaps.count) of \(policy.readiness.count) things are missing before \(key) may "
                    + "run in production.", blockers: Self.blockers(gaps, policy))
        }
        return productionSince != nil && override == nil ? [] : [.enteredProduction]
    }

    /// An executive lets the workflow run with gaps, for a reason and a limited time.
    package func overrideReadiness(
        reason: String, expiresAt: Instant, by actor: Actor, policy: Policy,
        owners: Set<String>, at now: Instant
    ) throws(Refusal) -> [WorkflowEvent] {
        try notRetired()
        guard policy.override.roles.contains(where: { actor.holds($0) }) else {
            let roles = policy.override.roles.map(\.rawValue).joined(separator: " or ")
            throw Refusal(.notPermitted, "Only \(roles) may override readiness.")
        }
        let latest = now.adding(days: policy.override.maximumDays)
        guard expiresAt > now, expiresAt <= latest else {
            throw Refusal(
                .invalidInput,
                "An override ends after now and at most \(policy.override.maximumDays) days "
                    + "ahead, by \(latest.rfc3339).",
                blockers: [
                    Blocker("expires_at", "outside the limit", pointer: "/override/expires_at")
                ])
        }
        return [
            .readinessOverridden(
                ReadinessOverride(
                    reason: reason, by: actor.person, expiresAt: expiresAt,
                    gaps: gaps(policy, owners: owners)))
        ]
    }

    /// Ends an override that has run out: production with what has come, or a draft again.
    package func lapseOverride(
        policy: Policy, owners: Set<String>, at now: Instant
    ) -> [WorkflowEvent] {
        guard let override, override.expiresAt <= now, retiredReason == nil else { return [] }
        let gaps = gaps(policy, owners: owners)
        return gaps.isEmpty ? [.enteredProduction] : [.overrideLapsed(gaps: gaps)]
    }

    /// Stops it, in full or in part.
    ///
    /// Never refused but for a retired workflow: anyone may stop. `leasesUntil` says until when
    /// callers may still rely on an allow that was given. `callsInFlight` says how many calls were
    /// passing through the gateway, `nil` that the workflow does not come that way. `requestedAt`
    /// is when the request came in: the time to contain is counted from it.
    package func stop(
        scope: Containment.Scope, reason: String, incident: String, id: String,
        by person: Person, requestedAt: Instant? = nil, at now: Instant, leasesUntil: Instant?,
        callsInFlight: Int? = nil
    ) throws(Refusal) -> [WorkflowEvent] {
        try notRetired()
        let gate = Containment.Target(
            name: "gate", kind: .gate, instruction: "Cordon's gate refuses every call.",
            confirmation: .init(at: now, by: .cordon, proof: "The gate's memory was switched."))
        var targets = [gate]
        if let leasesUntil, leasesUntil > now {
            targets.append(
                Containment.Target(
                    name: "leases", kind: .leases,
                    instruction: "Callers may rely on an allow until it runs out.",
                    runsOutAt: leasesUntil))
        }
        if let callsInFlight {
            targets.append(
                Containment.Target(
                    name: "gateway", kind: .gateway,
                    instruction: "Calls that were passing through the gateway end.",
                    confirmation: callsInFlight > 0
                        ? nil
                        : .init(
                            at: now, by: .cordon,
                            proof: "No call was passing through the gateway.")))
        }
        targets += profile.manualTargets.map {
            Containment.Target(name: $0.name, kind: .manual, instruction: $0.instruction)
        }
        let containment = Containment(
            id: id, scope: scope, reason: reason, incident: incident,
            requestedAt: requestedAt ?? now,
            requestedBy: person, targets: targets)
        let stopped = [WorkflowEvent.stopped(containment)]
        return containment.isProved ? stopped + [.contained(containment: id)] : stopped
    }

    /// Confirms one target of a containment; the last one makes it `stopped`.
    package func confirm(
        containment id: String, target name: String, proof: String, by person: Person,
        at now: Instant
    ) throws(Refusal) -> [WorkflowEvent] {
        guard let containment = containments.first(where: { $0.id == id }) else {
            throw Refusal(.notFound, "The workflow has no such containment.")
        }
        guard let target = containment.targets.first(where: { $0.name == name }) else {
            throw Refusal(.notFound, "The containment has no target \(name).")
        }
        guard target.kind == .manual || person == .cordon else {
            throw Refusal(
                .invalidInput, "\(name) confirms itself; only manual targets are confirmed by hand."
            )
        }
        if target.confirmation != nil { return [] }
        if let runsOutAt = target.runsOutAt, now < runsOutAt {
            throw Refusal(
                .wrongState, "An allow may still be relied upon until \(runsOutAt.rfc3339).")
        }
        let confirmed = WorkflowEvent.targetConfirmed(
            containment: id, target: name, .init(at: now, by: person, proof: proof))
        let others = containment.targets.filter { $0.name != name }
        let isLast = others.allSatisfy { $0.confirmation != nil }
        return isLast ? [confirmed, .contained(containment: id)] : [confirmed]
    }

    /// Lifts what `incident` stopped.
    ///
    /// Whether it may is the incident's decision; see
    /// ``ResponseSequence``.
    package func restart(for incident: String, watch: Watch?) -> [WorkflowEvent] {
        [.restarted(incident: incident, watch: watch)]
    }

    package func endWatch(at now: Instant) -> [WorkflowEvent] {
        guard let watch, watch.until <= now else { return [] }
        return [.watchEnded(incident: watch.incident)]
    }

    package func retire(reason: String) throws(Refusal) -> [WorkflowEvent] {
        try notRetired()
        return [.retired(reason: reason)]
    }

    private func notRetired() throws(Refusal) {
        if retiredReason != nil { throw Refusal(.wrongState, "\(key) is retired.") }
    }

    /// Small letters and digits, single hyphens inside, 2 to 64 characters.
    package static func isSlug(_ text: String) -> Bool {
        text.wholeMatch(of: /[a-z0-9]+(-[a-z0-9]+)*/) != nil && (2...64).contains(text.utf8.count)
    }

    /// Names of targets that Cordon proves itself.
    private static let ownTargets: Set<String> = ["gate", "gateway", "leases"]

    private static func check(
        _ profile: WorkflowProfile, key: String, policy: Policy
    ) throws(Refusal) {
        var faults: [Blocker] = []
        if let retention = profile.retention, policy.retentionClass(retention) == nil {
            let known = policy.retention.map(\.key).joined(separator: ", ")
            faults.append(Blocker("retention", "use one of: \(known)", pointer: "/retention"))
        }
        if !isSlug(profile.function) {
            faults.append(Blocker("function", "not a slug", pointer: "/function"))
        }
        if profile.related.contains(key) {
            faults.append(
                Blocker("related", "a workflow is not related to itself", pointer: "/related"))
        }
        let names = profile.manualTargets.map(\.name)
        if Set(names).count != names.count || !Set(names).isDisjoint(with: Self.ownTargets) {
            faults.append(
                Blocker(
                    "manual_targets", "names are unique and not gate, gateway or leases",
                    pointer: "/manual_targets"))
        }
        let tools = profile.authority?.tools ?? []
        if Set(tools.map(\.name)).count != tools.count {
            faults.append(Blocker("tools", "each tool is named once", pointer: "/authority/tools"))
        }
        let approvals =
            tools.compactMap(\.approval)
            + [profile.authority?.deliveryApproval].compactMap(\.self)
        if !approvals.allSatisfy(\.isSound) {
            faults.append(
                Blocker(
                    "approval",
                    "a bound names its argument, and second_above is not below above",
                    pointer: "/authority"))
        }
        guard faults.isEmpty else {
            throw Refusal(.invalidInput, "The workflow's description has faults.", blockers: faults)
        }
    }
}
