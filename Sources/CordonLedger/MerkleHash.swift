import Crypto
public import FoundationEssentials

/// A SHA-256 hash: of a leaf, of a node, of a whole tree, or of committed content.
///
/// The 32 bytes are stored inline; copying one costs no allocation.
public struct MerkleHash: Hashable, Sendable {
    /// The number of bytes in a hash.
    public static let byteCount = 32

    let storage: ThirtyTwoBytes

    /// Copies a hash from its bytes, or gives nil unless there are exactly 32 of them.
    public init?(_ bytes: some ContiguousBytes) {
        guard let storage = ThirtyTwoBytes(bytes) else { return nil }
        self.storage = storage
    }

    /// Reads 64 lowercase hexadecimal digits, or gives nil for anything else.
    public init?(hex: String) {
        guard let bytes = ExactText.bytes(hex: hex.utf8) else { return nil }
        self.init(bytes)
    }

    /// Reads padded standard Base64 of exactly 32 bytes, or gives nil for anything else.
    ///
    /// Only the one canonical spelling is accepted, so that equal texts mean equal hashes.
    public init?(base64: String) {
        guard let bytes = ExactText.bytes(base64: base64) else { return nil }
        self.init(bytes)
    }

    init(_ digest: SHA256Digest) {
        storage = ThirtyTwoBytes(digest)
    }

    /// Hashes bytes as they are, as `sha256sum` does.
    init(hashing bytes: some ContiguousBytes) {
        var hasher = SHA256()
        bytes.withUnsafeBytes { hasher.update(bufferPointer: $0) }
        self.init(hasher.finalize())
    }

    /// The 32 bytes as an array.
    public var bytes: [UInt8] { withUnsafeBytes { Array($0) } }

    /// The 32 bytes as data.
    public var data: Data { withUnsafeBytes { Data($0) } }

    /// The hash as 64 lowercase hexadecimal digits.
    public var hex: String { withUnsafeBytes { ExactText.hex($0) } }

    /// The hash as padded standard Base64, 44 characters long.
    public var base64: String { data.base64EncodedString() }
}

extension MerkleHash: ContiguousBytes {
    /// Lends the 32 bytes to `body` without copying them to the heap.
    public func withUnsafeBytes<R>(_ body: (UnsafeRawBufferPointer) throws -> R) rethrows -> R {
        try storage.withUnsafeBytes(body)
    }
}

extension MerkleHash: CustomStringConvertible {
    /// The hash in hexadecimal.
    public var description: String { hex }
}
