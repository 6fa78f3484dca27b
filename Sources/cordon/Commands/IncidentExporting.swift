import ArgumentParser
import CordonAPI
import CordonClient
import Foundation

struct ExportIncident: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "export",
        abstract: "Write the incident with its evidence and proofs as one file.",
        discussion: """
            Examples:
              cordon incident export INC-2026-0001 --output INC-2026-0001.zip
              cordon incident export INC-2026-0001 --output for-birch.zip \\
                --redact input --redact retrieved --reason 'Of other customers.' \\
                --recipient 'Counsel of Birch'

            Anybody can check the file with `cordon verify`, or without Cordon. Of what is
            redacted only the commitment is in it. That it was made, and for whom, is kept.
            """)

    @OptionGroup var incident: IncidentTarget
    @Option(help: ArgumentHelp("The file to write; - is standard output.", valueName: "file"))
    var output: String
    @Option(
        help: ArgumentHelp(
            "A group to keep back: system, input, retrieved, output, tools, … (repeatable).",
            valueName: "group"))
    var redact: [String] = []
    @Option(help: "Why it is kept back.")
    var reason: String?
    @Option(help: "For whom it is made.")
    var recipient: String?
    @OptionGroup var window: TimeWindow
    @OptionGroup var server: ServerOptions

    func validate() throws {
        guard reason == nil || !redact.isEmpty else {
            throw ValidationError(
                "--reason says why something is kept back: name it with --redact.")
        }
        guard output != "-" || !server.json else {
            throw ValidationError("--json is printed where the file would go: name a file.")
        }
    }

    func carryOut(_ run: CommandRun) async throws {
        let query = window.query.merging([
            "redact": redact.isEmpty ? nil : redact.joined(separator: ","), "reason": reason,
            "recipient": recipient,
        ]) { $1 }
        let pairs = query.compactMap { name, value in value.map { (name: name, value: $0) } }
            .sorted { $0.name < $1.name }
        let path = incident.path + "/export"
        guard output != "-" else {
            _ = try await run.client.receive(path, query: pairs, accept: "application/zip") {
                Console.put($0)
            }
            return
        }
        let file = try PartialFile(output)
        let size: Int
        do {
            size = try await run.client.receive(path, query: pairs, accept: "application/zip") {
                try file.write($0)
                Console.progress("\(file.size >> 10) KiB")
            }
            try file.finish()
        } catch {
            Console.progressEnd()
            file.discard()
            throw error
        }
        Console.progressEnd()
        if run.wantsJSON {
            let view: JSONValue = ["file": .string(output), "size": .integer(Int64(size))]
            Console.say(String(decoding: view.encoded(pretty: true), as: UTF8.self))
        } else {
            Console.say("Wrote \(output), \(size) bytes.")
            Console.say("Next: cordon verify \(output) --key ledger.vkey")
        }
    }
}

/// A file that has its name only once it is whole; until then it is called `NAME.part`.
final class PartialFile {
    private let path: String
    private let descriptor: Int32
    private(set) var size = 0

    private var partPath: String { path + ".part" }

    init(_ path: String) throws(CommandFault) {
        self.path = path
        // For its owner alone: it holds what people wrote.
        let flags = O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC
        descriptor = open(path + ".part", flags, 0o600)
        guard descriptor >= 0 else { throw CommandFault("\(path).part cannot be written") }
    }

    deinit { close(descriptor) }

    func write(_ bytes: [UInt8]) throws(CommandFault) {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes {
                Foundation.write(descriptor, $0.baseAddress, $0.count)
            }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else {
                throw CommandFault("\(partPath): \(String(cString: strerror(errno)))")
            }
            rest = rest.dropFirst(count)
        }
        size += bytes.count
    }

    /// Gives it its name, once it is on the disk: a crash before leaves the part alone.
    func finish() throws(CommandFault) {
        guard fsync(descriptor) == 0, rename(partPath, path) == 0 else {
            throw CommandFault("\(path): \(String(cString: strerror(errno)))")
        }
    }

    /// Removes what was written so far; what cannot be removed does no harm.
    func discard() { unlink(partPath) }
}
