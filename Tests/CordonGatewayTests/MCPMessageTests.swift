import CordonCore
import Testing

@testable import CordonGateway

@Suite struct MCPMessageTests {
    private static func read(_ text: String) throws(MCPFault) -> MCPMessage {
        try MCPMessage.read(Array(text.utf8))
    }

    private static func fault(_ text: String) -> MCPFault? {
        do {
            _ = try read(text)
            return nil
        } catch {
            return error
        }
    }

    @Test(arguments: ["1", "-7", "0", "12345678901234567890123", #""a\u0062c""#, #""""#])
    func aRequestKeepsItsIDAsItWasReceived(_ id: String) throws {
        let message = try MCPMessageTests.read(
            #" {"jsonrpc":"2.0", "id": \#(id) ,"method":"tools/list"} "#)
        #expect(message.id?.text == id)
        #expect(message.method == "tools/list")
        #expect(message.isRequest)
        #expect(message.params == nil)
        guard case .request = message.content else { Issue.record("a request"); return }
    }

    @Test func parametersAreKeptByteForByte() throws {
        let params = #"{ "name" : "x", "_meta":{"progressToken" : 1.50} }"#
        let message = try MCPMessageTests.read(
            #"{"params":\#(params),"method":"tools/call","id":1,"jsonrpc":"2.0"}"#)
        #expect(message.params?.text == params)
        #expect(message.parameters?.text("name") == "x")
        #expect(message.meta?["progressToken"]?.text == "1.50")
    }

    @Test func aNotificationHasNoID() throws {
        let message = try MCPMessageTests.read(
            #"{"jsonrpc":"2.0","method":"notifications/initialized"}"#)
        #expect(message.id == nil)
        #expect(!message.isRequest)
        guard case .notification("notifications/initialized") = message.content else {
            Issue.record("a notification")
            return
        }
    }

    @Test func responsesAndErrorsAreToldApart() throws {
        let response = try MCPMessageTests.read(#"{"jsonrpc":"2.0","id":"a","result":[1, 2]}"#)
        guard case .response(let id, let result) = response.content else {
            Issue.record("a response")
            return
        }
        #expect(id.text == #""a""#)
        #expect(result.text == "[1, 2]")
        #expect(response.method == nil)
        for (written, expected) in [(#""id":3,"#, "3"), (#""id":null,"#, nil), ("", nil)] {
            let error = try MCPMessageTests.read(
                #"{"jsonrpc":"2.0",\#(written)"error":{"code":-1,"message":"no"}}"#)
            guard case .error(let id, let body) = error.content else {
                Issue.record("an error")
                continue
            }
            #expect(id?.text == expected)
            #expect(body.text == #"{"code":-1,"message":"no"}"#)
        }
    }

    @Test(arguments: [
        "", " ", "{", "nul", "{} {}", #"{"a":}"#, #"{"a":{}"#, "\u{FEFF}{}", "7", #""text""#,
    ])
    func whatIsNoJSONIsAParseError(_ text: String) {
        let fault = MCPMessageTests.fault(text)
        #expect(fault?.code == .parseError)
        #expect(fault?.status == 400)
        #expect(fault?.id == nil)
    }

    @Test func bytesThatAreNoUTF8AreAParseError() {
        let before = Array(#"{"jsonrpc":"2.0","id":1,"method":"x"#.utf8)
        for bytes: [UInt8] in [[0xFF], [0xC0, 0x80], [0xED, 0xA0, 0x80], [0xC3]] {
            let text = before + bytes + Array(#""}"#.utf8)
            #expect(throws: MCPFault(.parseError, "The message is not in UTF-8.")) {
                try MCPMessage.read(text)
            }
        }
        #expect(MCPMessageTests.fault(#"{"jsonrpc":"2.0","id":1,"method":"é"}"#) == nil)
    }

    @Test(arguments: [
        (#"[{"jsonrpc":"2.0","id":1,"method":"ping"}]"#, nil), ("[]", nil), ("{}", nil),
        (#"{"id":1,"method":"ping"}"#, "1"),
        (#"{"jsonrpc":"1.0","id":1,"method":"ping"}"#, "1"),
        (#"{"jsonrpc":2.0,"id":1,"method":"ping"}"#, "1"),
        (#"{"jsonrpc":"2.0","id":null,"method":"ping"}"#, nil),
        (#"{"jsonrpc":"2.0","id":1.5,"method":"ping"}"#, nil),
        (#"{"jsonrpc":"2.0","id":1e3,"method":"ping"}"#, nil),
        (#"{"jsonrpc":"2.0","id":true,"method":"ping"}"#, nil),
        (#"{"jsonrpc":"2.0","id":[1],"method":"ping"}"#, nil),
        (#"{"jsonrpc":"2.0","id":1,"method":7}"#, "1"),
        (#"{"jsonrpc":"2.0","id":1,"method":"ping","params":[]}"#, "1"),
        (#"{"jsonrpc":"2.0","id":1,"method":"ping","params":{"_meta":[]}}"#, "1"),
        (#"{"jsonrpc":"2.0","id":1,"method":"ping","result":{}}"#, "1"),
        (#"{"jsonrpc":"2.0","id":1,"result":{},"error":{}}"#, "1"),
        (#"{"jsonrpc":"2.0","id":1}"#, "1"),
        (#"{"jsonrpc":"2.0","result":{}}"#, nil),
        (#"{"jsonrpc":"2.0","id":null,"result":{}}"#, nil),
        (#"{"jsonrpc":"2.0","id":{},"error":{}}"#, nil),
    ])
    func whatIsNoMessageIsAnInvalidRequest(_ text: String, _ id: String?) {
        let fault = MCPMessageTests.fault(text)
        #expect(fault?.code == .invalidRequest)
        #expect(fault?.status == 400)
        #expect(fault?.id?.text == id)
    }

    @Test(arguments: [
        #"{"jsonrpc":"2.0","id":1,"method":"tools/list","method":"tools/call"}"#,
        #"{"jsonrpc":"2.0","id":1,"method":"tools/list","m\u0065thod":"tools/call"}"#,
        #"{"jsonrpc":"2.0","id":1,"method":"tools/list","Method":"tools/call"}"#,
        #"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"a","name":"b"}}"#,
        #"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"a","NAME":"b"}}"#,
        #"{"jsonrpc":"2.0","id":1,"method":"x","params":{"_meta":{"a":1,"a":2}}}"#,
        #"{"jsonrpc":"2.0","id":1,"id":2,"result":{}}"#,
    ])
    func aMemberThatIsGivenTwiceIsRefused(_ text: String) {
        #expect(MCPMessageTests.fault(text)?.code == .invalidRequest)
        #expect(MCPMessageTests.fault(text)?.message.contains("twice") == true)
    }

    /// A server might carry it out, and nobody would see that it was refused.
    @Test func aRequestWithoutAnIDIsNoNotification() {
        let fault = MCPMessageTests.fault(
            #"{"jsonrpc":"2.0","method":"tools/call","params":{"name":"x"}}"#)
        #expect(fault?.message == "tools/call is a request and needs an id.")
    }

    @Test func aMessageMayBeAsLargeAsTheLimitAndNoLarger() throws {
        #expect(MCPMessage.largest == 4_194_304)
        let frame = #"{"jsonrpc":"2.0","id":1,"method":""}"#.utf8.count
        for extra in [-1, 0] {
            let text = String(repeating: "x", count: MCPMessage.largest - frame + extra)
            let message = try MCPMessageTests.read(
                #"{"jsonrpc":"2.0","id":1,"method":"\#(text)"}"#)
            #expect(message.bytes.count == MCPMessage.largest + extra)
        }
        let text = String(repeating: "x", count: MCPMessage.largest - frame + 1)
        let fault = MCPMessageTests.fault(#"{"jsonrpc":"2.0","id":1,"method":"\#(text)"}"#)
        #expect(fault?.code == .invalidRequest)
        #expect(fault?.status == 413)
    }

    @Test func nestingHasALimit() {
        func nested(_ depth: Int) -> String {
            // The message and its parameters are two levels of it.
            let open = String(repeating: "[", count: depth - 2)
            let close = String(repeating: "]", count: depth - 2)
            return #"{"jsonrpc":"2.0","id":1,"method":"x","params":{"a":\#(open)\#(close)}}"#
        }
        #expect(MCPMessageTests.fault(nested(99)) == nil)
        #expect(MCPMessageTests.fault(nested(100)) == nil)
        #expect(MCPMessageTests.fault(nested(101))?.code == .parseError)
        #expect(MCPMessageTests.fault(nested(100_000))?.code == .parseError)
    }

    @Test func everyTruncationIsRefusedAndNoneCrashes() {
        let text = Array(
            #"{"jsonrpc":"2.0","id":"\u00e9","method":"tools/call","params":{"a":[{}, 1e5]}}"#.utf8)
        for end in 0..<text.count {
            #expect(throws: MCPFault.self) { try MCPMessage.read(Array(text[..<end])) }
        }
        for place in text.indices {
            for byte: UInt8 in [0, 0x22, 0x5C, 0x7B, 0x7D, 0x80, 0xFF] {
                var changed = text
                changed[place] = byte
                _ = try? MCPMessage.read(changed)
            }
        }
    }

    @Test func onePartIsReplacedAndNothingElse() throws {
        let text = #" { "id" : 1 , "jsonrpc":"2.0","result":{ "x" : 1 } }  "#
        let message = try MCPMessageTests.read(text)
        let id = try #require(message.id)
        #expect(
            message.replacing(id, with: Array(#""new""#.utf8)).text
                == #" { "id" : "new" , "jsonrpc":"2.0","result":{ "x" : 1 } }  "#)
    }

    @Test func aFaultIsAnErrorResponse() {
        let id = Array(#""a""#.utf8)
        #expect(
            MCPFault(.invalidParams, "No \"x\".", id: id[...]).body.text
                == #"{"jsonrpc":"2.0","id":"a","error":{"code":-32602,"message":"No \"x\"."}}"#)
        #expect(
            MCPFault(.parseError, "No.", details: Array("[1]".utf8)).body.text
                == #"{"jsonrpc":"2.0","error":{"code":-32700,"message":"No.","data":[1]}}"#)
    }

    @Test func theCodesKeepTheirNumbers() {
        #expect(
            MCPCode.allCases.map(\.rawValue) == [
                -32700, -32600, -32601, -32602, -32603, -32020, -32022, -31001, -31002, -31003,
                -31004, -31005, -31006, -31007,
            ])
    }
}
