import AsyncHTTPClient
import CordonCore
import CordonOperations
import Dispatch
import HTTPTypes
import HummingbirdCore
import NIOCore
import NIOHTTP1
import ServiceLifecycle

/// An answer that passes piece by piece, as the upstream sends it.
///
/// Events of a stream that is read go on at once, but for calls of tools, which wait until they are
/// whole and judged. A stop, a fault or a lack of evidence ends the stream with the provider's own
/// error event: a stream that simply ends would be taken for a whole answer.
struct StreamedAnswer: Sendable {
    let call: ModelCall
    let admitted: ModelCall.Admitted
    let response: HTTPClientResponse
    let requestSize: Int
    let finish: Finish

    func passing() -> Response {
        var fields = ForwardedFields.answer(response.headers)
        // An opaque body passes as it is, so its length holds; events may be written anew.
        if !response.isEventStream, let length = response.headers.first(name: "content-length") {
            fields[.contentLength] = length
        }
        let length = fields[.contentLength].flatMap { Int($0) }
        return Response(
            status: .init(code: Int(response.status.code)), headers: fields,
            body: ResponseBody(contentLength: length) { writer in
                var passage = StreamPassage(
                    response.isEventStream ? call.operation.reader : nil,
                    holdsEnd: admitted.waits, length: length)
                var fault: (any Error)?
                let upstream = admitted.call
                do {
                    try await withGracefulShutdownHandler {
                        try await pass(&passage, to: &writer)
                    } onGracefulShutdown: {
                        upstream.giveUp(.serverEnds)
                    }
                } catch {
                    do { try await breakOff(error, &passage, to: &writer) } catch { fault = error }
                }
                if fault == nil { do { try await writer.finish(nil) } catch { fault = error } }
                finish.end()
                drainBehind(passage)
                if let fault { throw fault }
            })
    }

    @concurrent private func pass(
        _ passage: inout StreamPassage, to writer: inout any ResponseBodyWriter
    ) async throws {
        try call.refuseUnreadable(response)
        while let piece = try await admitted.call.next() {
            if admitted.passing.isCut {
                // What is in hand belongs to the whole that is recorded, if the rest is awaited.
                if drains { try passage.drain(piece) }
                try call.refuseCut(admitted)
            }
            let bytes = try await taken(piece, &passage)
            if bytes.readableBytes > 0 {
                try call.refuseStopped(passage.judged, admitted)
                try await write(bytes, &passage, to: &writer)
            }
        }
        let ending = try passage.ending()
        // From here on the end will be released, or a stop was faster and it never is.
        guard admitted.passing.settle() else {
            try call.refuseCut(admitted)
            throw CancellationError()
        }
        try call.refuseStopped(passage.judged, admitted)
        guard admitted.waits else {
            if ending.readableBytes > 0 { try await write(ending, &passage, to: &writer) }
            admitted.isRecorded.claim()
            keepBehind(finished(passage, status: answerStatus), passage)
            return
        }
        // What ends the stream tells the caller that it has the whole: it waits for the record.
        let record = try await recordEnd(&passage, ending)
        // The stop of a tool does not wait for a call of the model.
        do throws(Denial) { try call.refuseStopped(passage.judged, admitted) } catch {
            call.keepWithheld(record, error, size: requestSize + passage.kept)
            throw error
        }
        if ending.readableBytes > 0 { try await writer.write(ending) }
    }

    private var answerStatus: String {
        response.status.code < 300 ? "ok" : "error: \(response.status.code)"
    }

