import CordonAPI
import CordonClient
import CordonCore
import CordonGateway
import CordonOperations
import Foundation
import Synchronization

/// Cordon, as `mcp-wrap` asks it: whether a call may be made, to keep its record, and what stops.
///
/// Safe to share: what was learned is behind one lock.
final class WrapGate: Sendable {
    /// What Cordon has said about a call.
    enum Answer: Sendable {
        case allow(decisionID: String?)
        /// With the decision's id, when it is one of Cordon's.
        case refuse(MCPRefusal, decisionID: String?)
        /// People have to allow it: the same call may be made again later.
        case wait(MCPApproval, decisionID: String?)
    }

    private struct Learned {
        var workflow: String?
        /// What the workflow's terms say; until they are known nothing goes on.
        var goesOnWithoutCordon = false
        /// What went on without Cordon, and was not told yet.
        var passed = PassedOpen()
    }

    private let client: CordonClient
    private let name: String
    private let record: String?
    private let learned: Mutex<Learned>

    /// Seconds after which nobody waits for Cordon any more.
    private static let patience = Duration.seconds(15)

    init(client: CordonClient, name: String, workflow: String?, record: String?) {
        self.client = client
        self.name = name
        self.record = record
        learned = Mutex(Learned(workflow: workflow))
    }

    // MARK: Calls

    /// Asks whether a call may be made, and keeps that it begins.
    func ask(_ call: WrapTraffic.Call) async -> Answer {
        do {
            let workflow = try await workflow()
            let body = try question(call)
            let answer = try await send("POST", WorkflowTarget.path(workflow) + "/gate", body)
            let json = answer.json ?? .null
            let id = json["decision_id"]?.text
            await tellPassed(workflow)
            if json["decision"]?.text == "approval", let wait = Self.wait(json["approval"]) {
                return .wait(wait, decisionID: id)
            }
            guard json["decision"]?.text == "allow" else {
                return .refuse(Self.refusal(json), decisionID: id)
            }
            if let terms = json["on_failure"]?.text { learn(terms) }
            // An act that nobody could prove afterwards is not begun.
            try await keep(call, status: "begun", result: nil, decision: id)
            return .allow(decisionID: id)
        } catch let error as CordonClientError {
            return unanswered(error, call)
        } catch {
            return .refuse(MCPRefusal(.unreachable(reason: "\(error)")), decisionID: nil)
        }
    }

    private func question(_ call: WrapTraffic.Call) throws -> JSONValue {
        let arguments = try JSONValue(parsing: call.tool.arguments)
        return try RequestBody.json([
            "action": .string("tool"), "tool": .string(call.tool.name), "arguments": arguments,
            "record": record.map(JSONValue.string),
        ])
    }

    /// What a call is answered with when Cordon gives no decision.
    private func unanswered(_ error: CordonClientError, _ call: WrapTraffic.Call) -> Answer {
        let isGone: Bool
        switch error {
        case .unreachable: isGone = true
        // Something in front of Cordon, or Cordon itself in trouble: it did not decide.
        case .refused(let problem): isGone = problem.status >= 500
        case .address: isGone = false
        }
        guard isGone, learned.withLock({ $0.goesOnWithoutCordon }) else {
            let refusal = MCPRefusal(.unreachable(reason: "Cordon did not decide: \(error)"))
            return .refuse(refusal, decisionID: nil)
        }
        Console.complain(
            "cordon: \(error) The call goes on without it, as the workflow's terms say.")
        learned.withLock { $0.passed.note(call.tool.name, because: "\(error)", at: Date()) }
        return .allow(decisionID: nil)
    }

    /// Tells how often calls went on without Cordon, now that it answers again.
    private func tellPassed(_ workflow: String) async {
        let told = learned.withLock { learned in
            defer { learned.passed = PassedOpen() }
            return learned.passed
        }
        guard !told.isEmpty else { return }
        do {
            let body = told.evidence(of: workflow, at: "mcp-wrap \(name)")
            _ = try await send("POST", Paths.root + "/evidence", body)
        } catch {
            // What cannot be told now is told with the next answer.
            learned.withLock { $0.passed.add(before: told) }
        }
    }

