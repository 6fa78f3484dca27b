import Crypto
public import FoundationEssentials

/// The Merkle tree of RFC 6962 section 2.1, which RFC 9162 section 2.1 keeps, over SHA-256.
///
/// A leaf and an inner node are hashed with different first bytes, so that neither can be passed
/// off as the other. Proofs are made here from all the leaves of a tree, which costs one hash for
/// each of them; verifying a proof costs one or two hashes for each line of the proof.
public enum Merkle {
    /// The root of the tree without leaves: the SHA-256 of nothing (RFC 9162 section 2.1.1).
    public static let emptyRoot = MerkleHash(SHA256().finalize())

    /// Hashes an entry to its leaf: SHA-256 of a zero byte and the entry.
    public static func leaf(_ entry: some ContiguousBytes) -> MerkleHash {
        var hasher = SHA256()
        withUnsafeBytes(of: UInt8(0)) { hasher.update(bufferPointer: $0) }
        entry.withUnsafeBytes { hasher.update(bufferPointer: $0) }
        return MerkleHash(hasher.finalize())
    }

    /// The same for bytes in an array.
    public static func leaf(_ entry: [UInt8]) -> MerkleHash {
        var hasher = SHA256()
        withUnsafeBytes(of: UInt8(0)) { hasher.update(bufferPointer: $0) }
        entry.withUnsafeBytes { hasher.update(bufferPointer: $0) }
        return MerkleHash(hasher.finalize())
    }

    /// Hashes two neighbours to their parent: SHA-256 of a one byte, the left and the right.
    public static func node(_ left: MerkleHash, _ right: MerkleHash) -> MerkleHash {
        withUnsafeTemporaryAllocation(byteCount: 65, alignment: 8) { buffer in
            buffer[0] = 1
            left.storage.copy(to: buffer, at: 1)
            right.storage.copy(to: buffer, at: 33)
            var hasher = SHA256()
            hasher.update(bufferPointer: UnsafeRawBufferPointer(buffer))
            return MerkleHash(hasher.finalize())
        }
    }

    /// Computes the root over leaf hashes (RFC 9162 section 2.1.1).
    public static func root(ofLeaves leaves: [MerkleHash]) -> MerkleHash {
        leaves.isEmpty ? emptyRoot : root(leaves[...])
    }

    /// Proves that the leaf at `index` is in the tree over `leaves` (RFC 9162 section 2.1.3.1).
    ///
    /// The hashes run from the leaf's sibling up to the root's child.
    /// - Throws: ``ProofError/indexOutOfRange(index:size:)`` when there is no such leaf.
    public static func inclusionProof(
        index: UInt64, leaves: [MerkleHash]
    ) throws(ProofError) -> [MerkleHash] {
        let size = UInt64(leaves.count)
        guard index < size else { throw .indexOutOfRange(index: index, size: size) }
        var proof: [MerkleHash] = []
        path(to: Int(index), in: leaves[...], into: &proof)
        return proof
    }

    /// Proves that the tree over `leaves` only adds to the tree over its first `oldSize` leaves.
    ///
    /// This is RFC 9162 section 2.1.4.1. The proof is empty when the sizes are equal, and when
    /// `oldSize` is zero, where there is nothing to prove.
    /// - Throws: ``ProofError/sizesOutOfOrder(old:new:)`` when `oldSize` exceeds the leaves.
    public static func consistencyProof(
        from oldSize: UInt64, leaves: [MerkleHash]
    ) throws(ProofError) -> [MerkleHash] {
        let size = UInt64(leaves.count)
        guard oldSize <= size else { throw .sizesOutOfOrder(old: oldSize, new: size) }
        var proof: [MerkleHash] = []
        if oldSize > 0 {
            subproof(of: Int(oldSize), in: leaves[...], isWhole: true, into: &proof)
        }
        return proof
    }

    private static func root(_ leaves: ArraySlice<MerkleHash>) -> MerkleHash {
        if leaves.count == 1 { return leaves[leaves.startIndex] }
        let (left, right) = halves(leaves)
        return node(root(left), root(right))
    }

    private static func path(
        to index: Int, in leaves: ArraySlice<MerkleHash>, into proof: inout [MerkleHash]
    ) {
        guard leaves.count > 1 else { return }
        let (left, right) = halves(leaves)
        if index < left.count {
            path(to: index, in: left, into: &proof)
            proof.append(root(right))
        } else {
            path(to: index - left.count, in: right, into: &proof)
            proof.append(root(left))
        }
    }

    /// SUBPROOF of the RFC: `isWhole` while the old tree is what the verifier already holds.
    private static func subproof(
        of oldCount: Int, in leaves: ArraySlice<MerkleHash>, isWhole: Bool,
        into proof: inout [MerkleHash]
    ) {
        if oldCount == leaves.count {
            if !isWhole { proof.append(root(leaves)) }
            return
        }
        let (left, right) = halves(leaves)
        if oldCount <= left.count {
            subproof(of: oldCount, in: left, isWhole: isWhole, into: &proof)
            proof.append(root(right))
        } else {
            subproof(of: oldCount - left.count, in: right, isWhole: false, into: &proof)
            proof.append(root(left))
        }
    }

    /// Splits two or more leaves at the largest power of two below their count.
    private static func halves(
        _ leaves: ArraySlice<MerkleHash>
    ) -> (left: ArraySlice<MerkleHash>, right: ArraySlice<MerkleHash>) {
        let split = 1 << (Int.bitWidth - 1 - (leaves.count - 1).leadingZeroBitCount)
        return (leaves.prefix(split), leaves.dropFirst(split))
    }
}