    /// What may go on of a piece, once the calls in it are judged.
    private func taken(
        _ piece: ByteBuffer, _ passage: inout StreamPassage
    ) async throws -> ByteBuffer {
        var out = ByteBuffer()
        if passage.reader != nil {
            try call.gateway.budget.take(piece.readableBytes)
            passage.held += piece.readableBytes
        }
        try passage.take(piece)
        while let step = passage.next() {
            switch step {
            case .bytes(let bytes): passage.release(bytes, into: &out)
            case .calls(let calls, let waiting):
                let verdicts = try await call.judge(calls, admitted, &passage.judged)
                passage.note(verdicts)
                passage.release(
                    verdicts.denied.isEmpty ? waiting : passage.replacement(verdicts), into: &out)
            case .last(let event): passage.releaseLast(event, into: &out)
            case .buffer(let buffer):
                var buffer = buffer
                out.writeBuffer(&buffer)
            }
        }
        return out
    }

    @concurrent private func write(
        _ bytes: ByteBuffer, _ passage: inout StreamPassage,
        to writer: inout any ResponseBodyWriter
    ) async throws {
        do { try await writer.write(bytes) } catch {
            if !drains { admitted.call.giveUp(.callerGone) }
            throw error
        }
        passage.delivered.take(bytes)
    }

    /// Ends the stream with the error in the provider's words, and records how far it had come.
    @concurrent private func breakOff(
        _ error: any Error, _ passage: inout StreamPassage,
        to writer: inout any ResponseBodyWriter
    ) async throws {
        let denial = call.meaning(of: error, admitted)
        // What is in hand came, and belongs to the record.
        passage.drain()
        let isGone = admitted.call.end == .callerGone && !admitted.passing.isCut
        if admitted.entry.terms.onStop == .cut || !admitted.passing.isCut {
            admitted.call.giveUp(admitted.passing.isCut ? .stopped : .callerGone)
        }
        let drains = drains
        if !isGone, response.isEventStream {
            let event = denial.event(call.front, call.operation, requestID: call.requestID)
            do {
                try await writer.write(ByteBuffer(bytes: event))
                passage.delivered.take(ByteBuffer(bytes: event))
            } catch {
                // The caller is gone: the record says what it had until then.
                if !drains { admitted.call.giveUp(.callerGone) }
            }
        }
        if !drains {
            let status =
                admitted.passing.isCut ? "cut" : isGone ? "caller_gone" : "error: \(denial.code)"
            record(passage, status: status, fault: denial.message)
        }
        // A body of a stated length, or one that is no stream of events, cannot say that it broke
        // off: its connection does.
        if !response.isEventStream { throw denial }
    }

    // MARK: Draining

    private var drains: Bool {
        admitted.passing.isCut && admitted.entry.terms.onStop == .drain
            && admitted.call.end == nil
    }

    /// Lets the provider finish what a stop has withheld, so that the record has the whole, while
    /// the caller is told; a server that ends waits for the record alone.
    private func drainBehind(_ passage: StreamPassage) {
        let gateway = call.gateway
        guard drains else {
            // However it ended, there is a record of it.
            record(passage, status: admitted.passing.isCut ? "cut" : "caller_gone", fault: "")
            return gateway.budget.give(passage.held)
        }
        let upstream = admitted.call
        gateway.behind.enter()
        Task(executorPreference: LoopExecutor.here) {
            defer { gateway.behind.leave() }
            var passage = passage
            var fault = ""
            do {
                try await withGracefulShutdownHandler {
                    try await drain(&passage)
                } onGracefulShutdown: {
                    upstream.giveUp(.serverEnds)
                }
            } catch {
                fault = "\(error)"
            }
            record(passage, status: "withheld", fault: fault)
            gateway.budget.give(passage.held)
        }
    }

    private func drain(_ passage: inout StreamPassage) async throws {
        while let piece = try await admitted.call.awaited() { try passage.drain(piece) }
    }

    // MARK: Records

