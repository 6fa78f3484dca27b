import CordonLedger
import Testing

@Suite struct MerkleTests {
    @Test func theEmptyTreeIsTheHashOfNothing() {
        let known = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
        #expect(Merkle.emptyRoot.hex == known)
        #expect(Merkle.root(ofLeaves: []) == Merkle.emptyRoot)
    }

    @Test func leavesHashToTheirPublishedValues() {
        #expect(
            Merkle.leaf([UInt8]()).hex
                == "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d")
        #expect(
            Merkle.leaf(Array("L123456".utf8)).hex
                == "395aa064aa4c29f7010acfe3f25db9485bbd4b91897b6ad7ad547639252b4d56")
    }

    @Test func nodesAreHashedApartFromLeaves() {
        let (left, right) = (Trees.classic[0], Trees.classic[1])
        #expect(
            Merkle.node(left, right).hex
                == "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125")
        #expect(Merkle.node(left, right) != Merkle.leaf(left.bytes + right.bytes))
        #expect(Merkle.node(left, right) != Merkle.node(right, left))
    }

    @Test func theEightClassicLeavesHaveTheirPublishedRoots() {
        let roots = [
            "6e340b9c", "fac54203", "aeb6bcfe", "d37ee418", "4e3bbb1f", "76e67dad", "ddb89be4",
            "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
        ]
        for (count, root) in zip(1...8, roots) {
            let leaves = Array(Trees.classic.prefix(count))
            #expect(Merkle.root(ofLeaves: leaves).hex.hasPrefix(root))
            #expect(MerkleFrontier(leaves: leaves).root.hex.hasPrefix(root))
        }
    }

    @Test func aHashHasOneSpellingOnly() throws {
        let hash = Merkle.emptyRoot
        #expect(MerkleHash(hash.bytes) == hash)
        #expect(MerkleHash(hash.data) == hash)
        #expect(MerkleHash(hex: hash.hex) == hash)
        #expect(MerkleHash(base64: hash.base64) == hash)
        #expect(hash.base64 == "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=")
        #expect(MerkleHash([UInt8](repeating: 0, count: 31)) == nil)
        #expect(MerkleHash([UInt8](repeating: 0, count: 33)) == nil)
        #expect(MerkleHash(hex: hash.hex.uppercased()) == nil)
        #expect(MerkleHash(hex: String(hash.hex.dropLast())) == nil)
        #expect(MerkleHash(base64: String(hash.base64.dropLast())) == nil)
        #expect(MerkleHash(base64: hash.base64 + "\n") == nil)
        // The last character but the padding carries two bits that must be zero.
        #expect(MerkleHash(base64: "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFV=") == nil)
    }

    @Test func theFrontierFollowsTheTreeAtEverySize() throws {
        let leaves = Trees.leaves(300)
        var frontier = MerkleFrontier()
        for size in 0...300 {
            let prefix = Array(leaves.prefix(size))
            let root = Trees.root(prefix[...])
            #expect(frontier.root == root)
            #expect(Merkle.root(ofLeaves: prefix) == root)
            #expect(frontier.hashes.count == size.nonzeroBitCount)
            let stored = try #require(MerkleFrontier(size: frontier.size, hashes: frontier.hashes))
            #expect(stored == frontier)
            try Merkle.verifyConsistency(
                oldSize: UInt64(size), oldRoot: root, newSize: 300,
                newRoot: Merkle.root(ofLeaves: leaves),
                proof: Merkle.consistencyProof(from: UInt64(size), leaves: leaves))
            if size < 300 { frontier.append(leaves[size]) }
        }
    }

    @Test func aFrontierWithTheWrongNumberOfHashesIsRefused() {
        #expect(MerkleFrontier(size: 3, hashes: [Merkle.emptyRoot]) == nil)
        #expect(MerkleFrontier(size: 4, hashes: []) == nil)
        #expect(MerkleFrontier(size: 0, hashes: [Merkle.emptyRoot]) == nil)
        #expect(MerkleFrontier(size: 0, hashes: []) == MerkleFrontier())
    }
}

/// Trees to test with, and roots by the definition rather than by the code under test.
enum Trees {
    static let classic = [
        "", "00", "10", "2021", "3031", "40414243", "5051525354555657",
        "606162636465666768696a6b6c6d6e6f",
    ].map { Merkle.leaf(bytes(hex: $0)) }

    static func leaves(_ count: Int) -> [MerkleHash] {
        (0..<count).map { Merkle.leaf(Array("entry \($0)".utf8)) }
    }

    static func root(_ leaves: ArraySlice<MerkleHash>) -> MerkleHash {
        switch leaves.count {
        case 0: return Merkle.emptyRoot
        case 1: return leaves[leaves.startIndex]
        default:
            var half = 1
            while half * 2 < leaves.count { half *= 2 }
            return Merkle.node(root(leaves.prefix(half)), root(leaves.dropFirst(half)))
        }
    }

    /// The hash with one bit turned over.
    static func damaged(_ hash: MerkleHash) -> MerkleHash {
        var bytes = hash.bytes
        bytes[17] ^= 4
        return MerkleHash(bytes) ?? hash
    }

    private static func bytes(hex: String) -> [UInt8] {
        let digits = hex.compactMap(\.hexDigitValue)
        return stride(from: 0, to: digits.count, by: 2).map {
            UInt8(digits[$0] * 16 + digits[$0 + 1])
        }
    }
}
