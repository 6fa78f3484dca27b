public import FoundationEssentials

/// The log's side of a bundle: what its records are proven against.
public struct BundleLog: Sendable {
    /// The signed checkpoint with any cosignatures, verbatim.
    public let checkpoint: String
    /// The key of the log.
    public let verifier: NoteVerifier
    /// The keys of witnesses, for whoever trusts them.
    public let witnesses: [CosignatureVerifier]
    /// An RFC 3161 answer whose imprint is the SHA-256 of the checkpoint's text.
    public let timestamp: Data?
    /// The certificates of the timestamp authority, as PEM.
    public let timestampAuthority: Data?
    /// A proof that an older tree is the beginning of this one, with the same checkpoint.
    public let consistency: WitnessRequest?

    /// Puts the log's side together; ``BundleWriter`` checks it.
    public init(
        checkpoint: String, verifier: NoteVerifier, witnesses: [CosignatureVerifier] = [],
        timestamp: Data? = nil, timestampAuthority: Data? = nil, consistency: WitnessRequest? = nil
    ) {
        self.checkpoint = checkpoint
        self.verifier = verifier
        self.witnesses = witnesses
        self.timestamp = timestamp
        self.timestampAuthority = timestampAuthority
        self.consistency = consistency
    }
}

/// Writes an evidence bundle (``BundleLayout``), one thing after the other.
///
/// The same calls give the same bytes. After each call, ``take()`` gives the bytes to write next,
/// so that no more than one file is in memory. Nothing is written that the verifier would not
/// find to hold: a record that is not in the log is refused. When a call throws, the bundle is to
/// be thrown away.
public struct BundleWriter: Sendable {
    private let description: BagDescription
    private let log: BundleLog
    private let checkpoint: Checkpoint
    private var archive = StoredZipWriter()
    private var pending = Data()
    private var payloadSize = 0
    private var payloadFiles = 0
    private var manifest = ""
    private var tagManifest = ""
    private var redactions = ""
    private var hasIncident = false

    /// Begins a bundle with its cover page and the log's side.
    ///
    /// `readme` is for people; ``BundleGuide/text`` should be in it.
    /// - Throws: ``BundleError`` when the checkpoint is not signed by the log's key, or the
    ///   timestamp or consistency proof is of another checkpoint.
    public init(
        description: BagDescription, readme: String, log: BundleLog
    ) throws(BundleError) {
        self.description = description
        self.log = log
        do {
            checkpoint = try Checkpoint.open(log.checkpoint, verifier: log.verifier)
        } catch {
            throw .checkpoint(error)
        }
        try append(BundleLayout.bagDeclaration, Data(Bag.declaration.utf8))
        try append(BundleLayout.readme, Data(readme.utf8))
        try append(BundleLayout.checkpoint, Data(log.checkpoint.utf8))
        let keys = [log.verifier.verifierKey] + log.witnesses.map(\.verifierKey)
        try append(BundleLayout.verifierKeys, Data(keys.map { $0 + "\n" }.joined().utf8))
        if let timestamp = log.timestamp {
            guard TimestampAnswer.isAbout(checkpoint, timestamp) else { throw .foreignTimestamp }
            try append(BundleLayout.timestamp, timestamp)
        }
        if let authority = log.timestampAuthority {
            try append(BundleLayout.timestampAuthority, authority)
        }
        if let consistency = log.consistency {
            guard consistency.checkpoint.utf8.elementsEqual(log.checkpoint.utf8) else {
                throw .foreignConsistencyProof
            }
            try append(BundleLayout.consistency, Data(consistency.body.utf8))
        }
    }

    /// Gives the bytes that come next in the archive, and forgets them.
    public mutating func take() -> Data {
        defer { pending = Data() }
        return pending
    }

    /// Adds a document about the incident, such as `incident.json`, which every bundle has.
    ///
    /// Documents are the exporter's account. The signature of the bundle covers them, and the log
    /// does not.
    /// - Throws: ``BundleError/invalidName(_:)`` unless the name is 1 to 100 letters, digits, `-`,
    ///   `_` and `.`, and not one that the layout uses.
    public mutating func add(document name: String, _ bytes: Data) throws(BundleError) {
        guard BundleLayout.isDocument(name) else { throw .invalidName(name) }
        try append(BundleLayout.document(name), bytes)
        if name == BundleLayout.incident { hasIncident = true }
    }

