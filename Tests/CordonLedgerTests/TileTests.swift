import CordonLedger
import Testing

@Suite struct TileTests {
    @Test func pathsGroupTheIndexByThreeDigits() {
        #expect(TilePath.tile(level: 0, index: 1_234_067) == "tile/0/x001/x234/067")
        #expect(TilePath.tile(level: 63, index: 0) == "tile/63/000")
        #expect(TilePath.tile(level: 1, index: 999, width: 17) == "tile/1/999.p/17")
        #expect(TilePath.tile(level: 1, index: 1000, width: 255) == "tile/1/x001/000.p/255")
        #expect(TilePath.entries(index: 7, width: 5) == "tile/entries/007.p/5")
        #expect(TilePath.entries(index: 1_234_067) == "tile/entries/x001/x234/067")
        #expect(
            TilePath.entries(index: .max) == "tile/entries/x018/x446/x744/x073/x709/x551/615")
    }

    @Test func aLogOfSeventyThousandHasItsPublishedTiles() {
        let levels = TilePath.levels(forSize: 70_000)
        #expect(levels.map(\.level) == [0, 1, 2])
        #expect(levels.map(\.fullTiles) == [273, 1, 0])
        #expect(levels.map(\.partialWidth) == [112, 17, 1])
        let tiles = TilePath.tiles(to: 70_000)
        #expect(tiles.count == 274 + 2 + 1)
        #expect(tiles[272].path == "tile/0/272")
        #expect(tiles[273].path == "tile/0/273.p/112")
        #expect(tiles[274].path == "tile/1/000")
        #expect(tiles[275].path == "tile/1/001.p/17")
        #expect(tiles[276].path == "tile/2/000.p/1")
    }

    @Test func afterAFullTileTheLevelAboveBegins() {
        #expect(TilePath.levels(forSize: 0).isEmpty)
        #expect(TilePath.tiles(to: 0).isEmpty)
        #expect(TilePath.tiles(to: 255).map(\.path) == ["tile/0/000.p/255"])
        #expect(TilePath.tiles(to: 256).map(\.path) == ["tile/0/000", "tile/1/000.p/1"])
        #expect(TilePath.levels(forSize: .max).count == 8)
    }

    @Test func growthRewritesOnlyTheTilesItTouches() {
        #expect(TilePath.tiles(from: 300, to: 300).isEmpty)
        #expect(TilePath.tiles(from: 256, to: 257).map(\.path) == ["tile/0/001.p/1"])
        #expect(
            TilePath.tiles(from: 300, to: 513).map(\.path) == [
                "tile/0/001", "tile/0/002.p/1", "tile/1/000.p/2",
            ])
        // Step by step and at once, the same tiles are written in the end.
        var written: [String: Int] = [:]
        for size in stride(from: UInt64(0), to: 70_000, by: 70) {
            for tile in TilePath.tiles(from: size, to: size + 70) {
                written["\(tile.level)/\(tile.index)"] = tile.width
            }
        }
        let atOnce = TilePath.tiles(to: 70_000)
        #expect(written.count == atOnce.count)
        for tile in atOnce { #expect(written["\(tile.level)/\(tile.index)"] == tile.width) }
    }
}
