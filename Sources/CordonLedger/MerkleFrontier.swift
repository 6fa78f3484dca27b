/// The right edge of a growing tree: all that is needed to append leaves and to know the root.
///
/// For every set bit of `size`, from the highest, it holds the root of one complete subtree, so at
/// most 64 hashes. It is stored as its ``size`` and ``hashes`` and read back with
/// ``init(size:hashes:)``.
public struct MerkleFrontier: Hashable, Sendable {
    /// The number of leaves.
    public private(set) var size: UInt64
    /// The roots of the complete subtrees, the largest first.
    public private(set) var hashes: [MerkleHash]

    /// Begins a tree without leaves.
    public init() {
        size = 0
        hashes = []
    }

    /// Resumes a stored tree, or gives nil when the hashes are not as many as `size` has set bits.
    public init?(size: UInt64, hashes: [MerkleHash]) {
        guard size.nonzeroBitCount == hashes.count else { return nil }
        self.size = size
        self.hashes = hashes
    }

    /// Builds the tree over leaf hashes.
    public init(leaves: some Sequence<MerkleHash>) {
        self.init()
        for leaf in leaves { append(leaf) }
    }

    /// Adds a leaf hash at the end, for one node hash on average and 63 at worst.
    public mutating func append(_ leaf: MerkleHash) {
        var completed = leaf
        var carried = size
        while carried & 1 == 1 {
            completed = Merkle.node(hashes.removeLast(), completed)
            carried >>= 1
        }
        hashes.append(completed)
        size += 1
    }

    /// The root of the whole tree: equal to ``Merkle/root(ofLeaves:)`` over the same leaves.
    public var root: MerkleHash {
        guard let smallest = hashes.last else { return Merkle.emptyRoot }
        return hashes.dropLast().reversed().reduce(smallest) { Merkle.node($1, $0) }
    }
}
