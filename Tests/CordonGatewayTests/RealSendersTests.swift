import CordonCore
import Testing

@testable import CordonGateway

/// What instrumentations of OpenAI's client sent of one and the same conversation.
@Suite struct RealSendersTests {
    static let withContent = [
        "genai.bin", "genai.json", "traceloop.bin", "openinference.bin", "openinference-both.bin",
    ]
    static let withoutContent = [
        "genai-without-content.bin", "traceloop-without-content.bin", "openinference-hidden.bin",
    ]

    @Test(arguments: withContent)
    func everySenderGivesTheSameReading(_ name: String) throws {
        let record = try Bodies.record(name)
        let reading = EvidenceReading(of: record.groups)
        #expect(
            reading.messages == [
                .init(role: "system", text: "You help the service desk. Name no other customer."),
                .init(role: "user", text: #"What did Birch say about the "café" bill?"#),
                .init(
                    role: "assistant",
                    text: "Birch said: “the café bill is wrong”.\nI will look it up."),
            ])
        #expect(
            reading.toolCalls == [
                .init(
                    name: "read_notes", arguments: #"{"customer":"Müller & Söhne","days":30}"#)
            ])
        #expect(reading.retrieved.isEmpty)
        #expect(reading.otherText.isEmpty)
    }

    @Test(arguments: withContent)
    func aSearchSeesTheOutputInPlainTextOnce(_ name: String) throws {
        let output = try Bodies.record(name).output
        for text in ["Birch said: “the café bill is wrong”.", "Müller & Söhne", "read_notes", "30"]
        {
            #expect(output.filter { $0 == text }.count == 1, "\(text) in \(output)")
        }
        #expect(!output.contains { $0.contains("call_e2e1") || $0.contains("\\u") })
        #expect(!output.contains { $0.contains("service desk") })
    }

    @Test(arguments: withContent + withoutContent)
    func everySenderGivesTheSameEnvelope(_ name: String) throws {
        let record = try Bodies.record(name)
        #expect(record.kind == .modelExchange)
        #expect(record.workflow == "service-desk")
        #expect(record.model == "gpt-4o-mini-2024-07-18")
        #expect(record.tokensIn == 40)
        #expect(record.tokensOut == 17)
        #expect(record.trace?.count == 32)
        #expect(record.span?.count == 16)
        #expect(record.parent == nil)
        let at = try #require(record.at)
        let end = try #require(record.endedAt)
        #expect(at.year == 2026 && at <= end)
        #expect(record.text(.attributes).contains(#""telemetry.sdk.language":"python""#))
        #expect(record.text(.attributes).contains(#""otel.scope.name":"#))
    }

    @Test(arguments: withContent)
    func everySenderGivesTheSameFingerprints(_ name: String) throws {
        let record = try Bodies.record(name)
        #expect(record.shortfalls.isEmpty && record.advice == nil)
        #expect(record.fingerprints[.model] == "gpt-4o-mini-2024-07-18")
        #expect(record.fingerprints[.parameters] == "max_tokens=200,temperature=0.2")
        #expect(
            record.fingerprints[.systemPrompt]
                == "5076d0b68896d44079acee70243221840e0c35e33ea1beca76f41a4c352b763e")
        #expect(record.fingerprints[.tools]?.hasPrefix("read_notes:") == true)
    }

    @Test(arguments: [
        (
            "genai-without-content.bin",
            "Set OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT=SPAN_ONLY where"
                + " opentelemetry.instrumentation.genai.openai runs."
        ),
        (
            "traceloop-without-content.bin",
            "Set TRACELOOP_TRACE_CONTENT=true, or leave it unset, where"
                + " opentelemetry.instrumentation.openai.v1 runs."
        ),
        (
            "openinference-hidden.bin",
            "OPENINFERENCE_HIDE_INPUTS and OPENINFERENCE_HIDE_OUTPUTS hide content: leave them"
                + " unset or set them to false where openinference.instrumentation.openai runs."
        ),
    ])
    func missingContentIsNamedWithItsCure(_ name: String, _ advice: String) throws {
        let record = try Bodies.record(name)
        #expect(record.shortfalls == [.contentMissing])
        #expect(record.advice == advice)
    }

    @Test func bothEncodingsGiveTheSameRecord() throws {
        #expect(try Bodies.record("genai.bin") == Bodies.record("genai.json"))
    }

    @Test func contentIsKeptByteForByte() throws {
        let record = try Bodies.record("traceloop.bin")
        let sent =
            #"{"gen_ai.output.messages":[{"role": "assistant", "parts": [{"content": "#
            + #""Birch said: \u201cthe caf\u00e9 bill is wrong\u201d.\nI will look it up.", "#
            + #""type": "text"}, {"type": "tool_call", "name": "read_notes", "id": "call_e2e1", "#
            + #""arguments": {"customer": "M\u00fcller & S\u00f6hne", "days": 30}}], "#
            + #""finish_reason": "tool_call"}]}"#
        #expect(record.text(.output) == sent)
    }
}
