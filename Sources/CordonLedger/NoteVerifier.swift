import Crypto
import FoundationEssentials

/// A public Ed25519 key that notes are verified with (c2sp.org/signed-note).
public struct NoteVerifier: Sendable {
    /// The name of the key, as it stands in signature lines.
    public let name: String
    /// The key ID, which with the name selects the signatures that this key must verify.
    public let keyID: UInt32

    private let key: Curve25519.Signing.PublicKey

    /// Reads a verifier key: `<name>+<hex key ID>+<Base64 of 0x01 and the public key>`.
    ///
    /// One newline at the end is tolerated, as files have it.
    /// - Throws: ``NoteError`` when the text is malformed, of another type or inconsistent.
    public init(_ verifierKey: String) throws(NoteError) {
        let parsed = try NoteKey(parsing: verifierKey.withoutFinalNewline)
        guard parsed.statedID == NoteKey.id(name: parsed.name, publicKey: parsed.material) else {
            throw .keyIDMismatch
        }
        do {
            key = try Curve25519.Signing.PublicKey(rawRepresentation: parsed.material)
        } catch {
            throw .malformedKey
        }
        name = parsed.name
        keyID = parsed.statedID
    }

    /// The key as text, in the form that ``init(_:)`` reads.
    public var verifierKey: String {
        NoteKey.text(name: name, id: keyID, material: key.rawRepresentation)
    }

    /// Verifies a note and gives its text, which ends in a newline.
    ///
    /// Signatures by other keys are ignored, also when they share either the name or the key ID
    /// with this one. Every signature that carries both must be right.
    /// - Throws: ``NoteError`` when the note is malformed, not signed by this key, or signed
    ///   wrongly.
    public func verify(_ note: String) throws(NoteError) -> String {
        let note = try SignedNote(parsing: note)
        let text = Array(note.text.utf8)
        var isSigned = false
        // Names are compared by their bytes: `==` would also accept canonically equivalent ones.
        for signature in note.signatures
        where signature.keyID == keyID && signature.name.utf8.elementsEqual(name.utf8) {
            guard key.isValidSignature(signature.bytes, for: text) else {
                throw .badSignature(name: name)
            }
            isSigned = true
        }
        guard isSigned else { throw .notSigned(name: name) }
        return note.text
    }

    /// Whether this key signed exactly these bytes.
    func isSignature(_ signature: [UInt8], over bytes: [UInt8]) -> Bool {
        key.isValidSignature(signature, for: bytes)
    }
}

extension NoteVerifier: CustomStringConvertible {
    /// The verifier key.
    public var description: String { verifierKey }
}

extension String {
    var withoutFinalNewline: String {
        utf8.last == ExactText.newline ? String(decoding: utf8.dropLast(), as: UTF8.self) : self
    }
}
