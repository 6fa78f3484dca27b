import ArgumentParser
import CordonLedger
import CordonOperations
import CordonStore
import Foundation

/// A witness of other logs: `cordon witness`.
struct WitnessCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "witness", abstract: "Run a witness of logs, on another machine than theirs.",
        discussion: """
            Examples:
              cordon witness --data /var/lib/cordon-witness --log cordon.vkey
              cordon witness --data ./witness --listen 0.0.0.0:8090 --log cordon.vkey --log b.vkey
              cordon witness key --data /var/lib/cordon-witness

            A witness signs a log's newest checkpoint only when it extends what it signed before
            (c2sp.org/tlog-witness). A log that was set back gets no signature, and its server
            refuses to start. Best is a machine that other people look after.
            """,
        subcommands: [Run.self, Key.self], defaultSubcommand: Run.self)

    /// Answers `POST /add-checkpoint` until it is told to stop.
    struct Run: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "run", abstract: "Run a witness (the default).",
            discussion: """
                Examples:
                  cordon witness --data /var/lib/cordon-witness --log cordon.vkey

                The first start makes the key, DIR/witness.key, and prints its public half, which
                the operators of the logs put into their setting witnesses. Only the logs named
                with --log are served. Let a proxy in front do the TLS.
                """)

        @Option(help: ArgumentHelp("The directory that holds key and state.", valueName: "dir"))
        var data: String
        @Option(help: "Address and port.")
        var listen = "127.0.0.1:8090"
        @Option(
            help: ArgumentHelp(
                "A log's verifier key, or a file with one on each line; repeatable.",
                valueName: "vkey-or-file"))
        var log: [String] = []
        @Option(help: "The name of the key, when it is made. Default: witness/ and a number")
        var name: String?

        func run() async throws {
            let logs = try log.flatMap(Self.keys)
            guard !logs.isEmpty else {
                throw CommandFault("--log must name a log's verifier key, or a file with it")
            }
            var settings = Settings()
            settings.listen = listen
            let address = try settings.address
            let folder = try WitnessFolder(opening: data, name: name)
            defer { folder.lock.release() }
            try await WitnessServer(
                desk: WitnessDesk(directory: data, signer: folder.signer, logs: logs),
                signer: folder.signer
            ).run(host: address.host, port: address.port)
        }

        private static func keys(_ text: String) throws -> [NoteVerifier] {
            // A key has two plus signs; a file with such a name is not worth guessing about.
            let isKey = text.split(separator: "+", omittingEmptySubsequences: false).count >= 3
            let lines = (isKey ? text : try InputFile.text(text)).split(whereSeparator: \.isNewline)
            return try lines.map { line in
                do {
                    return try NoteVerifier(line.trimmingCharacters(in: .whitespaces))
                } catch {
                    throw CommandFault("\(isKey ? "--log" : text) is no verifier key: \(error)")
                }
            }
        }
    }

    /// Prints the public half of the key.
    struct Key: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Print the witness's verifier key.",
            discussion: """
                Examples:
                  cordon witness key --data /var/lib/cordon-witness
                """)

        @Option(help: ArgumentHelp("The directory that holds key and state.", valueName: "dir"))
        var data: String

        func run() async throws {
            guard let signer = try WitnessFolder.signer(in: data) else {
                throw CommandFault("there is no witness in \(data): start one with cordon witness")
            }
            Console.say(signer.verifierKey)
        }
    }
}

/// What a witness keeps: its key, a checkpoint for each log, and the lock.
struct WitnessFolder {
    let signer: CosignatureSigner
    let lock: DirectoryLock

    /// Opens the folder for this process alone, and makes folder and key if need be.
    init(opening path: String, name: String?) throws {
        do {
            try FileManager.default.createDirectory(
                atPath: path, withIntermediateDirectories: true,
                attributes: [.posixPermissions: 0o700])
        } catch {
            throw CommandFault("the directory \(path) cannot be made: \(error)")
        }
        do {
            lock = try DirectoryLock(directory: path)
        } catch let error as StoreError {
            throw CommandFault(error.description)
        }
        if let signer = try Self.signer(in: path) {
            guard name == nil || name == signer.name else {
                throw CommandFault("the key in \(path) has the name \(signer.name) already")
            }
            self.signer = signer
        } else {
            signer = try Self.made(in: path, name: name)
        }
    }

    /// The key, once there is one.
    static func signer(in path: String) throws -> CosignatureSigner? {
        let file = DurableFile("\(path)/witness.key")
        do {
            guard let text = try file.readText() else { return nil }
            return try CosignatureSigner(privateKeyText: text)
        } catch {
            throw CommandFault("\(file.path) is no key of a witness: \(error)")
        }
    }

    /// A crash leaves no half key, and nothing was signed with one that is not on the disk.
    private static func made(in path: String, name: String?) throws -> CosignatureSigner {
        let name = name ?? "witness/\(Outside.real.newID().lowercased())"
        do {
            let signer = try CosignatureSigner(name: name, seed: Outside.real.randomBytes(32))
            try DurableFile("\(path)/witness.key").write(signer.privateKeyText + "\n")
            return signer
        } catch let error as StoreError {
            throw CommandFault(error.description)
        } catch {
            throw CommandFault("--name \(name): \(error)")
        }
    }
}
