import Crypto
import FoundationEssentials

/// A witness's word that it saw this tree, and no larger one, at this time.
///
/// The format is `cosignature/v1` of c2sp.org/tlog-cosignature: a signature of type 0x04 in the
/// note of the checkpoint, which holds a time of 8 bytes, the highest first, and the Ed25519
/// signature over the lines `cosignature/v1` and `time <seconds>` and the text of the checkpoint.
public struct Cosignature: Hashable, Sendable {
    /// The name of the witness's key.
    public let name: String
    /// The time of the signature, in seconds since 1970.
    public let time: UInt64

    /// The specification has no later time.
    static let latestTime = UInt64(Int64.max)

    static func message(time: UInt64, checkpoint: String) -> [UInt8] {
        Array("cosignature/v1\ntime \(time)\n\(checkpoint)".utf8)
    }
}

/// A private Ed25519 key that a witness cosigns checkpoints with.
///
/// It must be used for nothing else, and under one name only: what is signed names neither.
public struct CosignatureSigner: Sendable {
    private static let privatePrefix = "PRIVATE+KEY+"

    /// The name of the key, as it stands in signature lines.
    public let name: String
    /// The key ID, made from the name, the type 0x04 and the public key.
    public let keyID: UInt32

    private let key: Curve25519.Signing.PrivateKey

    /// Derives a signer from a 32-byte seed (RFC 8032 section 5.1.5).
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
        keyID = NoteKey.id(
            name: name, type: NoteKey.ed25519Cosignature,
            publicKey: key.publicKey.rawRepresentation)
    }

    /// Reads a private key in the form that ``privateKeyText`` has, with or without a newline.
    ///
    /// - Throws: ``NoteError`` when the text is malformed, of another type or inconsistent.
    public init(privateKeyText text: String) throws(NoteError) {
        let prefix = CosignatureSigner.privatePrefix.utf8
        guard text.utf8.starts(with: prefix) else { throw .malformedKey }
        let rest = String(decoding: text.utf8.dropFirst(prefix.count), as: UTF8.self)
        let parsed = try NoteKey(
            parsing: rest.withoutFinalNewline, type: NoteKey.ed25519Cosignature)
        try self.init(name: parsed.name, seed: parsed.material)
        guard keyID == parsed.statedID else { throw .keyIDMismatch }
    }

    /// Makes a new key from the system's cryptographic random generator.
    ///
    /// - Throws: ``NoteError/invalidName`` for a name with spaces, plus signs or control
    ///   characters.
    public static func generate(name: String) throws(NoteError) -> CosignatureSigner {
        let seed = Curve25519.Signing.PrivateKey().rawRepresentation
        return try CosignatureSigner(name: name, seed: [UInt8](seed))
    }

    /// The private key as text: `PRIVATE+KEY+<name>+<hex key ID>+<Base64 of 0x04 and the seed>`.
    public var privateKeyText: String {
        CosignatureSigner.privatePrefix
            + NoteKey.text(
                name: name, id: keyID, type: NoteKey.ed25519Cosignature,
                material: key.rawRepresentation)
    }

    /// The public half as text, in the form that ``CosignatureVerifier/init(_:)`` reads.
    public var verifierKey: String {
        NoteKey.text(
            name: name, id: keyID, type: NoteKey.ed25519Cosignature,
            material: key.publicKey.rawRepresentation)
    }

    /// Cosigns a checkpoint and gives the signature line, with its newline.
    ///
    /// A witness does this only for a tree that extends every one it cosigned before
    /// (``WitnessState``), and only once it has stored that it will.
    /// - Throws: ``NoteError/signingFailed`` when the library could not sign, or when the time is
    ///   beyond 2^63 − 1.
    public func cosign(_ checkpoint: Checkpoint, time: UInt64) throws(NoteError) -> String {
        guard time <= Cosignature.latestTime else { throw .signingFailed }
        let message = Cosignature.message(time: time, checkpoint: checkpoint.text)
        let signature: [UInt8]
        do {
            signature = [UInt8](try key.signature(for: message))
        } catch {
            throw .signingFailed
        }
        let timeBytes = (0..<8).map { UInt8(truncatingIfNeeded: time >> (56 - 8 * $0)) }
        return SignedNote.line(name: name, keyID: keyID, signature: timeBytes + signature)
    }
}

