import CordonCore
import Testing

/// What the lane that the company has chosen does to the gate's answers.
@Suite struct LaneTests {
    private static let now = Firm.start.adding(hours: 2)
    private static let approved = Policy.Approved(
        models: ["gpt-5*"], upstreams: ["eu"], mcpServers: [], tools: ["crm.*"])
    private static let authority = Authority(
        mode: .act,
        tools: [
            ToolAuthority(name: "crm.read", access: .read),
            ToolAuthority(
                name: "pay", access: .write,
                arguments: [ArgumentRule(name: "amount", maximum: 100)]),
            ToolAuthority(name: "crm.drop", access: .write),
        ], delivers: .inside, forbids: ["crm.drop"])

    private static func policy(
        _ lane: String, _ outside: Policy.Lane.Outside?, productionMay: [GateAction]? = nil
    ) -> Policy {
        var policy = Firm.policy
        policy.lane = lane
        policy.approved = approved
        for index in policy.lanes.indices where policy.lanes[index].key == lane {
            policy.lanes[index].outside = outside
            if let productionMay { policy.lanes[index].productionMay = productionMay }
        }
        return policy
    }

    private static func entry(
        _ policy: Policy, isReady: Bool, scope: Containment.Scope? = nil, isRetired: Bool = false
    ) throws -> GateEntry {
        var profile = Firm.profile
        profile.authority = authority
        var workflow = isReady ? Firm.running(profile) : Firm.registered(profile)
        if let scope {
            let stop = try workflow.stop(
                scope: scope, reason: "So.", incident: "INC-1", id: "c1",
                by: Firm.owner.person, at: now, leasesUntil: nil)
            workflow.apply(stop, at: now)
        }
        if isRetired { workflow.apply(try workflow.retire(reason: "Replaced."), at: now) }
        return GateEntry(workflow, policy: policy, revision: 1)
    }

    private static let generate = GateRequest(action: .generate)
    private static let read = GateRequest(action: .tool, tool: "crm.read")
    private static let pay = GateRequest(
        action: .tool, tool: "pay", arguments: ["amount": .number(5)])
    private static let payMore = GateRequest(
        action: .tool, tool: "pay", arguments: ["amount": .number(101)])
    private static let drop = GateRequest(action: .tool, tool: "crm.drop")
    private static let unknown = GateRequest(action: .tool, tool: "crm.write")
    private static let inside = GateRequest(action: .deliver, target: .inside)
    private static let outside = GateRequest(action: .deliver, target: .outside)
    private static let decide = GateRequest(action: .decide)
    private static let all = [
        generate, read, pay, payMore, drop, unknown, inside, outside, decide,
    ]

    /// `A` allows, `S` allows as shadow use, `D` is outside the authority, `N` not ready.
    private static func letter(_ entry: GateEntry, _ request: GateRequest) -> Character {
        switch entry.decision(on: request, at: now) {
        case .allow: entry.shadowUse(request, at: now) == nil ? "A" : "S"
        case .deny: "D"
        case .notReady: "N"
        case .stopped: "X"
        case .approval: "?"
        }
    }

    @Test(
        arguments: [
            ("workflow_by_workflow", nil, true, "AAADDDADD"),
            ("workflow_by_workflow", nil, false, "ANNNNNNNN"),
            ("workflow_by_workflow", .observe, true, "AAADDDADD"),
            ("workflow_by_workflow", .observe, false, "ASSDDDSDD"),
            ("approved_tools", .refuse, true, "AADDDDADD"),
            ("approved_tools", .refuse, false, "ANNNNNNNN"),
            ("approved_tools", .observe, true, "AASDDDADD"),
            ("approved_tools", .observe, false, "ASSDDDSDD"),
            ("block_all", nil, true, "NNNNNNNNN"), ("block_all", nil, false, "NNNNNNNNN"),
            ("block_all", .observe, true, "NNNNNNNNN"), ("block_all", .observe, false, "NNNNNNNNN"),
        ] as [(String, Policy.Lane.Outside?, Bool, String)])
    func eachLaneAnswersEachAction(
        _ lane: String, _ outside: Policy.Lane.Outside?, _ isReady: Bool, _ answers: String
    ) throws {
        let entry = try Self.entry(Self.policy(lane, outside), isReady: isReady)
        #expect(String(Self.all.map { Self.letter(entry, $0) }) == answers)
    }

