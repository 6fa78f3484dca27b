import ArgumentParser
import CordonAPI
import CordonClient

/// `cordon change …`: what was changed about a workflow.
struct ChangeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "change", abstract: "What was changed about a workflow.",
        discussion: """
            Examples:
              cordon change push monthly-summaries --what 'Prompt 7: shorter.' --aspect prompt
              cordon change list monthly-summaries --from 2026-04-01
            """,
        subcommands: [PushChange.self, ListChanges.self])
}

struct PushChange: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "push", abstract: "Announce a change, from a deployment or by hand.",
        discussion: """
            Examples:
              cordon change push monthly-summaries --what 'Prompt 7: shorter.' --aspect prompt
              cordon change push monthly-summaries --what "Deployed $TAG" --version "$TAG" \\
                --aspect process --at now
            """)

    @OptionGroup var workflow: WorkflowTarget
    @Option(help: "What was changed, in words.")
    var what: String
    @Option(
        help: ArgumentHelp(
            "model, prompt, permission, data, integration, process or another word.",
            valueName: "word"))
    var aspect: String?
    @Option(help: "The version from then on.")
    var version: String?
    @Option(help: ArgumentHelp("When it took effect (default: now).", valueName: "time"))
    var at: TimeText?
    @OptionGroup var server: ServerOptions

    func carryOut(_ run: CommandRun) async throws {
        let body = try RequestBody.json([
            "what": .string(what), "aspect": aspect.json, "version": version.json, "at": at.json,
        ])
        let answer = try await run.change("POST", workflow.path + "/changes", .json(body))
        run.show(answer) {
            ["Noted for \(workflow.key): \($0["aspect"]?.text ?? ""), at \($0["at"]?.text ?? "")."]
        }
    }
}

struct ListChanges: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "Changes, noticed in the evidence or announced.",
        discussion: """
            Example:
              cordon change list monthly-summaries --from 2026-04-01 --to 2026-05-01
            """)

    @OptionGroup var workflow: WorkflowTarget
    @OptionGroup var window: TimeWindow
    @OptionGroup var server: ServerOptions

    func carryOut(_ run: CommandRun) async throws {
        let answer = try await run.get(workflow.path + "/changes", query: window.query)
        run.show(answer, EvidenceText.changes)
    }
}

struct ListIncidentChanges: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "changes", abstract: "What was changed in the window before it occurred.",
        discussion: """
            Example:
              cordon incident changes INC-2026-0001
            """)

    @OptionGroup var incident: IncidentTarget
    @OptionGroup var server: ServerOptions

    func carryOut(_ run: CommandRun) async throws {
        run.show(try await run.get(incident.path + "/changes"), EvidenceText.changes)
    }
}
