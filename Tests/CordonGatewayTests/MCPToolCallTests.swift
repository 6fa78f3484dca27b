import CordonCore
import Testing

@testable import CordonGateway

@Suite struct MCPToolCallTests {
    private static func call(_ params: String, id: String = "1") throws(MCPFault) -> MCPToolCall {
        try MCPToolCall(
            MCPMessage.read(
                Array(
                    #"{"jsonrpc":"2.0","id":\#(id),"method":"tools/call","params":\#(params)}"#.utf8
                )))
    }

    @Test func theArgumentsAreKeptAsTheyWere() throws {
        let arguments = #"{ "amount" : 10.50, "to":"\u0061" }"#
        let call = try MCPToolCallTests.call(
            #"{"name":"p\u0061y","arguments":\#(arguments),"_meta":{"progressToken":"p 1"}}"#)
        #expect(call.name == "pay")
        #expect(call.arguments.text == arguments)
        #expect(call.judged == ["amount": .number(10.5), "to": .text("a")])
        #expect(call.progressToken?.text == #""p 1""#)
        #expect(
            call.gateRequest(target: .inside, record: "C-7")
                == GateRequest(
                    action: .tool, tool: "pay", arguments: call.judged, target: .inside,
                    record: "C-7"))
    }

    @Test(arguments: [
        ("1", GateArgument.number(1)), ("-0.5", .number(-0.5)), ("2e3", .number(2000)),
        ("1e400", .other), ("-1e400", .other), (#""1""#, .text("1")), (#""""#, .text("")),
        (#""é\n""#, .text("é\n")), ("true", .other), ("false", .other), ("null", .other),
        ("{}", .other), (#"{"a":1}"#, .other), ("[]", .list([])),
        (
            #"[1,"a",[2],{"b":[3]},null]"#,
            .list([.number(1), .text("a"), .list([.number(2)]), .other, .other])
        ),
    ])
    func numbersAndTextsCanBeJudged(_ value: String, _ expected: GateArgument) throws {
        let call = try MCPToolCallTests.call(#"{"name":"t","arguments":{"a": \#(value) }}"#)
        #expect(call.judged == ["a": expected])
    }

    @Test(arguments: ["", #","arguments":null"#, #","arguments":{}"#])
    func aCallMayBeWithoutArguments(_ member: String) throws {
        let call = try MCPToolCallTests.call(#"{"name":"t"\#(member)}"#)
        #expect(call.arguments.text == "{}")
        #expect(call.judged.isEmpty)
        #expect(call.progressToken == nil)
    }

    @Test(arguments: [
        "{}", #"{"name":7}"#, #"{"name":""}"#, #"{"name":null}"#, #"{"name":"t","arguments":[]}"#,
        #"{"name":"t","arguments":"{}"}"#, #"{"name":"t","arguments":1}"#,
        #"{"name":"t","arguments":{"amount":1,"amount":1000000}}"#,
        #"{"name":"t","arguments":{"amount":1,"amoun\u0074":1000000}}"#,
        #"{"name":"t","arguments":{"amount":1,"Amount":1000000}}"#,
        #"{"name":"t","arguments":{"a":[{"b":{"c":1,"d":2,"c":3}}]}}"#,
        #"{"name":"t","Arguments":{"a":1}}"#, #"{"Name":"t"}"#, #"{"name":"t","_META":{}}"#,
    ])
    func whatNobodyCouldJudgeIsRefused(_ params: String) {
        #expect(throws: MCPFault.self) { try MCPToolCallTests.call(params, id: #""x""#) }
        do {
            _ = try MCPToolCallTests.call(params, id: #""x""#)
        } catch {
            #expect(error.code == .invalidParams)
            // Any other status ends the session of a client of the 1.x line.
            #expect(error.status == 200)
            #expect(error.id?.text == #""x""#)
        }
    }

    @Test func namesInsideMayDifferInCaseOnly() throws {
        let call = try MCPToolCallTests.call(#"{"name":"t","arguments":{"a":{"x":1,"X":2}}}"#)
        #expect(call.judged == ["a": .other])
    }

    @Test(arguments: [
        #"{"jsonrpc":"2.0","id":1,"method":"tools/list"}"#,
        #"{"jsonrpc":"2.0","id":1,"method":"prompts/get","params":{"name":"t"}}"#,
        #"{"jsonrpc":"2.0","id":1,"result":{"name":"t"}}"#,
    ])
    func onlyACallOfAToolIsOne(_ text: String) throws {
        let message = try MCPMessage.read(Array(text.utf8))
        #expect(throws: MCPFault.self) { try MCPToolCall(message) }
    }

    @Test func theOrderOfArgumentsDoesNotMakeAnotherCall() throws {
        let one = try MCPToolCallTests.call(
            #"{"name":"t","arguments":{"b":[1,{"d":1,"c":"\/"}],"a":null}}"#)
        let other = try MCPToolCallTests.call(
            #"{"name":"t","arguments": { "a" : null, "b" : [1, {"c":"/","d":1}] } }"#)
        #expect(one.arguments != other.arguments)
        let exact = try [one, other].map { call in
            try ExactCall(
                workflow: "w", request: call.gateRequest(), arguments: call.arguments)
        }
        #expect(exact[0] == exact[1])
        #expect(exact[0].arguments == #"{"a":null,"b":[1,{"c":"/","d":1}]}"#)
    }
}
