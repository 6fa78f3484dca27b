import ArgumentParser
import CordonAPI
import CordonClient
import CordonLedger
import CordonOperations
import CordonStore
import Foundation

/// `cordon fsck`: works everything out anew from the journal.
struct Fsck: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "fsck", abstract: "Check that everything stored is what the journal says.",
        discussion: """
            Examples:
              cordon fsck
              cordon fsck --data /var/lib/cordon --json

            The server has to be stopped. Exit codes: 0 nothing found, 2 the directory is in use or
            cannot be read, 4 something does not hold.
            """)

    @OptionGroup var options: DataOptions
    @Flag(help: "Print JSON.")
    var json = false

    func run() async throws {
        let settings = try Settings.read(
            options, listen: nil, environment: ProcessInfo.processInfo.environment)
        let lock = try Self.lock(settings)
        defer { lock.release() }
        let report: FsckReport
        do {
            // Not through an opened Cordon: a damaged database could not be opened at all.
            report = try await Operations.fsck(
                engine: settings.engine, verifierKey: try Self.verifierKey(settings),
                masters: try masterKeys(settings))
        } catch let error as StoreError {
            throw CommandFault(error.description)
        }
        if json {
            Console.say(String(decoding: Self.view(report).encoded(pretty: true), as: UTF8.self))
        } else {
            Console.say(Self.lines(report))
        }
        if !report.isClean || report.unopened > 0 { throw ExitStatus.invalid.code }
    }

    private static func lock(_ settings: Settings) throws -> DirectoryLock {
        let files = FileManager.default
        let database = settings.data + "/cordon.sqlite"
        let isThere =
            settings.database == nil
            ? files.fileExists(atPath: database) : files.fileExists(atPath: settings.data)
        guard isThere else { throw CommandFault("there is no Cordon in \(settings.data)") }
        do {
            return try DirectoryLock(directory: settings.data)
        } catch let error as StoreError {
            throw CommandFault(error.description)
        }
    }

    /// The key's public half: the private one is needed for nothing here.
    private static func verifierKey(_ settings: Settings) throws -> String {
        let path = "\(settings.data)/ledger.key"
        let text = try InputFile.secret(path)
        do {
            return try NoteSigner(privateKeyText: text).verifierKey
        } catch {
            throw CommandFault("\(path) is no ledger key: \(error)")
        }
    }

    private static func lines(_ report: FsckReport) -> [String] {
        var lines = Console.table(
            ["TABLE", "ROWS"], report.rows.map { [$0.table, "\($0.count)"] })
        lines.append(
            "\(report.events) events, \(report.records) records of evidence, "
                + "\(report.checkpoints) signed checkpoints.")
        if report.unopened > 0 {
            lines.append(
                "The content of \(report.unopened) records could not be opened: there is no "
                    + "\(DataFile.masterKey). Everything else was checked.")
        }
        if let root = report.root { lines.append("Root \(root.base64)") }
        guard !report.isClean else { return lines + ["Nothing was found."] }
        lines.append("Found, the first damage first:")
        lines += report.findings.map { "  \($0)" }
        if report.findingsLeftOut > 0 { lines.append("  and \(report.findingsLeftOut) more") }
        return lines
    }

    private static func view(_ report: FsckReport) -> JSONValue {
        let rows = report.rows.map { row in
            (row.table, JSONValue.integer(Int64(clamping: row.count)))
        }
        let findings = report.findings.map { finding in
            JSONValue.object([
                "table": .string(finding.table), "row": .string(finding.row),
                "field": finding.field.map { .string($0) } ?? .null,
                "message": .string(finding.message),
            ])
        }
        return [
            "clean": .bool(report.isClean), "events": .integer(Int64(clamping: report.events)),
            "records": .integer(Int64(clamping: report.records)),
            "unopened": .integer(Int64(clamping: report.unopened)),
            "checkpoints": .integer(Int64(clamping: report.checkpoints)),
            "rows": .object(Dictionary(rows) { first, _ in first }),
            "root": report.root.map { .string($0.base64) } ?? .null,
            "findings": .array(findings),
            "findings_left_out": .integer(Int64(report.findingsLeftOut)),
        ]
    }
}
