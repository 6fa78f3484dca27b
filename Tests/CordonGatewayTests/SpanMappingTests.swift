import CordonCore
import Foundation
import SwiftProtobuf
import Testing

@testable import CordonGateway

@Suite struct SpanMappingTests {
    @Test(
        arguments: [
            (["gen_ai.operation.name": "chat"], RecordKind.modelExchange),
            (["gen_ai.operation.name": "text_completion"], .modelExchange),
            (["gen_ai.operation.name": "generate_content"], .modelExchange),
            (["gen_ai.operation.name": "execute_tool"], .toolCall),
            (["gen_ai.operation.name": "embeddings"], .retrieval),
            (["gen_ai.operation.name": "retrieval"], .retrieval),
            (["gen_ai.operation.name": "invoke_agent", "gen_ai.request.model": "m"], .note),
            (["openinference.span.kind": "LLM"], .modelExchange),
            (["openinference.span.kind": "TOOL"], .toolCall),
            (["openinference.span.kind": "RETRIEVER"], .retrieval),
            (["openinference.span.kind": "RERANKER"], .retrieval),
            (["openinference.span.kind": "EMBEDDING"], .retrieval),
            (["openinference.span.kind": "CHAIN"], .note),
            (["traceloop.span.kind": "tool"], .toolCall),
            (["traceloop.span.kind": "workflow"], .note),
            (["llm.request.type": "chat"], .modelExchange),
            (["mcp.method.name": "tools/call"], .toolCall),
            (["gen_ai.request.model": "m"], .modelExchange),
            (["http.request.method": "GET"], .note),
            (["cordon.kind": "delivery", "gen_ai.operation.name": "chat"], .delivery),
            (["cordon.kind": "nonsense", "gen_ai.operation.name": "chat"], .modelExchange),
        ] as [([String: String], RecordKind)])
    func theKindIsWhatIsSaidMostPlainly(_ said: [String: String], _ kind: RecordKind) throws {
        var sent = Sent()
        for (name, text) in said { sent.set(name, .stringValue(text)) }
        #expect(try sent.record.kind == kind)
    }

