import AsyncHTTPClient
import CordonCore
import CordonOperations
import HTTPTypes
import HummingbirdCore
import Logging
import NIOCore
import NIOHTTP1

/// What passes between a workflow and an MCP server without a call of a tool.
///
/// Lists of tools come in a stable order and are held against what people agreed to, wherever they
/// come: a client takes an answer from any stream of its session.
extension MCPCall {
    /// Passes a request that is no call of a tool.
    func passed(_ message: MCPMessage?, _ bytes: [UInt8] = []) async throws -> Response {
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
        let id = message.flatMap { $0.method == "tools/list" ? $0.id : nil }
        if response.isEventStream { return events(response, call, listTo: id, beganAt) }
        guard message?.isRequest == true, response.isJSON else { return streamed(response, call) }
        let held = HeldBytes(gateway.budget)
        defer { held.giveBack() }
        // An answer that fails leaves its upstream, and does not keep it for as long as its caller.
        defer { watch?.whenGone(nil) }
        let answer = try await call.collect(upTo: Gateway.answerAtMost, held)
        if let id { return whole(response, await shown(answer, to: id, response, beganAt)) }
        return whole(
            response,
            await shownOfAnother(MCPPassage.Event(whole: answer), response, beganAt))
    }

    /// Passes events; `id` is that of the request for a list of tools, if it was one.
    private func events(
        _ response: HTTPClientResponse, _ call: UpstreamCall, listTo id: MCPMessage.Raw?,
        _ beganAt: Instant
    ) -> Response {
        streamed(response) { writer in
            var passage = MCPPassage()
            while let piece = try await Self.next(of: call) {
                var out = ByteBuffer()
                for event in try passage.take(piece) {
                    let shown =
                        if let id, event.mayAnswer(id) {
                            await self.shown(event.message, to: id, response, beganAt)
                        } else {
                            await shownOfAnother(event, response, beganAt)
                        }
                    out.writeBytes(
                        shown == event.message ? event.raw : MCPEvents.event(shown))
                }
                if out.readableBytes > 0 { try await writer.write(out) }
            }
        } isOver: {
            // A stream of this kind has no end of its own.
            call.end == .serverEnds
        }
    }

    private func streamed(_ response: HTTPClientResponse, _ call: UpstreamCall) -> Response {
        streamed(response) { writer in
            while let piece = try await Self.next(of: call) { try await writer.write(piece) }
        } isOver: {
            call.end == .serverEnds
        }
    }

    private func streamed(
        _ response: HTTPClientResponse,
        _ pass: @escaping @concurrent @Sendable (inout any ResponseBodyWriter) async throws -> Void,
        isOver: @escaping @Sendable () -> Bool
    ) -> Response {
        Response(
            status: .init(code: Int(response.status.code)),
            headers: ForwardedFields.answer(response.headers),
            body: ResponseBody { writer in
                do { try await pass(&writer) } catch  where isOver() {}
                try await writer.finish(nil)
            })
    }

    /// What goes on of an event that answers something else than its stream's own request.
    func shownOfAnother(
        _ event: MCPPassage.Event, _ response: HTTPClientResponse, _ beganAt: Instant
    ) async -> [UInt8] {
        let id = JSONMembers(event.message[...])?["id"] ?? ArraySlice("null".utf8)
        if event.isAnswer, let awaited = gateway.awaited.take(at: place(of: id)) {
            return await awaited.call.answered(event.message, awaited.admitted, response)
        }
        if event.mayShow(["content", "structuredcontent"]), let refusal = refusalOfResult() {
            gateway.figures.add(\.cut)
            gateway.keepBehind(
                record(
                    event.message, [], response, beganAt, of: MCPToolCall.method,
                    outcome: "withheld: stopped"),
                source: "mcp", key: key, size: event.message.count)
            return refusal.error(to: id)
        }
        guard event.mayOfferTools else { return event.message }
        return await shown(event.message, to: id, response, beganAt)
    }

    /// What is said instead of a tool's result that nobody waits for, as a task's or one that is
    /// replayed; `nil` while the workflow is not stopped.
    private func refusalOfResult() -> MCPRefusal? {
        let anyTool = GateRequest(action: .tool)
        guard gateway.operations.gate.isStopped(key.workflow, anyTool) else { return nil }
        let entry = gateway.operations.gate.entry(key.workflow)
        let stop = entry?.stops.first { $0.covers(anyTool) }
        return MCPRefusal(
            .stopped(reason: stop?.reason ?? "The workflow is stopped.", incident: stop?.incident),
            fallback: entry?.fallback, decisionID: requestID)
    }

    // MARK: Lists of tools

    /// What goes on of an answer to `tools/list`.
    private func shown(
        _ message: [UInt8], to id: MCPMessage.Raw, _ response: HTTPClientResponse,
        _ beganAt: Instant
    ) async -> [UInt8] {
        switch ToolOffer(message) {
        case .nothing: return message
        case .tools(let list):
            let refusal = await judge(list, response, beganAt)
            return refusal?.error(to: id) ?? list.answer
        case .unreadable:
            // Without the rule the client says itself what it thinks of it.
            guard stopsOnToolChange, !message.isEmpty else { return message }
            gateway.keepBehind(
                record(message, [], response, beganAt, outcome: "withheld: no list of tools"),
                source: "mcp", key: key, size: message.count)
            return MCPRefusal(.upstreamFailed, decisionID: requestID).error(to: id)
        }
    }

    private var stopsOnToolChange: Bool {
        gateway.operations.gate.entry(key.workflow)?.terms.onToolChange == .stop
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
        let record = record(list.answer, pins, response, beganAt, outcome: "ok")
        guard stopsOnToolChange else {
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
        _ answer: [UInt8], _ pins: [ToolPin], _ response: HTTPClientResponse,
        _ beganAt: Instant, of method: String = "tools/list", outcome: String
    ) -> CallRecord {
        var record = CallRecord(beganAt: beganAt)
        record.kind = .note
        record.endedAt = gateway.operations.outside.now()
        record.pins = pins
        record.attributes = [
            ("mcp", facts(method, response, outcome)),
            (
                "answer",
                JSONMembers(answer[...]) == nil
                    ? JSONTree.string(
                        String(decoding: answer, as: UTF8.self)
                    ).bytes : answer
            ),
        ]
        return record
    }
}

extension HTTPClientResponse {
    /// As MCP's clients look at it.
    fileprivate var isJSON: Bool {
        headers.first(name: "content-type")?.lowercased().contains("json") == true
    }
}
