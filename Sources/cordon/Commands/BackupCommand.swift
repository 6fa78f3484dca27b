import ArgumentParser
import CordonAPI
import CordonClient
import CordonCore
import CordonLedger
import CordonOperations
import CordonStore
import Foundation

/// Copies everything, checks copies and puts them back: `cordon backup`.
struct BackupCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "backup", abstract: "Make, verify and restore backups.",
        discussion: """
            Examples:
              cordon backup create /backup/2026-11-24
              cordon backup verify /backup/2026-11-24 --key ledger.vkey
              cordon backup restore /backup/2026-11-24 --data /var/lib/cordon
            """,
        subcommands: [Create.self, Verify.self, Restore.self])

    struct Create: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Copy everything into a new folder, while the server runs.",
            discussion: """
                Examples:
                  cordon backup create /backup/2026-11-24
                  cordon backup create /backup/2026-11-24 --data /var/lib/cordon --without-keys

                The folder must not be there yet, or be empty. It has its name only when the backup
                is whole and on the disk. With the keys in it, a backup is as secret as the data.
                """)

        @Argument(help: "The folder to make.")
        var folder: String
        @OptionGroup var options: DataOptions
        @Flag(help: "Leave out ledger.key and master.key; a restore then asks for them.")
        var withoutKeys = false
        @Flag(help: "Print JSON.")
        var json = false

        func run() async throws {
            let settings = try BackupCommand.settings(options)
            try await BackupCommand.explaining(json: json) {
                let backup = try Backup.create(
                    of: settings.data, in: folder, withKeys: !withoutKeys, at: Outside.real.now(),
                    by: CordonVersion.text)
                BackupText(backup).tell(json: json, create)
            }
        }

        private func create(_ text: BackupText) -> [String] {
            ["Backed up to \(text.backup.folder): \(text.files).", text.log, text.keys]
        }
    }

    struct Verify: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Check every file, and work the whole log out anew.",
            discussion: """
                Examples:
                  cordon backup verify /backup/2026-11-24
                  cordon backup verify /backup/2026-11-24 --key ledger.vkey

                The database is opened as a copy in TMPDIR; the backup is only read. Without --key
                the backup is compared with itself alone.

                Exit codes: 0 whole, 2 no backup, 4 something does not hold.
                """)

        @Argument(help: "The backup's folder.")
        var folder: String
        @Option(help: "The log's verifier key, or a file with it.")
        var key: String?
        @Flag(help: "Print JSON.")
        var json = false

        func run() async throws {
            let key = try key.map(BackupCommand.verifier)
            try await BackupCommand.explaining(json: json) {
                let backup = try Backup(opening: folder)
                let check = try await BackupCheck.of(backup, key: key)
                BackupText(backup, check.findings).tell(json: json) { text in
                    guard check.findings.isEmpty else {
                        return ["Found:"] + check.findings.map { "  \($0)" }
                    }
                    let hint = "; that is its own word: compare it, or name yours with --key"
                    let unopened =
                        check.unopened == 0
                        ? []
                        : [
                            "The content of \(check.unopened) records of evidence was not "
                                + "opened, because the backup was made without master.key."
                        ]
                    return [
                        "Made \(backup.manifest.createdAt.rfc3339) by Cordon "
                            + "\(backup.manifest.cordon): \(text.files), all as they were written.",
                        text.log, "Everything stored is what the journal says.",
                    ] + unopened + [
                        "Signed by \(backup.manifest.verifierKey)\(key == nil ? hint : "")",
                        text.keys,
                    ]
                }
                if !check.findings.isEmpty { throw ExitStatus.invalid.code }
            }
        }
    }

    struct Restore: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Verify a backup and make a data directory of it.",
            discussion: """
                Examples:
                  cordon backup restore /backup/2026-11-24 --data /var/lib/cordon
                  cordon backup restore /backup/2026-11-24 --replace
                  cordon backup restore /backup/2026-11-24 --ledger-key ledger.key \\
                      --master-key master.key

                The server has to be stopped. A database that is there is kept under another name.
                What was recorded after the backup is not in it: see docs/operations.md before you
                start the server.

                Exit codes: 0 restored, 2 refused and nothing changed, 4 the backup is damaged and
                nothing was changed.
                """)

        @Argument(help: "The backup's folder.")
        var folder: String
        @OptionGroup var options: DataOptions
        @Flag(help: "Take the place of the database that is there.")
        var replace = false
        @Option(help: ArgumentHelp("The key, if the backup lacks it.", valueName: "file"))
        var ledgerKey: String?
        @Option(help: ArgumentHelp("The key, if the backup lacks it.", valueName: "file"))
        var masterKey: String?
        @Flag(help: "Print JSON.")
        var json = false

        func run() async throws {
            let settings = try BackupCommand.settings(options)
            let keys = [DataFile.ledgerKey: ledgerKey, DataFile.masterKey: masterKey]
                .compactMapValues(\.self)
            try await BackupCommand.explaining(json: json) {
                let restore = try BackupRestore(
                    try Backup(opening: folder), to: settings.data, keys: keys, replaces: replace)
                defer { restore.release() }
                let check = try await BackupCheck.of(restore.backup, key: nil)
                guard check.findings.isEmpty else { throw BackupDamage(check.findings) }
                try restore.run()
                BackupText(restore.backup).tell(json: json) { lines($0, restore) }
            }
        }

        private func lines(_ text: BackupText, _ restore: BackupRestore) -> [String] {
            let made = restore.backup.manifest.createdAt.rfc3339
            var lines = ["Restored to \(restore.target): \(text.files).", text.log]
            if let setAside = restore.setAside {
                lines.append("The database that was there is now \(setAside).")
                if restore.entriesBeyond > 0 {
                    lines.append(
                        "It has \(restore.entriesBeyond) acknowledged entries more, which the "
                            + "restored log has not.")
                }
            }
            return lines + [
                "The log goes on from there, without what was recorded after \(made).",
                "A head register or a witness that knows a longer log will refuse it: "
                    + "docs/operations.md says what to do then.",
            ]
        }
    }
}

