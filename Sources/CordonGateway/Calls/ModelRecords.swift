import AsyncHTTPClient
import CordonCore
import CordonOperations
import Dispatch
import NIOCore
import NIOHTTP1
import Synchronization

/// What is kept of a call of a model: one record, whatever way the call ends.
extension ModelCall {
    func record(_ asked: Asked?, beganAt: Instant) -> CallRecord {
        var record = CallRecord(asked: asked, beganAt: beganAt)
        if !operation.generates, operation != .embeddings { record.kind = .note }
        // W3C Trace Context: version, trace id, parent id, flags.
        let parts = (fields.said("traceparent") ?? "").split(separator: "-")
        if parts.count >= 4, parts[1].utf8.count == 32, parts[2].utf8.count == 16 {
            record.trace = String(parts[1])
            record.span = String(parts[2])
        }
        record.session = fields.said("x-cordon-run") ?? fields.said("x-session-id")
        record.target = runRecord
        return record
    }

    func keep(_ record: CallRecord, _ admitted: Admitted, size: Int) async throws {
        admitted.isRecorded.claim()
        guard admitted.waits else {
            gateway.keepBehind(record, source: front.rawValue, key: key, size: size)
            return
        }
        try await keepOrRefuse(record, size: size)
    }

    /// - Throws: a denial when the record cannot be kept.
    private func keepOrRefuse(_ record: CallRecord, size: Int) async throws(Denial) {
        do {
            try await gateway.keep(record, source: front.rawValue, key: key, size: size)
        } catch {
            gateway.figures.add(\.unrecorded)
            throw ModelCall.unrecorded(error)
        }
    }

    /// Records an answer that is there and goes to nobody, as far as nothing has yet.
    func keepUnreleased(
        _ record: CallRecord, _ error: any Error, _ admitted: Admitted, size: Int
    ) {
        guard admitted.isRecorded.claim() else { return }
        let denial = error as? Denial
        var record = record
        if admitted.passing.isCut || denial?.isStop == true {
            record.status = "withheld"
        } else if admitted.call.end == .callerGone {
            record.status = "caller_gone"
        } else {
            record.status = "error: \(denial?.code ?? "upstream_failed")"
        }
        record.attributes.append(
            ("fault", JSONTree.string(denial?.message ?? "\(error)").bytes))
        gateway.keepBehind(record, source: front.rawValue, key: key, size: size)
    }

    /// Notes that an answer of which there is a record already was withheld all the same.
    func keepWithheld(_ record: CallRecord, _ denial: Denial, size: Int) {
        var note = record
        note.kind = .note
        note.status = "withheld"
        note.output = []
        note.attributes.append(("fault", JSONTree.string(denial.message).bytes))
        gateway.keepBehind(note, source: front.rawValue, key: key, size: size)
    }

    /// Records a call whose caller went away before the first byte of the answer.
    func abandon(_ admitted: Admitted, _ response: HTTPClientResponse, size: Int) {
        admitted.call.giveUp(.callerGone)
        guard admitted.isRecorded.claim() else { return }
        var record = record(admitted.asked, beganAt: admitted.beganAt)
        record.endedAt = gateway.operations.outside.now()
        record.status = admitted.passing.isCut ? "cut" : "caller_gone"
        record.describe(self, admitted, response)
        record.take(sent: admitted.sent)
        gateway.keepBehind(record, source: front.rawValue, key: key, size: size)
    }

    /// What a failure means to the caller; the record says what happened.
    func denial(for error: any Error, _ admitted: Admitted, size: Int) async -> Denial {
        let denial = meaning(of: error, admitted)
        guard admitted.isRecorded.claim() else { return denial }
        var record = record(admitted.asked, beganAt: admitted.beganAt)
        record.endedAt = gateway.operations.outside.now()
        record.status =
            admitted.passing.isCut
            ? "cut" : admitted.call.end == .callerGone ? "caller_gone" : "error: \(denial.code)"
        record.describe(self, admitted, nil)
        record.take(sent: admitted.sent)
        record.attributes.append(("fault", JSONTree.string("\(error)").bytes))
        // Nothing is released, so nothing waits for the record.
        gateway.keepBehind(record, source: front.rawValue, key: key, size: size)
        return denial
    }

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

/// Whether a call has its record.
///
/// Safe to share: one atomic flag.
final class RecordedOnce: Sendable {
    private let flag = Atomic(false)

    /// - Returns: whether nobody had claimed it.
    @discardableResult
    func claim() -> Bool { !flag.exchange(true, ordering: .acquiringAndReleasing) }

    /// It could not be kept: whoever can may try again.
    func withdraw() { flag.store(false, ordering: .releasing) }
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

    /// Takes in what was sent of a request that passes unread.
    mutating func take(sent: OpaqueCopy) {
        guard sent.size > 0 else { return }
        attributes.append(("sent", sent.json))
        if sent.isTruncated { isTruncated = true }
    }

    /// Takes in an answer that came whole.
    mutating func take(_ plain: PlainAnswer?, _ body: [UInt8], _ operation: Front.Operation) {
        guard let plain, operation.generates else {
            let copy = OpaqueCopy()
            copy.take(ByteBuffer(bytes: body))
            // A vector says nothing to people: its digest proves which one it was.
            attributes.append(
                ("answer", operation == .embeddings ? copy.digestJSON : copy.json))
            if operation != .embeddings, copy.isTruncated { isTruncated = true }
            if let plain { facts = plain.facts }
            return
        }
        facts = plain.facts
        output = plain.output.map { ($0.0, Array($0.1)) }
        if !plain.rest.isEmpty { attributes.append(("response", RawObject.json(plain.rest))) }
    }
}
