import CordonCore
import CordonTesting
import Testing

@testable import CordonOperations

/// A stop test finds out where the stop takes hold, and leaves nothing behind.
struct StopTestTests {
    private static let key = "summaries"

    private struct House {
        let cordon: TestCordon
        let admin: Caller

        var operations: Operations { cordon.operations }
        var gate: Gate { operations.gate }

        static func open(manual: [ManualTarget] = []) async throws -> House {
            let cordon = try await Operations.forTesting()
            let admin = try await cordon.account("adam", RoleGrant(.governance))
            _ = try await cordon.operations.perform(admin) { work in
                try work.registerWorkflow(
                    key, WorkflowProfile(name: key, function: "sales", manualTargets: manual))
            }
            return House(cordon: cordon, admin: admin)
        }

        func ask(_ point: String = "cron") -> GateAnswer? {
            gate.decide(key, nil, at: point, .gate)
        }

        func test(_ statement: String? = nil, seconds: Int = 20) async throws -> StopTestOutcome {
            try await operations.testStop(key, admin, seconds: seconds, statement: statement)
        }

        /// Runs `meet` again and again until the test has ended.
        func test(
            seconds: Int = 20, meet: @escaping @Sendable () async throws -> Void
        ) async throws -> StopTestOutcome {
            try await withThrowingTaskGroup(of: StopTestOutcome?.self) { group in
                group.addTask { try await test(nil, seconds: seconds) }
                group.addTask {
                    while !Task.isCancelled {
                        try await meet()
                        await Task.yield()
                    }
                    return nil
                }
                let outcome = try await group.next() ?? nil
                group.cancelAll()
                return try #require(outcome)
            }
        }
    }

    private func states(_ outcome: StopTestOutcome) -> [String: String] {
        Dictionary(outcome.findings.map { ($0.name, $0.state.rawValue) }) { $1 }
    }

    @Test func withNothingConnectedTheGateIsProvedAndSaysSo() async throws {
        let house = try await House.open()
        let outcome = try await house.test()
        #expect(outcome.isProved && outcome.findings.isEmpty)
        #expect(outcome.workflow.stopTestedAt == house.cordon.clock.now)
        #expect(outcome.workflow.stopTest == nil)
        #expect(house.gate.decide(Self.key)?.isStopped == false)
    }

    @Test func whatWasMetHasToBeRefused() async throws {
        let house = try await House.open()
        #expect(house.ask()?.isStopped == false)
        let outcome = try await house.test { _ = house.ask() }
        #expect(outcome.isProved && states(outcome) == ["cron": "proved"])
        let points = house.gate.points(Self.key)
        #expect(points.map(\.stopProvedAt) == [house.cordon.clock.now])
        #expect(house.ask()?.isStopped == false)
    }

    @Test func whatDoesNotComeIsNamedAndNothingIsProved() async throws {
        let house = try await House.open()
        _ = house.ask("cron")
        _ = house.ask("nightly")
        let outcome = try await house.test(seconds: 1) { _ = house.ask("nightly") }
        #expect(!outcome.isProved && outcome.workflow.stopTestedAt == nil)
        #expect(states(outcome) == ["cron": "not_seen", "nightly": "proved"])
        #expect(house.gate.points(Self.key).allSatisfy { $0.stopProvedAt == nil })
        #expect(house.ask()?.isStopped == false)
    }

    @Test(arguments: [(0, false), (86_400_000, false), (86_400_001, true)])
    func whatWasMetLongerAgoThanADayIsLetAlone(_ milliseconds: Int64, isProved: Bool) async throws {
        let house = try await House.open()
        _ = house.ask()
        house.cordon.clock.advance(milliseconds: milliseconds)
        #expect(try await house.test(seconds: 1).isProved == isProved)
    }

    @Test func aFollowerHasToConfirmTheVeryChange() async throws {
        let house = try await House.open()
        let before = try #require(house.gate.entry(Self.key)?.revision)
        house.gate.acknowledge([Self.key], at: "python:desk", revision: before)
        let late = try await house.test(seconds: 1) {
            house.gate.acknowledge([Self.key], at: "python:desk", revision: before)
        }
        #expect(!late.isProved && states(late) == ["python:desk": "not_seen"])
        let outcome = try await house.test {
            guard let now = house.gate.entry(Self.key), now.stopTest != nil else { return }
            house.gate.acknowledge([Self.key], at: "python:desk", revision: now.revision)
        }
        #expect(outcome.isProved && states(outcome) == ["python:desk": "proved"])
    }