    @Test func whereAllUseIsBlockedTheReasonSaysSo() throws {
        for isReady in [true, false] {
            let entry = try Self.entry(Self.policy("block_all", nil), isReady: isReady)
            let reason =
                "The company has chosen to block all AI use "
                + "(the policy's lane \"Block all use\")."
            #expect(entry.decision(at: Self.now) == .notReady(reason))
            for request in Self.all {
                #expect(entry.decision(on: request, at: Self.now) == .notReady(reason))
            }
        }
    }

    @Test func aStopIsToldBeforeTheLane() throws {
        let entry = try Self.entry(Self.policy("block_all", nil), isReady: true, scope: .whole)
        for request in Self.all { #expect(Self.letter(entry, request) == "X") }
    }

    @Test func aLaneMayLetProductionDoLess() throws {
        let policy = Self.policy("workflow_by_workflow", nil, productionMay: [.generate, .tool])
        let entry = try Self.entry(policy, isReady: true)
        #expect(String(Self.all.map { Self.letter(entry, $0) }) == "AAADDDNNN")
        #expect(
            entry.decision(on: Self.decide, at: Self.now)
                == .notReady(
                    "The company's policy lets no workflow decide "
                        + "(lane \"Workflow by workflow\")."))
    }

    @Test func shadowUseIsGoodForOnce() throws {
        var policy = Self.policy("workflow_by_workflow", .observe)
        policy.lanes[2].draftMay = []
        let entry = try Self.entry(policy, isReady: false)
        #expect(entry.decision(at: Self.now) == .allow(leaseMilliseconds: 0))
        #expect(entry.shadowUse(nil, at: Self.now) != nil)
        #expect(entry.decision(on: Self.generate, at: Self.now) == .allow(leaseMilliseconds: 0))
        let usual = try Self.entry(policy, isReady: true)
        #expect(usual.shadowUse(nil, at: Self.now) == nil)
        #expect(usual.decision(on: Self.generate, at: Self.now) == .allow(leaseMilliseconds: 1_000))
    }

    /// Whatever the lane lets pass, what it does not speak of decides as in the strictest case.
    @Test func observingNeverPassesOverAStopOrTheAuthority() throws {
        let scopes: [Containment.Scope?] = [
            nil, .whole, .outbound, .tool("pay"), .tool("crm.read"),
        ]
        for scope in scopes {
            for lane in ["workflow_by_workflow", "approved_tools"] {
                for isReady in [true, false] {
                    for isRetired in [true, false] {
                        let entry = try Self.entry(
                            Self.policy(lane, .observe), isReady: isReady, scope: scope,
                            isRetired: isRetired)
                        // The same workflow in production, where the lane approves everything.
                        var open = Self.policy("workflow_by_workflow", nil)
                        open.approved = nil
                        let plain = try Self.entry(
                            open, isReady: true, scope: scope, isRetired: isRetired)
                        for request in Self.all {
                            let answer = Self.letter(entry, request)
                            let strict = Self.letter(plain, request)
                            #expect((answer == "S" ? "A" : answer) == strict)
                        }
                    }
                }
            }
        }
    }

    @Test(
        arguments: [
            ("gpt-5", true), ("gpt-5.2-mini", true), ("gpt-4", false), ("GPT-5", false),
            (nil, false),
        ] as [(String?, Bool)])
    func aModelIsApprovedByItsName(_ model: String?, _ isApproved: Bool) {
        let lane = LaneTerms(Self.policy("approved_tools", nil))
        #expect((lane.fault(model: model) == nil) == isApproved)
        #expect(LaneTerms(Self.policy("workflow_by_workflow", nil)).fault(model: model) == nil)
    }

    @Test func whatIsNotListedAtAllIsNotLimitedAndAnEmptyListApprovesNothing() {
        var policy = Self.policy("approved_tools", nil)
        #expect(LaneTerms(policy).fault(upstream: "eu") == nil)
        #expect(LaneTerms(policy).fault(upstream: "us") != nil)
        #expect(LaneTerms(policy).fault(mcpServer: "crm") != nil)
        policy.approved = Policy.Approved(models: ["a"])
        #expect(LaneTerms(policy).fault(mcpServer: "crm") == nil)
        #expect(LaneTerms(policy).fault(tool: "any") == nil)
        policy.approved = nil
        #expect(LaneTerms(policy).fault(tool: "any") != nil)
    }

    @Test(arguments: [(200, 200), (201, 200)])
    func ofALongNameTheBeginningIsTold(_ length: Int, _ told: Int) throws {
        let lane = LaneTerms(Self.policy("approved_tools", nil))
        let fault = try #require(lane.fault(tool: String(repeating: "x", count: length)))
        #expect(fault.count { $0 == "x" } == told)
    }
}
