import AsyncHTTPClient
import CordonCore
import CordonOperations
import HTTPTypes
import HummingbirdCore
import Logging
import NIOCore
import NIOHTTP1
import ServiceLifecycle

/// One request of a workflow to an MCP server.
///
/// Calls of tools are judged, recorded before they are sent and again when they have ended, and cut
/// by a stop. Everything else passes, also while the workflow is stopped, so that its session stays
/// usable: what a stop forbids is acting.
struct MCPCall: Sendable {
    let gateway: Gateway
    let server: MCPServer
    let method: String
    let fields: HTTPFields
    /// The server's address as its callers know it.
    let base: String
    let requestID: String
    let key: Gateway.Key
    let watch: ConnectionWatch?

    /// A call of a tool that was admitted.
    struct Admitted: Sendable {
        let message: MCPMessage
        let tool: MCPToolCall
        let revision: MCPRevision
        let passing: InFlightCall
        let entry: GateEntry
        let beganAt: Instant
        /// Who has allowed it, where somebody had to.
        var approval: Approval?
        /// What about it is outside the company's lane, and passes.
        var shadowUse: [String] = []
    }

    func answer(_ body: RequestBody) async throws -> Response {
        try mayReach()
        guard method == "POST" else { return try await passed(nil) }
        let bytes = try await read(body)
        let message = try MCPMessage.read(bytes)
        let revision = try headers.revision(of: message)
        guard message.isRequest, message.method == MCPToolCall.method else {
            return try await passed(message, bytes)
        }
        return try await call(message, try MCPToolCall(message), revision, bytes)
    }

    private func mayReach() throws(MCPFault) {
        guard let entry = gateway.operations.gate.entry(key.workflow) else {
            throw MCPFault(.outsideAuthority, "There is no workflow \(key.workflow).", status: 404)
        }
        let allowed = entry.terms.mcpServers
        guard allowed.isEmpty || allowed.contains(server.name) else {
            throw MCPFault(
                .outsideAuthority, "\(key.workflow) may not reach the server \(server.name).",
                status: 403)
        }
        try checkLane(entry)
    }

    private func read(_ body: RequestBody) async throws -> [UInt8] {
        do {
            let buffer = try await body.collect(upTo: MCPMessage.largest)
            return Array(buffer.readableBytesView)
        } catch is NIOTooManyBytesError {
            throw MCPFault(
                .invalidRequest, "A message has \(MCPMessage.largest >> 20) MiB at most.",
                status: 413)
        }
    }

    private var headers: MCPHeaders { MCPHeaders(fields) }

    // MARK: What passes

    /// Passes a request that is no call of a tool; lists of tools come in a stable order.
    private func passed(_ message: MCPMessage?, _ bytes: [UInt8] = []) async throws -> Response {
        if message == nil {
            let revision = try headers.revision()
            guard revision.allows(httpMethod: method) else {
                return Response(status: .methodNotAllowed, headers: [.allow: "POST"])
            }
        }
        notePassing()
        let call = UpstreamCall()
        watch?.whenGone { call.giveUp(.callerGone) }
        let beganAt = gateway.operations.outside.now()
        let response: HTTPClientResponse
        do {
            response = try await begin(call, bytes)
        } catch {
            guard let id = message?.id else { throw error }
            gateway.figures.add(\.upstreamFailures)
            let refusal = MCPRefusal(.upstreamFailed, decisionID: requestID)
            return Response(
                status: .ok, headers: [.contentType: "application/json"],
                body: .init(byteBuffer: ByteBuffer(bytes: refusal.error(to: id))))
        }
        guard message?.method == "tools/list" else { return streamed(response, call) { $0 } }
        guard !response.isEventStream else {
            let passage = PassedList()
            return streamed(response, call) { piece in
                let (bytes, list) = try passage.take(piece)
                guard let list else { return ByteBuffer(bytes: bytes) }
                let refusal = await judge(list, response, beganAt)
                return ByteBuffer(
                    bytes: refusal.map { MCPEvents.event($0.error(to: message?.id ?? [])) }
                        ?? bytes)
            }
        }
        let held = HeldBytes(gateway.budget)
        defer { held.giveBack() }
        // A list that fails leaves its upstream, and does not keep it for as long as its caller.
        defer { watch?.whenGone(nil) }
        let whole = try await call.collect(upTo: Gateway.answerAtMost, held)
        let told = MCPPassage.sorted(whole)
        guard let pins = told.pins else { return self.whole(response, told.bytes) }
        let list = OfferedTools(answer: told.bytes, pins: pins)
        let refusal = await judge(list, response, beganAt)
        return self.whole(response, refusal?.error(to: message?.id ?? []) ?? told.bytes)
    }

