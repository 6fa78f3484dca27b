import FoundationEssentials

@testable import CordonLedger

/// A small log and bundles of it.
struct Bundles {
    static let name = "cordon.example/log"
    static let identifier = "INC-2026-0001"

    let signer: NoteSigner
    let witness: CosignatureSigner
    let leaves: [MerkleHash]
    let checkpoint: Checkpoint
    let note: String

    /// Evidence at 1, a journal event at 3 and something erased at 4, in a log of 6.
    init(size: Int = 6) throws {
        signer = try Keys.signer(7, name: Bundles.name)
        witness = try CosignatureSigner(name: "witness.example/w1", seed: Keys.seed(8))
        var leaves = Trees.leaves(size)
        leaves[1] = try Bundles.entry(Bundles.groups).leaf
        leaves[3] = try LedgerEntry(
            kind: .journalEvent,
            commitments: [Commitment(nonce: Bundles.nonce(30), content: Bundles.event).hash]
        ).leaf
        leaves[4] = try Bundles.erasedEntry.leaf
        self.leaves = leaves
        checkpoint = try Checkpoint(
            origin: Bundles.name, size: UInt64(size), root: Merkle.root(ofLeaves: leaves))
        note = try checkpoint.signed(by: signer) + witness.cosign(checkpoint, time: 1_795_000_000)
    }

    var verifier: BundleVerifier {
        get throws {
            BundleVerifier(
                log: try NoteVerifier(signer.verifierKey),
                witnesses: [try CosignatureVerifier(witness.verifierKey)])
        }
    }

    static let event = Data(#"{"event":"incident opened"}"#.utf8)
    static let document = Data(#"{"incident":1}"#.utf8)
    static let groups: [BundleGroup] = [
        .disclosed(
            name: "envelope", nonce: nonce(10),
            json: Data(#"{"envelope":{"at":1,"groups":["envelope","input","output"]}}"#.utf8)),
        .redacted(
            name: "input",
            commitment: Commitment(nonce: nonce(11), content: Data(#"{"input":"secret"}"#.utf8)),
            BundleRedaction(reason: "personal \"data\"", by: "ada", at: "2026-11-24T10:00:00Z")),
        .disclosed(name: "output", nonce: nonce(12), json: Data(#"{"output":["a","é"]}"#.utf8)),
    ]

    static var erasedEntry: LedgerEntry {
        get throws {
            try LedgerEntry(
                kind: .evidence,
                commitments: [Commitment(nonce: nonce(20), content: [1]).hash])
        }
    }

    static func entry(_ groups: [BundleGroup]) throws -> LedgerEntry {
        try LedgerEntry(kind: .evidence, commitments: groups.map(\.commitment.hash))
    }

    static func nonce(_ number: UInt8) -> Commitment.Nonce {
        guard let nonce = Commitment.Nonce([UInt8](repeating: number, count: 32)) else {
            preconditionFailure("A nonce is 32 bytes.")
        }
        return nonce
    }

    func record(_ index: UInt64, _ content: BundleRecord.Content) throws -> BundleRecord {
        BundleRecord(
            index: index, content: content,
            proof: try Merkle.inclusionProof(index: index, leaves: leaves))
    }

    func log(
        timestamp: Data? = nil, consistency: WitnessRequest? = nil
    ) throws -> BundleLog {
        BundleLog(
            checkpoint: note, verifier: try NoteVerifier(signer.verifierKey),
            witnesses: [try CosignatureVerifier(witness.verifierKey)], timestamp: timestamp,
            consistency: consistency)
    }

    func writer(_ log: BundleLog? = nil, readme: String = "Read me.\n") throws -> BundleWriter {
        try BundleWriter(
            description: BagDescription(
                identifier: Bundles.identifier, date: "2026-11-24", software: "Cordon 0.2"),
            readme: readme, log: log ?? self.log())
    }

    /// A bundle of few files: a record, one of whose groups is redacted.
    func smallArchive() throws -> Data {
        var writer = try writer()
        try writer.add(document: "incident.json", Bundles.document)
        try writer.add(record(1, .evidence(Bundles.groups)))
        try writer.finish(signer: signer)
        return writer.take()
    }

    /// A bundle with one of each.
    func archive(_ log: BundleLog? = nil, readme: String = "Read me.\n") throws -> Data {
        var writer = try writer(log, readme: readme)
        var archive = writer.take()
        try writer.add(document: "incident.json", Bundles.document)
        try writer.add(record(1, .evidence(Bundles.groups)))
        archive.append(writer.take())
        try writer.add(record(3, .journalEvent(nonce: Bundles.nonce(30), body: Bundles.event)))
        try writer.add(record(4, .erased(Bundles.erasedEntry, notice: Data("{}".utf8))))
        try writer.add(
            statement: "coverage",
            DSSEEnvelope(signing: Data("all".utf8), payloadType: "text/plain", by: signer))
        try writer.add(attachment: Data([0, 1, 2]))
        try writer.finish(signer: signer)
        archive.append(writer.take())
        return archive
    }
}

/// A bundle taken apart, to be changed and put together again.
struct OpenBundle {
    var files: [(path: String, bytes: Data)]

    init(_ archive: Data) {
        files = StoredZipContents(reading: archive).entries.map { entry in
            (
                String(entry.path.dropFirst(Bundles.identifier.count + 1)),
                Data(archive[entry.range])
            )
        }
    }

    subscript(path: String) -> Data? {
        get { files.first { $0.path == path }?.bytes }
        set {
            let index = files.firstIndex { $0.path == path }
            switch (index, newValue) {
            case (let index?, let bytes?): files[index].bytes = bytes
            case (let index?, nil): files.remove(at: index)
            case (nil, let bytes?): files.insert((path, bytes), at: 2)
            case (nil, nil): break
            }
        }
    }

    /// Writes the tag files anew, as somebody would who has no key, or as the owner of one.
    mutating func close(as signer: NoteSigner? = nil) throws {
        let payload = files.filter { $0.path.hasPrefix("data/") }
        let size = payload.reduce(0) { $0 + $1.bytes.count }
        self["bag-info.txt"] = try Data(
            BagDescription(
                identifier: Bundles.identifier, date: "2026-11-24", software: "Cordon 0.2"
            ).text(size: size, files: payload.count).utf8)
        self["manifest-sha256.txt"] = OpenBundle.manifest(payload)
        self["tagmanifest-sha256.txt"] = OpenBundle.manifest(
            files.filter {
                !$0.path.hasPrefix("data/") && $0.path != "signature"
                    && $0.path != "tagmanifest-sha256.txt"
            })
        guard let signer, let manifest = self["tagmanifest-sha256.txt"] else { return }
        let hash = MerkleHash(hashing: manifest)
        self["signature"] = Data(
            try signer.sign("cordon.bundle/v1\n\(Bundles.identifier)\n\(hash)\n").utf8)
    }

    func archive() throws -> Data {
        try StoredZipTests.archive(
            files.map { ("\(Bundles.identifier)/\($0.path)", [UInt8]($0.bytes)) })
    }

    private static func manifest(_ files: [(path: String, bytes: Data)]) -> Data {
        Data(
            files.map { "\(MerkleHash(hashing: $0.bytes))  \($0.path)\n" }
                .joined().utf8)
    }
}
