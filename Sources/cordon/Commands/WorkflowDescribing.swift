import ArgumentParser
import CordonAPI
import CordonClient

/// What the company says of a workflow: the options that `register` and `amend` share.
struct WorkflowDescription: ParsableArguments {
    @Option(help: "Its name.")
    var name: String?
    @Option(help: "What it is for.")
    var purpose: String?
    @Option(help: "The business function that it belongs to, such as client-services.")
    var function: String?
    @Option(help: "The login of the accountable owner.")
    var owner: String?
    @Option(help: "The login of the deputy.")
    var deputy: String?
    @Option(help: ArgumentHelp("The fallback's title.", valueName: "title"))
    var fallback: String?
    @Option(help: ArgumentHelp("A step of the fallback (repeatable).", valueName: "text"))
    var fallbackStep: [String] = []
    @Option(help: ArgumentHelp("Whom to ask about the fallback.", valueName: "contact"))
    var fallbackContact: String?
    @Option(help: ArgumentHelp("How much can be done that way.", valueName: "text"))
    var fallbackCapacity: String?
    @Option(help: ArgumentHelp("What a reviewer checks (repeatable).", valueName: "text"))
    var check: [String] = []
    @Option(help: ArgumentHelp("The share that is reviewed.", valueName: "percent"))
    var reviewShare: Int?
    @Option(help: ArgumentHelp("Who is called (repeatable).", valueName: "function=contact"))
    var escalation: [Pair] = []
    @Option(help: "Whether it only drafts, or acts.")
    var mode: AuthorityMode?
    @Option(help: "Whom its outputs may reach.")
    var delivers: DeliveryReach?
    @Option(
        help: ArgumentHelp("A tool that it may call (repeatable).", valueName: "name=read|write"))
    var tool: [Pair] = []
    @Option(help: ArgumentHelp("A kind of data that it touches (repeatable).", valueName: "text"))
    var dataClass: [String] = []
    @Option(help: ArgumentHelp("Whom it affects (repeatable).", valueName: "text"))
    var affects: [String] = []
    @Option(help: "The key of a retention class of the policy.")
    var retention: String?
    @Option(help: ArgumentHelp("Who owns a level (repeatable).", valueName: "level=contact"))
    var severityOwner: [Pair] = []
    @Option(help: ArgumentHelp("A workflow that shares its causes (repeatable).", valueName: "key"))
    var related: [String] = []
    @Option(
        help: ArgumentHelp("JSON with the API's object; - is standard input.", valueName: "file"))
    var from: String?

    func json(key: String?) throws(CommandFault) -> JSONValue {
        for pair in severityOwner where Int64(pair.name) == nil {
            throw CommandFault("--severity-owner \(pair.name)=\(pair.value): a level is 1 to 4")
        }
        let owners = severityOwner.map { owner in
            JSONValue.object([
                "level": .integer(Int64(owner.name) ?? 0), "contact": .string(owner.value),
            ])
        }
        var members: [String: JSONValue?] = [
            "key": key.json, "name": name.json, "purpose": purpose.json, "function": function.json,
            "owner": owner.json, "deputy": deputy.json, "retention": retention.json,
        ]
        members["fallback"] = RequestBody.part([
            "title": fallback.json, "steps": fallbackStep.json, "contact": fallbackContact.json,
            "capacity": fallbackCapacity.json,
        ])
        members["review_standard"] = RequestBody.part([
            "checks": check.json, "share_percent": reviewShare.json,
        ])
        members["escalation"] = escalation.objects("function", "contact")
        members["authority"] = RequestBody.part([
            "mode": mode.json, "delivers": delivers.json, "tools": tool.objects("name", "access"),
        ])
        members["data_classes"] = dataClass.json
        members["affected_parties"] = affects.json
        members["severity_owners"] = owners.isEmpty ? nil : .array(owners)
        members["related"] = related.json
        return try RequestBody.json(from: from, members)
    }
}

struct RegisterWorkflow: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "register", abstract: "Register a workflow.",
        discussion: """
            Examples:
              cordon workflow register --key monthly-summaries --name 'Monthly summaries' \\
                --function client-services --owner ben --deputy carla --mode draft
              cordon workflow register --from workflow.json

            Manual targets and rules for a tool's arguments are written in the file.
            """)

    @Option(help: "A short name of small letters, digits and hyphens; it never changes.")
    var key: String?
    @OptionGroup var description: WorkflowDescription
    @OptionGroup var server: ServerOptions

    func carryOut(_ run: CommandRun) async throws {
        let body = try description.json(key: key)
        let answer = try await run.change("POST", Paths.root + "/workflows", .json(body))
        run.show(answer) { workflow in
            let key = workflow["key"]?.text ?? ""
            return WorkflowText.changed("is registered", workflow)
                + ["Next: cordon workflow amend \(key) --help"]
        }
    }
}

struct AmendWorkflow: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "amend", abstract: "Change a workflow's description; what is absent stays.",
        discussion: """
            Examples:
              cordon workflow amend monthly-summaries --deputy carla
              cordon workflow amend monthly-summaries --from changes.json

            The description is read first and the change refused when somebody else was faster;
            --if-match says which version you have read yourself.
            """)

    @OptionGroup var workflow: WorkflowTarget
    @OptionGroup var description: WorkflowDescription
    @Option(help: "The version that you have read.")
    var ifMatch: Int?
    @OptionGroup var server: ServerOptions

    func carryOut(_ run: CommandRun) async throws {
        let body = try description.json(key: nil)
        let version =
            if let ifMatch { ifMatch } else {
                try await run.get(workflow.path).json?["version"]?.integer ?? 0
            }
        let answer = try await run.change(
            "PATCH", workflow.path, .json(body), ifMatch: "\(version)")
        run.show(answer) { amended in
            let isReady = amended["readiness"]?["gaps"]?.items.isEmpty ?? false
            let runs = amended["production_since"]?.text != nil
            let next =
                isReady && !runs
                ? ["Next: cordon workflow production \(workflow.key)"] : []
            return WorkflowText.changed("is amended", amended) + next
        }
    }
}
