import ArgumentParser
import CordonAPI
import CordonClient
import CordonCore

/// `cordon policy …`: what counts as an incident, and who decides.
struct PolicyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "policy", abstract: "The incident policy.",
        discussion: """
            Examples:
              cordon policy show --standard > policy.yaml
              cordon policy check policy.yaml
              cordon policy import policy.yaml --reason 'Quarterly review.'
            """,
        subcommands: [ShowPolicy.self, CheckPolicy.self, ImportPolicy.self])
}

struct ShowPolicy: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "show", abstract: "Print the policy in force, or one of its versions.")

    @Flag(help: "Print the policy that ships with Cordon; no server is asked.")
    var standard = false
    @Option(help: "The version (default: the newest).")
    var number: Int?
    @OptionGroup var server: ServerOptions

    func validate() throws {
        guard !standard || number == nil else {
            throw ValidationError("--standard has no versions.")
        }
    }

    func run() async throws {
        guard !standard else { return Console.say(Policy.standardText) }
        try await CommandRun.perform(server) { try await carryOut($0) }
    }

    func carryOut(_ run: CommandRun) async throws {
        let answer = try await run.get(
            Paths.root + "/policy", query: ["version": number.map(String.init)])
        run.show(answer) { [$0["yaml"]?.text ?? ""] }
    }
}

struct CheckPolicy: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "check", abstract: "Check a policy file: every fault with its line.",
        discussion: """
            Examples:
              cordon policy check policy.yaml
              cordon policy check - < policy.yaml

            It is checked here; with --server by that server.
            """)

    @Argument(help: "The policy; - is standard input.")
    var file: String
    @OptionGroup var server: ServerOptions

    func run() async throws {
        guard server.server == nil else {
            return try await CommandRun.perform(server) { try await carryOut($0) }
        }
        do {
            let policy = try Policy.read(
                yaml: try InputFile.text(file), file: file == "-" ? "standard input" : file)
            guard !server.json else {
                let view: JSONValue = ["valid": true, "title": .string(policy.title)]
                return Console.say(String(decoding: view.encoded(pretty: true), as: UTF8.self))
            }
            Console.say("\(file) holds together: \(policy.title).")
            Console.say("Next: cordon policy import \(file) --reason TEXT")
        } catch let invalid as PolicyInvalid {
            Console.complain(invalid.description)
            throw ExitStatus.input.code
        }
    }

    func carryOut(_ run: CommandRun) async throws {
        let body: JSONValue = ["yaml": .string(try InputFile.text(file))]
        run.show(try await run.change("POST", Paths.root + "/policy/check", .json(body))) {
            ["\(file) holds together: \($0["title"]?.text ?? "")."]
        }
    }
}

struct ImportPolicy: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "import", abstract: "Import a policy as the next version.",
        discussion: """
            The version in force is read first, and the import refused when somebody else was
            faster; --if-match says which version you have read yourself.
            """)

    @Argument(help: "The policy; - is standard input.")
    var file: String
    @Option(help: "Why it changes.")
    var reason: String?
    @Option(help: "The version that you have read.")
    var ifMatch: Int?
    @OptionGroup var server: ServerOptions

    func carryOut(_ run: CommandRun) async throws {
        let text = try InputFile.text(file)
        let path = Paths.root + "/policy"
        let version =
            if let ifMatch { ifMatch } else {
                try await run.get(path).json?["version"]?.integer ?? 0
            }
        let body = try RequestBody.json(["yaml": .string(text), "reason": reason.json])
        let answer = try await run.change("PUT", path, .json(body), ifMatch: "\(version)")
        run.show(answer) { policy in
            [
                "Version \(policy["version"]?.integer ?? 0) is in force: "
                    + "\(policy["title"]?.text ?? ""). Incidents keep the version of their day.",
                "SHA-256 \(policy["digest"]?.text ?? "")",
            ]
        }
    }
}
