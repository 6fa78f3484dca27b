package import CordonCore

/// How Cordon says no to an MCP client.
///
/// A refused `tools/call` is answered with HTTP 200 and a result that is an error. A client of the
/// 1.x line ends its whole session at any other status, and only a result reaches the model, which
/// has to read that trying again is useless. All other requests get a JSON-RPC error, with 200 too.
package struct MCPRefusal: Sendable {
    /// The status of every such answer.
    package static let status = 200
    /// The member of a result's `_meta` that has the facts for programs.
    package static let metaKey = "cordon/decision"

    package enum Cause: Sendable {
        case stopped(reason: String, incident: String?)
        case outsideAuthority(reason: String)
        case notReady(reason: String)
        /// No person can be asked, or one has said no.
        case unapproved(reason: String)
        case overloaded
        case upstreamFailed
        /// Cordon cannot be asked.
        case unreachable(reason: String)
    }

    package let cause: Cause
    package let fallback: Fallback?
    package let decisionID: String?

    package init(_ cause: Cause, fallback: Fallback? = nil, decisionID: String? = nil) {
        self.cause = cause
        self.fallback = fallback
        self.decisionID = decisionID
    }

    /// What the gate's decision means here; `nil` when it allows.
    ///
    /// A decision that a person has to approve becomes a refusal. Whoever can ask a person answers
    /// with ``MCPApproval`` instead.
    package init?(_ decision: GateDecision, fallback: Fallback?, decisionID: String?) {
        switch decision {
        case .allow: return nil
        case .stopped(let stop):
            cause = .stopped(reason: stop.reason, incident: stop.incident)
        case .deny(let reason): cause = .outsideAuthority(reason: reason)
        case .approval(let need): cause = .unapproved(reason: need.reason)
        case .notReady(let reason): cause = .notReady(reason: reason)
        }
        self.fallback = fallback
        self.decisionID = decisionID
    }

    package var code: MCPCode {
        switch cause {
        case .stopped: .stopped
        case .outsideAuthority: .outsideAuthority
        case .notReady: .notReady
        case .unapproved: .approvalRequired
        case .overloaded: .overloaded
        case .upstreamFailed: .upstreamFailed
        case .unreachable: .unreachable
        }
    }

    /// The answer to a request of any method, by its id as it was received.
    ///
    /// Whether a tool promises structure is known from its list: ``MCPTool/promisesStructure``.
    package func answer(
        to method: String, id: some Collection<UInt8>, in revision: MCPRevision,
        promisesStructure: Bool
    ) -> [UInt8] {
        method == MCPToolCall.method
            ? result(to: id, in: revision, promisesStructure: promisesStructure) : error(to: id)
    }

    /// The result of a tool that was not called.
    ///
    /// The facts are in `_meta` always, and in `structuredContent` unless the tool has an output
    /// schema: the TypeScript client holds even an error's structured content against it, and
    /// throws the whole answer away (modelcontextprotocol/typescript-sdk#1943).
    package func result(
        to id: some Collection<UInt8>, in revision: MCPRevision, promisesStructure: Bool
    ) -> [UInt8] {
        MCPResult.json(to: id, in: revision) { json in
            json.key("content")
            MCPResult.content(sentence, into: &json)
            json.key("isError")
            json.bool(true)
            if !promisesStructure {
                json.key("structuredContent")
                json.beginObject()
                json.key("cordon")
                writeFacts(into: &json)
                json.endObject()
            }
            json.key("_meta")
            json.beginObject()
            json.key(MCPRefusal.metaKey)
            writeFacts(into: &json)
            json.endObject()
        }
    }

    /// The error response to what is no call of a tool.
    package func error(to id: some Collection<UInt8>) -> [UInt8] {
        var details = JSONText()
        details.beginObject()
        details.key("cordon")
        writeFacts(into: &details)
        details.endObject()
        return MCPFault(
            code, sentence, status: MCPRefusal.status, id: Array(id)[...], details: details.bytes
        ).body
    }

    /// What the model reads: why, what not to do, and what to do.
    package var sentence: String {
        var parts = ["Not done."]
        if case .stopped = cause {
            parts.append("This workflow is stopped: \(MCPRefusal.sentence(reason))")
        } else {
            parts.append(MCPRefusal.sentence(reason))
        }
        switch cause {
        case .stopped, .outsideAuthority, .notReady, .unapproved:
            parts.append("Do not retry, and do not try to reach the same by another way.")
        case .overloaded, .unreachable:
            parts.append("Do not retry at once.")
        case .upstreamFailed:
            parts.append("It is not known whether the tool did anything. Do not retry blindly.")
        }
        if let fallback {
            let contact = fallback.contact.isEmpty ? "" : " (ask \(fallback.contact))"
            parts.append("Use the fallback instead: \(fallback.title)\(contact).")
        } else {
            parts.append("Tell the person you work for.")
        }
        return parts.joined(separator: " ")
    }

    private var reason: String {
        switch cause {
        case .stopped(let reason, _), .outsideAuthority(let reason), .notReady(let reason),
            .unapproved(let reason), .unreachable(let reason):
            reason
        case .overloaded: "Cordon has too many calls under way."
        case .upstreamFailed: "The tool's server did not answer as it should."
        }
    }

    /// The facts as the gate's REST answer has them.
    private func writeFacts(into json: inout JSONText) {
        json.beginObject()
        json.member("decision", isApproval ? "approval" : "deny")
        json.member("code", code.rawValue)
        json.member("reason", reason)
        if case .stopped(_, let incident) = cause { json.member("incident", incident) }
        json.member("decision_id", decisionID)
        if let fallback {
            json.key("fallback")
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
        json.endObject()
    }

    private var isApproval: Bool {
        if case .unapproved = cause { return true }
        return false
    }

    /// A reason as a sentence, and no longer than a model should have to read.
    private static func sentence(_ reason: String) -> String {
        let longest = 500
        let text = reason.count > longest ? "\(reason.prefix(longest))…" : reason
        return text.last.map { ".!?…".contains($0) } == false ? text + "." : text
    }
}

/// The frame around a result that Cordon gives in a tool's place.
enum MCPResult {
    static func json(
        to id: some Collection<UInt8>, in revision: MCPRevision, _ body: (inout JSONText) -> Void
    ) -> [UInt8] {
        var json = JSONText()
        json.beginObject()
        json.member("jsonrpc", "2.0")
        json.key("id")
        json.raw(id)
        json.key("result")
        json.beginObject()
        if revision.namesResultTypes { json.member("resultType", "complete") }
        body(&json)
        json.endObject()
        json.endObject()
        return json.bytes
    }

    static func content(_ text: String, into json: inout JSONText) {
        json.beginArray()
        json.beginObject()
        json.member("type", "text")
        json.member("text", text)
        json.endObject()
        json.endArray()
    }
}
