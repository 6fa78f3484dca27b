import CordonLedger
import CordonOperations
import CordonTesting
import Foundation
import Testing

@testable import CordonStore

@Suite struct BackupRestoreTests {
    @Test func whatIsRestoredIsTheSameCordonAndGoesOn() async throws {
        try await withCordon { cordon in
            let backup = try cordon.backup("one")
            let target = "\(cordon.place)/deep/new"
            let restore = try BackupRestore(backup, to: target, keys: [:], replaces: false)
            try restore.run()
            restore.release()
            #expect(
                try names(target)
                    == ["cordon.sqlite", "ledger.key", "lock", "master.key", "witness"])
            #expect(try rights(target) == 0o700)
            #expect(try rights("\(target)/cordon.sqlite") == 0o600)
            #expect(try rights("\(target)/ledger.key") == 0o600)
            let before = try await cordon.leaves()
            let again = BackedUpCordon(
                cordon: try await Operations.forTesting(
                    engine: .sqlite(path: "\(target)/cordon.sqlite"), seed: 2),
                place: "\(cordon.place)/deep")
            defer { again.cordon.operations.store.close() }
            // The ids of a test begin anew with each Cordon, and ada has the first.
            for _ in before { _ = again.cordon.operations.outside.newID() }
            _ = try await again.cordon.account("bea")
            let after = try await again.leaves()
            #expect(after.count > before.count)
            #expect(Array(after.prefix(before.count)) == before)
            let report = try await again.cordon.operations.fsck()
            #expect(report.isClean, "\(report.findings)")
        }
    }

    @Test func aDirectoryInUseIsNotTouched() async throws {
        try await withCordon { cordon in
            let backup = try cordon.backup("one")
            let lock = try DirectoryLock(directory: cordon.data)
            defer { lock.release() }
            let before = try names(cordon.data)
            #expect(throws: StoreError.directoryInUse(directory: cordon.data, pid: Int(getpid()))) {
                try BackupRestore(backup, to: cordon.data, keys: [:], replaces: true)
            }
            #expect(try names(cordon.data) == before)
        }
    }

    @Test(arguments: ["-wal", "-shm", "-journal"])
    func whatIsLeftOfAnotherDatabaseIsRefused(_ companion: String) async throws {
        try await withCordon { cordon in
            let backup = try cordon.backup("one")
            let target = "\(cordon.place)/new"
            try Folder(target).make()
            try DurableFile("\(target)/cordon.sqlite\(companion)").write("changes")
            let refusal = #expect(throws: BackupRefusal.self) {
                try BackupRestore(backup, to: target, keys: [:], replaces: true)
            }
            #expect(refusal?.description.contains("cordon.sqlite\(companion)") == true)
            // Also beside a database that may be replaced, as long as it holds something.
            try DurableFile("\(target)/cordon.sqlite").write("a database")
            if companion == "-shm" {
                _ = try BackupRestore(backup, to: target, keys: [:], replaces: true)
            } else {
                let refusal = #expect(throws: BackupRefusal.self) {
                    try BackupRestore(backup, to: target, keys: [:], replaces: true)
                }
                #expect(refusal?.description.contains("start and stop") == true)
            }
        }
    }

    @Test func aDatabaseIsReplacedOnlyWhenAskedAndThenKept() async throws {
        try await withCordon { cordon in
            let backup = try cordon.backup("one")
            _ = try await cordon.cordon.account("bea")
            let size = UInt64(try await cordon.leaves().count)
            cordon.cordon.operations.store.close()
            let refusal = #expect(throws: BackupRefusal.self) {
                try BackupRestore(backup, to: cordon.data, keys: [:], replaces: false)
            }
            #expect(refusal?.description.contains("--replace") == true)
            let restore = try BackupRestore(backup, to: cordon.data, keys: [:], replaces: true)
            #expect(restore.entriesBeyond == size - backup.manifest.size)
            try restore.run()
            restore.release()
            let aside = "\(cordon.data)/cordon.sqlite.replaced-1"
            #expect(restore.setAside == aside)
            #expect(try SQLiteSnapshot.newestCheckpoint(in: aside)?.contains("\n\(size)\n") == true)
            let found = try SQLiteSnapshot.newestCheckpoint(in: "\(cordon.data)/cordon.sqlite")
            #expect(found == backup.manifest.checkpoint)
            #expect(!FileManager.default.fileExists(atPath: "\(cordon.data)/search"))
            // What was set aside is none of the next backup's, and the next has another name.
            #expect(
                try cordon.backup("two").manifest.files.map(\.path)
                    == backup.manifest.files.map(\.path))
            let next = try BackupRestore(backup, to: cordon.data, keys: [:], replaces: true)
            #expect(next.setAside == "\(cordon.data)/cordon.sqlite.replaced-2")
        }
    }

    @Test func aFileThatIsThereIsOverwrittenOnlyWhenAsked() async throws {
        try await withCordon { cordon in
            let backup = try cordon.backup("one")
            let target = "\(cordon.place)/new"
            let state = DurableFile("\(target)/witness/state.json")
            try Folder("\(target)/witness").makeWithParents()
            try state.write("{\"mine\": true}")
            let refusal = #expect(throws: BackupRefusal.self) {
                try BackupRestore(backup, to: target, keys: [:], replaces: false)
            }
            #expect(refusal?.description.contains("witness/state.json") == true)
            let restore = try BackupRestore(backup, to: target, keys: [:], replaces: true)
            try restore.run()
            #expect(try state.readText() == "{}")
        }
    }

    @Test func withoutItsKeysABackupAsksForThem() async throws {
        try await withCordon { cordon in
            let backup = try cordon.backup("one", withKeys: false)
            #expect(backup.manifest.leftOut.map(\.path) == ["ledger.key", "master.key"])
            #expect(try names("\(backup.folder)/data") == ["cordon.sqlite", "witness"])
            let target = "\(cordon.place)/new"
            let other = "\(cordon.place)/other.key"
            try DurableFile(other).write(
                try NoteSigner(name: "other", seed: Array(repeating: 9, count: 32)).privateKeyText)
            let ledger = "\(cordon.data)/ledger.key"
            // As an editor leaves it: another white space is no other key.
            let master = "\(cordon.place)/master.copy"
            try DurableFile(master).write(CordonKeys.master + " \n\n")
            let (ledgerName, masterName) = (DataFile.ledgerKey, DataFile.masterKey)
            for (keys, reason) in [
                ([:], "--ledger-key"), ([ledgerName: ledger], "--master-key"),
                ([masterName: master], "--ledger-key"),
                ([ledgerName: other, masterName: master], "other.key lacks a key"),
                ([ledgerName: ledger, masterName: other], "other.key lacks a key"),
                ([ledgerName: ledger, masterName: "/nowhere"], "no /nowhere"),
            ] as [([String: String], String)] {
                let refusal = #expect(throws: BackupRefusal.self) {
                    try BackupRestore(backup, to: target, keys: keys, replaces: false)
                }
                #expect(refusal?.description.contains(reason) == true, "\(keys) \(reason)")
            }
            let restore = try BackupRestore(
                backup, to: target, keys: [ledgerName: ledger, masterName: master], replaces: false)
            try restore.run()
            restore.release()
            #expect(try DurableFile("\(target)/master.key").read() == DurableFile(master).read())
            #expect(
                try DurableFile("\(target)/ledger.key").read() == DurableFile(ledger).read())
            // Keys that lie in the directory already will do.
            let second = "\(cordon.place)/second"
            try Folder(second).make()
            for name in DataFile.keys {
                _ = try CopiedFile(copying: "\(target)/\(name)", to: "\(second)/\(name)")
            }
            try BackupRestore(backup, to: second, keys: [:], replaces: false).run()
            #expect(FileManager.default.fileExists(atPath: "\(second)/cordon.sqlite"))
        }
    }

    @Test(arguments: [DataFile.ledgerKey, DataFile.masterKey])
    func theKeyOfAnotherCordonIsNeverOverwritten(_ name: String) async throws {
        try await withCordon { cordon in
            let backup = try cordon.backup("one")
            let target = "\(cordon.place)/new"
            try Folder(target).make()
            let key = try NoteSigner(name: "other", seed: Array(repeating: 9, count: 32))
            try DurableFile("\(target)/\(name)").write(key.privateKeyText)
            let refusal = #expect(throws: BackupRefusal.self) {
                try BackupRestore(backup, to: target, keys: [:], replaces: true)
            }
            #expect(refusal?.description.contains("lacks a key") == true)
            #expect(try DurableFile("\(target)/\(name)").readText() == key.privateKeyText)
        }
    }

    @Test func aMasterKeyFileWithNewerKeysIsKept() async throws {
        try await withCordon { cordon in
            let backup = try cordon.backup("one")
            let target = "\(cordon.place)/new"
            try Folder(target).make()
            let keys = DurableFile("\(target)/master.key")
            try keys.write("a newer key\n\(CordonKeys.master)")
            try BackupRestore(backup, to: target, keys: [:], replaces: false).run()
            #expect(try keys.readText() == "a newer key\n\(CordonKeys.master)")
        }
    }

    @Test func aFileThatChangedSinceItWasVerifiedStopsTheRestore() async throws {
        try await withCordon { cordon in
            let backup = try cordon.backup("one")
            let target = "\(cordon.place)/new"
            let restore = try BackupRestore(backup, to: target, keys: [:], replaces: false)
            let state = URL(filePath: "\(backup.folder)/data/witness/state.json")
            try Data("[]".utf8).write(to: state)
            #expect(throws: BackupDamage.self) { try restore.run() }
            #expect(try names(target) == ["lock"])
        }
    }
}
