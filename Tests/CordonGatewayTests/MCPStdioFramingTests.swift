import Testing

@testable import CordonGateway

@Suite struct MCPStdioFramingTests {
    private static func lines(
        _ pieces: [ArraySlice<UInt8>], limit: Int = 100
    ) throws -> (lines: [String], rest: String) {
        var framing = MCPStdioFraming(limit: limit)
        var lines: [String] = []
        for piece in pieces { try framing.take(piece) { lines.append($0.text) } }
        return (lines, framing.rest().text)
    }

    @Test(arguments: [
        ("", [], ""), ("{}", [], "{}"), ("{}\n", ["{}"], ""), ("{}\n[", ["{}"], "["),
        ("a\r\nb\n", ["a", "b"], ""), ("\n\r\n\na\n\n", ["a"], ""), ("a\rb\n", ["a\rb"], ""),
        ("a\r", [], "a\r"), ("\u{2028}\n", ["\u{2028}"], ""),
    ])
    func everyLineIsAMessageHoweverItWasCut(
        _ text: String, _ expected: [String], _ rest: String
    ) throws {
        let bytes = Array(text.utf8)
        for first in 0...bytes.count {
            for second in first...bytes.count {
                let read = try MCPStdioFramingTests.lines(
                    [bytes[..<first], bytes[first..<second], bytes[second...]])
                #expect(read.lines == expected)
                #expect(read.rest == rest)
            }
        }
    }

    @Test func randomLinesAreReadHoweverTheyAreCut() throws {
        for seed in 0..<1_000 {
            var chance = SplitMix64(seed: UInt64(seed))
            let lines = (0..<chance.roll(8)).map { _ in
                String(repeating: "x", count: 1 + chance.roll(20))
            }
            let text = lines.map { $0 + chance.pick(["\n", "\r\n", "\n\n"]) }.joined()
            let read = try MCPStdioFramingTests.lines(
                chance.cut(Array(text.utf8), longest: 9))
            #expect(read.lines == lines, "seed \(seed)")
            #expect(read.rest.isEmpty)
        }
    }

    @Test(arguments: ["\n", "\r\n"])
    func aLineMayBeAsLongAsTheLimitAndNoLonger(_ end: String) throws {
        let limit = 20
        for count in [limit - 1, limit, limit + 1, limit + 2, 3 * limit] {
            let line = String(repeating: "x", count: count)
            let bytes = Array((line + end + "next\n").utf8)
            for pieces in [[bytes[...]], bytes.indices.map { bytes[$0...$0] }] {
                var framing = MCPStdioFraming(limit: limit)
                var lines: [String] = []
                var refused = 0
                for piece in pieces {
                    do {
                        try framing.take(piece) { lines.append($0.text) }
                    } catch let fault as MCPStdioFraming.TooLong {
                        #expect(fault.limit == limit)
                        refused += 1
                    }
                }
                // What stands behind a line that is too long is not lost.
                try framing.take([] as [UInt8]) { lines.append($0.text) }
                #expect(lines == (count > limit ? ["next"] : [line, "next"]))
                #expect(refused == (count > limit ? 1 : 0))
                #expect(framing.rest().isEmpty)
            }
        }
        #expect(MCPStdioFraming().limit == 4_194_304)
    }

    @Test func aLineThatNeverEndsIsNotKept() throws {
        var framing = MCPStdioFraming(limit: 10)
        let piece = Array(repeating: UInt8(ascii: "x"), count: 8)
        try framing.take(piece) { _ in }
        #expect(throws: MCPStdioFraming.TooLong.self) { try framing.take(piece) { _ in } }
        for _ in 0..<100 { try framing.take(piece) { _ in } }
        #expect(framing.rest().isEmpty)
    }

    @Test func afterAThrowTheLinesBehindAreStillThere() throws {
        struct Enough: Error {}
        var framing = MCPStdioFraming()
        var lines: [String] = []
        #expect(throws: Enough.self) {
            try framing.take(Array("1\n2\n3\n4".utf8)) { line in
                lines.append(line.text)
                if line.text == "2" { throw Enough() }
            }
        }
        try framing.take(Array("5\n".utf8)) { lines.append($0.text) }
        #expect(lines == ["1", "2", "3", "45"])
    }

    @Test func aMessageIsWrittenInOneLine() throws {
        let text = "{\r\n \"jsonrpc\":\"2.0\",\n\"id\":1,\"result\":\"a\\nb\"}"
        let line = MCPStdioFraming.line(Array(text.utf8))
        #expect(line.text == "{   \"jsonrpc\":\"2.0\", \"id\":1,\"result\":\"a\\nb\"}\n")
        let read = try MCPStdioFramingTests.lines([line[...]])
        #expect(read.lines.count == 1)
    }

    private static let named: [(MCPReference, String, String)] = [
        (.id, #"{"id" : 1 ,"jsonrpc":"2.0","method":"ping"}"#, "1"),
        (.id, #"{"jsonrpc":"2.0","result":{"id":2},"id":"a\u0062"}"#, #""a\u0062""#),
        (.id, #"{"jsonrpc":"2.0","error":{},"id":3}"#, "3"),
        (
            .progressToken,
            #"{"jsonrpc":"2.0","id":1,"method":"tools/call","#
                + #""params":{"name":"t","_meta":{"progressToken" : "p"}}}"#, #""p""#
        ),
        (
            .progressToken,
            #"{"jsonrpc":"2.0","method":"notifications/progress","#
                + #""params":{"progressToken":7,"progress":1,"_meta":{"progressToken":8}}}"#, "7"
        ),
        (
            .cancelled,
            #"{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId": 4 }}"#,
            "4"
        ),
        (
            .subscription,
            #"{"jsonrpc":"2.0","method":"notifications/tools/list_changed","#
                + #""params":{"_meta":{"io.modelcontextprotocol/subscriptionId":"s"}}}"#, #""s""#
        ),
    ]

    @Test(arguments: named)
    func onlyTheNameIsReplaced(_ kind: MCPReference, _ text: String, _ name: String) throws {
        let message = try MCPMessage.read(Array(text.utf8))
        #expect(message.reference(kind)?.text == name)
        let new = Array(#""c1-99""#.utf8)
        let renamed = try #require(message.replacing(kind, with: new))
        let place = try #require(message.reference(kind))
        let around = (message.bytes[..<place.startIndex], message.bytes[place.endIndex...])
        #expect(renamed == around.0 + new + around.1)
        // And back again, to the byte.
        let other = try MCPMessage.read(renamed)
        #expect(other.reference(kind)?.text == #""c1-99""#)
        #expect(other.replacing(kind, with: Array(name.utf8)) == message.bytes)
    }

    @Test func whatHasNoNameIsLeftAlone() throws {
        let message = try MCPMessage.read(
            Array(#"{"jsonrpc":"2.0","method":"notifications/x","params":{"requestId":1}}"#.utf8))
        for kind in MCPReference.allCases {
            #expect(message.reference(kind) == nil)
            #expect(message.replacing(kind, with: [0x31]) == nil)
        }
    }

    @Test func clientsWithTheSameIDsAreKeptApart() throws {
        let request = Array(#"{"jsonrpc":"2.0","id":1,"method":"ping"}"#.utf8)
        let sent = try (0..<3).map { client in
            try #require(
                MCPMessage.read(request).replacing(.id, with: Array(#""\#(client)-1""#.utf8)))
        }
        #expect(Set(sent).count == 3)
    }
}
