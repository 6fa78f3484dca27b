import Testing

@testable import CordonCore

@Suite struct EvidenceReadingTests {
    typealias Message = EvidenceReading.Message

    private static func reading(_ groups: KeyValuePairs<GroupName, String>) -> EvidenceReading {
        EvidenceReading(of: groups.map { FieldGroup($0.key, json: Array($0.value.utf8)) })
    }

    private static func text(
        _ groups: KeyValuePairs<GroupName, String>, all: Bool = false
    ) -> [String] {
        let groups = groups.map { FieldGroup($0.key, json: Array($0.value.utf8)) }
        var bytes: [UInt8] = []
        if all {
            EvidenceReading.allText(of: groups, into: &bytes)
        } else {
            EvidenceReading.outputText(of: groups, into: &bytes)
        }
        return String(decoding: bytes, as: UTF8.self).split(separator: "\n").map(String.init)
    }

    /// The same answer in every form that is known, with the call of a tool.
    @Test(arguments: [
        #"{"output":{"role":"assistant","content":"Hi","tool_calls":[{"id":"1","type":"function","#
            + #""function":{"name":"f","arguments":"{\"a\": 1}"}}]}}"#,
        #"{"output":{"id":"x","object":"chat.completion","choices":[{"index":0,"message":{"#
            + #""role":"assistant","content":"Hi","tool_calls":[{"id":"1","type":"function","#
            + #""function":{"name":"f","arguments":"{\"a\":1}"}}]}}]}}"#,
        #"{"output":{"object":"response","output":[{"type":"message","role":"assistant","content":"#
            + #"[{"type":"output_text","text":"Hi"}]},{"type":"function_call","call_id":"1","#
            + #""name":"f","arguments":"{\"a\":1}"}]}}"#,
        #"{"output":{"type":"message","role":"assistant","content":[{"type":"text","text":"Hi"},"#
            + #"{"type":"tool_use","id":"1","name":"f","input":{"a":1}}]}}"#,
        #"{"output":{"candidates":[{"content":{"role":"model","parts":[{"text":"Hi"},"#
            + #"{"functionCall":{"name":"f","args":{"a":1}}}]}}]}}"#,
        #"{"gen_ai.output.messages":[{"role":"assistant","parts":[{"type":"tool_call","id":"1","#
            + #""name":"f","arguments":{"a":1}},{"type":"text","content":"Hi"}]}]}"#,
        #"{"llm.output_messages.0.message.role":"assistant","#
            + #""llm.output_messages.0.message.contents.0.message_content.type":"text","#
            + #""llm.output_messages.0.message.contents.0.message_content.text":"Hi","#
            + #""llm.output_messages.0.message.tool_calls.0.tool_call.function.name":"f","#
            + #""llm.output_messages.0.message.tool_calls.0.tool_call.function.arguments""#
            + #":{"a":1}}"#,
        #"{"gen_ai.completion.0.role":"assistant","gen_ai.completion.0.content":"Hi","#
            + #""gen_ai.completion.0.tool_calls.0.name":"f","#
            + #""gen_ai.completion.0.tool_calls.0.arguments":{"a": 1}}"#,
    ])
    func theSameAnswerIsReadAlike(_ output: String) {
        let reading = EvidenceReadingTests.reading([.output: output])
        #expect(reading.messages == [Message(role: "assistant", text: "Hi")])
        #expect(reading.toolCalls == [.init(name: "f", arguments: #"{"a":1}"#)])
        #expect(reading.otherText.isEmpty)
    }