    /// Keeps what a server offers; where the workflow's terms say so, a changed definition stops
    /// the workflow before anybody sees it.
    ///
    /// - Returns: a refusal when the list must not go on, because that could not be done.
    private func judge(
        _ list: OfferedTools, _ response: HTTPClientResponse, _ beganAt: Instant
    ) async -> MCPRefusal? {
        let pins = list.pins.map {
            ToolPin(server: server.name, tool: $0.key, digest: $0.value.digest)
        }.sorted { $0.subject < $1.subject }
        let record = record(list, pins, response, beganAt)
        guard gateway.operations.gate.entry(key.workflow)?.terms.onToolChange == .stop else {
            gateway.keepBehind(
                record, source: "mcp", key: key, size: list.answer.count)
            return nil
        }
        do {
            let changes = try gateway.operations.changedTools(key.workflow, pins)
            if !changes.isEmpty {
                try await gateway.operations.stop(key.workflow, because: changes)
            }
            // What was not kept would be unknown the next time.
            try await gateway.keep(
                record, source: "mcp", key: key, size: list.answer.count)
            return nil
        } catch {
            gateway.logger.error(
                "a list of tools is withheld",
                metadata: ["request_id": "\(requestID)", "error": "\(error)"])
            return MCPRefusal(.overloaded, decisionID: requestID)
        }
    }

    private func record(
        _ list: OfferedTools, _ pins: [ToolPin], _ response: HTTPClientResponse,
        _ beganAt: Instant
    ) -> CallRecord {
        var record = CallRecord(beganAt: beganAt)
        record.kind = .note
        record.endedAt = gateway.operations.outside.now()
        record.pins = pins
        record.attributes = [
            ("mcp", facts("tools/list", response, "ok")),
            ("answer", list.answer),
        ]
        return record
    }

    // MARK: Calls of tools

    private func call(
        _ message: MCPMessage, _ tool: MCPToolCall, _ revision: MCPRevision, _ bytes: [UInt8]
    ) async throws -> Response {
        let beganAt = gateway.operations.outside.now()
        let request = tool.gateRequest(record: fields.said("x-cordon-record"))
        let passing = InFlightCall(workflow: key.workflow, request: request)
        guard var answer = gateway.operations.gate.admit(passing) else {
            throw MCPFault(.outsideAuthority, "There is no workflow \(key.workflow).", status: 404)
        }
        gateway.figures.add(\.calls)
        var admitted = Admitted(
            message: message, tool: tool, revision: revision, passing: passing,
            entry: answer.entry, beganAt: beganAt)
        if case .approval(let need) = answer.decision {
            switch await askPeople(need, admitted) {
            case .allowed(let approval, let again):
                admitted.approval = approval
                answer = again
            case .answered(let response): return response
            }
        }
        if let refusal = MCPRefusal(
            answer.decision, fallback: answer.entry.fallback, decisionID: requestID)
        {
            gateway.figures.add(\.denied)
            keepBehind(admitted, status: "denied: \(refusal.code)", nil, [])
            if case .deny(let reason) = answer.decision {
                try await gateway.follow(answer, reason: reason, key)
            }
            return said(refusal, admitted)
        }
        admitted.shadowUse = shadowUse(answer)
        gateway.note(admitted.shadowUse, key)
        let finish = Finish(gateway.operations.gate, passing, watch)
        do {
            let answer = try await forwarded(bytes, admitted, finish)
            return answer
        } catch {
            defer { finish.end() }
            let isCut = passing.isCut
            keepBehind(
                admitted, status: isCut ? "cut" : "error: \(error)", nil, [])
            if isCut, let stop = passing.stop {
                gateway.figures.add(\.cut)
                return said(refusal(of: stop, admitted), admitted)
            }
            gateway.figures.add(\.upstreamFailures)
            let isFull = (error as? Refusal).map { $0.kind == .overloaded } ?? false
            let cause: MCPRefusal.Cause = isFull ? .overloaded : .upstreamFailed
            return said(
                MCPRefusal(cause, fallback: admitted.entry.fallback, decisionID: requestID),
                admitted)
        }
    }

