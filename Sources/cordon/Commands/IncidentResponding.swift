import ArgumentParser
import CordonAPI
import CordonClient

struct NoteFallback: IncidentAct {
    static let configuration = CommandConfiguration(
        commandName: "fallback", abstract: "Say whether the fallback is in use, and who was told.",
        discussion: """
            Example:
              cordon incident fallback INC-2026-0001 --note 'Written by hand since noon.' \\
                --told 'the account managers'
            """)
    static let outcome = "The fallback is noted."
    var place: String { "fallback" }

    @OptionGroup var incident: IncidentTarget
    @Flag(help: "The fallback is not in use; the note says why.")
    var notActivated = false
    @Option(help: "How the work goes on.")
    var note: String
    @Option(help: "Who was told (repeatable).")
    var told: [String] = []
    @OptionGroup var server: ServerOptions

    func request() throws -> JSONValue {
        try RequestBody.json([
            "activated": .bool(!notActivated), "note": .string(note), "told": told.json,
        ])
    }
}

struct NameGap: IncidentAct {
    static let configuration = CommandConfiguration(
        commandName: "gap", abstract: "Name evidence that cannot be had.",
        discussion: """
            Example:
              cordon incident gap INC-2026-0001 --kind input --why 'The notes were not kept.'
            """)
    static let outcome = "The gap is named."
    var place: String { "gaps" }

    @OptionGroup var incident: IncidentTarget
    @Option(help: "What is missing.")
    var kind: EvidenceKindBody
    @Option(help: "Why it cannot be had.")
    var why: String
    @OptionGroup var server: ServerOptions

    func request() throws -> JSONValue {
        try RequestBody.json(["kind": kind.json, "why": .string(why)])
    }
}

struct AddAffected: IncidentAct {
    static let configuration = CommandConfiguration(
        commandName: "affected", abstract: "Add a person, record or output that was touched.",
        discussion: """
            Example:
              cordon incident affected INC-2026-0001 --kind output --reference 'Draft 2026-04'
            """)
    static let outcome = "The record is added."
    var place: String { "affected" }

    @OptionGroup var incident: IncidentTarget
    @Option(help: "What it is.")
    var kind: AffectedKindBody
    @Option(help: "Its name or number.")
    var reference: String
    @Option(help: "How it was touched.")
    var description: String?
    @OptionGroup var server: ServerOptions

    func request() throws -> JSONValue {
        try RequestBody.json([
            "kind": kind.json, "reference": .string(reference), "description": description.json,
        ])
    }
}

struct CorrectAffected: IncidentAct {
    static let configuration = CommandConfiguration(
        commandName: "correct", abstract: "Say how an affected record was put right.")
    static let outcome = "The correction is recorded."

    @OptionGroup var incident: IncidentTarget
    @Argument(help: "The record's id, from `cordon incident show`.")
    var record: String
    @Option(help: "How it was put right, or why nothing has to be.")
    var correction: String
    @OptionGroup var server: ServerOptions

    var place: String { "affected/\(Paths.segment(record))/correction" }

    func request() throws -> JSONValue { ["correction": .string(correction)] }
}

struct DecideNotification: IncidentAct {
    static let configuration = CommandConfiguration(
        commandName: "notify", abstract: "Decide on a duty to notify.",
        discussion: """
            Example:
              cordon incident notify INC-2026-0001 --duty 'Customer contract, clause 9' \\
                --decision does_not_apply --reason 'Nothing left the company.'
            """)
    static let outcome = "The decision is recorded."
    var place: String { "notifications" }

    @OptionGroup var incident: IncidentTarget
    @Option(help: "The duty.")
    var duty: String
    @Option(help: "Whether it applies.")
    var decision: ObligationBody
    @Option(help: "Why.")
    var reason: String
    @Option(help: "Until when somebody has to be told.")
    var due: TimeText?
    @OptionGroup var server: ServerOptions

    func request() throws -> JSONValue {
        try RequestBody.json([
            "duty": .string(duty), "decision": decision.json, "reason": .string(reason),
            "due_at": due.json,
        ])
    }
}

struct SkipStep: IncidentAct {
    static let configuration = CommandConfiguration(
        commandName: "skip", abstract: "Pass over a step, by name and with a reason.")
    static let outcome = "The step is passed over; the file says so."
    var place: String { "skips" }

    @OptionGroup var incident: IncidentTarget
    @Option(help: "The step, 1 to 12.")
    var step: Int
    @Option(help: "Why.")
    var reason: String
    @OptionGroup var server: ServerOptions

    func request() throws -> JSONValue {
        ["step": .integer(Int64(step)), "reason": .string(reason)]
    }
}
