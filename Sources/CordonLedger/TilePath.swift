/// Where the tiles of a log are found, and which a size needs (c2sp.org/tlog-tiles).
///
/// A full tile is 256 hashes wide. The tiles of level 0 hold leaf hashes; those above hold the
/// roots of full tiles of the level below. Paths are relative to the log's prefix.
public enum TilePath {
    /// The number of hashes in a full tile, or of entries in a full bundle.
    public static let fullWidth = 256

    /// The path of the newest signed checkpoint.
    public static let checkpoint = "checkpoint"

    /// The path of a tile of hashes, such as `tile/1/x001/x234/067.p/17`.
    ///
    /// - Precondition: `level` is 0 to 63 and `width` is 1 to 256.
    public static func tile(level: Int, index: UInt64, width: Int = fullWidth) -> String {
        precondition((0...63).contains(level), "A tile level is 0 to 63.")
        return "tile/\(level)/\(place(index: index, width: width))"
    }

    /// The path of a bundle of entries, such as `tile/entries/273.p/112`.
    ///
    /// - Precondition: `width` is 1 to 256.
    public static func entries(index: UInt64, width: Int = fullWidth) -> String {
        "tile/entries/\(place(index: index, width: width))"
    }

    /// The tiles of hashes that a log of this size has, level by level.
    public static func levels(forSize size: UInt64) -> [TileLevel] {
        var levels: [TileLevel] = []
        var hashes = size
        while hashes > 0 {
            let (full, partial) = hashes.quotientAndRemainder(dividingBy: UInt64(fullWidth))
            levels.append(
                TileLevel(level: levels.count, fullTiles: full, partialWidth: Int(partial)))
            hashes = full
        }
        return levels
    }

    /// The tiles of hashes to write when a log grows from one size to another.
    ///
    /// They come level by level, each tile once and as wide as `newSize` makes it. From zero they
    /// are all the tiles of the log.
    /// - Precondition: `oldSize` is at most `newSize`.
    public static func tiles(from oldSize: UInt64 = 0, to newSize: UInt64) -> [Tile] {
        precondition(oldSize <= newSize, "A log does not shrink.")
        let width = UInt64(fullWidth)
        var tiles: [Tile] = []
        var oldHashes = oldSize
        for level in levels(forSize: newSize) {
            let newHashes = level.fullTiles * width + UInt64(level.partialWidth)
            if oldHashes < newHashes {
                for index in (oldHashes / width)...((newHashes - 1) / width) {
                    tiles.append(
                        Tile(
                            level: level.level, index: index,
                            width: Int(min(width, newHashes - index * width))))
                }
            }
            oldHashes /= width
        }
        return tiles
    }

    /// Groups of three digits, all but the last after an `x`, so that no file is a folder's name.
    private static func place(index: UInt64, width: Int) -> String {
        precondition((1...fullWidth).contains(width), "A tile is 1 to 256 hashes wide.")
        var path = threeDigits(index % 1000)
        var rest = index / 1000
        while rest > 0 {
            path = "x\(threeDigits(rest % 1000))/\(path)"
            rest /= 1000
        }
        return width == fullWidth ? path : "\(path).p/\(width)"
    }

    private static func threeDigits(_ number: UInt64) -> String {
        let digits = String(number)
        return String(repeating: "0", count: 3 - digits.count) + digits
    }
}

/// One tile of hashes.
public struct Tile: Hashable, Sendable {
    /// The level, where 0 holds leaf hashes.
    public let level: Int
    /// The position within the level, from 0.
    public let index: UInt64
    /// The number of hashes, 1 to 256.
    public let width: Int

    /// The path of the tile under the log's prefix.
    public var path: String { TilePath.tile(level: level, index: index, width: width) }
}

/// How many tiles one level of a log has.
public struct TileLevel: Hashable, Sendable {
    /// The level, where 0 holds leaf hashes.
    public let level: Int
    /// The number of full tiles.
    public let fullTiles: UInt64
    /// The width of the partial tile after them, or 0 when there is none.
    public let partialWidth: Int
}
