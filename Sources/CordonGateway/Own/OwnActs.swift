import CordonCore
import CordonOperations

/// What a tool of Cordon's own has done: for the model to read, and for programs.
struct OwnOutcome: Sendable {
    let text: String
    /// A JSON object.
    let structured: [UInt8]

    init(_ text: String, _ body: (inout JSONText) -> Void) {
        self.text = text
        var json = JSONText()
        json.beginObject()
        body(&json)
        json.endObject()
        structured = json.bytes
    }
}

/// The acts behind Cordon's own tools: each one the same operation as behind the REST route.
struct OwnActs: Sendable {
    let operations: Operations
    let caller: Caller

    /// Workflows that one list shows.
    static let listedAtMost = 200

    func perform(_ tool: OwnTool, _ arguments: [UInt8]) async throws -> OwnOutcome {
        guard !caller.permissions.isDisjoint(with: tool.permissions) else {
            let names = tool.permissions.map(\.rawValue).sorted().joined(separator: " or ")
            throw Refusal(.notPermitted, "This token does not allow it: it needs \(names).")
        }
        return switch tool {
        case .listWorkflows: try await list(OwnArguments(arguments, known: []))
        case .readFallback: try fallback(OwnArguments(arguments, known: ["workflow"]))
        case .state: try state(OwnArguments(arguments, known: ["workflow"]))
        case .definition: try await definition(OwnArguments(arguments, known: []))
        case .report:
            try await report(
                OwnArguments(arguments, known: ["workflow", "what", "left_company", "stop"]))
        case .stop:
            try await stop(
                OwnArguments(arguments, known: ["workflow", "reason", "tool", "outbound"]))
        }
    }

    // MARK: Reading

    private func list(_: OwnArguments) async throws -> OwnOutcome {
        let found = try await operations.ask(caller) {
            try $0.workflows(after: "", limit: Self.listedAtMost + 1)
        }
        let shown = found.prefix(Self.listedAtMost)
        let lines = shown.map { "\($0.key): \($0.profile.name), \($0.state.rawValue)" }
        let text = lines.isEmpty ? "There is no workflow." : lines.joined(separator: "\n")
        return OwnOutcome(text) { json in
            json.key("workflows")
            json.beginArray()
            for workflow in shown {
                json.beginObject()
                json.member("workflow", workflow.key)
                json.member("name", workflow.profile.name)
                json.member("state", workflow.state.rawValue)
                json.endObject()
            }
            json.endArray()
            json.key("more")
            json.bool(found.count > shown.count)
        }
    }

    private func fallback(_ arguments: OwnArguments) throws -> OwnOutcome {
        let entry = try entry(arguments)
        return OwnOutcome(
            entry.fallback.map(Self.words) ?? "\(entry.key) has no fallback: ask its owner."
        ) { json in
            json.member("workflow", entry.key)
            Self.write(entry.fallback, into: &json)
        }
    }

    private func state(_ arguments: OwnArguments) throws -> OwnOutcome {
        let entry = try entry(arguments)
        let stops = entry.stopsToTell.map { stop in
            let incident = stop.incident.isEmpty ? "" : " in \(stop.incident)"
            return "Stopped (\(Self.name(of: stop.scope)))\(incident): \(stop.reason)"
        }
        let blocked = entry.lane.blocksAll ? [entry.lane.blocked] : []
        let text = (["\(entry.key) is \(entry.state.rawValue)."] + stops + blocked)
            .joined(separator: "\n")
        return OwnOutcome(text) { json in
            json.member("workflow", entry.key)
            json.member("state", entry.state.rawValue)
            json.key("may_run")
            json.bool(entry.mayRun)
            json.key("stops")
            json.beginArray()
            for stop in entry.stopsToTell {
                json.beginObject()
                json.member("scope", Self.name(of: stop.scope))
                json.member("reason", stop.reason)
                json.member("incident", stop.incident)
                json.endObject()
            }
            json.endArray()
        }
    }

    private func definition(_: OwnArguments) async throws -> OwnOutcome {
        let (policy, version) = try await operations.ask(caller) { try $0.policy() }
        let words = policy.definitions.map { "\($0.term): \($0.meaning)" }
        let levels = policy.levels.map { "Level \($0.number), \($0.title): \($0.impact)" }
        let text = ([policy.title] + words + levels).joined(separator: "\n")
        return OwnOutcome(text) { json in
            json.member("policy_version", version)
            json.key("definitions")
            json.beginArray()
            for definition in policy.definitions {
                json.beginObject()
                json.member("term", definition.term)
                json.member("meaning", definition.meaning)
                json.endObject()
            }
            json.endArray()
            json.key("levels")
            json.beginArray()
            for level in policy.levels {
                json.beginObject()
                json.member("level", level.number)
                json.member("title", level.title)
                json.member("impact", level.impact)
                json.endObject()
            }
            json.endArray()
        }
    }