    private static func wait(_ json: JSONValue?) -> MCPApproval? {
        guard let json, let id = json["id"]?.text, let url = json["url"]?.text,
            let expires = json["expires_at"]?.text.flatMap({ Instant(rfc3339: $0) })
        else { return nil }
        // What is written again means the same: numbers are spelled by their value.
        let arguments = json["arguments"].flatMap { try? JSONEncoder().encode($0) }
        return MCPApproval(
            id: id, url: url, expires: expires,
            arguments: arguments.map { String(decoding: $0, as: UTF8.self) })
    }

    private static func refusal(_ json: JSONValue) -> MCPRefusal {
        let reason = json["reason"]?.text ?? "Cordon refused it."
        let cause: MCPRefusal.Cause
        if json["decision"]?.text == "approval" {
            cause = .unapproved(reason: reason)
        } else if let incident = json["incident"]?.text {
            cause = .stopped(reason: reason, incident: incident)
        } else if ["draft", "retired"].contains(json["state"]?.text) {
            cause = .notReady(reason: reason)
        } else {
            cause = .outsideAuthority(reason: reason)
        }
        return MCPRefusal(
            cause, fallback: fallback(json["fallback"]), decisionID: json["decision_id"]?.text)
    }

    private static func fallback(_ json: JSONValue?) -> Fallback? {
        guard let json, let title = json["title"]?.text else { return nil }
        return Fallback(
            title: title, steps: (json["steps"]?.items ?? []).compactMap(\.text),
            contact: json["contact"]?.text ?? "", capacity: json["capacity"]?.text ?? "")
    }

    // MARK: Evidence

    /// Keeps what has become of a call; what could not be kept is said.
    func kept(
        _ call: WrapTraffic.Call, status: String, result: ArraySlice<UInt8>? = nil,
        decision: String? = nil
    ) async {
        do {
            try await keep(call, status: status, result: result, decision: decision)
        } catch {
            Console.complain("cordon: the record of a call was not kept: \(error)")
        }
    }

    func keep(
        _ call: WrapTraffic.Call, status: String, result: ArraySlice<UInt8>?, decision: String?
    ) async throws {
        var json = JSONText()
        json.beginObject()
        json.key("records")
        json.beginArray()
        json.beginObject()
        json.member("workflow", try await workflow())
        json.member("kind", RecordKind.toolCall.rawValue)
        json.member("at", Outside.real.now().rfc3339)
        json.member("status", status)
        json.member("target", record)
        json.key("tools")
        json.raw(Self.calls(call, result))
        json.key("attributes")
        json.raw(facts(status, decision))
        json.endObject()
        json.endArray()
        json.endObject()
        _ = try await send(
            "POST", Paths.root + "/evidence",
            body: CordonBody(bytes: json.bytes, mediaType: "application/json"))
    }

    private static func calls(
        _ call: WrapTraffic.Call, _ result: ArraySlice<UInt8>?
    ) -> [UInt8] {
        var json = JSONText()
        json.beginObject()
        json.key("calls")
        json.raw(RecordedCall.json(call.tool.name, call.tool.arguments, result: result))
        json.endObject()
        return json.bytes
    }

    private func facts(_ status: String, _ decision: String?) -> [UInt8] {
        var json = JSONText()
        json.beginObject()
        json.key("mcp")
        json.beginObject()
        json.member("server", name)
        json.member("method", MCPToolCall.method)
        json.member("outcome", status)
        json.member("decision_id", decision)
        json.endObject()
        json.endObject()
        return json.bytes
    }

    // MARK: What is known

    /// The workflow: the one that was named, or the only one that the token may see.
    func workflow() async throws -> String {
        if let known = learned.withLock({ $0.workflow }) { return known }
        let answer = try await client.send(
            "GET", Paths.root + "/gate/stream", query: [(name: "seconds", value: "0")])
        var events = ServerSentEvents()
        var keys: [String] = []
        try answer.body.withUnsafeBytes { bytes in
            try events.take(bytes) { event in
                let json = try? JSONValue(parsing: Array(event.data))
                keys += (json?["workflows"]?.items ?? []).compactMap { $0["key"]?.text }
            }
        }
        guard keys.count == 1, let key = keys.first else {
            throw CommandFault(
                "the token is not bound to one workflow: name it with --workflow")
        }
        learned.withLock { $0.workflow = key }
        return key
    }

