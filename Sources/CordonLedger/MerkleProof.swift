extension Merkle {
    /// Checks that `leaf` is at `index` in the tree of `size` leaves with the given root.
    ///
    /// The algorithm is RFC 9162 section 2.1.3.2. A proof that is too long is refused as soon as
    /// the tree has no level left for it, so the work is bounded by 64 hashes.
    /// - Throws: ``ProofError`` when the position does not exist or the proof does not hold.
    public static func verifyInclusion(
        leaf: MerkleHash, index: UInt64, size: UInt64, proof: [MerkleHash], root: MerkleHash
    ) throws(ProofError) {
        guard index < size else { throw .indexOutOfRange(index: index, size: size) }
        var climb = Climb(position: index, last: size - 1)
        var hash = leaf
        for sibling in proof {
            guard !climb.isAtRoot else { throw .wrongLength }
            if climb.isRightChild {
                hash = node(sibling, hash)
                climb.skipLevelsWithoutSibling()
            } else {
                hash = node(hash, sibling)
            }
            climb.ascend()
        }
        guard climb.isAtRoot else { throw .wrongLength }
        guard hash == root else { throw .rootMismatch }
    }

    /// Checks that the tree with `newRoot` extends the tree with `oldRoot` without changing it.
    ///
    /// The algorithm is RFC 9162 section 2.1.4.2, which begins at one leaf. For an old tree
    /// without leaves the rule is that of the witness protocol (c2sp.org/tlog-witness): the proof
    /// must be empty and `oldRoot` must be ``emptyRoot``. Every tree extends the empty one, so such
    /// a success says nothing about `newRoot` (unless it is for an empty tree as well).
    /// - Throws: ``ProofError`` when the sizes are out of order or the proof does not hold.
    public static func verifyConsistency(
        oldSize: UInt64, oldRoot: MerkleHash, newSize: UInt64, newRoot: MerkleHash,
        proof: [MerkleHash]
    ) throws(ProofError) {
        guard oldSize <= newSize else { throw .sizesOutOfOrder(old: oldSize, new: newSize) }
        if oldSize == 0 || oldSize == newSize {
            guard proof.isEmpty else { throw .wrongLength }
            guard oldSize > 0 || oldRoot == emptyRoot else { throw .rootMismatch }
            guard oldSize < newSize || oldRoot == newRoot else { throw .rootMismatch }
            return
        }
        var climb = Climb(position: oldSize - 1, last: newSize - 1)
        climb.skipCompleteSubtrees()
        // A complete old tree is itself the first node of the proof, and is left out of it.
        let isComplete = oldSize & (oldSize - 1) == 0
        guard let first = isComplete ? oldRoot : proof.first else { throw .wrongLength }
        var old = first
        var new = first
        for sibling in isComplete ? proof[...] : proof.dropFirst() {
            guard !climb.isAtRoot else { throw .wrongLength }
            if climb.isRightChild {
                old = node(sibling, old)
                new = node(sibling, new)
                climb.skipLevelsWithoutSibling()
            } else {
                new = node(new, sibling)
            }
            climb.ascend()
        }
        guard climb.isAtRoot else { throw .wrongLength }
        guard old == oldRoot, new == newRoot else { throw .rootMismatch }
    }
}

/// A walk from a node up to the root: `fn` and `sn` of RFC 9162.
private struct Climb {
    var position: UInt64
    var last: UInt64

    var isAtRoot: Bool { last == 0 }

    /// Whether the next line of the proof stands to the left.
    var isRightChild: Bool { position & 1 == 1 || position == last }

    mutating func ascend() {
        position >>= 1
        last >>= 1
    }

    /// The last node of an odd level rises unchanged until it finds a sibling on its left.
    mutating func skipLevelsWithoutSibling() {
        while position & 1 == 0 && position != 0 { ascend() }
    }

    /// Rises to the root of the largest complete subtree that ends the old tree.
    mutating func skipCompleteSubtrees() {
        while position & 1 == 1 { ascend() }
    }
}

/// Why a Merkle proof was refused or could not be made.
public enum ProofError: Error, Hashable, Sendable {
    /// The tree has no leaf at that index.
    case indexOutOfRange(index: UInt64, size: UInt64)
    /// The old tree is larger than the new one.
    case sizesOutOfOrder(old: UInt64, new: UInt64)
    /// The proof has fewer or more hashes than the tree has levels for.
    case wrongLength
    /// The hashes do not lead to the given root.
    case rootMismatch
}

extension ProofError: CustomStringConvertible {
    /// The reason as a sentence.
    public var description: String {
        switch self {
        case .indexOutOfRange(let index, let size):
            "There is no leaf \(index) in a tree of \(size) leaves."
        case .sizesOutOfOrder(let old, let new):
            "A tree of \(new) leaves cannot extend a tree of \(old) leaves."
        case .wrongLength: "The proof has the wrong number of hashes for this tree."
        case .rootMismatch: "The proof does not lead to the stated root."
        }
    }
}