    private func forwarded(
        _ bytes: [UInt8], _ admitted: Admitted, _ finish: Finish
    ) async throws -> Response {
        let waits = admitted.entry.recordsFirst
        // An act that nobody could prove afterwards is not begun.
        if waits { try await keep(admitted, status: "begun", nil, []) }
        let call = UpstreamCall()
        watch?.whenGone { if admitted.revision.goingAwayCancels { call.giveUp(.callerGone) } }
        admitted.passing.whenCut { call.giveUp(.stopped) }
        let response = try await begin(call, bytes)
        guard !response.isEventStream else {
            return stream(response, call, admitted, finish)
        }
        let held = HeldBytes(gateway.budget)
        defer { held.giveBack() }
        let whole = try await call.collect(upTo: Gateway.answerAtMost, held)
        guard admitted.passing.settle() else { throw CancellationError() }
        if waits {
            try await keep(admitted, status: Self.status(response, whole), response, whole)
        } else {
            keepBehind(admitted, status: Self.status(response, whole), response, whole)
        }
        finish.end()
        return self.whole(response, whole)
    }

    /// Passes a stream; a stop ends it with a result that says so.
    private func stream(
        _ response: HTTPClientResponse, _ call: UpstreamCall, _ admitted: Admitted,
        _ finish: Finish
    ) -> Response {
        let delivered = OpaqueCopy()
        return Response(
            status: .init(code: Int(response.status.code)),
            headers: ForwardedFields.answer(response.headers),
            body: ResponseBody { writer in
                var passage = MCPPassage(listsTools: false)
                var status: String?
                var isGone = false
                var isAnswered = false
                do {
                    while let piece = try await Self.next(of: call) {
                        guard !admitted.passing.isCut else { throw CancellationError() }
                        let whole = ByteBuffer(bytes: try passage.take(piece))
                        if isGone || whole.readableBytes == 0 { continue }
                        do {
                            try await writer.write(whole)
                            delivered.take(whole)
                            isAnswered = !passage.answer.isEmpty
                        } catch {
                            // By the older revisions a caller may come back: its call goes on.
                            isGone = true
                            if admitted.revision.goingAwayCancels { throw error }
                        }
                    }
                } catch  where isAnswered && !admitted.passing.isCut {
                    // A caller that has its answer may go before the stream ends.
                    call.giveUp(.callerGone)
                } catch {
                    let isCut = admitted.passing.isCut
                    status = isCut ? "cut" : isGone ? "caller_gone" : "error: \(error)"
                    gateway.figures.add(isCut ? \.cut : \.upstreamFailures)
                    call.giveUp(.callerGone)
                    let refusal =
                        admitted.passing.stop.map { self.refusal(of: $0, admitted) }
                        ?? MCPRefusal(
                            .upstreamFailed, fallback: admitted.entry.fallback,
                            decisionID: requestID)
                    let event = ByteBuffer(bytes: MCPEvents.event(result(refusal, admitted)))
                    // A caller that is gone needs no last word.
                    try? await writer.write(event)
                    delivered.take(event)
                }
                keepBehind(
                    admitted, status: status ?? Self.status(response, passage.answer), response,
                    passage.answer, delivered)
                finish.end()
                try await writer.finish(nil)
            })
    }

    // MARK: Answers

    func refusal(of stop: GateEntry.Stop, _ admitted: Admitted) -> MCPRefusal {
        MCPRefusal(
            .stopped(reason: stop.reason, incident: stop.incident),
            fallback: admitted.entry.fallback, decisionID: requestID)
    }

    func result(_ refusal: MCPRefusal, _ admitted: Admitted) -> [UInt8] {
        // Whether the tool promises structure stands in its list, which may never have come by.
        refusal.result(
            to: admitted.message.id ?? [], in: admitted.revision, promisesStructure: false)
    }

    func said(_ refusal: MCPRefusal, _ admitted: Admitted) -> Response {
        Response(
            status: .init(code: MCPRefusal.status), headers: [.contentType: "application/json"],
            body: .init(byteBuffer: ByteBuffer(bytes: result(refusal, admitted))))
    }

    private func whole(_ response: HTTPClientResponse, _ bytes: [UInt8]) -> Response {
        Response(
            status: .init(code: Int(response.status.code)),
            headers: ForwardedFields.answer(response.headers),
            body: .init(byteBuffer: ByteBuffer(bytes: bytes)))
    }

