import ArgumentParser
import CordonClient
import CordonGateway
import Foundation

/// `cordon mcp-wrap`: a program that is an MCP server, with Cordon asked before each call.
struct MCPWrapCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "mcp-wrap",
        abstract: "Run a local MCP server and ask Cordon before each call of its tools.",
        discussion: """
            A desktop client starts this in the place of the server's own command.

            Examples:
              cordon mcp-wrap --server https://cordon.example.com --token-file files.token \\
                --name files -- uvx files-server ~/Documents

            The token needs the scopes gate and capture. Without --workflow the workflow is
            the one that the token is bound to.

            Exit codes: 2 bad usage, otherwise that of the command.
            """)

    @Option(help: ArgumentHelp("What the server is called in evidence.", valueName: "name"))
    var name: String
    @Option(help: "The workflow's key (default: the token's).")
    var workflow: String?
    @Option(help: "The record that this run is about, for rules that compare with it.")
    var record: String?
    @OptionGroup var server: WrapServerOptions
    @Argument(
        parsing: .postTerminator,
        help: ArgumentHelp("The server's own command, behind --.", valueName: "command"))
    var command: [String]

    func validate() throws {
        guard !command.isEmpty else {
            throw ValidationError("Name the server's own command behind --.")
        }
        guard name.wholeMatch(of: /[a-z0-9][a-z0-9-]{0,63}/) != nil else {
            throw ValidationError("--name is small letters, digits and hyphens, 64 at most.")
        }
        guard (record?.utf8.count ?? 1) <= 200 else {
            throw ValidationError("--record has 200 bytes at most.")
        }
    }

    func run() async throws {
        let client = try server.client()
        let process: ChildProcess
        do {
            // What opens Cordon is not the server's.
            let environment = ProcessInfo.processInfo.environment.filter {
                !$0.key.hasPrefix("CORDON_")
            }
            process = try ChildProcess.start(
                ChildProcess.Command(command, environment: environment), keepsErrors: false)
        } catch {
            // Nothing was sent: how its connections end adds nothing.
            try? await client.shutdown()
            throw CommandFault("\(error)")
        }
        let gate = WrapGate(client: client, name: name, workflow: workflow, record: record)
        let code = await WrapRun(process, gate).run()
        // Connections that do not end well change nothing of the outcome.
        try? await client.shutdown()
        if code != 0 { throw ExitCode(code) }
    }
}

/// Which Cordon is asked.
struct WrapServerOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp("The Cordon server (default: $CORDON_SERVER).", valueName: "url"))
    var server: String?
    @Option(
        help: ArgumentHelp(
            "A file with an API token (default: $CORDON_TOKEN_FILE).", valueName: "file"))
    var tokenFile: String?
    @Flag(help: "Allow http:// to another machine: the token can be read on its way.")
    var insecureHttp = false

    func client() throws -> CordonClient {
        let environment = ProcessInfo.processInfo.environment
        guard let address = server ?? environment["CORDON_SERVER"] else {
            throw CommandFault("name the server with --server")
        }
        guard let file = tokenFile ?? environment["CORDON_TOKEN_FILE"] else {
            throw CommandFault("name a file with a token with --token-file")
        }
        return CordonClient(
            server: address, token: try InputFile.secret(file), allowsInsecureHTTP: insecureHttp)
    }
}
