/// The body of `add-checkpoint`, with which a log asks a witness to cosign (c2sp.org/tlog-witness).
///
/// It is a line `old <size>`, at most 63 lines of a consistency proof in Base64, an empty line and
/// the signed checkpoint.
public struct WitnessRequest: Hashable, Sendable {
    /// The most lines of a proof: a tree of 2^63 leaves needs no more.
    public static let maximumHashes = 63

    /// The size of the tree that the witness cosigned last, or 0.
    public let oldSize: UInt64
    /// The consistency proof from the old size to that of the checkpoint.
    public let proof: [MerkleHash]
    /// The signed checkpoint, verbatim.
    public let checkpoint: String

    /// Puts a request together.
    ///
    /// - Throws: ``WitnessRequestError/malformed`` for more than 63 hashes.
    public init(
        oldSize: UInt64, proof: [MerkleHash], checkpoint: String
    ) throws(WitnessRequestError) {
        guard proof.count <= WitnessRequest.maximumHashes else { throw .malformed }
        self.oldSize = oldSize
        self.proof = proof
        self.checkpoint = checkpoint
    }

    /// Reads a request, accepting one spelling only; the checkpoint is not looked into.
    ///
    /// - Throws: ``WitnessRequestError/malformed`` when it is not exactly what ``body`` writes.
    public init(body: String) throws(WitnessRequestError) {
        let bytes = Array(body.utf8)
        guard
            let blank = bytes.indices.dropFirst().first(where: {
                bytes[$0 - 1] == ExactText.newline && bytes[$0] == ExactText.newline
            })
        else { throw .malformed }
        var lines = bytes[..<(blank - 1)]
            .split(separator: ExactText.newline, omittingEmptySubsequences: false)[...]
        let prefix = "old ".utf8
        guard let first = lines.popFirst(), first.starts(with: prefix),
            let oldSize = ExactText.decimal(first.dropFirst(prefix.count)),
            lines.count <= WitnessRequest.maximumHashes
        else { throw .malformed }
        let proof = lines.compactMap { MerkleHash(base64: String(decoding: $0, as: UTF8.self)) }
        guard proof.count == lines.count else { throw .malformed }
        try self.init(
            oldSize: oldSize, proof: proof,
            checkpoint: String(decoding: bytes[(blank + 1)...], as: UTF8.self))
    }

    /// The request as it is sent.
    public var body: String {
        (["old \(oldSize)"] + proof.map(\.base64)).map { $0 + "\n" }.joined() + "\n" + checkpoint
    }
}

/// Why the body of a request was refused.
public enum WitnessRequestError: Error, Hashable, Sendable {
    /// It is not an old size, at most 63 hashes, an empty line and a checkpoint.
    case malformed
}

extension WitnessRequestError: CustomStringConvertible {
    /// The reason as a sentence.
    public var description: String { "This is not a request to witness a checkpoint." }
}
