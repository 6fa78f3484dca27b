/// Where things lie in an evidence bundle, version 1.
///
/// A bundle is a ``StoredZip`` of one folder, named like the incident, which is a BagIt bag
/// (RFC 8493). Every path in it is one of these; another one makes the bundle invalid.
///
///     bagit.txt                       the version of BagIt
///     README.txt                      what this is and how to check it, for people
///     data/log/checkpoint             the signed checkpoint, with cosignatures
///     data/log/vkeys.txt              the key of the log, then those of witnesses, one a line
///     data/log/checkpoint.tsr         optional: an RFC 3161 answer over the checkpoint's text
///     data/log/tsa.pem                optional: certificates to check that answer with
///     data/log/consistency            optional: an older tree is the beginning of this one
///     data/<document>                 what the incident looks like to people and programs
///     data/evidence/<index>/…         a record of evidence
///     data/journal/<index>/…          an entry of the journal
///     data/proofs/<index>.tlog-proof  for each of both: that it is in the log
///     data/redactions.ndjson          why groups are redacted, a line for each
///     data/statements/<name>.dsse.json    statements that the log key signed
///     data/attachments/<SHA-256>      files, named by their hash in lowercase hexadecimal
///     bag-info.txt                    about the bundle; its order of lines is fixed
///     manifest-sha256.txt             the SHA-256 of every file in data, in the archive's order
///     tagmanifest-sha256.txt          of the other files, but itself and the signature
///     signature                       a signed note about tagmanifest-sha256.txt
///
/// An index is the position in the log, in decimal. A record's folder always holds `entry.bin`,
/// the bytes of its ``LedgerEntry``. For each field group, in a record of evidence, there is either
/// `<group>.json`, the committed bytes, with `<group>.nonce`, the 32 bytes of the nonce, or
/// `<group>.commitment`, the commitment in 64 hexadecimal digits and a newline: the group is
/// redacted. The group `envelope` comes first and is always disclosed. Its member `groups` names
/// all groups in the order of the commitments, and each other group is an object whose only key is
/// its name. So neither names nor order can be changed. An entry of the journal has one group,
/// `event`, which may be any bytes. When the content was erased, only `erased.json` stands beside
/// `entry.bin`: an object that says what is known of the erasure.
///
/// Proofs are c2sp.org/tlog-proof files without extra data, each with the checkpoint of
/// `data/log/checkpoint`, byte for byte. `consistency` is the body of an `add-checkpoint` request
/// (c2sp.org/tlog-witness) with that checkpoint.
///
/// A redaction is a line `{"at":…,"by":…,"group":…,"index":…,"reason":…}` of JSON, written in that
/// order without spaces.
///
/// The text of the signature is three lines: `cordon.bundle/v1`, the name of the folder, and the
/// SHA-256 of `tagmanifest-sha256.txt` in hexadecimal. It is signed by the key of the log and by no
/// other. Through the manifests it covers every byte of every file, and their order.
public enum BundleLayout {
    /// The first line of what the log key signs about a bundle.
    public static let signatureHeader = "cordon.bundle/v1"
    /// The document without which there is no bundle.
    public static let incident = "incident.json"

    static let bagDeclaration = "bagit.txt"
    static let readme = "README.txt"
    static let bagInformation = "bag-info.txt"
    static let manifest = "manifest-sha256.txt"
    static let tagManifest = "tagmanifest-sha256.txt"
    static let signature = "signature"
    static let checkpoint = "data/log/checkpoint"
    static let verifierKeys = "data/log/vkeys.txt"
    static let timestamp = "data/log/checkpoint.tsr"
    static let timestampAuthority = "data/log/tsa.pem"
    static let consistency = "data/log/consistency"
    static let redactions = "data/redactions.ndjson"

    static let entryName = "entry.bin"
    static let erasedName = "erased.json"
    static let envelope = "envelope"
    static let event = "event"

    static func folder(_ kind: LedgerEntry.Kind, _ index: UInt64) -> String {
        switch kind {
        case .evidence: "data/evidence/\(index)"
        case .journalEvent: "data/journal/\(index)"
        }
    }