    /// Adds a record of evidence or an entry of the journal, with its proof.
    ///
    /// - Throws: ``BundleError/invalidRecord(index:reason:)`` when the groups are not those that
    ///   the envelope names, the envelope is redacted, or the proof does not lead to the root.
    public mutating func add(_ record: BundleRecord) throws(BundleError) {
        let entry: LedgerEntry
        do {
            entry = try record.entry()
            try Merkle.verifyInclusion(
                leaf: entry.leaf, index: record.index, size: checkpoint.size, proof: record.proof,
                root: checkpoint.root)
        } catch {
            throw .invalidRecord(index: record.index, reason: "\(error)")
        }
        let folder = BundleLayout.folder(entry.kind, record.index)
        try append("\(folder)/\(BundleLayout.entryName)", Data(entry.bytes))
        switch record.content {
        case .evidence(let groups):
            try check(groups, of: record.index)
            for group in groups { try append(group, folder: folder, index: record.index) }
        case .journalEvent(let nonce, let body):
            try append("\(folder)/\(BundleLayout.event).json", body)
            try append("\(folder)/\(BundleLayout.event).nonce", nonce.data)
        case .erased(_, let notice):
            guard ExactJSON.keys(of: notice) != nil else {
                throw .invalidRecord(
                    index: record.index, reason: "The notice of erasure is not a JSON object.")
            }
            try append("\(folder)/\(BundleLayout.erasedName)", notice)
        }
        let proof = TlogProof(
            index: record.index, hashes: record.proof, checkpoint: log.checkpoint)
        try append(BundleLayout.proof(record.index), Data(proof.text.utf8))
    }

    /// Adds a statement that the log key signed.
    ///
    /// - Throws: ``BundleError/statement(_:)`` when it is not signed by the log key, and
    ///   ``BundleError/invalidName(_:)``.
    public mutating func add(
        statement name: String, _ envelope: DSSEEnvelope
    ) throws(BundleError) {
        guard BundleLayout.isName(name) else { throw .invalidName(name) }
        do {
            try envelope.verify(by: log.verifier)
        } catch {
            throw .statement(error)
        }
        try append(BundleLayout.statement(name), Data(envelope.text.utf8))
    }

    /// Adds an attachment, which gets its SHA-256 as its name, and gives that.
    ///
    /// - Throws: ``BundleError/archive(_:)`` when it is there already, or too large.
    @discardableResult
    public mutating func add(attachment bytes: Data) throws(BundleError) -> MerkleHash {
        let hash = MerkleHash(hashing: bytes)
        try append(BundleLayout.attachment(hash), bytes)
        return hash
    }

    /// Ends the bundle with the redactions, manifests and signature; then ``take()`` a last time.
    ///
    /// - Throws: ``BundleError/foreignSigner`` when the signer is not the log's key, and
    ///   ``BundleError/noIncident`` when `incident.json` is missing.
    public mutating func finish(signer: NoteSigner) throws(BundleError) {
        guard signer.verifierKey == log.verifier.verifierKey else { throw .foreignSigner }
        guard hasIncident else { throw .noIncident }
        if !redactions.isEmpty {
            try append(BundleLayout.redactions, Data(redactions.utf8))
        }
        let information = description.text(size: payloadSize, files: payloadFiles)
        try append(BundleLayout.bagInformation, Data(information.utf8))
        try append(BundleLayout.manifest, Data(manifest.utf8))
        let hash = MerkleHash(hashing: Data(tagManifest.utf8))
        try append(BundleLayout.tagManifest, Data(tagManifest.utf8))
        let text = BundleLayout.signedText(
            identifier: description.identifier, tagManifest: hash)
        do {
            try append(BundleLayout.signature, Data(try signer.sign(text).utf8))
        } catch let error as BundleError {
            throw error
        } catch {
            throw .signingFailed
        }
        pending.append(archive.finish())
    }

    private func check(_ groups: [BundleGroup], of index: UInt64) throws(BundleError) {
        let names = groups.map(\.name)
        guard case .disclosed(_, _, let envelope)? = groups.first,
            BundleGroup.names(inEnvelope: envelope) == names
        else {
            throw .invalidRecord(
                index: index, reason: "The groups are not those that a disclosed envelope names.")
        }
        for case .disclosed(let name, _, let json) in groups
        where !BundleGroup.isGroup(json, named: name) {
            throw .invalidRecord(
                index: index, reason: "The group \(name) is not an object with that only key.")
        }
    }

    private mutating func append(
        _ group: BundleGroup, folder: String, index: UInt64
    ) throws(BundleError) {
        switch group {
        case .disclosed(let name, let nonce, let json):
            try append("\(folder)/\(name).json", json)
            try append("\(folder)/\(name).nonce", nonce.data)
        case .redacted(let name, let commitment, let redaction):
            try append("\(folder)/\(name).commitment", Data("\(commitment.hash.hex)\n".utf8))
            let line = RedactionLine(
                at: redaction.at, by: redaction.by, group: name, index: index,
                reason: redaction.reason)
            redactions += line.text + "\n"
        }
    }

    /// Writes one file and its line in the manifest that it belongs in.
    private mutating func append(_ path: String, _ bytes: Data) throws(BundleError) {
        do {
            pending.append(
                try archive.append(path: "\(description.identifier)/\(path)", bytes: bytes))
        } catch {
            throw .archive(error)
        }
        let line = Bag.manifestLine(MerkleHash(hashing: bytes), path)
        if Bag.isPayload(path) {
            manifest += line
            payloadSize += bytes.count
            payloadFiles += 1
        } else if path != BundleLayout.tagManifest, path != BundleLayout.signature {
            tagManifest += line
        }
    }
}
