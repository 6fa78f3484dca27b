package import Crypto
public import FoundationEssentials

/// A salted hash that fixes content without revealing it: SHA-256 of a nonce and the content.
///
/// The log holds only the ``hash``. While nonce and content are kept, anyone given both can check
/// them against the log; once the nonce is erased, the hash cannot be traced to the content, not
/// even by trying every likely content.
public struct Commitment: Hashable, Sendable {
    /// The 32 random bytes in front of the content; their fixed length keeps the two apart.
    public struct Nonce: Hashable, Sendable {
        /// The number of bytes in a nonce.
        public static let byteCount = 32

        fileprivate let storage: ThirtyTwoBytes

        /// Copies a stored nonce, or gives nil unless there are exactly 32 bytes.
        public init?(_ bytes: some ContiguousBytes) {
            guard let storage = ThirtyTwoBytes(bytes) else { return nil }
            self.storage = storage
        }

        /// Takes a derived nonce.
        package init(_ digest: SHA256Digest) { storage = ThirtyTwoBytes(digest) }

        /// Draws a new nonce; outside tests the generator must be the system's.
        public init(using generator: inout some RandomNumberGenerator) {
            storage = ThirtyTwoBytes(random: &generator)
        }

        /// The 32 bytes as an array.
        public var bytes: [UInt8] { storage.withUnsafeBytes { Array($0) } }

        /// The 32 bytes as data.
        public var data: Data { storage.withUnsafeBytes { Data($0) } }
    }

    /// The commitment itself, which goes into the log.
    public let hash: MerkleHash

    /// Commits to content under a nonce, which must be used for nothing else.
    public init(nonce: Nonce, content: some ContiguousBytes) {
        var hasher = SHA256()
        nonce.storage.withUnsafeBytes { hasher.update(bufferPointer: $0) }
        content.withUnsafeBytes { hasher.update(bufferPointer: $0) }
        hash = MerkleHash(hasher.finalize())
    }

    /// The same for bytes in an array, without a detour: evidence comes by the thousand.
    public init(nonce: Nonce, content: [UInt8]) {
        var hasher = SHA256()
        nonce.storage.withUnsafeBytes { hasher.update(bufferPointer: $0) }
        content.withUnsafeBytes { hasher.update(bufferPointer: $0) }
        hash = MerkleHash(hasher.finalize())
    }

    /// Takes a commitment from the log.
    public init(hash: MerkleHash) {
        self.hash = hash
    }

    /// Whether this commitment was made to that content under that nonce.
    public func isOpened(by nonce: Nonce, content: some ContiguousBytes) -> Bool {
        Commitment(nonce: nonce, content: content) == self
    }
}
