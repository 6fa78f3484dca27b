import CordonAPI
import CordonCore
import CordonOperations
import ServiceLifecycle

/// The gate for those who follow it, and for those who want to know before they ask in earnest.
extension GateRoutes {
    static let consider = Route(
        method: "POST", path: Paths.root + "/workflows/{key}/try", operationID: "tryAtGate",
        tag: tag,
        summary: "Explain what the gate would decide on a sample action; nothing is counted.",
        permission: .askGate, command: "workflow try", body: .json(GateQuery.self),
        answers: [
            .init(
                status: 200, mediaType: "application/json", type: GateTrialView.self,
                description: "The decision, and what decided.")
        ], problems: [.notFound]
    ) { exchange in
        let key = try exchange.parameter("key")
        let request = try GateJSON.request(exchange.json)
        guard let answer = exchange.operations.gate.consider(key, request) else {
            throw Refusal(.notFound, "There is no workflow \(key).")
        }
        return try .json(GateTrialView(answer, request))
    }

    static let points = Route(
        method: "GET", path: Paths.root + "/workflows/{key}/points",
        operationID: "listEnforcementPoints", tag: tag,
        summary: "Where the workflow was met since the start, and whether a stop works there.",
        permission: .readWorkflows, command: "workflow points",
        answers: [
            .init(
                status: 200, mediaType: "application/json", type: EnforcementPointsView.self,
                description: "The points, with when each was seen last.")
        ], problems: [.notFound]
    ) { exchange in
        let key = try exchange.parameter("key")
        let workflow = try await exchange.operations.ask(exchange.asCaller) {
            try $0.workflowNamed(key)
        }
        return try .json(
            EnforcementPointsView(
                workflow: workflow.key,
                items: exchange.operations.points(of: key).map(EnforcementPointView.init)))
    }

    static let stream = Route(
        method: "GET", path: Paths.root + "/gate/stream", operationID: "followGate", tag: tag,
        summary: "Server-sent events: a snapshot, then every change of a workflow's state.",
        permission: .askGate, command: nil,
        parameters: [
            ParameterDescription(
                "seconds", in: .query, schema: .integer(minimum: 0, maximum: 86_400),
                description: "How long to follow; with 0 the snapshot alone, absent without end.")
        ],
        answers: [
            .init(
                status: 200, mediaType: "text/event-stream", type: nil,
                description: "Events `snapshot` and `change`; a comment every ten seconds.")
        ], problems: [.overloaded]
    ) { exchange in
        let seconds = try followedFor(exchange)
        guard let followed = exchange.operations.gate.follow() else {
            throw Refusal(.overloaded, "As many follow the gate as may: ask it instead.")
        }
        var answer = Answer(status: 200, mediaType: "text/event-stream", body: [])
        answer.pieces = GateStream(exchange, followed.known).pieces(
            followed.changes, followed.id, seconds: seconds)
        return answer
    }

    private static func followedFor(_ exchange: Exchange) throws(Refusal) -> Int? {
        guard let text = exchange.query["seconds"] else { return nil }
        guard let seconds = Int(text), (0...86_400).contains(seconds) else {
            throw Refusal(
                .invalidInput, "seconds is a number from 0 to 86400.",
                blockers: [Blocker("seconds", "from 0 to 86400", pointer: "/seconds")])
        }
        return seconds
    }

    static let acknowledge = Route(
        method: "POST", path: Paths.root + "/gate/ack", operationID: "acknowledgeGate", tag: tag,
        summary: "Confirm that a follower knows the state of its workflows up to a revision.",
        permission: .askGate, command: nil, body: .json(GateAcknowledgement.self),
        answers: [.init(status: 204, mediaType: "", type: nil, description: "It is noted.")]
    ) { exchange in
        let input = try exchange.read(GateAcknowledgement.self)
        exchange.operations.gate.acknowledge(
            exchange.caller?.workflow.map { [$0] }, at: input.point,
            revision: UInt64(max(0, input.revision)))
        return .noContent
    }
}

/// What one follower of the gate is sent.
private struct GateStream: Sendable {
    private let gate: Gate
    private let credential: String?
    private let bound: String?
    private let known: [GateEntry]

    /// How often a comment shows that the stream is alive.
    private static let pause = Duration.seconds(10)

    init(_ exchange: Exchange, _ known: [GateEntry]) {
        gate = exchange.operations.gate
        credential = exchange.credential
        bound = exchange.caller?.workflow
        self.known = known
    }

    /// Ends with the server, with the follower's credential, after the seconds that were asked for,
    /// or when the follower reads too slowly.
    func pieces(
        _ changes: AsyncStream<GateEntry>, _ id: Int, seconds: Int?
    ) -> AsyncStream<[UInt8]> {
        let (pieces, out) = AsyncStream.makeStream(
            of: [UInt8].self, bufferingPolicy: .bufferingOldest(1_024))
        let sending = Task {
            await withGracefulShutdownHandler {
                out.yield(snapshot)
                if seconds == 0 { return }
                await withTaskGroup(of: Void.self) { group in
                    if let seconds {
                        // A cancelled pause is the end as well.
                        group.addTask { try? await Task.sleep(for: .seconds(seconds)) }
                    }
                    group.addTask { await send(changes, out) }
                    group.addTask { await keepAlive(out) }
                    await group.next()
                    group.cancelAll()
                }
            } onGracefulShutdown: {
                gate.unfollow(id)
            }
            gate.unfollow(id)
            out.finish()
        }
        out.onTermination = { _ in
            gate.unfollow(id)
            sending.cancel()
        }
        return pieces
    }

    private func send(
        _ changes: AsyncStream<GateEntry>, _ out: AsyncStream<[UInt8]>.Continuation
    ) async {
        for await entry in changes where bound == nil || entry.key == bound {
            guard case .enqueued = out.yield(change(entry)) else { return }
        }
    }

    private func keepAlive(_ out: AsyncStream<[UInt8]>.Continuation) async {
        while !Task.isCancelled {
            // A cancelled pause is the end of the loop.
            try? await Task.sleep(for: Self.pause)
            if let credential, gate.caller(credential) == nil { return }
            guard case .enqueued = out.yield(Array(": keep-alive\n\n".utf8)) else { return }
        }
    }

    private var snapshot: [UInt8] {
        let mine = known.filter { bound == nil || $0.key == bound }
        let newest = mine.map(\.revision).max() ?? 0
        return event(
            "snapshot", newest,
            GateSnapshotView(revision: newest, workflows: mine.map(GateStateView.init)))
    }

    private func change(_ entry: GateEntry) -> [UInt8] {
        event("change", entry.revision, GateStateView(entry))
    }

    private func event(_ name: String, _ revision: UInt64, _ view: some Encodable) -> [UInt8] {
        // The views are plain texts and numbers: there is nothing in them that cannot be written.
        let data = (try? Wire.bytes(view)) ?? []
        return Array("event: \(name)\nid: \(revision)\ndata: ".utf8) + data + Array("\n\n".utf8)
    }
}
