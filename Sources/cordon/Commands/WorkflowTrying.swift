import ArgumentParser
import CordonAPI
import CordonClient

/// Explains a decision of the gate on a sample: `cordon workflow try`.
struct TryWorkflow: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "try", abstract: "Explain what the gate would decide on a sample call.",
        discussion: """
            Examples:
              cordon workflow try invoice-coding --action tool --tool post_invoice \\
                --arguments '{"amount": 1200}'
              cordon workflow try support-bot --action tool --tool read_account \\
                --arguments '{"account": "A-17"}' --record A-17

            Nothing is counted, and nobody may rely on the answer. Exit code 0 whatever it is.
            """)

    @OptionGroup var workflow: WorkflowTarget
    @Option(help: "What it would do.")
    var action: GateQueryAction
    @Option(help: "The tool, for --action tool.")
    var tool: String?
    @Option(help: ArgumentHelp("The tool's arguments as JSON.", valueName: "json"))
    var arguments: String?
    @Option(help: "Whom a delivery would reach.")
    var target: GateQueryTarget?
    @Option(help: ArgumentHelp("The record that the run is about.", valueName: "name"))
    var record: String?
    @OptionGroup var server: ServerOptions

    func carryOut(_ run: CommandRun) async throws {
        let body = try RequestBody.json([
            "action": action.json, "tool": tool.json,
            "arguments": try GateCommand.json(arguments), "target": target.json,
            "record": record.json,
        ])
        let answer = try await run.client.send("POST", workflow.path + "/try", body: .json(body))
        run.show(answer) { trial in
            let decision = trial["decision"]?.text ?? ""
            let reason = trial["reason"]?.text.map { ": \($0)" } ?? "."
            return ["The gate would say \(decision)\(reason)", ""]
                + (trial["considered"]?.items ?? []).compactMap { $0.text.map { "  \($0)" } }
        }
    }
}

/// Where a workflow meets Cordon: `cordon workflow points`.
struct ListPoints: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "points",
        abstract: "Where the workflow was met since the start, and whether a stop works there.",
        discussion: """
            Examples:
              cordon workflow points monthly-summaries
            """)

    @OptionGroup var workflow: WorkflowTarget
    @OptionGroup var server: ServerOptions

    func carryOut(_ run: CommandRun) async throws {
        let answer = try await run.get(workflow.path + "/points")
        run.show(answer) { list in
            let items = list["items"]?.items ?? []
            if items.isEmpty {
                return [
                    "\(workflow.key) has not been met since the start.",
                    "Next: give it a key with cordon token create --scope gateway "
                        + "--workflow \(workflow.key)",
                ]
            }
            return items.map { point in
                let stops = point["enforces"] == .bool(true) ? "stops here" : "not contained here"
                return [
                    point["name"]?.text ?? "", point["kind"]?.text ?? "", stops,
                    "last seen \(point["last_seen_at"]?.text ?? "")",
                ].joined(separator: "  ")
            }
        }
    }
}
