import AsyncHTTPClient
import CordonCore
import CordonOperations
import HTTPTypes
import HummingbirdCore
import NIOCore
import NIOHTTP1
import NIOPosix
import ServiceLifecycle

/// One call of a workflow to a provider, from its key to its last byte.
///
/// The bytes of the request and of the answer pass as they are. What is read of them is read from
/// copies, and only what has to be denied is written anew.
struct ModelCall: Sendable {
    let gateway: Gateway
    let front: Front
    let operation: Front.Operation
    let method: String
    /// The path and the query as the caller has them.
    let path: String
    /// The path and the query, as the upstream has them.
    let target: String
    let fields: HTTPFields
    /// The server's address as its callers know it.
    let base: String
    let requestID: String
    let key: Gateway.Key
    let watch: ConnectionWatch?

    /// A call that was admitted, with all that decides on what follows.
    struct Admitted: Sendable {
        let passing: InFlightCall
        let entry: GateEntry
        let upstream: Upstream
        let call: UpstreamCall
        let asked: Asked?
        let beganAt: Instant
        /// What about it is outside the company's lane, and passes.
        let shadowUse: [String]
        /// What was sent, where it is passed on unread.
        let sent = OpaqueCopy()
        /// Whether there is a record: a call leaves one, whatever way it ends.
        let isRecorded = RecordedOnce()

        var waits: Bool { entry.recordsFirst }
    }

    func answer(_ body: RequestBody) async throws -> Response {
        guard operation.isRead else { return try await opaque(body) }
        let held = HeldBytes(gateway.budget)
        let bytes = try await read(body, held)
        let asked = try Asked(try plain(bytes))
        let admitted = try await admit(asked)
        var request = upstreamRequest(admitted.upstream)
        request.body = .bytes(ByteBuffer(bytes: bytes))
        return try await exchange(request, admitted, size: bytes.count, held)
    }

    /// Sends, waits for the head of the answer, and lets the answer pass in the way that fits it.
    private func exchange(
        _ request: HTTPClientRequest, _ admitted: Admitted, size: Int, _ held: HeldBytes? = nil
    ) async throws -> Response {
        let finish = Finish(gateway.operations.gate, admitted.passing, watch, held: held)
        let (call, passing) = (admitted.call, admitted.passing)
        let drains = admitted.entry.terms.onStop == .drain
        watch?.whenGone { [passing] in
            // What is awaited after a stop is for the record alone.
            if !drains || !passing.isCut { call.giveUp(.callerGone) }
        }
        passing.whenCut { [watch] in
            if drains { call.interrupt() } else { call.giveUp(.stopped) }
            watch?.closeUnlessRead()
        }
        let beginning = recordEarly(admitted, size: size)
        do {
            let response = try await begin(request, admitted)
            try refuseUnreadable(response)
            if response.isEventStream || !operation.isRead {
                try await beginningIsOnRecord(beginning, admitted, size: size)
                finish.whenAbandoned {
                    abandon(admitted, response, size: size)
                }
                return StreamedAnswer(
                    call: self, admitted: admitted, response: response, requestSize: size,
                    finish: finish
                ).passing()
            }
            let answer = try await whole(response, admitted, size: size)
            finish.end()
            return answer
        } catch {
            let denial = await denial(for: error, admitted, size: size)
            finish.end()
            throw denial
        }
    }

    /// Waits for the head of the answer; a server that ends waits a while, and not for ten minutes.
    private func begin(
        _ request: HTTPClientRequest, _ admitted: Admitted
    ) async throws -> HTTPClientResponse {
        let call = admitted.call
        return try await withGracefulShutdownHandler {
            try await call.begin(request, with: admitted.upstream.send)
        } onGracefulShutdown: {
            MultiThreadedEventLoopGroup.singleton.any().scheduleTask(in: Self.grace) {
                call.giveUp(.serverEnds)
            }
        }
    }

    /// How long calls may take to end when the server is asked to.
    private static let grace = TimeAmount.seconds(5)

