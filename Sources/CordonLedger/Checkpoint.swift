/// The size and root of a log at one moment, ready to be signed (c2sp.org/tlog-checkpoint).
///
/// The origin names the log. Here it is also the name of the key that signs, as the specification
/// recommends: a key must not vouch for a log that has another name.
public struct Checkpoint: Hashable, Sendable {
    /// The name of the log.
    public let origin: String
    /// The number of leaves.
    public let size: UInt64
    /// The root of the tree with these leaves.
    public let root: MerkleHash
    /// Further lines, kept as they came; the specification advises against them.
    public let extensions: [String]

    /// Makes a checkpoint.
    ///
    /// - Throws: ``CheckpointError/malformed`` when the origin or an extension is empty or holds a
    ///   newline or control character, ``CheckpointError/emptyTreeRoot`` when size is 0 and the
    ///   root is not that of the empty tree.
    public init(
        origin: String, size: UInt64, root: MerkleHash, extensions: [String] = []
    ) throws(CheckpointError) {
        for line in [origin] + extensions {
            guard !line.isEmpty, line.utf8.allSatisfy({ $0 >= 0x20 }) else { throw .malformed }
        }
        guard size > 0 || root == Merkle.emptyRoot else { throw .emptyTreeRoot }
        self.origin = origin
        self.size = size
        self.root = root
        self.extensions = extensions
    }

    /// Reads the text of a checkpoint, accepting one spelling only.
    ///
    /// Verify a signed checkpoint with ``open(_:verifier:)`` rather than reading it by this.
    /// - Throws: ``CheckpointError`` when it is not exactly what ``text`` writes.
    public init(text: String) throws(CheckpointError) {
        guard text.utf8.last == ExactText.newline else { throw .malformed }
        let lines = text.utf8.dropLast()
            .split(separator: ExactText.newline, omittingEmptySubsequences: false)
            .map { String(decoding: $0, as: UTF8.self) }
        guard lines.count >= 3, let size = ExactText.decimal(lines[1].utf8),
            let root = MerkleHash(base64: lines[2])
        else { throw .malformed }
        try self.init(origin: lines[0], size: size, root: root, extensions: Array(lines[3...]))
    }

    /// The text that is signed: origin, size, Base64 root and any extensions, one a line.
    public var text: String {
        ([origin, String(size), root.base64] + extensions).map { $0 + "\n" }.joined()
    }

    /// Signs the checkpoint as a note.
    ///
    /// A log must never sign two checkpoints of which neither extends the other. The caller keeps
    /// that promise, by signing only what an unbroken ``MerkleFrontier`` or a consistency proof
    /// gives.
    /// - Throws: ``CheckpointError/originMismatch(expected:found:)`` when the key has another name.
    public func signed(by signer: NoteSigner) throws(CheckpointError) -> String {
        try checkOrigin(is: signer.name)
        do {
            return try signer.sign(text)
        } catch {
            throw .note(error)
        }
    }

    /// Verifies a signed checkpoint and reads it.
    ///
    /// - Throws: ``CheckpointError`` when the note is not signed by that key, is no checkpoint, or
    ///   is of a log with another name than the key.
    public static func open(
        _ note: String, verifier: NoteVerifier
    ) throws(CheckpointError) -> Checkpoint {
        let text: String
        do {
            text = try verifier.verify(note)
        } catch {
            throw .note(error)
        }
        let checkpoint = try Checkpoint(text: text)
        try checkpoint.checkOrigin(is: verifier.name)
        return checkpoint
    }

    private func checkOrigin(is name: String) throws(CheckpointError) {
        guard origin.utf8.elementsEqual(name.utf8) else {
            throw .originMismatch(expected: name, found: origin)
        }
    }
}

/// Why a checkpoint was refused.
public enum CheckpointError: Error, Hashable, Sendable {
    /// The text is not an origin, a size, a root and extension lines, spelled canonically.
    case malformed
    /// A tree without leaves was given with a root that it does not have.
    case emptyTreeRoot
    /// The checkpoint is of another log than the key.
    case originMismatch(expected: String, found: String)
    /// The note around the checkpoint was refused.
    case note(NoteError)
}

extension CheckpointError: CustomStringConvertible {
    /// The reason as a sentence.
    public var description: String {
        switch self {
        case .malformed: "This is not the text of a checkpoint."
        case .emptyTreeRoot: "The root is not that of a tree without leaves."
        case .originMismatch(let expected, let found):
            "The checkpoint is of the log \(found), not \(expected)."
        case .note(let error): error.description
        }
    }
}
