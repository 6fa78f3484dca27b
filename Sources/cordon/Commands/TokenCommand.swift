import ArgumentParser
import CordonAPI
import CordonClient

/// `cordon token …`: API tokens.
struct TokenCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "token", abstract: "Your API tokens.",
        discussion: """
            Examples:
              cordon token create nightly --scope gate --workflow monthly-summaries --save token
              cordon token list
              cordon token revoke ID
            """,
        subcommands: [ListTokens.self, CreateToken.self, RevokeToken.self])
}

struct ListTokens: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "Your tokens, without their secrets.")

    @OptionGroup var server: ServerOptions

    func carryOut(_ run: CommandRun) async throws {
        run.show(try await run.get(Paths.root + "/tokens")) { list in
            let rows = list["items"]?.items ?? []
            guard !rows.isEmpty else { return ["You have no token."] }
            return Console.table(
                ["ID", "NAME", "SCOPES", "WORKFLOW", "EXPIRES", "LAST USED"],
                rows.map { token in
                    [
                        token["id"]?.text ?? "", token["name"]?.text ?? "",
                        (token["scopes"]?.items ?? []).compactMap(\.text).joined(separator: ","),
                        token["workflow"]?.text ?? "any", token["expires_at"]?.text ?? "",
                        token["last_used_at"]?.text ?? "never",
                    ]
                })
        }
    }
}

struct CreateToken: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "create", abstract: "Make an API token; its secret is shown this once.",
        discussion: """
            Examples:
              cordon token create nightly --scope gate --workflow monthly-summaries --save token
              cordon token create reader --scope read > token
            """)

    @Argument(help: "What it is for.")
    var name: String
    @Option(help: "What it may be used for (repeatable).")
    var scope: [TokenScope]
    @Option(help: "The only workflow that it is for.")
    var workflow: String?
    @Option(help: "How long it is good for, 1 to 730 days.")
    var days: Int?
    @OptionGroup var saving: SecretOutput
    @OptionGroup var server: ServerOptions

    func carryOut(_ run: CommandRun) async throws {
        let body = try RequestBody.json([
            "name": .string(name), "scopes": scope.map(\.rawValue).json, "workflow": workflow.json,
            "expires_in_days": days.json,
        ])
        try saving.prepare()
        let answer = try await run.changeUnrepeated("POST", Paths.root + "/tokens", body)
        try saving.deliver(answer, "token", wantsJSON: run.wantsJSON)
    }
}

struct RevokeToken: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "revoke", abstract: "Revoke a token, at once.")

    @Argument(help: "The token's id.")
    var id: String
    @OptionGroup var server: ServerOptions

    func carryOut(_ run: CommandRun) async throws {
        _ = try await run.changeUnrepeated(
            "DELETE", Paths.root + "/tokens/" + Paths.segment(id))
        run.remark(["The token \(id) is revoked."])
    }
}

/// Where a secret goes that is shown once.
struct SecretOutput: ParsableArguments {
    @Option(help: ArgumentHelp("Write the secret to this file, mode 0600.", valueName: "file"))
    var save: String?

    /// Makes sure that the file can be written before there is a secret that could be lost.
    func prepare() throws(CommandFault) {
        if let save { try SecretFile.check(save) }
    }

    /// The secret alone goes to standard output, so that it can be redirected.
    func deliver(_ answer: CordonAnswer, _ member: String, wantsJSON: Bool) throws(CommandFault) {
        let json = answer.json ?? .null
        let secret = json[member]?.text ?? ""
        guard let save else {
            let whole = String(decoding: json.encoded(pretty: true), as: UTF8.self)
            Console.say(wantsJSON ? whole : secret)
            return
        }
        try SecretFile.write(secret, to: save)
        if wantsJSON, case .object(var members) = json {
            members[member] = nil
            members["csrf"] = nil
            let rest = JSONValue.object(members)
            Console.say(String(decoding: rest.encoded(pretty: true), as: UTF8.self))
        } else {
            Console.say("The secret is in \(save). Next: export CORDON_TOKEN_FILE=\(save)")
        }
    }
}
