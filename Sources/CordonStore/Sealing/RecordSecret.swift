package import CordonLedger
package import Crypto
package import FoundationEssentials

/// The 32 random bytes that everything secret about one record comes from.
///
/// Its key and the nonces of its groups are SHA-256 over a label, a number and these bytes: whoever
/// learns a nonce learns nothing of the others. When the secret is destroyed, the record can be
/// neither read nor guessed at, and its leaf still holds.
package struct RecordSecret: Sendable {
    package let bytes: [UInt8]

    package init?(_ bytes: [UInt8]) {
        guard bytes.count == 32 else { return nil }
        self.bytes = bytes
    }

    /// The nonce of the group at a place, for its commitment.
    package func nonce(_ place: Int) -> Commitment.Nonce {
        Commitment.Nonce(derived(label: 0x4E, number: place))
    }

    /// The AES-256 key of the record's content; it seals one message, so its nonce is zero.
    package var key: SymmetricKey { SymmetricKey(data: derived(label: 0x4B, number: 0)) }

    private func derived(label: UInt8, number: Int) -> SHA256Digest {
        withUnsafeTemporaryAllocation(byteCount: 48, alignment: 8) { buffer in
            buffer.copyBytes(from: RecordSecret.prefix)
            buffer[14] = label
            buffer[15] = UInt8(truncatingIfNeeded: number)
            bytes.withUnsafeBytes { secret in
                UnsafeMutableRawBufferPointer(rebasing: buffer[16...]).copyMemory(from: secret)
            }
            var hash = SHA256()
            hash.update(bufferPointer: UnsafeRawBufferPointer(buffer))
            return hash.finalize()
        }
    }

    /// Fourteen bytes, so that a derivation is one block of SHA-256.
    private static let prefix = Array("cordon.record1".utf8)
}

/// A secret under a master key.
package struct WrappedSecret: Equatable, Sendable {
    /// The master key's number.
    package let master: Int
    /// AES-256-GCM: 12 bytes nonce, 32 bytes, 16 bytes tag.
    package let bytes: [UInt8]

    package init(master: Int, bytes: [UInt8]) {
        self.master = master
        self.bytes = bytes
    }

    /// Wraps a secret, bound to what it belongs to, with 12 random bytes that were never used.
    package init(
        _ secret: RecordSecret, for owner: some DataProtocol, with master: MasterKeys.Key,
        nonce: [UInt8]
    ) throws {
        let box = try AES.GCM.seal(
            secret.bytes, using: master.key, nonce: AES.GCM.Nonce(data: nonce),
            authenticating: owner)
        self.master = master.number
        bytes = box.bytes()
    }

    /// - Throws: ``SealError`` when the key is gone or another secret was put here.
    package func opened(
        for owner: some DataProtocol, with masters: MasterKeys
    ) throws(SealError) -> RecordSecret {
        guard let key = masters.key(master) else { throw .masterKeyMissing(master) }
        guard bytes.count == 60,
            let box = try? AES.GCM.SealedBox(combined: bytes),
            // Why it does not open is not told: it is another key or other bytes.
            let opened = try? AES.GCM.open(box, using: key, authenticating: owner),
            let secret = RecordSecret(Array(opened))
        else { throw .broken }
        return secret
    }
}

extension AES.GCM.SealedBox {
    /// Nonce, ciphertext and tag, one behind the other, from the byte at `start` on.
    ///
    /// - Precondition: the nonce has 12 bytes.
    func bytes(from start: Int = 0) -> [UInt8] {
        guard let whole = combined else {
            preconditionFailure("a box with a nonce of 12 bytes has them all in one piece")
        }
        return whole.withUnsafeBytes { Array(UnsafeRawBufferPointer(rebasing: $0[start...])) }
    }
}

/// Why something sealed cannot be read.
package enum SealError: Error, Equatable {
    /// `master.key` lacks the key with this number.
    case masterKeyMissing(Int)
    /// The bytes, their key or what they are bound to is another.
    case broken
    /// The dictionary that it was compressed with is not there.
    case dictionaryMissing(Int)
}
