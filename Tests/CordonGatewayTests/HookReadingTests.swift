import CordonCore
import CordonGateway
import Testing

/// How each contract's question is read: what cannot be judged safely is a fault, never a yes.
struct HookReadingTests {
    @Test(arguments: [
        ("/hooks/litellm/beta/litellm_basic_guardrail_api", Hook.liteLLM),
        ("/hooks/claude-code", .claudeCode),
        ("/hooks/copilot-studio/validate", .copilotValidate),
        ("/hooks/copilot-studio/analyze-tool-execution", .copilotAnalyze),
        ("/hooks/authz", .authorization), ("/hooks/authz/", .authorization),
        ("/hooks/authz/v1/notes%2F1", .authorization),
        ("/ofrep/v1/evaluate/flags", .flags),
        ("/ofrep/v1/evaluate/flags/may_run", .flag("may_run")),
        ("/ofrep/v1/evaluate/flags/a%2Db.may_run", .flag("a-b.may_run")),
        ("/ofrep/v1/evaluate/flags/a%", .flag("a%")),
    ])
    func everyHookIsReachedByItsPath(path: String, hook: Hook) {
        #expect(Hook.reached(by: path) == hook)
    }

    @Test func everyPathInTheTableIsReached() {
        for row in Hook.table {
            let hook = Hook.reached(by: row.path)
            #expect(hook != nil, "\(row.path)")
            #expect(hook.map { $0 == .authorization } == (row.method == "any"), "\(row.path)")
        }
    }

    @Test(arguments: [
        "/hooks", "/hooks/", "/hooks/litellm", "/hooks/authzz", "/hooks/claude-code/",
        "/Hooks/authz",
        "/ofrep/v1/evaluate/flagsx", "/ofrep/v2/evaluate/flags", "/api/v1/hooks/authz", "/",
    ])
    func nothingElseIsAHook(path: String) {
        #expect(Hook.reached(by: path) == nil)
    }

