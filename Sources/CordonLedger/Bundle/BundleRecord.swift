public import FoundationEssentials

/// An entry of the log with its content, or with what may be disclosed of it.
public struct BundleRecord: Hashable, Sendable {
    /// What is disclosed.
    public enum Content: Hashable, Sendable {
        /// A record of evidence: its field groups in order, the envelope first.
        case evidence([BundleGroup])
        /// An entry of the journal: its nonce and the committed bytes.
        case journalEvent(nonce: Commitment.Nonce, body: Data)
        /// The entry alone, of either kind, and a JSON object that says what became of the rest.
        case erased(LedgerEntry, notice: Data)
    }

    /// The position in the log, from 0.
    public let index: UInt64
    /// What is disclosed.
    public let content: Content
    /// The inclusion proof to the root of the bundle's checkpoint.
    public let proof: [MerkleHash]

    /// Puts a record together; ``BundleWriter`` checks it.
    public init(index: UInt64, content: Content, proof: [MerkleHash]) {
        self.index = index
        self.content = content
        self.proof = proof
    }

    /// The entry that the log has at this place, computed from the content.
    func entry() throws(LedgerEntryError) -> LedgerEntry {
        switch content {
        case .evidence(let groups):
            try LedgerEntry(kind: .evidence, commitments: groups.map(\.commitment.hash))
        case .journalEvent(let nonce, let body):
            try LedgerEntry(
                kind: .journalEvent, commitments: [Commitment(nonce: nonce, content: body).hash])
        case .erased(let entry, _): entry
        }
    }
}

/// A field group of a record of evidence.
public enum BundleGroup: Hashable, Sendable {
    /// The group's name, its nonce and the committed bytes: an object with the name as only key.
    case disclosed(name: String, nonce: Commitment.Nonce, json: Data)
    /// The group's name and commitment, and why nothing more is disclosed.
    case redacted(name: String, commitment: Commitment, BundleRedaction)

    /// The name of the group.
    public var name: String {
        switch self {
        case .disclosed(let name, _, _), .redacted(let name, _, _): name
        }
    }

    /// The commitment that the entry has for the group.
    public var commitment: Commitment {
        switch self {
        case .disclosed(_, let nonce, let json): Commitment(nonce: nonce, content: json)
        case .redacted(_, let commitment, _): commitment
        }
    }

    /// Whether the bytes are those of a group with this name.
    static func isGroup(_ json: Data, named name: String) -> Bool {
        ExactJSON.onlyKey(of: json) == name
    }

    /// The names that an envelope gives to the groups of its record, itself the first.
    static func names(inEnvelope json: Data) -> [String]? {
        struct Record: Decodable {
            struct Envelope: Decodable { let groups: [String] }
            let envelope: Envelope
        }
        // Whatever the decoder objects to, it is not an envelope.
        guard isGroup(json, named: BundleLayout.envelope),
            let names = try? JSONDecoder().decode(Record.self, from: json).envelope.groups,
            names.first == BundleLayout.envelope, Set(names).count == names.count,
            names.allSatisfy({ BundleLayout.isGroup($0) })
        else { return nil }
        return names
    }
}

/// Why a group is not disclosed, and who decided so.
public struct BundleRedaction: Hashable, Sendable {
    /// The reason, such as `personal data of third parties`.
    public let reason: String
    /// Who decided.
    public let by: String
    /// When, in the form of RFC 3339.
    public let at: String

    /// States a redaction.
    public init(reason: String, by: String, at: String) {
        self.reason = reason
        self.by = by
        self.at = at
    }
}

/// A line of `data/redactions.ndjson`.
struct RedactionLine: Decodable, Hashable {
    let at: String
    let by: String
    let group: String
    let index: UInt64
    let reason: String

    /// The line, without its newline.
    var text: String {
        "{\"at\":\(ExactJSON.string(at)),\"by\":\(ExactJSON.string(by)),"
            + "\"group\":\(ExactJSON.string(group)),\"index\":\(index),"
            + "\"reason\":\(ExactJSON.string(reason))}"
    }
}
