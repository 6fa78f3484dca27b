import ArgumentParser
import CordonAPI
import CordonClient
import CordonOperations
import CordonStore
import Foundation

/// `cordon keys …`: the key that evidence is sealed with.
struct KeysCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "keys", abstract: "The key that evidence is sealed with.",
        discussion: """
            Example:
              cordon keys rotate --data /var/lib/cordon
            """,
        subcommands: [RotateKeys.self])
}

struct RotateKeys: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rotate", abstract: "Replace the key in master.key by a fresh one.",
        discussion: """
            Examples:
              cordon keys rotate
              cordon keys rotate --data /var/lib/cordon --json

            The server has to be stopped. Each record has a key of its own, and only those
            are wrapped anew: nothing is sealed again, and no proof changes. When it is
            interrupted, run it again: it goes on where it was.

            Backups that were made before are opened by the older key alone: keep it with
            them.

            Exit codes: 0 rotated, 2 refused and nothing changed, or not finished.
            """)

    @OptionGroup var options: DataOptions
    @Flag(help: "Print JSON.")
    var json = false

    func run() async throws {
        let settings = try Settings.read(
            options, listen: nil, environment: ProcessInfo.processInfo.environment)
        let file = DurableFile("\(settings.data)/\(DataFile.masterKey)")
        guard FileManager.default.fileExists(atPath: file.path) else {
            throw CommandFault("there is no \(file.path): no evidence was ever sealed with it")
        }
        let opened = try await openCordon(settings)
        do {
            let rotation = try await rotate(file, opened.operations)
            opened.operations.close()
            opened.release()
            tell(rotation)
        } catch {
            opened.operations.close()
            opened.release()
            throw CommandFault("the rotation is not finished: \(error); run it again")
        }
    }

    /// First the file with both keys, then everything that they wrap, then the file with one.
    ///
    /// Each step is durable before the next begins. After a crash between any two the file opens
    /// all that is stored: a server can be started, and this command goes on where it was.
    private func rotate(
        _ file: DurableFile, _ operations: Operations
    ) async throws -> KeyRotation {
        guard let text = try file.readText() else { throw CommandFault("\(file.path) is gone") }
        var masters = try MasterKeys(text: text)
        // Several keys are there when an earlier rotation did not come to its end.
        if masters.keys.count == 1 {
            masters = masters.rotated(with: Outside.real.randomBytes(32))
            try file.write(masters.text)
        }
        let rotation = try await operations.rotateKeys(to: masters)
        try file.write(masters.withoutOlder.text)
        return rotation
    }

    private func tell(_ rotation: KeyRotation) {
        if json {
            let view: JSONValue = [
                "key": .integer(Int64(rotation.key)),
                "records": .integer(Int64(rotation.records)),
                "dictionaries": .integer(Int64(rotation.dictionaries)),
                "lists": .integer(Int64(rotation.lists)),
            ]
            return Console.say(String(decoding: view.encoded(pretty: true), as: UTF8.self))
        }
        Console.say([
            "Key \(rotation.key) is in place; the older one is removed from \(DataFile.masterKey).",
            "Wrapped anew: \(EvidenceText.counted(rotation.records, "record")), "
                + "\(EvidenceText.counted(rotation.lists, "list")) of names.",
            "The search shards are made again when the server starts. Backups from before need "
                + "the older key.",
        ])
    }
}
