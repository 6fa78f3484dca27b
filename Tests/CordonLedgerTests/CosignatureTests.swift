import Testing

@testable import CordonLedger

@Suite struct CosignatureTests {
    private let signer: CosignatureSigner
    private let verifier: CosignatureVerifier
    private let checkpoint: Checkpoint
    private let note: String

    init() throws {
        signer = try CosignatureSigner(name: "witness.example/w1", seed: Keys.seed(8))
        verifier = try CosignatureVerifier(signer.verifierKey)
        let log = try Keys.signer(1, name: "example.com/behind-the-sofa")
        let root = try #require(MerkleHash(base64: "CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I="))
        checkpoint = try Checkpoint(origin: log.name, size: 20_852_163, root: root)
        note = try checkpoint.signed(by: log)
    }

    /// Made by a program of few lines that uses another library (Python's cryptography 50.0.2).
    @Test func anotherLibraryGivesTheSameLine() throws {
        #expect(signer.verifierKey == Independent.verifierKey)
        #expect(try signer.cosign(checkpoint, time: 1_679_315_147) == Independent.line)
    }

    @Test func aCosignatureGoesRound() throws {
        for time in [0, 1, 1_679_315_147, UInt64(Int64.max)] {
            let line = try signer.cosign(checkpoint, time: time)
            #expect(
                try verifier.verify(note + line) == Cosignature(name: signer.name, time: time))
        }
        #expect(throws: NoteError.signingFailed) {
            try signer.cosign(checkpoint, time: UInt64(Int64.max) + 1)
        }
    }

    @Test func theLatestOfSeveralCounts() throws {
        let lines = try [5, 9, 7].map { try signer.cosign(checkpoint, time: $0) }.joined()
        #expect(try verifier.verify(note + lines).time == 9)
    }

    @Test func anotherTimeIsRefused() throws {
        let line = try signer.cosign(checkpoint, time: 1_679_315_147)
        // The lowest bytes of the time are 0x50cb; the Base64 digit turns them to 0x50cf.
        let late = line.replacing("ABkGFDL", with: "ABkGFDP")
        #expect(late != line)
        #expect(throws: NoteError.badSignature(name: signer.name)) {
            try verifier.verify(note + late)
        }
        // A right cosignature beside it does not help.
        #expect(throws: NoteError.badSignature(name: signer.name)) {
            try verifier.verify(note + line + late)
        }
    }

    @Test func anotherTreeIsRefused() throws {
        let other = try Checkpoint(
            origin: checkpoint.origin, size: 20_852_164, root: checkpoint.root)
        let line = try signer.cosign(other, time: 1)
        #expect(throws: NoteError.badSignature(name: signer.name)) {
            try verifier.verify(note + line)
        }
    }

    @Test func aSignatureOfTheCommonTypeIsNoCosignature() throws {
        let plain = try NoteSigner(name: signer.name, seed: Keys.seed(8))
        #expect(plain.keyID != signer.keyID)
        let signed = note + (try Keys.signatureLine(of: checkpoint.text, by: plain))
        #expect(throws: NoteError.notSigned(name: signer.name)) { try verifier.verify(signed) }
        #expect(throws: NoteError.unsupportedKeyType(1)) {
            try CosignatureVerifier(plain.verifierKey)
        }
        #expect(throws: NoteError.unsupportedKeyType(4)) { try NoteVerifier(signer.verifierKey) }
        #expect(throws: NoteError.unsupportedKeyType(1)) {
            try CosignatureSigner(privateKeyText: plain.privateKeyText)
        }
        #expect(throws: NoteError.unsupportedKeyType(4)) {
            try NoteSigner(privateKeyText: signer.privateKeyText)
        }
    }

    @Test func theLogsOwnVerifierIgnoresCosignatures() throws {
        let log = try NoteVerifier(Keys.signer(1, name: checkpoint.origin).verifierKey)
        let line = try signer.cosign(checkpoint, time: 1)
        #expect(try Checkpoint.open(note + line, verifier: log) == checkpoint)
    }

    @Test func aWitnessesAnswerIsAdded() throws {
        let line = try signer.cosign(checkpoint, time: 3)
        let other = try CosignatureSigner(name: "witness.example/w2", seed: Keys.seed(9))
        let foreign = try other.cosign(checkpoint, time: 4)
        #expect(try verifier.adding(foreign + line, to: note) == note + line)
        #expect(throws: NoteError.notSigned(name: signer.name)) {
            try verifier.adding(foreign, to: note)
        }
        #expect(throws: NoteError.notSigned(name: signer.name)) {
            try verifier.adding(foreign, to: note + line)
        }
        for answer in ["", "nonsense\n", String(line.dropLast())] {
            #expect(throws: NoteError.self) { try verifier.adding(answer, to: note) }
        }
    }

    @Test func keysGoRoundAndTellNothing() throws {
        let stored = try CosignatureSigner(privateKeyText: signer.privateKeyText + "\n")
        #expect(stored.verifierKey == signer.verifierKey)
        #expect(verifier.verifierKey == signer.verifierKey)
        #expect(verifier.keyID == signer.keyID)
        let secret = try #require(signer.privateKeyText.split(separator: "+").last)
        var dumped = ""
        dump(signer, to: &dumped)
        for shown in ["\(signer)", String(reflecting: signer), dumped] {
            #expect(!shown.contains(secret))
        }
        #expect(throws: NoteError.keyIDMismatch) {
            try CosignatureVerifier(signer.verifierKey.replacing("/w1+", with: "/w2+"))
        }
        #expect(throws: NoteError.invalidName) {
            try CosignatureSigner(name: "a b", seed: Keys.seed(1))
        }
        #expect(throws: NoteError.malformedKey) { try CosignatureSigner(name: "a", seed: [1]) }
    }

}

private enum Independent {
    static let verifierKey =
        "witness.example/w1+fea3b187+BBOY9ixtGkV8UbpqS189vS9p/KkyFiGNyJl+QWvRfZPK"
    static let line =
        "— witness.example/w1 /qOxhwAAAABkGFDL3zfNz0s4H1tr7Roq5F6IqfkQ0k3PY4CJLE5G4rmDqn7FHt52"
        + "UoeOd5YRq5ihPFwQPId93UDmDJlfrte+Eg4yCw==\n"
}
