import CordonCore
import Synchronization
import Testing

@testable import CordonGateway

/// Programs that are MCP servers: whose message is whose, and what bounds them.
@Suite struct StdioTests {
    private static func message(_ text: String) throws(MCPFault) -> MCPMessage {
        try MCPMessage.read(Array(text.utf8))
    }

    @Test func callersWithOneNameEachGetTheirOwnAnswer() throws {
        var routing = StdioRouting()
        let asked = #"{"jsonrpc":"2.0","id":"a","method":"tools/call","params":{"name":"x"} }"#
        let first = try routing.begin(try Self.message(asked))
        let second = try routing.begin(try Self.message(asked))
        #expect(first.bytes.text == asked.replacing(#""a""#, with: "1"))
        #expect(second.bytes.text == asked.replacing(#""a""#, with: "2"))
        let answer = #"{"jsonrpc":"2.0","id":2,"result":{"n": 2.0}}"#
        #expect(
            routing.take(try Self.message(answer))
                == .answer(2, Array(answer.replacing(":2,", with: #":"a","#).utf8)))
        // It is over: another answer to it is nobody's.
        #expect(routing.take(try Self.message(answer)) == .nobody)
        #expect(routing.waiting.keys.sorted() == [1])
    }

    @Test func anErrorIsAnAnswer() throws {
        var routing = StdioRouting()
        _ = try routing.begin(try Self.message(#"{"jsonrpc":"2.0","id":9,"method":"ping"}"#))
        let error = #"{"jsonrpc":"2.0","id":1,"error":{"code":-1,"message":"no"}}"#
        #expect(
            routing.take(try Self.message(error))
                == .answer(1, Array(error.replacing(#""id":1"#, with: #""id":9"#).utf8)))
        let unread = #"{"jsonrpc":"2.0","id":null,"error":{"code":-1,"message":"no"}}"#
        #expect(routing.take(try Self.message(unread)) == .nobody)
    }

    @Test func progressGoesToWhoAskedByTheNameThatTheyGave() throws {
        var routing = StdioRouting()
        let asked =
            #"{"jsonrpc":"2.0","id":7,"method":"tools/call","params":{"name":"x","#
            + #""_meta":{"progressToken":"p"}}}"#
        let begun = try routing.begin(try Self.message(asked))
        #expect(begun.bytes.text.contains(#""progressToken":1"#))
        let notice =
            #"{"jsonrpc":"2.0","method":"notifications/progress","params":{"progressToken":1,"#
            + #""progress":3}}"#
        let told = notice.replacing(#""progressToken":1"#, with: #""progressToken":"p""#)
        #expect(routing.take(try Self.message(notice)) == .about(1, Array(told.utf8)))
        _ = routing.abandon(1, reason: "gone")
        #expect(routing.take(try Self.message(notice)) == .nobody)
    }

    @Test func aSubscriptionsNoticesGoToWhoSubscribed() throws {
        var routing = StdioRouting()
        _ = try routing.begin(
            try Self.message(#"{"jsonrpc":"2.0","id":"s","method":"subscriptions/listen"}"#))
        let notice =
            #"{"jsonrpc":"2.0","method":"notifications/tools/list_changed","params":{"_meta":"#
            + #"{"io.modelcontextprotocol/subscriptionId":1}}}"#
        let told = notice.replacing(#"Id":1"#, with: #"Id":"s""#)
        #expect(routing.take(try Self.message(notice)) == .about(1, Array(told.utf8)))
    }

    @Test func aCancelNamesTheRequestAsTheProgramKnowsIt() throws {
        var routing = StdioRouting()
        let cancel = try Self.message(
            #"{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":"a"}}"#)
        let again = routing.passed(cancel)
        #expect(again == nil)
        _ = try routing.begin(try Self.message(#"{"jsonrpc":"2.0","id":"a","method":"ping"}"#))
        #expect(routing.passed(cancel)?.bytes.text.contains(#""requestId":1"#) == true)
        let other = try Self.message(#"{"jsonrpc":"2.0","method":"notifications/initialized"}"#)
        #expect(routing.passed(other) == StdioRouting.Passed(bytes: other.bytes))
    }

    @Test func whatIsCancelledIsWaitedForNoLonger() throws {
        var routing = StdioRouting()
        let asked = try Self.message(
            #"{"jsonrpc":"2.0","id":"a","method":"tools/call","params":{"name":"x"}}"#)
        let cancel = try Self.message(
            #"{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":"a"}}"#)
        _ = try routing.begin(asked)
        let found = routing.passed(cancel)
        let passed = try #require(found)
        #expect(passed.cancelled == 1)
        #expect(passed.cancelsCall)
        #expect(routing.waiting.isEmpty)
        let again = routing.passed(cancel)
        #expect(again == nil)
        // Its caller may use the name again: an answer that comes all the same is nobody's.
        _ = try routing.begin(asked)
        let late = try Self.message(#"{"jsonrpc":"2.0","id":1,"result":{}}"#)
        #expect(routing.take(late) == .nobody)
        #expect(routing.waiting.keys.sorted() == [2])
    }

    @Test func theGreetingMayNotBeCancelled() throws {
        var routing = StdioRouting()
        _ = try routing.begin(try Self.message(#"{"jsonrpc":"2.0","id":5,"method":"initialize"}"#))
        let cancel = try Self.message(
            #"{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":5}}"#)
        let again = routing.passed(cancel)
        #expect(again == nil)
        #expect(routing.waiting.keys.sorted() == [1])
    }

    @Test func whoHasGoneIsCancelledOnceUnlessItWasTheGreeting() throws {
        var routing = StdioRouting()
        _ = try routing.begin(try Self.message(#"{"jsonrpc":"2.0","id":5,"method":"initialize"}"#))
        _ = try routing.begin(try Self.message(#"{"jsonrpc":"2.0","id":6,"method":"ping"}"#))
        #expect(routing.abandon(1, reason: "gone") == nil)
        #expect(
            routing.abandon(2, reason: "gone")?.text
                == #"{"jsonrpc":"2.0","method":"notifications/cancelled","#
                + #""params":{"requestId":2,"reason":"gone"}}"#)
        #expect(routing.abandon(2, reason: "gone") == nil)
    }

    @Test func whatTheProgramWantsIsTheSessions() throws {
        var routing = StdioRouting()
        let asks = #"{"jsonrpc":"2.0","id":1,"method":"elicitation/create","params":{}}"#
        #expect(routing.take(try Self.message(asks)) == .session(Array(asks.utf8)))
        let log = #"{"jsonrpc":"2.0","method":"notifications/message","params":{}}"#
        #expect(routing.take(try Self.message(log)) == .session(Array(log.utf8)))
        // The client's answer goes on as it is, for the name is the program's.
        let answer = try Self.message(#"{"jsonrpc":"2.0","id":1,"result":{}}"#)
        #expect(routing.passed(answer) == StdioRouting.Passed(bytes: answer.bytes))
    }

    @Test(arguments: [
        (StdioErrors.lineAtMost - 1, StdioErrors.lineAtMost - 1),
        (StdioErrors.lineAtMost, StdioErrors.lineAtMost),
        (StdioErrors.lineAtMost + 1, StdioErrors.lineAtMost),
    ])
    func aLineOfTheLogIsBounded(written: Int, logged: Int) {
        var errors = StdioErrors()
        let text = Array(String(repeating: "y", count: written).utf8)
        let lines = errors.take((text + [0x0A] + Array("next\n".utf8))[...], at: 0)
        #expect(lines.map(\.count) == [logged, 4])
    }

    @Test(arguments: [(99, 99), (100, 100), (101, 101), (300, 101)])
    func theLinesOfAMinuteAreBounded(written: Int, logged: Int) {
        var errors = StdioErrors()
        let text = Array(String(repeating: "y\n", count: written).utf8)
        #expect(errors.take(text[...], at: 59_999).count == logged)
        #expect(errors.take(Array("later\n".utf8)[...], at: 60_000) == ["later"])
    }

    @Test func nothingInTheLogPassesForAnotherLineOrAColour() {
        var errors = StdioErrors()
        #expect(errors.take(Array("a\u{1B}[31mb\rc\u{0}\n".utf8)[...], at: 0) == ["a[31mbc"])
    }

    // MARK: Real programs

    private static func started(_ words: String...) throws -> ChildProcess {
        try ChildProcess.start(
            ChildProcess.Command(words, environment: ["PATH": "/usr/bin:/bin", "A": "1"]))
    }

    /// What a program writes, until its end, and how it ends.
    private static func outcome(_ process: ChildProcess) async -> (text: String, code: Int32) {
        let written = Mutex<[UInt8]>([])
        await withCheckedContinuation { continuation in
            PipeReader.start("test-out", process.output) { bytes in
                written.withLock { $0 += bytes }
                return true
            } atEnd: {
                continuation.resume()
            }
        }
        let code = await withCheckedContinuation { continuation in
            PipeReader.wait("test-wait", for: process) { continuation.resume(returning: $0) }
        }
        return (written.withLock { $0.text }, code)
    }

    @Test func aProgramGetsItsWordsItsVariablesAndNothingElse() async throws {
        let process = try Self.started(
            "sh", "-c", #"printf '%s|' "$0" "$A" "$HOME"; exit 3"#, "b c")
        let (text, code) = await Self.outcome(process)
        #expect(text == "b c|1||")
        #expect(code == 3)
    }

    @Test func aProgramThatDoesNotExistIsAFault() {
        let fault = #expect(throws: ChildProcess.Fault.self) {
            try Self.started("/no/such/program")
        }
        #expect(fault?.description.contains("/no/such/program") == true)
        #expect(throws: ChildProcess.Fault.self) { try Self.started() }
    }

    @Test func aSignalIsTheEndOfWhateverItHasStarted() async throws {
        let process = try Self.started("sh", "-c", "sleep 600 & sleep 600")
        process.signalGroup(ChildProcess.killAll)
        // The pipe ends when nobody is left who could write to it.
        #expect(await Self.outcome(process).code == 128 + ChildProcess.killAll)
        // Its number may be somebody else's by now.
        process.signalGroup(ChildProcess.killAll)
    }

    @Test func whatIsWrittenArrivesInOrderAndIsBounded() async throws {
        let process = try Self.started("cat")
        let writer = PipeWriter("test-in", process.input)
        #expect(!writer.write(Array(repeating: 0x61, count: PipeWriter.bytesAtMost + 1)))
        for number in 0..<1_000 { #expect(writer.write(Array("\(number)\n".utf8))) }
        writer.close()
        #expect(!writer.write([0x61]))
        let (text, code) = await Self.outcome(process)
        #expect(text == (0..<1_000).map { "\($0)\n" }.joined())
        #expect(code == 0)
    }

    @Test func aProgramThatDoesNotReadIsNotWaitedFor() throws {
        let process = try Self.started("sleep", "600")
        defer { process.signalGroup(ChildProcess.killAll) }
        let writer = PipeWriter("test-in", process.input)
        let line = Array(repeating: UInt8(ascii: "a"), count: 1 << 20)
        var taken = 0
        while taken < 100, writer.write(line) { taken += 1 }
        // One may be on its way already.
        #expect((16...17).contains(taken))
        writer.close()
    }

    /// An answer of Cordon's own is not lost, and nobody blocks a thread that may not wait.
    @Test func whatIsSaidAtOnceIsTakenHoweverMuchWaits() async throws {
        let process = try Self.started("wc", "-c")
        let writer = PipeWriter("test-in", process.input)
        let line = Array(repeating: UInt8(ascii: "a"), count: PipeWriter.bytesAtMost)
        #expect(writer.write(line))
        writer.writeAtOnce(Array("b\n".utf8))
        writer.writeAtOnce(Array("later\n".utf8))
        writer.waitForRoom()
        writer.close()
        writer.writeAtOnce(Array("too late\n".utf8))
        let (text, code) = await Self.outcome(process)
        #expect(Int(text.dropLast()) == line.count + 8 && code == 0)
    }
}
