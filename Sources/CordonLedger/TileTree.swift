/// A log as its tiles hold it: proves what is in it by reading a few tiles instead of all leaves.
///
/// The hashes are asked for by level and position: level 0 are the leaf hashes, and each hash of a
/// level above is the root of a full tile of the level below. One tree serves many proofs, and
/// keeps every tile that it has asked for.
public final class TileTree {
    /// Gives the hashes `from ..< from + count` of one level, which all exist.
    public typealias Source = (_ level: Int, _ from: UInt64, _ count: Int) throws -> [MerkleHash]

    /// The number of leaves of the tree that is proved about.
    public let size: UInt64

    private let source: Source
    private var tiles: [Place: [MerkleHash]] = [:]

    private struct Place: Hashable {
        let level: Int
        let index: UInt64
    }

    /// Makes the tree over the first `size` leaves.
    public init(size: UInt64, source: @escaping Source) {
        self.size = size
        self.source = source
    }

    /// The root.
    ///
    /// - Throws: what the source throws, or ``TileTreeError``.
    public func root() throws -> MerkleHash {
        size == 0 ? Merkle.emptyRoot : try hash(from: 0, to: size)
    }

    /// The right edge, from which the tree can be gone on with.
    ///
    /// - Throws: what the source throws, or ``TileTreeError``.
    public func frontier() throws -> MerkleFrontier {
        var hashes: [MerkleHash] = []
        var from: UInt64 = 0
        for height in stride(from: 63, through: 0, by: -1) where size >> UInt64(height) & 1 == 1 {
            hashes.append(try complete(from, height: height))
            from += 1 << UInt64(height)
        }
        guard let frontier = MerkleFrontier(size: size, hashes: hashes) else {
            preconditionFailure("there is a hash for every bit of the size")
        }
        return frontier
    }

    /// Proves that the leaf at `index` is in the tree (RFC 9162 section 2.1.3.1).
    ///
    /// - Throws: ``ProofError/indexOutOfRange(index:size:)``, what the source throws, or
    ///   ``TileTreeError``.
    public func inclusionProof(_ index: UInt64) throws -> [MerkleHash] {
        guard index < size else { throw ProofError.indexOutOfRange(index: index, size: size) }
        var proof: [MerkleHash] = []
        var (from, to) = (UInt64(0), size)
        while to - from > 1 {
            let middle = Self.middle(from, to)
            if index < middle {
                proof.append(try hash(from: middle, to: to))
                to = middle
            } else {
                proof.append(try hash(from: from, to: middle))
                from = middle
            }
        }
        return proof.reversed()
    }

    /// Proves that the tree only adds to the one of its first `oldSize` leaves (RFC 9162 section
    /// 2.1.4.1); empty when the sizes are equal or `oldSize` is zero.
    ///
    /// - Throws: ``ProofError/sizesOutOfOrder(old:new:)``, what the source throws, or
    ///   ``TileTreeError``.
    public func consistencyProof(from oldSize: UInt64) throws -> [MerkleHash] {
        guard oldSize <= size else { throw ProofError.sizesOutOfOrder(old: oldSize, new: size) }
        guard oldSize > 0, oldSize < size else { return [] }
        var proof: [MerkleHash] = []
        var (from, to) = (UInt64(0), size)
        var isWhole = true
        while to != oldSize {
            let middle = Self.middle(from, to)
            if oldSize <= middle {
                proof.append(try hash(from: middle, to: to))
                to = middle
            } else {
                proof.append(try hash(from: from, to: middle))
                from = middle
                isWhole = false
            }
        }
        if !isWhole { proof.append(try hash(from: from, to: to)) }
        return proof.reversed()
    }

    /// The hash over a range that begins at a multiple of the largest power of two below it.
    private func hash(from: UInt64, to: UInt64) throws -> MerkleHash {
        let count = to - from
        if count & (count - 1) == 0 {
            return try complete(from, height: count.trailingZeroBitCount)
        }
        let middle = Self.middle(from, to)
        return Merkle.node(try hash(from: from, to: middle), try hash(from: middle, to: to))
    }

    /// The root over `2^height` leaves, read from the highest level that has its parts.
    private func complete(_ from: UInt64, height: Int) throws -> MerkleHash {
        let level = height / TileRoot.height
        let count = 1 << (height % TileRoot.height)
        var row = try hashes(level, from >> UInt64(level * TileRoot.height), count)
        while row.count > 1 {
            row = stride(from: 0, to: row.count, by: 2).map { Merkle.node(row[$0], row[$0 + 1]) }
        }
        return row[0]
    }

    /// At most half a tile's width, aligned to its own count, so it lies in one tile.
    private func hashes(_ level: Int, _ from: UInt64, _ count: Int) throws -> [MerkleHash] {
        let width = UInt64(TilePath.fullWidth)
        let place = Place(level: level, index: from / width)
        let start = Int(from % width)
        if let tile = tiles[place], tile.count >= start + count {
            return Array(tile[start..<start + count])
        }
        let there = size >> UInt64(level * TileRoot.height)
        let first = place.index * width
        let tile = try source(level, first, Int(min(width, there - first)))
        guard tile.count >= start + count else {
            throw TileTreeError.missing(level: level, index: place.index)
        }
        tiles[place] = tile
        return Array(tile[start..<start + count])
    }

    /// Where RFC 9162 splits: at the largest power of two below the count.
    private static func middle(_ from: UInt64, _ to: UInt64) -> UInt64 {
        from + (1 << UInt64(63 - (to - from - 1).leadingZeroBitCount))
    }
}

/// Why a tree could not be read from its tiles.
public enum TileTreeError: Error, Hashable, Sendable {
    /// The source gave fewer hashes than the size says there are.
    case missing(level: Int, index: UInt64)
}
