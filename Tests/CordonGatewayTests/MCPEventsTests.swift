import Testing

@testable import CordonGateway

@Suite struct MCPEventsTests {
    @Test func aMessageIsAnEvent() {
        #expect(MCPEvents.event(Array("{}".utf8)).text == "event: message\ndata: {}\n\n")
        #expect(
            MCPEvents.event(Array("{\n \"a\":1,\r\n\"b\":2,\r\"c\":3}\n".utf8)).text
                == "event: message\ndata: {\ndata:  \"a\":1,\ndata: \"b\":2,\ndata: \"c\":3}\n\n")
    }

    @Test func whatIsWrittenIsReadAgain() throws {
        for seed in 0..<300 {
            var chance = SplitMix64(seed: UInt64(seed))
            let gaps = (0..<4).map { _ in chance.pick(["", " ", "\n", "\r\n", "\r", "\n\n"]) }
            let text =
                "{\(gaps[0])\"jsonrpc\":\"2.0\",\(gaps[1])\"id\":1,\(gaps[2])"
                + "\"result\":\"é\\n世\"\(gaps[3])}"
            let stream =
                MCPEvents.keepAlive + MCPEvents.event(Array(text.utf8)) + MCPEvents.keepAlive
            var reader = ServerSentEvents()
            var read: [ServerSentEvents.Event] = []
            for piece in chance.cut(stream, longest: 30) {
                try reader.take(piece) { read.append($0) }
            }
            #expect(read.map(\.hasData) == [false, true, false], "seed \(seed)")
            try #require(read.count == 3)
            #expect(read[1].isNamed("message"))
            let message = try MCPMessage.read(Array(read[1].data))
            guard case .response(_, let result) = message.content else {
                Issue.record("a response")
                continue
            }
            #expect(result.text == "\"é\\n世\"")
        }
    }
}
