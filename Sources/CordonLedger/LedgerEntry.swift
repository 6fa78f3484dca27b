/// One entry of the ledger: which kind of thing happened, and commitments to what it was.
///
/// As bytes: version, kind and count, one byte each, then the commitments of 32 bytes. That is at
/// most 8,163 bytes, well below the 65,535 that an entry bundle can hold (c2sp.org/tlog-tiles).
public struct LedgerEntry: Hashable, Sendable {
    /// What an entry is about; the raw values are stored for ever.
    public enum Kind: UInt8, CaseIterable, Sendable {
        /// An event of the journal.
        case journalEvent = 1
        /// A piece of evidence; reserved, and readable so that later logs stay verifiable.
        case evidence = 2
    }

    /// The version of the byte layout.
    public static let version: UInt8 = 1
    /// The number of commitments that an entry can hold.
    public static let maximumCommitments = 255

    /// What the entry is about.
    public let kind: Kind
    /// The commitments, in an order that the kind of entry gives meaning to.
    public let commitments: [MerkleHash]

    /// Makes an entry.
    ///
    /// - Throws: ``LedgerEntryError/commitmentCount(_:)`` unless there are 1 to 255 commitments.
    public init(kind: Kind, commitments: [MerkleHash]) throws(LedgerEntryError) {
        guard (1...LedgerEntry.maximumCommitments).contains(commitments.count) else {
            throw .commitmentCount(commitments.count)
        }
        self.kind = kind
        self.commitments = commitments
    }

    /// Reads an entry from exactly the bytes that ``bytes`` gives.
    ///
    /// - Throws: ``LedgerEntryError`` for another version, an unknown kind or a wrong length.
    public init(bytes: [UInt8]) throws(LedgerEntryError) {
        guard bytes.count >= 3 else { throw .wrongLength }
        guard bytes[0] == LedgerEntry.version else { throw .unknownVersion(bytes[0]) }
        guard let kind = Kind(rawValue: bytes[1]) else { throw .unknownKind(bytes[1]) }
        let count = Int(bytes[2])
        guard bytes.count == 3 + count * MerkleHash.byteCount else { throw .wrongLength }
        let commitments = (0..<count).compactMap { index in
            let start = 3 + index * MerkleHash.byteCount
            return MerkleHash(bytes[start..<start + MerkleHash.byteCount])
        }
        try self.init(kind: kind, commitments: commitments)
    }

    /// The entry as it is logged.
    public var bytes: [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(3 + commitments.count * MerkleHash.byteCount)
        bytes.append(LedgerEntry.version)
        bytes.append(kind.rawValue)
        bytes.append(UInt8(commitments.count))
        for commitment in commitments {
            commitment.storage.withUnsafeBytes { bytes.append(contentsOf: $0) }
        }
        return bytes
    }

    /// The leaf hash of the entry.
    public var leaf: MerkleHash { Merkle.leaf(bytes) }
}

/// Why bytes or commitments do not make a ledger entry.
public enum LedgerEntryError: Error, Hashable, Sendable {
    /// There are no commitments, or more than 255.
    case commitmentCount(Int)
    /// The bytes are more or fewer than the entry needs.
    case wrongLength
    /// The layout has a version that this code cannot read.
    case unknownVersion(UInt8)
    /// The kind of entry is unknown.
    case unknownKind(UInt8)
}

extension LedgerEntryError: CustomStringConvertible {
    /// The reason as a sentence.
    public var description: String {
        switch self {
        case .commitmentCount(let count):
            "A ledger entry has 1 to \(LedgerEntry.maximumCommitments) commitments, not \(count)."
        case .wrongLength: "The ledger entry has the wrong length."
        case .unknownVersion(let version): "Ledger entries of version \(version) are unknown."
        case .unknownKind(let kind): "Ledger entries of kind \(kind) are unknown."
        }
    }
}
