import ArgumentParser
import CordonAPI
import CordonClient

/// How a workflow is connected: `cordon workflow connect`.
struct ConnectWorkflow: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "connect", abstract: "Print a text to copy that connects the workflow.",
        discussion: """
            Examples:
              cordon workflow connect monthly-summaries             what there is
              cordon workflow connect monthly-summaries cron        one of them
              cordon workflow connect monthly-summaries cron > job.sh
            """)

    @OptionGroup var workflow: WorkflowTarget
    @Argument(help: "Which one; all of them are listed when it is absent.")
    var card: String?
    @OptionGroup var server: ServerOptions

    func carryOut(_ run: CommandRun) async throws {
        let answer = try await run.get(workflow.path + "/connections")
        let items = answer.json?["items"]?.items ?? []
        guard let card else {
            return run.show(answer) { _ in
                Console.table(
                    ["CARD", "STOPS AT", "LAST SEEN", "STOP PROVED", "WHAT"],
                    items.map { item in
                        [
                            item["id"]?.text ?? "",
                            item["enforces"] == .bool(true)
                                ? item["kind"]?.text ?? "" : "not contained",
                            item["last_seen_at"]?.text ?? "never",
                            item["stop_proved_at"]?.text ?? "never", item["title"]?.text ?? "",
                        ]
                    })
            }
        }
        guard let found = items.first(where: { $0["id"]?.text == card }) else {
            let known = items.compactMap { $0["id"]?.text }.joined(separator: ", ")
            throw CommandFault("There is no \(card); there are \(known)")
        }
        if run.wantsJSON {
            Console.say(String(decoding: found.encoded(pretty: true), as: UTF8.self))
        } else {
            Console.say(found["text"]?.text ?? "")
        }
    }
}

/// Tries the stop on everything that is connected: `cordon workflow test-stop`.
struct TestStop: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "test-stop",
        abstract: "Try the stop: refuse everything until what is connected has met it.",
        discussion: """
            Examples:
              cordon workflow test-stop monthly-summaries
              cordon workflow test-stop monthly-summaries --seconds 50 \\
                --proof 'Gita disabled the nightly job in the CRM.'

            Whatever was met within a day has to meet the stop: run each of them once while the test
            goes on. Exit code 5 when one did not.
            """)

    @OptionGroup var workflow: WorkflowTarget
    @Option(help: "How long what is connected may take, 1 to 50 seconds.")
    var seconds = 30
    @Option(help: "How the manual targets were tried, in your words and under your name.")
    var proof: String?
    @Flag(help: "Refuse the real work of a workflow in production meanwhile; its owner's say.")
    var inProduction = false
    @OptionGroup var server: ServerOptions

    func carryOut(_ run: CommandRun) async throws {
        let body = try RequestBody.json([
            "seconds": .integer(Int64(seconds)), "proof": proof.json,
            "in_production": .bool(inProduction),
        ])
        let answer = try await run.changeUnrepeated("POST", workflow.path + "/stop-tests", body)
        let hasPassed = answer.json?["stop_test"]?["passed"] == .bool(true)
        run.show(answer) { shown in
            let points = shown["stop_test"]?["points"]?.items ?? []
            return points.map { point in
                let state = (point["state"]?.text ?? "").replacing("_", with: " ")
                return "  \(point["name"]?.text ?? ""): \(state). \(point["detail"]?.text ?? "")"
            } + WorkflowText.changed(hasPassed ? "has a tested stop" : "has no tested stop", shown)
        }
        if !hasPassed { throw ExitStatus.refused.code }
    }
}
