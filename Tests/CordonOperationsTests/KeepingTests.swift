import CordonCore
import CordonLedger
import CordonTesting
import Testing

@testable import CordonOperations
@testable import CordonStore

/// What is held is never deleted, whatever the order of commands; what is erased is gone, and the
/// log still holds.
@Suite struct KeepingTests {
    private let workflow = "drafts"

    @Test(arguments: OperationsEngine.available, [1, 2, 3] as [UInt64])
    func noOrderOfCommandsDeletesWhatIsHeld(_ engine: OperationsEngine, seed: UInt64) async throws {
        try await engine.withCordon(seed: seed) { try await wander($0, seed: seed) }
    }

    private func wander(_ cordon: TestCordon, seed: UInt64) async throws {
        try await cordon.operations.startEvidence()
        let first = try await cordon.account("ada", RoleGrant(.legal), RoleGrant(.governance))
        let second = try await cordon.account("ben", RoleGrant(.legal), RoleGrant(.governance))
        var chance = SplitMix(state: seed)
        var ids: [String] = []
        var holds: [String] = []
        for step in 0..<60 {
            let before = try await heldWithContent(cordon)
            let caller = chance.next() % 2 == 0 ? first : second
            switch chance.next() % 6 {
            case 0:
                let receipts = try await cordon.capture(
                    (0..<3).map { .said("Step \(step), \($0)", at: cordon.clock.now) },
                    workflow: workflow)
                ids += receipts.map(\.id)
            case 1:
                let from = cordon.clock.now.adding(days: -Int(chance.next() % 200))
                let to = chance.next() % 2 == 0 ? from.adding(days: 30) : nil
                let terms = Hold.Terms(workflow: workflow, from: from, to: to, reason: "Asked.")
                holds.append(
                    try await cordon.operations.perform(caller) { try $0.placeHold(terms) }.id)
            case 2:
                guard !holds.isEmpty else { continue }
                let id = holds[Int(chance.next() % UInt64(holds.count))]
                // The same person twice, or a hold that is released already, is refused.
                _ = try? await cordon.operations.perform(caller) {
                    try $0.releaseHold(id, reason: "Over.")
                }
            case 3:
                guard !ids.isEmpty else { continue }
                let id = ids[Int(chance.next() % UInt64(ids.count))]
                guard
                    // One that is gone already is refused.
                    let proposed = try? await cordon.operations.perform(
                        first,
                        { work in
                            try work.proposeErasure([id], basis: "Art. 17", reason: "Asked.")
                        })
                else { continue }
                guard case .success(let erasure) = proposed else { continue }
                // Held since: refused.
                _ = try? await cordon.operations.approveErasure(erasure.id, second)
            case 4: _ = try await cordon.operations.runRetention(caller)
            default: cordon.clock.advance(days: Int(chance.next() % 60))
            }
            let after = try await contents(cordon)
            #expect(before.isSubset(of: after), "step \(step) deleted what was held")
        }
        let report = try await cordon.operations.fsck()
        #expect(report.isClean, "\(report.findings)")
    }

