import ArgumentParser
import CordonAPI
import CordonClient

struct SignRestart: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "sign", abstract: "Sign for the restart, bound to the evidence you saw.",
        discussion: """
            Examples:
              cordon incident sign INC-2026-0001 --role owner
              cordon incident sign INC-2026-0001 --role owner --hash HASH --statement 'I read it.'

            Without --hash the evidence is read first, shown, and signed as it is at that moment.
            """)

    @OptionGroup var incident: IncidentTarget
    @Option(help: "The role that you sign in.")
    var role: String
    @Option(help: "The evidence hash that you were shown.")
    var hash: String?
    @Option(help: "What you declare.")
    var statement: String?
    @OptionGroup var server: ServerOptions

    func carryOut(_ run: CommandRun) async throws {
        let seen: String
        if let hash {
            seen = hash
        } else {
            let state = try await run.get(incident.path + "/restart").json ?? .null
            run.remark(["To be signed:"] + RestartText.lines(state))
            seen = state["evidence_hash"]?.text ?? ""
        }
        let body = try RequestBody.json([
            "role": .string(role), "evidence_hash": .string(seen), "statement": statement.json,
        ])
        let answer = try await run.change("POST", incident.path + "/signatures", .json(body))
        run.show(answer) { IncidentText.progress("Signed as \(role).", $0) }
    }
}

/// What stands between a workflow and its restart.
enum RestartText {
    static func lines(_ state: JSONValue) -> [String] {
        var lines = [
            "  evidence \(state["evidence_hash"]?.text ?? "")",
            "  level \(state["level"]?.integer ?? 0)",
        ]
        for required in state["required_signatures"]?.items ?? [] {
            let roles = (required["any_of"]?.items ?? []).compactMap(\.text)
            let signer = required["signed_by"]?.text.map { "signed by \($0)" } ?? "not signed"
            lines.append("  \(roles.joined(separator: " or ")): \(signer)")
        }
        let blockers = state["blockers"]?.items ?? []
        lines += blockers.map { blocker in
            let step = blocker["step"]?.integer.map { "step \($0): " } ?? ""
            return "  in the way: \(step)\(blocker["message"]?.text ?? "")"
        }
        return lines
    }
}

struct RestartIncident: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "restart", abstract: "Restart what the incident stopped.",
        discussion: """
            Examples:
              cordon incident restart INC-2026-0001 --dry-run
              cordon incident restart INC-2026-0001 --watch new_report --watch denied_action=3 \\
                --conditions 'Every draft is reviewed for a week.'

            Watch conditions: new_report, evaluation_failed, denied_action.
            """)

    @OptionGroup var incident: IncidentTarget
    @Flag(help: "Only say what stands in the way.")
    var dryRun = false
    @Option(help: "Under which conditions it runs again.")
    var conditions: String?
    @Option(help: "How long it is watched; the level says how long at the least.")
    var watchHours: Int?
    @Option(help: ArgumentHelp("What stops it again (repeatable).", valueName: "kind[=n]"))
    var watch: [String] = []
    @OptionGroup var file: FromFile
    @OptionGroup var server: ServerOptions

    func carryOut(_ run: CommandRun) async throws {
        let path = incident.path + "/restart"
        if dryRun {
            run.show(try await run.get(path)) { state in
                let isAllowed = state["allowed"]?.truth == true
                return [isAllowed ? "Nothing stands in the way." : "It cannot be restarted yet."]
                    + RestartText.lines(state)
            }
            return
        }
        let body = try RequestBody.json(
            from: file.from,
            [
                "conditions": conditions.json, "watch_hours": watchHours.json,
                "watch": watch.isEmpty ? nil : .array(try watch.map(Self.condition)),
            ])
        run.show(try await run.change("POST", path, .json(body))) { incident in
            let until = incident["restarts"]?.items.last?["watch"]?["until"]?.text
            let watched = until.map { " It is watched until \($0)." } ?? ""
            return IncidentText.progress("The workflow runs again.\(watched)", incident)
        }
    }

    private static func condition(_ text: String) throws(CommandFault) -> JSONValue {
        guard let pair = Pair(argument: text) else { return ["kind": .string(text)] }
        guard let threshold = Int64(pair.value) else {
            throw CommandFault("--watch \(text): a number is expected after the equals sign")
        }
        return ["kind": .string(pair.name), "threshold": .integer(threshold)]
    }
}

struct RecordReview: IncidentAct {
    static let configuration = CommandConfiguration(
        commandName: "review", abstract: "Record what the company learned.",
        discussion: """
            Example:
              cordon incident review INC-2026-0001 --control-change 'Retrieval by account.' \\
                --update 'training=Reviewers look for foreign names.'
            """)
    static let outcome = "The review is recorded."
    var place: String { "review" }

    @OptionGroup var incident: IncidentTarget
    @Option(help: "What changed in the controls.")
    var controlChange: String?
    @Option(
        help: ArgumentHelp(
            "evaluation_case, policy or training, and what changed (repeatable).",
            valueName: "kind=text"))
    var update: [Pair] = []
    @Option(help: "An incident with the same failed control (repeatable).")
    var recurrence: [String] = []
    @OptionGroup var file: FromFile
    @OptionGroup var server: ServerOptions

    func request() throws -> JSONValue {
        try RequestBody.json(
            from: file.from,
            [
                "control_change": controlChange.json,
                "updates": update.objects("kind", "description"), "recurrence": recurrence.json,
            ])
    }
}

struct SignException: IncidentAct {
    static let configuration = CommandConfiguration(
        commandName: "except", abstract: "Sign that an incomplete file may be closed.")
    static let outcome = "The exception is signed."
    var place: String { "exception" }

    @OptionGroup var incident: IncidentTarget
    @Option(help: "Why it may be closed as it is.")
    var reason: String
    @OptionGroup var server: ServerOptions

    func request() throws -> JSONValue { ["reason": .string(reason)] }
}

struct CloseIncident: IncidentAct {
    static let configuration = CommandConfiguration(
        commandName: "close", abstract: "Close the incident: complete, or with an exception.")
    static let outcome = "The incident is closed."
    var place: String { "close" }

    @OptionGroup var incident: IncidentTarget
    @OptionGroup var server: ServerOptions

    func request() throws -> JSONValue { [:] }
}
