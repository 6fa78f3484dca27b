import CordonCore
import Testing

/// The gate's answers: stops first, then readiness, then the declared authority, default deny.
@Suite struct GateTests {
    private static let now = Firm.start.adding(hours: 2)

    private static let acting = Authority(
        mode: .act,
        tools: [
            ToolAuthority(name: "crm.read", access: .read),
            ToolAuthority(name: "crm.write", access: .write),
            ToolAuthority(name: "pay", access: .write, needsApproval: true),
        ], delivers: .outside, decides: true)

    private static func entry(
        _ authority: Authority? = acting, scope: Containment.Scope? = nil, ready: Bool = true,
        events: [WorkflowEvent] = [], policy: Policy = Firm.policy
    ) throws -> GateEntry {
        var profile = Firm.profile
        profile.authority = authority
        var workflow = ready ? Firm.running(profile) : Firm.registered(profile)
        workflow.apply(events, at: now)
        if let scope {
            let stop = try workflow.stop(
                scope: scope, reason: "So.", incident: "INC-1", id: "c1",
                by: Firm.owner.person, at: now, leasesUntil: nil)
            workflow.apply(stop, at: now)
        }
        return GateEntry(workflow, policy: policy, revision: 7)
    }

    enum Answered: String { case allow, stopped, deny, approval, notReady }

    private func answered(_ decision: GateDecision) -> Answered {
        switch decision {
        case .allow: .allow
        case .stopped: .stopped
        case .deny: .deny
        case .approval: .approval
        case .notReady: .notReady
        }
    }

    static let generate = GateRequest(action: .generate)
    static let read = GateRequest(action: .tool, tool: "crm.read")
    static let write = GateRequest(action: .tool, tool: "crm.write")
    static let inside = GateRequest(action: .deliver, target: .inside)
    static let outside = GateRequest(action: .deliver, target: .outside)
    static let unnamed = GateRequest(action: .deliver)
    static let decide = GateRequest(action: .decide)
    static let all = [generate, read, write, inside, outside, unnamed, decide]

    struct Row: Sendable {
        let name: String
        let entry: @Sendable () throws -> GateEntry
        /// In the order of `all`.
        let answers: [Answered]
        let whole: Answered
    }

    static let rows: [Row] = [
        Row(
            name: "acting, running", entry: { try entry() },
            answers: [.allow, .allow, .allow, .allow, .allow, .allow, .allow], whole: .allow),
        Row(
            name: "no authority", entry: { try entry(nil) },
            answers: [.allow, .deny, .deny, .deny, .deny, .deny, .deny], whole: .allow),
        Row(
            name: "drafting only",
            entry: {
                var authority = acting
                authority.mode = .draft
                authority.delivers = .inside
                authority.decides = false
                return try entry(authority)
            },
            answers: [.allow, .allow, .deny, .allow, .deny, .deny, .deny], whole: .allow),
        Row(
            name: "delivery approved",
            entry: {
                var authority = acting
                authority.deliveryNeedsApproval = true
                return try entry(authority)
            },
            answers: [.allow, .allow, .allow, .approval, .approval, .approval, .allow],
            whole: .allow),
        Row(
            name: "stopped", entry: { try entry(scope: .whole) },
            answers: Array(repeating: .stopped, count: 7), whole: .stopped),
        Row(
            name: "a tool stopped", entry: { try entry(scope: .tool("crm.write")) },
            answers: [.allow, .allow, .stopped, .allow, .allow, .allow, .allow], whole: .allow),
        Row(
            name: "outbound stopped", entry: { try entry(scope: .outbound) },
            answers: [.allow, .allow, .allow, .allow, .stopped, .stopped, .allow],
            whole: .allow),
        Row(
            name: "a stopped draft", entry: { try entry(scope: .whole, ready: false) },
            answers: Array(repeating: .stopped, count: 7), whole: .stopped),
        Row(
            name: "draft", entry: { try entry(ready: false) },
            answers: [.allow] + Array(repeating: .notReady, count: 6), whole: .allow),
        Row(
            name: "draft where all use is blocked",
            entry: {
                var policy = Firm.policy
                policy.lane = "block_all"
                return try entry(ready: false, policy: policy)
            },
            answers: Array(repeating: .notReady, count: 7), whole: .notReady),
        Row(
            name: "a draft under watch",
            entry: {
                let watch = Watch(incident: "INC-1", until: now.adding(hours: 1), conditions: [])
                return try entry(
                    ready: false, events: [.restarted(incident: "INC-1", watch: watch)])
            },
            answers: [.allow] + Array(repeating: .notReady, count: 6), whole: .allow),
        Row(
            name: "watch",
            entry: {
                let watch = Watch(incident: "INC-1", until: now.adding(hours: 1), conditions: [])
                return try entry(events: [.restarted(incident: "INC-1", watch: watch)])
            },
            answers: Array(repeating: .allow, count: 7), whole: .allow),
        Row(
            name: "retired", entry: { try entry(events: [.retired(reason: "Replaced.")]) },
            answers: Array(repeating: .notReady, count: 7), whole: .notReady),
    ]

