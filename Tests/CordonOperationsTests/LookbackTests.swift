import CordonCore
import CordonTesting
import Testing

@testable import CordonOperations
@testable import CordonStore

/// What a look back counts adds up to what is there, and what it finds can be judged.
@Suite struct LookbackTests {
    private struct House {
        let cordon: TestCordon
        let ada: Caller
        let ben: Caller
        let number: String

        var operations: Operations { cordon.operations }

        static func open() async throws -> House {
            let cordon = try await Operations.forTesting()
            try await cordon.operations.startEvidence()
            let ada = try await cordon.account("ada", RoleGrant(.legal), RoleGrant(.governance))
            let number = try await cordon.operations.perform(ada) { work in
                _ = try work.registerWorkflow(
                    "drafts", WorkflowProfile(name: "Drafts", function: "sales"))
                return try work.report(
                    ReportInput(
                        workflow: "drafts", what: "A name.", leftCompany: .unknown, stop: false)
                ).0.incident.number
            }
            return House(
                cordon: cordon, ada: ada, ben: try await cordon.account("ben", RoleGrant(.legal)),
                number: number)
        }

        func lookBack(
            _ names: String, isEverything: Bool = false
        ) async throws -> LookbackRun {
            let set = try TermSet(lines: names)
            let run = try await operations.perform(ada) { [number] work in
                try work.startLookback(
                    number, LookbackOrder(terms: set, list: names, isEverything: isEverything))
            }
            try await operations.carryOutLookbacks()
            return try await operations.ask(ada) { [number] in try $0.lookback(number, run.id) }
        }
    }

    @Test(arguments: [true, false])
    func examinedErasedAndUnreadableAddUp(isIndexed: Bool) async throws {
        let house = try await House.open()
        // The incident's hold is not wanted here: what it holds could not be erased.
        let holds = try await house.operations.ask(house.ada) {
            try $0.holds(workflow: "drafts", released: false, after: "", limit: 10)
        }
        for hold in holds {
            for caller in [house.ada, house.ben] {
                _ = try await house.operations.perform(caller) {
                    try $0.releaseHold(hold.id, reason: "For the test.")
                }
            }
        }
        let receipts = try await house.cordon.capture(
            (0..<40).map { .said("Number \($0) for Maria Lindgren") }, workflow: "drafts")
        try await house.cordon.capture(.said("Maria Lindgren"), workflow: "others")
        if isIndexed { try await house.cordon.indexed() }
        let erasure = try await house.operations.perform(house.ada) { work in
            try work.proposeErasure(
                receipts.prefix(3).map(\.id), basis: "Art. 17", reason: "Asked.")
        }.get()
        _ = try await house.operations.approveErasure(erasure.id, house.ben)
        if isIndexed {
            try await house.cordon.indexed()
        } else {
            try await house.operations.store.write { transaction in
                let index = Int64(receipts[5].index)
                try transaction.run(
                    "UPDATE evidence_body SET sealed = wrapped WHERE idx = \(index)")
            }
        }
        let run = try await house.lookBack(
            "Maria Lindgren", isEverything: !isIndexed)
        #expect(run.state == .finished)
        #expect(run.erased == 3)
        #expect(run.unreadable == (isIndexed ? 0 : 1))
        #expect(run.examined + run.erased + run.unreadable == 40)
        #expect(run.found == run.examined)
        #expect(run.firstIndex == receipts[3].index && run.lastIndex == receipts[39].index)
    }

    @Test func aVerdictMakesAnAffectedRecord() async throws {
        let house = try await House.open()
        let receipts = try await house.cordon.capture(
            .said("For Maria Lindgren."), .said("For nobody."), workflow: "drafts")
        let run = try await house.lookBack("Maria Lindgren\nPedro Alvarez")
        #expect(run.found == 1)
        let (operations, number) = (house.operations, house.number)
        await #expect(throws: Refusal.self) {
            _ = try await operations.perform(house.ada) { work in
                try work.judge(
                    number, run.id, record: receipts[1].id, verdict: .affected, description: "No.")
            }
        }
        let sequence = try await operations.perform(house.ada) { work in
            try work.judge(
                number, run.id, record: receipts[0].id, verdict: .affected,
                description: "Maria's data.")
        }
        let findings = sequence.incident.lookbacks.flatMap(\.findings)
        #expect(findings.map(\.reference) == [receipts[0].id])
        #expect(!sequence.incident.affected.isEmpty)
        let hits = try await operations.ask(house.ada) { work in
            try work.hits(of: try work.lookback(number, run.id), from: 0, limit: 10)
        }
        #expect(hits.map(\.verdict) == [.affected])
        #expect(hits.first?.terms == ["Maria Lindgren"])
        let report = try await operations.fsck()
        #expect(report.isClean, "\(report.text)")
    }

    @Test func recordsThatComeLaterAreOutside() async throws {
        let house = try await House.open()
        try await house.cordon.capture(.said("Maria Lindgren, before."), workflow: "drafts")
        let set = try TermSet(lines: "Maria Lindgren")
        let number = house.number
        let run = try await house.operations.perform(house.ada) { work in
            try work.startLookback(number, LookbackOrder(terms: set, list: "Maria Lindgren"))
        }
        try await house.cordon.capture(.said("Maria Lindgren, after."), workflow: "drafts")
        try await house.operations.carryOutLookbacks()
        let finished = try await house.operations.ask(house.ada) {
            try $0.lookback(number, run.id)
        }
        #expect(finished.state == .finished && finished.examined == 1 && finished.found == 1)
    }
}