    /// Keeps the record of a stream before its end goes on.
    ///
    /// - Throws: a denial when it cannot be kept. Some of the answer has gone on: what is on record
    ///   of it is tried once more, without anybody waiting, and that it is lost is noted.
    private func recordEnd(
        _ passage: inout StreamPassage, _ ending: ByteBuffer
    ) async throws(Denial) -> CallRecord {
        let before = passage.delivered
        passage.delivered = before.with(ending)
        let record = finished(passage, status: answerStatus)
        admitted.isRecorded.claim()
        let gateway = call.gateway
        do {
            try await gateway.keep(
                record, source: call.front.rawValue, key: call.key,
                size: requestSize + passage.kept,
                patience: Recorder.patienceOfAnEnd(passing: gateway.operations.gate.inFlight))
            return record
        } catch {
            admitted.isRecorded.withdraw()
            passage.delivered = before
            throw ModelCall.unrecorded(error)
        }
    }

    private func record(_ passage: StreamPassage, status: String, fault: String) {
        guard admitted.isRecorded.claim() else { return }
        var record = finished(passage, status: status)
        if !fault.isEmpty { record.attributes.append(("fault", JSONTree.string(fault).bytes)) }
        keepBehind(record, passage)
    }

    private func keepBehind(_ record: CallRecord, _ passage: StreamPassage) {
        call.gateway.keepBehind(
            record, source: call.front.rawValue, key: call.key,
            size: requestSize + passage.kept)
    }

    private func finished(_ passage: StreamPassage, status: String) -> CallRecord {
        var record = call.record(admitted.asked, beganAt: admitted.beganAt)
        record.endedAt = call.gateway.operations.outside.now()
        record.status = status
        record.describe(call, admitted, response)
        if let reader = passage.reader {
            record.facts = reader.facts
            record.output = reader.output
        }
        record.take(sent: admitted.sent)
        record.attributes.append(("delivered", passage.delivered.json))
        if passage.withheld.size > 0 {
            record.attributes.append(("withheld", passage.withheld.json))
        }
        if !passage.decisions.isEmpty {
            let said = passage.decisions.joined(separator: "\n")
            record.attributes.append(("decision", JSONTree.string(said).bytes))
        }
        if passage.delivered.isTruncated || passage.withheld.isTruncated {
            record.isTruncated = true
        }
        return record
    }
}

/// What waits and what goes on of a stream.
struct StreamPassage: Sendable {
    private(set) var reader: (any AnswerReading)?
    /// What the caller has, byte for byte.
    var delivered = OpaqueCopy()
    /// What came of an answer that is passed on unread, and is for the record alone.
    let withheld = OpaqueCopy()
    private let holdsEnd: Bool
    /// The bytes that an answer will have that is passed on unread, where that was said.
    private let length: Int?
    private var events = ServerSentEvents()
    /// What has come and was not read yet, the next last.
    private var ahead: [ServerSentEvents.Event] = []
    private var unread: ByteBuffer?
    /// The piece that makes such an answer whole.
    private var lastUnread: ByteBuffer?
    /// What ends the stream and showed calls that have to be judged first.
    private var last: ServerSentEvents.Event?
    private var waiting: [UInt8] = []
    private var end: [UInt8] = []
    private var hasEnded = false
    /// Bytes that were read, and bytes that pass unread.
    private var size = 0
    private var passed = 0

    /// Bytes that are held of it, about.
    var kept: Int { size + min(delivered.size, Gateway.opaqueKept) }

    /// Bytes that were taken from what all calls together may hold.
    var held = 0
    /// What was decided about the calls in it.
    var judged = JudgedCalls()
    /// Why calls were denied, for the record.
    private(set) var decisions: [String] = []

    enum Step {
        case bytes([UInt8])
        case buffer(ByteBuffer)
        /// These calls have to be judged before what waits may go on.
        case calls([AskedCall], waiting: [UInt8])
        /// The event that ends the stream.
        case last(ServerSentEvents.Event)
    }

    /// `length` is how many bytes the caller was told to expect; without it, how the transfer ends
    /// tells that there is no more.
    init(_ reader: (any AnswerReading)?, holdsEnd: Bool, length: Int? = nil) {
        self.reader = reader
        self.holdsEnd = holdsEnd
        self.length = length
    }

