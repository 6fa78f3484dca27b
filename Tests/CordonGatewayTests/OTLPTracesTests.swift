import CordonCore
import Foundation
import Testing

@testable import CordonGateway

@Suite struct OTLPTracesTests {
    private static func json(_ spans: String) -> [UInt8] {
        Array(#"{"resourceSpans":[{"scopeSpans":[{"spans":["#.utf8) + Array(spans.utf8)
            + Array("]}]}]}".utf8)
    }

    @Test func identifiersInJSONAreHexadecimal() throws {
        let body = OTLPTracesTests.json(
            #"""
            {"traceId":"5B8EFFF798038103D269B633813FC60C","spanId":"eee19b7ec3c1b174",
             "parentSpanId":"eee19b7ec3c1b173","kind":2,"startTimeUnixNano":1544712660000000000,
             "endTimeUnixNano":"1544712661000000000","unheardOf":{"x":[null]},
             "attributes":[{"key":"n","value":{"intValue":"12"}},
                           {"key":"m","value":{"intValue":13}}]}
            """#)
        let record = try #require(OTLPTraces.read(body, isJSON: true).records.first)
        #expect(record.trace == "5b8efff798038103d269b633813fc60c")
        #expect(record.span == "eee19b7ec3c1b174")
        #expect(record.parent == "eee19b7ec3c1b173")
        #expect(record.at?.milliseconds == 1_544_712_660_000)
        #expect(record.text(.attributes) == #"{"n":12,"m":13,"otel.span.kind":"server"}"#)
    }

    @Test(arguments: [
        #"{"traceId":"00000000000000000000000000000000","spanId":""}"#, #"{"name":"x"}"#,
        #"{"traceId":"abcd","spanId":"0123456789abcdef0123456789abcdef"}"#,
    ])
    func identifiersThatAreNoneAreLeftOut(_ span: String) throws {
        let read = try OTLPTraces.read(OTLPTracesTests.json(span), isJSON: true)
        #expect(read.records.first?.trace == nil)
        #expect(read.records.first?.span == nil)
    }

    @Test(arguments: [
        ("{", true), ("[]", true), (#"{"resourceSpans":3}"#, true), ("\u{1}\u{7F}x", false),
    ])
    func aBodyThatIsNoneIsRefusedWhole(_ body: String, _ isJSON: Bool) {
        #expect(throws: OTLPFault.self) {
            try OTLPTraces.read(Array(body.utf8), isJSON: isJSON)
        }
    }

    @Test func nothingIsARequestOfNothing() throws {
        #expect(try OTLPTraces.read([], isJSON: false).records.isEmpty)
        #expect(try OTLPTraces.read(Array("{}".utf8), isJSON: true).records.isEmpty)
    }

    @Test func deepNestingIsRefusedAndNoCrash() throws {
        let deep = String(repeating: #"{"arrayValue":{"values":["#, count: 5_000)
        let body = OTLPTracesTests.json(#"{"attributes":[{"key":"k","value":"# + deep)
        #expect(throws: OTLPFault.self) { try OTLPTraces.read(body, isJSON: true) }
        // As a text it is no JSON that anybody could read, so it stays a text.
        let text = String(repeating: "[", count: 5_000) + String(repeating: "]", count: 5_000)
        let record = try Sent(["k": text]).record
        #expect(record.text(.attributes) == "{\"k\":\"\(text)\"}")
    }

    @Test func aSpanThatIsTooLargeIsRefusedAlone() throws {
        let traces = try Sent(["k": String(repeating: "x", count: OTLPTraces.largestSpan)]).traces
        #expect(traces.records.isEmpty)
        #expect(traces.refused == 1)
        #expect(traces.message == "1 of the spans hold more than 8388608 bytes.")
    }

    @Test func theAnswerHasTheFormOfTheRequest() {
        #expect(OTLPTraces.answer(refused: 0, message: nil, isJSON: false).isEmpty)
        #expect(OTLPTraces.answer(refused: 0, message: nil, isJSON: true) == Array("{}".utf8))
        #expect(
            OTLPTraces.answer(refused: 2, message: "Why", isJSON: true)
                == Array(#"{"partialSuccess":{"rejectedSpans":"2","errorMessage":"Why"}}"#.utf8))
        #expect(
            OTLPTraces.answer(refused: 2, message: "Why", isJSON: false)
                == [0x0A, 0x07, 0x08, 0x02, 0x12, 0x03] + Array("Why".utf8))
        #expect(OTLPTraces.fault("No", isJSON: true) == Array(#"{"message":"No"}"#.utf8))
        #expect(OTLPTraces.fault("No", isJSON: false) == [0x12, 0x02] + Array("No".utf8))
        #expect(
            OTLPTraces.fault(String(repeating: "n", count: 300), isJSON: false).prefix(3)
                == [0x12, 0xAC, 0x02])
    }

    @Test(arguments: [
        ("opentelemetry.instrumentation.genai.langchain", nil, "MESSAGE_CONTENT=SPAN_ONLY where"),
        ("opentelemetry.instrumentation.openai_v2", "2.4b0", "gen_ai_latest_experimental"),
        ("opentelemetry.instrumentation.openai_agents", "0.1.0", "gen_ai_latest_experimental"),
        ("opentelemetry.instrumentation.openai_agents", "0.62.4", "TRACELOOP_TRACE_CONTENT=true"),
        ("opentelemetry.instrumentation.anthropic", nil, "TRACELOOP_TRACE_CONTENT=true"),
        ("openinference.instrumentation.langchain", nil, "OPENINFERENCE_HIDE_INPUTS"),
        ("my-own", nil, "Let my-own put gen_ai.input.messages"),
        ("", nil, "Let the sender put gen_ai.input.messages"),
    ])
    func theAdviceNamesWhatTheEmitterTakes(_ scope: String, _ version: String?, _ part: String) {
        let sentence = ContentAdvice.sentence(scope: scope, version: version)
        #expect(sentence.contains(part))
        #expect(sentence.hasSuffix("."))
    }
}
