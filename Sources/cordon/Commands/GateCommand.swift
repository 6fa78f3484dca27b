import ArgumentParser
import CordonAPI
import CordonClient

struct GateCommand: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "gate",
        abstract: "Ask whether a workflow may go on: exit 0, or 75 when stopped.",
        discussion: """
            Examples:
              cordon gate monthly-summaries && ./draft.sh
              cordon gate invoice-coding --action tool --tool post_invoice \\
                --arguments '{"amount": 1200}'
              cordon gate monthly-summaries --action deliver --target outside

            Exit codes: 0 go on, 5 outside its authority or needs approval, 75 stopped.
            """)

    @OptionGroup var workflow: WorkflowTarget
    @Option(help: "What it is about to do.")
    var action: GateQueryAction?
    @Option(help: "The tool, for --action tool.")
    var tool: String?
    @Option(help: ArgumentHelp("The tool's arguments as JSON.", valueName: "json"))
    var arguments: String?
    @Option(help: "Whom a delivery reaches.")
    var target: GateQueryTarget?
    @Option(help: "Your own name for this run.")
    var runName: String?
    @OptionGroup var server: ServerOptions

    func validate() throws {
        let isDetailed = tool != nil || arguments != nil || target != nil || runName != nil
        guard action != nil || !isDetailed else {
            throw ValidationError("Say which --action it is.")
        }
    }

    func carryOut(_ run: CommandRun) async throws {
        let answer = try await ask(run)
        run.show(answer) { gate in
            ["\(workflow.key) may go on (\(gate["state"]?.text ?? ""))."]
        }
    }

    /// In the strict form every answer but allow is a refusal, and so an exit code.
    private func ask(_ run: CommandRun) async throws -> CordonAnswer {
        guard let action else { return try await run.get(workflow.path + "/gate") }
        let body = try RequestBody.json([
            "action": action.json, "tool": tool.json, "arguments": try Self.json(arguments),
            "target": target.json,
            "run": runName.json,
        ])
        return try await run.client.send(
            "POST", workflow.path + "/gate", query: [(name: "strict", value: "1")],
            body: .json(body))
    }

    /// A tool's arguments, as they are written at the command line.
    static func json(_ arguments: String?) throws(CommandFault) -> JSONValue? {
        guard let arguments else { return nil }
        do { return try JSONValue(parsing: Array(arguments.utf8)) } catch {
            throw CommandFault("--arguments is no JSON: \(error)")
        }
    }
}
