package import CordonCore
import CordonLedger
import Crypto
import Foundation

/// A whole copy of a Cordon: a folder with a data directory and a manifest that vouches for it.
///
/// Only whole backups have the name that was asked for: it is made as `NAME.unfinished` and renamed
/// when everything in it is on the disk.
package struct Backup: Sendable {
    package let folder: String
    package let manifest: BackupManifest

    private init(_ folder: String, _ manifest: BackupManifest) {
        self.folder = folder
        self.manifest = manifest
    }

    /// Opens a backup, believing nothing but its manifest; see ``damage()``.
    ///
    /// - Throws: ``BackupRefusal``, ``BackupDamage`` or `StoreError`.
    package init(opening folder: String) throws {
        self.init(Folder.absolute(folder), try BackupManifest.read(in: Folder.absolute(folder)))
    }

    /// Copies a Cordon that keeps its data in SQLite, also while a server works on it.
    ///
    /// The small files come first and the database after them, so that what they say about the log
    /// is never newer than the log. Those that came to be meanwhile are copied at the end, because
    /// the database may already speak of them. A file that grows in place while the database speaks
    /// of its new part would not be caught: no such file is kept in a data directory.
    ///
    /// - Parameters:
    ///   - data: the data directory.
    ///   - folder: the backup's folder: not there yet, or empty.
    ///   - withKeys: whether `ledger.key` and `master.key` are copied as well.
    ///   - now: when it is made.
    ///   - version: of the program that makes it.
    /// - Returns: the backup, whole and on the disk.
    /// - Throws: ``BackupRefusal`` or `StoreError`; what was begun is removed.
    package static func create(
        of data: String, in folder: String, withKeys: Bool, at now: Instant, by version: String
    ) throws -> Backup {
        let source = BackupSource(data: Folder.absolute(data))
        let folder = Folder.absolute(folder)
        try source.check()
        try checkTarget(folder, for: source)
        let unfinished = Folder(folder + ".unfinished")
        guard try unfinished.make() else {
            throw BackupRefusal(
                "\(unfinished.path) is what another backup has begun: if none is running, remove it"
            )
        }
        do {
            let manifest = try source.copy(
                to: unfinished.path, withKeys: withKeys, at: now, by: version)
            guard rename(unfinished.path, folder) == 0 else {
                throw errno == EBUSY
                    ? BackupRefusal("\(folder) is where a disk is mounted: choose a folder on it")
                    : StoreError(file: folder, errno)
            }
            try Folder(of: folder).sync()
            return Backup(folder, manifest)
        } catch {
            // Nobody can use a part. What cannot be removed is named by the next attempt.
            try? FileManager.default.removeItem(atPath: unfinished.path)
            throw error
        }
    }

    /// Everything in the folder that is not as the manifest says, by reading all of it.
    package func damage() throws -> [BackupFinding] {
        var findings: [BackupFinding] = []
        for file in manifest.files {
            if let message = Self.complaint(about: file, in: folder) {
                findings.append(BackupFinding(path: file.path, message: message))
            }
        }
        let known = Set(
            manifest.files.map(\.path) + [BackupManifest.name, BackupManifest.digestName])
        for path in try Folder(folder).files() where !known.contains(path) {
            findings.append(BackupFinding(path: path, message: "it does not belong to the backup"))
        }
        return findings
    }

    private static func complaint(about file: BackupManifest.File, in folder: String) -> String? {
        do {
            let found = try CopiedFile(reading: "\(folder)/\(file.path)")
            if found.size != file.size { return "it has \(found.size) bytes, not \(file.size)" }
            return found.sha256 == file.sha256 ? nil : "its bytes have changed"
        } catch {
            return "it cannot be read (\(error))"
        }
    }

    /// Where the copied database lies; to be read, never to be opened as a database.
    private var databasePath: String {
        "\(folder)/\(BackupManifest.dataName)/\(DataFile.database)"
    }

    /// Copies the database, so that it can be opened and checked while the backup stays as it is.
    package func copyDatabase(to path: String) throws {
        _ = try CopiedFile(copying: databasePath, to: path)
    }

    /// What a copy of the database says against the manifest; nil when it ends as it should.
    package func contradiction(inDatabase path: String) throws -> BackupFinding? {
        let found = try SQLiteSnapshot.newestCheckpoint(in: path)
        return found == manifest.checkpoint
            ? nil
            : BackupFinding(
                path: "\(BackupManifest.dataName)/\(DataFile.database)",
                message: "its newest checkpoint is not the one in the manifest")
    }

    /// The folder must not be there, or be empty, and must not be copied into itself.
    private static func checkTarget(_ folder: String, for source: BackupSource) throws {
        if Folder(source.data).holds(folder) {
            throw BackupRefusal(
                "\(folder) lies in the data directory: choose a folder on another disk"
            )
        }
        let files = FileManager.default
        let parent = Folder(of: folder)
        guard files.fileExists(atPath: parent.path) else {
            throw BackupRefusal("there is no folder \(parent.path) to make the backup in")
        }
        if files.fileExists(atPath: folder) {
            let names = try? files.contentsOfDirectory(atPath: folder)
            guard names == [] else {
                throw BackupRefusal("\(folder) is there already and not an empty folder")
            }
        }
    }
}

/// A data directory that is being copied.
private struct BackupSource {
    let data: String

