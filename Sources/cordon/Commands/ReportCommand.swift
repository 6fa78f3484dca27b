import ArgumentParser
import CordonAPI
import CordonClient

struct ReportCommand: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "report", abstract: "Report something wrong; with --stop, stop it now.",
        discussion: """
            Examples:
              cordon report monthly-summaries --what 'A draft names another customer.' --stop
              cordon report --what 'The chat bot invents prices.' --left-company yes
              cordon report monthly-summaries --what 'See the file.' --attach draft.txt
            """)

    @Argument(help: "The workflow's key, or what you call it.")
    var workflow: String?
    @Option(help: "What you saw, in your own words.")
    var what: String
    @Option(help: "Whether it left the company.")
    var leftCompany: AnswerBody?
    @Flag(help: "Stop the workflow in the same instant.")
    var stop = false
    @Option(help: "How you can be reached.")
    var contact: String?
    @Option(help: "How it was noticed.")
    var discovered: String?
    @Option(help: "When it happened.")
    var occurred: TimeText?
    @Option(help: "When it was noticed.")
    var detected: TimeText?
    @Option(help: ArgumentHelp("A file to attach as evidence (repeatable).", valueName: "file"))
    var attach: [String] = []
    @OptionGroup var server: ServerOptions

    func carryOut(_ run: CommandRun) async throws {
        // Files are read first: a name that is mistyped must not leave half a report.
        let files = try attach.map { path throws(CommandFault) in try EvidenceFile(path) }
        let body = try RequestBody.json([
            "workflow": workflow.json, "what": .string(what), "left_company": leftCompany.json,
            "stop": stop.json, "contact": contact.json, "discovered": discovered.json,
            "occurred_at": occurred.json, "detected_at": detected.json,
        ])
        let answer = try await run.change("POST", Paths.root + "/reports", .json(body))
        let number = answer.json?["incident"]?.text ?? ""
        run.show(answer) { Self.lines($0, workflow ?? "") }
        for file in files {
            let kept = try await file.send(run, to: IncidentTarget.path(number))
            run.remark(["Attached \(file.name), SHA-256 \(kept.json?["sha256"]?.text ?? "")."])
        }
    }

    private static func lines(_ report: JSONValue, _ workflow: String) -> [String] {
        let receipt = report["receipt"]
        let number = report["incident"]?.text ?? ""
        var lines = ["Reported as \(number) at \(receipt?["received_at"]?.text ?? "")."]
        if let next = receipt?["next"]?.text { lines.append(next) }
        if let containment = report["containment"], containment != .null {
            lines += WorkflowText.containment(containment, workflow)
        }
        return lines + ["Next: cordon incident show \(number)"]
    }
}
