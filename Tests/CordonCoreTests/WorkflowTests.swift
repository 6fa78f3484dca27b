import CordonCore
import Testing

/// What may be done with a workflow, and what is refused with everything in the way.
@Suite struct WorkflowTests {
    private let now = Firm.start.adding(hours: 2)
    private let owners: Set<String> = ["olivia", "dora"]

    @Test(arguments: [
        ("a", false), ("ab", true), ("a1-b2", true), ("-ab", false), ("ab-", false),
        ("a--b", false), ("Ab", false), ("a_b", false), ("a b", false), ("ä-b", false),
        ("", false), (String(repeating: "a", count: 64), true),
        (String(repeating: "a", count: 65), false),
    ])
    func aKeyIsASlugOfTwoToSixtyFour(_ key: String, _ holds: Bool) throws {
        let register = {
            try Workflow.register(key: key, profile: Firm.profile, policy: Firm.policy)
        }
        #expect(Workflow.isSlug(key) == holds)
        if holds {
            #expect(try register() == [.registered(key: key, profile: Firm.profile)])
        } else {
            #expect(refused(.invalidInput) { _ = try register() }?.codes == ["key"])
        }
    }

    @Test func everyFaultOfAProfileIsNamedAtOnce() throws {
        var profile = Firm.profile
        profile.retention = "for ever"
        profile.function = "Client Services"
        profile.related = [Firm.key]
        profile.manualTargets = [ManualTarget(name: "gate", instruction: "", contact: "")]
        let tool = ToolAuthority(name: "crm", access: .read)
        profile.authority = Authority(mode: .draft, tools: [tool, tool])
        let codes = ["retention", "function", "related", "manual_targets", "tools"]
        let registering = refused(.invalidInput) {
            _ = try Workflow.register(key: Firm.key, profile: profile, policy: Firm.policy)
        }
        #expect(registering?.codes == codes)
        let amending = refused(.invalidInput) {
            _ = try Firm.registered().amend(to: profile, policy: Firm.policy)
        }
        #expect(amending?.codes == codes)
    }