    func check() throws {
        for name in [DataFile.database, DataFile.ledgerKey]
        where !FileManager.default.fileExists(atPath: "\(data)/\(name)") {
            throw BackupRefusal(
                name == DataFile.database
                    ? "there is no Cordon in \(data)" : "\(data)/\(name) is missing: put it back")
        }
    }

    /// Fills the folder, the manifest last, and brings all of it to the disk.
    func copy(
        to folder: String, withKeys: Bool, at now: Instant, by version: String
    ) throws -> BackupManifest {
        let root = "\(folder)/\(BackupManifest.dataName)"
        try Folder(root).make()
        let keys = try keyDigests()
        let leftOut = withKeys ? [] : keys
        var folders = [root]
        var files: [BackupManifest.File] = []
        var seen = Set(leftOut.map(\.path))
        func copySmallFiles() throws {
            for path in try smallFiles() where seen.insert(path).inserted {
                let target = "\(root)/\(path)"
                folders += try Folder.makeAll(between: root, and: target)
                // One that has gone meanwhile is not in the data directory any more.
                guard let copied = try copyIfThere(path, to: target) else { continue }
                files.append(copied.listed(as: "\(BackupManifest.dataName)/\(path)"))
            }
        }
        try copySmallFiles()
        let database = "\(root)/\(DataFile.database)"
        try SQLiteSnapshot.take(of: "\(data)/\(DataFile.database)", to: database)
        files.append(
            try CopiedFile(reading: database)
                .listed(as: "\(BackupManifest.dataName)/\(DataFile.database)"))
        try copySmallFiles()
        let (note, checkpoint, verifierKey) = try end(of: database)
        guard try keyDigests() == keys else {
            throw BackupRefusal("a key in \(data) was changed during the backup: make it again")
        }
        for path in folders.reversed() { try Folder(path).sync() }
        let manifest = BackupManifest(
            format: BackupManifest.newestFormat, createdAt: now, cordon: version,
            verifierKey: verifierKey, checkpoint: note, size: checkpoint.size,
            root: checkpoint.root.base64, files: files.sorted { $0.path < $1.path },
            leftOut: leftOut)
        try manifest.write(in: folder)
        return manifest
    }

    private func copyIfThere(_ path: String, to target: String) throws -> CopiedFile? {
        let source = "\(data)/\(path)"
        do {
            return try CopiedFile(copying: source, to: target)
        } catch {
            guard !FileManager.default.fileExists(atPath: source) else { throw error }
            // What there is of the copy would be a file that the manifest does not name.
            unlink(target)
            return nil
        }
    }

    /// The newest checkpoint of the copied database, signed by the key beside the original.
    private func end(
        of database: String
    ) throws -> (note: String, checkpoint: Checkpoint, verifierKey: String) {
        guard let note = try SQLiteSnapshot.newestCheckpoint(in: database) else {
            throw BackupRefusal("the database holds nothing yet: start the server once")
        }
        let key = try DataFile.verifierKey("\(data)/\(DataFile.ledgerKey)")
        do {
            return (note, try Checkpoint.open(note, verifier: NoteVerifier(key)), key)
        } catch {
            throw BackupRefusal("\(data)/\(DataFile.ledgerKey) did not sign this log: \(error)")
        }
    }

    private func keyDigests() throws -> [BackupManifest.LeftOut] {
        try DataFile.keys.compactMap { name in
            try DataFile.keyDigests("\(data)/\(name)")
                .map { BackupManifest.LeftOut(path: name, digests: $0) }
        }
    }

    /// What is copied as it lies: everything but the database, its lock and what can be rebuilt.
    private func smallFiles() throws -> [String] {
        let paths = try Folder(data).files { DataFile.isLeftBehind($0) }
        // One that has gone, or cannot be read, is the copying's business.
        for path in paths where (try? SQLiteSnapshot.isDatabase("\(data)/\(path)")) == true {
            throw BackupRefusal(
                "\(data)/\(path) is a database that Cordon does not know: move it elsewhere")
        }
        return paths
    }
}

/// The names in a data directory.
package enum DataFile {
    package static let database = "cordon.sqlite"
    package static let ledgerKey = "ledger.key"
    package static let masterKey = "master.key"

    static let keys = [ledgerKey, masterKey]
    static let search = "search"
    static let restoring = ".cordon-restoring"

    /// The database comes by itself, the index is rebuilt, and the rest is of the moment.
    ///
    /// Names that begin with the database's are its companions and what a restore has set aside.
    static func isLeftBehind(_ path: String) -> Bool {
        ["lock", search, restoring].contains(path) || path.hasPrefix(database)
            || path.hasSuffix(DurableFile.newSuffix)
    }

    /// The public half of a ledger key in a file.
    static func verifierKey(_ path: String) throws -> String {
        guard let text = try DurableFile(path).readText() else {
            throw BackupRefusal("there is no \(path)")
        }
        do {
            return try NoteSigner(
                privateKeyText: text.trimmingCharacters(in: .whitespacesAndNewlines)
            ).verifierKey
        } catch {
            throw BackupRefusal("\(path) is no ledger key: \(error)")
        }
    }

    /// Tells one key from another, line by line; white space around them is the editor's.
    static func keyDigests(_ path: String) throws -> [String]? {
        try DurableFile(path).readText().map { text in
            text.split(whereSeparator: \.isNewline)
                .map { $0.trimmingCharacters(in: .whitespaces) }
                .filter { !$0.isEmpty }
                // Named, so that this digest of a key is of no use anywhere else.
                .map { Hex.sha256(Array("cordon backup key\n\($0)".utf8)) }
        }
    }
}
