import CordonCore
import CordonLedger
import CordonOperations
import CordonTesting
import Foundation
import Testing

@testable import CordonStore

@Suite struct BackupTests {
    @Test func aBackupOfARunningCordonIsWholeAndOnlyForItsOwner() async throws {
        try await withCordon { cordon in
            let backup = try cordon.backup("one")
            #expect(try backup.damage() == [])
            #expect(try names(backup.folder) == ["data", "manifest.json", "manifest.sha256"])
            #expect(
                backup.manifest.files.map(\.path)
                    == [
                        "data/cordon.sqlite", "data/ledger.key", "data/master.key",
                        "data/witness/state.json",
                    ])
            for file in backup.manifest.files {
                #expect(try rights("\(backup.folder)/\(file.path)") == 0o600)
            }
            for folder in ["", "/data", "/data/witness"] {
                #expect(try rights(backup.folder + folder) == 0o700)
            }
            #expect(try Backup(opening: backup.folder + "/").manifest == backup.manifest)
            let report = try await cordon.fsck(backup)
            #expect(report.isClean, "\(report.findings)")
            #expect(report.size == backup.manifest.size)
            #expect(report.root?.base64 == backup.manifest.root)
        }
    }

    @Test func backupsWhileOthersWriteAreEachOneMomentOfTheSameLog() async throws {
        try await withCordon { cordon in
            var backups: [Backup] = []
            try await withThrowingTaskGroup(of: Void.self) { group in
                for writer in 0..<4 {
                    group.addTask {
                        for number in 0..<25 {
                            _ = try await cordon.cordon.account("w\(writer)-\(number)")
                        }
                    }
                }
                for number in 0..<5 { backups.append(try cordon.backup("b\(number)")) }
                try await group.waitForAll()
            }
            let leaves = try await cordon.leaves()
            for backup in backups {
                let report = try await cordon.fsck(backup)
                #expect(report.isClean, "\(report.findings)")
                let prefix = leaves.prefix(Int(backup.manifest.size))
                #expect(Merkle.root(ofLeaves: Array(prefix)).base64 == backup.manifest.root)
            }
            // The live log was only read: what it holds is still all there.
            #expect(try await cordon.cordon.operations.fsck().isClean)
        }
    }

    @Test func aFlippedByteIsFoundWhereverItIsAndItsFileIsNamed() async throws {
        try await withCordon { cordon in
            let backup = try cordon.backup("one")
            let paths = try Folder(backup.folder).files()
            #expect(paths.count == 6)
            for path in paths {
                let file = URL(filePath: "\(backup.folder)/\(path)")
                let whole = try Data(contentsOf: file)
                for place in [0, whole.count / 2, whole.count - 1] {
                    var bytes = whole
                    bytes[place] ^= 1
                    try bytes.write(to: file)
                    // Of the manifest and its digest nobody can say which of them was changed.
                    let named = path == "manifest.sha256" ? "manifest.json" : path
                    #expect(found(backup.folder).contains(named), "\(path) at \(place)")
                }
                try whole.dropLast().write(to: file)
                #expect(!found(backup.folder).isEmpty)
                try whole.write(to: file)
                #expect(found(backup.folder) == [])
            }
        }
    }

    @Test func aFileTooManyOrTooFewIsFound() async throws {
        try await withCordon { cordon in
            let backup = try cordon.backup("one")
            let log = "\(backup.folder)/data/cordon.sqlite-wal"
            try DurableFile(log).write("stale")
            #expect(found(backup.folder) == ["data/cordon.sqlite-wal"])
            try FileManager.default.removeItem(atPath: log)
            try FileManager.default.removeItem(atPath: "\(backup.folder)/data/witness/state.json")
            #expect(found(backup.folder) == ["data/witness/state.json"])
            try FileManager.default.removeItem(atPath: "\(backup.folder)/manifest.json")
            #expect(throws: BackupRefusal.self) { try Backup(opening: backup.folder) }
        }
    }

    @Test func theFolderMustBeNewAndOutside() async throws {
        try await withCordon { cordon in
            let backup = try cordon.backup("one")
            for (name, reason) in [
                ("one", "not an empty folder"), ("data/backup", "in the data directory"),
                ("nowhere/backup", "no folder"),
            ] {
                let refusal = #expect(throws: BackupRefusal.self) { try cordon.backup(name) }
                #expect(refusal?.description.contains(reason) == true, "\(name)")
            }
            try Folder("\(cordon.place)/empty").make()
            #expect(try cordon.backup("empty").manifest.root == backup.manifest.root)
            try Folder("\(cordon.place)/two.unfinished").make()
            let refusal = #expect(throws: BackupRefusal.self) { try cordon.backup("two") }
            #expect(refusal?.description.contains("two.unfinished") == true)
        }
    }

    @Test func aBackupThatFailsLeavesNothing() async throws {
        try await withCordon { cordon in
            let other = try NoteSigner(name: "other", seed: Array(repeating: 9, count: 32))
            try DurableFile("\(cordon.data)/ledger.key").write(other.privateKeyText)
            let refusal = #expect(throws: BackupRefusal.self) { try cordon.backup("one") }
            #expect(refusal?.description.contains("did not sign") == true)
            try FileManager.default.removeItem(atPath: "\(cordon.data)/ledger.key")
            #expect(throws: BackupRefusal.self) { try cordon.backup("one") }
            #expect(try names(cordon.place) == ["data"])
        }
    }

    @Test func anUnknownDatabaseIsNotCopiedAsIfItLayStill() async throws {
        try await withCordon { cordon in
            try DurableFile("\(cordon.data)/other.db").write("SQLite format 3\0 and so on")
            let refusal = #expect(throws: BackupRefusal.self) { try cordon.backup("one") }
            #expect(refusal?.description.contains("other.db") == true)
        }
    }

    @Test(arguments: ["data/../../x", "x", "data//x", "/data/x", "data/./x", "data"])
    func aManifestCannotLeadOutOfTheFolder(_ path: String) async throws {
        try await withCordon { cordon in
            let manifest = try cordon.backup("one").manifest
            let file = BackupManifest.File(path: path, size: 0, sha256: "")
            let folder = "\(cordon.place)/one"
            try manifest.with(files: manifest.files + [file]).write(in: folder)
            #expect(throws: BackupDamage.self) { try Backup(opening: folder) }
        }
    }

    @Test func aNewerFormatIsRefusedRatherThanGuessed() async throws {
        try await withCordon { cordon in
            let manifest = try cordon.backup("one").manifest
            try manifest.with(format: 2).write(in: "\(cordon.place)/one")
            let refusal = #expect(throws: BackupRefusal.self) {
                try Backup(opening: "\(cordon.place)/one")
            }
            #expect(refusal?.description.contains("format 2") == true)
        }
    }

    private func found(_ folder: String) -> [String] {
        do {
            return try Backup(opening: folder).damage().map(\.path)
        } catch let damage as BackupDamage {
            return damage.findings.map(\.path)
        } catch {
            return ["\(error)"]
        }
    }
}

