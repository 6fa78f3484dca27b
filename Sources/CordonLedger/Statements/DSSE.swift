public import FoundationEssentials

/// A signed statement (github.com/secure-systems-lab/dsse, version 1).
///
/// The signature is over the type and the payload as bytes, never over JSON that would have to be
/// written again. As text, an envelope has one spelling:
///
///     {"payload":"<Base64>","payloadType":"…","signatures":[{"keyid":"<name>+<id>","sig":"…"}]}
///
/// and a newline. The `keyid` is the verifier key without its last part.
public struct DSSEEnvelope: Hashable, Sendable {
    /// A signature and the key that claims it.
    public struct Signature: Hashable, Sendable {
        /// The name and the ID of the key, as `<name>+<hex key ID>`.
        public let keyID: String
        /// The 64 bytes of an Ed25519 signature.
        public let bytes: [UInt8]
    }

    /// An envelope with more signatures is refused.
    public static let maximumSignatures = 100

    /// What kind of bytes the payload is, such as `application/vnd.in-toto+json`.
    public let payloadType: String
    /// The statement.
    public let payload: Data
    /// The signatures, at least one.
    public let signatures: [Signature]

    /// Signs a statement.
    ///
    /// - Throws: ``DSSEError/invalidPayloadType`` unless the type is 1 to 255 printable ASCII
    ///   characters without spaces, quotation marks and backslashes, and
    ///   ``DSSEError/signingFailed`` when the cryptographic library could not sign.
    public init(
        signing payload: Data, payloadType: String, by signer: NoteSigner
    ) throws(DSSEError) {
        guard DSSEEnvelope.isPayloadType(payloadType) else { throw .invalidPayloadType }
        let message = DSSEEnvelope.preAuthenticationEncoding(payloadType, payload)
        let signature: [UInt8]
        do {
            signature = try signer.signature(over: message)
        } catch {
            throw .signingFailed
        }
        self.payloadType = payloadType
        self.payload = payload
        signatures = [
            Signature(
                keyID: DSSEEnvelope.keyID(name: signer.name, id: signer.keyID), bytes: signature)
        ]
    }

    /// Reads an envelope, accepting only what ``text`` writes.
    ///
    /// - Throws: ``DSSEError/malformed``.
    public init(text: Data) throws(DSSEError) {
        let read: Written
        do {
            read = try JSONDecoder().decode(Written.self, from: text)
        } catch {
            throw .malformed
        }
        guard let payload = ExactText.bytes(base64: read.payload),
            DSSEEnvelope.isPayloadType(read.payloadType),
            (1...DSSEEnvelope.maximumSignatures).contains(read.signatures.count)
        else { throw .malformed }
        var signatures: [Signature] = []
        for signature in read.signatures {
            guard let bytes = ExactText.bytes(base64: signature.sig) else { throw .malformed }
            signatures.append(Signature(keyID: signature.keyid, bytes: bytes))
        }
        self.payloadType = read.payloadType
        self.payload = Data(payload)
        self.signatures = signatures
        guard text.elementsEqual(self.text.utf8) else { throw .malformed }
    }

    /// The envelope as one line of JSON.
    public var text: String {
        let signatures = signatures.map {
            "{\"keyid\":\(ExactJSON.string($0.keyID)),\"sig\":\"\(ExactText.base64($0.bytes))\"}"
        }
        return "{\"payload\":\"\(payload.base64EncodedString())\","
            + "\"payloadType\":\(ExactJSON.string(payloadType)),"
            + "\"signatures\":[\(signatures.joined(separator: ","))]}\n"
    }

    /// Gives the statement when that key signed it.
    ///
    /// Signatures by other keys are ignored. All that claim to be by this key must be right.
    /// - Throws: ``DSSEError/notSigned(name:)`` or ``DSSEError/badSignature(name:)``.
    @discardableResult
    public func verify(by verifier: NoteVerifier) throws(DSSEError) -> Data {
        let message = DSSEEnvelope.preAuthenticationEncoding(payloadType, payload)
        let keyID = DSSEEnvelope.keyID(name: verifier.name, id: verifier.keyID)
        let claimed = signatures.filter { $0.keyID.utf8.elementsEqual(keyID.utf8) }
        guard !claimed.isEmpty else { throw .notSigned(name: verifier.name) }
        guard claimed.allSatisfy({ verifier.isSignature($0.bytes, over: message) }) else {
            throw .badSignature(name: verifier.name)
        }
        return payload
    }

    /// What is signed: `DSSEv1`, both lengths and both contents, separated by single spaces.
    static func preAuthenticationEncoding(_ payloadType: String, _ payload: Data) -> [UInt8] {
        Array("DSSEv1 \(payloadType.utf8.count) \(payloadType) \(payload.count) ".utf8) + payload
    }

    private static func keyID(name: String, id: UInt32) -> String {
        "\(name)+\(ExactText.hex(NoteKey.bytes(of: id)))"
    }

    private static func isPayloadType(_ type: String) -> Bool {
        (1...255).contains(type.utf8.count)
            && type.utf8.allSatisfy {
                (0x21..<0x7f).contains($0) && $0 != UInt8(ascii: "\"") && $0 != UInt8(ascii: "\\")
            }
    }

    private struct Written: Decodable {
        struct Signature: Decodable {
            let keyid: String
            let sig: String
        }

        let payload: String
        let payloadType: String
        let signatures: [Signature]
    }
}

/// Why a statement was refused.
public enum DSSEError: Error, Hashable, Sendable {
    /// The payload type is empty, too long or holds other than plain printable ASCII.
    case invalidPayloadType
    /// The text is not an envelope in its one spelling.
    case malformed
    /// No signature is by this key.
    case notSigned(name: String)
    /// A signature that claims to be by this key is wrong.
    case badSignature(name: String)
    /// The cryptographic library could not sign.
    case signingFailed
}

extension DSSEError: CustomStringConvertible {
    /// The reason as a sentence.
    public var description: String {
        switch self {
        case .invalidPayloadType: "A payload type is 1 to 255 plain printable ASCII characters."
        case .malformed: "This is not a signed statement in its one spelling."
        case .notSigned(let name): "The statement is not signed by the known key of \(name)."
        case .badSignature(let name): "The signature by \(name) does not fit the statement."
        case .signingFailed: "The statement could not be signed."
        }
    }
}
