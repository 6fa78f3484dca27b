package import CordonCore

/// What a `tools/call` wants to do, read from its parameters.
package struct MCPToolCall: Sendable {
    package static let method = "tools/call"

    package let name: String
    /// The object of arguments exactly as it was received; `{}` when there was none.
    package let arguments: [UInt8]
    /// The same, as far as a rule of the authority can judge it.
    package let judged: [String: GateArgument]
    /// By which the client knows notices of progress, as it was received.
    package let progressToken: MCPMessage.Raw?

    /// Reads the call that a message is.
    ///
    /// Arguments of one name are refused: the rule would judge one of them and the tool might take
    /// the other. At the top, where rules apply, so are names that differ in case only. So are
    /// parameters that a reader who does not count case would take for others.
    ///
    /// - Throws: ``MCPFault`` with HTTP 200, for the message as such was in order.
    package init(_ message: MCPMessage) throws(MCPFault) {
        func refusal(_ sentence: String) -> MCPFault {
            MCPFault(.invalidParams, sentence, status: 200, id: message.id)
        }
        guard message.isRequest, message.method == MCPToolCall.method else {
            throw MCPFault(.methodNotFound, "This is no tools/call.", status: 200, id: message.id)
        }
        if let odd = message.parameters?.members.map(\.name).first(where: MCPToolCall.isMisspelled)
        {
            throw refusal("The parameter \(odd) is spelled \(odd.lowercased()).")
        }
        guard let name = message.parameters?.text("name"), !name.isEmpty else {
            throw refusal("Name the tool that is to be called.")
        }
        self.name = name
        progressToken = message.meta?["progressToken"]
        guard let written = message.parameters?["arguments"],
            !written.elementsEqual("null".utf8)
        else {
            arguments = Array("{}".utf8)
            judged = [:]
            return
        }
        guard let members = JSONMembers(written) else {
            throw refusal("The arguments must be an object.")
        }
        if let name = members.repeatedName ?? JSONMembers.repeatedName(in: written) {
            throw refusal("The argument \(name) is given twice.")
        }
        arguments = Array(written)
        judged = GateArgument.named(in: JSONTree(arguments))
    }

    private static func isMisspelled(_ name: String) -> Bool {
        let small = name.lowercased()
        return name != small && ["name", "arguments", "_meta"].contains(small)
    }

    /// The question to the gate.
    package func gateRequest(
        target: GateRequest.Recipient? = nil, record: String? = nil
    ) -> GateRequest {
        GateRequest(
            action: .tool, tool: name, arguments: judged, target: target, record: record)
    }
}
