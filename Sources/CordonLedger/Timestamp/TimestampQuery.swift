import FoundationEssentials
import SwiftASN1

/// A request to an authority to sign the time at which a checkpoint was there (RFC 3161).
///
/// What is stamped is the SHA-256 of the checkpoint's text, without its signatures. The authority
/// learns nothing but this hash.
public struct TimestampQuery: Hashable, Sendable {
    /// SHA-256 of what is stamped.
    public let digest: MerkleHash
    /// A number that the answer must repeat, so that an old one does not pass for it.
    public let nonce: UInt64

    /// Asks for the time of a checkpoint; the nonce comes from chance.
    public init(_ checkpoint: Checkpoint, nonce: UInt64) {
        digest = MerkleHash(hashing: Data(checkpoint.text.utf8))
        self.nonce = nonce
    }

    /// The request as it is sent, in DER: version 1, the hash, the nonce, and that the authority's
    /// certificate is wanted in the answer.
    public var bytes: [UInt8] {
        var request = DER.Serializer()
        do {
            try request.appendConstructedNode(identifier: .sequence) { request in
                try request.serialize(1)
                try request.appendConstructedNode(identifier: .sequence) { imprint in
                    try imprint.appendConstructedNode(identifier: .sequence) { algorithm in
                        try algorithm.serialize(ASN1ObjectIdentifier.sha256)
                        try algorithm.serialize(ASN1Null())
                    }
                    try imprint.serialize(ASN1OctetString(contentBytes: digest.bytes[...]))
                }
                try request.serialize(nonce)
                try request.serialize(true)
            }
        } catch {
            preconditionFailure("numbers and bytes can always be written")
        }
        return request.serializedBytes
    }
}

extension ASN1ObjectIdentifier {
    static let sha256: ASN1ObjectIdentifier = [2, 16, 840, 1, 101, 3, 4, 2, 1]
}