    @Test(arguments: rows.indices)
    func theGateAnswersByStateAuthorityAndScope(_ index: Int) throws {
        let row = Self.rows[index]
        let entry = try row.entry()
        let answers = Self.all.map { answered(entry.decision(on: $0, at: Self.now)) }
        #expect(answers == row.answers, "\(row.name)")
        #expect(answered(entry.decision(at: Self.now)) == row.whole, "\(row.name)")
    }

    @Test func aStopSaysWhyAndForWhichIncident() throws {
        let entry = try Self.entry(scope: .whole)
        let stop = GateEntry.Stop(scope: .whole, reason: "So.", incident: "INC-1")
        #expect(entry.decision(at: Self.now) == .stopped(stop))
        #expect(entry.decision(on: Self.decide, at: Self.now) == .stopped(stop))
        #expect(entry.fallback == Firm.profile.fallback)
        #expect(entry.revision == 7)
    }

    @Test func anAllowToActIsNotReliedUponLater() throws {
        let entry = try Self.entry()
        let drafted = entry.decision(on: Self.generate, at: Self.now)
        #expect(drafted == .allow(leaseMilliseconds: 1_000))
        for request in Self.all.dropFirst() {
            #expect(entry.decision(on: request, at: Self.now) == .allow(leaseMilliseconds: 0))
        }
        #expect(entry.decision(at: Self.now) == .allow(leaseMilliseconds: 0))
        let drafting = try Self.entry(Authority(mode: .draft))
        #expect(drafting.decision(at: Self.now) == .allow(leaseMilliseconds: 1_000))
    }

    @Test(arguments: [(Int64(-1), Answered.allow), (0, .notReady), (1, .notReady)])
    func anOverrideHoldsUntilItsExpiry(_ milliseconds: Int64, _ answer: Answered) throws {
        let expiry = Self.now.adding(days: 1)
        let override = Workflow.ReadinessOverride(
            reason: "", by: Firm.sponsor.person, expiresAt: expiry, gaps: [])
        let entry = try Self.entry(ready: false, events: [.readinessOverridden(override)])
        let now = expiry.adding(milliseconds: milliseconds)
        #expect(answered(entry.decision(at: now)) == answer)
        for request in Self.all {
            #expect(answered(entry.decision(on: request, at: now)) == answer)
        }
    }

    @Test(arguments: [
        (nil, Answered.deny), ("", .deny), ("CRM.READ", .deny), ("crm", .deny),
        ("crm.read", .allow), ("pay", .approval),
    ])
    func aToolIsCalledByItsExactName(_ tool: String?, _ answer: Answered) throws {
        let request = GateRequest(action: .tool, tool: tool)
        #expect(answered(try Self.entry().decision(on: request, at: Self.now)) == answer)
    }

    struct Argument: Sendable {
        let rule: ArgumentRule
        let value: GateArgument?
        let holds: Bool

        init(_ rule: ArgumentRule, _ value: GateArgument?, _ holds: Bool) {
            self.rule = rule
            self.value = value
            self.holds = holds
        }
    }

    private static let range = ArgumentRule(name: "amount", minimum: 0, maximum: 100)
    private static let least = ArgumentRule(name: "amount", minimum: 0)
    private static let most = ArgumentRule(name: "amount", maximum: 100)
    private static let choice = ArgumentRule(name: "amount", oneOf: ["draft", "7"])
    private static let start = ArgumentRule(name: "amount", prefix: "acct-")
    private static let both = ArgumentRule(name: "amount", oneOf: ["acct-1", "x"], prefix: "acct-")
    private static let none = ArgumentRule(name: "amount")

    static let arguments: [Argument] = [
        Argument(range, .number(0), true), Argument(range, .number(100), true),
        Argument(range, .number(-0.001), false), Argument(range, .number(100.001), false),
        Argument(range, .number(.nan), false), Argument(least, .number(.infinity), false),
        Argument(most, .number(-.infinity), false), Argument(range, .text("50"), false),
        Argument(range, .other, false), Argument(range, nil, false),
        Argument(least, .number(1e300), true), Argument(most, .number(-1e300), true),
        Argument(choice, .text("draft"), true), Argument(choice, .text("Draft"), false),
        Argument(choice, .number(7), true), Argument(choice, .number(7.5), false),
        Argument(choice, .number(1e300), false), Argument(choice, .other, false),
        Argument(choice, nil, false),
        Argument(start, .text("acct-1"), true), Argument(start, .text("ACCT-1"), false),
        Argument(start, .text(""), false), Argument(start, nil, false),
        Argument(both, .text("acct-1"), true), Argument(both, .text("x"), false),
        Argument(both, .text("acct-2"), false),
        Argument(none, nil, true), Argument(none, .other, true),
    ]

    @Test(arguments: arguments)
    func anArgumentKeepsEveryBound(_ argument: Argument) throws {
        let tool = ToolAuthority(name: "pay", access: .write, arguments: [argument.rule])
        let entry = try Self.entry(Authority(mode: .act, tools: [tool]))
        let arguments = argument.value.map { ["amount": $0, "other": .text("x")] } ?? [:]
        let request = GateRequest(action: .tool, tool: "pay", arguments: arguments)
        let answer = answered(entry.decision(on: request, at: Self.now))
        #expect(answer == (argument.holds ? .allow : .deny))
    }
}
