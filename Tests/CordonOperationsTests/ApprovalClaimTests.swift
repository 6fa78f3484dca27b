import CordonCore
import CordonLedger
import CordonTesting
import Testing

@testable import CordonOperations
@testable import CordonStore

/// What people allow is used once, by exactly that call, and not after a stop.
@Suite struct ApprovalClaimTests {
    private static let key = "refund-agent"
    private static let request = GateRequest(
        action: .tool, tool: "pay", arguments: ["amount": .number(40)])

    private struct House {
        let cordon: TestCordon
        let bot: Caller
        let ana: Caller
        let ben: Caller

        var operations: Operations { cordon.operations }

        static func open(_ cordon: TestCordon, secondAbove: Double? = nil) async throws -> House {
            let admin = try await cordon.account("adam", RoleGrant(.governance))
            let house = House(
                cordon: cordon, bot: try await cordon.account("bot", RoleGrant(.governance)),
                ana: try await cordon.account("ana", RoleGrant(.operator)),
                ben: try await cordon.account("ben", RoleGrant(.operator)))
            let terms = ApprovalTerms(
                windowMinutes: 60, argument: "amount", secondAbove: secondAbove)
            let authority = authority(terms)
            try await cordon.operations.perform(admin) { work in
                _ = try work.registerWorkflow(
                    key,
                    WorkflowProfile(
                        name: "Refunds", function: "sales",
                        authority: authority))
            }
            try await cordon.operations.perform(.cordon("test")) { work in
                try work.record([.enteredProduction], on: try work.workflow(key))
            }
            cordon.clock.advance(milliseconds: 1_500)
            return house
        }

        static func authority(_ terms: ApprovalTerms) -> Authority {
            Authority(
                mode: .act,
                tools: [
                    ToolAuthority(
                        name: "pay", access: .write, needsApproval: true, approval: terms)
                ])
        }

        /// Has the owner ask for other people, or for more.
        func amend(_ terms: ApprovalTerms) async throws {
            try await amend(to: Self.authority(terms))
        }

        func amend(to authority: Authority) async throws {
            try await operations.perform(bot) { work in
                _ = try work.amendWorkflow(key, version: nil) { $0.authority = authority }
            }
        }

        func kept(_ id: String) async throws -> Approval {
            try await operations.ask(ana) { try $0.approval(id) }
        }

