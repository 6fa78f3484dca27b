import FoundationEssentials
import Testing

@testable import CordonLedger

@Suite struct BundleTests {
    private let bundles: Bundles
    private let archive: Data

    init() throws {
        bundles = try Bundles()
        archive = try bundles.archive()
    }

    @Test func aBundleHoldsAndCountsWhatIsInIt() throws {
        let report = try bundles.verifier.verify(archive)
        #expect(report.findings == [])
        #expect(report.verdict == .valid)
        #expect(report.identifier == "INC-2026-0001")
        #expect(report.checkpoint == bundles.checkpoint)
        #expect(report.counts.records == 2)
        #expect(report.counts.journalEntries == 1)
        #expect(report.counts.redactedGroups == 1)
        #expect(report.counts.erased == 1)
        #expect(report.counts.statements == 1)
        #expect(report.counts.attachments == 1)
        #expect(
            report.cosignatures
                == [Cosignature(name: "witness.example/w1", time: 1_795_000_000)])
        #expect(!report.hasTimestamp)
        #expect(report.notes == [])
    }

    @Test func theSameCallsGiveTheSameBytes() throws {
        // Ed25519 signatures follow from key and text (RFC 8032).
        let again = try Bundles().archive()
        #expect(again.count == archive.count)
        let first = OpenBundle(archive)
        #expect(first.files.map(\.path) == OpenBundle(again).files.map(\.path))
        #expect(
            first.files.map(\.path) == [
                "bagit.txt", "README.txt", "data/log/checkpoint", "data/log/vkeys.txt",
                "data/incident.json", "data/evidence/1/entry.bin", "data/evidence/1/envelope.json",
                "data/evidence/1/envelope.nonce", "data/evidence/1/input.commitment",
                "data/evidence/1/output.json", "data/evidence/1/output.nonce",
                "data/proofs/1.tlog-proof", "data/journal/3/entry.bin", "data/journal/3/event.json",
                "data/journal/3/event.nonce", "data/proofs/3.tlog-proof",
                "data/evidence/4/entry.bin", "data/evidence/4/erased.json",
                "data/proofs/4.tlog-proof", "data/statements/coverage.dsse.json",
                "data/attachments/"
                    + "ae4b3280e56e2faf83f414a6e3dabe9d5fbe18976544c05fed121accb85b53fc",
                "data/redactions.ndjson", "bag-info.txt", "manifest-sha256.txt",
                "tagmanifest-sha256.txt", "signature",
            ])
    }

    @Test func nothingOfARedactedGroupIsInTheBundle() throws {
        #expect(archive.firstRange(of: Data("secret".utf8)) == nil)
        #expect(archive.firstRange(of: Bundles.nonce(11).data) == nil)
        #expect(
            OpenBundle(archive)["data/redactions.ndjson"].map {
                String(decoding: $0, as: UTF8.self)
            }
                == #"{"at":"2026-11-24T10:00:00Z","by":"ada","group":"input","index":1,"#
                + #""reason":"personal \"data\""}"# + "\n")
    }

    @Test func anotherLogsBundleIsInvalid() throws {
        let stranger = try NoteVerifier(Keys.signer(9, name: Bundles.name).verifierKey)
        let report = BundleVerifier(log: stranger).verify(archive)
        #expect(report.verdict == .invalid)
        let places = Set(report.findings.map(\.place))
        #expect(
            places == [
                "signature", "data/log/checkpoint", "data/log/vkeys.txt",
                "data/statements/coverage.dsse.json",
            ])
    }

    @Test func aKnownCheckpointIsCompared() throws {
        func verdict(known size: UInt64, _ root: MerkleHash, _ archive: Data) throws -> BundleReport
        {
            let known = try Checkpoint(origin: Bundles.name, size: size, root: root)
            let verifier = try bundles.verifier
            return BundleVerifier(
                log: verifier.log, witnesses: verifier.witnesses, known: known
            ).verify(archive)
        }
        let root = bundles.checkpoint.root
        #expect(try verdict(known: 6, root, archive).verdict == .valid)
        let other = try verdict(known: 6, Trees.damaged(root), archive)
        #expect(other.verdict == .diverges)
        #expect(other.divergence?.place == "data/log/checkpoint")
        for size in [4, 7] {
            let report = try verdict(known: UInt64(size), Trees.damaged(root), archive)
            #expect(report.verdict == .valid)
            #expect(report.notes.count == 1)
        }
        let request = try WitnessRequest(
            oldSize: 4, proof: Merkle.consistencyProof(from: 4, leaves: bundles.leaves),
            checkpoint: bundles.note)
        let proven = try bundles.archive(bundles.log(consistency: request))
        let old = Merkle.root(ofLeaves: Array(bundles.leaves.prefix(4)))
        let consistent = try verdict(known: 4, old, proven)
        #expect(consistent.verdict == .valid)
        #expect(consistent.notes == [])
        #expect(try verdict(known: 4, Trees.damaged(old), proven).verdict == .diverges)
        let foreign = try Checkpoint(origin: "other", size: 6, root: old)
        let report = BundleVerifier(log: try bundles.verifier.log, known: foreign).verify(archive)
        #expect(report.verdict == .valid)
    }

    @Test func onlyTrustedWitnessesCount() throws {
        let log = try bundles.verifier.log
        let untrusted = BundleVerifier(log: log).verify(archive)
        #expect(untrusted.verdict == .valid)
        #expect(untrusted.cosignatures == [])
        #expect(
            untrusted.notes == ["The witness witness.example/w1 is not one of those trusted."])
        let other = try CosignatureSigner(name: "witness.example/w2", seed: Keys.seed(12))
        let missing = BundleVerifier(
            log: log, witnesses: [try CosignatureVerifier(other.verifierKey)]
        ).verify(archive)
        #expect(missing.verdict == .valid)
        #expect(missing.notes.count == 2)
    }

    @Test func aTimestampMustBeOfThisCheckpoint() throws {
        let digest = MerkleHash(hashing: Data(bundles.checkpoint.text.utf8)).bytes
        let imprint: [UInt8] = [
            0x30, 0x31, 0x30, 0x0d, 6, 9, 0x60, 0x86, 0x48, 1, 0x65, 3, 4, 2, 1, 5, 0, 4, 0x20,
        ]
        let answer = Data([1, 2, 3] + imprint + digest + [4])
        let archive = try bundles.archive(bundles.log(timestamp: answer))
        let report = try bundles.verifier.verify(archive)
        #expect(report.verdict == .valid)
        #expect(report.hasTimestamp)
        #expect(report.notes.count == 1)
        #expect(throws: BundleError.foreignTimestamp) {
            try bundles.writer(bundles.log(timestamp: Data(imprint + digest.reversed())))
        }
        var open = OpenBundle(archive)
        open["data/log/checkpoint.tsr"] = Data(imprint)
        try open.close(as: bundles.signer)
        let changed = try bundles.verifier.verify(open.archive())
        #expect(changed.findings.map(\.place) == ["data/log/checkpoint.tsr"])
    }

    @Test func theWriterRefusesWhatWouldNotHold() throws {
        var writer = try bundles.writer()
        let record = try bundles.record(1, .evidence(Bundles.groups))
        let moved = BundleRecord(index: 2, content: record.content, proof: record.proof)
        #expect(throws: BundleError.self) { try writer.add(moved) }
        let reordered = BundleRecord(
            index: 1, content: .evidence(Bundles.groups.reversed()), proof: record.proof)
        #expect(throws: BundleError.self) { try writer.add(reordered) }
        #expect(throws: BundleError.invalidName("log")) {
            try writer.add(document: "log", Data())
        }
        #expect(throws: BundleError.invalidName("a/b")) {
            try writer.add(document: "a/b", Data())
        }
        #expect(throws: BundleError.noIncident) { try writer.finish(signer: bundles.signer) }
        #expect(throws: BundleError.foreignSigner) { try writer.finish(signer: Keys.signer(1)) }
        let foreign = try DSSEEnvelope(
            signing: Data(), payloadType: "text/plain", by: Keys.signer(1))
        #expect(throws: BundleError.statement(.notSigned(name: Bundles.name))) {
            try writer.add(statement: "x", foreign)
        }
    }

    @Test(arguments: [
        ("2026-11-24", "Cordon", nil, true), ("2026-1-24", "Cordon", nil, false),
        ("", "Cordon", nil, false), ("2026-11-24", "", nil, false),
        ("2026-11-24", "Cordon", "a\nb", false), ("2026-11-24", "Cordon", " a", false),
        ("2026-11-24", "Cordon", "a: b — é", true),
    ])
    func aDescriptionIsOneLineEach(
        _ date: String, _ software: String, _ organization: String?, _ isFine: Bool
    ) {
        let description = try? BagDescription(
            identifier: "INC-1", date: date, software: software, organization: organization)
        #expect((description != nil) == isFine)
        if let description {
            #expect(BagDescription(text: description.text(size: 1, files: 2)) == description)
        }
    }

    @Test func theGuideIsPlainText() {
        #expect(BundleGuide.text.utf8.allSatisfy { $0 >= 0x20 || $0 == 0x0a })
        let lines = BundleGuide.text.split(separator: "\n")
        #expect(lines.allSatisfy { $0.count <= 100 })
    }
}