    func learn(_ onFailure: String) {
        learned.withLock { $0.goesOnWithoutCordon = onFailure == "open" }
    }

    private func send(
        _ method: String, _ path: String, _ json: JSONValue
    ) async throws -> CordonAnswer {
        try await send(method, path, body: .json(json))
    }

    private func send(
        _ method: String, _ path: String, body: CordonBody
    ) async throws -> CordonAnswer {
        let (client, server) = (client, client.server)
        return try await withThrowingTaskGroup(of: CordonAnswer.self) { group in
            group.addTask { try await client.send(method, path, body: body) }
            group.addTask {
                try await Task.sleep(for: Self.patience)
                throw CordonClientError.unreachable(
                    server: server, reason: "no answer within \(Self.patience)")
            }
            defer { group.cancelAll() }
            guard let first = try await group.next() else { throw CancellationError() }
            return first
        }
    }
}

// MARK: Stops

extension WrapGate {
    /// A stop as the gate's stream tells of it.
    struct Stop: Sendable {
        /// The tool that it is about; `nil` when the whole workflow is stopped.
        let tool: String?
        let refusal: MCPRefusal
    }

    /// How long the stream may be silent, which says something every ten seconds.
    private static let silence = Duration.seconds(30)
    private static let pause = Duration.seconds(1)

    /// Follows the workflow's state until the task is cancelled, and tells of every stop in force.
    func follow(_ tell: @escaping @Sendable ([Stop]) -> Void) async {
        while !Task.isCancelled {
            // However it ended, it is begun again; calls are asked for one by one all the while.
            try? await followOnce(tell)
            try? await Task.sleep(for: Self.pause)
        }
    }

    private func followOnce(_ tell: @escaping @Sendable ([Stop]) -> Void) async throws {
        let workflow = try await workflow()
        let pulse = Pulse()
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { [self] in
                var events = ServerSentEvents()
                _ = try await client.receive(
                    Paths.root + "/gate/stream", accept: "text/event-stream"
                ) { bytes in
                    pulse.beat()
                    try bytes.withUnsafeBytes { bytes in
                        try events.take(bytes) { take($0, workflow, tell) }
                    }
                }
            }
            group.addTask {
                while pulse.wasHeard() { try await Task.sleep(for: Self.silence) }
            }
            try await group.next()
            group.cancelAll()
        }
    }

    private func take(
        _ event: ServerSentEvents.Event, _ workflow: String, _ tell: ([Stop]) -> Void
    ) {
        guard event.hasData, let json = try? JSONValue(parsing: Array(event.data)) else { return }
        let all = json["workflows"]?.items ?? [json]
        guard let mine = all.first(where: { $0["key"]?.text == workflow }) else { return }
        if let terms = mine["on_failure"]?.text { learn(terms) }
        let fallback = Self.fallback(mine["fallback"])
        let stops = (mine["stops"]?.items ?? []).compactMap { stop -> Stop? in
            guard let scope = stop["scope"]?.text, scope != "outbound" else { return nil }
            let cause = MCPRefusal.Cause.stopped(
                reason: stop["reason"]?.text ?? "", incident: stop["incident"]?.text)
            return Stop(
                tool: scope == "tool" ? stop["tool"]?.text : nil,
                refusal: MCPRefusal(cause, fallback: fallback))
        }
        tell(stops)
        guard let revision = json["revision"]?.integer else { return }
        Task { await acknowledge(revision) }
    }

    private func acknowledge(_ revision: Int) async {
        let body = JSONValue.object([
            "revision": .integer(Int64(revision)), "point": .string("mcp-wrap \(name)"),
        ])
        // One that gets lost is followed by the next.
        _ = try? await send("POST", Paths.root + "/gate/ack", body)
    }
}

/// Whether something was heard since this was asked last.
///
/// Safe to share: one truth behind a lock.
private final class Pulse: Sendable {
    private let isHeard = Mutex(true)

    func beat() { isHeard.withLock { $0 = true } }

    func wasHeard() -> Bool {
        isHeard.withLock { isHeard in
            defer { isHeard = false }
            return isHeard
        }
    }
}
