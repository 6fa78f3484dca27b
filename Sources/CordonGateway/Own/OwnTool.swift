import CordonCore

/// The tools of Cordon's own MCP server: what an assistant may do when something is wrong.
///
/// Nothing here restarts, signs or approves, and nothing ever will: that is for people.
enum OwnTool: String, CaseIterable, Sendable {
    case listWorkflows = "list_workflows"
    case readFallback = "read_fallback"
    case report = "report_something_wrong"
    case stop = "stop_workflow"
    case definition = "what_counts_as_an_incident"
    case state = "workflow_state"

    /// What the caller's token must allow: one of these.
    var permissions: Set<Permission> {
        switch self {
        case .listWorkflows, .readFallback, .state: [.readWorkflows]
        case .report: [.report]
        case .stop: [.stop]
        case .definition: [.report, .readPolicy]
        }
    }

    private var title: String {
        switch self {
        case .listWorkflows: "List workflows"
        case .readFallback: "Read the fallback"
        case .report: "Report something wrong"
        case .stop: "Stop a workflow"
        case .definition: "What counts as an incident"
        case .state: "State of a workflow"
        }
    }

    private var description: String {
        switch self {
        case .listWorkflows: "Lists the workflows that you may see, each with its state."
        case .readFallback:
            "Reads how people do a workflow's work without AI. Works while the workflow is stopped."
        case .report:
            "Reports that an AI result or action was, or could have been, wrong or harmful. Four "
                + "answers are enough, and an unsure report is better than none. With stop the "
                + "workflow stands still at once. Each report opens an incident: report once."
        case .stop:
            "Stops a workflow now, or one tool of it, or what leaves the company. Only people can "
                + "start it again. Stopping what you have stopped already changes nothing."
        case .definition:
            "Explains in plain words what the company calls an incident, a near miss and a quality "
                + "issue, and how severe is how severe."
        case .state: "Says whether a workflow may go on, and why not."
        }
    }

    /// JSON Schemas of the arguments.
    private var input: String {
        let workflow =
            #""workflow":{"type":"string","minLength":1,"maxLength":200,"description":"Its key; "#
            + #"may be left out with a token that serves one workflow."}"#
        let members: (String, required: String)
        switch self {
        case .listWorkflows, .definition: members = ("", "")
        case .readFallback, .state: members = (workflow, "")
        case .report:
            members = (
                workflow
                    + #","what":{"type":"string","minLength":1,"maxLength":20000,"description":"#
                    + #""What happened, in your own words."},"left_company":{"type":"string","#
                    + #""enum":["yes","no","unknown"],"description":"Whether it reached anybody "#
                    + #"outside."},"stop":{"type":"boolean","description":"Stops it too."}"#,
                #""what","left_company""#
            )
        case .stop:
            members = (
                workflow
                    + #","reason":{"type":"string","minLength":1,"maxLength":4000,"description":"#
                    + #""What is wrong."},"tool":{"type":"string","minLength":1,"maxLength":200,"#
                    + #""description":"Stops this tool only."},"outbound":{"type":"boolean","#
                    + #""description":"Stops only what leaves the company."}"#,
                #""reason""#
            )
        }
        return #"{"type":"object","properties":{\#(members.0)},"required":[\#(members.required)],"#
            + #""additionalProperties":false}"#
    }

    private static let fallback =
        #""fallback":{"type":["object","null"],"properties":{"title":{"type":"string"},"#
        + #""steps":{"type":"array","items":{"type":"string"}},"contact":{"type":"string"},"#
        + #""capacity":{"type":"string"}}}"#

