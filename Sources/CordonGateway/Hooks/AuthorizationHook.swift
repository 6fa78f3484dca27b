package import CordonCore

/// What Envoy asks with `ext_authz` over HTTP, and nginx with `auth_request`.
///
/// May this request go on?
///
/// Both look at the status alone. 200 lets the request through, 403 does not, and neither proxy
/// lets through what got anything else.
package struct AuthorizationHook: HookQuestion {
    package let acts: [HookAct]
    package let session: String? = nil

    /// Bytes of a field that narrows a question.
    package static let fieldAtMost = 200

    /// Reads the header fields that narrow the question: `x-cordon-action` and `x-cordon-tool`.
    package init(action: String?, tool: String?, record: String?) throws(HookFault) {
        // A field that were dropped for its length would widen the question.
        guard [action, tool].allSatisfy({ ($0 ?? "").utf8.count <= Self.fieldAtMost }) else {
            throw HookFault(
                .tooLarge, "x-cordon-action and x-cordon-tool have 200 bytes at most.")
        }
        guard let word = action ?? tool.map({ _ in GateAction.tool.rawValue }) else {
            acts = [.run]
            return
        }
        guard let action = GateAction(rawValue: word) else {
            let known = GateAction.allCases.map(\.rawValue).joined(separator: ", ")
            throw HookFault(.unreadable, "x-cordon-action is none of \(known).")
        }
        acts = [.act(GateRequest(action: action, tool: tool, record: record))]
    }

    package func reply(to verdict: HookVerdict, _ entry: GateEntry) -> HookReply {
        guard let denial = verdict.denial else {
            return .object(fields: ["x-cordon-decision": "allowed"]) {
                $0.member("decision", "allowed")
            }
        }
        return Self.denied(403, denial.code.rawValue, denial.message, denial.incident)
    }

    package static func reply(to fault: HookFault) -> HookReply {
        // nginx makes 500 of everything but 401 and 403.
        let status = fault.kind == .unknownKey ? 401 : 403
        return denied(status, fault.kind.rawValue, fault.message, nil)
    }

    private static func denied(
        _ status: Int, _ code: String, _ reason: String, _ incident: String?
    ) -> HookReply {
        var fields = ["x-cordon-decision": "denied"]
        fields["x-cordon-incident"] = incident
        return .object(status, fields: fields) { json in
            json.member("decision", "denied")
            json.member("code", code)
            json.member("reason", reason)
            json.member("incident", incident)
        }
    }
}