    /// The rules that can be judged before anything is sent.
    private func admit(_ asked: Asked?) async throws -> Admitted {
        let beganAt = gateway.operations.outside.now()
        let passing = InFlightCall(
            workflow: key.workflow, request: GateRequest(action: .generate))
        guard let answer = gateway.operations.gate.admit(passing) else {
            throw Denial(404, "not_found", "There is no workflow \(key.workflow).")
        }
        gateway.figures.add(\.calls)
        do throws(Denial) {
            if let denial = Denial(answer.decision, entry: answer.entry) { throw denial }
            if let asked { try check(asked, answer.entry) }
            try checkRecorder(answer.entry)
            let upstream = try front.upstream(
                among: gateway.upstreams, terms: answer.entry.terms, model: asked?.model)
            let shadowUse = try checkLane(answer, asked, upstream)
            gateway.note(shadowUse, key)
            return Admitted(
                passing: passing, entry: answer.entry, upstream: upstream, call: UpstreamCall(),
                asked: asked, beganAt: beganAt, shadowUse: shadowUse)
        } catch {
            gateway.operations.gate.end(passing)
            gateway.figures.add(\.denied)
            var record = record(asked, beganAt: beganAt)
            record.status = "denied: \(error.code)"
            record.attributes.append(("request_id", JSONTree.string(requestID).bytes))
            record.attributes.append(("decision", JSONTree.string(error.message).bytes))
            gateway.keepBehind(
                record, source: front.rawValue, key: key, size: 1_024)
            if error.code == "outside_authority" {
                try await gateway.follow(answer, reason: error.message, key)
            }
            throw error
        }
    }

    /// What could not be kept is not begun: a provider that is asked may charge, or act.
    private func checkRecorder(_ entry: GateEntry) throws(Denial) {
        do throws(Refusal) { try gateway.checkRecorder(entry) } catch {
            throw ModelCall.unrecorded(error)
        }
    }

    static func unrecorded(_ error: any Error) -> Denial {
        Denial(
            503, "not_recorded",
            "The answer could not be kept as evidence, and this workflow's answers are released "
                + "only when they are. \((error as? Refusal)?.detail ?? "Something failed.")",
            isPassing: true)
    }

    private func check(_ asked: Asked, _ entry: GateEntry) throws(Denial) {
        if !entry.terms.allows(model: asked.model ?? "") {
            let named = asked.model.map { "The model \($0)" } ?? "A call that names no model"
            throw Denial(
                403, "outside_authority",
                "\(named) is not among those that \(entry.key) may ask for.")
        }
        for tool in asked.offered + asked.hosted {
            if let fault = entry.offerFault(tool) {
                throw Denial(403, "outside_authority", fault)
            }
        }
    }

    // MARK: The whole answer

    /// Holds an answer until it is judged and, where that is asked for, recorded.
    private func whole(
        _ response: HTTPClientResponse, _ admitted: Admitted, size: Int
    ) async throws -> Response {
        try refuseUnreadable(response)
        let taken = HeldBytes(gateway.budget)
        defer { taken.giveBack() }
        let body = try await admitted.call.collect(upTo: Gateway.answerAtMost, taken)
        var record = self.record(admitted.asked, beganAt: admitted.beganAt)
        record.endedAt = gateway.operations.outside.now()
        record.describe(self, admitted, response)
        let plain = PlainAnswer(body, operation)
        record.take(plain, body, operation)
        do {
            return try await released(
                body, plain, response, admitted, &record, size: size + body.count)
        } catch {
            keepUnreleased(record, error, admitted, size: size + body.count)
            throw error
        }
    }

    /// The answer as it goes on, once it is judged and, where that is asked for, recorded.
    private func released(
        _ whole: [UInt8], _ plain: PlainAnswer?, _ response: HTTPClientResponse,
        _ admitted: Admitted, _ record: inout CallRecord, size: Int
    ) async throws -> Response {
        if plain == nil, operation.generates, response.status.code < 300 {
            throw Denial(
                502, "unreadable_answer",
                "The upstream's answer is not JSON that can be read in one way only.")
        }
        var body = whole
        var verdicts = Verdicts(allowed: [], denied: [])
        var judged = JudgedCalls()
        if response.status.code < 300, let plain {
            verdicts = try await judge(plain.calls, admitted, &judged)
            if let said = verdicts.said {
                record.attributes.append(("decision", JSONTree.string(said).bytes))
            }
            if !verdicts.denied.isEmpty { body = plain.without(verdicts) }
        }
        record.status = response.status.code < 300 ? "ok" : "error: \(response.status.code)"
        // From here on it will be released, or a stop was faster and it never is.
        guard admitted.passing.settle() else {
            try refuseCut(admitted)
            throw CancellationError()
        }
        try await keep(record, admitted, size: size)
        // The stop of a tool does not wait for a call of the model.
        do throws(Denial) { try refuseStopped(judged, admitted) } catch {
            keepWithheld(record, error, size: size)
            throw error
        }
        var fields = ForwardedFields.answer(response.headers)
        if !verdicts.denied.isEmpty, let name = HTTPField.Name("x-cordon-decision") {
            fields[name] = "denied"
        }
        return Response(
            status: .init(code: Int(response.status.code)), headers: fields,
            body: .init(byteBuffer: ByteBuffer(bytes: body)))
    }

