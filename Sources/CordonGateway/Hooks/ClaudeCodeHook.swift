package import CordonCore

/// An HTTP hook of Claude Code: <https://code.claude.com/docs/en/hooks>.
///
/// It is never answered with `allow`, which would take the place of the person's own consent: what
/// Cordon has nothing against goes on as if there were no hook.
package struct ClaudeCodeHook: HookQuestion {
    package let event: Event
    package let acts: [HookAct]
    package let session: String?

    package enum Event: Equatable, Sendable {
        /// A tool is about to be called.
        case tool
        /// Somebody is about to be asked whether a tool may be called.
        case permission
        case prompt
        /// Something has been done, and the next thing would follow.
        case afterwards
        /// Nothing that a stop has to prevent: at the end of a run a no would make it go on.
        case other
    }

    package init(_ body: [UInt8], record: String?) throws(HookFault) {
        guard let members = JSONMembers(body[...]) else {
            throw HookFault(.unreadable, "The body is no JSON object.")
        }
        if let twice = members.repeatedName {
            throw HookFault(.unreadable, "The body has the member \(twice) more than once.")
        }
        guard let name = members.text("hook_event_name") else {
            throw HookFault(.unreadable, "hook_event_name is missing.")
        }
        session = members.text("session_id")
        event = Self.event(name)
        switch event {
        case .tool, .permission:
            acts = [
                try .call(members.text("tool_name"), members["tool_input"], record: record)
            ]
        case .prompt: acts = [.act(GateRequest(action: .generate, record: record))]
        case .afterwards: acts = [.run]
        case .other: acts = []
        }
    }

    private static func event(_ name: String) -> Event {
        switch name {
        case "PreToolUse": .tool
        case "PermissionRequest": .permission
        case "UserPromptSubmit": .prompt
        case "PostToolUse", "PostToolUseFailure", "PostToolBatch": .afterwards
        default: .other
        }
    }

    package func reply(to verdict: HookVerdict, _ entry: GateEntry) -> HookReply {
        guard let denial = verdict.denial else { return Self.nothing }
        if case .approval = verdict { return Self.approval(event, denial.message) }
        return Self.denied(event, denial)
    }

    /// What cannot be judged is not done; where the key is wrong, `onFailure` decides.
    ///
    /// `beginning` is what came of the question, which may be broken or cut off. Unless the
    /// workflow is stopped, nothing is done about what is over.
    package static func reply(
        to fault: HookFault, _ beginning: [UInt8], isStopped: Bool
    ) -> HookReply {
        guard fault.kind.isAnsweredWithNo else {
            var reply = tool("deny", fault.message)
            reply.status = fault.kind.status
            return reply
        }
        guard let event = Self.event(in: beginning) else { return halt(fault.message) }
        if !isStopped, case .afterwards = event { return nothing }
        return denied(event, HookDenial(fault))
    }

    /// The event of a question that cannot be judged; `nil` when it is not told, or not once.
    private static func event(in beginning: [UInt8]) -> Event? {
        let named = JSONScan.rawMembers(of: beginning).filter {
            $0.name.lowercased() == "hook_event_name"
        }
        guard named.count == 1, let told = named.first else { return nil }
        return JSONMembers.text(told.value).map { Self.event($0) }
    }

    private static func denied(_ event: Event, _ denial: HookDenial) -> HookReply {
        switch event {
        case .tool: return tool("deny", denial.message)
        case .permission:
            return .object { json in
                json.key("hookSpecificOutput")
                json.beginObject()
                json.member("hookEventName", "PermissionRequest")
                json.key("decision")
                json.beginObject()
                json.member("behavior", "deny")
                json.member("message", denial.message)
                json.endObject()
                json.endObject()
            }
        case .prompt:
            return .object { json in
                json.member("decision", "block")
                json.member("reason", denial.message)
            }
        case .afterwards where denial.code == .stopped || denial.code == .unreadable:
            return .object { json in
                json.key("continue")
                json.bool(false)
                json.member("stopReason", denial.message)
            }
        case .afterwards, .other: return nothing
        }
    }

    /// A no to an event that is not known.
    ///
    /// It has nothing that belongs to one event: Claude Code throws away the whole of an answer
    /// that names another event than its own, the end of the run with it.
    private static func halt(_ reason: String) -> HookReply {
        .object { json in
            json.key("continue")
            json.bool(false)
            json.member("stopReason", reason)
            json.member("decision", "block")
            json.member("reason", reason)
        }
    }

    /// The person at the keyboard is the one who can be asked.
    private static func approval(_ event: Event, _ reason: String) -> HookReply {
        event == .tool ? tool("ask", reason) : nothing
    }

    private static func tool(_ decision: String, _ reason: String) -> HookReply {
        .object { json in
            json.key("hookSpecificOutput")
            json.beginObject()
            json.member("hookEventName", "PreToolUse")
            json.member("permissionDecision", decision)
            json.member("permissionDecisionReason", reason)
            json.endObject()
        }
    }

    private static let nothing = HookReply(body: Array("{}".utf8))
}
