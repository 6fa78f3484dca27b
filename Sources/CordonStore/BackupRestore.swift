import Foundation

/// A backup on its way into a data directory, which is held meanwhile.
///
/// Everything that can be refused is refused when this is made; ``run()`` then copies the files
/// under another name and renames them. What a crash in the middle leaves:
///
/// - before the first rename: what was there, and a folder `.cordon-restoring` that the next
///   attempt removes;
/// - in a directory without a database: some files and at last a database without `ledger.key`,
///   with which no server starts;
/// - where a database is replaced: the old database, whole, with the same keys.
///
/// In each case the same restore can be run again, with `replaces` if files are there. The key
/// comes last into a directory that has none, because a key without its database would let a server
/// begin a second log under one name.
package final class BackupRestore: Sendable {
    package let backup: Backup
    package let target: String
    /// Where the database that was there lies now; set aside, not removed.
    package let setAside: String?
    /// How many entries that database has beyond the backup, as far as it can still be read.
    package let entriesBeyond: UInt64

    private let lock: DirectoryLock
    /// Keys that come from elsewhere, by their name in the data directory.
    private let givenKeys: [String: String]

    /// Holds the directory, made if need be, and refuses what must not be overwritten.
    ///
    /// - Parameters:
    ///   - backup: what is restored; whoever calls has verified it.
    ///   - target: the data directory.
    ///   - keys: files with the keys that the backup lacks, by their name in the data directory.
    ///   - replaces: whether a database that is there may be set aside.
    /// - Throws: ``BackupRefusal`` or `StoreError`, `.directoryInUse` while a server works there.
    package init(
        _ backup: Backup, to target: String, keys: [String: String], replaces: Bool
    ) throws {
        let target = Folder.absolute(target)
        if Folder(target).holds(backup.folder) || Folder(backup.folder).holds(target) {
            throw BackupRefusal("\(target) and the backup \(backup.folder) lie in one another")
        }
        try Folder(target).makeWithParents()
        self.backup = backup
        self.target = target
        givenKeys = keys
        lock = try DirectoryLock(directory: target)
        let hasDatabase = FileManager.default.fileExists(atPath: "\(target)/\(DataFile.database)")
        setAside = hasDatabase ? Self.freeName("\(target)/\(DataFile.database).replaced") : nil
        let sizeThere = hasDatabase ? Self.size(of: "\(target)/\(DataFile.database)") : 0
        entriesBeyond = sizeThere - min(sizeThere, backup.manifest.size)
        do {
            try refuseCompanions(hasDatabase: hasDatabase)
            if !replaces { try refuseOverwriting(hasDatabase: hasDatabase) }
            for name in DataFile.keys { try checkKey(name) }
        } catch {
            lock.release()
            throw error
        }
    }

    /// Lets others into the directory; can be called again.
    package func release() { lock.release() }

    /// Copies and renames; afterwards a server can start on the directory.
    ///
    /// - Throws: ``BackupDamage`` when a file of the backup is not what the manifest says, with
    ///   nothing changed; `StoreError`.
    package func run() throws {
        let staging = "\(target)/\(DataFile.restoring)"
        try removeIfThere(staging)
        try Folder(staging).make()
        let paths = try stage(in: staging)
        try setOldAside()
        for path in paths {
            for made in try Folder.makeAll(between: target, and: "\(target)/\(path)") {
                try Folder(of: made).sync()
            }
            guard rename("\(staging)/\(path)", "\(target)/\(path)") == 0 else {
                throw StoreError(file: "\(target)/\(path)", errno)
            }
            // Each before the next: the order on the disk is what makes a crash harmless.
            try Folder(of: "\(target)/\(path)").sync()
        }
        try removeIfThere(staging)
        try Folder(target).sync()
    }

    /// Copies what is to be renamed, in the order in which it is renamed.
    private func stage(in staging: String) throws -> [String] {
        var paths: [String] = []
        for file in backup.manifest.files {
            let path = String(file.path.dropFirst(BackupManifest.dataName.count + 1))
            // A key file that is there has every key that is needed, and perhaps newer ones.
            if DataFile.keys.contains(path), isThere(path) { continue }
            _ = try Folder.makeAll(between: staging, and: "\(staging)/\(path)")
            let copied = try CopiedFile(
                copying: "\(backup.folder)/\(file.path)", to: "\(staging)/\(path)")
            guard copied.listed(as: file.path) == file else {
                try removeIfThere(staging)
                throw BackupDamage([
                    BackupFinding(path: file.path, message: "its bytes have changed")
                ])
            }
            paths.append(path)
        }
        for (name, source) in givenKeys where !isThere(name) && !paths.contains(name) {
            _ = try CopiedFile(copying: source, to: "\(staging)/\(name)")
            paths.append(name)
        }
        return paths.sorted { (Self.turn($0), $0) < (Self.turn($1), $1) }
    }

    private static func turn(_ path: String) -> Int {
        switch path {
        case DataFile.masterKey: 1
        case DataFile.database: 2
        case DataFile.ledgerKey: 3
        default: 0
        }
    }

    /// Gives the database that is there a second name, which it keeps when it is replaced.
    private func setOldAside() throws {
        guard let setAside else { return }
        let database = "\(target)/\(DataFile.database)"
        guard link(database, setAside) == 0 else { throw StoreError(file: setAside, errno) }
        // They are empty, as was looked at, and belong to no other database.
        for companion in Self.companions { try removeIfThere(database + companion) }
        // It speaks of entries that the restored log may not have, and is made anew.
        try removeIfThere("\(target)/\(DataFile.search)")
        try Folder(target).sync()
    }

    private static let companions = ["-wal", "-shm", "-journal"]

    /// A log of changes beside a database is part of it: it must not meet another database.
    private func refuseCompanions(hasDatabase: Bool) throws {
        let database = "\(target)/\(DataFile.database)"
        for companion in Self.companions {
            let path = database + companion
            var found = stat()
            guard lstat(path, &found) == 0 else { continue }
            guard hasDatabase else {
                throw BackupRefusal(
                    "\(path) is left of a database that is gone: move it away, and keep it as long "
                        + "as that one may still be repaired")
            }
            // After a clean stop the log is empty, and the index beside it says nothing.
            guard companion != "-shm", found.st_size > 0 else { continue }
            throw BackupRefusal(
                "\(path) holds changes that are not in \(DataFile.database) yet: start and stop "
                    + "the server on \(target) once, or move both files away together")
        }
    }

    private func refuseOverwriting(hasDatabase: Bool) throws {
        if hasDatabase {
            throw BackupRefusal(
                "\(target) holds a database: choose another directory, or set it aside with "
                    + "--replace")
        }
        for file in backup.manifest.files {
            let path = String(file.path.dropFirst(BackupManifest.dataName.count + 1))
            guard !DataFile.keys.contains(path), isThere(path) else { continue }
            throw BackupRefusal(
                "\(target)/\(path) is there already: choose another directory, or overwrite it "
                    + "with --replace")
        }
    }

    /// A key must come from somewhere, be the right one, and never take the place of another.
    private func checkKey(_ name: String) throws {
        let path = "\(BackupManifest.dataName)/\(name)"
        let isCopied = backup.manifest.files.contains { $0.path == path }
        let isOwed = backup.manifest.leftOut.contains { $0.path == name }
        guard isCopied || isOwed else {
            guard givenKeys[name] == nil else {
                throw BackupRefusal("the Cordon that was backed up had no \(name)")
            }
            return
        }
        if isOwed, givenKeys[name] == nil, !isThere(name) {
            let option = name == DataFile.ledgerKey ? "--ledger-key" : "--master-key"
            throw BackupRefusal("the backup was made without \(name): name it with \(option) FILE")
        }
        let there = isThere(name) ? "\(target)/\(name)" : nil
        for source in [there, givenKeys[name]].compactMap(\.self) {
            guard try isRight(source, for: name) else {
                throw BackupRefusal(
                    source == there
                        ? "\(source) lacks a key of this backup: move it to a safe place first"
                        : "\(source) lacks a key of this backup")
            }
        }
    }

    private func isRight(_ source: String, for name: String) throws -> Bool {
        if name == DataFile.ledgerKey {
            return try DataFile.verifierKey(source) == backup.manifest.verifierKey
        }
        guard let lines = try DataFile.keyDigests(source) else {
            throw BackupRefusal("there is no \(source)")
        }
        let copied = "\(backup.folder)/\(BackupManifest.dataName)/\(name)"
        let needed =
            try backup.manifest.leftOut.first { $0.path == name }?.digests
            ?? DataFile.keyDigests(copied) ?? []
        // A key that came later is needed for what it wraps, and does no harm here.
        return Set(lines).isSuperset(of: needed)
    }

    private func isThere(_ path: String) -> Bool {
        FileManager.default.fileExists(atPath: "\(target)/\(path)")
    }

    private func removeIfThere(_ path: String) throws {
        guard FileManager.default.fileExists(atPath: path) else { return }
        do {
            try FileManager.default.removeItem(atPath: path)
        } catch {
            throw StoreError.misconfigured("\(path) cannot be removed")
        }
    }

    /// How many entries a database has, or 0 when it does not say: it may be restored because it is
    /// damaged.
    private static func size(of database: String) -> UInt64 {
        guard let note = try? SQLiteSnapshot.newestCheckpoint(in: database) else { return 0 }
        // Only to be told, so that the signature does not matter.
        let lines = note.split(separator: "\n", omittingEmptySubsequences: false)
        return lines.count > 1 ? UInt64(lines[1]) ?? 0 : 0
    }

    private static func freeName(_ stem: String) -> String {
        var number = 1
        while FileManager.default.fileExists(atPath: "\(stem)-\(number)") { number += 1 }
        return "\(stem)-\(number)"
    }
}