extension BackupCommand {
    /// Where the data lies, which must not be PostgreSQL.
    fileprivate static func settings(_ options: DataOptions) throws -> Settings {
        let settings = try Settings.read(
            options, listen: nil, environment: ProcessInfo.processInfo.environment)
        guard case .sqlite = settings.engine else {
            throw CommandFault(
                "the data is in PostgreSQL: back it up with pg_dump, together with ledger.key and "
                    + "master.key in \(settings.data)")
        }
        return settings
    }

    /// One place that says which error is which exit code.
    fileprivate static func explaining(json: Bool, _ body: () async throws -> Void) async throws {
        do {
            try await body()
        } catch let error as BackupRefusal {
            throw CommandFault(error.description)
        } catch let error as StoreError {
            throw CommandFault(error.description)
        } catch let damage as BackupDamage {
            if json { Console.say(BackupText.json(damage.findings)) }
            Console.complain("cordon: the backup is damaged; nothing was changed:")
            damage.findings.forEach { Console.complain("  \($0)") }
            throw ExitStatus.invalid.code
        }
    }

    fileprivate static func verifier(_ key: String) throws -> NoteVerifier {
        // A key has two plus signs; a file with such a name is not worth guessing about.
        let isKey = key.split(separator: "+", omittingEmptySubsequences: false).count >= 3
        let text = isKey ? key : try InputFile.text(key)
        do {
            return try NoteVerifier(text.trimmingCharacters(in: .whitespacesAndNewlines))
        } catch {
            throw CommandFault("\(isKey ? "--key" : key) is no verifier key: \(error)")
        }
    }
}

/// What is said about a backup, to people or as JSON.
private struct BackupText {
    let backup: Backup
    let findings: [BackupFinding]

    init(_ backup: Backup, _ findings: [BackupFinding] = []) {
        self.backup = backup
        self.findings = findings
    }

    func tell(json: Bool, _ lines: (BackupText) -> [String]) {
        if json { Console.say(text) } else { Console.say(lines(self)) }
    }

    var files: String {
        let count = backup.manifest.files.count
        let size = backup.manifest.files.reduce(UInt64(0)) { $0 + $1.size }
        return "\(count) \(count == 1 ? "file" : "files"), \(size) bytes"
    }

    var log: String {
        let size = backup.manifest.size
        return "The log has \(size) \(size == 1 ? "entry" : "entries"), root "
            + "\(backup.manifest.root)."
    }

    var keys: String {
        let leftOut = backup.manifest.leftOut.map(\.path)
        return leftOut.isEmpty
            ? "The keys are in it: keep it as secret as the data itself."
            : "Left out: \(leftOut.joined(separator: " and ")). A restore asks for what is "
                + "missing: keep it elsewhere."
    }

    private var text: String {
        let manifest = backup.manifest
        let view: JSONValue = [
            "folder": .string(backup.folder), "created_at": .string(manifest.createdAt.rfc3339),
            "cordon": .string(manifest.cordon), "verifier_key": .string(manifest.verifierKey),
            "checkpoint": .string(manifest.checkpoint),
            "size": .integer(Int64(clamping: manifest.size)), "root": .string(manifest.root),
            "files": .integer(Int64(manifest.files.count)),
            "left_out": .array(manifest.leftOut.map { .string($0.path) }),
            "whole": .bool(findings.isEmpty), "findings": Self.list(findings),
        ]
        return String(decoding: view.encoded(pretty: true), as: UTF8.self)
    }

    static func json(_ findings: [BackupFinding]) -> String {
        let view: JSONValue = ["whole": false, "findings": list(findings)]
        return String(decoding: view.encoded(pretty: true), as: UTF8.self)
    }

    private static func list(_ findings: [BackupFinding]) -> JSONValue {
        .array(
            findings.map { ["path": .string($0.path), "message": .string($0.message)] })
    }
}
