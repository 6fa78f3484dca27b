import CordonCore
import NIOCore
import Testing

@testable import CordonGateway

/// A streamed answer of each kind, with a text and two calls of tools in it.
struct SampleStream: Sendable, CustomTestStringConvertible {
    let operation: Front.Operation
    let events: [String]

    var testDescription: String { operation.rawValue }
    var bytes: [UInt8] { Array(events.joined().utf8) }

    static let notes = AskedCall(id: "c1", name: "read_notes", arguments: #"{"customer":7}"#)
    static let pay = AskedCall(id: "c2", name: "pay", arguments: #"{"amount":9}"#)
    static let all = [chat, messages, responses]

    private static func chunk(_ delta: String, _ finish: String = "null") -> String {
        #"data: {"id":"x1","model":"m-1","choices":[{"index":0,"delta":\#(delta),"#
            + #""finish_reason":\#(finish)}]}"# + "\n\n"
    }

    static let chat = SampleStream(
        operation: .chat,
        events: [
            ": keep-alive\n\n", chunk(#"{"role":"assistant","content":""}"#),
            chunk(#"{"content":"Für "}"#), chunk(#"{"content":"Birch."}"#),
            chunk(
                #"{"tool_calls":[{"index":0,"id":"c1","type":"function","#
                    + #""function":{"name":"read_notes","arguments":""}}]}"#),
            chunk(#"{"tool_calls":[{"index":0,"function":{"arguments":"{\"customer\""}}]}"#),
            chunk(
                #"{"tool_calls":[{"index":1,"id":"c2","type":"function","#
                    + #""function":{"name":"pay","arguments":"{\"amount\":9}"}}]}"#),
            chunk(#"{"tool_calls":[{"index":0,"function":{"arguments":":7}"}}]}"#),
            chunk("{}", #""tool_calls""#),
            #"data: {"id":"x1","choices":[],"usage":{"prompt_tokens":5,"completion_tokens":3}}"#
                + "\n\n",
            "data: [DONE]\n\n",
        ])

    private static func named(_ name: String, _ more: String) -> String {
        "event: \(name)\n" + #"data: {"type":"\#(name)"\#(more)}"# + "\n\n"
    }

    private static func block(_ index: Int, _ start: String, _ deltas: [String]) -> [String] {
        [named("content_block_start", #","index":\#(index),"content_block":\#(start)"#)]
            + deltas.map { named("content_block_delta", #","index":\#(index),"delta":\#($0)"#) }
            + [named("content_block_stop", #","index":\#(index)"#)]
    }

    private static func json(_ part: String) -> String {
        #"{"type":"input_json_delta","partial_json":"\#(part)"}"#
    }

    static let messages = SampleStream(
        operation: .messages,
        events: [
            named(
                "message_start",
                #","message":{"id":"x1","model":"m-1","role":"assistant","content":[],"#
                    + #""usage":{"input_tokens":5,"output_tokens":1}}"#)
        ]
            + block(
                0, #"{"type":"text","text":""}"#,
                [
                    #"{"type":"text_delta","text":"Für "}"#,
                    #"{"type":"text_delta","text":"Birch."}"#,
                ])
            + block(
                1, #"{"type":"tool_use","id":"c1","name":"read_notes","input":{}}"#,
                [json(#"{\"customer\""#), json(":7}")])
            + block(
                2, #"{"type":"tool_use","id":"c2","name":"pay","input":{}}"#,
                [json(#"{\"amount\":9}"#)])
            + [
                named(
                    "message_delta",
                    #","delta":{"stop_reason":"tool_use"},"usage":{"output_tokens":3}"#),
                named("message_stop", ""),
            ])

    private static func item(_ call: AskedCall) -> String {
        let id = call.id ?? ""
        let arguments = call.arguments.replacing("\"", with: #"\""#)
        return #"{"type":"function_call","id":"fc_\#(id)","call_id":"\#(id)","#
            + #""name":"\#(call.name)","arguments":"\#(arguments)"}"#
    }

    private static let said =
        #"{"type":"message","id":"m","role":"assistant","content":"#
        + #"[{"type":"output_text","text":"Für Birch."}]}"#

    static let responses = SampleStream(
        operation: .responses,
        events: [
            named(
                "response.created",
                #","sequence_number":0,"response":{"id":"x1","model":"m-1","output":[]}"#),
            named(
                "response.output_item.added",
                #","sequence_number":1,"output_index":0,"item":{"type":"message","id":"m"}"#),
            named(
                "response.output_text.delta",
                #","sequence_number":2,"output_index":0,"delta":"Für Birch.""#),
            named(
                "response.output_item.done",
                #","sequence_number":3,"output_index":0,"item":\#(said)"#),
            named(
                "response.output_item.added",
                #","sequence_number":4,"output_index":1,"item":\#(item(notes))"#),
            named(
                "response.output_item.done",
                #","sequence_number":5,"output_index":1,"item":\#(item(notes))"#),
            named(
                "response.output_item.added",
                #","sequence_number":6,"output_index":2,"item":\#(item(pay))"#),
            named(
                "response.output_item.done",
                #","sequence_number":7,"output_index":2,"item":\#(item(pay))"#),
            named(
                "response.completed",
                #","sequence_number":8,"response":{"id":"x1","model":"m-1","output":"#
                    + #"[\#(said),\#(item(notes)),\#(item(pay))],"#
                    + #""usage":{"input_tokens":5,"output_tokens":3}}"#),
        ])
}

/// What became of a stream on its way through, with every call judged by `denies`.
struct Passed: Equatable {
    var out: [UInt8] = []
    var judged: [AskedCall] = []
    var output: [[UInt8]] = []
    var facts = AnswerFacts()

    var text: String { String(decoding: out, as: UTF8.self) }

    init(
        _ operation: Front.Operation, _ pieces: [ArraySlice<UInt8>],
        denies: (AskedCall) -> Bool
    ) throws {
        var passage = StreamPassage(operation.reader, holdsEnd: false)
        var buffer = ByteBuffer()
        for piece in pieces {
            try passage.take(ByteBuffer(bytes: piece))
            while let step = passage.next() {
                switch step {
                case .bytes(let bytes): passage.release(bytes, into: &buffer)
                case .buffer(var bytes): buffer.writeBuffer(&bytes)
                case .calls(let calls, let waiting):
                    judged += calls
                    let verdicts = Verdicts(
                        allowed: calls.filter { !denies($0) },
                        denied: calls.filter(denies).map { (call: $0, reason: "It may not.") })
                    passage.release(
                        verdicts.denied.isEmpty ? waiting : passage.replacement(verdicts),
                        into: &buffer)
                case .last(let event): passage.releaseLast(event, into: &buffer)
                }
            }
        }
        var end = try passage.ending()
        buffer.writeBuffer(&end)
        out = Array(buffer.readableBytesView)
        output = passage.reader?.output.map(\.1) ?? []
        facts = passage.reader?.facts ?? AnswerFacts()
    }

    /// What a client finds when it reads what came out: everything is judged again.
    func readAgain(_ operation: Front.Operation) throws -> Passed {
        try Passed(operation, [out[...]]) { _ in false }
    }
}
