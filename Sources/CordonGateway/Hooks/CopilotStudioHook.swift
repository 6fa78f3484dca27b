package import CordonCore

/// Copilot Studio's question before an agent uses a tool.
///
/// Microsoft calls whoever answers it an external threat detection system:
/// <https://learn.microsoft.com/microsoft-copilot-studio/external-security-webhooks-interface-developers>.
///
/// It waits less than a second and then goes on, unless its settings say otherwise.
package struct CopilotStudioHook: HookQuestion {
    package let acts: [HookAct]
    package let session: String?

    package static let version = "2025-05-01"

    package init(_ body: [UInt8], record: String?) throws(HookFault) {
        guard let members = JSONMembers(body[...]) else {
            throw HookFault(.unreadable, "The body is no JSON object.")
        }
        if let twice = members.repeatedName {
            throw HookFault(.unreadable, "The body has the member \(twice) more than once.")
        }
        guard let tool = members["toolDefinition"].flatMap({ JSONMembers($0) }),
            tool.repeatedName == nil
        else { throw HookFault(.unreadable, "Missing required field: toolDefinition.") }
        session = members["conversationMetadata"].flatMap { JSONMembers($0) }?
            .text("conversationId")
        acts = [try .call(tool.text("name"), members["inputValues"], record: record)]
    }

    /// - Throws: a fault unless the query names the one version that there is.
    package static func check(query: String?) throws(HookFault) {
        let named = (query ?? "").split(separator: "&").filter { $0.hasPrefix("api-version=") }
            .map { $0.dropFirst("api-version=".count) }
        guard named == [version[...]] else {
            throw HookFault(
                .wrongVersion,
                "The api-version \(named.first.map(String.init) ?? "") is not known here; "
                    + "it takes \(version).")
        }
    }

    package func reply(to verdict: HookVerdict, _ entry: GateEntry) -> HookReply {
        verdict.denial.map(Self.blocked)
            ?? .object { json in
                json.key("blockAction")
                json.bool(false)
            }
    }

    package static func reply(to fault: HookFault) -> HookReply {
        if fault.kind.isAnsweredWithNo { return blocked(HookDenial(fault)) }
        let status = fault.kind.status
        return .object(status) { json in
            json.member("errorCode", status * 10 + 1)
            json.member("message", fault.message)
            json.member("httpStatus", status)
            json.member("diagnostics", diagnostics("code", fault.kind.rawValue))
        }
    }

    private static func blocked(_ denial: HookDenial) -> HookReply {
        .object { json in
            json.key("blockAction")
            json.bool(true)
            json.member("reasonCode", denial.code.number)
            json.member("reason", denial.message)
            json.member(
                "diagnostics", diagnostics("code", denial.code.rawValue, denial.incident))
        }
    }

    /// By the contract a text; ours is JSON in it.
    private static func diagnostics(
        _ name: String, _ value: String, _ incident: String? = nil
    ) -> String {
        var json = JSONText()
        json.beginObject()
        json.member(name, value)
        json.member("incident", incident)
        json.endObject()
        return String(decoding: json.bytes, as: UTF8.self)
    }
}

/// Copilot Studio's question whether anybody is there, when the hook is set up.
struct CopilotStudioTrial: HookQuestion {
    let acts: [HookAct] = []
    let session: String? = nil

    func reply(to verdict: HookVerdict, _ entry: GateEntry) -> HookReply {
        .object { json in
            json.key("isSuccessful")
            json.bool(true)
            json.member("status", "OK")
        }
    }
}
