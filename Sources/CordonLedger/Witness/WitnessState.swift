/// All that a witness remembers of a log: the latest tree that it cosigned.
public struct WitnessState: Hashable, Sendable {
    /// A log of which nothing was cosigned yet.
    public static let unseen = WitnessState(size: 0, root: Merkle.emptyRoot)

    /// The number of leaves.
    public let size: UInt64
    /// The root of the tree.
    public let root: MerkleHash

    /// Restores a stored state.
    public init(size: UInt64, root: MerkleHash) {
        self.size = size
        self.root = root
    }

    /// Decides on a request, by the rules of c2sp.org/tlog-witness and in their order.
    ///
    /// The state must be that of the log whose origin ``WitnessDecision/origin(of:)`` names, and
    /// deciding and storing must not be interrupted by another request for it. The known log keys
    /// are told apart by their names, since the name of a key is the origin of its log.
    public func decide(
        on body: String, knownLogs: [NoteVerifier], now: UInt64
    ) -> WitnessDecision {
        guard let request = try? WitnessRequest(body: body),
            let note = try? SignedNote(parsing: request.checkpoint),
            let checkpoint = try? Checkpoint(text: note.text)
        else {
            // Whatever was wrong with the form, the answer is the same.
            return .malformed
        }
        let keys = knownLogs.filter { $0.name.utf8.elementsEqual(checkpoint.origin.utf8) }
        guard !keys.isEmpty else { return .unknownOrigin }
        let isSigned = keys.contains { key in
            // A signature that does not hold counts as none.
            (try? Checkpoint.open(request.checkpoint, verifier: key)) == checkpoint
        }
        guard isSigned else { return .notSigned }
        guard request.oldSize <= checkpoint.size else { return .malformed }
        guard request.oldSize == size else { return .conflict(size: size) }
        if checkpoint.size == size, checkpoint.root != root { return .conflict(size: size) }
        do {
            try Merkle.verifyConsistency(
                oldSize: size, oldRoot: root, newSize: checkpoint.size, newRoot: checkpoint.root,
                proof: request.proof)
        } catch {
            return .badProof
        }
        return .cosign(checkpoint, time: now)
    }
}

/// What a witness does about a request.
public enum WitnessDecision: Hashable, Sendable {
    /// Store the state of this checkpoint durably, and only then cosign and answer.
    case cosign(Checkpoint, time: UInt64)
    /// The body, or the checkpoint in it, is not well-formed, or the old size is the larger one.
    case malformed
    /// No key is known for the origin of the checkpoint.
    case unknownOrigin
    /// No known key of the log signed the checkpoint.
    case notSigned
    /// The old size is not that of the latest cosigned tree, or the same size has another root.
    case conflict(size: UInt64)
    /// The consistency proof does not hold.
    case badProof

    /// The origin of the log that a request is about, or nil when the body is malformed.
    ///
    /// Nothing is verified yet: it only tells which state to read.
    public static func origin(of body: String) -> String? { checkpoint(of: body)?.origin }

    /// The checkpoint in a request, or nil when the body is malformed; nothing is verified yet.
    public static func checkpoint(of body: String) -> Checkpoint? {
        // A malformed body has no checkpoint, and deciding on it says so.
        guard let request = try? WitnessRequest(body: body),
            let note = try? SignedNote(parsing: request.checkpoint)
        else { return nil }
        return try? Checkpoint(text: note.text)
    }

    /// The state to store before answering, or nil when nothing changes.
    public var newState: WitnessState? {
        guard case .cosign(let checkpoint, _) = self else { return nil }
        return WitnessState(size: checkpoint.size, root: checkpoint.root)
    }

    /// The HTTP answer; for ``cosign(_:time:)`` it is made only after ``newState`` is on the disk.
    ///
    /// - Throws: ``NoteError/signingFailed`` when the checkpoint could not be cosigned.
    public func answer(by signer: CosignatureSigner) throws(NoteError) -> WitnessAnswer {
        switch self {
        case .cosign(let checkpoint, let time):
            WitnessAnswer(status: 200, body: try signer.cosign(checkpoint, time: time))
        case .malformed: WitnessAnswer(status: 400, body: "malformed request\n")
        case .notSigned: WitnessAnswer(status: 403, body: "no signature by a known key\n")
        case .unknownOrigin: WitnessAnswer(status: 404, body: "unknown log\n")
        case .conflict(let size):
            WitnessAnswer(status: 409, contentType: "text/x.tlog.size", body: "\(size)\n")
        case .badProof: WitnessAnswer(status: 422, body: "the proof does not hold\n")
        }
    }
}

/// The HTTP answer of a witness.
public struct WitnessAnswer: Hashable, Sendable {
    /// The status code.
    public let status: Int
    /// The content type.
    public let contentType: String
    /// The body, which ends in a newline.
    public let body: String

    init(status: Int, contentType: String = "text/plain; charset=utf-8", body: String) {
        self.status = status
        self.contentType = contentType
        self.body = body
    }
}