extension BackupManifest {
    fileprivate func with(format: Int? = nil, files: [File]? = nil) -> BackupManifest {
        BackupManifest(
            format: format ?? self.format, createdAt: createdAt, cordon: cordon,
            verifierKey: verifierKey, checkpoint: checkpoint, size: size, root: root,
            files: files ?? self.files, leftOut: leftOut)
    }
}

/// A Cordon that works on a data directory of its own, and a place for its backups.
struct BackedUpCordon: Sendable {
    let cordon: TestCordon
    let place: String

    var data: String { "\(place)/data" }

    func backup(_ name: String, withKeys: Bool = true) throws -> Backup {
        try Backup.create(
            of: data, in: "\(place)/\(name)", withKeys: withKeys, at: TestClock.start, by: "test")
    }

    /// Checks a copy of the backup's database.
    func fsck(_ backup: Backup) async throws -> FsckReport {
        try await withFolder { folder in
            let path = "\(folder)/cordon.sqlite"
            try backup.copyDatabase(to: path)
            #expect(try backup.contradiction(inDatabase: path) == nil)
            return try await Operations.fsck(
                engine: .sqlite(path: path), verifierKey: backup.manifest.verifierKey,
                masters: MasterKeys(first: Array(repeating: 9, count: 32)))
        }
    }

    func leaves() async throws -> [MerkleHash] {
        try await cordon.operations.store.read { transaction in
            try transaction.journalRows(from: 0, limit: 100_000).compactMap { MerkleHash($0.leaf) }
        }
    }
}

enum CordonKeys {
    /// Two keys, as a file has them after a rotation.
    static let master = "head\n2 second\n1 first\n"
}

func withCordon(_ body: (BackedUpCordon) async throws -> Void) async throws {
    try await withFolder { place in
        let data = "\(place)/data"
        try Folder(data).make()
        try Folder("\(data)/witness").make()
        try Folder("\(data)/search").make()
        let signer = try NoteSigner(name: "cordon.test", seed: Array(repeating: 7, count: 32))
        for (name, text) in [
            ("ledger.key", signer.privateKeyText + "\n"), ("master.key", CordonKeys.master),
            ("witness/state.json", "{}"), ("search/index", "can be made anew"),
            ("half.new", "not finished"), ("lock", "17\n"),
        ] {
            try DurableFile("\(data)/\(name)").write(text)
        }
        let cordon = try await Operations.forTesting(engine: .sqlite(path: "\(data)/cordon.sqlite"))
        defer { cordon.operations.store.close() }
        _ = try await cordon.account("ada")
        try await body(BackedUpCordon(cordon: cordon, place: place))
    }
}
