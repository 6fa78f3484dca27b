import Glibc
import Logging
import NIOCore
import Synchronization
import Testing

@testable import CordonGateway

/// What a program says on its way to whoever waits: cancelled, read too slowly, or said last.
@Suite(.timeLimit(.minutes(1))) struct StdioChildTests {
    /// A program that a shell runs; it ends when its input does.
    private static func started(
        _ script: String, limits: StdioChild.Limits = StdioChild.Limits()
    ) throws -> StdioChild {
        let time = Mutex<Int64>(0)
        let child = try StdioChild(
            "program",
            ChildProcess.Command(
                ["sh", "-c", script], environment: ["PATH": "/usr/bin:/bin"]),
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() },
            uptime: {
                time.withLock { time in
                    time += 1
                    return time
                }
            }, limits: limits)
        child.start {}
        return child
    }

    private static func request(
        _ method: String, id: String, meta: String = "{}"
    ) throws(MCPFault) -> MCPMessage {
        let text =
            #"{"jsonrpc":"2.0","id":\#(id),"method":"\#(method)","params":{"_meta":\#(meta)}}"#
        return try MCPMessage.read(Array(text.utf8))
    }

    private static func notice(
        _ method: String, _ params: String = "{}"
    ) throws(MCPFault) -> MCPMessage {
        let text = #"{"jsonrpc":"2.0","method":"notifications/\#(method)","params":\#(params)}"#
        return try MCPMessage.read(Array(text.utf8))
    }

    /// All that a caller is told.
    private static func text(_ stream: StdioPieces.Stream) async throws -> String {
        var text = ""
        for try await piece in stream { text += String(buffer: piece) }
        return text
    }

    // MARK: Cancelled

    /// Answers both requests once it has both, also the one that was cancelled.
    private static let late = #"""
        read -r one; read -r cancel; read -r two
        echo '{"jsonrpc":"2.0","id":1,"result":{"of":"one"}}'
        echo '{"jsonrpc":"2.0","id":2,"result":{"of":"two"}}'
        read -r end
        """#

    @Test func aCallThatIsCancelledIsOverAndItsLateAnswerIsNobodys() async throws {
        let child = try Self.started(Self.late)
        let call = try child.ask(try Self.request("tools/call", id: #""a""#))
        #expect(child.idleMilliseconds() == 0)
        try child.tell(try Self.notice("cancelled", #"{"requestId":"a"}"#))
        #expect(child.idleMilliseconds() > 0)
        let other = try child.ask(try Self.request("ping", id: #""a""#))
        await #expect(throws: StdioPieces.Cancelled.self) { try await Self.text(call) }
        let told = try await Self.text(other)
        #expect(told.contains(#""id":"a","result":{"of":"two"}"#))
        #expect(!told.contains("one"))
        await child.close()
    }

    /// Nobody keeps a record of it, and it is no fault of anybody's.
    @Test func anotherRequestThatIsCancelledEndsQuietly() async throws {
        let child = try Self.started(Self.late)
        let list = try child.ask(try Self.request("tools/list", id: "7"))
        try child.tell(try Self.notice("cancelled", #"{"requestId":7}"#))
        let other = try child.ask(try Self.request("ping", id: "8"))
        #expect(try await Self.text(list).isEmpty)
        #expect(try await Self.text(other).contains("two"))
        await child.close()
    }

    // MARK: Read too slowly

    @Test func whoReadsTooSlowlyIsGone() async throws {
        let (pieces, stream) = StdioPieces.make(bytesAtMost: 1_000)
        let gone = Mutex(0)
        pieces.whenGone { gone.withLock { $0 += 1 } }
        let message = Array(repeating: UInt8(ascii: "x"), count: 600)
        pieces.add(message)
        #expect(gone.withLock { $0 } == 0)
        pieces.add(message)
        #expect(gone.withLock { $0 } == 1)
        await #expect(throws: StdioPieces.TooSlow.self) { try await Self.text(stream) }
        #expect(gone.withLock { $0 } == 1)
    }

    @Test func whoIsToldTheEndIsNotGone() async throws {
        let gone = Mutex(0)
        let (whole, read) = StdioPieces.make()
        whole.whenGone { gone.withLock { $0 += 1 } }
        whole.finish()
        #expect(try await Self.text(read).isEmpty)
        let (broken, unread) = StdioPieces.make()
        broken.whenGone { gone.withLock { $0 += 1 } }
        broken.finish(throwing: StdioPieces.Cancelled())
        await #expect(throws: StdioPieces.Cancelled.self) { try await Self.text(unread) }
        #expect(gone.withLock { $0 } == 0)
    }

    @Test func aSessionThatWasReadTooSlowlyMayBeListenedToAgain() async throws {
        let child = try Self.started(
            #"""
            x=$(head -c 600 /dev/zero | tr '\0' x)
            read -r go
            for n in 1 2; do
                echo '{"jsonrpc":"2.0","method":"notifications/message","params":{"x":"'$x'"}}'
            done
            read -r go
            echo '{"jsonrpc":"2.0","method":"notifications/message","params":{"x":"more"}}'
            read -r end
            """#, limits: StdioChild.Limits(bytesWaiting: 1_000))
        let slow = try #require(child.listen())
        let isTaken = child.listen() == nil
        #expect(isTaken)
        try child.tell(try Self.notice("initialized"))
        var next = child.listen()
        let end = ContinuousClock.now + .seconds(20)
        while next == nil {
            try #require(ContinuousClock.now < end)
            await Task.yield()
            next = child.listen()
        }
        await #expect(throws: StdioPieces.TooSlow.self) { try await Self.text(slow) }
        try child.tell(try Self.notice("initialized"))
        var told = try #require(next).makeAsyncIterator()
        let piece = try await told.next()
        #expect(piece.map { String(buffer: $0) }?.contains("more") == true)
        await child.close()
    }

    @Test func aRequestWhoseNoticesAreReadTooSlowlyIsOverAndTheProgramKnows() async throws {
        let child = try Self.started(
            #"""
            x=$(head -c 600 /dev/zero | tr '\0' x)
            read -r one
            for n in 1 2; do
                echo '{"jsonrpc":"2.0","method":"notifications/progress","params":'\
            '{"progressToken":1,"progress":'$n',"message":"'$x'"}}'
            done
            known=false
            while read -r line; do
                case "$line" in
                *cancelled*) known=true ;;
                *'"id":2'*) echo '{"jsonrpc":"2.0","id":2,"result":{}}' ;;
                *) echo '{"jsonrpc":"2.0","id":3,"result":{"known":'$known'}}' ;;
                esac
            done
            """#, limits: StdioChild.Limits(bytesWaiting: 1_000))
        let slow = try child.ask(
            try Self.request("subscriptions/listen", id: "1", meta: #"{"progressToken":"p"}"#))
        // What comes behind the notices has come when they have.
        _ = try await Self.text(try child.ask(try Self.request("ping", id: "2")))
        #expect(child.idleMilliseconds() > 0)
        let last = try await Self.text(try child.ask(try Self.request("ping", id: "3")))
        #expect(last.contains(#""known":true"#))
        await #expect(throws: StdioPieces.TooSlow.self) { try await Self.text(slow) }
        await child.close()
    }

    // MARK: Said last

    /// Another program says it, once the first has been waited for, as if it had been on its way.
    @Test func theLastAnswerOfAProgramThatHasEndedIsNotLost() async throws {
        let child = try Self.started(
            #"""
            read -r line
            setsid sh -c '
                kill -9 $0
                while kill -0 $0 2>/dev/null; do :; done
                /bin/echo "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{\"last\":true}}"
            ' $$ &
            wait
            """#, limits: StdioChild.Limits(patience: .seconds(20)))
        let told = try await Self.text(try child.ask(try Self.request("tools/call", id: "1")))
        #expect(told.contains(#""last":true"#))
    }

    @Test func aProgramWhoseOutputIsHeldOpenEndsAllTheSame() async throws {
        let child = try Self.started(
            #"""
            read -r line
            setsid sh -c '
                echo "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/held\",\
            \"params\":{\"holder\":$$}}"
                exec sleep 600
            ' &
            read -r go
            exit 3
            """#, limits: StdioChild.Limits(patience: .milliseconds(50)))
        var told = try child.ask(try Self.request("ping", id: "1")).makeAsyncIterator()
        let piece = try await told.next()
        let notice = try #require(piece.map { String(buffer: $0) })
        let holder = try #require(notice.firstMatch(of: /"holder":([0-9]+)/)?.output.1)
        let id = try #require(Int32(holder))
        defer { _ = kill(id, SIGKILL) }
        try child.tell(try Self.notice("initialized"))
        let last = try await told.next()
        #expect(last.map { String(buffer: $0) }?.contains("exit code 3") == true)
        let end = try await told.next()
        #expect(end == nil)
    }

    @Test func aProgramThatClosesItsOutputAndGoesOnIsOfNoUse() async throws {
        let child = try Self.started(
            "read -r line; exec >&-; read -r end",
            limits: StdioChild.Limits(patience: .milliseconds(50)))
        let told = try await Self.text(try child.ask(try Self.request("ping", id: "1")))
        #expect(told.contains("it has closed its output"))
        #expect(!child.isUsable)
        await child.close()
    }
}