    @Test func callsThatPassAreLetGoToTheirEnd() async throws {
        let house = try await House.open()
        let call = InFlightCall(workflow: Self.key, request: GateRequest(action: .generate))
        #expect(house.gate.admit(call)?.isStopped == false)
        let held = try await house.test(seconds: 1)
        #expect(!held.isProved && !call.isCut && states(held) == ["gateway": "not_seen"])
        let outcome = try await house.test {
            if house.gate.entry(Self.key)?.stopTest != nil { house.gate.end(call) }
        }
        #expect(outcome.isProved && states(outcome) == ["gateway": "proved"])
    }

    @Test func aCallThatGoesOnIsWithinAStopsReach() async throws {
        let house = try await House.open()
        let calls = (0..<2).map { _ in
            InFlightCall(workflow: Self.key, request: GateRequest(action: .generate))
        }
        house.gate.goOn(calls[0])
        #expect(house.gate.inFlight == 1 && !calls[0].isCut)
        _ = try await house.operations.perform(house.admin) { work in
            try work.stop(
                Self.key, scope: .whole, related: false, reason: "Wrong.", incident: nil)
        }
        #expect(calls[0].isCut)
        // One that comes after the stop is cut at once.
        house.gate.goOn(calls[1])
        #expect(calls[1].isCut && calls[1].stop?.reason == "Wrong.")
    }

    @Test func aManualTargetIsStatedByName() async throws {
        let rule = ManualTarget(name: "mail-rule", instruction: "Switch it off.", contact: "ann")
        let house = try await House.open(manual: [rule])
        let unsaid = try await house.test(seconds: 1)
        #expect(!unsaid.isProved && states(unsaid) == ["mail-rule": "not_seen"])
        let outcome = try await house.test("I switched it off, and no mail went.")
        #expect(outcome.isProved && states(outcome) == ["mail-rule": "stated"])
        #expect(outcome.findings[0].detail == "adam says: I switched it off, and no mail went.")
    }

    @Test func aStopInTheMiddleIsKeptAndEndsTheTest() async throws {
        let house = try await House.open()
        _ = house.ask()
        let outcome = try await house.test {
            guard house.gate.entry(Self.key)?.stopTest != nil,
                house.gate.entry(Self.key)?.stops.isEmpty == true
            else { return }
            _ = try await house.operations.perform(house.admin, holding: [Self.key]) {
                try $0.stop(
                    Self.key, scope: .whole, related: false, reason: "It is wrong.",
                    incident: nil)
            }
        }
        #expect(!outcome.isProved && outcome.workflow.stopTest == nil)
        #expect(outcome.workflow.containmentsInForce.map(\.reason) == ["It is wrong."])
        guard case .stopped(let stop)? = house.ask()?.decision else {
            Issue.record("the end of the test has opened the gate")
            return
        }
        #expect(stop.reason == "It is wrong.")
    }

    /// What a crash leaves behind: a test that nobody ends but the clock.
    @Test func theClockEndsWhatNobodyEnds() async throws {
        let house = try await House.open()
        _ = try await house.operations.perform(house.admin) { work in
            let workflow = try work.workflow(Self.key)
            return try work.record(
                workflow.beginStopTest(
                    id: "t", by: house.admin.actor, seconds: 20, inProduction: false,
                    at: work.now), on: workflow)
        }
        #expect(house.ask()?.isStopped == true)
        house.cordon.clock.advance(milliseconds: 24_999)
        _ = try await house.operations.tick()
        #expect(house.ask()?.isStopped == true)
        house.cordon.clock.advance(milliseconds: 1)
        #expect(house.ask()?.isStopped == false)
        #expect(house.gate.entry(Self.key)?.stopTest != nil)
        _ = try await house.operations.tick()
        #expect(house.gate.entry(Self.key)?.stopTest == nil)
    }

    @Test func nobodyButTheGatewaySpeaksForTheGateway() async throws {
        let house = try await House.open()
        _ = house.ask("gateway")
        house.gate.acknowledge([Self.key], at: "gateway", revision: .max)
        #expect(house.gate.points(Self.key).isEmpty)
    }
}
