/// A receipt that can be checked offline: an entry is in a log that somebody signed.
///
/// The text form is c2sp.org/tlog-proof, and files of it end in `.tlog-proof`.
public struct TlogProof: Hashable, Sendable {
    private static let firstLine = "c2sp.org/tlog-proof@v1"
    /// A tree of 2^64 leaves has no longer path.
    private static let maximumHashes = 64

    /// The position of the entry, from 0.
    public let index: UInt64
    /// The inclusion proof, from the leaf's sibling up to the root's child.
    public let hashes: [MerkleHash]
    /// The signed checkpoint, verbatim.
    public let checkpoint: String
    /// Further bytes for the reader's convenience; no signature covers them.
    public let extra: [UInt8]?

    /// Puts a receipt together; whether it holds is for ``verify(leaf:verifier:)`` to say.
    public init(
        index: UInt64, hashes: [MerkleHash], checkpoint: String, extra: [UInt8]? = nil
    ) {
        self.index = index
        self.hashes = hashes
        self.checkpoint = checkpoint
        // No bytes and no extra data have the same text.
        self.extra = extra?.isEmpty == true ? nil : extra
    }

    /// Reads a receipt, accepting one spelling only.
    ///
    /// - Throws: ``TlogProofError/malformed`` when it is not exactly what ``text`` writes.
    public init(text: String) throws(TlogProofError) {
        let bytes = Array(text.utf8)
        guard
            let blank = bytes.indices.dropFirst().first(where: {
                bytes[$0 - 1] == ExactText.newline && bytes[$0] == ExactText.newline
            })
        else { throw .malformed }
        var lines = bytes[..<(blank - 1)]
            .split(separator: ExactText.newline, omittingEmptySubsequences: false)
            .map { String(decoding: $0, as: UTF8.self) }[...]
        guard let first = lines.popFirst(), first.utf8.elementsEqual(TlogProof.firstLine.utf8)
        else { throw .malformed }
        var extra: [UInt8]?
        if let encoded = TlogProof.value(of: "extra", in: lines.first) {
            guard let bytes = ExactText.bytes(base64: encoded), !bytes.isEmpty else {
                throw .malformed
            }
            extra = bytes
            lines.removeFirst()
        }
        guard let digits = TlogProof.value(of: "index", in: lines.popFirst()),
            let index = ExactText.decimal(digits.utf8), lines.count <= TlogProof.maximumHashes
        else { throw .malformed }
        let hashes = lines.compactMap { MerkleHash(base64: $0) }
        guard hashes.count == lines.count else { throw .malformed }
        self.init(
            index: index, hashes: hashes,
            checkpoint: String(decoding: bytes[(blank + 1)...], as: UTF8.self), extra: extra)
    }

    /// The receipt as text.
    public var text: String {
        var lines = [TlogProof.firstLine]
        if let extra { lines.append("extra \(ExactText.base64(extra))") }
        lines.append("index \(index)")
        lines += hashes.map(\.base64)
        return lines.map { $0 + "\n" }.joined() + "\n" + checkpoint
    }

    /// Checks that the leaf is in the log of that key, and gives the checkpoint that says so.
    ///
    /// The leaf must be computed from the entry itself; a leaf taken from elsewhere proves nothing
    /// about the entry. The ``extra`` bytes stay unverified.
    /// - Throws: ``TlogProofError`` when the checkpoint or the inclusion proof does not hold.
    @discardableResult
    public func verify(
        leaf: MerkleHash, verifier: NoteVerifier
    ) throws(TlogProofError) -> Checkpoint {
        let opened: Checkpoint
        do {
            opened = try Checkpoint.open(checkpoint, verifier: verifier)
        } catch {
            throw .checkpoint(error)
        }
        do {
            try Merkle.verifyInclusion(
                leaf: leaf, index: index, size: opened.size, proof: hashes, root: opened.root)
        } catch {
            throw .inclusion(error)
        }
        return opened
    }

    private static func value(of key: String, in line: String?) -> String? {
        guard let line, line.utf8.starts(with: "\(key) ".utf8) else { return nil }
        return String(decoding: line.utf8.dropFirst(key.utf8.count + 1), as: UTF8.self)
    }
}

/// Why a receipt was refused.
public enum TlogProofError: Error, Hashable, Sendable {
    /// The text is not a receipt.
    case malformed
    /// The checkpoint in the receipt was refused.
    case checkpoint(CheckpointError)
    /// The entry is not where the receipt says.
    case inclusion(ProofError)
}

extension TlogProofError: CustomStringConvertible {
    /// The reason as a sentence.
    public var description: String {
        switch self {
        case .malformed: "This is not a transparency log proof."
        case .checkpoint(let error): error.description
        case .inclusion(let error): error.description
        }
    }
}
