import FoundationEssentials
import Testing

@testable import CordonLedger

@Suite struct DSSETests {
    private let signer: NoteSigner
    private let verifier: NoteVerifier

    init() throws {
        signer = try Keys.signer(1, name: "cordon.example/log")
        verifier = try NoteVerifier(signer.verifierKey)
    }

    /// The example of the specification's protocol.md.
    @Test func whatIsSignedIsAsTheSpecificationSays() {
        let encoding = DSSEEnvelope.preAuthenticationEncoding(
            "http://example.com/HelloWorld", Data("hello world".utf8))
        #expect(
            String(decoding: encoding, as: UTF8.self)
                == "DSSEv1 29 http://example.com/HelloWorld 11 hello world")
        #expect(
            DSSEEnvelope.preAuthenticationEncoding("", Data()) == Array("DSSEv1 0  0 ".utf8))
    }

    /// Made by Python's cryptography and securesystemslib.
    @Test func anotherLibraryGivesTheSameEnvelope() throws {
        let envelope = try DSSEEnvelope(
            signing: Data(#"{"complete":true}"#.utf8), payloadType: "application/json", by: signer)
        #expect(envelope.text == Independent.envelope)
    }

    @Test func aStatementGoesRound() throws {
        for payload in [Data(), Data("text".utf8), Data([0, 0xff, 0x0a]), Data(count: 10_000)] {
            let envelope = try DSSEEnvelope(
                signing: payload, payloadType: "application/octet-stream", by: signer)
            let read = try DSSEEnvelope(text: Data(envelope.text.utf8))
            #expect(read == envelope)
            #expect(try read.verify(by: verifier) == payload)
        }
    }

    @Test func anotherKeyTypeOrPayloadIsRefused() throws {
        let envelope = try DSSEEnvelope(
            signing: Data("yes".utf8), payloadType: "text/plain", by: signer)
        let stranger = try NoteVerifier(Keys.signer(2, name: signer.name).verifierKey)
        #expect(throws: DSSEError.notSigned(name: signer.name)) {
            try envelope.verify(by: stranger)
        }
        let changes = [
            ("\"payload\":\"eWVz\"", "\"payload\":\"bm8h\""), ("text/plain", "text/plaim"),
        ]
        for (from, to) in changes {
            let text = envelope.text.replacing(from, with: to)
            #expect(text != envelope.text)
            let changed = try DSSEEnvelope(text: Data(text.utf8))
            #expect(throws: DSSEError.badSignature(name: signer.name)) {
                try changed.verify(by: verifier)
            }
        }
    }

    @Test func foreignSignaturesAreIgnored() throws {
        let other = try DSSEEnvelope(
            signing: Data("yes".utf8), payloadType: "text/plain", by: Keys.signer(2))
        let ours = try DSSEEnvelope(
            signing: Data("yes".utf8), payloadType: "text/plain", by: signer)
        let foreign = try #require(other.text.split(separator: "[").last?.dropLast(3))
        let text = ours.text.replacing("[{", with: "[\(foreign),{")
        let both = try DSSEEnvelope(text: Data(text.utf8))
        #expect(both.signatures.count == 2)
        try both.verify(by: verifier)
    }

    @Test func onlyTheOneSpellingIsRead() throws {
        let text = try DSSEEnvelope(
            signing: Data("yes".utf8), payloadType: "text/plain", by: signer
        ).text
        let malformed = [
            "", "{}", "null\n", String(text.dropLast()), text + "\n", " " + text,
            text.replacing(":", with: ": "), text.replacing("text", with: "\\u0074ext"),
            text.replacing("eWVz", with: "eWV6 "), text.replacing("text/plain", with: "text plain"),
            text.replacing("text/plain", with: ""),
            text.replacing("{\"payload\"", with: "{\"more\":1,\"payload\""),
            "{\"payload\":\"\",\"payloadType\":\"a\",\"signatures\":[]}\n",
        ]
        for text in malformed {
            #expect(throws: DSSEError.malformed, "\(text)") {
                try DSSEEnvelope(text: Data(text.utf8))
            }
        }
    }

    @Test(arguments: [
        ("", false), ("a", true), ("two words", false), ("a\"b", false), ("a\\b", false),
        ("é", false), (String(repeating: "a", count: 255), true),
        (String(repeating: "a", count: 256), false),
    ])
    func aPayloadTypeIsPlain(_ type: String, _ isFine: Bool) {
        let envelope = try? DSSEEnvelope(signing: Data(), payloadType: type, by: signer)
        #expect((envelope != nil) == isFine)
    }

    @Test func aKeyNameWithSignsIsEscaped() throws {
        let signer = try NoteSigner(name: "a\"b\\c", seed: Keys.seed(3))
        let envelope = try DSSEEnvelope(signing: Data(), payloadType: "a", by: signer)
        #expect(envelope.text.contains(#""keyid":"a\"b\\c+"#))
        let read = try DSSEEnvelope(text: Data(envelope.text.utf8))
        try read.verify(by: NoteVerifier(signer.verifierKey))
    }

    @Test func stringsAreEscapedInTheShortestWay() {
        #expect(
            ExactJSON.string("\"\\/\u{8}\t\n\u{c}\r\u{1}\u{1f}\u{7f}é😀")
                == #""\"\\/\b\t\n\f\r\u0001\u001f"# + "\u{7f}é😀\"")
    }

    @Test(arguments: [
        (#"{"a":1}"#, "a"), (#"{"a":{"b":1,"c":2}}"#, "a"), (#"{"a":1,"b":2}"#, nil),
        ("{}", nil), ("[]", nil), ("", nil), (#""a""#, nil), (#"{"a":1"#, nil),
    ])
    func theOnlyKeyIsFound(_ json: String, _ key: String?) {
        #expect(ExactJSON.onlyKey(of: Data(json.utf8)) == key)
    }
}

private enum Independent {
    static let envelope =
        #"{"payload":"eyJjb21wbGV0ZSI6dHJ1ZX0=","payloadType":"application/json","signatures":["#
        + #"{"keyid":"cordon.example/log+ab7e0c0c","sig":"tjexgMPwTsShoKcLo/OPyHVobDVgoOr9SokARz"#
        + #"PCy84AoJYVb4DfTDp2va8BmeLndRESmHzCMkT0X2C6eMsxDQ=="}]}"# + "\n"
}
