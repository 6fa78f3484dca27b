import ArgumentParser
import CordonAPI
import CordonClient

struct TriageIncident: IncidentAct {
    static let configuration = CommandConfiguration(
        commandName: "triage", abstract: "Decide what the event is.",
        discussion: """
            Example:
              cordon incident triage INC-2026-0001 --kind near_miss \\
                --reason 'Seen in review, before it was sent.'
            """)
    static let outcome = "The decision is recorded."
    var place: String { "triage" }

    @OptionGroup var incident: IncidentTarget
    @Option(help: "What it is.")
    var kind: KindBody
    @Option(help: "Why.")
    var reason: String
    @Option(help: "The registered workflow, when the report did not name one.")
    var workflow: String?
    @OptionGroup var server: ServerOptions

    func request() throws -> JSONValue {
        try RequestBody.json([
            "kind": kind.json, "reason": .string(reason), "workflow": workflow.json,
        ])
    }
}

struct AssessIncident: IncidentAct {
    static let configuration = CommandConfiguration(
        commandName: "assess", abstract: "Answer the questions and judge the severity.",
        discussion: """
            Examples:
              cordon incident assess INC-2026-0001 --answer 1=no --answer 2=yes --answer 3=no \\
                --answer 4=no --answer 5=yes --answer 6=yes --answer 7=no \\
                --type data_exposure --potential 3
              cordon incident assess INC-2026-0001 --lower 2 --reason 'Nothing had left.'
              cordon incident assess INC-2026-0001 --confirm-lowering

            The questions and the types are in `cordon policy show`. What is absent stays.
            """)
    static let outcome = "The assessment is recorded."
    var place: String { "assessment" }

    @OptionGroup var incident: IncidentTarget
    @Option(help: ArgumentHelp("Repeatable; yes, no or unknown.", valueName: "question=answer"))
    var answer: [Pair] = []
    @Option(help: ArgumentHelp("A critical flag (repeatable).", valueName: "key=answer"))
    var flag: [Pair] = []
    @Option(help: ArgumentHelp("A critical flag with a number (repeatable).", valueName: "key=n"))
    var measure: [Pair] = []
    @Option(help: "The type of event.")
    var type: String?
    @Option(help: "A further type (repeatable).")
    var secondary: [String] = []
    @Option(help: "What the type does not say.")
    var note: String?
    @Option(help: "Raise the level to this.")
    var level: Int?
    @Option(help: "How severe it could have become.")
    var potential: Int?
    @Option(help: "Why the level is raised, or should be lowered.")
    var reason: String?
    @Option(help: "Propose a lower level, for somebody else to confirm.")
    var lower: Int?
    @Flag(help: "Confirm the lower level that somebody else proposed.")
    var confirmLowering = false
    @OptionGroup var file: FromFile
    @OptionGroup var server: ServerOptions

    func validate() throws {
        guard lower == nil || reason != nil else {
            throw ValidationError("--lower needs a --reason.")
        }
    }

    func request() throws -> JSONValue {
        let lowering = lower.map { level in
            RequestBody.part(["level": .integer(Int64(level)), "reason": reason.json]) ?? .null
        }
        return try RequestBody.json(
            from: file.from,
            [
                "answers": answer.json, "flags": flag.json,
                "measures": try measure.numbers("--measure"), "type": type.json,
                "secondary_types": secondary.json, "type_note": note.json, "level": level.json,
                "potential_level": potential.json, "lowering": lowering,
                "confirm_lowering": confirmLowering.json,
                "reason": lower == nil ? reason.json : nil,
            ])
    }
}

struct StateTime: IncidentAct {
    static let configuration = CommandConfiguration(
        commandName: "time", abstract: "State or correct one of the five times.",
        discussion: """
            Example:
              cordon incident time INC-2026-0001 --moment occurred \\
                --time 2026-04-17T09:30:00Z --source 'The release log'
            """)
    static let outcome = "The time is recorded."
    var place: String { "times" }

    @OptionGroup var incident: IncidentTarget
    @Option(help: "Which time.")
    var moment: MomentBody
    @Option(help: ArgumentHelp("RFC 3339, a day, or now.", valueName: "time"))
    var time: TimeText
    @Option(help: "How it is known.")
    var source: String
    @OptionGroup var server: ServerOptions

    func request() throws -> JSONValue {
        try RequestBody.json([
            "moment": moment.json, "time": time.json, "source": .string(source),
        ])
    }
}

struct StateImpact: IncidentAct {
    static let configuration = CommandConfiguration(
        commandName: "impact", abstract: "State the business impact.",
        discussion: """
            Example:
              cordon incident impact INC-2026-0001 --description 'A draft, seen by one person.' \\
                --acted-upon no --reversible yes --left-company no --function client-services
            """)
    static let outcome = "The impact is recorded."
    var place: String { "impact" }

    @OptionGroup var incident: IncidentTarget
    @Option(help: "What it means for the business.")
    var description: String?
    @Option(help: "Whether somebody acted upon the output.")
    var actedUpon: AnswerBody?
    @Option(help: "Whether it can be undone.")
    var reversible: AnswerBody?
    @Option(help: "Whether it left the company.")
    var leftCompany: AnswerBody?
    @Option(help: "A function that joins the response (repeatable).")
    var function: [String] = []
    @OptionGroup var file: FromFile
    @OptionGroup var server: ServerOptions

    func request() throws -> JSONValue {
        try RequestBody.json(
            from: file.from,
            [
                "description": description.json, "acted_upon": actedUpon.json,
                "reversible": reversible.json, "left_company": leftCompany.json,
                "functions": function.json,
            ])
    }
}