    @Test func whatIsErasedIsGoneAndTheLogHolds() async throws {
        let cordon = try await Operations.forTesting()
        let operations = cordon.operations
        try await operations.startEvidence()
        let first = try await cordon.account("ada", RoleGrant(.legal), RoleGrant(.governance))
        let second = try await cordon.account("ben", RoleGrant(.legal), RoleGrant(.governance))
        let receipts = try await cordon.capture(
            .said("Maria Lindgren called."), .said("Nobody called."), workflow: workflow)
        try await cordon.indexed()
        let query = EvidenceQuery(text: "maria lindgren")
        #expect(try await operations.find(query, first).hits.map(\.id) == [receipts[0].id])
        let leaf = try await operations.store.read { try $0.evidence(receipts[0].index)?.leaf }
        let erasure = try await operations.perform(first) { work in
            try work.proposeErasure([receipts[0].id], basis: "Art. 17", reason: "Asked.")
        }.get()
        let alone = await #expect(throws: Refusal.self) {
            _ = try await operations.approveErasure(erasure.id, first)
        }
        #expect(alone?.kind == .secondPersonRequired)
        _ = try await operations.approveErasure(erasure.id, second)
        #expect(try await operations.find(query, first).hits.isEmpty)
        try await operations.store.read { transaction in
            let gone = try #require(try transaction.evidenceGone(receipts[0].index))
            #expect(try LedgerEntry(bytes: gone.entry).leaf == leaf)
            #expect(try transaction.evidenceBody(receipts[0].index) == nil)
        }
        let report = try await operations.fsck()
        #expect(report.isClean, "\(report.findings)")
    }

    @Test func whatIsHeldIsNotErasedAndTheAttemptIsKept() async throws {
        let cordon = try await Operations.forTesting()
        let operations = cordon.operations
        try await operations.startEvidence()
        let first = try await cordon.account("ada", RoleGrant(.legal), RoleGrant(.governance))
        let receipts = try await cordon.capture(.said("Kept."), workflow: workflow)
        let hold = try await operations.perform(first) { [workflow] work in
            try work.placeHold(
                Hold.Terms(workflow: workflow, from: work.now.adding(days: -1), reason: "Asked."))
        }
        let proposed = try await operations.perform(first) { work in
            try work.proposeErasure([receipts[0].id], basis: "Art. 17", reason: "Asked.")
        }
        guard case .failure(let refusal) = proposed else {
            Issue.record("what is held was let go")
            return
        }
        #expect(refusal.kind == .onHold)
        #expect(refusal.blockers.contains { $0.message.contains(hold.id) })
        let erasures = try await operations.ask(first) { try $0.erasures(after: "", limit: 10) }
        #expect(erasures.map(\.refusals.count) == [1])
        #expect(erasures[0].state == .proposed)
    }

    /// What is gone stands before what is due, however much it is.
    @Test func retentionGoesOnBehindWhatIsGone() async throws {
        let cordon = try await Operations.forTesting()
        let operations = cordon.operations
        try await operations.startEvidence()
        let caller = try await cordon.account("ada", RoleGrant(.legal), RoleGrant(.governance))
        for part in 0..<5 {
            try await cordon.capture(
                (0..<500).map { .said("Old \(part), \($0)") }, workflow: workflow)
        }
        cordon.clock.advance(days: 200)
        #expect(try await operations.runRetention(caller).deleted == [workflow: 2_500])
        try await cordon.capture(.said("Newer."), workflow: workflow)
        cordon.clock.advance(days: 200)
        let due = try await operations.ask(caller) { try $0.retentionPreview(onlyDue: true) }
        #expect(due.map(\.due) == [1])
        #expect(try await operations.runRetention(caller).deleted == [workflow: 1])
        let left = try await operations.ask(caller) { try $0.retentionPreview() }
        #expect(left.map(\.due) == [0])
    }

    /// Records with content that a hold covers.
    private func heldWithContent(_ cordon: TestCordon) async throws -> Set<UInt64> {
        try await cordon.operations.store.read { [workflow] transaction in
            let holds = try transaction.holds(workflow: workflow, released: false)
            return Set(
                try transaction.evidenceBodies(from: 0, limit: 10_000).filter { row, body in
                    body != nil
                        && holds.contains {
                            $0.covers(
                                workflow: workflow, at: row.at, receivedAt: row.receivedAt)
                        }
                }.map(\.row.index))
        }
    }

    private func contents(_ cordon: TestCordon) async throws -> Set<UInt64> {
        try await cordon.operations.store.read { transaction in
            Set(
                try transaction.evidenceBodies(from: 0, limit: 10_000)
                    .filter { $0.body != nil }.map(\.row.index))
        }
    }
}

/// SplitMix64, for choices that a seed repeats.
struct SplitMix {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
