package import CordonCore

/// A no, in the words of the provider whose interface was called.
///
/// A refusal for good is 403 with `x-should-retry: false` and without `Retry-After`: the official
/// clients then ask once and raise an error with the message. Everything that a client repeats by
/// itself would be a second call after a stop.
package struct Denial: Error, Equatable, Sendable {
    package let status: Int
    /// `workflow_stopped` and its like: the error's type and code.
    package let code: String
    package let message: String
    package let incident: String?
    /// What the caller may try again by itself: something that passes.
    package let isPassing: Bool

    init(
        _ status: Int, _ code: String, _ message: String, incident: String? = nil,
        isPassing: Bool = false
    ) {
        self.status = status
        self.code = code
        self.message = message
        self.incident = incident
        self.isPassing = isPassing
    }

    /// What the gate's answer means to the caller; `nil` when it may go on.
    package init?(_ answer: GateDecision, entry: GateEntry) {
        switch answer {
        case .allow: return nil
        case .stopped(let stop): self = Denial(stop: stop, entry: entry)
        case .deny(let reason): self.init(403, "outside_authority", reason)
        case .approval(let need): self.init(403, "approval_required", need.reason)
        case .notReady(let reason): self.init(403, "not_production_ready", reason)
        }
    }

    package init(stop: GateEntry.Stop, entry: GateEntry) {
        let incident = stop.incident.isEmpty ? nil : stop.incident
        let named = incident.map { " (incident \($0))" } ?? ""
        self.init(
            403, "workflow_stopped",
            "The workflow \(entry.key) is stopped\(named): \(stop.reason.sentence) "
                + entry.fallbackSentence, incident: incident)
    }

    /// Whether a stop says no, and not what the call is.
    var isStop: Bool { code == "workflow_stopped" }

    /// The header fields that say it to programs.
    var fields: [(name: String, value: String)] {
        var fields = [("content-type", "application/json"), ("x-cordon-decision", "denied")]
        if !isPassing { fields.append(("x-should-retry", "false")) }
        if let incident { fields.append(("x-cordon-incident", incident)) }
        return fields
    }

    /// The provider's own error body.
    func body(_ front: Front, requestID: String) -> [UInt8] {
        var json = JSONText()
        json.beginObject()
        if front == .anthropic { json.member("type", "error") }
        json.key("error")
        json.beginObject()
        json.member("message", message)
        json.member("type", code)
        json.member("code", code)
        if front == .openai {
            json.key("param")
            json.null()
        }
        json.member("incident", incident)
        json.endObject()
        if front == .anthropic { json.member("request_id", requestID) }
        json.endObject()
        return json.bytes
    }

    /// The event by which a stream that has begun ends in an error, and never as if it were whole.
    func event(_ front: Front, _ operation: Front.Operation, requestID: String) -> [UInt8] {
        let body = body(front, requestID: requestID)
        switch (front, operation) {
        case (.anthropic, _): return Array("event: error\ndata: ".utf8) + body + Array("\n\n".utf8)
        case (.openai, .responses):
            // The SDK raises what has an `error` in it, and reads `type` to know the event.
            var json = JSONText()
            json.beginObject()
            json.member("type", "error")
            json.member("code", code)
            json.member("message", message)
            json.key("param")
            json.null()
            json.key("error")
            json.raw(JSONScan.rawMembers(of: body).first { $0.name == "error" }?.value ?? [])
            json.endObject()
            return Array("event: error\ndata: ".utf8) + json.bytes + Array("\n\n".utf8)
        case (.openai, _): return Array("data: ".utf8) + body + Array("\n\n".utf8)
        }
    }
}

extension GateEntry {
    /// What people do instead, for whoever reads an error message.
    package var fallbackSentence: String {
        guard let fallback else { return "Do not retry." }
        return "Do not retry; take the fallback instead: \(fallback.title.sentence) "
            + "Ask \(fallback.contact.sentence)"
    }
}

extension String {
    /// With a full stop, unless it ends in something of the kind.
    fileprivate var sentence: String {
        last.map { ".!?".contains($0) } == true ? self : self + "."
    }
}
