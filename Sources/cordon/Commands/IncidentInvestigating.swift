import ArgumentParser
import CordonAPI
import CordonClient
import CordonCore
import CordonOperations

struct OpenLookback: IncidentAct {
    static let configuration = CommandConfiguration(
        commandName: "lookback", abstract: "Look back over the workflow's earlier outputs.",
        discussion: """
            Examples:
              cordon incident lookback INC-2026-0001 --days 60 --population 'All summaries.' \\
                --count 212
              cordon incident lookback INC-2026-0001 --days 60 --population 'All summaries.' \\
                --count 21200 --sample-size 400 --sample-seed 2026-04
            """)
    static let outcome = "The look back is open: add findings, then conclude it."
    var place: String { "lookbacks" }

    @OptionGroup var incident: IncidentTarget
    @Option(help: "How many days back from now.")
    var days: Int?
    @Option(help: ArgumentHelp("Where the window begins, instead of --days.", valueName: "time"))
    var begin: TimeText?
    @Option(help: ArgumentHelp("Where the window ends (default: now).", valueName: "time"))
    var end: TimeText?
    @Option(help: "What the outputs are and where they come from.")
    var population: String?
    @Option(help: "How many there are.")
    var count: Int?
    @Option(help: "How many of them are examined, when not all.")
    var sampleSize: Int?
    @Option(help: "The seed that draws the sample again.")
    var sampleSeed: String?
    @Option(help: "Why the window is shorter than the policy asks.")
    var shorterBecause: String?
    @OptionGroup var file: FromFile
    @OptionGroup var server: ServerOptions

    func validate() throws {
        guard days == nil || begin == nil else {
            throw ValidationError("Give --days or --begin.")
        }
        guard days.map({ (1...36_500).contains($0) }) ?? true else {
            throw ValidationError("--days is a number from 1.")
        }
    }

    func request() throws -> JSONValue {
        let now = Outside.real.now()
        let from = days.map { TimeText(now.adding(days: -$0)) } ?? begin
        let isStated = from != nil || file.from == nil
        let method: LookbackMethodBody = sampleSize == nil ? .all : .sample
        return try RequestBody.json(
            from: file.from,
            [
                "from": from.json, "to": isStated ? (end ?? TimeText(now)).json : end.json,
                "population": population.json, "population_count": count.json,
                "method": isStated || sampleSize != nil ? method.json : nil,
                "sample_size": sampleSize.json, "sample_seed": sampleSeed.json,
                "shorter_because": shorterBecause.json,
            ])
    }
}

/// Which look back is meant: the open one when nothing is said.
struct LookbackChoice: ParsableArguments {
    @Option(help: "The look back's id (default: the one that is open).")
    var lookback: String?

    func path(_ run: CommandRun, _ incident: IncidentTarget) async throws -> String {
        if let lookback { return "lookbacks/" + Paths.segment(lookback) }
        let known = try await run.get(incident.path).json?["lookbacks"]?.items ?? []
        let open = known.filter { $0["conclusion"]?.text == nil }.compactMap { $0["id"]?.text }
        guard let id = open.first, open.count == 1 else {
            throw CommandFault(
                open.isEmpty
                    ? "No look back is open: cordon incident lookback \(incident.number) --help"
                    : "Say which --lookback: \(open.joined(separator: ", ")).")
        }
        return "lookbacks/" + Paths.segment(id)
    }
}

struct AddFinding: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "finding", abstract: "Add what a look back found, with a verdict.")

    @OptionGroup var incident: IncidentTarget
    @Option(help: "Which output it is.")
    var reference: String
    @Option(help: "Whether it is affected.")
    var verdict: VerdictBody
    @Option(help: "What was found.")
    var description: String?
    @OptionGroup var choice: LookbackChoice
    @OptionGroup var server: ServerOptions

    func carryOut(_ run: CommandRun) async throws {
        let path = try await choice.path(run, incident)
        let body = try RequestBody.json([
            "reference": .string(reference), "verdict": verdict.json,
            "description": description.json,
        ])
        let answer = try await run.change("POST", "\(incident.path)/\(path)/findings", .json(body))
        run.show(answer) { IncidentText.progress("The finding is added.", $0) }
    }
}

