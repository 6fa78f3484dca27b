import ArgumentParser
import CordonAPI
import CordonClient

struct RecordEvaluation: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "evaluate", abstract: "Add evaluation cases and the results of a run.",
        discussion: """
            Examples:
              cordon incident evaluate INC-2026-0001 \\
                --case cross-customer-name='No other customer is named.'
              cordon incident evaluate INC-2026-0001 --version 14.1 --subject failed \\
                --result cross-customer-name=fail
              cordon incident evaluate INC-2026-0001 --version 14.2 --subject fixed \\
                --junit results.xml
            """)

    @OptionGroup var incident: IncidentTarget
    @Option(help: "The version that was evaluated.")
    var version: String?
    @Option(help: "The version that failed, or the fixed one.")
    var subject: SubjectBody?
    @Option(
        name: .customLong("case"),
        help: ArgumentHelp("A new case (repeatable).", valueName: "key=description"))
    var cases: [Pair] = []
    @Option(help: ArgumentHelp("pass or fail (repeatable).", valueName: "key=result"))
    var result: [Pair] = []
    @Option(help: ArgumentHelp("A JUnit report; - is standard input.", valueName: "file"))
    var junit: String?
    @OptionGroup var file: FromFile
    @OptionGroup var server: ServerOptions

    func validate() throws {
        guard result.allSatisfy({ ["pass", "fail"].contains($0.value) }) else {
            throw ValidationError("A --result is KEY=pass or KEY=fail.")
        }
        guard junit == nil || (result.isEmpty && file.from == nil) else {
            throw ValidationError("Results come from --junit, --from or --result.")
        }
        guard
            (junit == nil && result.isEmpty) || (version != nil && subject != nil)
                || file.from != nil
        else { throw ValidationError("Results need --version and --subject.") }
        guard junit != nil || !result.isEmpty || !cases.isEmpty || file.from != nil else {
            throw ValidationError("Give a --case, or results.")
        }
    }

    func carryOut(_ run: CommandRun) async throws {
        let path = incident.path + "/evaluations"
        guard let junit else {
            run.show(try await run.change("POST", path, .json(try request()))) {
                IncidentText.progress("The evaluation is recorded.", $0)
            }
            return
        }
        let report = CordonBody(bytes: try InputFile.bytes(junit), mediaType: "application/xml")
        if let added = cases.objects("key", "description") {
            _ = try await run.change("POST", path, .json(["cases": added]))
        }
        let answer = try await run.change(
            "POST", path, query: ["version": version, "subject": subject?.rawValue], report)
        run.show(answer) { IncidentText.progress("The evaluation is recorded.", $0) }
    }

    private func request() throws(CommandFault) -> JSONValue {
        let results: [JSONValue] = result.map {
            ["key": .string($0.name), "passed": .bool($0.value == "pass")]
        }
        return try RequestBody.json(
            from: file.from,
            [
                "cases": cases.objects("key", "description"), "version": version.json,
                "subject": subject.json, "results": results.isEmpty ? nil : .array(results),
            ])
    }
}
