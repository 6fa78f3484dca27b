import ArgumentParser
import Foundation

/// The command line: the server, and everything that can be asked of one.
@main
struct Cordon: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "cordon",
        abstract: "Stops AI workflows that go wrong, and restarts them on evidence only.",
        discussion: """
            Examples:
              cordon serve                                   start the server
              cordon demo                                    start it with a worked example
              cordon gate monthly-summaries && ./draft.sh    run only while it may run
              cordon report monthly-summaries --what 'Another customer is named.' --stop
              cordon incident show INC-2026-0001
              cordon evidence list --query 'Birch'

            Commands that speak with a server take --server and --token-file, or the
            environment variables CORDON_SERVER and CORDON_TOKEN_FILE.

            Exit codes: 0 done, 2 bad usage or input, 3 valid but diverging, 4 invalid,
            5 refused by policy, 6 not permitted, 69 server unreachable, 75 stopped.
            """,
        version: "cordon \(CordonVersion.text)",
        groupedSubcommands: [
            CommandGroup(
                name: "Server",
                subcommands: [
                    Serve.self, Demo.self, Fsck.self, BackupCommand.self, KeysCommand.self,
                    ConfigCommand.self, WitnessCommand.self,
                ]),
            CommandGroup(
                name: "Workflows",
                subcommands: [
                    WorkflowCommand.self, GateCommand.self, MCPWrapCommand.self, StopCommand.self,
                    ReportCommand.self, ApprovalCommand.self,
                ]),
            CommandGroup(
                name: "Response", subcommands: [IncidentCommand.self, ReviewCommand.self]),
            CommandGroup(
                name: "Evidence",
                subcommands: [EvidenceCommand.self, HoldCommand.self, ChangeCommand.self]),
            CommandGroup(
                name: "People",
                subcommands: [
                    SetupCommand.self, LoginCommand.self, LogoutCommand.self, WhoAmICommand.self,
                    UserCommand.self, TokenCommand.self,
                ]),
            CommandGroup(
                name: "Record",
                subcommands: [PolicyCommand.self, JournalCommand.self, VerifyCommand.self]),
        ])

    static func main() async {
        do {
            let command = try await asyncParseAsRoot()
            do {
                if var command = command as? any AsyncParsableCommand {
                    try await command.run()
                } else {
                    var command = command
                    try command.run()
                }
            } catch {
                throw CommandRun.explained(error)
            }
        } catch {
            leave(error)
        }
    }

    /// The parser's own exit code for bad usage is 64; ours is 2, as the documentation promises.
    private static func leave(_ error: any Error) -> Never {
        guard exitCode(for: error) == .validationFailure else { exit(withError: error) }
        Console.complain(fullMessage(for: error))
        Foundation.exit(ExitStatus.input.rawValue)
    }
}
