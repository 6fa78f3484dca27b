import Crypto
import FoundationEssentials

/// Thirty-two bytes stored inline, so that an array of hashes is one allocation.
struct ThirtyTwoBytes: Hashable, Sendable {
    // The bytes in memory order, whatever the machine's endianness: words are only ever copied.
    private let words: (UInt64, UInt64, UInt64, UInt64)

    init?(_ source: some ContiguousBytes) {
        guard let copy = source.withUnsafeBytes({ ThirtyTwoBytes(copying: $0) }) else { return nil }
        self = copy
    }

    init?(copying bytes: UnsafeRawBufferPointer) {
        guard bytes.count == 32 else { return nil }
        words = (
            bytes.loadUnaligned(fromByteOffset: 0, as: UInt64.self),
            bytes.loadUnaligned(fromByteOffset: 8, as: UInt64.self),
            bytes.loadUnaligned(fromByteOffset: 16, as: UInt64.self),
            bytes.loadUnaligned(fromByteOffset: 24, as: UInt64.self)
        )
    }

    init(random generator: inout some RandomNumberGenerator) {
        words = (generator.next(), generator.next(), generator.next(), generator.next())
    }

    init(_ digest: SHA256Digest) {
        guard let copy = digest.withUnsafeBytes({ ThirtyTwoBytes(copying: $0) }) else {
            preconditionFailure("A SHA-256 digest is 32 bytes long.")
        }
        self = copy
    }

    func withUnsafeBytes<R>(_ body: (UnsafeRawBufferPointer) throws -> R) rethrows -> R {
        try Swift.withUnsafeBytes(of: words, body)
    }

    func copy(to buffer: UnsafeMutableRawBufferPointer, at offset: Int) {
        buffer.storeBytes(of: words.0, toByteOffset: offset, as: UInt64.self)
        buffer.storeBytes(of: words.1, toByteOffset: offset + 8, as: UInt64.self)
        buffer.storeBytes(of: words.2, toByteOffset: offset + 16, as: UInt64.self)
        buffer.storeBytes(of: words.3, toByteOffset: offset + 24, as: UInt64.self)
    }

    static func == (left: ThirtyTwoBytes, right: ThirtyTwoBytes) -> Bool {
        left.words == right.words
    }

    func hash(into hasher: inout Hasher) {
        withUnsafeBytes { hasher.combine(bytes: $0) }
    }
}
