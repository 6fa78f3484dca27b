import FoundationEssentials
import Testing

@testable import CordonLedger

@Suite struct StoredZipTests {
    @Test func everyByteIsAsTheFormatSays() throws {
        var writer = StoredZipWriter()
        var archive = try writer.append(path: "a/b", bytes: Array("hi".utf8))
        archive.append(try writer.append(path: "é", bytes: [UInt8]()))
        archive.append(writer.finish())
        // The CRC-32 of "hi" is d8932aac.
        let common = "1400 0000 0000 0000 2100 ac2a93d8 02000000 02000000 0300 0000"
        let other = "1400 0008 0000 0000 2100 00000000 00000000 00000000 0200 0000"
        let expected =
            "504b0304 \(common) 612f62 6869 504b0304 \(other) c3a9"
            + "504b0102 1403 \(common) 0000 0000 0000 0000a481 00000000 612f62"
            + "504b0102 1403 \(other) 0000 0000 0000 0000a481 23000000 c3a9"
            + "504b0506 0000 0000 0200 0200 61000000 43000000 0000"
        #expect(ExactText.hex(archive) == expected.filter { $0 != " " })
        #expect(writer.files == 2)
        let contents = StoredZipContents(reading: archive)
        #expect(contents.isReadable)
        #expect(contents.findings.isEmpty)
        #expect(contents.entries.map(\.path) == ["a/b", "é"])
        #expect(contents.entries.map(\.range) == [33..<35, 67..<67])
    }

    @Test func theChecksumIsTheCommonOne() {
        Array("123456789".utf8).withUnsafeBytes { #expect(CRC32.checksum($0) == 0xcbf4_3926) }
        [UInt8]().withUnsafeBytes { #expect(CRC32.checksum($0) == 0) }
    }

    @Test func anEmptyArchiveIsOnlyAnEnd() {
        let archive = StoredZipWriter().finish()
        #expect(archive.count == 22)
        let contents = StoredZipContents(reading: archive)
        #expect(contents.isReadable)
        #expect(contents.entries.isEmpty)
    }

    @Test(arguments: [
        "", ".", "..", "/a", "a/", "a//b", "a/./b", "a/../b", "a\\b", "C:/a", "a\nb", "a\u{7f}",
        "a\u{85}b", "\0",
    ])
    func aPathThatIsNotPlainIsRefused(_ path: String) {
        var writer = StoredZipWriter()
        #expect(throws: StoredZipError.invalidPath(path)) {
            try writer.append(path: path, bytes: [UInt8]())
        }
        #expect(writer.files == 0)
        #expect(writer.size == 0)
    }

    @Test func aPathHasAtMost1024Bytes() throws {
        for (length, isFine) in [(1_023, true), (1_024, true), (1_025, false)] {
            var writer = StoredZipWriter()
            let path = String(repeating: "a", count: length)
            #expect(StoredZip.isPath(Array(path.utf8)) == isFine)
            if isFine {
                let archive = try writer.append(path: path, bytes: [7]) + writer.finish()
                #expect(StoredZipContents(reading: archive).entries.map(\.path) == [path])
            }
        }
    }

    @Test(arguments: [
        (["a", "a"], 1), (["a/b", "a"], 1), (["a", "a/b"], 1), (["a/b/c", "a/b"], 1),
        (["a/b", "a/c"], nil), (["caf\u{e9}", "cafe\u{301}"], 1), (["ab", "a/b"], nil),
    ])
    func aTakenPathIsRefused(_ paths: [String], _ refused: Int?) throws {
        var writer = StoredZipWriter()
        for (number, path) in paths.enumerated() {
            if number == refused {
                #expect(throws: StoredZipError.duplicatePath(path)) {
                    try writer.append(path: path, bytes: [UInt8]())
                }
            } else {
                _ = try writer.append(path: path, bytes: [UInt8]())
            }
        }
    }