    @Test(arguments: [
        (#""plain""#, "plain"), (#""{\"a\": 1}""#, #"{"a": 1}"#), (#"{"a": 1}"#, #"{"a": 1}"#),
        (#"["a","b"]"#, "a|b"), ("12.50", "12.50"), (#"{"text":"t"}"#, "t"), ("[1, 2]", "[1, 2]"),
        (#"{"type":"invoice","to":"B"}"#, #"{"type":"invoice","to":"B"}"#), ("null", ""),
        (#"[{"role":"assistant","content":"a"},{"role":"assistant","content":"b"}]"#, "a|b"),
    ])
    func whateverOurInterfaceTakesHasAText(_ value: String, _ texts: String) {
        let reading = EvidenceReadingTests.reading([.output: #"{"output":\#(value)}"#])
        #expect(reading.messages.map(\.text).joined(separator: "|") == texts)
        #expect(reading.messages.allSatisfy { $0.role == "assistant" })
    }

    /// An object that was sent as a group is that group itself.
    @Test func aGroupMayBeWhatWasSent() {
        let groups: KeyValuePairs<GroupName, String> = [
            .system: #"{"role":"system","content":"S"}"#,
            .input: #"{"model":"m","messages":[{"role":"user","content":"Q"}]}"#,
            .output:
                #"{"object":"chat.completion","usage":{"total_tokens":3},"choices":[{"index":0,"#
                + #""message":{"role":"assistant","content":"A"}}]}"#,
            .tools: #"{"name":"f","arguments":{"a":1},"result":"r"}"#,
            .approval: #"{"by":"ana","comment":"fine"}"#,
            .retrieved: #"{"documents":[{"content":"D"}]}"#,
        ]
        let reading = EvidenceReadingTests.reading(groups)
        #expect(
            reading.messages == [
                Message(role: "system", text: "S"), Message(role: "user", text: "Q"),
                Message(role: "assistant", text: "A"),
            ])
        #expect(
            reading.toolCalls == [.init(name: "f", arguments: #"{"a":1}"#, result: #""r""#)])
        #expect(reading.retrieved == ["D"])
        #expect(reading.otherText == ["fine"])
        #expect(EvidenceReadingTests.text(groups) == ["A", "a", "1", "fine"])
        let named = #"{"Alder GmbH":"late","total":12}"#
        #expect(
            EvidenceReadingTests.text([.output: named]) == ["Alder GmbH", "late", "total", "12"])
        #expect(EvidenceReadingTests.reading([.output: named]).messages.map(\.text) == [named])
    }

    @Test func resultsComeToTheirCalls() {
        let reading = EvidenceReadingTests.reading([
            .input: #"""
            {"input":{"system":"S","messages":[{"role":"user","content":"Q"},
             {"role":"assistant","content":null,"tool_calls":[
               {"id":"1","function":{"name":"f","arguments":"{}"}},
               {"id":"2","function":{"name":"g","arguments":"no json"}}]},
             {"role":"tool","tool_call_id":"2","content":"[1, 2]"},
             {"role":"tool","tool_call_id":"1","content":"done"}]}}
            """#,
            .output: #"{"output":"A"}"#,
            .tools: #"{"tools":[{"name":"h","arguments":{"x":true},"result":{"ok":1}}]}"#,
        ])
        #expect(
            reading.messages == [
                Message(role: "system", text: "S"), Message(role: "user", text: "Q"),
                Message(role: "tool", text: "[1, 2]"), Message(role: "tool", text: "done"),
                Message(role: "assistant", text: "A"),
            ])
        #expect(
            reading.toolCalls == [
                .init(name: "f", arguments: "{}", result: #""done""#),
                .init(name: "g", arguments: #""no json""#, result: "[1,2]"),
                .init(name: "h", arguments: #"{"x":true}"#, result: #"{"ok":1}"#),
            ])
    }

    @Test func toolsThatAreOnlyOfferedAreNoCalls() {
        let reading = EvidenceReadingTests.reading([
            .tools: #"{"tools":[{"type":"function","function":{"name":"f","parameters":{}}}]}"#
        ])
        #expect(reading.toolCalls.isEmpty)
    }

    @Test func otherWordsAreReadToo() {
        let reading = EvidenceReadingTests.reading([
            .retrieved: #"{"retrieved":[{"content":"one","id":"x"},"two",{"title":"three"}]}"#,
            .output:
                #"{"gen_ai.output.messages":[{"role":"assistant","parts":[{"type":"reasoning","#
                + #""content":"hm"},{"type":"blob","content":"AAAA"},"#
                + #"{"type":"text","content":"A"}]}]}"#,
            .approval: #"{"approval":{"by":"ana","comment":"fine"},"approval.user":"ana"}"#,
            .delivery: #"{"delivery":{"to":"x@example.com","text":"sent"}}"#,
            .note: #"{"note":"odd"}"#,
        ])
        #expect(reading.retrieved == ["one", "two", "three"])
        #expect(reading.messages == [Message(role: "assistant", text: "A")])
        #expect(reading.otherText == ["fine", "x@example.com", "sent", "odd", "hm"])
    }

    @Test func whatCannotBeReadIsReadAsNothing() {
        let deep = String(repeating: "[", count: 100_000)
        for json in ["", "{", "nonsense", #"{"output":"# + deep, #"{"a.b"#] {
            #expect(EvidenceReadingTests.reading([.output: json]) == EvidenceReading())
            #expect(EvidenceReadingTests.text([.output: json]).isEmpty)
        }
        let way = "gen_ai.completion" + String(repeating: ".0", count: 50_000)
        #expect(EvidenceReadingTests.reading([.output: #"{"\#(way)":"x"}"#]).messages.isEmpty)
    }

    @Test(arguments: [
        (#""M\u00fcller\nGmbH""#, "Müller|GmbH"), (#""\uD83D\uDE00\t\"x\"""#, "😀\t\"x\""),
        (#""\uD83D x""#, "\u{FFFD} x"), (#""a\\nb\/c""#, #"a\nb/c"#),
        (#"{"arguments":"{\"n\":\"M\\u00fcller\"}"}"#, "n|Müller"),
        (#"{"Alder GmbH":"late","amount":1200.50,"ok":true}"#, "Alder GmbH|late|amount|1200.50|ok"),
        (#"[{"type":"text","text":"a"},{"type":"Birch","text":"a"}]"#, "a|Birch"),
        (#"{"id":"chatcmpl-1","created":17,"usage":{"total_tokens":5},"content":"x"}"#, "x"),
        (#"{"id":"INV-1","usage":"Birch","role":"buyer"}"#, "INV-1|Birch|buyer"),
        (#""[not json""#, "[not json"), (#""{}""#, ""),
    ])
    func theTextOfAnOutputIsPlain(_ value: String, _ text: String) {
        let found = EvidenceReadingTests.text([.output: #"{"output":\#(value)}"#])
        #expect(found.joined(separator: "|") == text)
    }

    @Test func picturesAreNoText() {
        let picture = String(repeating: "QUJD", count: 400)
        #expect(EvidenceReadingTests.text([.output: #"{"output":"\#(picture)"}"#]).isEmpty)
        #expect(
            EvidenceReadingTests.text([.output: #"{"output":"data:image/png;base64,\#(picture)"}"#])
                .isEmpty)
        let prose = String(repeating: "word ", count: 400)
        #expect(EvidenceReadingTests.text([.output: #"{"output":"\#(prose)"}"#]).count == 1)
    }

    @Test func onlyWhatCameOutIsOutput() {
        let groups: KeyValuePairs<GroupName, String> = [
            .system: #"{"system":"s"}"#, .input: #"{"input":"i"}"#, .output: #"{"output":"o"}"#,
            .tools: #"{"gen_ai.tool.definitions":[{"name":"f","parameters":{"input":"p"}}],"#
                + #""gen_ai.tool.call.arguments":{"a":"ta"},"gen_ai.tool.call.result":"tr","#
                + #""input.value":"tv","output.value":"no"}"#,
            .approval: #"{"approval":{"by":"ana","comment":"ac"},"approval.user":"ben"}"#,
            .delivery: #"{"delivery":"d"}"#, .note: #"{"note":"n"}"#,
            .attributes: #"{"x":"at"}"#,
        ]
        #expect(
            EvidenceReadingTests.text(groups) == ["o", "a", "ta", "tv", "ac", "d", "n"])
        let all = EvidenceReadingTests.text(groups, all: true)
        for text in ["s", "i", "o", "ta", "tr", "ana", "ben", "d", "n", "at", "p"] {
            #expect(all.contains(text))
        }
    }

    @Test(arguments: [
        ("{}", true), ("[]", true), (#"{"a":[1,-0.5e+3,true,false,null,"\u00e4"]}"#, true),
        (" {}", false), ("{} x", false), ("[1,]", false), ("[01]", false), ("[1.]", false),
        ("[.5]", false), (#"{"a"}"#, false), (#"{a:1}"#, false), ("[\"a\nb\"]", false),
        (#"["\x"]"#, false), (#"["\u12g4"]"#, false), ("[tru]", false), ("[\"", false),
        (#"["\"#, false), ("{\"a\":1,}", false), ("\"text\"", false), ("[-]", false),
        ("[1 2]", false),
    ])
    func onlyJSONIsTakenForJSON(_ text: String, _ isJSON: Bool) {
        var text = text
        #expect(text.withUTF8 { JSONScan.isContainer($0) } == isJSON)
    }

    @Test func plainTextIsFoundEightBytesAtATime() {
        for length in 0..<40 {
            for place in 0..<length {
                for special in [0x22, 0x5C, 0x1F, 0x00] as [UInt8] {
                    var bytes = [UInt8](repeating: 0xC3, count: length)
                    bytes[place] = special
                    let found = bytes.withUnsafeBufferPointer { JSONScan($0).plainEnd(from: 0) }
                    #expect(found == place)
                }
            }
        }
    }
}