struct ConcludeLookback: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "conclude", abstract: "Conclude a look back.",
        discussion: """
            Example:
              cordon incident conclude INC-2026-0001 --examined 212 \\
                --conclusion 'No other summary names a foreign customer.'
            """)

    @OptionGroup var incident: IncidentTarget
    @Option(help: "How many outputs were examined.")
    var examined: Int
    @Option(help: "What was found over all.")
    var conclusion: String
    @OptionGroup var choice: LookbackChoice
    @OptionGroup var server: ServerOptions

    func carryOut(_ run: CommandRun) async throws {
        let path = try await choice.path(run, incident)
        let body: JSONValue = [
            "examined": .integer(Int64(examined)), "conclusion": .string(conclusion),
        ]
        let answer = try await run.change(
            "POST", "\(incident.path)/\(path)/conclusion", .json(body))
        run.show(answer) { IncidentText.progress("The look back is concluded.", $0) }
    }
}

struct RecordCause: IncidentAct {
    static let configuration = CommandConfiguration(
        commandName: "cause", abstract: "Record the cause and the control that failed.",
        discussion: """
            Examples:
              cordon incident cause INC-2026-0001 --class workflow_design \\
                --control retrieval_scope=failed --control change_control=missing \\
                --description '…' --changed '…' --reproduction '…' --confidence high
              cordon incident cause INC-2026-0001 --from cause.json

            The class `model` alone needs --considered for permissions, retrieval, data and review.
            """)
    static let outcome = "The cause is recorded."
    var place: String { "cause" }

    @OptionGroup var incident: IncidentTarget
    @Option(name: .customLong("class"), help: "The failure class.")
    var failureClass: String?
    @Option(help: "A contributing class (repeatable).")
    var contributing: [String] = []
    @Option(
        help: ArgumentHelp(
            "What a control did: failed, missing, bypassed or worked (repeatable).",
            valueName: "control=state"))
    var control: [Pair] = []
    @Option(help: "The cause.")
    var description: String?
    @Option(help: "What was changed before it.")
    var changed: String?
    @Option(help: "How it was reproduced.")
    var reproduction: String?
    @Option(help: "How sure the finding is.")
    var confidence: ConfidenceBody?
    @Option(help: ArgumentHelp("What was found about it (repeatable).", valueName: "subject=text"))
    var considered: [Pair] = []
    @OptionGroup var file: FromFile
    @OptionGroup var server: ServerOptions

    func request() throws -> JSONValue {
        try RequestBody.json(
            from: file.from,
            [
                "failure_class": failureClass.json, "contributing": contributing.json,
                "controls": control.objects("control", "state"), "description": description.json,
                "changed_before": changed.json, "reproduction": reproduction.json,
                "confidence": confidence.json, "considered": considered.json,
            ])
    }
}

struct AddAction: IncidentAct {
    static let configuration = CommandConfiguration(
        commandName: "action", abstract: "Name something that is put right, by whom and by when.",
        discussion: """
            Example:
              cordon incident action INC-2026-0001 --title 'Retrieval by account' \\
                --kind retrieval --control retrieval_scope --owner frida --due 2026-05-01
            """)
    static let outcome = "The action is added; its id is in `cordon incident show`."
    var place: String { "actions" }

    @OptionGroup var incident: IncidentTarget
    @Option(help: "What is done.")
    var title: String?
    @Option(help: "Where the fix is made.")
    var kind: ActionKindBody?
    @Option(help: "The control that it mends.")
    var control: String?
    @Option(help: "Who does it.")
    var owner: String?
    @Option(help: ArgumentHelp("By when.", valueName: "time"))
    var due: TimeText?
    @Flag(help: "The restart does not wait for it.")
    var afterRestart = false
    @OptionGroup var file: FromFile
    @OptionGroup var server: ServerOptions

    func request() throws -> JSONValue {
        try RequestBody.json(
            from: file.from,
            [
                "title": title.json, "kind": kind.json, "control": control.json,
                "owner": owner.json, "due_at": due.json,
                "before_restart": afterRestart ? .bool(false) : nil,
            ])
    }
}

struct FinishAction: IncidentAct {
    static let configuration = CommandConfiguration(
        commandName: "done", abstract: "Say that an action was carried out.")
    static let outcome = "The action is done."

    @OptionGroup var incident: IncidentTarget
    @Argument(help: "The action's id, from `cordon incident show`.")
    var action: String
    @Option(help: "What shows that it was done.")
    var evidence: String
    @OptionGroup var server: ServerOptions

    var place: String { "actions/\(Paths.segment(action))/done" }

    func request() throws -> JSONValue { ["evidence": .string(evidence)] }
}
