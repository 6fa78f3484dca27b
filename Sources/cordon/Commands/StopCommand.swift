import ArgumentParser
import CordonAPI
import CordonClient

struct StopCommand: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "stop", abstract: "Stop a workflow now; anyone may.",
        discussion: """
            Examples:
              cordon stop monthly-summaries --reason 'A draft names another customer.'
              cordon stop invoice-coding --reason 'Wrong accounts.' --tool post_invoice
              cordon stop invoice-coding --reason 'Wrong accounts.' --related
            """)

    @OptionGroup var workflow: WorkflowTarget
    @Option(help: "What is wrong.")
    var reason: String
    @Option(help: "Stop one tool only.")
    var tool: String?
    @Flag(help: "Stop only what leaves the company.")
    var outbound = false
    @Flag(help: "Stop the related workflows too.")
    var related = false
    @Option(help: "The incident that it belongs to (default: a new one).")
    var incident: String?
    @OptionGroup var server: ServerOptions

    func validate() throws {
        guard tool == nil || !outbound else {
            throw ValidationError("A stop is for --tool or for everything --outbound.")
        }
    }

    func carryOut(_ run: CommandRun) async throws {
        let scope = RequestBody.part([
            "tool": tool.json, "outbound": outbound.json, "related": related.json,
        ])
        let body = try RequestBody.json([
            "reason": .string(reason), "scope": scope, "incident": incident.json,
        ])
        let answer = try await run.change("POST", workflow.path + "/stop", .json(body))
        run.show(answer) { Self.lines($0, workflow.key) }
    }

    private static func lines(_ stop: JSONValue, _ key: String) -> [String] {
        var lines = WorkflowText.containment(stop["containment"] ?? .null, key)
        for related in stop["related"]?.items ?? [] {
            lines += WorkflowText.containment(related, related["workflow"]?.text ?? "")
        }
        lines += stop["fallback"].map(FallbackText.lines) ?? []
        return lines + ["Next: cordon incident show \(stop["incident"]?.text ?? "")"]
    }
}
