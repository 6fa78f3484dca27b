import FoundationEssentials

/// One bundle while it is being verified: what is in it, and what was found out so far.
///
/// The steps are independent: each reports all that it finds wrong and the next begins.
struct BundleExamination {
    let verifier: BundleVerifier
    let files: BundleFiles
    var report = BundleReport()

    private let hashes: [String: MerkleHash]

    init(verifier: BundleVerifier, files: BundleFiles) {
        self.verifier = verifier
        self.files = files
        var hashes: [String: MerkleHash] = [:]
        for path in files.paths {
            guard let bytes = files.bytes(path) else { continue }
            hashes[path] = MerkleHash(hashing: bytes)
        }
        self.hashes = hashes
        report.identifier = files.folder
    }

    mutating func examine() {
        examineBag()
        examineManifests()
        examineSignature()
        examineLog()
        examineRecords()
        examineStatements()
        examineAttachments()
    }

    mutating func blame(_ place: String, _ message: String) {
        report.findings.append(BundleFinding(place: place, message: message))
    }

    /// Every file has its place in the layout, and those that every bundle has are there.
    private mutating func examineBag() {
        if files.folder == nil { blame("archive", "The files are not in one folder.") }
        for (path, place) in files.places where place == nil {
            blame(path, "The layout of a bundle has no such file.")
        }
        let required = [
            BundleLayout.bagDeclaration, BundleLayout.readme, BundleLayout.checkpoint,
            BundleLayout.verifierKeys, BundleLayout.document(BundleLayout.incident),
            BundleLayout.bagInformation, BundleLayout.manifest, BundleLayout.tagManifest,
            BundleLayout.signature,
        ]
        for path in required where files.bytes(path) == nil { blame(path, "The file is missing.") }
        compare(BundleLayout.bagDeclaration, with: Bag.declaration)
        let payload = files.paths.filter(Bag.isPayload)
        if let text = files.text(BundleLayout.bagInformation) {
            let size = payload.reduce(0) { $0 + files.size($1) }
            let description = BagDescription(text: text)
            if description?.text(size: size, files: payload.count).utf8.elementsEqual(text.utf8)
                != true
            {
                blame(
                    BundleLayout.bagInformation,
                    "It does not describe this bundle in the way that it is written.")
            } else if description?.identifier != files.folder {
                blame(BundleLayout.bagInformation, "The identifier is not the folder's name.")
            }
        }
    }

    /// Both manifests are written again from the files.
    private mutating func examineManifests() {
        let paths = files.paths
        let tags = paths.filter {
            !Bag.isPayload($0) && $0 != BundleLayout.tagManifest && $0 != BundleLayout.signature
        }
        examine(manifest: BundleLayout.manifest, of: paths.filter(Bag.isPayload))
        examine(manifest: BundleLayout.tagManifest, of: tags)
    }

    private mutating func examine(manifest: String, of paths: [String]) {
        guard let text = files.text(manifest) else {
            if files.bytes(manifest) != nil { blame(manifest, "The file is not text.") }
            return
        }
        let expected = paths.map { path in
            hashes[path].map { Bag.manifestLine($0, path) } ?? ""
        }
        guard !text.utf8.elementsEqual(expected.joined().utf8) else { return }
        blame(manifest, "It is not the list of the files and their hashes in this bundle.")
        let lines = Set(text.split(separator: "\n"))
        for (path, line) in zip(paths, expected) where !lines.contains(line.dropLast()) {
            blame(path, "\(manifest) does not list the file with the hash that it has.")
        }
        let present = Set(paths)
        for line in lines where line.utf8.count > 66 {
            let path = String(decoding: line.utf8.dropFirst(66), as: UTF8.self)
            if !present.contains(path) { blame(path, "\(manifest) lists it, but it is missing.") }
        }
    }

    /// The log key signed the manifest of manifests, and through it everything else.
    private mutating func examineSignature() {
        let place = BundleLayout.signature
        guard let note = files.text(place), let manifest = hashes[BundleLayout.tagManifest] else {
            if files.bytes(place) != nil { blame(place, "It cannot be checked.") }
            return
        }
        do {
            let text = try verifier.log.verify(note)
            let expected = BundleLayout.signedText(
                identifier: files.folder ?? "", tagManifest: manifest)
            if !text.utf8.elementsEqual(expected.utf8) {
                blame(place, "The log key signed another bundle than this.")
            } else if try SignedNote(parsing: note).signatures.count != 1 {
                blame(place, "It has other signatures than that of the log key.")
            }
        } catch {
            blame(place, error.description)
        }
    }

    private mutating func examineStatements() {
        for (path, place) in files.places {
            guard place == .statement, let bytes = files.bytes(path) else { continue }
            report.counts.statements += 1
            do {
                try DSSEEnvelope(text: bytes).verify(by: verifier.log)
            } catch {
                blame(path, error.description)
            }
        }
    }

    private mutating func examineAttachments() {
        for (path, place) in files.places {
            guard case .attachment(let name)? = place else { continue }
            report.counts.attachments += 1
            if hashes[path] != name { blame(path, "The SHA-256 of the file is not its name.") }
        }
    }

    private mutating func compare(_ path: String, with expected: String) {
        guard let bytes = files.bytes(path), !bytes.elementsEqual(expected.utf8) else { return }
        blame(path, "It is not as every bundle has it.")
    }
}
