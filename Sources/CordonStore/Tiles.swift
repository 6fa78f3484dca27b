package import CordonLedger

/// The log as tiles: leaf hashes from their rows, everything above from `tile_root`.
extension Transaction {
    func tileRootInsert(_ root: TileRoot) throws {
        try send(
            """
            INSERT INTO tile_root (level, idx, hash)
            VALUES (\(root.level), \(Int64(root.index)), \(root.hash.bytes))
            """)
    }

    /// The hashes `from ..< from + count` of one level of tiles, as far as they are there.
    package func tileHashes(level: Int, from: UInt64, count: Int) throws -> [MerkleHash] {
        let first = Int64(from)
        let end = first + Int64(count)
        let found =
            level == 0
            ? try rows(
                """
                SELECT idx, leaf AS hash FROM journal WHERE idx >= \(first) AND idx < \(end)
                UNION ALL
                SELECT idx, leaf AS hash FROM evidence WHERE idx >= \(first) AND idx < \(end)
                ORDER BY idx
                """)
            : try rows(
                """
                SELECT idx, hash FROM tile_root
                WHERE level = \(level) AND idx >= \(first) AND idx < \(end) ORDER BY idx
                """)
        var hashes: [MerkleHash] = []
        hashes.reserveCapacity(found.count)
        for row in found {
            guard try row.integer("idx") == first + Int64(hashes.count),
                let hash = MerkleHash(try row.blob("hash"))
            else { break }
            hashes.append(hash)
        }
        return hashes
    }

    /// The log at a size that it has or has had.
    ///
    /// It reads through this transaction, so it lives no longer.
    package func tileTree(size: UInt64) -> TileTree {
        TileTree(size: size) { try self.tileHashes(level: $0, from: $1, count: $2) }
    }

    /// The same for a log that was just brought up to date and not opened since.
    package func tileRootsBegin() throws {
        let used = try row(
            """
            SELECT 1 AS found WHERE EXISTS (SELECT 1 FROM tile_root)
                OR EXISTS (SELECT 1 FROM evidence)
            """)
        if used == nil { try tileRootsComplete() }
    }

    /// Works out the roots of tiles that a log of an older Cordon has not kept.
    ///
    /// Safe to repeat, and to break off: it goes on behind the last one that is there.
    package func tileRootsComplete() throws {
        let size = try logHead().size
        var level = 1
        var below = size
        while below >= UInt64(TilePath.fullWidth) {
            let wanted = below / UInt64(TilePath.fullWidth)
            let there = try row("SELECT count(*) AS n FROM tile_root WHERE level = \(level)")?
                .integer("n")
            for index in UInt64(there ?? 0)..<max(wanted, UInt64(there ?? 0)) {
                let hashes = try tileHashes(
                    level: level - 1, from: index * UInt64(TilePath.fullWidth),
                    count: TilePath.fullWidth)
                guard hashes.count == TilePath.fullWidth else {
                    throw StoreError.unreadable(table: "journal", column: "leaf")
                }
                try tileRootInsert(
                    TileRoot(level: level, index: index, hash: Merkle.root(ofLeaves: hashes)))
            }
            below = wanted
            level += 1
        }
    }
}
