import FoundationEssentials
import Testing

@testable import CordonLedger

/// What is wrong is always found, and the place is named.
@Suite struct BundleDamageTests {
    private let bundles: Bundles
    private let archive: Data
    private let verifier: BundleVerifier

    init() throws {
        bundles = try Bundles()
        archive = try bundles.archive()
        verifier = try bundles.verifier
    }

    /// All bytes are tried, in two halves that run at the same time.
    @Test(arguments: [0, 1])
    func everyFlippedByteIsNamed(_ half: Int) throws {
        var damaged = try bundles.smallArchive()
        let regions = Self.regions(of: damaged)
        #expect(regions.last?.1.upperBound == damaged.count)
        for (region, range) in regions {
            for index in range where index % 2 == half {
                damaged[index] ^= 0x10
                let report = verifier.verify(damaged)
                #expect(report.verdict == .invalid, "byte \(index)")
                #expect(
                    report.findings.contains { $0.place == region },
                    "byte \(index) of \(region): \(report.findings)")
                damaged[index] ^= 0x10
            }
        }
        #expect(verifier.verify(damaged).verdict == .valid)
    }

    /// Whoever repairs the checksum as well is found by the manifests.
    @Test func aChangedFileWithARightChecksumIsNamed() throws {
        for (index, file) in OpenBundle(archive).files.enumerated() where !file.bytes.isEmpty {
            var open = OpenBundle(archive)
            open.files[index].bytes[file.bytes.count / 2] ^= 1
            let report = verifier.verify(try open.archive())
            #expect(report.verdict == .invalid, "\(file.path)")
            #expect(report.findings.contains { $0.place == file.path }, "\(file.path)")
        }
    }

    /// Whoever repairs the manifests as well has not the key.
    @Test func aRewrittenBundleLacksTheSignature() throws {
        for (index, file) in OpenBundle(archive).files.enumerated()
        where file.path.hasPrefix("data/") || file.path == "README.txt" {
            for signer in [nil, try Keys.signer(3, name: Bundles.name)] {
                var open = OpenBundle(archive)
                open.files[index].bytes.append(0x0a)
                try open.close(as: signer)
                let report = verifier.verify(try open.archive())
                #expect(report.findings.contains { $0.place == "signature" }, "\(file.path)")
            }
        }
    }

    /// Even the owner of the key cannot change what was logged.
    @Test func theOwnerOfTheKeyCannotChangeWhatWasLogged() throws {
        for (index, file) in OpenBundle(archive).files.enumerated()
        where file.path.hasPrefix("data/") && file.path != "data/incident.json" {
            var open = OpenBundle(archive)
            open.files[index].bytes[file.bytes.count / 2] ^= 1
            if file.path.hasSuffix("erased.json") { open.files[index].bytes = Data("[]".utf8) }
            try open.close(as: bundles.signer)
            let report = verifier.verify(try open.archive())
            #expect(report.verdict == .invalid, "\(file.path)")
            #expect(
                report.findings.contains { $0.place.hasPrefix(folder(of: file.path)) },
                "\(file.path): \(report.findings)")
        }
    }

    @Test(arguments: [
        "data/evidence/1/entry.bin", "data/evidence/1/envelope.json",
        "data/evidence/1/output.nonce", "data/evidence/1/input.commitment",
        "data/evidence/4/erased.json", "data/journal/3/event.json", "data/proofs/1.tlog-proof",
        "data/redactions.ndjson", "data/log/checkpoint", "data/log/vkeys.txt",
        "data/incident.json", "README.txt", "bagit.txt",
    ])
    func aMissingFileIsMissed(_ path: String) throws {
        var open = OpenBundle(archive)
        open[path] = nil
        try open.close(as: bundles.signer)
        let report = verifier.verify(try open.archive())
        #expect(
            report.findings.contains { $0.place.hasPrefix(folder(of: path)) },
            "\(report.findings)")
    }

    @Test(arguments: [
        "data/evidence/1/input.json", "data/evidence/1/more.json", "data/evidence/4/output.json",
        "data/journal/3/more.json", "data/proofs/5.tlog-proof", "data/evidence/01/entry.bin",
        "data/more/file", "more.txt", "data/log/more", "data/attachments/00",
        "data/statements/x.json",
    ])
    func aFurtherFileIsRefused(_ path: String) throws {
        var open = OpenBundle(archive)
        open[path] = Data("{}".utf8)
        try open.close(as: bundles.signer)
        let report = verifier.verify(try open.archive())
        #expect(report.findings.map(\.place) == [path])
    }

    @Test func groupsCannotTradeTheirNames() throws {
        // Both groups disclosed, with their names exchanged in an envelope that was not logged.
        var open = OpenBundle(archive)
        let envelope = #"{"envelope":{"at":1,"groups":["envelope","output","input"]}}"#
        open["data/evidence/1/envelope.json"] = Data(envelope.utf8)
        try open.close(as: bundles.signer)
        let places = verifier.verify(try open.archive()).findings.map(\.place)
        #expect(
            places == [
                "data/evidence/1/envelope.json", "data/evidence/1/output.json",
                "data/evidence/1/input.commitment",
            ])
    }

    @Test func aRedactionNeedsItsReasonAndNoOther() throws {
        let line = try #require(OpenBundle(archive)["data/redactions.ndjson"])
        let text = String(decoding: line, as: UTF8.self)
        let wrong = [
            "", text + text, text.replacing("input", with: "output"),
            text.replacing("\"index\":1", with: "\"index\":2"), text.replacing(",", with: ", "),
            String(text.dropLast()), text.replacing("ada", with: "\\u0061da"), text + "\n",
        ]
        for text in wrong {
            var open = OpenBundle(archive)
            open["data/redactions.ndjson"] = Data(text.utf8)
            try open.close(as: bundles.signer)
            let places = Set(verifier.verify(try open.archive()).findings.map(\.place))
            #expect(places == ["data/redactions.ndjson"], "\(text)")
        }
    }

    @Test func anotherFolderOrASecondOneIsRefused() throws {
        let files = OpenBundle(archive).files
        let renamed = try StoredZipTests.archive(
            files.map { ("INC-2/\($0.path)", [UInt8]($0.bytes)) })
        let places = verifier.verify(renamed).findings.map(\.place)
        #expect(places == ["bag-info.txt", "signature"])
        var paths = files.map { ("\(Bundles.identifier)/\($0.path)", [UInt8]($0.bytes)) }
        paths[4].0 = "other/data/incident.json"
        let report = verifier.verify(try StoredZipTests.archive(paths))
        #expect(report.findings.contains { $0.place == "archive" })
    }

    @Test func anotherOrderOfFilesIsRefused() throws {
        var open = OpenBundle(archive)
        open.files.swapAt(3, 4)
        let report = verifier.verify(try open.archive())
        #expect(report.findings.map(\.place) == ["manifest-sha256.txt"])
    }

    @Test func aSecondSignatureIsRefused() throws {
        var open = OpenBundle(archive)
        let text = try #require(open["signature"]).split(separator: 0x0a).prefix(3)
            .map { String(decoding: $0, as: UTF8.self) + "\n" }.joined()
        let line = try Keys.signatureLine(of: text, by: Keys.signer(1))
        open["signature"]?.append(contentsOf: line.utf8)
        let report = verifier.verify(try open.archive())
        #expect(report.findings.map(\.place) == ["signature"])
    }

    @Test func aWrongCosignatureIsRefused() throws {
        var open = OpenBundle(archive)
        let other = try Checkpoint(
            origin: Bundles.name, size: 6, root: Trees.damaged(bundles.checkpoint.root))
        let note =
            try bundles.checkpoint.signed(by: bundles.signer)
            + bundles.witness.cosign(other, time: 1)
        open["data/log/checkpoint"] = Data(note.utf8)
        try open.close(as: bundles.signer)
        let places = Set(verifier.verify(try open.archive()).findings.map(\.place))
        #expect(places.contains("data/log/checkpoint"))
    }

    @Test func noArchiveAtAllIsRefused() {
        for bytes in [Data(), Data([1]), Data(repeating: 0, count: 1_000), archive.dropFirst(9)] {
            let report = verifier.verify(bytes)
            #expect(report.verdict == .invalid)
            #expect(report.findings.map(\.place) == ["end record"])
        }
    }

    /// The parts of the archive by their names, which together are all of its bytes.
    private static func regions(of archive: Data) -> [(String, Range<Int>)] {
        let entries = StoredZipContents(reading: archive).entries
        var regions: [(String, Range<Int>)] = []
        var position = 0
        for entry in entries {
            regions.append(("local header of \(entry.path)", position..<entry.range.lowerBound))
            regions.append(
                (String(entry.path.dropFirst(Bundles.identifier.count + 1)), entry.range))
            position = entry.range.upperBound
        }
        for entry in entries {
            let end = position + 46 + entry.path.utf8.count
            regions.append(("central directory entry of \(entry.path)", position..<end))
            position = end
        }
        regions.append(("end record", position..<archive.count))
        return regions
    }

    /// A record is named by any of its files, everything else by itself.
    private func folder(of path: String) -> String {
        guard path.hasPrefix("data/evidence/") || path.hasPrefix("data/journal/") else {
            return path
        }
        return path.split(separator: "/").prefix(3).joined(separator: "/")
    }
}
