import CordonCore
import CordonTesting
import Foundation
import Testing

@testable import CordonOperations
@testable import CordonStore

/// What an erasure leaves behind on the disk and in what can be asked.
@Suite struct ErasureTests {
    private struct House {
        let cordon: TestCordon
        let first: Caller
        let second: Caller

        var operations: Operations { cordon.operations }
        var searchDirectory: String {
            cordon.databasePath.split(separator: "/").dropLast().reduce("") { $0 + "/" + $1 }
                + "/search"
        }

        static func open() async throws -> House {
            let cordon = try await Operations.forTesting()
            try await cordon.operations.startEvidence()
            return House(
                cordon: cordon,
                first: try await cordon.account("ada", RoleGrant(.legal), RoleGrant(.governance)),
                second: try await cordon.account("ben", RoleGrant(.legal)))
        }

        func erase(_ ids: [String]) async throws -> Erasure {
            let erasure = try await operations.perform(first) { work in
                try work.proposeErasure(ids, basis: "Art. 17", reason: "Asked.")
            }.get()
            return try await operations.approveErasure(erasure.id, second)
        }

        /// Whether the file of the first shard holds a record with these words.
        func indexHolds(_ words: [String]) throws -> Bool {
            let shard = try SearchShard(
                directory: searchDirectory, number: 0, masters: operations.keys.masters)
            defer { shard.close() }
            return try !shard.candidates(words, below: UInt64(Int64.max), limit: 10).isEmpty
        }
    }

    @Test func theShardIsMadeAgainWithoutTheWords() async throws {
        let house = try await House.open()
        let receipts = try await house.cordon.capture(
            .said("Maria Lindgren called."), .said("Pedro Alvarez called."), workflow: "drafts")
        try await house.cordon.indexed()
        #expect(try house.indexHolds(["maria", "lindgren"]))
        #expect(try house.indexHolds(["alvarez"]))
        _ = try await house.erase([receipts[0].id])
        try await house.cordon.indexed()
        #expect(try !house.indexHolds(["maria", "lindgren"]))
        #expect(try house.indexHolds(["alvarez"]))
        let found = try await house.operations.find(
            EvidenceQuery(text: "pedro alvarez"), house.first)
        #expect(found.hits.map(\.id) == [receipts[1].id])
        #expect(found.coverage.examined + found.coverage.erased == 2)
    }

    /// As after a crash between the erasure's commit and the removal of the shard's file.
    @Test(arguments: [[0], nil] as [Set<UInt64>?])
    func anErasureThatWasCutOffIsFinishedByTheNextStart(_ shards: Set<UInt64>?) async throws {
        let house = try await House.open()
        try await house.cordon.capture(.said("Maria Lindgren called."), workflow: "drafts")
        try await house.cordon.indexed()
        house.operations.search.close()
        _ = try ForgettingNote(in: house.searchDirectory, id: "n1", shards: shards)
        var removed: Set<UInt64> = []
        let wasCutOff = try ForgettingNote.finish(in: house.searchDirectory) { removed = $0 }
        #expect(wasCutOff && removed == [0])
        #expect(try !ForgettingNote.finish(in: house.searchDirectory) { _ in })
    }

    @Test func whatIsRefusedLeavesNoNote() async throws {
        let house = try await House.open()
        let receipts = try await house.cordon.capture(.said("Held."), workflow: "drafts")
        try await house.operations.perform(house.first) { work in
            _ = try work.placeHold(Hold.Terms(workflow: "drafts", from: work.now, reason: "Asked."))
        }
        await #expect(throws: Refusal.self) { try await house.erase([receipts[0].id]) }
        let left = try FileManager.default.contentsOfDirectory(atPath: house.searchDirectory)
        #expect(left.allSatisfy { !$0.hasSuffix(".forget") })
    }

    @Test func allRecordsThatNameAPersonAreFoundAndErased() async throws {
        let house = try await House.open()
        let receipts = try await house.cordon.capture(
            (0..<30).map { $0 % 3 == 0 ? .said("For Maria Lindgren, \($0).") : .said("\($0)") },
            workflow: "drafts")
        let ids = try await house.operations.records(naming: "maria lindgren", house.first)
        #expect(ids.count == 10)
        let erasure = try await house.erase(ids)
        #expect(erasure.erased == 10)
        await #expect(throws: Refusal.self) {
            _ = try await house.operations.records(naming: "maria lindgren", house.first)
        }
        await #expect(throws: Refusal.self) {
            _ = try await house.operations.perform(house.first) { work in
                try work.proposeErasure([receipts[0].id], basis: "b", reason: "r")
            }
        }
        let record = try await house.operations.perform(house.first) {
            try $0.readRecord(receipts[0].id)
        }
        #expect(record.envelope == nil && record.groups.isEmpty)
        #expect(record.end?.why == "erased")
        let report = try await house.operations.fsck()
        #expect(report.isClean, "\(report.text)")
    }

    @Test func retentionDeletesWhatIsOldAndNothingElse() async throws {
        let house = try await House.open()
        let old = try await house.cordon.capture(.said("Old."), workflow: "drafts")
        house.cordon.clock.advance(days: Work.usualRetentionDays)
        let new = try await house.cordon.capture(.said("New."), workflow: "drafts")
        #expect(try await house.operations.runRetention(house.first).deleted.isEmpty)
        house.cordon.clock.advance(milliseconds: 1)
        #expect(try await house.operations.runRetention(house.first).deleted == ["drafts": 1])
        let (oldBody, end, newBody) = try await house.operations.store.read { transaction in
            (
                try transaction.evidenceBody(old[0].index),
                try transaction.evidenceGone(old[0].index),
                try transaction.evidenceBody(new[0].index)
            )
        }
        #expect(oldBody == nil && end?.why == .expired && newBody != nil)
        let report = try await house.operations.fsck()
        #expect(report.isClean, "\(report.text)")
    }

    /// One damaged record keeps neither its neighbours nor their words.
    @Test func aDamagedRecordStaysAndTheRestGoes() async throws {
        let house = try await House.open()
        let drafts = try await house.cordon.capture(
            .said("Maria Lindgren called."), .said("Pedro Alvarez called."), workflow: "drafts")
        try await house.cordon.capture(.said("Ingrid Moreau called."), workflow: "triage")
        try await house.cordon.indexed()
        let damaged = drafts[0].index
        try await house.operations.store.write { transaction in
            let index = Int64(damaged)
            try transaction.run("UPDATE evidence_body SET sealed = wrapped WHERE idx = \(index)")
        }
        house.cordon.clock.advance(days: Work.usualRetentionDays)
        house.cordon.clock.advance(milliseconds: 1)
        let run = try await house.operations.runRetention(house.first)
        #expect(run.deleted == ["drafts": 1, "triage": 1] && run.unreadable == 1)
        try await house.cordon.indexed()
        #expect(try !house.indexHolds(["alvarez"]) && !house.indexHolds(["moreau"]))
        let body = try await house.operations.store.read { try $0.evidenceBody(damaged) }
        #expect(body != nil)
        let left = try FileManager.default.contentsOfDirectory(atPath: house.searchDirectory)
        #expect(left.allSatisfy { !$0.hasSuffix(".forget") })
    }
}