    @Test func anAmendmentThatChangesNothingIsNoEvent() throws {
        let workflow = Firm.registered()
        #expect(try workflow.amend(to: Firm.profile, policy: Firm.policy) == [])
        var profile = Firm.profile
        profile.purpose = "Other."
        #expect(
            try workflow.amend(to: profile, policy: Firm.policy) == [.amended(profile: profile)])
    }

    // Readiness.

    @Test func everyGapIsNamedAtOnce() {
        let bare = Firm.registered(WorkflowProfile(name: "Bare", function: "sales"))
        let refusal = refused(.notProductionReady) {
            _ = try bare.enterProduction(policy: Firm.policy, owners: owners)
        }
        #expect(refusal?.codes == Readiness.allCases.map(\.rawValue))
    }

    @Test func anOwnerWithoutTheRoleIsNone() throws {
        let workflow = Firm.running()
        #expect(workflow.gaps(Firm.policy, owners: owners) == [])
        #expect(workflow.gaps(Firm.policy, owners: ["olivia"]) == [.deputy])
        #expect(workflow.gaps(Firm.policy, owners: ["dora"]) == [.owner])
        var profile = Firm.profile
        profile.deputy = "olivia"
        #expect(Firm.running(profile).gaps(Firm.policy, owners: owners) == [.deputy])
        #expect(try workflow.enterProduction(policy: Firm.policy, owners: owners) == [])
    }

    @Test func eachLevelHasItsOwner() {
        var profile = Firm.profile
        profile.severityOwners.removeLast()
        #expect(Firm.running(profile).gaps(Firm.policy, owners: owners) == [.severityOwners])
    }

    @Test func aFallbackIsRehearsedOnceItIsDescribed() throws {
        var bare = Firm.profile
        bare.fallback = nil
        let now = now
        refused(.wrongState) { _ = try Firm.registered(bare).rehearse(on: now, at: now) }
        refused(.invalidInput) {
            _ = try Firm.registered().rehearse(on: now.adding(milliseconds: 1), at: now)
        }
        #expect(try Firm.registered().rehearse(on: now, at: now) == [.fallbackRehearsed(on: now)])
    }

    private func overriding(
        until expiry: Instant, by actor: Actor = Firm.sponsor
    ) throws -> [WorkflowEvent] {
        try Firm.registered().overrideReadiness(
            reason: "The quarter ends.", expiresAt: expiry, by: actor, policy: Firm.policy,
            owners: owners, at: now)
    }

    @Test(arguments: [
        (Int64(0), false), (1, true), (2_592_000_000, true), (2_592_000_001, false),
        (-1, false),
    ])
    func anOverrideEndsWithinThirtyDays(_ milliseconds: Int64, _ holds: Bool) throws {
        let expiry = now.adding(milliseconds: milliseconds)
        guard holds else {
            refused(.invalidInput) { _ = try overriding(until: expiry) }
            return
        }
        var workflow = Firm.registered()
        workflow.apply(try overriding(until: expiry), at: now)
        #expect(workflow.state == .running)
        #expect(workflow.override?.gaps == [.rehearsal, .stopTested])
        #expect(workflow.dues == [.overrideLapses(at: expiry)])
        let early = expiry.adding(milliseconds: -1)
        #expect(workflow.lapseOverride(policy: Firm.policy, owners: owners, at: early) == [])
        let lapsed = workflow.lapseOverride(policy: Firm.policy, owners: owners, at: expiry)
        #expect(lapsed == [.overrideLapsed(gaps: [.rehearsal, .stopTested])])
        workflow.apply(lapsed, at: expiry)
        #expect(workflow.state == .draft)
    }

    @Test func anOverrideThatWasCaughtUpWithBecomesProduction() throws {
        var workflow = Firm.running()
        let expiry = now.adding(days: 1)
        workflow.apply(try overriding(until: expiry), at: now)
        #expect(
            workflow.lapseOverride(policy: Firm.policy, owners: owners, at: expiry)
                == [.enteredProduction])
    }

    @Test(arguments: [
        (Firm.sponsor, true), (Firm.leadership, true), (Firm.owner, false),
        (Firm.administrator, false), (Firm.counsel, false),
    ])
    func onlyAnExecutiveOverrides(_ actor: Actor, _ holds: Bool) throws {
        let expiry = now.adding(days: 1)
        if holds {
            _ = try overriding(until: expiry, by: actor)
        } else {
            refused(.notPermitted) { _ = try overriding(until: expiry, by: actor) }
        }
    }

    // Stopping.

    private func stopped(
        _ scope: Containment.Scope = .whole, leasesUntil: Instant? = nil,
        manual: [String] = []
    ) throws -> Workflow {
        var profile = Firm.profile
        profile.manualTargets = manual.map {
            ManualTarget(name: $0, instruction: "Off.", contact: "")
        }
        var workflow = Firm.running(profile)
        let events = try workflow.stop(
            scope: scope, reason: "So.", incident: "INC-1", id: "c1",
            by: Firm.reviewer.person, at: now, leasesUntil: leasesUntil)
        workflow.apply(events, at: now)
        return workflow
    }

    @Test func aStopOfTheGateAloneIsProvedAtOnce() throws {
        let workflow = try stopped()
        #expect(workflow.state == .stopped)
        #expect(workflow.containments.first?.timeToContainMilliseconds == 0)
        #expect(try stopped(leasesUntil: now).state == .stopped)
    }

    @Test(arguments: [Containment.Scope.tool("mail"), .outbound])
    func aPartOfItStoppedLeavesTheRestRunning(_ scope: Containment.Scope) throws {
        let workflow = try stopped(scope)
        #expect(workflow.state == .running)
        #expect(workflow.containmentsInForce.map(\.scope) == [scope])
    }

    @Test func aStopIsProvedTargetByTarget() throws {
        let until = now.adding(milliseconds: 800)
        var workflow = try stopped(leasesUntil: until, manual: ["mail-rule"])
        #expect(workflow.state == .stopping)
        #expect(workflow.dues == [.leasesRunOut(containment: "c1", at: until)])
        func confirm(
            _ target: String, by person: Person, at now: Instant, of id: String = "c1"
        ) throws {
            let events = try workflow.confirm(
                containment: id, target: target, proof: "Seen.", by: person, at: now)
            workflow.apply(events, at: now)
        }
        let owner = Firm.owner.person
        refused(.notFound) { try confirm("leases", by: .cordon, at: until, of: "c2") }
        refused(.notFound) { try confirm("calendar", by: owner, at: until) }
        refused(.invalidInput) { try confirm("leases", by: owner, at: until) }
        refused(.wrongState) {
            try confirm("leases", by: .cordon, at: until.adding(milliseconds: -1))
        }
        try confirm("leases", by: .cordon, at: until)
        #expect(workflow.state == .stopping)
        let proved = now.adding(hours: 1)
        try confirm("mail-rule", by: owner, at: proved)
        #expect(workflow.state == .stopped)
        #expect(workflow.containments.first?.timeToContainMilliseconds == 3_600_000)
        let version = workflow.version
        try confirm("mail-rule", by: Firm.leader.person, at: proved)
        #expect(workflow.version == version)
        #expect(workflow.dues == [])
    }

    @Test func aRestartLiftsItsOwnIncidentsStopsOnly() throws {
        var workflow = try stopped()
        let second = try workflow.stop(
            scope: .whole, reason: "Also.", incident: "INC-2", id: "c2", by: Firm.owner.person,
            at: now, leasesUntil: nil)
        workflow.apply(second, at: now)
        workflow.apply(workflow.restart(for: "INC-1", watch: nil), at: now)
        #expect(workflow.state == .stopped)
        #expect(workflow.containmentsInForce.map(\.id) == ["c2"])
        workflow.apply(workflow.restart(for: "INC-2", watch: nil), at: now)
        #expect(workflow.state == .running)
    }

    @Test func aRestartWithoutAWatchDoesNotEndAnothers() throws {
        var workflow = Firm.running()
        let watch = Watch(incident: "INC-1", until: now.adding(hours: 168), conditions: [])
        workflow.apply(workflow.restart(for: "INC-1", watch: watch), at: now)
        #expect(workflow.state == .watch)
        workflow.apply(workflow.restart(for: "INC-2", watch: nil), at: now)
        #expect(workflow.watch == watch)
    }

    @Test func aWatchedDraftIsStillADraft() {
        var workflow = Firm.registered()
        let watch = Watch(incident: "INC-1", until: now.adding(hours: 168), conditions: [])
        workflow.apply(workflow.restart(for: "INC-1", watch: watch), at: now)
        #expect(workflow.watch == watch)
        #expect(workflow.state == .draft)
    }

    @Test func liftedStopsAreForgottenBeforeStandingOnes() throws {
        var workflow = Firm.running()
        for number in 1...60 {
            let events = try workflow.stop(
                scope: .whole, reason: "So.", incident: number == 1 ? "INC-1" : "INC-2",
                id: "c\(number)", by: Firm.owner.person, at: now, leasesUntil: nil)
            workflow.apply(events, at: now)
            if number > 1 { workflow.apply(workflow.restart(for: "INC-2", watch: nil), at: now) }
        }
        #expect(workflow.containments.count == 50)
        #expect(workflow.containmentsInForce.map(\.id) == ["c1"])
    }

    @Test func aRetiredWorkflowStaysAsItIs() throws {
        var workflow = Firm.running()
        workflow.apply(try workflow.retire(reason: "Replaced."), at: now)
        #expect(workflow.state == .retired)
        #expect(workflow.dues == [])
        let now = now
        let owners = owners
        let verbs: [(Workflow) throws -> [WorkflowEvent]] = [
            { try $0.amend(to: Firm.profile, policy: Firm.policy) },
            { try $0.rehearse(on: now, at: now) },
            {
                try $0.beginStopTest(
                    id: "t", by: Firm.owner, seconds: 1, inProduction: true, at: now)
            },
            { try $0.enterProduction(policy: Firm.policy, owners: owners) },
            {
                try $0.overrideReadiness(
                    reason: "", expiresAt: now.adding(days: 1), by: Firm.sponsor,
                    policy: Firm.policy, owners: owners, at: now)
            },
            {
                try $0.stop(
                    scope: .whole, reason: "", incident: "", id: "c", by: Firm.owner.person,
                    at: now, leasesUntil: nil)
            },
            { try $0.retire(reason: "") },
        ]
        for verb in verbs { refused(.wrongState) { _ = try verb(workflow) } }
    }

    @Test func aWorkflowBeginsWithItsRegistrationOnly() {
        #expect(Workflow(first: .enteredProduction, at: now) == nil)
    }
}