        func question(
            _ amount: Int = 40, server: String? = nil
        ) throws -> ApprovalQuestion {
            ApprovalQuestion(
                call: try ExactCall(
                    workflow: key, request: request,
                    arguments: Array(#"{"amount":\#(amount)}"#.utf8), server: server),
                need: ApprovalNeed(reason: "A person has to.", windowMinutes: 60), point: "gate")
        }

        func claim(
            _ amount: Int = 40, server: String? = nil, waitingFor id: String? = nil
        ) async throws -> ApprovalAnswer {
            let question = try question(amount, server: server)
            return try await operations.perform(bot) {
                try $0.claimApproval(question, waitingFor: id)
            }
        }

        func ask(_ amount: Int = 40, server: String? = nil) async throws -> String {
            guard case .pending(let approval) = try await claim(amount, server: server) else {
                throw Refusal(.wrongState, "It is not pending.")
            }
            return approval.id
        }

        @discardableResult
        func approve(
            _ id: String, by person: Caller, _ arguments: String? = nil
        ) async throws -> Approval {
            try await operations.perform(person) {
                try $0.approve(id, reason: "", arguments: arguments.map { Array($0.utf8) })
            }
        }
    }

    private func word(_ answer: ApprovalAnswer) -> String {
        switch answer {
        case .granted: "granted"
        case .pending: "pending"
        case .edited: "edited"
        case .refused: "refused"
        }
    }

    @Test(arguments: OperationsEngine.available)
    func twoRetriesAreOneUse(_ engine: OperationsEngine) async throws {
        try await engine.withCordon { cordon in
            let house = try await House.open(cordon)
            let id = try await house.ask()
            #expect(word(try await house.claim()) == "pending")
            #expect(try await house.ask() == id)
            try await house.approve(id, by: house.ana)
            let answers = try await withThrowingTaskGroup(of: String.self) { group in
                for _ in 0..<8 {
                    group.addTask { word(try await house.claim(waitingFor: id)) }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(answers.filter { $0 == "granted" }.count == 1, "\(answers)")
            #expect(answers.filter { $0 == "refused" }.count == 7, "\(answers)")
            // The same call made once more is asked for once more.
            #expect(try await house.ask() != id)
        }
    }

    @Test func aChangedArgumentIsAnotherQuestion() async throws {
        let house = try await House.open(try await Operations.forTesting())
        let id = try await house.ask(40)
        try await house.approve(id, by: house.ana)
        #expect(word(try await house.claim(41)) == "pending")
        #expect(word(try await house.claim(40)) == "granted")
    }

    /// Two servers may have a tool of one name: a yes to one is none to the other.
    @Test func anotherServerIsAnotherQuestion() async throws {
        let house = try await House.open(try await Operations.forTesting())
        let id = try await house.ask(server: "sandbox")
        try await house.approve(id, by: house.ana)
        #expect(try await house.kept(id).request.call.server == "sandbox")
        #expect(word(try await house.claim(server: "production")) == "pending")
        #expect(word(try await house.claim()) == "pending")
        #expect(word(try await house.claim(server: "sandbox")) == "granted")
    }

    @Test(arguments: OperationsEngine.available, [false, true])
    func aStopVoidsWhatWasAllowed(_ engine: OperationsEngine, isApproved: Bool) async throws {
        try await engine.withCordon { cordon in
            let house = try await House.open(cordon)
            let id = try await house.ask()
            if isApproved { try await house.approve(id, by: house.ana) }
            try await house.operations.perform(house.ben, holding: [Self.key]) { work in
                _ = try work.stop(
                    Self.key, scope: .whole, related: false, reason: "Wrong.", incident: nil)
            }
            let refusal = await #expect(throws: Refusal.self) {
                try await house.claim(waitingFor: id)
            }
            #expect(refusal?.kind == .workflowStopped)
            let kept = try await house.operations.ask(house.ana) { try $0.approval(id) }
            #expect(kept.state == .voided)
            await #expect(throws: Refusal.self) { try await house.approve(id, by: house.ana) }
        }
    }

    @Test func aStopOfAnotherToolVoidsNothing() async throws {
        let house = try await House.open(try await Operations.forTesting())
        let id = try await house.ask()
        try await house.operations.perform(house.ben, holding: [Self.key]) { work in
            _ = try work.stop(
                Self.key, scope: .tool("mail"), related: false, reason: "Wrong.", incident: nil)
        }
        try await house.approve(id, by: house.ana)
        #expect(word(try await house.claim()) == "granted")
    }

    @Test func anEditIsToldAndThenUsed() async throws {
        let house = try await House.open(try await Operations.forTesting())
        let id = try await house.ask(40)
        try await house.approve(id, by: house.ana, #"{"amount": 15}"#)
        #expect(word(try await house.claim(40)) == "edited")
        #expect(word(try await house.claim(15)) == "granted")
        #expect(word(try await house.claim(15)) == "pending")
    }

    @Test func anEditBeyondTheAuthorityIsRefused() async throws {
        let house = try await House.open(
            try await Operations.forTesting(), secondAbove: 100)
        let id = try await house.ask(40)
        let edited = try await house.approve(id, by: house.ana, #"{"amount": 101}"#)
        #expect(edited.state == .pending && edited.persons == 2)
        await #expect(throws: Refusal.self) { try await house.approve(id, by: house.ben) }
        let both = try await house.approve(id, by: house.ben, #"{"amount": 101.0}"#)
        #expect(both.state == .approved)
    }

    @Test func aNoIsToldUntilTheWindowEnds() async throws {
        let house = try await House.open(try await Operations.forTesting())
        let id = try await house.ask()
        try await house.operations.perform(house.ana) {
            _ = try $0.rejectApproval(id, reason: "Refund Birch first.")
        }
        guard case .refused(_, let reason) = try await house.claim() else {
            Issue.record("it is not refused")
            return
        }
        #expect(reason.contains("ana said no: Refund Birch first."))
        house.cordon.clock.advance(hours: 1)
        #expect(try await house.ask() != id)
    }

    @Test func theClockWritesDownThatNobodyAnswered() async throws {
        let house = try await House.open(try await Operations.forTesting())
        let id = try await house.ask()
        house.cordon.clock.advance(milliseconds: 3_599_999)
        try await house.operations.expireApprovals()
        #expect(try await house.operations.ask(house.ana) { try $0.approval(id) }.state == .pending)
        house.cordon.clock.advance(milliseconds: 1)
        try await house.operations.expireApprovals()
        #expect(try await house.operations.ask(house.ana) { try $0.approval(id) }.state == .expired)
    }

    @Test func aNewPolicyVoidsWhatWasAskedAndIsAnotherQuestion() async throws {
        let house = try await House.open(try await Operations.forTesting())
        let id = try await house.ask()
        let approved = try await house.ask(41)
        try await house.approve(approved, by: house.ana)
        try await house.operations.perform(.cordon("test")) { work in
            let text = try work.policyText(version: nil)
            _ = try work.importPolicy(
                text.yaml + "\n# Again.\n", reason: "Reviewed.", version: text.version)
        }
        let refusal = await #expect(throws: Refusal.self) {
            try await house.approve(id, by: house.ana)
        }
        #expect(refusal?.kind == .wrongState)
        for old in [id, approved] {
            let kept = try await house.operations.ask(house.ana) { try $0.approval(old) }
            #expect(kept.state == .voided)
            #expect(kept.ending?.detail == "The policy has changed (version 2).")
        }
        #expect(word(try await house.claim(41, waitingFor: approved)) == "refused")
        #expect(try await house.ask() != id)
    }

    @Test func noMoreThanAHundredWait() async throws {
        let house = try await House.open(try await Operations.forTesting())
        for amount in 0..<(Approval.waitingAtMost - 1) { _ = try await house.ask(amount) }
        _ = try await house.ask(1_000)
        let refusal = await #expect(throws: Refusal.self) { try await house.ask(1_001) }
        #expect(refusal?.kind == .overloaded)
        // Who waits already is not turned away.
        #expect(word(try await house.claim(1_000)) == "pending")
    }

    // MARK: Waiting

    @Test(.timeLimit(.minutes(1))) func whoWaitsIsAnsweredWhenPeopleHaveDecided() async throws {
        let house = try await House.open(try await Operations.forTesting())
        let question = try house.question()
        async let held = house.operations.claimApproval(question, house.bot, holdSeconds: 45)
        let id = try await asked(house)
        try await house.approve(id, by: house.ana)
        let answer = try await held
        #expect(word(answer) == "granted")
    }

    /// The clock stands still, so only the stop can end the wait.
    @Test(.timeLimit(.minutes(1))) func aStopEndsTheWait() async throws {
        let house = try await House.open(try await Operations.forTesting())
        let question = try house.question()
        async let held = house.operations.claimApproval(question, house.bot, holdSeconds: 45)
        _ = try await asked(house)
        let gate = house.operations.gate
        try await house.operations.perform(house.ben, holding: [Self.key]) { work in
            _ = try work.stop(
                Self.key, scope: .whole, related: false, reason: "Wrong.", incident: nil)
        }
        let answer = try await held
        #expect(word(answer) == "pending")
        #expect(gate.isStopped(Self.key, question.call.request))
    }

    @Test(.timeLimit(.minutes(1))) func nothingIsUsedForWhoHasGone() async throws {
        let house = try await House.open(try await Operations.forTesting())
        let id = try await house.ask()
        try await house.approve(id, by: house.ana)
        let question = try house.question()
        for seconds in [0, 45] {
            let answer = try await house.operations.claimApproval(
                question, house.bot, holdSeconds: seconds, isGone: { true })
            #expect(word(answer) == "pending")
        }
        #expect(word(try await house.operations.claimApproval(question, house.bot)) == "granted")
    }

    /// What is asked together is used together: the first is not spent while the second waits.
    @Test(.timeLimit(.minutes(1))) func nothingIsUsedWhileAnotherWaits() async throws {
        let house = try await House.open(try await Operations.forTesting())
        let first = try await house.ask(1)
        let questions = [try house.question(1), try house.question(2)]
        try await house.approve(first, by: house.ana)
        let until = house.operations.outside.uptime() + 1_000
        async let held = house.operations.claimApprovals(questions, house.bot, until: until)
        let second = try await asked(house)
        let kept = try await house.operations.ask(house.ana) { try $0.approval(first) }
        #expect(kept.state == .approved)
        _ = second
        house.cordon.clock.advance(milliseconds: 1_000)
        let answers = try await held.map { word(try $0.get()) }
        #expect(answers == ["granted", "pending"])
    }

    private func asked(_ house: House) async throws -> String {
        while true {
            let waiting = try await house.operations.ask(house.ana) {
                try $0.approvals(workflow: nil, state: .pending, after: "", limit: 1) { $0.id }
            }
            if let id = waiting.first { return id }
            await Task.yield()
        }
    }

    @Test func asManyWaitAsMay() {
        var state = GateState(uptime: 0)
        let begun = (1...GateState.waitsAtMost).map { _ in state.beginWait("a") }
        #expect(begun.allSatisfy { $0 })
        let others = [state.beginWait("a"), state.beginWait("b")]
        #expect(others == [false, true])
        state.endWait("a")
        let again = [state.beginWait("a"), state.beginWait("a")]
        #expect(again == [true, false])
    }

    @Test func whoSaidYesDoesNotUseIt() async throws {
        let house = try await House.open(try await Operations.forTesting())
        let id = try await house.ask()
        try await house.approve(id, by: house.ana)
        let question = try house.question()
        let answer = try await house.operations.perform(house.ana) {
            try $0.claimApproval(question)
        }
        #expect(word(answer) == "refused")
        #expect(word(try await house.claim()) == "granted")
    }

    // MARK: Terms that have changed

    private static let otherTerms = [
        ApprovalTerms(argument: "amount", secondAbove: 10), ApprovalTerms(approvers: [.legal]),
    ]

    /// The question is one from before the change, as that of a call that is held.
    @Test(arguments: otherTerms)
    func aYesOnTheOldTermsIsNotUsed(_ terms: ApprovalTerms) async throws {
        let house = try await House.open(try await Operations.forTesting())
        let id = try await house.ask()
        try await house.amend(terms)
        #expect(try await house.approve(id, by: house.ana).state == .approved)
        guard case .refused(let approval, let reason) = try await house.claim(waitingFor: id)
        else {
            Issue.record("it is not refused")
            return
        }
        #expect(approval.state == .voided && reason == approval.ending?.detail)
        #expect(try await house.kept(id).state == .voided)
        let anew = try await house.kept(try await house.ask())
        #expect(anew.id != id && anew.request.approvers == terms.approvers ?? [])
        #expect(anew.persons == (terms.secondAbove == nil ? 1 : 2))
    }

    @Test(.timeLimit(.minutes(1)), arguments: otherTerms)
    func aYesOnTheOldTermsDoesNotEndAHold(_ terms: ApprovalTerms) async throws {
        let house = try await House.open(try await Operations.forTesting())
        let question = try house.question()
        async let held = house.operations.claimApproval(question, house.bot, holdSeconds: 45)
        let id = try await asked(house)
        try await house.amend(terms)
        try await house.approve(id, by: house.ana)
        let answer = try await held
        #expect(word(answer) == "refused")
        #expect(try await house.kept(id).state == .voided)
    }

    @Test(arguments: otherTerms, [false, true])
    func thoseWhoHaveToDecideByNowAreAskedInstead(
        _ terms: ApprovalTerms, isWaiting: Bool
    ) async throws {
        let house = try await House.open(try await Operations.forTesting())
        let id = try await house.ask()
        try await house.amend(terms)
        guard case .pending(let anew) = try await house.claim(waitingFor: isWaiting ? id : nil)
        else {
            Issue.record("it is not pending")
            return
        }
        #expect(anew.id != id && anew.request.approvers == terms.approvers ?? [])
        #expect(anew.persons == (terms.secondAbove == nil ? 1 : 2))
        #expect(try await house.kept(id).state == .voided)
        // They are asked once.
        #expect(try await house.ask() == anew.id)
    }

    @Test func whereNobodyHasToBeAskedByNowAYesIsUsed() async throws {
        let house = try await House.open(try await Operations.forTesting())
        let id = try await house.ask()
        let waiting = try await house.ask(41)
        try await house.approve(id, by: house.ana)
        try await house.amend(ApprovalTerms(argument: "amount", above: 100))
        #expect(word(try await house.claim()) == "granted")
        #expect(try await house.ask(41) == waiting)
    }

    @Test func aCallThatIsOutsideTheAuthorityByNowUsesNoYes() async throws {
        let house = try await House.open(try await Operations.forTesting())
        let id = try await house.ask()
        try await house.approve(id, by: house.ana)
        try await house.amend(to: Authority(mode: .draft))
        #expect(word(try await house.claim(waitingFor: id)) == "refused")
        #expect(try await house.kept(id).state == .approved)
    }

    /// Whoever allowed the edited call is asked about that one.
    @Test func anEditIsHeldToTheTermsOfItsOwnArguments() async throws {
        let house = try await House.open(try await Operations.forTesting())
        let id = try await house.ask(40)
        try await house.approve(id, by: house.ana, #"{"amount": 5}"#)
        try await house.amend(ApprovalTerms(argument: "amount", secondAbove: 10))
        #expect(word(try await house.claim(40)) == "edited")
        #expect(word(try await house.claim(5)) == "granted")
    }

    /// The gate's own look, a moment after the use.
    @Test(arguments: otherTerms)
    func theGateAllowsNoMoreThanPeopleHave(_ terms: ApprovalTerms) async throws {
        let house = try await House.open(try await Operations.forTesting())
        let approval = try await house.approve(try await house.ask(), by: house.ana)
        let gate = house.operations.gate
        let call = InFlightCall(workflow: Self.key, request: Self.request)
        guard case .allow? = gate.admit(call, approved: approval)?.decision else {
            Issue.record("it is not allowed")
            return
        }
        gate.end(call)
        try await house.amend(terms)
        guard case .approval? = gate.admit(call, approved: approval)?.decision else {
            Issue.record("others have to allow it")
            return
        }
        #expect(gate.inFlight == 0)
    }

    @Test func aListIsReadToItsEndAFewAtATime() async throws {
        let house = try await House.open(try await Operations.forTesting())
        var ids: [String] = []
        for amount in 0..<21 { ids.append(try await house.ask(amount)) }
        for (limit, count) in [(9, 9), (10, 10), (11, 11), (20, 20), (21, 21), (22, 21)] {
            let found = try await house.operations.ask(house.ana) {
                try $0.approvals(workflow: Self.key, state: .pending, after: "", limit: limit) {
                    $0.id
                }
            }
            #expect(found == Array(ids.prefix(count)))
        }
    }

    @Test func whoHasNoPermissionDecidesNothing() async throws {
        let house = try await House.open(try await Operations.forTesting())
        let rob = try await house.cordon.account("rob", RoleGrant(.reporter))
        let id = try await house.ask()
        let refusal = await #expect(throws: Refusal.self) { try await house.approve(id, by: rob) }
        #expect(refusal?.kind == .notPermitted)
    }
}
