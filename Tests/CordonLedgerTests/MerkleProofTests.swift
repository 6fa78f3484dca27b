import CordonLedger
import Testing

@Suite struct MerkleProofTests {
    @Test(arguments: 1...40) func everyLeafIsProvedAndNothingElseIs(size: Int) throws {
        let leaves = Trees.leaves(size)
        let root = Merkle.root(ofLeaves: leaves)
        for index in 0..<size {
            let proof = try Merkle.inclusionProof(index: UInt64(index), leaves: leaves)
            let claim = Inclusion(
                leaf: leaves[index], index: UInt64(index), size: UInt64(size), proof: proof,
                root: root)
            #expect(claim.holds)
            for other in claim.mutations() { #expect(!other.holds, "\(other)") }
        }
    }

    @Test(arguments: 1...40) func everyPrefixIsProvedAndNothingElseIs(size: Int) throws {
        let leaves = Trees.leaves(size)
        for oldSize in 1...size {
            let proof = try Merkle.consistencyProof(from: UInt64(oldSize), leaves: leaves)
            let claim = Consistency(
                oldSize: UInt64(oldSize),
                oldRoot: Merkle.root(ofLeaves: Array(leaves.prefix(oldSize))),
                newSize: UInt64(size), newRoot: Merkle.root(ofLeaves: leaves), proof: proof)
            #expect(claim.holds)
            for other in claim.mutations() { #expect(!other.holds, "\(other)") }
        }
    }

    @Test func theEmptyTreeIsExtendedByAnyTreeUnderAnEmptyProofOnly() throws {
        let leaves = Trees.leaves(5)
        let root = Merkle.root(ofLeaves: leaves)
        #expect(try Merkle.consistencyProof(from: 0, leaves: leaves).isEmpty)
        let claim = Consistency(
            oldSize: 0, oldRoot: Merkle.emptyRoot, newSize: 5, newRoot: root, proof: [])
        #expect(claim.holds)
        #expect(!claim.with { $0.proof = [root] }.holds)
        #expect(!claim.with { $0.oldRoot = root }.holds)
        #expect(claim.with { ($0.newSize, $0.newRoot) = (0, Merkle.emptyRoot) }.holds)
        #expect(!claim.with { ($0.newSize, $0.newRoot) = (0, root) }.holds)
    }

    @Test func proofsOutsideTheTreeAreNotMade() {
        let leaves = Trees.leaves(3)
        #expect(throws: ProofError.indexOutOfRange(index: 3, size: 3)) {
            try Merkle.inclusionProof(index: 3, leaves: leaves)
        }
        #expect(throws: ProofError.indexOutOfRange(index: 0, size: 0)) {
            try Merkle.inclusionProof(index: 0, leaves: [])
        }
        #expect(throws: ProofError.sizesOutOfOrder(old: 4, new: 3)) {
            try Merkle.consistencyProof(from: 4, leaves: leaves)
        }
    }

    @Test func aShorterTreeDoesNotExtendALongerOne() {
        #expect(throws: ProofError.sizesOutOfOrder(old: 2, new: 1)) {
            try Merkle.verifyConsistency(
                oldSize: 2, oldRoot: Merkle.emptyRoot, newSize: 1, newRoot: Merkle.emptyRoot,
                proof: [])
        }
    }

    @Test func theLargestSizesAreHandledWithoutOverflow() {
        let leaf = Trees.leaves(1)[0]
        for index in [0, UInt64.max / 2, UInt64.max - 1] {
            #expect(throws: ProofError.self) {
                try Merkle.verifyInclusion(
                    leaf: leaf, index: index, size: .max,
                    proof: Array(repeating: leaf, count: 70), root: leaf)
            }
        }
        #expect(throws: ProofError.self) {
            try Merkle.verifyConsistency(
                oldSize: .max - 1, oldRoot: leaf, newSize: .max, newRoot: leaf,
                proof: Array(repeating: leaf, count: 70))
        }
    }
}

private struct Inclusion {
    var leaf: MerkleHash
    var index: UInt64
    var size: UInt64
    var proof: [MerkleHash]
    var root: MerkleHash

    var holds: Bool {
        do {
            try Merkle.verifyInclusion(
                leaf: leaf, index: index, size: size, proof: proof, root: root)
            return true
        } catch {
            return false
        }
    }

    func mutations() -> [Inclusion] {
        var mutations = [
            with { $0.leaf = Trees.damaged($0.leaf) }, with { $0.root = Trees.damaged($0.root) },
            with { $0.proof.append($0.root) }, with { $0.proof.insert($0.leaf, at: 0) },
            with { $0.index = $0.size }, with { $0.index += 1 }, with { $0.size = 0 },
        ]
        if !proof.isEmpty {
            mutations.append(with { $0.proof.removeLast() })
            mutations.append(with { $0.proof.removeFirst() })
            mutations.append(with { $0.index ^= 1 })
        }
        if proof.count > 1 { mutations.append(with { $0.proof.reverse() }) }
        for place in proof.indices {
            mutations.append(with { $0.proof[place] = Trees.damaged($0.proof[place]) })
        }
        return mutations
    }

    private func with(_ change: (inout Inclusion) -> Void) -> Inclusion {
        var copy = self
        change(&copy)
        return copy
    }
}

private struct Consistency {
    var oldSize: UInt64
    var oldRoot: MerkleHash
    var newSize: UInt64
    var newRoot: MerkleHash
    var proof: [MerkleHash]

    var holds: Bool {
        do {
            try Merkle.verifyConsistency(
                oldSize: oldSize, oldRoot: oldRoot, newSize: newSize, newRoot: newRoot,
                proof: proof)
            return true
        } catch {
            return false
        }
    }

    func mutations() -> [Consistency] {
        var mutations = [
            with { $0.oldRoot = Trees.damaged($0.oldRoot) },
            with { $0.newRoot = Trees.damaged($0.newRoot) },
            with { $0.proof.append($0.newRoot) }, with { $0.proof.insert($0.oldRoot, at: 0) },
            with { $0.oldSize = $0.newSize + 1 },
        ]
        if oldSize < newSize {
            mutations.append(with { swap(&$0.oldRoot, &$0.newRoot) })
            mutations.append(with { $0.proof.removeLast() })
            mutations.append(with { $0.proof.removeFirst() })
            mutations.append(with { $0.proof = [] })
        }
        for place in proof.indices {
            mutations.append(with { $0.proof[place] = Trees.damaged($0.proof[place]) })
        }
        return mutations
    }

    func with(_ change: (inout Consistency) -> Void) -> Consistency {
        var copy = self
        change(&copy)
        return copy
    }
}
