import AsyncHTTPClient
import NIOCore
import NIOHTTP1
import Synchronization
import Testing

@testable import CordonGateway

/// An upstream whose answer comes as a test wants it.
private final class Answer: AsyncSequence, Sendable {
    typealias Element = ByteBuffer
    struct Fault: Error {}

    private let pieces: [String]
    private let fault: Fault?
    private let read = Mutex(0)
    private let ended = Mutex(false)

    init(_ pieces: [String], fault: Fault? = nil) {
        self.pieces = pieces
        self.fault = fault
    }

    var wasRead: Int { read.withLock { $0 } }
    /// Whether the reader let go of it.
    var isOver: Bool { ended.withLock { $0 } }

    func makeAsyncIterator() -> Iterator { Iterator(answer: self) }

    final class Iterator: AsyncIteratorProtocol {
        private let answer: Answer
        private var place = 0

        init(answer: Answer) { self.answer = answer }

        deinit { answer.ended.withLock { $0 = true } }

        func next() async throws -> ByteBuffer? {
            guard place < answer.pieces.count else {
                if let fault = answer.fault { throw fault }
                return nil
            }
            defer { place += 1 }
            answer.read.withLock { $0 += 1 }
            return ByteBuffer(string: answer.pieces[place])
        }
    }

    func call() async throws -> UpstreamCall {
        let call = UpstreamCall()
        let response = try await call.begin(HTTPClientRequest(url: "http://upstream/")) { _ in
            HTTPClientResponse(body: .stream(self))
        }
        #expect(response.status == .ok)
        return call
    }
}

@Suite struct UpstreamCallTests {
    private func until(_ condition: () -> Bool) async throws {
        let end = ContinuousClock.now + .seconds(10)
        while !condition() {
            try #require(ContinuousClock.now < end)
            await Task.yield()
        }
    }

    @Test(arguments: [0, 1, 2, 3, 50])
    func everyPieceComesOnceAndInOrder(_ count: Int) async throws {
        let pieces = (0..<count).map { "piece \($0)" }
        let call = try await Answer(pieces).call()
        var seen: [String] = []
        while let piece = try await call.next() { seen.append(String(buffer: piece)) }
        #expect(seen == pieces)
        // The end stays the end.
        #expect(try await call.next() == nil)
    }

    /// What is read ahead is held in memory: one piece, and not more.
    @Test func onePieceIsReadAhead() async throws {
        let answer = Answer((0..<10).map { "\($0)" })
        let call = try await answer.call()
        try await until { answer.wasRead == 1 }
        for _ in 0..<1_000 { await Task.yield() }
        #expect(answer.wasRead == 1)
        for number in 1..<10 {
            _ = try await call.next()
            try await until { answer.wasRead == number + 1 }
        }
    }

    @Test func aFaultComesBehindThePiecesBeforeIt() async throws {
        let call = try await Answer(["a", "b"], fault: .init()).call()
        #expect(try await call.next() == ByteBuffer(string: "a"))
        #expect(try await call.next() == ByteBuffer(string: "b"))
        await #expect(throws: Answer.Fault.self) { try await call.next() }
        await #expect(throws: Answer.Fault.self) { try await call.next() }
    }

    /// A stop may land between a call's admission and its sending.
    @Test func whatIsGivenUpBeforeItBeginsIsNotSent() async throws {
        let call = UpstreamCall()
        call.giveUp(.stopped)
        let wasSent = Mutex(false)
        await #expect(throws: CancellationError.self) {
            try await call.begin(HTTPClientRequest(url: "http://upstream")) { _ in
                wasSent.withLock { $0 = true }
                return HTTPClientResponse(status: .ok)
            }
        }
        #expect(!wasSent.withLock { $0 })
    }

    @Test func whoeverGivesItUpEndsTheReading() async throws {
        let answer = Answer((0..<10).map { "\($0)" })
        let call = try await answer.call()
        try await until { answer.wasRead == 1 }
        call.giveUp(.stopped)
        try await until { answer.isOver }
        #expect(call.end == .stopped)
        // What had come may still be had, and then there is an error and no end.
        #expect(try await call.next() == ByteBuffer(string: "0"))
        await #expect(throws: (any Error).self) { try await call.next() }
        call.giveUp(.callerGone)
        #expect(call.end == .stopped)
    }

    @Test func aCallThatNobodyHoldsIsGivenUp() async throws {
        let answer = Answer((0..<10).map { "\($0)" })
        var call: UpstreamCall? = try await answer.call()
        try await until { answer.wasRead == 1 }
        _ = call
        call = nil
        try await until { answer.isOver }
    }

    @Test func anInterruptedWaitLosesNoPiece() async throws {
        let call = try await Answer(["a", "b"]).call()
        call.interrupt()
        await #expect(throws: UpstreamCall.Interrupted.self) { try await call.next() }
        #expect(try await call.next() == ByteBuffer(string: "a"))
        #expect(try await call.next() == ByteBuffer(string: "b"))
        #expect(try await call.next() == nil)
    }

    /// A stop that came when nobody waited must not end what is awaited for the record.
    @Test func whoeverWaitsOnIsNotInterrupted() async throws {
        let call = try await Answer(["a", "b"]).call()
        call.interrupt()
        #expect(try await call.awaited() == ByteBuffer(string: "a"))
        call.interrupt()
        #expect(try await call.awaited() == ByteBuffer(string: "b"))
        #expect(try await call.awaited() == nil)
    }

    /// The answer of a stop says that nothing begins any more.
    @Test func whatAStopPrecedesIsNotSent() async throws {
        let call = UpstreamCall()
        call.interrupt()
        await #expect(throws: CancellationError.self) {
            try await call.begin(HTTPClientRequest(url: "http://upstream/")) { _ in
                throw Answer.Fault()
            }
        }
        #expect(call.end == .stopped)
    }

    @Test func anUpstreamThatCannotBeReachedSaysWhy() async throws {
        let call = UpstreamCall()
        await #expect(throws: Answer.Fault.self) {
            try await call.begin(HTTPClientRequest(url: "http://upstream/")) { _ in
                throw Answer.Fault()
            }
        }
    }
}