    static func proof(_ index: UInt64) -> String { "data/proofs/\(index).tlog-proof" }
    static func document(_ name: String) -> String { "data/\(name)" }
    static func statement(_ name: String) -> String { "data/statements/\(name).dsse.json" }
    static func attachment(_ hash: MerkleHash) -> String { "data/attachments/\(hash.hex)" }

    static func signedText(identifier: String, tagManifest: MerkleHash) -> String {
        "\(signatureHeader)\n\(identifier)\n\(tagManifest.hex)\n"
    }

    /// Whether a name is 1 to 100 letters, digits, `-`, `_` and `.`, and begins with no sign.
    static func isName(_ name: some StringProtocol) -> Bool {
        let bytes = name.utf8
        guard let first = bytes.first, bytes.count <= 100 else { return false }
        return isAlphanumeric(first)
            && bytes.allSatisfy { isAlphanumeric($0) || "-_.".utf8.contains($0) }
    }

    /// Whether a group may have that name: lowercase letters, digits, `-` and `_`, after a letter.
    static func isGroup(_ name: some StringProtocol) -> Bool {
        guard let first = name.utf8.first, name.utf8.count <= 64,
            (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(first)
        else { return false }
        return name != "entry" && name != "erased"
            && name.utf8.allSatisfy {
                (isAlphanumeric($0) && !(0x41...0x5a).contains($0)) || "-_".utf8.contains($0)
            }
    }

    /// Whether a document may have that name.
    static func isDocument(_ name: some StringProtocol) -> Bool {
        isName(name) && "data/\(name)" != redactions
            && !["attachments", "evidence", "journal", "log", "proofs", "statements"]
                .contains(where: { $0 == name })
    }

    private static func isAlphanumeric(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "a")...UInt8(ascii: "z"):
            true
        default: false
        }
    }
}

/// What a path in a bundle is for.
enum BundlePlace: Hashable {
    struct Folder: Hashable {
        var kind: LedgerEntry.Kind
        var index: UInt64
        var path: String { BundleLayout.folder(kind, index) }
    }

    /// A file with a fixed path, of which the layout has each at most once.
    case fixed
    case document
    case record(Folder, file: String)
    case proof(index: UInt64)
    case statement
    case attachment(MerkleHash)

    /// Finds the purpose of a path, or gives nil when the layout has no such path.
    init?(_ path: String) {
        let names = path.split(separator: "/", omittingEmptySubsequences: false)
        if BundlePlace.fixedPaths.contains(path) {
            self = .fixed
        } else if names.count == 2, names[0] == "data", BundleLayout.isDocument(names[1]) {
            self = .document
        } else if names.count == 4, names[0] == "data", let kind = BundlePlace.kinds[names[1]],
            let index = ExactText.decimal(names[2].utf8)
        {
            self = .record(Folder(kind: kind, index: index), file: String(names[3]))
        } else if names.count == 3, names[0] == "data" {
            self.init(folder: names[1], name: names[2])
        } else {
            return nil
        }
    }

    private static let fixedPaths: Set<String> = [
        BundleLayout.bagDeclaration, BundleLayout.readme, BundleLayout.bagInformation,
        BundleLayout.manifest, BundleLayout.tagManifest, BundleLayout.signature,
        BundleLayout.checkpoint, BundleLayout.verifierKeys, BundleLayout.timestamp,
        BundleLayout.timestampAuthority, BundleLayout.consistency, BundleLayout.redactions,
    ]

    private static let kinds: [Substring: LedgerEntry.Kind] = [
        "evidence": .evidence, "journal": .journalEvent,
    ]

    private init?(folder: Substring, name: Substring) {
        switch folder {
        case "proofs":
            guard name.hasSuffix(".tlog-proof"),
                let index = ExactText.decimal(name.dropLast(".tlog-proof".count).utf8)
            else { return nil }
            self = .proof(index: index)
        case "statements":
            guard name.hasSuffix(".dsse.json"),
                BundleLayout.isName(name.dropLast(".dsse.json".count))
            else { return nil }
            self = .statement
        case "attachments":
            guard let hash = MerkleHash(hex: String(name)) else { return nil }
            self = .attachment(hash)
        default: return nil
        }
    }
}