    /// Takes what has come; ``next()`` tells step by step what becomes of it.
    ///
    /// - Throws: a denial for a stream that is larger than any answer may be.
    mutating func take(_ piece: ByteBuffer) throws {
        guard reader != nil else {
            passed += piece.readableBytes
            let isLast = holdsEnd && length.map { passed >= $0 } == true
            if isLast { lastUnread = piece } else { unread = piece }
            return
        }
        size += piece.readableBytes
        guard size <= Gateway.answerAtMost else {
            throw NIOTooManyBytesError(maxBytes: Gateway.answerAtMost)
        }
        var whole: [ServerSentEvents.Event] = []
        do {
            try piece.withUnsafeReadableBytes { bytes in
                try events.take(bytes) { whole.append($0) }
            }
        } catch let error as ServerSentEvents.TooLarge {
            throw Denial(
                502, "answer_too_large",
                "An event of the upstream's stream is larger than \(error.limit >> 20) MiB.")
        }
        guard whole.allSatisfy(\.isPlain) else {
            throw Denial(
                502, "unreadable_answer",
                "The upstream sent an event that cannot be read in one way only.")
        }
        ahead.insert(contentsOf: whole.reversed(), at: 0)
    }

    /// The next step with what was taken; `nil` when all of it is read.
    ///
    /// One event may bring calls of its own after those of another: what was said of the first has
    /// to be known before the second is read, or one would stand in the other's place.
    mutating func next() -> Step? {
        if let buffer = unread {
            unread = nil
            return .buffer(buffer)
        }
        if let event = last {
            last = nil
            return .last(event)
        }
        while let event = ahead.popLast() {
            if let step = step(event) { return step }
        }
        return nil
    }

    private mutating func step(_ event: ServerSentEvents.Event) -> Step? {
        let bytes = reader?.corrected(event) ?? event.raw
        switch reader?.take(event) ?? .pass {
        case .pass: return .bytes(bytes)
        case .hold:
            waiting += bytes
            return nil
        case .judge(let calls):
            waiting += bytes
            defer { waiting = [] }
            return .calls(calls, waiting: waiting)
        case .judgeAtEnd(let calls):
            last = event
            defer { waiting = [] }
            return .calls(calls, waiting: waiting)
        case .end: return .last(event)
        }
    }

    /// Reads what is awaited for the record alone.
    mutating func drain(_ piece: ByteBuffer) throws {
        guard reader != nil else { return withheld.take(piece) }
        try take(piece)
        drain()
    }

    mutating func drain() {
        while let step = next() {
            if case .buffer(let buffer) = step { withheld.take(buffer) }
        }
        if let buffer = lastUnread.take() { withheld.take(buffer) }
    }

    mutating func replacement(_ verdicts: Verdicts) -> [UInt8] {
        reader?.replacement(verdicts) ?? []
    }

    /// Notes for the record what was decided.
    mutating func note(_ verdicts: Verdicts) {
        if let said = verdicts.said { decisions.append(said) }
    }

    mutating func release(_ bytes: [UInt8], into out: inout ByteBuffer) {
        if hasEnded { end += bytes } else { out.writeBytes(bytes) }
    }

    /// The last event may show the whole answer: what was denied is denied in it as well.
    mutating func releaseLast(_ event: ServerSentEvents.Event, into out: inout ByteBuffer) {
        hasEnded = holdsEnd
        release(reader?.corrected(event) ?? event.raw, into: &out)
    }

    /// What is left when the upstream is done.
    ///
    /// - Throws: a denial when it ended in the middle of a call.
    mutating func ending() throws(Denial) -> ByteBuffer {
        guard waiting.isEmpty else {
            throw Denial(
                502, "upstream_failed", "The upstream ended in the middle of a tool's call.",
                isPassing: true)
        }
        return lastUnread ?? ByteBuffer(bytes: end + events.rest())
    }
}
