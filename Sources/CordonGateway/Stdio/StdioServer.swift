package import AsyncHTTPClient
import CordonCore
package import CordonOperations
package import Logging
import NIOCore
import NIOHTTP1
import Synchronization

/// An MCP server that is a program: it answers the requests of MCP over HTTP as a server would that
/// is reached by an address.
///
/// Each session of a caller has a process of its own. By 2026-07-28 there are no sessions: then a
/// workflow has one process for as long as it is used.
///
/// Safe to share: which processes there are is behind one lock.
package final class StdioServer: Sendable {
    private struct Session {
        let workflow: String
        let child: StdioChild
    }

    private struct State {
        var sessions: [String: Session] = [:]
        var shared: [String: StdioChild] = [:]
        /// Those that have not ended yet, also when nobody can reach them any more.
        var all: [ObjectIdentifier: StdioChild] = [:]
        var isClosed = false
    }

    package let name: String
    private let command: ChildProcess.Command
    private let idleMilliseconds: Int64
    private let places: ChildPlaces
    private let outside: Outside
    private let logger: Logger
    private let state = Mutex(State())

    package init(
        name: String, command: ChildProcess.Command, idleSeconds: Int, places: ChildPlaces,
        outside: Outside, logger: Logger
    ) {
        self.name = name
        self.command = command
        idleMilliseconds = Int64(idleSeconds) * 1_000
        self.places = places
        self.outside = outside
        self.logger = logger
    }

    /// Answers one request of a workflow.
    @Sendable package func send(
        _ request: HTTPClientRequest, for workflow: String, _ body: [UInt8]
    ) async throws -> HTTPClientResponse {
        do {
            switch request.method {
            case .POST: return try await post(request, workflow, body)
            case .GET: return try listen(request, workflow)
            default:
                let id = try sessionID(request)
                let child = try session(id, workflow)
                state.withLock { $0.sessions[id] = nil }
                await child.close()
                return HTTPClientResponse(status: .ok)
            }
        } catch {
            return Self.refused(error)
        }
    }

    private static func refused(_ fault: MCPFault) -> HTTPClientResponse {
        HTTPClientResponse(
            status: .init(statusCode: fault.status),
            headers: ["content-type": "application/json"],
            body: .bytes(ByteBuffer(bytes: fault.body)))
    }

    /// Ends the processes that nobody has used for too long.
    package func endIdle() async {
        let idle = state.withLock { state in
            state.all.values.filter { $0.idleMilliseconds() >= idleMilliseconds }
        }
        for child in idle {
            forget(child)
            await child.close()
        }
    }

    /// Ends all processes, and starts no more.
    package func close() async {
        let all = state.withLock { state in
            state.isClosed = true
            state.sessions = [:]
            state.shared = [:]
            return Array(state.all.values)
        }
        await withTaskGroup(of: Void.self) { group in
            for child in all { group.addTask { await child.close() } }
        }
    }

    // MARK: Requests

    private func post(
        _ request: HTTPClientRequest, _ workflow: String, _ body: [UInt8]
    ) async throws(MCPFault) -> HTTPClientResponse {
        let message = try MCPMessage.read(body)
        let headers = MCPHeaders(
            version: request.headers["mcp-protocol-version"],
            method: request.headers["mcp-method"], name: request.headers["mcp-name"])
        guard try headers.revision(of: message).hasSessions else {
            // Nothing that a client could tell belongs to a request that goes on.
            guard message.isRequest else { return HTTPClientResponse(status: .accepted) }
            return events(try await shared(workflow, message).ask(message))
        }
        if message.isRequest, message.method == "initialize" {
            let id = outside.newID() + outside.newID()
            let child = try await started(message, isShared: false)
            state.withLock { $0.sessions[id] = Session(workflow: workflow, child: child) }
            return events(try child.ask(message), session: id)
        }
        let id: String
        do { id = try sessionID(request) } catch {
            throw MCPFault(error.code, error.message, status: error.status, id: message.id)
        }
        let child = try session(id, workflow)
        guard message.isRequest else {
            try child.tell(message)
            return HTTPClientResponse(status: .accepted)
        }
        return events(try child.ask(message))
    }

    private func listen(
        _ request: HTTPClientRequest, _ workflow: String
    ) throws(MCPFault) -> HTTPClientResponse {
        let child = try session(try sessionID(request), workflow)
        guard let stream = child.listen() else {
            throw MCPFault(
                .invalidRequest, "The session has a stream of this kind already.", status: 409)
        }
        return events(stream)
    }

    private func events(
        _ stream: StdioPieces.Stream, session: String? = nil
    ) -> HTTPClientResponse {
        var headers: HTTPHeaders = [
            "content-type": "text/event-stream", "cache-control": "no-cache",
        ]
        if let session { headers.add(name: "mcp-session-id", value: session) }
        return HTTPClientResponse(status: .ok, headers: headers, body: .stream(stream))
    }

    // MARK: Processes

    private func sessionID(_ request: HTTPClientRequest) throws(MCPFault) -> String {
        guard let id = request.headers.first(name: "mcp-session-id") else {
            throw MCPFault(.invalidRequest, "Mcp-Session-Id is missing: initialize first.")
        }
        return id
    }

    private func session(_ id: String, _ workflow: String) throws(MCPFault) -> StdioChild {
        let known = state.withLock { $0.sessions[id] }
        guard let known, known.workflow == workflow, known.child.isUsable else {
            throw MCPFault(
                .invalidRequest, "There is no such session, or it has ended: initialize again.",
                status: 404)
        }
        return known.child
    }

    private func shared(
        _ workflow: String, _ message: MCPMessage
    ) async throws(MCPFault) -> StdioChild {
        if let child = state.withLock({ $0.shared[workflow] }), child.isUsable { return child }
        let child = try await started(message, isShared: true)
        let (used, spare) = state.withLock { state -> (StdioChild, StdioChild?) in
            // Another request may have been faster.
            if let other = state.shared[workflow], other.isUsable { return (other, child) }
            state.shared[workflow] = child
            return (child, nil)
        }
        if let spare { Task { await spare.close() } }
        return used
    }

    private func started(
        _ message: MCPMessage, isShared: Bool
    ) async throws(MCPFault) -> StdioChild {
        guard await places.take() else {
            throw MCPFault(
                .overloaded,
                "\(places.limit) programs of MCP servers run already: try again in a moment, or "
                    + "raise mcp_children in the server's settings.", status: 200, id: message.id)
        }
        let child: StdioChild
        do {
            child = try StdioChild(name, command, logger: logger, uptime: outside.uptime)
        } catch {
            places.give(nil)
            logger.error(
                "an MCP server does not start",
                metadata: ["mcp_server": "\(name)", "error": "\(error)"])
            throw StdioChild.fault(name, "its command cannot be run", message.id)
        }
        let isClosed = state.withLock { state in
            state.all[ObjectIdentifier(child)] = child
            return state.isClosed
        }
        child.start { [self, places] in
            forget(child)
            state.withLock { $0.all[ObjectIdentifier(child)] = nil }
            places.give(child)
        }
        if isShared { places.lend(child) }
        guard !isClosed else {
            Task { await child.close() }
            throw StdioChild.fault(name, "Cordon is ending", message.id)
        }
        return child
    }

    /// Nobody reaches it any more.
    private func forget(_ child: StdioChild) {
        state.withLock { state in
            state.sessions = state.sessions.filter { $0.value.child !== child }
            state.shared = state.shared.filter { $0.value !== child }
        }
    }
}
