import Testing

@testable import CordonLedger

/// A log that is read by its tiles proves the same as one that is read leaf by leaf.
struct TileTreeTests {
    private struct Log {
        var levels: [[MerkleHash]] = [[]]
        var frontier = MerkleFrontier()

        init(count: Int) {
            for number in 0..<count {
                let leaf = Merkle.leaf(Array("leaf \(number)".utf8))
                levels[0].append(leaf)
                frontier.append(leaf) { root in
                    while levels.count <= root.level { levels.append([]) }
                    #expect(UInt64(levels[root.level].count) == root.index)
                    levels[root.level].append(root.hash)
                }
            }
        }

        func tree(size: Int) -> TileTree {
            let levels = levels
            return TileTree(size: UInt64(size)) { level, from, count in
                Array(levels[level][Int(from)..<Int(from) + count])
            }
        }
    }

    private static let log = Log(count: 66_000)

    @Test(arguments: [
        0, 1, 2, 3, 255, 256, 257, 511, 512, 769, 4_096, 65_535, 65_536, 65_537, 66_000,
    ])
    func theRootIsTheOneOverAllLeaves(size: Int) throws {
        let leaves = Array(Self.log.levels[0].prefix(size))
        #expect(try Self.log.tree(size: size).root() == Merkle.root(ofLeaves: leaves))
    }

    @Test(arguments: [
        0, 1, 2, 3, 255, 256, 257, 511, 512, 769, 4_096, 65_535, 65_536, 65_537, 66_000,
    ])
    func theEdgeIsTheOneOverAllLeaves(size: Int) throws {
        let leaves = Self.log.levels[0].prefix(size)
        #expect(try Self.log.tree(size: size).frontier() == MerkleFrontier(leaves: leaves))
    }

    @Test(arguments: [1, 2, 257, 770, 65_537, 66_000])
    func everyInclusionProofHolds(size: Int) throws {
        let tree = Self.log.tree(size: size)
        let root = try tree.root()
        for index in stride(from: 0, to: size, by: max(1, size / 97)) {
            try Merkle.verifyInclusion(
                leaf: Self.log.levels[0][index], index: UInt64(index), size: UInt64(size),
                proof: try tree.inclusionProof(UInt64(index)), root: root)
        }
        #expect(throws: ProofError.self) { try tree.inclusionProof(UInt64(size)) }
    }

    @Test(arguments: [1, 255, 256, 700, 65_536, 66_000])
    func everyConsistencyProofHolds(size: Int) throws {
        let tree = Self.log.tree(size: size)
        let root = try tree.root()
        for old in stride(from: 1, through: size, by: max(1, size / 61)) {
            try Merkle.verifyConsistency(
                oldSize: UInt64(old), oldRoot: try Self.log.tree(size: old).root(),
                newSize: UInt64(size), newRoot: root,
                proof: try tree.consistencyProof(from: UInt64(old)))
        }
    }

    @Test func aSourceThatGivesTooLittleIsNamed() {
        let tree = TileTree(size: 300) { _, _, _ in [] }
        #expect(throws: TileTreeError.missing(level: 0, index: 1)) {
            try tree.inclusionProof(3)
        }
    }
}
