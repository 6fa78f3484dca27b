import CordonCore
import CordonLedger
import CordonOperations
import CordonStore
import Foundation

/// A backup looked at whole: its files, its database, and the log that its entries make.
struct BackupCheck {
    /// What is not as it was written, the files first; empty when all is well.
    let findings: [BackupFinding]
    /// Records whose content was not looked at, because the backup was made without the key.
    let unopened: UInt64

    /// Reads everything; the database is opened as a copy, because opening changes it.
    ///
    /// The key is the log's verifier key as it was kept elsewhere; without it, the backup is only
    /// compared with itself.
    static func of(_ backup: Backup, key: NoteVerifier?) async throws -> BackupCheck {
        var findings = try backup.damage()
        let manifest = backup.manifest
        if let key, key.verifierKey != manifest.verifierKey {
            findings.append(
                BackupFinding(
                    path: "manifest.json",
                    message: "the log is signed by \(manifest.verifierKey), not by "
                        + key.verifierKey))
        }
        let place = FileManager.default.temporaryDirectory
            .appending(path: "cordon-verify-\(Outside.real.newID())")
        do {
            try FileManager.default.createDirectory(
                at: place, withIntermediateDirectories: false,
                attributes: [.posixPermissions: 0o700])
        } catch {
            throw CommandFault("\(place.path) cannot be made: \(error)")
        }
        // What stays behind is only a copy, in a folder for its owner alone.
        defer { try? FileManager.default.removeItem(at: place) }
        var unopened: UInt64 = 0
        do {
            unopened = try await check(
                backup, copiedTo: "\(place.path)/\(DataFile.database)", &findings)
        } catch StoreError.full(let cause) {
            throw CommandFault(
                "there is no room to open a copy of the database: name a larger place in TMPDIR "
                    + "(\(cause))")
        } catch {
            // The files have said already what is wrong; what does not open then says no more.
            if findings.isEmpty { throw error }
        }
        return BackupCheck(findings: findings, unopened: unopened)
    }

    /// The keys that the backup holds; those that are damaged were found with the files.
    private static func masterKeys(_ backup: Backup) -> MasterKeys? {
        let path = "\(backup.folder)/data/\(DataFile.masterKey)"
        return (try? DurableFile(path).readText()).flatMap { try? MasterKeys(text: $0) }
    }

    private static func check(
        _ backup: Backup, copiedTo path: String, _ findings: inout [BackupFinding]
    ) async throws -> UInt64 {
        let manifest = backup.manifest
        try backup.copyDatabase(to: path)
        let contradiction = try backup.contradiction(inDatabase: path)
        let report = try await Operations.fsck(
            engine: .sqlite(path: path), verifierKey: manifest.verifierKey,
            masters: masterKeys(backup))
        findings += report.findings.map {
            BackupFinding(path: "data/\(DataFile.database)", message: "\($0)")
        }
        if let contradiction { findings.append(contradiction) }
        if let root = report.root,
            root.base64 != manifest.root || report.size != manifest.size
        {
            findings.append(
                BackupFinding(
                    path: "data/\(DataFile.database)",
                    message: "its entries make a log of \(report.size) with the root "
                        + "\(root.base64), not the one in the manifest"))
        }
        return report.unopened
    }
}
