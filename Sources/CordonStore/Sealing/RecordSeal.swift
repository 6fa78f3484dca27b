package import CordonLedger
import Crypto
import FoundationEssentials

/// A record as it is kept: committed to, compressed, and sealed under a key of its own.
package struct SealedBody: Equatable, Sendable {
    package let wrapped: WrappedSecret
    /// The number of the dictionary, or 0 for none.
    package let dictionary: Int
    /// AES-256-GCM over the compressed groups, with the leaf as what is authenticated beside them.
    package let sealed: [UInt8]

    package init(wrapped: WrappedSecret, dictionary: Int, sealed: [UInt8]) {
        self.wrapped = wrapped
        self.dictionary = dictionary
        self.sealed = sealed
    }
}

/// What a sealed record opens to.
package struct OpenedRecord: Equatable, Sendable {
    /// The bytes that were committed to, group by group; the envelope is the first.
    package let groups: [[UInt8]]
    package let secret: RecordSecret
    package let entry: LedgerEntry

    package static func == (left: OpenedRecord, right: OpenedRecord) -> Bool {
        left.groups == right.groups && left.entry == right.entry
            && left.secret.bytes == right.secret.bytes
    }
}

/// Seals and opens records; belongs to one thread, as its contexts do.
package final class RecordSeal {
    /// Bytes of one record with all its groups: more than a whole batch can hold.
    package static let largestRecord = 17 << 20

    private let masters: MasterKeys
    private let dictionaries: EvidenceDictionaries
    private let compressor = ZstdCompressor()
    private let expander = ZstdExpander()

    package init(masters: MasterKeys, dictionaries: EvidenceDictionaries) {
        self.masters = masters
        self.dictionaries = dictionaries
    }

    /// Commits to the groups and seals them; `secret` and `nonce` are random and used once.
    package func seal(
        _ groups: [[UInt8]], secret: RecordSecret, nonce: [UInt8]
    ) throws -> (leaf: MerkleHash, body: SealedBody) {
        let entry = try Self.entry(groups, secret)
        let leaf = entry.leaf
        let (number, dictionary) = dictionaries.newest
        let packed = Self.pack(groups)
        let compressed = packed.withUnsafeBytes { compressor.compress($0, dictionary) }
        let (box, wrapped) = try leaf.withUnsafeBytes { leaf in
            let box = try AES.GCM.seal(
                compressed, using: secret.key, nonce: Self.zeroNonce, authenticating: leaf)
            let wrapped = try WrappedSecret(
                secret, for: leaf, with: masters.newest, nonce: nonce)
            return (box, wrapped)
        }
        // The nonce in front is the same for all, as each has a key of its own.
        return (
            leaf, SealedBody(wrapped: wrapped, dictionary: number, sealed: box.bytes(from: 12))
        )
    }

    /// Opens what is kept and checks it against the leaf that the log has.
    package func open(_ body: SealedBody, leaf: MerkleHash) throws(SealError) -> OpenedRecord {
        let secret = try body.wrapped.opened(for: leaf.data, with: masters)
        let groups = try unpack(body, secret, leaf)
        guard let entry = try? Self.entry(groups, secret), entry.leaf == leaf else {
            throw .broken
        }
        return OpenedRecord(groups: groups, secret: secret, entry: entry)
    }

    /// The groups alone: AES-GCM has authenticated them together with the leaf, so for reading
    /// many records their commitments need not be made anew.
    package func groups(_ body: SealedBody, leaf: MerkleHash) throws(SealError) -> [[UInt8]] {
        try unpack(body, try body.wrapped.opened(for: leaf.data, with: masters), leaf)
    }

    private func unpack(
        _ body: SealedBody, _ secret: RecordSecret, _ leaf: MerkleHash
    ) throws(SealError) -> [[UInt8]] {
        let dictionary: ZstdDictionary?
        if body.dictionary == 0 {
            dictionary = nil
        } else {
            guard let found = dictionaries.dictionary(body.dictionary) else {
                throw .dictionaryMissing(body.dictionary)
            }
            dictionary = found
        }
        guard body.sealed.count > 16,
            let box = try? AES.GCM.SealedBox(
                nonce: Self.zeroNonce, ciphertext: body.sealed.dropLast(16),
                tag: body.sealed.suffix(16)),
            // Whatever is wrong with it, it is not what was sealed.
            let compressed = try? AES.GCM.open(box, using: secret.key, authenticating: leaf.data),
            let packed = compressed.withUnsafeBytes({
                expander.expand($0, dictionary, limit: Self.largestRecord)
            }), let groups = Self.unpack(packed)
        else { throw .broken }
        return groups
    }

    package static func entry(
        _ groups: [[UInt8]], _ secret: RecordSecret
    ) throws(LedgerEntryError) -> LedgerEntry {
        try LedgerEntry(
            kind: .evidence,
            commitments: groups.enumerated().map { place, bytes in
                Commitment(nonce: secret.nonce(place), content: bytes).hash
            })
    }

    private static let zeroNonce: AES.GCM.Nonce = {
        guard let nonce = try? AES.GCM.Nonce(data: [UInt8](repeating: 0, count: 12)) else {
            preconditionFailure("twelve bytes are a nonce")
        }
        return nonce
    }()

    /// Each group behind its length, four bytes, the lowest first.
    private static func pack(_ groups: [[UInt8]]) -> [UInt8] {
        var packed: [UInt8] = []
        packed.reserveCapacity(groups.reduce(0) { $0 + $1.count + 4 })
        for group in groups {
            withUnsafeBytes(of: UInt32(group.count).littleEndian) {
                packed.append(contentsOf: $0)
            }
            packed.append(contentsOf: group)
        }
        return packed
    }

    private static func unpack(_ packed: [UInt8]) -> [[UInt8]]? {
        var groups: [[UInt8]] = []
        var place = 0
        while place < packed.count {
            guard place + 4 <= packed.count else { return nil }
            let count = (0..<4).reduce(0) { $0 | Int(packed[place + $1]) << (8 * $1) }
            place += 4
            guard place + count <= packed.count else { return nil }
            groups.append(Array(packed[place..<place + count]))
            place += count
        }
        return groups.isEmpty ? nil : groups
    }
}