    // MARK: Acting

    private func report(_ arguments: OwnArguments) async throws -> OwnOutcome {
        let workflow = try arguments.text("workflow", atMost: 200) ?? caller.workflow
        let left = try arguments.required("left_company", atMost: 10)
        guard let leftCompany = Answer(rawValue: left) else {
            throw Refusal(.invalidInput, "left_company is yes, no or unknown.")
        }
        let input = ReportInput(
            workflow: workflow, what: try arguments.required("what", atMost: 20_000),
            leftCompany: leftCompany, stop: try arguments.truth("stop"))
        let (sequence, stop) = try await operations.perform(
            caller, holding: [workflow].compactMap(\.self)
        ) { try $0.report(input) }
        let number = sequence.incident.number
        let fallback = workflow.flatMap { operations.gate.entry($0)?.fallback }
        var text = "Reported as \(number). People will look at it."
        if stop != nil { text += " The workflow is stopped; only people can start it again." }
        if stop != nil, let fallback { text += "\n" + Self.words(fallback) }
        return OwnOutcome(text) { json in
            json.member("incident", number)
            json.key("stopped")
            json.bool(stop != nil)
            Self.write(fallback, into: &json)
        }
    }

    private func stop(_ arguments: OwnArguments) async throws -> OwnOutcome {
        let key = try workflow(arguments)
        let reason = try arguments.required("reason", atMost: 4_000)
        let tool = try arguments.text("tool", atMost: 200)
        let isOutbound = try arguments.truth("outbound")
        guard tool == nil || !isOutbound else {
            throw Refusal(.invalidInput, "A stop is for one tool or for everything outbound.")
        }
        let scope: Containment.Scope = tool.map { .tool($0) } ?? (isOutbound ? .outbound : .whole)
        let outcome = try await operations.perform(caller, holding: [key]) {
            try $0.stop(key, scope: scope, related: false, reason: reason, incident: nil)
        }
        let number = outcome.containment.incident
        let fallback = outcome.workflow.profile.fallback
        var text = "\(key) is stopped (\(Self.name(of: scope))) in \(number)."
        text += " Only people can start it again."
        if let fallback { text += "\n" + Self.words(fallback) }
        return OwnOutcome(text) { json in
            json.member("workflow", key)
            json.member("incident", number)
            json.member("containment", outcome.containment.id)
            json.member("state", outcome.workflow.state.rawValue)
            Self.write(fallback, into: &json)
        }
    }

    // MARK: Workflows

    private func workflow(_ arguments: OwnArguments) throws(Refusal) -> String {
        guard let key = try arguments.text("workflow", atMost: 200) ?? caller.workflow else {
            throw Refusal(.invalidInput, "Say workflow: this token serves more than one.")
        }
        guard caller.workflow == nil || caller.workflow == key else {
            throw Refusal(
                .notPermitted, "This token serves the workflow \(caller.workflow ?? "") alone.")
        }
        return key
    }

    private func entry(_ arguments: OwnArguments) throws(Refusal) -> GateEntry {
        let key = try workflow(arguments)
        guard let entry = operations.gate.entry(key) else {
            throw Refusal(.notFound, "There is no workflow \(key).")
        }
        return entry
    }

    private static func name(of scope: Containment.Scope) -> String {
        switch scope {
        case .whole: "workflow"
        case .tool(let name): "tool \(name)"
        case .outbound: "outbound"
        }
    }

    private static func words(_ fallback: Fallback) -> String {
        var lines = ["Fallback: \(fallback.title)"]
        lines += fallback.steps.enumerated().map { "\($0.offset + 1). \($0.element)" }
        if !fallback.contact.isEmpty { lines.append("Ask: \(fallback.contact)") }
        if !fallback.capacity.isEmpty { lines.append("Capacity: \(fallback.capacity)") }
        return lines.joined(separator: "\n")
    }

    private static func write(_ fallback: Fallback?, into json: inout JSONText) {
        json.key("fallback")
        guard let fallback else { return json.null() }
        json.beginObject()
        json.member("title", fallback.title)
        json.key("steps")
        json.beginArray()
        for step in fallback.steps { json.string(step) }
        json.endArray()
        json.member("contact", fallback.contact)
        json.member("capacity", fallback.capacity)
        json.endObject()
    }
}
