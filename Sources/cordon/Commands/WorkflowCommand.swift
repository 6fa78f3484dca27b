import ArgumentParser
import CordonAPI
import CordonClient
import CordonCore
import CordonOperations

/// `cordon workflow …`: the register of workflows.
struct WorkflowCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "workflow", abstract: "The register of workflows.",
        discussion: """
            Examples:
              cordon workflow list
              cordon workflow show monthly-summaries
              cordon workflow register --key monthly-summaries --name 'Monthly summaries' \\
                --function client-services --owner ben --deputy carla
              cordon workflow production monthly-summaries
            """,
        subcommands: [
            ListWorkflows.self, ShowWorkflow.self, RegisterWorkflow.self, AmendWorkflow.self,
            EnterProduction.self, RehearseFallback.self, TestStop.self, RetireWorkflow.self,
            ConfirmTarget.self, TryWorkflow.self, ListPoints.self, ConnectWorkflow.self,
        ])
}

/// The workflow that a command is about.
struct WorkflowTarget: ParsableArguments {
    @Argument(help: ArgumentHelp("The workflow's key.", valueName: "workflow"))
    var key: String

    var path: String { Self.path(key) }

    static func path(_ key: String) -> String { Paths.root + "/workflows/" + Paths.segment(key) }
}

/// Which part of a long list is wanted.
struct PageOptions: ParsableArguments {
    @Option(help: "How many items, 1 to 200.")
    var limit: Int?

    @Option(help: "Go on after this: the `next` of the page before.")
    var after: String?

    var query: [String: String?] { ["limit": limit.map(String.init), "after": after] }

    static func hint(_ list: JSONValue) -> [String] {
        list["next"]?.text.map { ["", "There is more: add --after \($0)"] } ?? []
    }
}

struct ListWorkflows: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "All workflows with their states.")

    @OptionGroup var page: PageOptions
    @OptionGroup var server: ServerOptions

    func carryOut(_ run: CommandRun) async throws {
        let answer = try await run.get(Paths.root + "/workflows", query: page.query)
        run.show(answer) { list in
            let rows = list["items"]?.items ?? []
            guard !rows.isEmpty else {
                return ["No workflow is registered. Next: cordon workflow register --help"]
            }
            return Console.table(
                ["KEY", "STATE", "OWNER", "READY", "NAME"],
                rows.map { row in
                    let gaps = row["readiness"]?["gaps"]?.items.count ?? 0
                    return [
                        row["key"]?.text ?? "", row["state"]?.text ?? "",
                        row["owner"]?.text ?? "-", gaps == 0 ? "yes" : "\(gaps) missing",
                        row["name"]?.text ?? "",
                    ]
                }) + PageOptions.hint(list)
        }
    }
}

struct ShowWorkflow: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "show", abstract: "One workflow with its readiness and its stops.")

    @OptionGroup var workflow: WorkflowTarget
    @OptionGroup var server: ServerOptions

    func carryOut(_ run: CommandRun) async throws {
        let evidence = try await run.get(workflow.path + "/evidence").json
        run.show(try await run.get(workflow.path)) {
            WorkflowText.whole($0) + WorkflowText.passed(evidence)
        }
    }
}

struct EnterProduction: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "production",
        abstract: "Mark it production-ready; refused with every gap.",
        discussion: """
            Examples:
              cordon workflow production monthly-summaries
              cordon workflow production monthly-summaries --override 'Quarter end.' \\
                --expires 2026-06-30
            """)

    @OptionGroup var workflow: WorkflowTarget
    @Option(
        name: .customLong("override"),
        help: ArgumentHelp("An executive's reason to run with gaps.", valueName: "reason"))
    var overrideReason: String?
    @Option(help: "When the override ends, at most 30 days ahead.")
    var expires: TimeText?
    @OptionGroup var server: ServerOptions

    func validate() throws {
        guard (overrideReason == nil) == (expires == nil) else {
            throw ValidationError("--override and --expires go together.")
        }
    }

    func carryOut(_ run: CommandRun) async throws {
        let body = try RequestBody.json([
            "override": RequestBody.part([
                "reason": overrideReason.json, "expires_at": expires.json,
            ])
        ])
        let answer = try await run.change("POST", workflow.path + "/production", .json(body))
        run.show(answer) {
            WorkflowText.changed("is in production", $0)
                + ["Next: cordon gate \(workflow.key)"]
        }
    }
}

struct RehearseFallback: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "rehearse", abstract: "Record when the fallback was rehearsed.")

    @OptionGroup var workflow: WorkflowTarget
    @Option(help: "The day.")
    var on = TimeText(Outside.real.now())
    @OptionGroup var server: ServerOptions

    func carryOut(_ run: CommandRun) async throws {
        let body = try RequestBody.json(["on": on.json])
        let answer = try await run.change("POST", workflow.path + "/rehearsals", .json(body))
        run.show(answer) { WorkflowText.changed("has a rehearsed fallback", $0) }
    }
}

struct RetireWorkflow: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "retire", abstract: "Retire a workflow for good.",
        discussion: """
            Example:
              cordon workflow retire monthly-summaries --reason 'Replaced.' \\
                --confirm monthly-summaries
            """)

    @OptionGroup var workflow: WorkflowTarget
    @Option(help: "Why it is retired.")
    var reason: String
    @Option(help: "The workflow's key once more: nothing brings it back.")
    var confirm: String
    @OptionGroup var server: ServerOptions

    func validate() throws {
        guard confirm == workflow.key else {
            throw ValidationError("--confirm has to repeat the workflow's key.")
        }
    }

    func carryOut(_ run: CommandRun) async throws {
        let answer = try await run.change(
            "POST", workflow.path + "/retire", .json(["reason": .string(reason)]))
        run.show(answer) { WorkflowText.changed("is retired", $0) }
    }
}

struct ConfirmTarget: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "confirm", abstract: "Confirm by name that a manual target is stopped.",
        discussion: """
            Example:
              cordon workflow confirm monthly-summaries crm-schedule \\
                --proof 'The job is disabled: ticket 4711.'
            """)

    @OptionGroup var workflow: WorkflowTarget
    @Argument(help: "The target's name.")
    var target: String
    @Option(help: "How it is known to be stopped.")
    var proof: String
    @Option(help: "The containment's id (default: the one that waits for this target).")
    var containment: String?
    @OptionGroup var server: ServerOptions

    func carryOut(_ run: CommandRun) async throws {
        let id = try await waiting(run)
        let path =
            workflow.path + "/containments/\(Paths.segment(id))/targets/\(Paths.segment(target))"
        let answer = try await run.change("POST", path, .json(["proof": .string(proof)]))
        run.show(answer) {
            ["\(target) is confirmed."] + WorkflowText.containment($0, workflow.key)
        }
    }

    private func waiting(_ run: CommandRun) async throws -> String {
        if let containment { return containment }
        let known = try await run.get(workflow.path).json?["containments"]?.items ?? []
        let open = known.last { containment in
            (containment["targets"]?.items ?? []).contains {
                $0["name"]?.text == target && $0["confirmed_at"]?.text == nil
            }
        }
        guard let id = open?["id"]?.text else {
            throw CommandFault("No containment of \(workflow.key) waits for \(target)")
        }
        return id
    }
}