extension CosignatureSigner: CustomStringConvertible, CustomReflectable {
    /// The verifier key, so that a signer in a log line gives nothing away.
    public var description: String { verifierKey }

    /// Nothing but the verifier key, so that dumping a signer gives nothing away.
    public var customMirror: Mirror { Mirror(self, children: ["verifierKey": verifierKey]) }
}

/// A public Ed25519 key that a witness's cosignatures are verified with.
public struct CosignatureVerifier: Sendable {
    /// The name of the key, as it stands in signature lines.
    public let name: String
    /// The key ID, which with the name selects the cosignatures that this key must verify.
    public let keyID: UInt32

    private let key: Curve25519.Signing.PublicKey

    /// Reads a verifier key: `<name>+<hex key ID>+<Base64 of 0x04 and the public key>`.
    ///
    /// One newline at the end is tolerated, as files have it.
    /// - Throws: ``NoteError`` when the text is malformed, of another type or inconsistent.
    public init(_ verifierKey: String) throws(NoteError) {
        let type = NoteKey.ed25519Cosignature
        let parsed = try NoteKey(parsing: verifierKey.withoutFinalNewline, type: type)
        let id = NoteKey.id(name: parsed.name, type: type, publicKey: parsed.material)
        guard parsed.statedID == id else { throw .keyIDMismatch }
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
        NoteKey.text(
            name: name, id: keyID, type: NoteKey.ed25519Cosignature,
            material: key.rawRepresentation)
    }

    /// Verifies this witness's cosignatures in the note of a checkpoint and gives the latest.
    ///
    /// It says nothing about the log's own signature; ``Checkpoint/open(_:verifier:)`` does.
    /// - Throws: ``NoteError`` when the note is malformed, not cosigned by this key, or cosigned
    ///   wrongly.
    public func verify(_ note: String) throws(NoteError) -> Cosignature {
        let note = try SignedNote(parsing: note)
        var latest: UInt64?
        for signature in note.signatures
        where signature.keyID == keyID && signature.name.utf8.elementsEqual(name.utf8) {
            let time = signature.bytes.prefix(8).reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
            let message = Cosignature.message(time: time, checkpoint: note.text)
            guard signature.bytes.count == 72, time <= Cosignature.latestTime,
                key.isValidSignature(signature.bytes.dropFirst(8), for: message)
            else { throw .badSignature(name: name) }
            latest = max(latest ?? 0, time)
        }
        guard let latest else { throw .notSigned(name: name) }
        return Cosignature(name: name, time: latest)
    }

    /// Adds this witness's lines of an `add-checkpoint` answer to the note that was sent.
    ///
    /// Lines by other keys are left out, as the log cannot vouch for them.
    /// - Throws: ``NoteError`` when the answer is malformed, not by this key, or wrong.
    public func adding(_ answer: String, to note: String) throws(NoteError) -> String {
        _ = try verify(note + answer)
        let before = try SignedNote(parsing: note).signatures.count
        let added = try SignedNote(parsing: note + answer).signatures.dropFirst(before).filter {
            $0.keyID == keyID && $0.name.utf8.elementsEqual(name.utf8)
        }
        guard !added.isEmpty else { throw .notSigned(name: name) }
        return added.reduce(note) {
            $0 + SignedNote.line(name: name, keyID: keyID, signature: $1.bytes)
        }
    }
}

extension CosignatureVerifier: CustomStringConvertible {
    /// The verifier key.
    public var description: String { verifierKey }
}
