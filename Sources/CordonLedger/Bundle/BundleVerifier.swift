public import FoundationEssentials

/// Verifies evidence bundles (``BundleLayout``) offline.
///
/// What is trusted comes from elsewhere: the key of the log, the keys of witnesses, a checkpoint
/// seen before. The keys in the bundle are only compared. A valid bundle means: every byte is
/// covered by the log key's signature; every record and journal entry is in the log at its place,
/// and what is disclosed of it is what was committed to; nothing else is in the bundle. It does
/// not mean that the log holds all that happened, nor that the documents tell it truly.
///
/// Everything is looked at even when something is wrong, except after a damaged header of the
/// archive, where the files can no longer be told apart.
public struct BundleVerifier: Sendable {
    /// The key of the log.
    public let log: NoteVerifier
    /// The keys of witnesses whose cosignatures count.
    public let witnesses: [CosignatureVerifier]
    /// A checkpoint of the log that was seen, and verified, elsewhere.
    public let known: Checkpoint?

    /// Makes a verifier from what is trusted.
    public init(log: NoteVerifier, witnesses: [CosignatureVerifier] = [], known: Checkpoint? = nil)
    {
        self.log = log
        self.witnesses = witnesses
        self.known = known
    }

    /// Verifies a whole bundle; a file mapped into memory will do.
    public func verify(_ archive: Data) -> BundleReport {
        let contents = StoredZipContents(reading: archive)
        guard contents.isReadable else { return BundleReport(findings: contents.findings) }
        let files = BundleFiles(archive: archive, entries: contents.entries)
        var examination = BundleExamination(verifier: self, files: files)
        examination.report.findings = contents.findings.map(files.relative)
        examination.examine()
        return examination.report
    }
}

/// The files of a bundle by their path in its folder.
struct BundleFiles {
    /// The folder, or nil when the files are not in one.
    let folder: String?
    /// The paths in the order of the archive, and what each is for.
    let places: [(path: String, place: BundlePlace?)]

    private let archive: Data
    private let ranges: [String: Range<Int>]

    init(archive: Data, entries: [StoredZipContents.Entry]) {
        let folder = entries.first?.path.split(separator: "/").first.map(String.init)
        let prefix = (folder ?? "") + "/"
        var places: [(String, BundlePlace?)] = []
        var ranges: [String: Range<Int>] = [:]
        var isOneFolder = true
        for entry in entries {
            isOneFolder = isOneFolder && entry.path.utf8.starts(with: prefix.utf8)
            let path = BundleFiles.path(entry.path, without: prefix)
            places.append((path, BundlePlace(path)))
            ranges[path] = entry.range
        }
        self.archive = archive
        self.folder = isOneFolder ? folder : nil
        self.places = places
        self.ranges = ranges
    }

    var paths: [String] { places.map(\.path) }

    private static func path(_ path: String, without prefix: String) -> String {
        guard path.utf8.starts(with: prefix.utf8) else { return path }
        return String(decoding: path.utf8.dropFirst(prefix.utf8.count), as: UTF8.self)
    }

    /// A place in the archive as one in the folder, when it is a file there.
    func relative(_ finding: BundleFinding) -> BundleFinding {
        BundleFinding(
            place: BundleFiles.path(finding.place, without: (folder ?? "") + "/"),
            message: finding.message)
    }

    func size(_ path: String) -> Int { ranges[path]?.count ?? 0 }

    /// The bytes of a file, not copied, or nil when there is none.
    func bytes(_ path: String) -> Data? {
        guard let range = ranges[path] else { return nil }
        let start = archive.startIndex
        return archive[start + range.lowerBound..<start + range.upperBound]
    }

    /// A file as text, or nil when there is none or it is not UTF-8.
    func text(_ path: String) -> String? {
        bytes(path).flatMap { String(validating: $0, as: UTF8.self) }
    }
}