    @Test func aCallsArgumentsAreReadFromAnObjectOrAText() throws {
        let expected = GateRequest(
            action: .tool, tool: "pay",
            arguments: ["amount": .number(12), "to": .list([.text("a@b.c")]), "deep": .other],
            record: "A-7")
        let written = #"{"amount": 12, "to": ["a@b.c"], "deep": {"x": 1}}"#
        var json = JSONText()
        json.string(written)
        let text = String(decoding: json.bytes, as: UTF8.self)
        for arguments in [written, text] {
            let act = try HookAct.call("pay", Array(arguments.utf8)[...], record: "A-7")
            #expect(act == .call(expected, arguments: Array(written.utf8)))
        }
        #expect(
            try HookAct.call("pay", nil, record: nil)
                == .call(GateRequest(action: .tool, tool: "pay"), arguments: []))
    }

    @Test(arguments: [
        (nil, "{}"), ("", "{}"), ("pay", #"{"amount":1,"amount":2}"#),
        ("pay", #""{\"amount\":1,\"amount\":2}""#), ("pay", #"{"a":{"b":1,"b":2}}"#),
    ])
    func aCallThatCouldBeReadInTwoWaysIsAFault(name: String?, arguments: String) {
        #expect(throws: HookFault.self) {
            try HookAct.call(name, Array(arguments.utf8)[...], record: nil)
        }
    }

    @Test func copilotStudiosVersionIsNamedOnce() {
        #expect(throws: Never.self) {
            try CopilotStudioHook.check(query: "api-version=2025-05-01")
            try CopilotStudioHook.check(query: "x=1&api-version=2025-05-01")
        }
        for query in [
            nil, "", "api-version=", "api-version=2025-05-02", "xapi-version=2025-05-01",
            "api-version=2025-05-01&api-version=2025-05-01",
        ] {
            #expect(throws: HookFault.self) { try CopilotStudioHook.check(query: query) }
        }
    }

    @Test func claudeCodesEventsAskOnlyWhatAStopNeeds() throws {
        func read(_ name: String) throws -> ClaudeCodeHook {
            let body = #"{"hook_event_name":"\#(name)","session_id":"s","tool_name":"Bash"}"#
            return try ClaudeCodeHook(Array(body.utf8), record: nil)
        }
        let call = HookAct.call(GateRequest(action: .tool, tool: "Bash"), arguments: [])
        #expect(try read("PreToolUse").acts == [call])
        #expect(try read("PermissionRequest").acts == [call])
        #expect(try read("UserPromptSubmit").acts == [.act(GateRequest(action: .generate))])
        #expect(try read("PostToolUse").acts == [.run])
        for name in ["Stop", "SubagentStop", "SessionStart", "pretooluse", "Whatever"] {
            #expect(try read(name).acts == [])
        }
    }

    @Test(arguments: [
        (
            "PreToolUse",
            #"{"hookSpecificOutput":{"hookEventName":"PreToolUse","permissionDecision":"deny","#
                + #""permissionDecisionReason":"Why."}}"#
        ),
        (
            "PermissionRequest",
            #"{"hookSpecificOutput":{"hookEventName":"PermissionRequest","#
                + #""decision":{"behavior":"deny","message":"Why."}}}"#
        ),
        ("UserPromptSubmit", #"{"decision":"block","reason":"Why."}"#),
        ("PostToolUse", #"{"continue":false,"stopReason":"Why."}"#),
        ("PostToolUseFailure", #"{"continue":false,"stopReason":"Why."}"#),
        ("Stop", "{}"),
    ])
    func whatClaudeCodesHookCannotJudgeIsToldInTheWordsOfItsEvent(name: String, answer: String) {
        let beginning = Array(#"{"session_id":"s","hook_event_name":"\#(name)","prompt":"x"#.utf8)
        for kind in [HookFault.Kind.tooLarge, .overloaded, .unreadable] {
            let fault = HookFault(kind, "Why.")
            let reply = ClaudeCodeHook.reply(to: fault, beginning, isStopped: true)
            #expect(reply.status == 200)
            #expect(String(decoding: reply.body, as: UTF8.self) == answer)
        }
    }

    /// Claude Code throws away the whole of an answer that names another event than its own.
    @Test(arguments: [
        "", "{", "[]", #"{"hook_event_name":1}"#, #"{"hook_event_name":"Sto"#,
        #"{"tool_input":{"hook_event_name":"Stop"},"prompt":"x"#,
        #"{"prompt":"\"hook_event_name\":\"Stop\"","tool_input":"x"#,
        #"{"hook_event_name":"Stop","hook_event_name":"PreToolUse"}"#,
        #"{"hook_event_name":"Stop","Hook_Event_Name":"PreToolUse"}"#,
    ])
    func anEventThatIsNotKnownIsToldNoInWordsThatBelongToNone(beginning: String) {
        let fault = HookFault(.tooLarge, "Why.")
        let reply = ClaudeCodeHook.reply(to: fault, Array(beginning.utf8), isStopped: true)
        #expect(
            String(decoding: reply.body, as: UTF8.self)
                == #"{"continue":false,"stopReason":"Why.","decision":"block","reason":"Why."}"#)
    }

    @Test(arguments: [
        (99, nil), (100, nil), (101, HookLateness.wanted), (999, .wanted), (1_000, .missed),
        (60_000, .missed),
    ])
    func anAnswerIsLateFromItsLimitOn(milliseconds: Int, lateness: HookLateness?) {
        #expect(HookLateness(milliseconds: Int64(milliseconds)) == lateness)
    }

    /// Answered and stored: no name and no number ever changes its meaning.
    @Test func denialsKeepTheirNamesAndNumbers() {
        #expect(
            HookDenial.Code.allCases.map { "\($0.rawValue) \($0.number)" } == [
                "workflow_stopped 31001", "outside_authority 31002", "not_production_ready 31005",
                "approval_required 31006", "unreadable 31000",
            ])
    }
}
