/// What the verifier found out about a bundle.
public struct BundleReport: Hashable, Sendable {
    /// The answer in one word.
    public enum Verdict: String, Hashable, Sendable {
        /// Everything holds.
        case valid
        /// Everything holds, and yet the log showed somebody else another history.
        case diverges
        /// Something does not hold; the findings say where.
        case invalid
    }

    /// How much of each thing the bundle holds.
    public struct Counts: Hashable, Sendable {
        /// Records of evidence, with the erased ones.
        public internal(set) var records = 0
        /// Entries of the journal.
        public internal(set) var journalEntries = 0
        /// Field groups of which only the commitment is disclosed.
        public internal(set) var redactedGroups = 0
        /// Records and entries of which only the log entry is left.
        public internal(set) var erased = 0
        /// Statements that the log signed.
        public internal(set) var statements = 0
        /// Attachments.
        public internal(set) var attachments = 0
    }

    /// The folder in the archive, which is the number of the incident.
    public internal(set) var identifier: String?
    /// The size and root that the log signed, when its signature is right.
    public internal(set) var checkpoint: Checkpoint?
    /// What does not hold.
    public internal(set) var findings: [BundleFinding] = []
    /// Where the bundle contradicts the checkpoint that was known before.
    public internal(set) var divergence: BundleFinding?
    /// What the bundle holds.
    ///
    /// In an invalid bundle, not all of it may have been looked at.
    public internal(set) var counts = Counts()
    /// The trusted witnesses that cosigned the checkpoint.
    public internal(set) var cosignatures: [Cosignature] = []
    /// Whether a timestamp of the checkpoint is there; its signature is for `openssl ts -verify`.
    public internal(set) var hasTimestamp = false
    /// What a reader should know although nothing is wrong.
    public internal(set) var notes: [String] = []

    init(findings: [BundleFinding] = []) {
        self.findings = findings
    }

    /// The answer in one word; a bundle that is invalid is never said to diverge.
    public var verdict: Verdict {
        if !findings.isEmpty { return .invalid }
        return divergence == nil ? .valid : .diverges
    }
}

/// One thing that does not hold, and where.
public struct BundleFinding: Hashable, Sendable {
    /// A file of the bundle by its path in it, or a part of the archive.
    public let place: String
    /// What is wrong, as a sentence.
    public let message: String

    init(place: String, message: String) {
        self.place = place
        self.message = message
    }
}

extension BundleFinding: CustomStringConvertible {
    /// The place and the sentence.
    public var description: String { "\(place): \(message)" }
}