    func refuseCut(_ admitted: Admitted) throws(Denial) {
        guard admitted.passing.isCut, let stop = admitted.passing.stop else { return }
        gateway.figures.add(\.cut)
        throw Denial(stop: stop, entry: admitted.entry)
    }

    /// What is not read cannot be judged: an answer with words of a model comes uncompressed, as it
    /// was asked for.
    func refuseUnreadable(_ response: HTTPClientResponse) throws(Denial) {
        try refuseRedirect(response)
        let coding = response.headers.first(name: "content-encoding") ?? "identity"
        guard operation.generates, coding.lowercased() != "identity" else { return }
        throw Denial(
            502, "unreadable_answer",
            "The upstream compressed its answer (\(coding)) although it was asked not to.")
    }

    /// A redirect is never followed, and never handed on: it would lead past Cordon.
    func refuseRedirect(_ response: HTTPClientResponse) throws(Denial) {
        guard (300..<400).contains(response.status.code), response.status != .notModified else {
            return
        }
        throw Denial(
            502, "upstream_redirects",
            "The upstream answered with a redirect (\(response.status.code)), and Cordon follows "
                + "none.")
    }

    func meaning(of error: any Error, _ admitted: Admitted) -> Denial {
        if admitted.passing.isCut, let stop = admitted.passing.stop {
            if !(error is Denial) { gateway.figures.add(\.cut) }
            return Denial(stop: stop, entry: admitted.entry)
        }
        if let denial = error as? Denial { return denial }
        if admitted.call.end == .serverEnds {
            return Denial(
                503, "server_ends", "Cordon is being restarted: send the call again.",
                isPassing: true)
        }
        gateway.figures.add(\.upstreamFailures)
        if error is NIOTooManyBytesError {
            return Denial(
                502, "answer_too_large",
                "The upstream's answer is larger than \(Gateway.answerAtMost >> 20) MiB.")
        }
        return Denial(
            502, "upstream_failed",
            "The upstream \(admitted.upstream.name) could not be reached, or broke off: \(error)",
            isPassing: true)
    }

    // MARK: The request

    /// Reads the request; what is there of it counts from the first byte.
    private func read(_ body: RequestBody, _ held: HeldBytes) async throws -> [UInt8] {
        var bytes: [UInt8] = []
        for try await piece in body {
            guard bytes.count + piece.readableBytes <= Gateway.requestAtMost else {
                throw Denial(
                    413, "request_too_large",
                    "The request is larger than \(Gateway.requestAtMost >> 20) MiB.")
            }
            try held.take(piece.readableBytes)
            bytes.append(contentsOf: piece.readableBytesView)
        }
        return bytes
    }

    /// What the request says, where it came compressed.
    private func plain(_ bytes: [UInt8]) throws(Denial) -> [UInt8] {
        guard let coding = fields[.contentEncoding], coding != "identity" else { return bytes }
        do throws(Refusal) {
            return try CaptureBody(bytes, encoding: coding).expanded()
        } catch {
            throw Denial(400, "invalid_encoding", error.detail)
        }
    }

    func upstreamRequest(_ upstream: Upstream) -> HTTPClientRequest {
        var request = HTTPClientRequest(url: upstream.address + target)
        request.method = HTTPMethod(rawValue: method)
        request.headers = ForwardedFields.request(fields)
        upstream.authorize(&request)
        return request
    }

    /// A call that is not read: it streams both ways, gated and recorded as it is.
    private func opaque(_ body: RequestBody) async throws -> Response {
        let admitted = try await admit(nil)
        var request = upstreamRequest(admitted.upstream)
        let kept = admitted.sent
        if method != "GET", method != "HEAD" {
            let length = fields[.contentLength].flatMap(Int64.init)
            request.body = .stream(
                body.map { piece in
                    kept.take(piece)
                    return piece
                }, length: length.map { .known($0) } ?? .unknown)
        }
        return try await exchange(request, admitted, size: 2 * Gateway.opaqueKept)
    }

    /// The record that the run is about, as the caller says.
    var runRecord: String? { fields.said("x-cordon-record") }
}

extension HTTPClientResponse {
    var isEventStream: Bool {
        headers.first(name: "content-type")?.lowercased().hasPrefix("text/event-stream") == true
    }
}
