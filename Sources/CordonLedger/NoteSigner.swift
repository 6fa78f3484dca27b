import Crypto
import FoundationEssentials

/// A private Ed25519 key that signs notes (c2sp.org/signed-note).
///
/// Whoever has the key can sign in its name. Its description shows the public half only.
public struct NoteSigner: Sendable {
    private static let privatePrefix = "PRIVATE+KEY+"

    /// The name of the key, as it stands in signature lines.
    public let name: String
    /// The key ID, made from the name and the public key.
    public let keyID: UInt32

    private let key: Curve25519.Signing.PrivateKey

    /// Derives a signer from a 32-byte seed (RFC 8032 section 5.1.5 calls it the private key).
    ///
    /// - Throws: ``NoteError/invalidName`` for a name with spaces, plus signs or control
    ///   characters, and ``NoteError/malformedKey`` for a seed that is not 32 bytes long.
    public init(name: String, seed: [UInt8]) throws(NoteError) {
        do {
            key = try Curve25519.Signing.PrivateKey(rawRepresentation: seed)
        } catch {
            throw .malformedKey
        }
        guard NoteKey.isName(name) else { throw .invalidName }
        self.name = name
        keyID = NoteKey.id(name: name, publicKey: key.publicKey.rawRepresentation)
    }

    /// Reads a private key in the form that ``privateKeyText`` has.
    ///
    /// One newline at the end is tolerated, as files have it.
    /// - Throws: ``NoteError`` when the text is malformed, of another type or inconsistent.
    public init(privateKeyText text: String) throws(NoteError) {
        let prefix = NoteSigner.privatePrefix.utf8
        guard text.utf8.starts(with: prefix) else { throw .malformedKey }
        let rest = String(decoding: text.utf8.dropFirst(prefix.count), as: UTF8.self)
        let parsed = try NoteKey(parsing: rest.withoutFinalNewline)
        try self.init(name: parsed.name, seed: parsed.material)
        guard keyID == parsed.statedID else { throw .keyIDMismatch }
    }

    /// Makes a new key from the system's cryptographic random generator.
    ///
    /// - Throws: ``NoteError/invalidName`` for a name with spaces, plus signs or control
    ///   characters.
    public static func generate(name: String) throws(NoteError) -> NoteSigner {
        let seed = Curve25519.Signing.PrivateKey().rawRepresentation
        return try NoteSigner(name: name, seed: [UInt8](seed))
    }

    /// The private key as text: `PRIVATE+KEY+<name>+<hex key ID>+<Base64 of 0x01 and the seed>`.
    ///
    /// This is the form that the Go module `golang.org/x/mod/sumdb/note` reads and writes.
    public var privateKeyText: String {
        NoteSigner.privatePrefix
            + NoteKey.text(name: name, id: keyID, material: key.rawRepresentation)
    }

    /// The public half as text, in the form that ``NoteVerifier/init(_:)`` reads.
    public var verifierKey: String {
        NoteKey.text(name: name, id: keyID, material: key.publicKey.rawRepresentation)
    }

    /// Signs a text and gives the whole note: the text, an empty line and one signature line.
    ///
    /// - Throws: ``NoteError/unfinishedText`` unless the text ends in a newline, and
    ///   ``NoteError/controlCharacter`` when it holds any other control character.
    public func sign(_ text: String) throws(NoteError) -> String {
        let bytes = Array(text.utf8)
        guard bytes.last == ExactText.newline else { throw .unfinishedText }
        guard ExactText.isPlain(bytes) else { throw .controlCharacter }
        let signature = try signature(over: bytes)
        return SignedNote.compose(text: text, name: name, keyID: keyID, signature: signature)
    }

    /// Signs bytes as they are; the caller sees to it that they cannot be taken for a note's text.
    func signature(over bytes: [UInt8]) throws(NoteError) -> [UInt8] {
        do {
            return [UInt8](try key.signature(for: bytes))
        } catch {
            throw .signingFailed
        }
    }
}

extension NoteSigner: CustomStringConvertible, CustomReflectable {
    /// The verifier key, so that a signer in a log line gives nothing away.
    public var description: String { verifierKey }

    /// Nothing but the verifier key, so that dumping a signer gives nothing away.
    public var customMirror: Mirror { Mirror(self, children: ["verifierKey": verifierKey]) }
}
