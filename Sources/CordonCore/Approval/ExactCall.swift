/// Exactly one call: whatever of it is changed makes another.
package struct ExactCall: Codable, Equatable, Sendable {
    package let workflow: String
    package let action: GateAction
    package let tool: String?
    /// The arguments in their one spelling; see ``JSONScan/canonical(_:numbers:)``.
    ///
    /// Numbers are spelled by their value: whoever is told arguments with `15.0` in them may come
    /// back with `15`, and means the same.
    package private(set) var arguments: String
    package let target: GateRequest.Recipient?
    /// The record that the run is about.
    package let record: String?
    /// The MCP server that would carry it out, where the call goes through Cordon to one: two
    /// servers may have a tool of the same name.
    package let server: String?

    /// Bytes of arguments that a person can be asked about.
    package static let argumentsAtMost = 256 << 10

    /// - Throws: a refusal for arguments that are no object, name a member twice or are too large.
    package init(
        workflow: String, request: GateRequest, arguments: [UInt8], server: String? = nil
    ) throws(Refusal) {
        self.workflow = workflow
        action = request.action
        tool = request.tool
        target = request.target
        record = request.record
        self.server = server
        self.arguments = try Self.spelled(arguments)
    }

    private static func spelled(_ arguments: [UInt8]) throws(Refusal) -> String {
        guard arguments.count <= argumentsAtMost else {
            throw Refusal(
                .tooLarge,
                "The arguments have \(arguments.count) bytes: nobody can be asked about more than "
                    + "\(argumentsAtMost >> 10) KiB.",
                blockers: [Blocker("arguments", "256 KiB at most", pointer: "/arguments")])
        }
        guard JSONMembers(arguments[...]) != nil,
            JSONMembers.repeatedName(in: arguments[...]) == nil,
            let spelled = JSONScan.canonical(arguments[...], numbers: .byValue)
        else {
            throw Refusal(
                .invalidInput, "The arguments are a JSON object that names nothing twice.",
                blockers: [Blocker("arguments", "a JSON object", pointer: "/arguments")])
        }
        return String(decoding: spelled, as: UTF8.self)
    }

    /// The same call with other arguments.
    package func with(arguments: [UInt8]) throws(Refusal) -> ExactCall {
        var call = self
        call.arguments = try Self.spelled(arguments)
        return call
    }

    /// The question to the gate.
    package var request: GateRequest {
        GateRequest(
            action: action, tool: tool,
            arguments: GateArgument.named(in: JSONTree(Array(arguments.utf8))), target: target,
            record: record)
    }

    /// What an approval is bound to: the call under one version of the policy.
    ///
    /// A call of no server has the digest that it had before servers were bound, so that what
    /// waits for people outlives an upgrade.
    package func digest(policyVersion: Int) -> String {
        var parts: [String?] = [
            server == nil ? "cordon-approval-1" : "cordon-approval-2", workflow, action.rawValue,
            tool, arguments, target?.rawValue, record, String(policyVersion),
        ]
        if let server { parts.append(server) }
        var json = JSONText()
        json.beginArray()
        for part in parts {
            if let part { json.string(part) } else { json.null() }
        }
        json.endArray()
        return Hex.sha256(json.bytes)
    }
}
