import ArgumentParser
import CordonAPI
import CordonClient

struct JournalCommand: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "journal", abstract: "Every event, by its index.",
        discussion: """
            Examples:
              cordon journal --limit 50
              cordon journal --stream incident/INC-2026-0001
            """)

    @Option(help: "One stream alone.")
    var stream: String?
    @OptionGroup var page: PageOptions
    @OptionGroup var server: ServerOptions

    func carryOut(_ run: CommandRun) async throws {
        let query = page.query.merging(["stream": stream]) { $1 }
        run.show(try await run.get(Paths.root + "/journal", query: query)) { list in
            Console.table(
                ["INDEX", "TIME", "WHO", "STREAM", "WHAT"],
                (list["items"]?.items ?? []).map { row in
                    [
                        "\(row["index"]?.integer ?? 0)", row["at"]?.text ?? "",
                        row["actor"]?.text ?? "", row["stream"]?.text ?? "",
                        row["kind"]?.text ?? "",
                    ]
                }) + PageOptions.hint(list)
        }
    }
}
