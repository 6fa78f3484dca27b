import CordonLedger
import Testing

@Suite struct NoteTests {
    @Test func theSpecificationsOwnExampleVerifies() throws {
        let verifier = try NoteVerifier(Published.specificationKey)
        #expect(verifier.name == "example.com/foo")
        #expect(verifier.keyID == 0x530d_903a)
        #expect(verifier.verifierKey == Published.specificationKey)
        #expect(
            try verifier.verify(Published.specificationNote) == "This is an example message.\n")
    }

    @Test func theGoModulesExampleVerifiesAndItsPrivateKeyIsRead() throws {
        let verifier = try NoteVerifier(Published.goKey)
        #expect(try verifier.verify(Published.goNote) == Published.goText)
        let signer = try NoteSigner(privateKeyText: Published.goPrivateKey)
        #expect(signer.verifierKey == Published.goKey)
        #expect(signer.privateKeyText == Published.goPrivateKey)
        #expect(signer.keyID == 0xc74f_20a3)
        #expect(try verifier.verify(signer.sign(Published.goText)) == Published.goText)
    }

    @Test func aNoteGoesRound() throws {
        let signer = try NoteSigner.generate(name: "cordon.example/journal")
        let verifier = try NoteVerifier(signer.verifierKey)
        for text in ["one line\n", "\n", "with\n\nan empty line\n", "ends empty\n\n", "é — ✓\n"] {
            #expect(try verifier.verify(signer.sign(text)) == text)
        }
        let stored = try NoteSigner(privateKeyText: signer.privateKeyText + "\n")
        #expect(stored.verifierKey == signer.verifierKey)
        #expect(try verifier.verify(stored.sign("again\n")) == "again\n")
    }

    @Test func aSignerTellsNobodyItsKey() throws {
        let signer = try Keys.signer(1)
        let secret = try #require(signer.privateKeyText.split(separator: "+").last)
        var dumped = ""
        dump(signer, to: &dumped)
        for shown in ["\(signer)", String(reflecting: signer), dumped] {
            #expect(!shown.contains(secret))
            #expect(shown.contains(signer.verifierKey))
        }
    }

    @Test func sixteenForeignSignaturesAreIgnored() throws {
        let signer = try Keys.signer(0)
        let verifier = try NoteVerifier(signer.verifierKey)
        let text = "witnessed\n"
        var note = text + "\n"
        for number in 1...16 { note += try Keys.signatureLine(of: text, by: Keys.signer(number)) }
        #expect(throws: NoteError.notSigned(name: signer.name)) { try verifier.verify(note) }
        note += try Keys.signatureLine(of: text, by: signer)
        #expect(try verifier.verify(note) == text)
    }

    @Test func keysThatShareOnlyNameOrIDAreForeign() throws {
        let signer = try NoteSigner(name: "shared", seed: Keys.seed(1))
        let namesake = try NoteSigner(name: "shared", seed: Keys.seed(2))
        let verifier = try NoteVerifier(signer.verifierKey)
        let text = "text\n"
        let foreign = try Keys.signatureLine(of: text, by: namesake)
        let own = try Keys.signatureLine(of: text, by: signer)
        #expect(try verifier.verify(text + "\n" + foreign + own) == text)
        // The same key ID under another name, with a signature that would not verify.
        let sameID = try Keys.signatureLine(of: "another text\n", by: signer)
            .replacing("— shared ", with: "— other ")
        #expect(try verifier.verify(text + "\n" + own + sameID) == text)
    }

    @Test func aBadSignatureOfAKnownKeySpoilsTheNote() throws {
        let signer = try Keys.signer(1)
        let verifier = try NoteVerifier(signer.verifierKey)
        let good = try Keys.signatureLine(of: "text\n", by: signer)
        let bad = try Keys.signatureLine(of: "another text\n", by: signer)
        let refused = NoteError.badSignature(name: signer.name)
        #expect(throws: refused) { try verifier.verify("text\n\n" + bad) }
        #expect(throws: refused) { try verifier.verify("text\n\n" + good + bad) }
        #expect(throws: refused) { try verifier.verify("text\n\n" + bad + good) }
        #expect(throws: refused) { try verifier.verify("texts\n\n" + good) }
        #expect(try verifier.verify("text\n\n" + good + good) == "text\n")
        // A signature that is cut short but still carries the key ID.
        let short = "— \(signer.name) \(String(good.split(separator: " ")[2].prefix(8)))\n"
        #expect(throws: refused) { try verifier.verify("text\n\n" + short) }
    }

    @Test func malformedNotesAreRefused() throws {
        let signer = try Keys.signer(1)
        let verifier = try NoteVerifier(signer.verifierKey)
        let line = try Keys.signatureLine(of: "text\n", by: signer)
        #expect(try verifier.verify("text\n\n" + line) == "text\n")
        let malformed = [
            "", "\n", "\n\n", "text\n", "text\n\n", "text\n" + line, "text\n\n" + line.dropLast(),
            "text\n\n" + line + "\n", "text\n\n" + line + "more\n", "text\n\n-" + line.dropFirst(),
            "text\n\n— \(signer.name)\n", "text\n\n— \(signer.name) \n",
            "text\n\n— \(signer.name) AAAA\n", "text\n\n—  \(line.dropFirst(2))",
            "text\n\n" + line.replacing("=\n", with: "\n"),
        ]
        for note in malformed {
            #expect(throws: NoteError.malformedNote, "\(note)") { try verifier.verify(note) }
        }
    }

    @Test func controlCharactersAreRefusedOnBothSides() throws {
        let signer = try Keys.signer(1)
        let verifier = try NoteVerifier(signer.verifierKey)
        let line = try Keys.signatureLine(of: "text\n", by: signer)
        for character in ["\0", "\t", "\r", "\u{1B}", "\u{1F}"] {
            #expect(throws: NoteError.controlCharacter) { try signer.sign("a\(character)b\n") }
            #expect(throws: NoteError.controlCharacter) {
                try verifier.verify("text\(character)\n\n" + line)
            }
        }
        #expect(throws: NoteError.controlCharacter) { try signer.sign("text\r\n") }
        #expect(throws: NoteError.unfinishedText) { try signer.sign("text") }
        #expect(throws: NoteError.unfinishedText) { try signer.sign("") }
    }

    @Test func aNoteWithTooManySignaturesIsRefused() throws {
        let signer = try Keys.signer(1)
        let line = try Keys.signatureLine(of: "text\n", by: signer)
        let verifier = try NoteVerifier(signer.verifierKey)
        let note = "text\n\n" + String(repeating: line, count: 101)
        #expect(throws: NoteError.tooLarge) { try verifier.verify(note) }
        let long = String(repeating: "text\n", count: 300_000) + "\n" + line
        #expect(throws: NoteError.tooLarge) { try verifier.verify(long) }
    }

    @Test func badKeysAreRefused() throws {
        let key = Published.goKey
        let wrongID = key.replacing("c74f20a3", with: "c74f20a4")
        #expect(throws: NoteError.keyIDMismatch) { try NoteVerifier(wrongID) }
        let wrongName = key.replacing("PeterNeumann", with: "PeterNewmann")
        #expect(throws: NoteError.keyIDMismatch) { try NoteVerifier(wrongName) }
        let otherType = key.replacing("+ARpc", with: "+AhpC")
        #expect(throws: NoteError.unsupportedKeyType(2)) { try NoteVerifier(otherType) }
        let malformed = [
            "", "name", "name+c74f20a3", key.replacing("c74f20a3", with: "C74F20A3"),
            key.replacing("c74f20a3", with: "c74f20"), String(key.dropLast(4)), key + "\n\n",
            Published.goPrivateKey.replacing("PRIVATE+", with: ""),
        ]
        for text in malformed {
            #expect(throws: NoteError.self, "\(text)") { try NoteVerifier(text) }
        }
        for name in ["", "two words", "a+b", "a\nb", "a\u{A0}b", "a\u{1}b"] {
            #expect(throws: NoteError.invalidName) {
                try NoteSigner(name: name, seed: Keys.seed(1))
            }
        }
        #expect(throws: NoteError.malformedKey) { try NoteSigner(name: "a", seed: [1, 2, 3]) }
        #expect(throws: NoteError.malformedKey) { try NoteSigner(privateKeyText: key) }
        #expect(throws: NoteError.keyIDMismatch) {
            try NoteSigner(
                privateKeyText: Published.goPrivateKey.replacing("c74f20a3", with: "c74f20a4"))
        }
    }
}

/// Examples that others published.
private enum Published {
    // c2sp.org/signed-note, "Verifier keys".
    static let specificationKey =
        "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k"
    static let specificationNote =
        "This is an example message.\n\n— example.com/foo "
        + "Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72"
        + "IneyaQM=\n"

    // The documentation of golang.org/x/mod/sumdb/note.
    static let goKey = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
    static let goPrivateKey =
        "PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz"
    static let goText =
        "If you think cryptography is the answer to your problem,\n"
        + "then you don't know what your problem is.\n"
    static let goNote =
        goText + "\n— PeterNeumann "
        + "x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6Ry"
        + "yBwJnAM=\n"
}

/// Keys to test with, each told by a number.
enum Keys {
    static func seed(_ number: Int) -> [UInt8] {
        [UInt8](repeating: UInt8(number), count: 32)
    }

    static func signer(_ number: Int, name: String? = nil) throws -> NoteSigner {
        try NoteSigner(name: name ?? "key-\(number).example", seed: seed(number))
    }

    static func signatureLine(of text: String, by signer: NoteSigner) throws -> String {
        String(try signer.sign(text).dropFirst(text.count + 1))
    }
}
