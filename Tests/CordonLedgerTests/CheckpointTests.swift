import CordonLedger
import Testing

@Suite struct CheckpointTests {
    private let root = "CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I="

    @Test func thePublishedExampleIsReadAndWrittenBack() throws {
        let text = "example.com/behind-the-sofa\n20852163\n\(root)\n"
        let checkpoint = try Checkpoint(text: text)
        #expect(checkpoint.origin == "example.com/behind-the-sofa")
        #expect(checkpoint.size == 20_852_163)
        #expect(checkpoint.root.base64 == root)
        #expect(checkpoint.extensions.isEmpty)
        #expect(checkpoint.text == text)
    }

    @Test func extensionLinesAreKept() throws {
        let text = "log\n7\n\(root)\nfirst extension\nsecond\n"
        let checkpoint = try Checkpoint(text: text)
        #expect(checkpoint.extensions == ["first extension", "second"])
        #expect(checkpoint.text == text)
    }

    @Test func onlyTheCanonicalSpellingIsRead() throws {
        let maximum = try Checkpoint(text: "log\n18446744073709551615\n\(root)\n")
        #expect(maximum.size == .max)
        let refused = [
            "", "\n", "log\n", "log\n7\n", "log\n7\n\(root)", "\n7\n\(root)\n", "log\n\n\(root)\n",
            "log\n07\n\(root)\n", "log\n00\n\(root)\n", "log\n+7\n\(root)\n", "log\n-7\n\(root)\n",
            "log\n7 \n\(root)\n", "log\n 7\n\(root)\n", "log\n٧\n\(root)\n", "log\n0x7\n\(root)\n",
            "log\n18446744073709551616\n\(root)\n", "log\n99999999999999999999\n\(root)\n",
            "log\n7\n\(root)\n\n", "log\n7\n\(root)\n\nextension\n", "log\n7\n\(root) \n",
            "log\n7\n\(root.dropLast())\n", "log\n7\nAAAA\n", "log\r\n7\r\n\(root)\r\n",
            "log\n7\n\(root.replacing("q2I=", with: "q2J="))\n", "l\tog\n7\n\(root)\n",
        ]
        for text in refused {
            #expect(throws: CheckpointError.malformed, "\(text)") { try Checkpoint(text: text) }
        }
    }

    @Test func anEmptyTreeHasItsOneRoot() throws {
        let empty = try Checkpoint(origin: "log", size: 0, root: Merkle.emptyRoot)
        #expect(try Checkpoint(text: empty.text) == empty)
        #expect(throws: CheckpointError.emptyTreeRoot) {
            try Checkpoint(text: "log\n0\n\(root)\n")
        }
    }

    @Test func linesWithNewlinesAreNotWritten() throws {
        for line in ["", "a\nb", "a\r\nb", "\u{7}"] {
            #expect(throws: CheckpointError.malformed) {
                try Checkpoint(origin: line, size: 0, root: Merkle.emptyRoot)
            }
            #expect(throws: CheckpointError.malformed) {
                try Checkpoint(
                    origin: "log", size: 0, root: Merkle.emptyRoot, extensions: ["good", line])
            }
        }
    }

    @Test func aSignedCheckpointOpensWithItsOwnKeyOnly() throws {
        let signer = try Keys.signer(1, name: "cordon.example/journal")
        let leaves = Trees.leaves(9)
        let checkpoint = try Checkpoint(
            origin: signer.name, size: 9, root: Merkle.root(ofLeaves: leaves))
        let note = try checkpoint.signed(by: signer)
        #expect(note.hasPrefix(checkpoint.text))
        let verifier = try NoteVerifier(signer.verifierKey)
        #expect(try Checkpoint.open(note, verifier: verifier) == checkpoint)

        let stranger = try NoteVerifier(Keys.signer(2, name: signer.name).verifierKey)
        #expect(throws: CheckpointError.note(.notSigned(name: signer.name))) {
            try Checkpoint.open(note, verifier: stranger)
        }
        #expect(throws: CheckpointError.note(.badSignature(name: signer.name))) {
            try Checkpoint.open(note.replacing("\n9\n", with: "\n8\n"), verifier: verifier)
        }
    }

    @Test func aKeyDoesNotSpeakForAnotherLog() throws {
        let signer = try Keys.signer(1, name: "log-a")
        let other = try Checkpoint(origin: "log-b", size: 0, root: Merkle.emptyRoot)
        let mismatch = CheckpointError.originMismatch(expected: "log-a", found: "log-b")
        #expect(throws: mismatch) { try other.signed(by: signer) }
        let note = try signer.sign(other.text)
        let verifier = try NoteVerifier(signer.verifierKey)
        #expect(throws: mismatch) { try Checkpoint.open(note, verifier: verifier) }
        let prose = try signer.sign("not a checkpoint\n")
        #expect(throws: CheckpointError.malformed) {
            try Checkpoint.open(prose, verifier: verifier)
        }
    }
}
