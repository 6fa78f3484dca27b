import CordonCore
import CordonOperations
import HTTPTypes
import HummingbirdCore
import Logging
import NIOCore

/// Cordon itself as an MCP server, at `/mcp/cordon`: a few acts for whoever notices that something
/// is wrong, be it a person's assistant or the stopped workflow's own.
///
/// Nothing is remembered between two requests, in any revision.
struct OwnServer: Sendable {
    static let name = "cordon"
    /// A request is small: the largest report, however it is spelt.
    static let requestAtMost = 256 << 10

    let operations: Operations
    let version: String
    let logger: Logger
    let requestID: String

    private static let instructions =
        "Report here what an AI did wrong, and stop a workflow that does harm. Stop first and "
        + "explain later. Only people can start a workflow again."

    /// - Throws: ``MCPFault``; a ``Denial`` when nobody knows the key.
    func answer(
        _ method: String, _ fields: HTTPFields, _ body: RequestBody, secret: String?
    ) async throws -> Response {
        guard let secret, let caller = operations.gate.caller(Hex.sha256(Array(secret.utf8))) else {
            throw Denial(
                401, "invalid_api_key",
                "This is no token of Cordon's, or it has expired: make one with cordon token "
                    + "create --scope report.")
        }
        guard method == "POST" else {
            return Response(status: .methodNotAllowed, headers: [.allow: "POST"])
        }
        let message = try MCPMessage.read(try await read(body))
        let revision = try MCPHeaders(fields).revision(of: message)
        guard case .request(let id, let name) = message.content else {
            return Response(status: .accepted)
        }
        let acts = OwnActs(
            operations: operations,
            caller: Caller(
                Actor(caller.actor, grants: caller.grants), cause: requestID,
                permissions: caller.permissions, workflow: caller.workflow))
        return Self.response(try await result(name, message, Array(id), revision, acts))
    }

    private func read(_ body: RequestBody) async throws -> [UInt8] {
        do {
            return Array(try await body.collect(upTo: Self.requestAtMost).readableBytesView)
        } catch is NIOTooManyBytesError {
            throw MCPFault(
                .invalidRequest, "A request has \(Self.requestAtMost >> 10) KiB at most.",
                status: 413)
        }
    }

    private func result(
        _ method: String, _ message: MCPMessage, _ id: [UInt8], _ revision: MCPRevision,
        _ acts: OwnActs
    ) async throws -> [UInt8] {
        switch (method, revision.hasSessions) {
        case ("initialize", true): return greeting(message, id, revision)
        case ("server/discover", false): return discovery(id, revision)
        case ("ping", true): return MCPResult.json(to: id, in: revision) { _ in }
        case ("tools/list", _):
            return MCPResult.json(to: id, in: revision) { json in
                json.key("tools")
                json.beginArray()
                for tool in OwnTool.allCases.sorted(by: { $0.rawValue < $1.rawValue }) {
                    tool.write(into: &json)
                }
                json.endArray()
                Self.caching(revision, &json)
            }
        case (MCPToolCall.method, _): return try await call(message, id, revision, acts)
        default:
            throw MCPFault(
                .methodNotFound, "Cordon's own server does not know \(method.prefix(100)).",
                status: 200, id: id[...])
        }
    }

    // MARK: Greetings

    private func greeting(
        _ message: MCPMessage, _ id: [UInt8], _ revision: MCPRevision
    ) -> [UInt8] {
        let asked = message.parameters?.text("protocolVersion") ?? ""
        let isOurs = MCPRevision(version: asked)?.hasSessions == true
        return MCPResult.json(to: id, in: revision) { json in
            json.member("protocolVersion", isOurs ? asked : MCPRevision.november2025.rawValue)
            json.key("capabilities")
            json.raw(#"{"tools":{}}"#.utf8)
            json.key("serverInfo")
            writeInfo(&json)
            json.member("instructions", Self.instructions)
        }
    }

    private func discovery(_ id: [UInt8], _ revision: MCPRevision) -> [UInt8] {
        MCPResult.json(to: id, in: revision) { json in
            json.key("supportedVersions")
            json.beginArray()
            for version in MCPRevision.versions { json.string(version) }
            json.endArray()
            json.key("capabilities")
            json.raw(#"{"tools":{}}"#.utf8)
            json.member("instructions", Self.instructions)
            Self.caching(revision, &json)
            json.key("_meta")
            json.beginObject()
            json.key("io.modelcontextprotocol/serverInfo")
            writeInfo(&json)
            json.endObject()
        }
    }

    private func writeInfo(_ json: inout JSONText) {
        json.beginObject()
        json.member("name", Self.name)
        json.member("title", "Cordon")
        json.member("version", version)
        json.endObject()
    }

    private static func caching(_ revision: MCPRevision, _ json: inout JSONText) {
        guard revision.namesResultTypes else { return }
        json.member("ttlMs", 3_600_000)
        json.member("cacheScope", "public")
    }

    // MARK: Calls

    private func call(
        _ message: MCPMessage, _ id: [UInt8], _ revision: MCPRevision, _ acts: OwnActs
    ) async throws -> [UInt8] {
        let call = try MCPToolCall(message)
        guard let tool = OwnTool(rawValue: call.name) else {
            throw MCPFault(
                .invalidParams, "Cordon has no tool \(call.name.prefix(100)).", status: 200,
                id: id[...])
        }
        do {
            let outcome = try await acts.perform(tool, call.arguments)
            return MCPResult.json(to: id, in: revision) { json in
                json.key("content")
                MCPResult.content(outcome.text, into: &json)
                json.key("structuredContent")
                json.raw(outcome.structured)
                json.key("isError")
                json.bool(false)
            }
        } catch let refusal as Refusal {
            let more = refusal.blockers.map(\.message)
            return Self.refused(([refusal.detail] + more).joined(separator: "\n"), id, revision)
        } catch {
            logger.error(
                "a tool of Cordon's own failed",
                metadata: ["request_id": "\(requestID)", "error": "\(error)"])
            return Self.refused(
                "Something failed inside Cordon; the log names \(requestID).", id, revision)
        }
    }

    /// Without structured content: all tools have an output schema, which an error cannot keep.
    private static func refused(
        _ text: String, _ id: [UInt8], _ revision: MCPRevision
    ) -> [UInt8] {
        MCPResult.json(to: id, in: revision) { json in
            json.key("content")
            MCPResult.content("Not done. " + text, into: &json)
            json.key("isError")
            json.bool(true)
        }
    }

    private static func response(_ body: [UInt8]) -> Response {
        Response(
            status: .ok, headers: [.contentType: "application/json"],
            body: .init(byteBuffer: ByteBuffer(bytes: body)))
    }
}

extension MCPHeaders {
    /// Reads them from the fields of a request.
    init(_ fields: HTTPFields) {
        func values(_ name: String) -> [String] {
            HTTPField.Name(name).map { fields[values: $0] } ?? []
        }
        self.init(
            version: values("mcp-protocol-version"), method: values("mcp-method"),
            name: values("mcp-name"))
    }
}
