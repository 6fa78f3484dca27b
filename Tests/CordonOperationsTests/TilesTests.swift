import CordonCore
import CordonLedger
import CordonTesting
import Testing

@testable import CordonOperations
@testable import CordonStore

/// The log as others read it: tiles, bundles and proofs over events and records alike.
@Suite struct TilesTests {
    /// Events and records in turn, more than two tiles of them.
    private func filled(_ cordon: TestCordon) async throws -> [Receipt] {
        try await cordon.operations.startEvidence()
        var receipts: [Receipt] = []
        for batch in 0..<7 {
            receipts += try await cordon.capture(
                (0..<80).map { .said("Batch \(batch), \($0)", model: "model-\(batch)") },
                workflow: "drafts")
        }
        return receipts
    }

    @Test(arguments: OperationsEngine.available)
    func everyTileAndBundleFitsTheCheckpoint(_ engine: OperationsEngine) async throws {
        try await engine.withCordon { cordon in
            _ = try await filled(cordon)
            let verifier = try NoteVerifier(cordon.operations.verifierKey)
            try await cordon.operations.ask(.cordon("test")) { work in
                let newest = try #require(try work.transaction.checkpointNewest())
                let checkpoint = try Checkpoint.open(newest.note, verifier: verifier)
                #expect(checkpoint.size > 512)
                var leaves: [MerkleHash] = []
                for tile in TilePath.tiles(to: checkpoint.size) where tile.level == 0 {
                    let bundle = try work.entryBundle(index: tile.index, width: tile.width)
                    let hashes = Self.entries(bundle).map { Merkle.leaf($0) }
                    #expect(
                        try work.tile(level: 0, index: tile.index, width: tile.width)
                            == hashes.flatMap(\.bytes))
                    leaves += hashes
                }
                #expect(Merkle.root(ofLeaves: leaves) == checkpoint.root)
                let roots = stride(from: 0, to: 512, by: 256).map {
                    Merkle.root(ofLeaves: Array(leaves[$0..<$0 + 256]))
                }
                #expect(try work.tile(level: 1, index: 0, width: 2) == roots.flatMap(\.bytes))
                #expect(throws: Refusal.self) { try work.tile(level: 1, index: 0, width: 3) }
                #expect(throws: Refusal.self) { try work.entryBundle(index: 9, width: 1) }
            }
        }
    }

    @Test func everyProofHoldsAgainstTheCheckpoint() async throws {
        let cordon = try await Operations.forTesting()
        _ = try await filled(cordon)
        let verifier = try NoteVerifier(cordon.operations.verifierKey)
        try await cordon.operations.ask(.cordon("test")) { work in
            let newest = try #require(try work.transaction.checkpointNewest())
            let checkpoint = try Checkpoint.open(newest.note, verifier: verifier)
            let size = Int(checkpoint.size)
            let leaves = try work.transaction.tileHashes(level: 0, from: 0, count: size)
            #expect(leaves.count == size)
            for index in stride(from: UInt64(0), to: checkpoint.size, by: 37) {
                let text = try work.receipt(index)
                let proof = try TlogProof(text: text)
                #expect(proof.index == index)
                try Merkle.verifyInclusion(
                    leaf: leaves[Int(index)], index: index, size: checkpoint.size,
                    proof: proof.hashes, root: checkpoint.root)
            }
            for old in [UInt64(1), 80, 255, 256, 257, 511, checkpoint.size] {
                let (hashes, _) = try work.consistency(from: old)
                try Merkle.verifyConsistency(
                    oldSize: old,
                    oldRoot: Merkle.root(ofLeaves: Array(leaves.prefix(Int(old)))),
                    newSize: checkpoint.size, newRoot: checkpoint.root, proof: hashes)
            }
            #expect(throws: Refusal.self) { try work.receipt(checkpoint.size) }
            #expect(throws: Refusal.self) { try work.consistency(from: checkpoint.size + 1) }
        }
    }

    @Test(arguments: OperationsEngine.available)
    func theBundleOfAnErasedRecordIsServedAsBefore(_ engine: OperationsEngine) async throws {
        try await engine.withCordon { cordon in
            let receipts = try await filled(cordon)
            let first = try await cordon.account("ada", RoleGrant(.legal))
            let second = try await cordon.account("ben", RoleGrant(.legal))
            let bundle = receipts[3].index / 256
            let before = try await cordon.operations.ask(first) {
                try $0.entryBundle(index: bundle, width: 256)
            }
            let erasure = try await cordon.operations.perform(first) { work in
                try work.proposeErasure([receipts[3].id], basis: "Art. 17", reason: "Asked.")
            }.get()
            _ = try await cordon.operations.approveErasure(erasure.id, second)
            let after = try await cordon.operations.ask(first) {
                try $0.entryBundle(index: bundle, width: 256)
            }
            #expect(before == after)
            let report = try await cordon.operations.fsck()
            #expect(report.isClean, "\(report.text)")
        }
    }

    /// Entries behind their lengths, as c2sp.org/tlog-tiles has them.
    private static func entries(_ bundle: [UInt8]) -> [[UInt8]] {
        var entries: [[UInt8]] = []
        var rest = bundle[...]
        while let high = rest.popFirst(), let low = rest.popFirst() {
            let count = Int(high) << 8 | Int(low)
            entries.append(Array(rest.prefix(count)))
            rest = rest.dropFirst(count)
        }
        return entries
    }
}
