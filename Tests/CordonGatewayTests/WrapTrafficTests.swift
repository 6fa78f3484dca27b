import CordonCore
import Testing

@testable import CordonGateway

/// What passes between a desktop client and the server that it runs.
@Suite struct WrapTrafficTests {
    private static func call(_ id: String, _ tool: String = "pay") -> [UInt8] {
        Array(
            (#"{"jsonrpc":"2.0","id":\#(id),"method":"tools/call","params":{"name":"\#(tool)","#
                + #""arguments":{"n":1.0}}}"# + "\n").utf8)
    }

    private static func answer(_ id: String) -> [UInt8] {
        Array((#"{"jsonrpc":"2.0","id":\#(id),"result":{"content":[]} }"# + "\r\n").utf8)
    }

    private static func judged(
        _ traffic: inout WrapTraffic, _ line: [UInt8]
    ) throws -> WrapTraffic.Call {
        guard case .judge(let call) = traffic.fromClient(line) else {
            throw MCPFault(.invalidRequest, "not judged: \(line.text)")
        }
        return call
    }

    @Test(arguments: [
        "", "\n", "\r\n", #"{"jsonrpc":"2.0","id":1,"method":"ping"}"# + "\r\n",
        #" {"jsonrpc":"2.0", "method":"notifications/initialized"} "# + "\n",
        #"{"jsonrpc":"2.0","id":"s","result":{"x": 1.0}}"# + "\n",
        #"{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":9}}"# + "\n",
    ])
    func whatIsNoCallPasses(_ line: String) {
        var traffic = WrapTraffic()
        guard case .pass = traffic.fromClient(Array(line.utf8)) else {
            Issue.record("kept: \(line)")
            return
        }
    }

    @Test(arguments: [
        #"[{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"pay"}}]"#,
        #"{"jsonrpc":"2.0","method":"tools/call","params":{"name":"pay"}}"#,
        #"{"jsonrpc":"2.0","id":1,"method":"ping","method":"tools/call","params":{}}"#,
        #"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"a","name":"b"}}"#,
        #"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":""}}"#,
        "no JSON",
    ])
    func whatCouldHideACallIsAnsweredAndGoesNowhere(_ line: String) throws {
        var traffic = WrapTraffic()
        guard case .answer(let answer) = traffic.fromClient(Array(line.utf8)) else {
            Issue.record("passed: \(line)")
            return
        }
        #expect(try MCPMessage.read(answer).method == nil)
    }

    private static let part = Array("x".utf8)
    private static let lastPart = Array("x\n".utf8)

    @Test func aLineLongerThanAnyMessagePassesWhereNoCallWaits() throws {
        var traffic = WrapTraffic()
        guard case .pass = traffic.fromServer(part: Self.part) else {
            Issue.record("kept")
            return
        }
        // It began before the call: it cannot be its answer.
        let call = try Self.judged(&traffic, Self.call("7"))
        _ = traffic.send(call)
        guard case .pass = traffic.fromServer(part: Self.lastPart),
            case .end(let ended) = traffic.fromServer(part: Self.part)
        else {
            Issue.record("wrong")
            return
        }
        #expect(ended.map(\.id) == [call.id] && traffic.count == 0)
    }

    @Test(arguments: [false, true])
    func whatCouldHideAnAnswerGoesNowhereAndNothingBehindIt(_ isCut: Bool) throws {
        var traffic = WrapTraffic()
        let call = try Self.judged(&traffic, Self.call("7"))
        let asked = try Self.judged(&traffic, Self.call("8"))
        _ = traffic.send(call)
        if isCut { _ = traffic.cut { _ in true } }
        guard case .end(let ended) = traffic.fromServer(part: Self.part) else {
            Issue.record("passed")
            return
        }
        #expect(ended.count == (isCut ? 0 : 2))
        let isSent = traffic.send(asked)
        #expect(!isSent)
        guard case .drop = traffic.fromServer(part: Self.lastPart),
            case .drop = traffic.fromServer(Self.answer("7")),
            case .answer = traffic.fromClient(Self.call("9")),
            case .pass = traffic.fromClient(
                Array(#"{"jsonrpc":"2.0","id":1,"method":"ping"}"#.utf8))
        else {
            Issue.record("passed")
            return
        }
    }

    @Test func aCallIsJudgedSentAndEndedByItsOwnAnswer() throws {
        var traffic = WrapTraffic()
        let call = try Self.judged(&traffic, Self.call("7"))
        #expect(call.tool.name == "pay")
        #expect(call.tool.arguments.text == #"{"n":1.0}"#)
        #expect(call.line == Self.call("7"))
        // Nobody could have answered what was not sent.
        guard case .pass = traffic.fromServer(Self.answer("7")) else {
            Issue.record("ended before it began")
            return
        }
        #expect(traffic.send(call) == true)
        guard case .end(let ended) = traffic.fromServer(Self.answer("7")) else {
            Issue.record("not ended")
            return
        }
        #expect(ended.id == call.id)
        #expect(traffic.count == 0)
    }

    @Test func anIdIsTheSameHoweverItIsSpelt() throws {
        var traffic = WrapTraffic()
        let call = try Self.judged(&traffic, Self.call(#""a""#))
        #expect(traffic.send(call) == true)
        guard case .end = traffic.fromServer(Self.answer(#""\u0061""#)) else {
            Issue.record("not ended")
            return
        }
    }

    @Test func anIdInUseIsRefused() throws {
        var traffic = WrapTraffic()
        _ = try Self.judged(&traffic, Self.call("7"))
        guard case .answer = traffic.fromClient(Self.call("7")) else {
            Issue.record("two calls of one name")
            return
        }
    }

    @Test func aCallThatIsCancelledBeforeItIsSentIsNotSent() throws {
        var traffic = WrapTraffic()
        let call = try Self.judged(&traffic, Self.call("7"))
        let cancel =
            #"{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":7}}"#
        guard case .drop = traffic.fromClient(Array(cancel.utf8)) else {
            Issue.record("passed")
            return
        }
        #expect(traffic.send(call) == false)
        #expect(traffic.refuse(call) == false)
    }

    @Test func aStopCutsWhatItCoversAndSwallowsLateAnswers() throws {
        var traffic = WrapTraffic()
        let sent = try Self.judged(&traffic, Self.call("1"))
        #expect(traffic.send(sent) == true)
        let asked = try Self.judged(&traffic, Self.call("2"))
        let other = try Self.judged(&traffic, Self.call("3", "look"))
        #expect(traffic.send(other) == true)
        let cut = traffic.cut { $0 == "pay" }.sorted { $0.call.id.text < $1.call.id.text }
        #expect(cut.map(\.call.id.text) == ["1", "2"])
        let notice = try #require(cut[0].notice)
        #expect(try MCPMessage.read(notice).reference(.cancelled)?.elementsEqual([0x31]) == true)
        #expect(cut[1].notice == nil)
        #expect(traffic.send(asked) == false)
        guard case .drop = traffic.fromServer(Self.answer("1")),
            case .end = traffic.fromServer(Self.answer("3"))
        else {
            Issue.record("a late answer went on")
            return
        }
        let nothing = traffic.cut { _ in true }
        #expect(nothing.isEmpty)
    }

    @Test func aListIsOrderedAndSaysWhichToolsPromiseStructure() throws {
        var traffic = WrapTraffic()
        let list = #"{"jsonrpc":"2.0","id":1,"method":"tools/list"}"#
        _ = traffic.fromClient(Array(list.utf8))
        let answer =
            #"{"jsonrpc":"2.0","id":1,"result":{"tools":[{"name":"z"},"#
            + #"{"name":"pay","outputSchema":{}}]}}"# + "\n"
        guard case .replace(let sorted) = traffic.fromServer(Array(answer.utf8)) else {
            Issue.record("not ordered")
            return
        }
        #expect(sorted.text.contains(#"[{"name":"pay","outputSchema":{}},{"name":"z"}]"#))
        let promising = try Self.judged(&traffic, Self.call("2"))
        let plain = try Self.judged(&traffic, Self.call("3", "z"))
        #expect(promising.promisesStructure && !plain.promisesStructure)
        // Once only: the same words behind another id are no list that was asked for.
        guard case .pass = traffic.fromServer(Array(answer.utf8)) else {
            Issue.record("changed")
            return
        }
    }

    @Test func whatTheServerSaysByItselfPasses() {
        var traffic = WrapTraffic()
        for line in [
            "Starting…\n", #"{"jsonrpc":"2.0","id":1,"method":"elicitation/create"}"# + "\n",
            #"{"jsonrpc":"2.0","method":"notifications/message"}"#, "\n",
        ] {
            guard case .pass = traffic.fromServer(Array(line.utf8)) else {
                Issue.record("kept: \(line)")
                return
            }
        }
    }

    @Test(arguments: [
        (#"{"jsonrpc":"2.0","id":1,"result":{"content":[]}}"#, "ok"),
        (#"{"jsonrpc":"2.0","id":1,"result":{"isError":true}}"#, "error: the tool failed"),
        (#"{"jsonrpc":"2.0","id":1,"error":{"code":1}}"#, "error: the server refused it"),
    ])
    func theRecordSaysHowItEnded(line: String, status: String) {
        #expect(WrapTraffic.outcome(Array(line.utf8)).status == status)
    }

    @Test(arguments: [1, 2, 3, 7, 100])
    func linesLoseNoByteHoweverTheyAreCut(size: Int) {
        var lines = WrapLines(limit: 5)
        let text = Array("ab\r\n\n12345678\nabcd\nlast".utf8)
        var pieces: [WrapLines.Piece] = []
        for start in stride(from: 0, to: text.count, by: size) {
            pieces += lines.take(text[start..<min(start + size, text.count)])
        }
        var whole: [UInt8] = []
        var found: [String] = []
        for piece in pieces {
            switch piece {
            case .line(let line):
                whole += line
                found.append(line.text)
            case .part(let part): whole += part
            }
        }
        #expect(whole + lines.rest() == text)
        #expect(found == ["ab\r\n", "\n", "abcd\n"])
    }
}