    @Test func theLimitsHold() throws {
        try StoredZip.checkRoom(files: 999_999, size: 0)
        try StoredZip.checkRoom(files: 1_000_000, size: 4_294_967_294)
        try StoredZip.checkRoom(files: 1, size: 4_294_967_295)
        #expect(throws: StoredZipError.tooManyFiles) {
            try StoredZip.checkRoom(files: 1_000_001, size: 0)
        }
        #expect(throws: StoredZipError.tooLarge) {
            try StoredZip.checkRoom(files: 1, size: 4_294_967_296)
        }
    }

    @Test func aboveTheShortCountTheEndIsLong() {
        let short = StoredZip.end(count: 65_534, centralOffset: 7, centralSize: 9)
        #expect(ExactText.hex(short) == "504b050600000000fefffeff09000000070000000000")
        let long = StoredZip.end(count: 65_535, centralOffset: 7, centralSize: 9)
        let expected =
            "504b0606 2c00000000000000 2d03 2d00 00000000 00000000"
            + "ffff000000000000 ffff000000000000 0900000000000000 0700000000000000"
            + "504b0607 00000000 1000000000000000 01000000"
            + "504b0506 0000 0000 ffff ffff 09000000 07000000 0000"
        #expect(ExactText.hex(long) == expected.filter { $0 != " " })
    }

    @Test func aLongEndIsRead() throws {
        for count in [65_534, 65_535, 65_536] {
            var writer = StoredZipWriter()
            var archive = Data()
            for number in 0..<count {
                archive.append(try writer.append(path: "\(number)", bytes: [UInt8]()))
            }
            archive.append(writer.finish())
            let contents = StoredZipContents(reading: archive)
            #expect(contents.isReadable)
            #expect(contents.findings.isEmpty)
            #expect(contents.entries.count == count)
        }
    }

    @Test func anythingAroundTheArchiveIsNamed() throws {
        let archive = try Self.archive([("a", [1, 2, 3]), ("b", [4])])
        let central = archive.count - 22 - 47 * 2
        var padded = archive
        padded.insert(0, at: central)
        var doubled = archive
        doubled.insert(contentsOf: archive[central..<central + 47], at: central)
        let wrong: [(String, Data)] = [
            ("nothing", Data()), ("a suffix", archive + [0]), ("a comment", archive + [1, 2]),
            ("a prefix", [0] + archive), ("a byte between", padded),
            ("two central entries", doubled), ("no end", archive.dropLast()),
            ("two archives", archive + archive),
        ]
        for (what, bytes) in wrong {
            let contents = StoredZipContents(reading: bytes)
            #expect(!contents.isReadable, "\(what)")
            #expect(contents.findings.first?.place == "end record", "\(what)")
        }
    }

    @Test func aSecondCentralEntryForAFileIsRefused() throws {
        let archive = try Self.archive([("a", [1, 2, 3]), ("b", [4])])
        let central = archive.count - 22 - 47 * 2
        for (copied, at) in [(0, 0), (0, 1), (1, 2)] {
            var doubled = archive.dropLast(22)
            doubled.insert(
                contentsOf: archive[central + 47 * copied..<central + 47 * (copied + 1)],
                at: central + 47 * at)
            doubled.append(
                contentsOf: StoredZip.end(
                    count: 3, centralOffset: central, centralSize: 47 * 3))
            let contents = StoredZipContents(reading: doubled)
            #expect(!contents.isReadable)
            #expect(contents.findings.count > 0)
        }
        // A file that no central entry knows of.
        let hidden =
            archive.prefix(central + 47)
            + StoredZip.end(
                count: 1, centralOffset: central, centralSize: 47)
        #expect(StoredZipContents(reading: hidden).findings.map(\.place) == ["end record"])
    }

    @Test func twoHeadersThatDisagreeAreBothNamed() throws {
        var archive = try Self.archive([("x/one", [1]), ("x/two", [4])])
        // The checksum in the first local header.
        archive[14] ^= 1
        let places = StoredZipContents(reading: archive).findings.map(\.place)
        #expect(
            places == ["local header of x/one", "central directory entry of x/one"])
    }

    @Test func aFileThatLeavesTheFolderIsRefused() throws {
        var archive = try Self.archive([("xx/one", [1])])
        let path = Array("../one".utf8)
        archive.replaceSubrange(30..<36, with: path)
        let central = archive.count - 22 - 6
        archive.replaceSubrange(central..<central + 6, with: path)
        let contents = StoredZipContents(reading: archive)
        #expect(!contents.isReadable)
        #expect(contents.findings.map(\.place) == ["local header of ../one"])
    }

    @Test func everyDamagedFileIsNamed() throws {
        var archive = try Self.archive([("a", [1, 2, 3]), ("b", [4]), ("c", [5])])
        archive[31] ^= 1
        archive[archive.count - 22 - 3 * 47 - 1] ^= 1
        let contents = StoredZipContents(reading: archive)
        #expect(contents.isReadable)
        #expect(contents.findings.map(\.place) == ["a", "c"])
    }

    static func archive(_ files: [(String, [UInt8])]) throws -> Data {
        var writer = StoredZipWriter()
        var archive = Data()
        for (path, bytes) in files { archive.append(try writer.append(path: path, bytes: bytes)) }
        archive.append(writer.finish())
        return archive
    }
}
