import CordonStore
import Testing

@testable import CordonWeb

struct AssetTests {
    @Test(
        arguments: [
            ("", false), ("gzip", true), ("deflate, gzip;q=1.0, *;q=0.5", true), ("GZIP", true),
            ("br", false), ("gzip;q=0", false), ("gzip; q=0.000", false), ("gzip;q=x", false),
            ("x-gzip2", false), ("identity", false), ("*", false),
        ] as [(String, Bool)])
    func whoTakesGzipIsRead(_ accepted: String, _ takes: Bool) {
        #expect(Asset.takesGzip(accepted) == takes)
    }

    @Test(arguments: [0, 1, 100, 65_535, 200_000])
    func whatIsPackedComesOutAsItWas(_ count: Int) throws {
        var random = SplitMix64(seed: UInt64(count))
        let bytes = (0..<count).map { _ in UInt8(truncatingIfNeeded: random.next() % 7) }
        let packed = try #require(Gzip.compressed(bytes))
        #expect(try Expansion.expand(packed, .gzip, limit: 1 << 20) == bytes)
    }

    @Test func whatCannotBeMadeSmallerIsWholeAllTheSame() throws {
        var random = SplitMix64(seed: 7)
        let bytes = (0..<4_096).map { _ in UInt8(truncatingIfNeeded: random.next()) }
        let packed = try #require(Gzip.compressed(bytes))
        #expect(packed.count > bytes.count)
        #expect(try Expansion.expand(packed, .gzip, limit: 1 << 20) == bytes)
    }
}