    private func streamed(
        _ response: HTTPClientResponse, _ call: UpstreamCall,
        _ told: @escaping @Sendable (ByteBuffer) async throws -> ByteBuffer
    ) -> Response {
        Response(
            status: .init(code: Int(response.status.code)),
            headers: ForwardedFields.answer(response.headers),
            body: ResponseBody { writer in
                do {
                    while let piece = try await Self.next(of: call) {
                        try await writer.write(try await told(piece))
                    }
                } catch  where call.end == .serverEnds {
                    // A stream of this kind has no end of its own.
                }
                try await writer.finish(nil)
            })
    }

    /// The next piece; a server that is to end waits for no stream.
    private static func next(of call: UpstreamCall) async throws -> ByteBuffer? {
        try await withGracefulShutdownHandler {
            try await call.next()
        } onGracefulShutdown: {
            call.giveUp(.serverEnds)
        }
    }

    private func begin(_ call: UpstreamCall, _ bytes: [UInt8]) async throws -> HTTPClientResponse {
        var request = HTTPClientRequest(url: server.address)
        request.method = HTTPMethod(rawValue: method)
        request.headers = ForwardedFields.request(fields)
        server.authorize(&request)
        if method == "POST" { request.body = .bytes(ByteBuffer(bytes: bytes)) }
        let response = try await call.begin(request) { [server, key] in
            try await server.send($0, key.workflow, bytes)
        }
        // It would lead past Cordon.
        guard !(300..<400).contains(response.status.code) else {
            call.giveUp(.callerGone)
            throw MCPFault(.upstreamFailed, "The server answered with a redirect.", status: 502)
        }
        return response
    }

    // MARK: Records

    private func keep(
        _ admitted: Admitted, status: String, _ response: HTTPClientResponse?, _ answer: [UInt8]
    ) async throws {
        try await gateway.keep(
            record(admitted, status, response, answer, nil), source: "mcp", key: key,
            size: admitted.tool.arguments.count + answer.count)
    }

    func keepBehind(
        _ admitted: Admitted, status: String, _ response: HTTPClientResponse?, _ answer: [UInt8],
        _ delivered: OpaqueCopy? = nil
    ) {
        gateway.keepBehind(
            record(admitted, status, response, answer, delivered), source: "mcp", key: key,
            size: admitted.tool.arguments.count + answer.count)
    }

    private func record(
        _ admitted: Admitted, _ status: String, _ response: HTTPClientResponse?,
        _ answer: [UInt8], _ delivered: OpaqueCopy?
    ) -> CallRecord {
        var record = CallRecord(beganAt: admitted.beganAt)
        record.kind = .toolCall
        record.status = status
        record.endedAt = gateway.operations.outside.now()
        record.session = fields.said("x-cordon-run")
        record.target = fields.said("x-cordon-record")
        let members = JSONMembers(answer[...])
        record.calls = RecordedCall.json(
            admitted.tool.name, admitted.tool.arguments,
            result: members?["result"] ?? members?["error"])
        record.attributes = [("mcp", facts(MCPToolCall.method, response, status))]
        if let approval = admitted.approval {
            record.attributes.append(
                ("decision", JSONTree.string(PeopleAsked.note(approval)).bytes))
        }
        record.note(shadowUse: admitted.shadowUse)
        if let delivered { record.attributes.append(("delivered", delivered.json)) }
        return record
    }

    private func facts(
        _ method: String, _ response: HTTPClientResponse?, _ outcome: String
    ) -> [UInt8] {
        var json = JSONText()
        json.beginObject()
        json.member("server", server.name)
        json.member("method", method)
        json.member("status", response.map { Int($0.status.code) })
        json.member("request_id", requestID)
        // The record of a call that begins and that of its end are two.
        json.member("outcome", outcome)
        json.endObject()
        return json.bytes
    }

    private static func status(_ response: HTTPClientResponse, _ answer: [UInt8]) -> String {
        guard response.status.code < 300 else { return "error: \(response.status.code)" }
        let members = JSONMembers(answer[...])
        if members?["error"] != nil { return "error: the server refused it" }
        let isError = members?["result"].flatMap { JSONMembers($0)?["isError"] }
        return isError?.elementsEqual("true".utf8) == true ? "error: the tool failed" : "ok"
    }
}
