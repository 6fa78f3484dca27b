import CordonCore
import Testing

/// One exact call, for as many people as its terms ask for, decided by others than who asked.
@Suite struct ApprovalTests {
    private static let start = Firm.start
    private static let asker = Person(id: "id-bot", name: "bot")
    private static let workflow = WorkflowContext(
        key: Firm.key, function: Firm.function, owner: "olivia")

    static func call(
        _ arguments: String = #"{"amount":40,"to":"Birch"}"#, tool: String = "pay",
        workflow: String = Firm.key, record: String? = nil, server: String? = nil
    ) throws -> ExactCall {
        try ExactCall(
            workflow: workflow,
            request: GateRequest(action: .tool, tool: tool, record: record),
            arguments: Array(arguments.utf8), server: server)
    }

    private func approval(
        _ need: ApprovalNeed = ApprovalNeed(reason: "A person has to."), user: String? = nil
    ) throws -> Approval {
        let request = Approval.Request(
            call: try Self.call(), policyVersion: 1, need: need,
            expiresAt: Self.start.adding(milliseconds: Int64(need.windowMinutes) * 60_000),
            user: user)
        return try #require(
            Approval(id: "a1", first: .asked(request), by: Self.asker, at: Self.start))
    }

    private func approve(
        _ approval: inout Approval, by actor: Actor, seen: String? = nil,
        edit: (ExactCall, ApprovalNeed?)? = nil, at now: Instant = start
    ) throws {
        for event in try approval.approve(
            by: actor, for: Self.workflow, reason: "", seen: seen,
            edit: edit.map { (call: $0, need: $1) }, at: now)
        {
            approval.apply(event, by: actor.person, at: now)
        }
    }

    // MARK: The exact call

    @Test(arguments: [
        #" { "to" : "Birch", "amount" : 40 } "#, #"{"amount":40,"to":"\u0042irch"}"#,
        #"{"amount":40.0,"to":"Birch"}"#, #"{"amount":4e1,"to":"Birch"}"#,
    ])
    func oneCallHasOneDigestHoweverItIsWritten(_ written: String) throws {
        let digest = try Self.call().digest(policyVersion: 1)
        #expect(try Self.call(written).digest(policyVersion: 1) == digest)
    }

    @Test func whateverIsChangedMakesAnotherCall() throws {
        var digests = Set([try Self.call().digest(policyVersion: 1)])
        let others = [
            try Self.call(#"{"amount":41,"to":"Birch"}"#),
            try Self.call(#"{"amount":"40","to":"Birch"}"#),
            try Self.call(#"{"amount":40,"to":"birch"}"#), try Self.call(#"{"amount":40}"#),
            try Self.call(tool: "pay2"), try Self.call(workflow: "other-flow"),
            try Self.call(record: "A-1"), try Self.call(server: "sandbox"),
            try Self.call(server: "production"), try Self.call(server: ""),
            try Self.call(record: "A-1", server: "sandbox"),
        ]
        for other in others {
            #expect(digests.insert(other.digest(policyVersion: 1)).inserted, "\(other)")
        }
        #expect(digests.insert(try Self.call().digest(policyVersion: 2)).inserted)
    }

    /// What was kept before servers were bound is read, and is the same call still.
    @Test func aCallOfNoServerIsTheOneThatItWas() throws {
        let kept =
            #"{"action":"tool","arguments":"{\"amount\":40,\"to\":\"Birch\"}","tool":"pay","#
            + #""workflow":"monthly-summaries"}"#
        let call = try Canonical.read(ExactCall.self, from: kept.utf8)
        #expect(try call == Self.call())
        #expect(try Canonical.text(call) == kept)
        #expect(
            call.digest(policyVersion: 1)
                == "c780937e1a3101e7fa0a222af62d245a003f309db5e8d4cfc56d084667477e1d")
    }

    @Test func theServerStaysWithTheCall() throws {
        let call = try Self.call(server: "sandbox")
        #expect(
            call.digest(policyVersion: 1)
                == "87d0be066fbfa39f79084638d7e062e341e2532ef6187d6dbfd149061409beec")
        let kept = try Canonical.read(ExactCall.self, from: Canonical.bytes(call))
        #expect(kept == call && kept.server == "sandbox")
        #expect(try call.with(arguments: Array("{}".utf8)).server == "sandbox")
    }

    @Test(arguments: [#"{"a":1,"a":2}"#, #"{"a":{"b":1,"b":2}}"#, "[1]", "1", "", "{"])
    func argumentsThatCanBeReadInTwoWaysAreRefused(_ arguments: String) {
        let refusal = #expect(throws: Refusal.self) { try Self.call(arguments) }
        #expect(refusal?.kind == .invalidInput)
    }

    @Test(arguments: [(-1, true), (0, true), (1, false)])
    func argumentsAreAsLargeAsAPersonCanBeAskedAbout(_ over: Int, _ fits: Bool) throws {
        let frame = #"{"t":""}"#.utf8.count
        let text = String(
            repeating: "x", count: ExactCall.argumentsAtMost - frame + over)
        let written = #"{"t":"\#(text)"}"#
        if fits {
            _ = try Self.call(written)
        } else {
            let refusal = #expect(throws: Refusal.self) { try Self.call(written) }
            #expect(refusal?.kind == .tooLarge)
        }
    }

    // MARK: Terms

    @Test(
        arguments: [
            (49.99, 0), (50, 0), (50.01, 1), (500, 1), (500.01, 2), (.infinity, 2), (.nan, 2),
        ] as [(Double, Int)])
    func amountsDecideHowManyAreAsked(_ amount: Double, _ persons: Int) throws {
        let terms = ApprovalTerms(argument: "amount", above: 50, secondAbove: 500)
        let decision = try decision(terms, ["amount": .number(amount)])
        switch decision {
        case .allow: #expect(persons == 0)
        case .approval(let need): #expect(need.persons == persons)
        default: Issue.record("\(decision)")
        }
    }

    @Test(
        arguments: [[:], ["amount": .text("9")], ["amount": .list([.number(1)])]]
            as [[String: GateArgument]])
    func anAmountThatIsNoNumberIsAboveEveryBound(_ arguments: [String: GateArgument]) throws {
        let terms = ApprovalTerms(argument: "amount", above: 50, secondAbove: 500)
        guard case .approval(let need) = try decision(terms, arguments) else {
            Issue.record("nobody is asked")
            return
        }
        #expect(need.persons == 2)
    }

    private func decision(
        _ terms: ApprovalTerms, _ arguments: [String: GateArgument]
    ) throws -> GateDecision {
        var profile = Firm.profile
        profile.authority = Authority(
            mode: .act,
            tools: [
                ToolAuthority(name: "pay", access: .write, needsApproval: true, approval: terms)
            ])
        return GateEntry(Firm.running(profile), policy: Firm.policy, revision: 1).decision(
            on: GateRequest(action: .tool, tool: "pay", arguments: arguments), at: Self.start)
    }

    @Test(
        arguments: [
            (ApprovalTerms(), true), (ApprovalTerms(above: 1), false),
            (ApprovalTerms(argument: "a", above: 2, secondAbove: 1), false),
            (ApprovalTerms(argument: "a", above: 1, secondAbove: 1), true),
        ] as [(ApprovalTerms, Bool)])
    func boundsThatMeanNothingAreRefused(_ terms: ApprovalTerms, _ isSound: Bool) {
        var profile = Firm.profile
        profile.authority = Authority(mode: .act, deliveryApproval: terms)
        let registration = Result {
            try Workflow.register(key: Firm.key, profile: profile, policy: Firm.policy)
        }
        #expect(((try? registration.get()) != nil) == isSound)
    }

    // MARK: Decisions

    @Test func oneYesIsOneUse() throws {
        var approval = try approval()
        try approve(&approval, by: Firm.owner)
        #expect(approval.state == .approved)
        for event in try approval.use(at: "gate", now: Self.start) {
            approval.apply(event, by: Self.asker, at: Self.start)
        }
        #expect(approval.state == .used)
        #expect(throws: Refusal.self) { try approval.use(at: "gate", now: Self.start) }
        #expect(throws: Refusal.self) { try approve(&approval, by: Firm.counsel) }
        #expect(approval.void(reason: "Late.", at: Self.start).isEmpty)
    }

    @Test func nobodyDecidesOnTheirOwn() throws {
        let own = Actor(Self.asker, grants: [RoleGrant(.owner, workflow: Firm.key)])
        var asked = try approval()
        let refusal = #expect(throws: Refusal.self) { try approve(&asked, by: own) }
        #expect(refusal?.kind == .secondPersonRequired)
        #expect(throws: Refusal.self) {
            try asked.reject(by: own, for: Self.workflow, reason: "No.", at: Self.start)
        }
        var forOlivia = try approval(user: "olivia")
        #expect(throws: Refusal.self) { try approve(&forOlivia, by: Firm.owner) }
        var inCapitals = try approval(user: "Olivia")
        #expect(throws: Refusal.self) { try approve(&inCapitals, by: Firm.owner) }
        try approve(&forOlivia, by: Firm.counsel)
        #expect(forOlivia.state == .approved)
    }

    @Test func aCapNeedsTwoPeople() throws {
        var approval = try approval(ApprovalNeed(reason: "Two.", persons: 2))
        try approve(&approval, by: Firm.owner)
        #expect(approval.state == .pending)
        let refusal = #expect(throws: Refusal.self) { try approve(&approval, by: Firm.owner) }
        #expect(refusal?.kind == .alreadySigned)
        try approve(&approval, by: Firm.counsel)
        #expect(approval.state == .approved)
    }

    @Test func onlyTheNamedRolesDecide() throws {
        var approval = try approval(ApprovalNeed(reason: "Legal.", approvers: [.legal, .owner]))
        let refusal = #expect(throws: Refusal.self) { try approve(&approval, by: Firm.security) }
        #expect(refusal?.kind == .notPermitted)
        // The owner of another workflow is none here.
        #expect(throws: Refusal.self) { try approve(&approval, by: Firm.otherOwner) }
        try approve(&approval, by: Firm.counsel)
        #expect(approval.state == .approved)
    }

    @Test(arguments: [Firm.otherOwner, Firm.otherLeader, Firm.administrator])
    func nobodyDecidesForAnotherWorkflow(_ actor: Actor) throws {
        var approval = try approval()
        let refusal = #expect(throws: Refusal.self) { try approve(&approval, by: actor) }
        #expect(refusal?.kind == .notPermitted)
    }

    @Test func anEditVoidsTheYesesBeforeIt() throws {
        var approval = try approval(ApprovalNeed(reason: "Two.", persons: 2))
        try approve(&approval, by: Firm.owner)
        let smaller = try Self.call(#"{"amount":10,"to":"Birch"}"#)
        try approve(&approval, by: Firm.counsel, edit: (smaller, nil))
        #expect(approval.state == .pending)
        #expect(approval.grants.map(\.by) == [Firm.counsel.person])
        try approve(&approval, by: Firm.owner, seen: approval.grantedDigest)
        #expect(approval.state == .approved)
        #expect(approval.grantedCall == smaller)
        #expect(approval.grantedDigest != approval.request.digest)
    }

    /// One of two changes the call while the other reads it.
    @Test func aYesIsToWhatWasReadAndToNothingElse() throws {
        var approval = try approval(ApprovalNeed(reason: "Two.", persons: 2))
        let read = approval.grantedDigest
        let larger = try Self.call(#"{"amount":9000,"to":"Me"}"#)
        try approve(&approval, by: Firm.counsel, seen: read, edit: (larger, nil))
        for seen in [read, nil, ""] {
            let refusal = #expect(throws: Refusal.self) {
                try approve(&approval, by: Firm.owner, seen: seen)
            }
            #expect(refusal?.kind == .wrongState)
        }
        // Who names the arguments has read them.
        try approve(&approval, by: Firm.owner, edit: (larger, nil))
        #expect(approval.state == .approved)
        #expect(approval.grants.count == 2)
    }

    @Test func anEditNeverGetsByWithFewerPeople() throws {
        var approval = try approval()
        let larger = try Self.call(#"{"amount":9000,"to":"Birch"}"#)
        try approve(
            &approval, by: Firm.owner, edit: (larger, ApprovalNeed(reason: "Two.", persons: 2)))
        #expect(approval.persons == 2 && approval.state == .pending)
    }

    @Test(arguments: [(-1, true), (0, false), (1, false)] as [(Int64, Bool)])
    func silenceIsANo(_ after: Int64, _ isOpen: Bool) throws {
        let need = ApprovalNeed(reason: "Soon.", windowMinutes: 1)
        var approval = try approval(need)
        let now = Self.start.adding(milliseconds: 60_000 + after)
        #expect(approval.expire(at: now).isEmpty == isOpen)
        if isOpen {
            try approve(&approval, by: Firm.owner, at: now)
        } else {
            #expect(approval.state(at: now) == .expired)
            #expect(throws: Refusal.self) { try approve(&approval, by: Firm.owner, at: now) }
        }
    }

    @Test func anApprovalThatIsUsedTooLateIsNone() throws {
        var approval = try approval(ApprovalNeed(reason: "Soon.", windowMinutes: 1))
        try approve(&approval, by: Firm.owner)
        let late = Self.start.adding(milliseconds: 60_000)
        #expect(throws: Refusal.self) { try approval.use(at: "gate", now: late) }
        #expect(approval.expire(at: late) == [.expired])
    }

    @Test func howLongItWasReadIsKept() throws {
        var approval = try approval()
        for _ in 0..<2 {
            for event in approval.open(by: Firm.owner.person, at: Self.start) {
                approval.apply(event, by: Firm.owner.person, at: Self.start)
            }
        }
        #expect(approval.openings.count == 1)
        try approve(
            &approval, by: Firm.owner, at: Self.start.adding(milliseconds: 9_000))
        let grant = try #require(approval.grants.first)
        #expect(approval.readingMilliseconds(of: grant) == 9_000)
    }
}
