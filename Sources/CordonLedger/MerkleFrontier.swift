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
        append(leaf) { _ in }
    }

    /// Adds a leaf hash at the end, and tells of each tile that it fills.
    ///
    /// A filled tile is one hash of the level above: what a log keeps in order to prove things
    /// without reading all of its leaves.
    public mutating func append(_ leaf: MerkleHash, filled: (TileRoot) -> Void) {
        var completed = leaf
        var carried = size
        var height = 0
        while carried & 1 == 1 {
            completed = Merkle.node(hashes.removeLast(), completed)
            carried >>= 1
            height += 1
            if height.isMultiple(of: TileRoot.height) {
                filled(
                    TileRoot(
                        level: height / TileRoot.height, index: size >> UInt64(height),
                        hash: completed))
            }
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

/// The root of a full tile: one hash of the level above it (c2sp.org/tlog-tiles).
public struct TileRoot: Hashable, Sendable {
    /// How many levels of the tree one level of tiles spans.
    public static let height = 8

    /// The level that the hash belongs to, from 1; level 0 holds the leaf hashes.
    public let level: Int
    /// Its position within the level, from 0.
    public let index: UInt64
    /// The hash.
    public let hash: MerkleHash

    /// Takes a root as it was computed or stored.
    public init(level: Int, index: UInt64, hash: MerkleHash) {
        self.level = level
        self.index = index
        self.hash = hash
    }
}
