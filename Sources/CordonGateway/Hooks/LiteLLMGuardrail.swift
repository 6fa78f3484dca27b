package import CordonCore

/// LiteLLM's Generic Guardrail API: <https://docs.litellm.ai/docs/adding_provider/generic_guardrail_api>.
///
/// It asks before a model is called, when the answer is there, and in the middle of a stream. Text
/// is never changed, so `GUARDRAIL_INTERVENED` is never answered.
package struct LiteLLMGuardrail: HookQuestion {
    package let acts: [HookAct]
    package let session: String?

    /// Reads one question.
    ///
    /// Calls of tools in a request are history: they were judged in the answer that asked for them,
    /// and are not judged a second time.
    package init(_ body: [UInt8], record: String?) throws(HookFault) {
        guard let members = JSONMembers(body[...]) else {
            throw HookFault(.unreadable, "The body is no JSON object.")
        }
        if let twice = members.repeatedName {
            throw HookFault(.unreadable, "The body has the member \(twice) more than once.")
        }
        session = members.text("litellm_trace_id")
        let record = record ?? Self.forwarded("x-cordon-record", members)
        switch members.text("input_type") {
        case "request":
            acts =
                [.act(GateRequest(action: .generate, record: record))]
                + (try Self.items("tools", members)).map { HookAct.offer(Self.name(of: $0)) }
        case "response":
            var acts = [HookAct.act(GateRequest(action: .generate, record: record))]
            for call in try Self.items("tool_calls", members) {
                let function = call.members["function"].flatMap { JSONMembers($0) } ?? call.members
                acts.append(
                    try .call(function.text("name"), function["arguments"], record: record))
            }
            self.acts = acts
        default:
            throw HookFault(.unreadable, "input_type is neither request nor response.")
        }
    }

    private struct Item {
        let members: JSONMembers
    }

    private static func items(
        _ name: String, _ members: JSONMembers
    ) throws(HookFault) -> [Item] {
        guard let value = members[name], !value.elementsEqual("null".utf8) else { return [] }
        guard value.first == UInt8(ascii: "[") else {
            throw HookFault(.unreadable, "\(name) is no list.")
        }
        var items: [Item] = []
        for item in JSONScan.rawItems(of: Array(value)) {
            guard let read = JSONMembers(item), JSONMembers.repeatedName(in: item) == nil else {
                throw HookFault(.unreadable, "\(name) has an item that cannot be read in one way.")
            }
            items.append(Item(members: read))
        }
        return items
    }

    /// The name of a function, or what kind of tool the provider itself carries out.
    private static func name(of item: Item) -> String {
        let function = item.members["function"].flatMap { JSONMembers($0) }
        return function?.text("name") ?? item.members.text("name") ?? item.members.text("type")
            ?? ""
    }

    /// A field of the request to LiteLLM, where `extra_headers` lets it through.
    private static func forwarded(_ name: String, _ members: JSONMembers) -> String? {
        guard let fields = members["request_headers"].flatMap({ JSONMembers($0) }),
            let field = fields.members.first(where: { $0.name.lowercased() == name }),
            let value = JSONMembers.text(field.value), value != "[present]",
            value.utf8.count <= 200
        else { return nil }
        return value
    }

    package func reply(to verdict: HookVerdict, _ entry: GateEntry) -> HookReply {
        verdict.denial.map { Self.blocked(200, $0.message) }
            ?? .object { $0.member("action", "NONE") }
    }

    /// LiteLLM takes any other status than 2xx for a failure of the guardrail, which its settings
    /// may let pass.
    package static func reply(to fault: HookFault) -> HookReply {
        blocked(fault.kind.isAnsweredWithNo ? 200 : fault.kind.status, fault.message)
    }

    private static func blocked(_ status: Int, _ reason: String) -> HookReply {
        .object(status) { json in
            json.member("action", "BLOCKED")
            json.member("blocked_reason", reason)
        }
    }
}
