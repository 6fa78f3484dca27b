import ArgumentParser
import CordonAPI
import CordonClient

/// `cordon evidence …`: what workflows did, as it was kept.
struct EvidenceCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "evidence", abstract: "What workflows did, as it was kept.",
        discussion: """
            Examples:
              cordon evidence send exchanges.ndjson --workflow monthly-summaries
              cordon evidence list --query Birch --workflow monthly-summaries
              cordon evidence show 01JX3M8Q6ZK4T5V6W7X8Y9Z0AB
              cordon evidence gaps
            """,
        groupedSubcommands: [
            CommandGroup(
                name: "Capture",
                subcommands: [SendEvidence.self, ShowGaps.self, ListShadowWorkflows.self]),
            CommandGroup(name: "Read", subcommands: [ListEvidence.self, ShowRecord.self]),
            CommandGroup(
                name: "Keep",
                subcommands: [EraseEvidence.self, ListErasures.self, RunRetention.self]),
        ])
}

/// Records of a time, by what they state about themselves.
struct TimeWindow: ParsableArguments {
    @Option(help: ArgumentHelp("From this time on.", valueName: "time"))
    var from: TimeText?
    @Option(help: ArgumentHelp("To this time.", valueName: "time"))
    var to: TimeText?

    var query: [String: String?] { ["from": from?.rfc3339, "to": to?.rfc3339] }
}

struct ListEvidence: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "Look for records, newest first.",
        discussion: """
            Examples:
              cordon evidence list --workflow monthly-summaries --from 2026-05-01
              cordon evidence list --query 'Birch'
              cordon evidence list --query 'acct_#####' --kind tool_call
              cordon evidence list --query 'Birch' --all

            A name is found in any spelling: capitals, accents and look-alike letters do
            not matter. `*` stands for any run of letters and digits in a word, `#` for one
            digit. The last line says how far was looked.
            """)

    @Option(help: ArgumentHelp("A name or phrase.", valueName: "text"))
    var query: String?
    @Option(help: "Of this workflow only.")
    var workflow: String?
    @Option(help: "Of this kind only.")
    var kind: RecordKindBody?
    @Option(help: "Of this model only.")
    var model: String?
    @Option(help: "Of this person or agent only.")
    var actor: String?
    @Option(help: "About this record or address only.")
    var target: String?
    @OptionGroup var window: TimeWindow
    @Flag(help: "Look through all text, not only what came out; reads every record.")
    var all = false
    @OptionGroup var page: PageOptions
    @OptionGroup var server: ServerOptions

    func validate() throws {
        guard !all || query != nil else {
            throw ValidationError("--all is about the text that --query looks for.")
        }
    }

    func carryOut(_ run: CommandRun) async throws {
        let query = page.query.merging(window.query) { $1 }.merging([
            "q": query, "workflow": workflow, "kind": kind?.rawValue, "model": model,
            "actor": actor, "target": target, "in": all ? "all" : nil,
        ]) { $1 }
        run.show(
            try await run.get(Paths.root + "/evidence", query: query), EvidenceText.list)
    }
}

struct ShowRecord: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "show", abstract: "One record as text, with its place in the log.",
        discussion: """
            Examples:
              cordon evidence show 01JX3M8Q6ZK4T5V6W7X8Y9Z0AB
              cordon evidence show 01JX3M8Q6ZK4T5V6W7X8Y9Z0AB --raw > record.json

            That it was read, and by whom, is kept.
            """)

    @Argument(help: "The record's id.")
    var id: String
    @Flag(help: "Print the fields as they came, as JSON.")
    var raw = false
    @OptionGroup var server: ServerOptions

    func carryOut(_ run: CommandRun) async throws {
        let answer = try await run.get(Paths.root + "/evidence/" + Paths.segment(id))
        guard raw, !run.wantsJSON else { return run.show(answer, EvidenceText.record) }
        guard let groups = answer.json?["groups"] else {
            throw CommandFault("the content of \(id) is gone: cordon evidence show \(id)")
        }
        Console.say(String(decoding: groups.encoded(pretty: true), as: UTF8.self))
    }
}

extension RecordKindBody: ExpressibleByArgument {}
