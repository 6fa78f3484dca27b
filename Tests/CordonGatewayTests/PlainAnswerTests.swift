import CordonCore
import Testing

@testable import CordonGateway

/// Answers that come as one JSON object, and the requests that lead to them.
struct PlainAnswerTests {
    struct Sample: Sendable, CustomTestStringConvertible {
        let operation: Front.Operation
        let text: String
        var testDescription: String { operation.rawValue }
    }

    static let samples = [
        Sample(
            operation: .chat,
            text: #"{"id":"x1", "model":"m-1", "choices":[{"index":0,"finish_reason":"tool_calls","#
                + #""message":{"role":"assistant","content":"Für Birch.","tool_calls":["#
                + #"{"id":"c1","type":"function","function":{"name":"read_notes","#
                + #""arguments":"{\"customer\":7}"}},"#
                + #"{"id":"c2","type":"function","function":{"name":"pay","#
                + #""arguments":"{\"amount\":9}"}}]}}],"#
                + #""usage":{"prompt_tokens":5,"completion_tokens":3}}"#),
        Sample(
            operation: .messages,
            text: #"{"id":"x1","model":"m-1","role":"assistant","stop_reason":"tool_use","#
                + #""content":[{"type":"text","text":"Für Birch."},"#
                + #"{"type":"tool_use","id":"c1","name":"read_notes","input":{"customer":7}},"#
                + #"{"type":"tool_use","id":"c2","name":"pay","input":{"amount":9}}],"#
                + #""usage":{"input_tokens":5,"output_tokens":3}}"#),
        Sample(
            operation: .responses,
            text: #"{"id":"x1","model":"m-1","output":["#
                + #"{"type":"message","content":[{"type":"output_text","text":"Für Birch."}]},"#
                + #"{"type":"function_call","id":"f1","call_id":"c1","name":"read_notes","#
                + #""arguments":"{\"customer\":7}"},"#
                + #"{"type":"function_call","id":"f2","call_id":"c2","name":"pay","#
                + #""arguments":"{\"amount\":9}"}],"#
                + #""usage":{"input_tokens":5,"output_tokens":3}}"#),
    ]

    private func answer(_ sample: Sample) throws -> PlainAnswer {
        try #require(PlainAnswer(Array(sample.text.utf8), sample.operation))
    }

    @Test(arguments: samples)
    func theCallsAreFound(_ sample: Sample) throws {
        let answer = try answer(sample)
        #expect(answer.calls == [SampleStream.notes, SampleStream.pay])
        #expect(
            answer.facts == AnswerFacts(model: "m-1", id: "x1", tokensIn: 5, tokensOut: 3))
        let names = Set((answer.output + answer.rest).map(\.0))
        #expect(names == Set(JSONScan.rawMembers(of: Array(sample.text.utf8)).map(\.name)))
    }

    @Test(arguments: samples, [["pay"], ["read_notes"], ["pay", "read_notes"]])
    func aDeniedCallIsGoneAndWhatIsLeftIsWhole(_ sample: Sample, _ denied: [String]) throws {
        let before = try answer(sample)
        let verdicts = Verdicts(
            allowed: before.calls.filter { !denied.contains($0.name) },
            denied: before.calls.filter { denied.contains($0.name) }.map { ($0, "It may not.") })
        let bytes = before.without(verdicts)
        let after = try #require(PlainAnswer(bytes, sample.operation))
        #expect(after.calls == verdicts.allowed)
        #expect(after.facts == before.facts)
        let text = String(decoding: bytes, as: UTF8.self)
        #expect(text.contains("Für Birch."))
        for name in denied {
            #expect(text.contains("Cordon did not let \(name) be called: It may not."))
        }
        if verdicts.allowed.isEmpty {
            #expect(!text.contains(#""tool_use""#) && !text.contains(#""tool_calls""#))
        }
    }

    @Test(arguments: ["", "[]", "7", "{", #"{"a":1,"a":2}"#, #"{"choices":[{"a":1,"a":2}]}"#])
    func whatIsNoObjectOrMayBeReadInTwoWaysIsNone(_ text: String) {
        #expect(PlainAnswer(Array(text.utf8), .chat) == nil)
    }

    @Test(arguments: [#"{"content":[],"content":[]}"#, #"{"content":[{"id":"a","id":"b"}]}"#])
    func aMessageIsReadInOneWayOnly(_ text: String) {
        #expect(PlainAnswer(Array(text.utf8), .messages) == nil)
    }

    // MARK: What was asked

    @Test func aRequestIsReadWithoutChangingIt() throws {
        let asked = try Asked(
            Array(
                (#"{"model":"m-1","stream":true,"messages":[{"role":"user"}],"system":"Be brief.","#
                    + #""tools":[{"type":"function","function":{"name":"pay"}},{"name":"read"},"#
                    + #"{"type":"custom","custom":{"name":"own"}},{"type":"web_search"},"#
                    + #"{"type":"mcp","server_label":"crm"}],"#
                    + #""temperature": 0.50,"user":"u"}"#).utf8))
        #expect(asked.model == "m-1" && asked.isStream)
        #expect(asked.offered == ["pay", "read", "own"])
        #expect(asked.hosted == ["web_search", "crm"])
        #expect(asked.groups.map(\.name) == [.system, .input, .tools, .parameters])
        #expect(asked.sampling == Array(#"{"temperature":0.50}"#.utf8))
    }

    @Test(arguments: [
        "", "[]", "\"a\"", "{", "{}}", #"{"model":"a","model":"b"}"#, #"{"model":"a"} x"#,
        #"{"tools":[],"tools":[{"name":"pay"}]}"#,
    ])
    func whatIsNoObjectIsNotAskedOn(_ text: String) {
        #expect(throws: Denial.self) { _ = try Asked(Array(text.utf8)) }
    }

    /// Cordon would judge one of the names, and the provider offer the other.
    @Test(arguments: [
        #"{"name":"read","name":"pay"}"#, #"{"type":"function","name":"read","Name":"pay"}"#,
        #"{"type":"function","function":{"name":"read","name":"pay"}}"#,
        #"{"type":"custom","custom":{"name":"read","n\u0061me":"pay"}}"#,
        #"{"type":"function","function":{"name":"read"},"function":{"name":"pay"}}"#,
    ])
    func aToolThatIsNamedTwiceIsNotAskedOn(_ tool: String) throws {
        for member in ["tools", "functions", "mcp_servers"] {
            let body = #"{"model":"m-1","\#(member)":[{"name":"read"},\#(tool)]}"#
            #expect(throws: Denial.self) { _ = try Asked(Array(body.utf8)) }
        }
    }

    @Test func whatAToolsArgumentsAreCalledIsItsOwnMatter() throws {
        let tool =
            #"{"type":"function","function":{"name":"read","parameters":"#
            + #"{"properties":{"id":{"type":"string"},"ID":{"type":"string"}}}}}"#
        #expect(try Asked(Array(#"{"tools":[\#(tool)]}"#.utf8)).offered == ["read"])
    }

    @Test func aToolWithTwoNamesIsOfferedUnderBoth() throws {
        let tool = #"{"type":"custom","function":{"name":"read"},"custom":{"name":"pay"}}"#
        #expect(try Asked(Array(#"{"tools":[\#(tool)]}"#.utf8)).offered == ["read", "pay"])
    }

    @Test(arguments: ["true", "false", "1", "\"true\"", "null"])
    func onlyTrueIsAStream(_ value: String) throws {
        #expect(try Asked(Array("{\"stream\":\(value)}".utf8)).isStream == (value == "true"))
    }

    // MARK: Calls and denials

    /// What the provider offers itself and the caller carries out, with its arguments.
    static let ownTools = [
        (
            "local_shell",
            #"{"type":"local_shell_call","call_id":"c1","action":{"command":["a"]}}"#,
            #"{"command":["a"]}"#
        ),
        (
            "shell", #"{"type":"shell_call","call_id":"c1","action":{"commands":["a"]}}"#,
            #"{"commands":["a"]}"#
        ),
        (
            "apply_patch", #"{"type":"apply_patch_call","call_id":"c1","operation":{"path":"a"}}"#,
            #"{"path":"a"}"#
        ),
        (
            "computer", #"{"type":"computer_call","call_id":"c1","action":{"type":"click"}}"#,
            #"{"type":"click"}"#
        ),
        (
            "computer", #"{"type":"computer_call","call_id":"c1","actions":[{"type":"click"}]}"#,
            #"{"actions":[{"type":"click"}]}"#
        ),
    ]

    @Test(arguments: ownTools)
    func whatTheCallerCarriesOutIsACallWhoeverOffersIt(
        _ name: String, _ item: String, _ arguments: String
    ) throws {
        let body = #"{"output":[\#(item),{"type":"web_search_call","id":"w"}]}"#
        let answer = try #require(PlainAnswer(Array(body.utf8), .responses))
        #expect(answer.calls == [AskedCall(id: "c1", name: name, arguments: arguments)])
        let events = ["added", "done"].map { kind in
            let type = "response.output_item.\(kind)"
            return "event: \(type)\ndata: "
                + #"{"type":"\#(type)","output_index":0,"item":\#(item)}"# + "\n\n"
        }
        let stream = Array(events.joined().utf8)
        let passed = try Passed(.responses, [stream[...]]) { _ in false }
        #expect(passed.judged == answer.calls && passed.out == stream)
    }

    @Test(arguments: [
        ([String](), "computer"), (["computer_use_preview"], "computer_use_preview"),
        (["computer", "computer_use_preview"], "computer"),
    ])
    func theComputerIsJudgedByTheNameThatWasOffered(_ offered: [String], _ name: String) {
        let call = AskedCall(id: nil, name: "computer", arguments: "{}")
        #expect(call.request(record: nil, offered: offered).tool == name)
    }

    @Test func theArgumentsOfACallAreJudgedAsTheyAre() {
        let call = AskedCall(
            id: nil, name: "pay",
            arguments: #"{"amount":9.50,"to":"ann","all":["a",1],"deep":{"a":1},"yes":true}"#)
        let request = call.request(record: "A-7")
        #expect(request.action == .tool && request.tool == "pay" && request.record == "A-7")
        #expect(
            request.arguments == [
                "amount": .number(9.5), "to": .text("ann"), "all": .list([.text("a"), .number(1)]),
                "deep": .other, "yes": .other,
            ])
        #expect(call.repeatedArgument == nil)
    }

    @Test(arguments: ["", "7", "[]", "{", "nothing"])
    func argumentsThatAreNoObjectNameNothing(_ arguments: String) {
        let call = AskedCall(id: nil, name: "pay", arguments: arguments)
        #expect(call.request(record: nil).arguments.isEmpty)
    }

    @Test func anArgumentThatIsNamedTwiceIsFound() {
        let call = AskedCall(id: nil, name: "pay", arguments: #"{"amount":1,"amount":9000}"#)
        #expect(call.repeatedArgument == "amount")
    }

    @Test(arguments: Front.allCases, [nil, "INC-2026-0001"])
    func aDenialIsTheProvidersOwnError(_ front: Front, _ incident: String?) throws {
        let denial = Denial(403, "workflow_stopped", "It \"is\"\nstopped.", incident: incident)
        let body = denial.body(front, requestID: "r-1")
        let tree = try #require(JSONTree(body))
        #expect(tree["error"]?["message"]?.string == "It \"is\"\nstopped.")
        #expect(tree["error"]?["type"]?.string == "workflow_stopped")
        #expect(tree["error"]?["incident"]?.string == incident)
        #expect((tree["type"]?.string == "error") == (front == .anthropic))
        let names = denial.fields.map(\.name)
        #expect(names.contains("x-should-retry") && !names.contains("retry-after"))
        #expect(names.contains("x-cordon-incident") == (incident != nil))
    }

    @Test func whatPassesMayBeTriedAgain() {
        let denial = Denial(503, "overloaded", "Busy.", isPassing: true)
        #expect(!denial.fields.contains { $0.name == "x-should-retry" })
    }

    @Test(arguments: [
        (Front.openai, Front.Operation.chat), (.openai, .responses), (.anthropic, .messages),
    ])
    func aStreamEndsInOneEventThatIsAnError(
        _ front: Front, _ operation: Front.Operation
    ) throws {
        let bytes = Denial(403, "workflow_stopped", "Stopped.\n\nReally.")
            .event(front, operation, requestID: "r-1")
        var events: [ServerSentEvents.Event] = []
        var reader = ServerSentEvents()
        try bytes.withUnsafeBytes { try reader.take($0) { events.append($0) } }
        #expect(events.count == 1 && reader.rest().isEmpty)
        let tree = try #require(events.first?.tree)
        #expect(tree["error"]?["message"]?.string == "Stopped.\n\nReally.")
        #expect(tree["choices"] == nil)
    }
}
