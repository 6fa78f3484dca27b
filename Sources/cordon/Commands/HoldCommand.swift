import ArgumentParser
import CordonAPI
import CordonClient

/// `cordon hold …`: what may not be deleted.
struct HoldCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "hold", abstract: "What may not be deleted, and who lets it go.",
        discussion: """
            Examples:
              cordon hold list
              cordon hold place monthly-summaries --reason 'A claim by Birch.' --from 2026-04-01
              cordon hold release 01JX3M8Q6ZK4T5V6W7X8Y9Z0AB --reason 'The claim is settled.'
              cordon hold keep 01JX3M8Q6ZK4T5V6W7X8Y9Z0AB --reason 'It is not settled yet.'
            """,
        subcommands: [ListHolds.self, PlaceHold.self, ReleaseHold.self, KeepHold.self])
}

struct ListHolds: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "Holds, in the order in which they were placed.",
        discussion: """
            Examples:
              cordon hold list --workflow monthly-summaries
              cordon hold list --released
            """)

    @Option(help: "Of this workflow only.")
    var workflow: String?
    @Flag(help: "Released ones too.")
    var released = false
    @OptionGroup var page: PageOptions
    @OptionGroup var server: ServerOptions

    func carryOut(_ run: CommandRun) async throws {
        let query = page.query.merging([
            "workflow": workflow, "released": released ? "true" : nil,
        ]) { $1 }
        run.show(try await run.get(Paths.root + "/holds", query: query)) { list in
            let rows = list["items"]?.items ?? []
            guard !rows.isEmpty else { return ["Nothing is held."] }
            return Console.table(
                ["ID", "STATE", "WORKFLOW", "FROM", "TO", "BY", "REASON"],
                rows.map { row in
                    [
                        row["id"]?.text ?? "", row["state"]?.text ?? "",
                        row["workflow"]?.text ?? "", row["from"]?.text ?? "",
                        row["to"]?.text ?? "-", row["placed_by"]?.text ?? "",
                        Console.short(row["reason"]?.text ?? ""),
                    ]
                }) + PageOptions.hint(list)
        }
    }
}

struct PlaceHold: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "place", abstract: "Hold a workflow's evidence: nothing of it is deleted.",
        discussion: """
            Examples:
              cordon hold place monthly-summaries --reason 'A claim by Birch.'
              cordon hold place monthly-summaries --reason 'A claim by Birch.' \\
                --from 2026-04-01 --to 2026-05-01
            """)

    @OptionGroup var workflow: WorkflowTarget
    @Option(help: "Why.")
    var reason: String
    @Option(
        help: ArgumentHelp("From when on (default: the window of a look back).", valueName: "time"))
    var from: TimeText?
    @Option(
        help: ArgumentHelp("Until when (default: with all that is to come).", valueName: "time"))
    var to: TimeText?
    @OptionGroup var server: ServerOptions

    func carryOut(_ run: CommandRun) async throws {
        let body = try RequestBody.json([
            "workflow": .string(workflow.key), "from": from.json, "to": to.json,
            "reason": .string(reason),
        ])
        let answer = try await run.change("POST", Paths.root + "/holds", .json(body))
        run.show(answer) { hold in
            let id = hold["id"]?.text ?? ""
            return ["\(workflow.key) is held from \(hold["from"]?.text ?? "") on, as \(id)."]
                + (hold["gaps"]?.items ?? []).compactMap(\.text).map { "  It lacks \($0)" }
        }
    }
}

struct ReleaseHold: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "release", abstract: "Propose a release, or confirm another person's.",
        discussion: """
            Example:
              cordon hold release 01JX3M8Q6ZK4T5V6W7X8Y9Z0AB --reason 'The claim is settled.'
            """)

    @Argument(help: "The hold's id.")
    var id: String
    @Option(help: "Why.")
    var reason: String
    @OptionGroup var server: ServerOptions

    func carryOut(_ run: CommandRun) async throws {
        let path = Paths.root + "/holds/\(Paths.segment(id))/release"
        let answer = try await run.change("POST", path, .json(["reason": .string(reason)]))
        run.show(answer) { hold in
            hold["state"]?.text == "released"
                ? ["The hold \(id) is released."]
                : [
                    "The release is proposed; what is held stays held.",
                    "Next, by another person: cordon hold release \(id) --reason TEXT",
                ]
        }
    }
}

struct KeepHold: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "keep", abstract: "Reject a proposed release.",
        discussion: """
            Example:
              cordon hold keep 01JX3M8Q6ZK4T5V6W7X8Y9Z0AB --reason 'It is not settled yet.'
            """)

    @Argument(help: "The hold's id.")
    var id: String
    @Option(help: "Why.")
    var reason: String
    @OptionGroup var server: ServerOptions

    func carryOut(_ run: CommandRun) async throws {
        let path = Paths.root + "/holds/\(Paths.segment(id))/keep"
        let answer = try await run.change("POST", path, .json(["reason": .string(reason)]))
        run.show(answer) { _ in ["The hold \(id) stays."] }
    }
}