    /// Each row leaves out what the rows before it went by.
    @Test func theWorkflowIsNamedByTheNearest() throws {
        var span: [(String, String)] = [
            ("cordon.workflow", "0"), ("workflow.name", "1"),
            ("metadata", #"{"team":"x","workflow":"4"}"#),
            ("gen_ai.workflow.name", "5"), ("traceloop.workflow.name", "6"),
        ]
        var resource: [(String, String)] = [
            ("cordon.workflow", "2"), ("workflow.name", "3"),
            ("openinference.project.name", "7"), ("service.name", "8"),
        ]
        for expected in 0...8 {
            var sent = Sent()
            for (name, text) in span { sent.set(name, .stringValue(text)) }
            sent.resource = resource
            #expect(try sent.record.workflow == String(expected))
            span.removeAll { $0.1.contains(String(expected)) }
            resource.removeAll { $0.1 == String(expected) }
        }
        var unnamed = Sent()
        unnamed.resource = [
            ("service.name", "unknown_service:python"), ("openinference.project.name", "default"),
        ]
        #expect(try unnamed.record.workflow == nil)
    }

    @Test func theEnvelopeIsFilled() throws {
        var sent = Sent([
            "enduser.id": "later", "user.id": "ana", "gen_ai.conversation.id": "c",
            "session.id": "s", "cordon.target": "alder", "gen_ai.request.model": "asked",
            "gen_ai.response.model": "answered", "cordon.key": "mine",
        ])
        sent.set("gen_ai.usage.input_tokens", .stringValue("7"))
        sent.set("gen_ai.usage.output_tokens", .intValue(9))
        sent.span.parentSpanID = Data(9...16)
        sent.span.startTimeUnixNano = 1_760_000_000_123_999_999
        sent.span.endTimeUnixNano = 1_760_000_001_000_000_000
        sent.span.status.code = .error
        sent.span.status.message = "too slow"
        let record = try sent.record
        #expect(record.actor == "ana")
        #expect(record.session == "c")
        #expect(record.target == "alder")
        #expect(record.model == "answered")
        #expect(record.clientKey == "mine")
        #expect(record.tokensIn == 7 && record.tokensOut == 9)
        #expect(record.trace == "0102030405060708090a0b0c0d0e0f10")
        #expect(record.span == "0102030405060708")
        #expect(record.parent == "090a0b0c0d0e0f10")
        #expect(record.at?.milliseconds == 1_760_000_000_123)
        #expect(record.endedAt?.milliseconds == 1_760_000_001_000)
        #expect(record.status == "error: too slow")
    }

    @Test(
        arguments: [
            (["a"], ["b"], true, nil, []),
            ([], ["b"], true, nil, [.contentMissing]),
            (["a"], [], true, nil, [.contentMissing]),
            (["a"], [], true, "error", []),
            ([], [], false, nil, []),
            (["__REDACTED__"], ["b"], true, nil, [.contentMissing]),
            (["[]"], ["[]"], true, nil, [.contentMissing]),
            ([#"[{"role":"us"#], ["b"], true, nil, [.truncated]),
        ] as [([String], [String], Bool, String?, [Shortfall])])
    func whatIsMissingIsSaid(
        _ asked: [String], _ answered: [String], _ isExchange: Bool, _ failure: String?,
        _ shortfalls: [Shortfall]
    ) throws {
        var sent = Sent(["gen_ai.operation.name": isExchange ? "chat" : "invoke_agent"])
        for text in asked { sent.set("gen_ai.input.messages", .stringValue(text)) }
        for text in answered { sent.set("gen_ai.output.messages", .stringValue(text)) }
        if let failure { sent.set("error.type", .stringValue(failure)) }
        #expect(try sent.record.shortfalls == shortfalls)
    }

    @Test func anAddressInsteadOfContentAndDroppedAttributesAreSaid() throws {
        var sent = Sent([
            "gen_ai.operation.name": "chat", "gen_ai.input.messages.ref": "s3://b/in",
            "gen_ai.output.messages.ref": "s3://b/out",
        ])
        sent.span.droppedAttributesCount = 2
        let record = try sent.record
        #expect(record.shortfalls == [.byReference, .truncated])
        #expect(record.advice == nil)
        #expect(record.text(.input) == #"{"gen_ai.input.messages.ref":"s3://b/in"}"#)
    }

    @Test func theSequenceHasANumberAndASource() throws {
        var sent = Sent()
        sent.set("cordon.sequence", .intValue(41))
        #expect(try sent.record.sequence == nil)
        sent.resource = [("service.instance.id", "pod-7")]
        #expect(try sent.record.sequence == .init(source: "pod-7", number: 41))
        sent.set("cordon.sequence.source", .stringValue("run-1"))
        #expect(try sent.record.sequence == .init(source: "run-1", number: 41))
    }

    @Test func aToolSpanOfEachConventionIsTheSameCall() throws {
        let call = EvidenceReading.ToolCall(
            name: "read_notes", arguments: #"{"customer":"Müller"}"#, result: #""two notes""#)
        let spans: [Sent] = [
            Sent([
                "gen_ai.operation.name": "execute_tool", "gen_ai.tool.name": "read_notes",
                "gen_ai.tool.call.arguments": #"{"customer": "M\u00fcller"}"#,
                "gen_ai.tool.call.result": "two notes",
            ]),
            Sent([
                "openinference.span.kind": "TOOL", "tool.name": "read_notes",
                "input.value": #"{"customer":"Müller"}"#, "output.value": "two notes",
            ]),
            Sent([
                "traceloop.span.kind": "tool", "traceloop.entity.name": "read_notes",
                "traceloop.entity.input": #"{"customer": "Müller"}"#,
                "traceloop.entity.output": "two notes",
            ]),
        ]
        for sent in spans {
            let record = try sent.record
            #expect(EvidenceReading(of: record.groups).toolCalls == [call])
            #expect(record.groups.map(\.name) == [.tools, .attributes])
            #expect(record.output == ["customer", "Müller"])
        }
    }

    @Test func documentsAndTheirPlaceAreRead() throws {
        var sent = Sent([
            "openinference.span.kind": "RETRIEVER", "input.value": "birch bill",
            "db.namespace": "notes", "retrieval.documents.0.document.content": "First note.",
            "retrieval.documents.1.document.content": "Second note.",
            "retrieval.documents.1.document.id": "n2",
            "output.value": #"{"documents":["First note."]}"#,
        ])
        sent.span.name = "VectorStore"
        let record = try sent.record
        let reading = EvidenceReading(of: record.groups)
        #expect(reading.retrieved == ["First note.", "Second note."])
        #expect(reading.messages == [.init(role: "user", text: "birch bill")])
        #expect(
            record.fingerprints == [.retrievalScope: "db.namespace=notes,retriever=VectorStore"])
        #expect(record.output == [])
    }

    @Test func contentInEventsIsFound() throws {
        var perMessage = Sent(["gen_ai.operation.name": "chat"])
        perMessage.addEvent("gen_ai.system.message", ["content": "Be brief."])
        perMessage.addEvent("gen_ai.user.message", ["content": "Who?"])
        perMessage.addEvent("gen_ai.choice", ["message": #"{"content":"Birch."}"#])
        var details = Sent(["gen_ai.operation.name": "chat"])
        details.addEvent(
            "gen_ai.client.inference.operation.details",
            [
                "gen_ai.system_instructions": #"[{"type":"text","content":"Be brief."}]"#,
                "gen_ai.input.messages":
                    #"[{"role":"user","parts":[{"type":"text","content":"Who?"}]}]"#,
                "gen_ai.output.messages":
                    #"[{"role":"assistant","parts":[{"type":"text","content":"Birch."}]}]"#,
            ])
        var older = Sent([
            "gen_ai.operation.name": "chat", "gen_ai.system_instructions": "Be brief.",
        ])
        older.addEvent("gen_ai.content.prompt", ["gen_ai.prompt": "Who?"])
        older.addEvent("gen_ai.content.completion", ["gen_ai.completion": "Birch."])
        for sent in [perMessage, details, older] {
            let record = try sent.record
            #expect(record.shortfalls.isEmpty)
            #expect(
                EvidenceReading(of: record.groups).messages == [
                    .init(role: "system", text: "Be brief."), .init(role: "user", text: "Who?"),
                    .init(role: "assistant", text: "Birch."),
                ])
        }
    }

    @Test func flattenedOlderNamesAreRead() throws {
        let record = try Sent([
            "llm.request.type": "chat", "gen_ai.prompt.0.role": "system",
            "gen_ai.prompt.0.content": "Be brief.", "gen_ai.prompt.10.role": "user",
            "gen_ai.prompt.10.content": "Who?", "gen_ai.prompt.2.role": "assistant",
            "gen_ai.prompt.2.content": "Ask.", "gen_ai.completion.0.content": "Birch.",
            "gen_ai.completion.0.finish_reason": "stop",
            "gen_ai.completion.0.tool_calls.0.name": "read_notes",
            "gen_ai.completion.0.tool_calls.0.arguments": #"{"a": 1}"#,
            "llm.request.functions.0.name": "read_notes",
        ]).record
        let reading = EvidenceReading(of: record.groups)
        #expect(reading.messages.map(\.role) == ["system", "assistant", "user", "assistant"])
        #expect(reading.messages.map(\.text) == ["Be brief.", "Ask.", "Who?", "Birch."])
        #expect(reading.toolCalls == [.init(name: "read_notes", arguments: #"{"a":1}"#)])
        #expect(record.fingerprints[.tools]?.hasPrefix("read_notes:") == true)
        #expect(record.fingerprints[.systemPrompt]?.count == 64)
    }

    @Test func everythingElseIsAmongTheAttributes() throws {
        var sent = Sent(["odd": "tab\there \"quoted\"", "json": #"{"a": [1, 2]}"#])
        sent.set("list", .arrayValue(.with { $0.values = [.with { $0.intValue = 1 }] }))
        sent.set("no number", .doubleValue(.infinity))
        sent.set("bytes", .bytesValue(Data([1, 2])))
        sent.span.name = "step"
        sent.span.kind = .server
        sent.scope = "mine"
        sent.resource = [("host.name", "h")]
        sent.addEvent("exception", ["exception.message": "late"])
        sent.span.links = [.with { $0.traceID = Data(1...16) }]
        let record = try sent.record
        #expect(record.groups.map(\.name) == [.attributes])
        #expect(
            record.text(.attributes) == #"""
                {"odd":"tab\there \"quoted\"","json":{"a": [1, 2]},"list":[1],"no number":"inf",\#
                "bytes":"AQI=","otel.events":[{"name":"exception","time_unix_nano":"5",\#
                "exception.message":"late"}],"otel.span.name":"step","otel.span.kind":"server",\#
                "otel.links":[{"trace_id":"0102030405060708090a0b0c0d0e0f10","span_id":""}],\#
                "otel.scope.name":"mine","otel.resource":{"host.name":"h"}}
                """#)
    }
}