    /// JSON Schemas of the structured results.
    private var output: String {
        let text = #"{"type":"string"}"#
        let members: (String, required: String) =
            switch self {
            case .listWorkflows:
                (
                    #""workflows":{"type":"array","items":{"type":"object","properties":{"#
                        + #""workflow":\#(text),"name":\#(text),"state":\#(text)},"#
                        + #""required":["workflow","name","state"]}},"more":{"type":"boolean"}"#,
                    #""workflows","more""#
                )
            case .readFallback:
                (#""workflow":\#(text),\#(Self.fallback)"#, #""workflow","fallback""#)
            case .report:
                (
                    #""incident":\#(text),"stopped":{"type":"boolean"},\#(Self.fallback)"#,
                    #""incident","stopped""#
                )
            case .stop:
                (
                    #""workflow":\#(text),"incident":\#(text),"containment":\#(text),"#
                        + #""state":\#(text),\#(Self.fallback)"#,
                    #""workflow","incident","containment","state""#
                )
            case .definition:
                (
                    #""policy_version":{"type":"integer"},"definitions":{"type":"array","items":"#
                        + #"{"type":"object","properties":{"term":\#(text),"meaning":\#(text)}}},"#
                        + #""levels":{"type":"array","items":{"type":"object","properties":{"#
                        + #""level":{"type":"integer"},"title":\#(text),"impact":\#(text)}}}"#,
                    #""policy_version","definitions","levels""#
                )
            case .state:
                (
                    #""workflow":\#(text),"state":\#(text),"may_run":{"type":"boolean"},"#
                        + #""stops":{"type":"array","items":{"type":"object","properties":{"#
                        + #""scope":\#(text),"reason":\#(text),"incident":\#(text)}}}"#,
                    #""workflow","state","may_run","stops""#
                )
            }
        return #"{"type":"object","properties":{\#(members.0)},"required":[\#(members.required)]}"#
    }

    func write(into json: inout JSONText) {
        json.beginObject()
        json.member("name", rawValue)
        json.member("title", title)
        json.member("description", description)
        json.key("inputSchema")
        json.raw(input.utf8)
        json.key("outputSchema")
        json.raw(output.utf8)
        json.key("annotations")
        json.beginObject()
        json.key("readOnlyHint")
        json.bool(self != .report && self != .stop)
        if self == .report || self == .stop {
            json.key("destructiveHint")
            json.bool(self == .stop)
            json.key("idempotentHint")
            json.bool(self == .stop)
        }
        json.key("openWorldHint")
        json.bool(false)
        json.endObject()
        json.endObject()
    }
}

/// The arguments of a call, checked as the REST interface checks them.
struct OwnArguments {
    private let members: JSONMembers
    private let given: Set<String>

    /// - Throws: a refusal when there are others than `known`.
    init(_ json: [UInt8], known: Set<String>) throws(Refusal) {
        guard let members = JSONMembers(json[...]) else {
            throw Refusal(.invalidInput, "The arguments must be an object.")
        }
        self.members = members
        given = Set(members.members.map(\.name))
        guard let other = given.subtracting(known).sorted().first else { return }
        throw Refusal(.invalidInput, "There is no argument \(other.prefix(100)).")
    }

    func text(_ name: String, atMost limit: Int) throws(Refusal) -> String? {
        guard let value = value(name) else { return nil }
        guard let text = JSONMembers.text(value), !text.isEmpty,
            text.unicodeScalars.count <= limit
        else {
            throw Refusal(.invalidInput, "\(name) is a text of 1 to \(limit) characters.")
        }
        return text
    }

    func required(_ name: String, atMost limit: Int) throws(Refusal) -> String {
        guard let text = try text(name, atMost: limit) else {
            throw Refusal(.invalidInput, "Say \(name).")
        }
        return text
    }

    func truth(_ name: String) throws(Refusal) -> Bool {
        guard let value = value(name) else { return false }
        if value.elementsEqual("true".utf8) { return true }
        guard value.elementsEqual("false".utf8) else {
            throw Refusal(.invalidInput, "\(name) is true or false.")
        }
        return false
    }

    private func value(_ name: String) -> ArraySlice<UInt8>? {
        members[name].flatMap { $0.elementsEqual("null".utf8) ? nil : $0 }
    }
}
