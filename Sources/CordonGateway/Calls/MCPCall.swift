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
        var passing: InFlightCall
        let entry: GateEntry
        let beganAt: Instant
        /// Who has allowed it, where somebody had to.
        var approval: Approval?
        /// What about it is outside the company's lane, and passes.
        var shadowUse: [String] = []
    }

    /// An answer that has come, and that its caller does not get.
    private struct WithheldAnswer: Error {
        let response: HTTPClientResponse
        let bytes: [UInt8]
        let cause: any Error
    }

    func answer(_ body: RequestBody) async throws -> Response {
        try mayReach()
        guard method == "POST" else { return try await passed(nil) }
        let held = HeldBytes(gateway.budget)
        let bytes = try await read(body, held)
        let message = try MCPMessage.read(bytes)
        let revision = try headers.revision(of: message)
        guard message.isRequest, message.method == MCPToolCall.method else {
            defer { held.giveBack() }
            return try await passed(message, bytes)
        }
        return try await call(message, try MCPToolCall(message), revision, bytes, held)
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

    /// Reads the request; what is there of it counts from the first byte.
    private func read(_ body: RequestBody, _ held: HeldBytes) async throws -> [UInt8] {
        var bytes: [UInt8] = []
        for try await piece in body {
            guard bytes.count + piece.readableBytes <= MCPMessage.largest else {
                throw MCPFault(
                    .invalidRequest, "A message has \(MCPMessage.largest >> 20) MiB at most.",
                    status: 413)
            }
            do throws(Denial) { try held.take(piece.readableBytes) } catch {
                throw MCPFault(.overloaded, error.message, status: error.status)
            }
            bytes.append(contentsOf: piece.readableBytesView)
        }
        return bytes
    }

    var headers: MCPHeaders { MCPHeaders(fields) }

    // MARK: Calls of tools

    private func call(
        _ message: MCPMessage, _ tool: MCPToolCall, _ revision: MCPRevision, _ bytes: [UInt8],
        _ held: HeldBytes
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
        let finish = Finish(gateway.operations.gate, passing, watch, held: held)
        do {
            return try await forwarded(bytes, admitted, finish)
        } catch {
            defer { finish.end() }
            let isCut = passing.isCut
            let withheld = error as? WithheldAnswer
            let error = withheld?.cause ?? error
            // What the tool has done is known where its answer has come.
            keepBehind(
                admitted, status: isCut ? "cut" : "error: \(error)", withheld?.response,
                withheld?.bytes ?? [])
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
        admitted.passing.whenCut { [watch] in
            call.giveUp(.stopped)
            watch?.closeUnlessRead()
        }
        let response = try await begin(call, bytes)
        guard !response.isEventStream else {
            // The server begins no answer to a caller that has gone.
            finish.whenAbandoned {
                keepBehind(admitted, status: "caller_gone", response, [])
            }
            return MCPStreamedCall(
                call: self, admitted: admitted, response: response, upstream: call,
                finish: finish
            ).passing()
        }
        let held = HeldBytes(gateway.budget)
        defer { held.giveBack() }
        let whole = try await call.collect(upTo: Gateway.answerAtMost, held)
        let withheld = { WithheldAnswer(response: response, bytes: whole, cause: $0) }
        guard admitted.passing.settle() else { throw withheld(CancellationError()) }
        if waits {
            do {
                try await keep(admitted, status: Self.status(response, whole), response, whole)
            } catch { throw withheld(error) }
        } else {
            keepBehind(admitted, status: Self.status(response, whole), response, whole)
        }
        finish.end()
        let event = MCPPassage.Event(whole: whole)
        if event.mayAnswer(admitted.message.id ?? []), !event.mayOfferTools {
            return self.whole(response, whole)
        }
        return self.whole(response, await shownOfAnother(event, response, admitted.beganAt))
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

    func whole(_ response: HTTPClientResponse, _ bytes: [UInt8]) -> Response {
        Response(
            status: .init(code: Int(response.status.code)),
            headers: ForwardedFields.answer(response.headers),
            body: .init(byteBuffer: ByteBuffer(bytes: bytes)))
    }

    /// The next piece; a server that is to end waits for no stream.
    static func next(of call: UpstreamCall) async throws -> ByteBuffer? {
        try await withGracefulShutdownHandler {
            try await call.next()
        } onGracefulShutdown: {
            call.giveUp(.serverEnds)
        }
    }

    func begin(_ call: UpstreamCall, _ bytes: [UInt8]) async throws -> HTTPClientResponse {
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

    func keep(
        _ admitted: Admitted, status: String, _ response: HTTPClientResponse?, _ answer: [UInt8],
        _ delivered: OpaqueCopy? = nil
    ) async throws {
        try await gateway.keep(
            record(admitted, status, response, answer, delivered), source: "mcp", key: key,
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

    func facts(
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

    static func status(_ response: HTTPClientResponse, _ answer: [UInt8]) -> String {
        guard response.status.code < 300 else { return "error: \(response.status.code)" }
        let members = JSONMembers(answer[...])
        if members?["error"] != nil { return "error: the server refused it" }
        let isError = members?["result"].flatMap { JSONMembers($0)?["isError"] }
        return isError?.elementsEqual("true".utf8) == true ? "error: the tool failed" : "ok"
    }
}
