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
                    holdsEnd: admitted.waits)
                let upstream = admitted.call
                do {
                    try await withGracefulShutdownHandler {
                        try await pass(&passage, to: &writer)
                    } onGracefulShutdown: {
                        upstream.giveUp(.serverEnds)
                    }
                } catch {
                    do { try await breakOff(error, &passage, to: &writer) } catch {
                        finish.end()
                        call.gateway.budget.give(passage.held)
                        throw error
                    }
                }
                do { try await writer.finish(nil) } catch {
                    finish.end()
                    call.gateway.budget.give(passage.held)
                    throw error
                }
                finish.end()
                await drain(&passage)
                call.gateway.budget.give(passage.held)
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
            if bytes.readableBytes > 0 { try await write(bytes, &passage, to: &writer) }
        }
        let ending = try passage.ending()
        // From here on the end will be released, or a stop was faster and it never is.
        guard admitted.passing.settle() else {
            try call.refuseCut(admitted)
            throw CancellationError()
        }
        guard admitted.waits else {
            if ending.readableBytes > 0 { try await write(ending, &passage, to: &writer) }
            try await recordEnd(passage, status: answerStatus)
            return
        }
        // What ends the stream tells the caller that it has the whole: it waits for the record.
        passage.delivered.take(ending)
        try await recordEnd(passage, status: answerStatus)
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
                let verdicts = try await call.judge(
                    calls, admitted, holdUntil: &passage.holdUntil)
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
            admitted.call.giveUp(.callerGone)
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
        if !isGone, response.isEventStream {
            let event = denial.event(call.front, call.operation, requestID: call.requestID)
            do {
                try await writer.write(ByteBuffer(bytes: event))
                passage.delivered.take(ByteBuffer(bytes: event))
            } catch {
                // The caller is gone: the record says what it had until then.
                admitted.call.giveUp(.callerGone)
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

    /// Lets the provider finish what a stop has withheld, so that the record has the whole.
    private func drain(_ passage: inout StreamPassage) async {
        guard drains else { return }
        do {
            while let piece = try await admitted.call.awaited() { try passage.drain(piece) }
            record(passage, status: "withheld", fault: "")
        } catch {
            record(passage, status: "withheld", fault: "\(error)")
        }
    }

    // MARK: Records

    private func recordEnd(_ passage: StreamPassage, status: String) async throws {
        let record = finished(passage, status: status)
        try await call.keep(
            record, admitted, size: requestSize + passage.kept,
            patience: Recorder.patienceOfAnEnd(passing: call.gateway.operations.gate.inFlight))
    }

    private func record(_ passage: StreamPassage, status: String, fault: String) {
        guard admitted.isRecorded.claim() else { return }
        var record = finished(passage, status: status)
        if !fault.isEmpty { record.attributes.append(("fault", JSONTree.string(fault).bytes)) }
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
        if admitted.sent.size > 0 { record.attributes.append(("sent", admitted.sent.json)) }
        record.attributes.append(("delivered", passage.delivered.json))
        if !passage.decisions.isEmpty {
            let said = passage.decisions.joined(separator: "\n")
            record.attributes.append(("decision", JSONTree.string(said).bytes))
        }
        record.isTruncated = passage.delivered.isTruncated || admitted.sent.isTruncated
        return record
    }
}

/// What waits and what goes on of a stream.
struct StreamPassage: Sendable {
    private(set) var reader: (any AnswerReading)?
    /// What the caller has, byte for byte.
    let delivered = OpaqueCopy()
    private let holdsEnd: Bool
    private var events = ServerSentEvents()
    /// What has come and was not read yet, the next last.
    private var ahead: [ServerSentEvents.Event] = []
    private var unread: ByteBuffer?
    /// What ends the stream and showed calls that have to be judged first.
    private var last: ServerSentEvents.Event?
    private var waiting: [UInt8] = []
    private var end: [UInt8] = []
    private var hasEnded = false
    private var size = 0

    /// Bytes that are held of it, about.
    var kept: Int { size + min(delivered.size, Gateway.opaqueKept) }

    /// Bytes that were taken from what all calls together may hold.
    var held = 0
    /// Until when the stream is held for people, once it has been.
    var holdUntil: Int64?
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

    init(_ reader: (any AnswerReading)?, holdsEnd: Bool) {
        self.reader = reader
        self.holdsEnd = holdsEnd
    }

    /// Takes what has come; ``next()`` tells step by step what becomes of it.
    ///
    /// - Throws: a denial for a stream that is larger than any answer may be.
    mutating func take(_ piece: ByteBuffer) throws {
        guard reader != nil else {
            unread = piece
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
        try take(piece)
        drain()
    }

    mutating func drain() {
        while next() != nil {}
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
        return ByteBuffer(bytes: end + events.rest())
    }
}

extension ModelCall {
    /// Records that a stream was asked for, where its first byte waits for that, while the provider
    /// thinks about it.
    func recordEarly(_ admitted: Admitted, size: Int) -> Task<Void, any Error>? {
        guard admitted.waits, admitted.asked?.isStream == true else { return nil }
        gateway.behind.enter()
        // It is sealed while the request goes out.
        return Task(executorPreference: LoopExecutor.elsewhere) {
            defer { gateway.behind.leave() }
            try await recordBeginning(admitted, size: size)
        }
    }

    /// Nothing of a stream is released before it is on record that it was asked for, not even how
    /// the provider answers: what cannot be kept can still be refused in the usual way.
    func beginningIsOnRecord(
        _ early: Task<Void, any Error>?, _ admitted: Admitted, size: Int
    ) async throws {
        guard admitted.waits else { return }
        guard let early else { return try await recordBeginning(admitted, size: size) }
        try await early.value
    }

    /// Keeps a note that an answer was asked for; how the provider answered is in the record of the
    /// end.
    ///
    /// - Throws: a denial when it cannot be kept.
    private func recordBeginning(_ admitted: Admitted, size: Int) async throws(Denial) {
        var record = record(admitted.asked, beganAt: admitted.beganAt)
        record.status = "begun"
        record.kind = .note
        record.describe(self, admitted, nil)
        try await keepOrRefuse(record, size: size)
    }
}

extension CallRecord {
    /// Says how the call went, beside what was said.
    mutating func describe(
        _ call: ModelCall, _ admitted: ModelCall.Admitted, _ response: HTTPClientResponse?
    ) {
        var json = JSONText()
        json.beginObject()
        json.member("method", call.method)
        json.member("path", call.path)
        json.member("upstream", admitted.upstream.name)
        json.member("status", response.map { Int($0.status.code) })
        json.member("request_id", call.requestID)
        json.member(
            "upstream_request_id",
            response.flatMap {
                $0.headers.first(name: "x-request-id") ?? $0.headers.first(name: "request-id")
            })
        json.endObject()
        attributes.append(("http", json.bytes))
        note(shadowUse: admitted.shadowUse)
    }

    /// Takes in an answer that came whole.
    mutating func take(_ plain: PlainAnswer?, _ body: [UInt8], _ operation: Front.Operation) {
        guard let plain, operation.generates else {
            let copy = OpaqueCopy()
            copy.take(ByteBuffer(bytes: body))
            // A vector says nothing to people: its digest proves which one it was.
            attributes.append(
                ("answer", operation == .embeddings ? copy.digestJSON : copy.json))
            isTruncated = operation != .embeddings && copy.isTruncated
            if let plain { facts = plain.facts }
            return
        }
        facts = plain.facts
        output = plain.output.map { ($0.0, Array($0.1)) }
        if !plain.rest.isEmpty { attributes.append(("response", RawObject.json(plain.rest))) }
    }
}
