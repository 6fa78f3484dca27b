import CordonCore
import Testing

/// A stop that is tried: it refuses for a while, and never hides or ends a stop that is meant.
struct StopTestTests {
    private static let now = Firm.start.adding(hours: 2)
    private var now: Instant { Self.now }

    private func begun(
        _ workflow: Workflow = Firm.registered(), seconds: Int = 30
    ) throws
        -> Workflow
    {
        var workflow = workflow
        let events = try workflow.beginStopTest(
            id: "t1", by: Firm.owner, seconds: seconds, inProduction: true, at: now)
        workflow.apply(events, at: now)
        return workflow
    }

    private func stopped(_ workflow: Workflow, _ incident: String = "INC-1") throws -> Workflow {
        var workflow = workflow
        workflow.apply(
            try workflow.stop(
                scope: .whole, reason: "It is wrong.", incident: incident, id: incident,
                by: Firm.owner.person, at: now, leasesUntil: nil), at: now)
        return workflow
    }

    private func entry(_ workflow: Workflow) -> GateEntry {
        GateEntry(workflow, policy: Firm.policy, revision: 1)
    }

    private func refused(_ kind: Refusal.Kind, _ body: () throws -> [WorkflowEvent]) {
        do {
            _ = try body()
            Issue.record("not refused")
        } catch {
            #expect((error as? Refusal)?.kind == kind)
        }
    }

    @Test(arguments: GateTests.all)
    func everythingIsRefusedWhileItGoesOn(_ request: GateRequest) throws {
        let entry = entry(try begun(Firm.running()))
        guard case .stopped(let stop) = entry.decision(on: request, at: now) else {
            Issue.record("\(entry.decision(on: request, at: now))")
            return
        }
        #expect(stop.incident.isEmpty && stop.scope == .whole)
        #expect(stop.reason.hasPrefix("Stop test by olivia, until "))
        #expect(stop.reason.hasSuffix("; nothing is wrong."))
    }

    @Test(arguments: [(-1, false), (0, true), (34_999, true), (35_000, false)])
    func itEndsByItself(_ milliseconds: Int64, isRefused: Bool) throws {
        let later = now.adding(milliseconds: milliseconds)
        let decision = entry(try begun(Firm.running())).decision(at: later)
        guard case .stopped = decision else { return #expect(!isRefused) }
        #expect(isRefused)
    }

    @Test(arguments: [0, 1, 50, 51, -1])
    func itLastsAMinuteAtMost(_ seconds: Int) throws {
        guard (1...50).contains(seconds) else {
            return refused(.invalidInput) {
                try Firm.registered().beginStopTest(
                    id: "t", by: Firm.owner, seconds: seconds, inProduction: false, at: now)
            }
        }
        let test = try #require(try begun(seconds: seconds).stopTest)
        #expect(test.until.milliseconds - test.beganAt.milliseconds <= 60_000)
        #expect(try begun().dues.contains(.stopTestEnds(at: now.adding(milliseconds: 35_000))))
    }

    @Test func inProductionItIsTheOwnersSay() throws {
        func begin(_ actor: Actor, _ inProduction: Bool) throws -> [WorkflowEvent] {
            try Firm.running().beginStopTest(
                id: "t", by: actor, seconds: 1, inProduction: inProduction, at: now)
        }
        refused(.wrongState) { try begin(Firm.owner, false) }
        refused(.notPermitted) { try begin(Firm.administrator, true) }
        #expect(try begin(Firm.owner, true).count == 1)
    }

    @Test func thereIsOneAtATime() throws {
        let workflow = try begun()
        func again(_ at: Instant) throws -> [WorkflowEvent] {
            try workflow.beginStopTest(
                id: "t2", by: Firm.owner, seconds: 1, inProduction: false, at: at)
        }
        refused(.wrongState) { try again(now) }
        #expect(try again(now.adding(milliseconds: 35_000)).count == 1)
    }

    @Test func whatIsStoppedIsNotTested() throws {
        let workflow = try stopped(Firm.registered())
        refused(.wrongState) {
            try workflow.beginStopTest(
                id: "t", by: Firm.owner, seconds: 1, inProduction: false, at: now)
        }
    }

    @Test func aStopInTheMiddleWins() throws {
        var workflow = try stopped(try begun())
        guard case .stopped(let stop) = entry(workflow).decision(at: now) else {
            Issue.record("not stopped")
            return
        }
        #expect(stop.incident == "INC-1")
        let events = workflow.endStopTest("t1", proof: "All met it.", finding: "A stop came.")
        #expect(events == [.stopTestEnded(finding: "A stop came.")])
        workflow.apply(events, at: now)
        #expect(workflow.stopTestedAt == nil && workflow.containmentsInForce.count == 1)
        guard case .stopped = entry(workflow).decision(at: now) else {
            Issue.record("the end of a test opened the gate")
            return
        }
    }

    @Test func itsEndIsItsOwn() throws {
        let workflow = try begun()
        #expect(workflow.endStopTest("another", proof: "So.", finding: "").isEmpty)
        #expect(
            workflow.endStopTest("t1", proof: "So.", finding: "") == [.stopTested(proof: "So.")])
        #expect(
            workflow.endStopTest("t1", proof: nil, finding: "No.")
                == [.stopTestEnded(finding: "No.")])
        #expect(workflow.lapseStopTest(at: now).isEmpty)
        #expect(workflow.lapseStopTest(at: now.adding(milliseconds: 35_000)).count == 1)
        var ended = workflow
        ended.apply(.stopTested(proof: "So."), at: now)
        #expect(ended.stopTest == nil && ended.stopTestedAt == now)
    }

    /// Whatever comes in whatever order: while a containment is in force, nothing passes.
    @Test(arguments: 0..<200)
    func noOrderOfTestsAndStopsOpensTheGate(_ seed: UInt64) throws {
        var chance = SplitMix64(seed: seed)
        var workflow = Firm.running()
        var at = now
        var inForce: Set<String> = []
        for step in 0..<40 {
            at = at.adding(milliseconds: Int64.random(in: 0..<20_000, using: &chance))
            switch Int.random(in: 0..<6, using: &chance) {
            case 0:
                let incident = "INC-\(step)"
                workflow = try stopped(workflow, incident)
                inForce.insert(incident)
            case 1:
                guard let incident = inForce.min() else { continue }
                workflow.apply(workflow.restart(for: incident, watch: nil), at: at)
                inForce.remove(incident)
            case 2, 3:
                let events = try? workflow.beginStopTest(
                    id: "t\(step)", by: Firm.owner, seconds: 10, inProduction: true, at: at)
                workflow.apply(events ?? [], at: at)
            case 4:
                let proof: String? = Bool.random(using: &chance) ? "So." : nil
                let id = workflow.stopTest?.id ?? "none"
                workflow.apply(workflow.endStopTest(id, proof: proof, finding: "No."), at: at)
            default: workflow.apply(workflow.lapseStopTest(at: at), at: at)
            }
            let isStopped: Bool =
                if case .stopped = entry(workflow).decision(at: at) { true } else { false }
            let isTesting = workflow.stopTest?.isOn(at: at) == true
            #expect(isStopped == (!inForce.isEmpty || isTesting))
            #expect(workflow.containmentsInForce.map(\.incident).sorted() == inForce.sorted())
        }
    }
}
