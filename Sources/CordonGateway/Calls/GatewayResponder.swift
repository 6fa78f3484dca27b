import CordonCore
import CordonOperations
import HTTPTypes
package import Hummingbird
package import HummingbirdCore
import Logging
package import NIOCore

/// What the gateway has to know of a connection.
package protocol GatewayContext: RequestContext {
    var channel: any Channel { get }
}

/// Answers the fronts of providers, and leaves everything else to who comes next.
package struct GatewayResponder<Next: HTTPResponder>: HTTPResponder
where Next.Context: GatewayContext {
    package typealias Context = Next.Context

    let gateway: Gateway
    let next: Next
    let requestID: @Sendable () -> String

    package init(
        gateway: Gateway, next: Next, requestID: @escaping @Sendable () -> String
    ) {
        self.gateway = gateway
        self.next = next
        self.requestID = requestID
    }

    package func respond(to request: Request, context: Context) async throws -> Response {
        if let hook = Hook.reached(by: request.uri.path) {
            let call = HookCall(
                gateway: gateway, hook: hook, request: request,
                secret: Self.secret(request.headers, of: hook),
                base: gateway.address(request.head.authority),
                requestID: requestID())
            return await call.answer(request.body)
        }
        if request.uri.path.hasPrefix("/mcp/") {
            return await mcp(request, context, named: request.uri.path.dropFirst(5))
        }
        guard let (front, rest) = Front.reached(by: request.uri.path) else {
            return try await next.respond(to: request, context: context)
        }
        let requestID = requestID()
        do {
            let key = try gateway.key(Self.secret(request.headers))
            try front.checkSpelling(request.method.rawValue, rest)
            await gateway.waitForRecorder(key)
            let query = request.uri.query.map { "?" + $0 } ?? ""
            let target = String(rest) + query
            let call = ModelCall(
                gateway: gateway, front: front,
                operation: front.operation(request.method.rawValue, rest),
                method: request.method.rawValue, path: request.uri.path + query, target: target,
                fields: request.headers, base: gateway.address(request.head.authority),
                requestID: requestID, key: key, watch: await ConnectionWatch.of(context.channel))
            return try await call.answer(request.body)
        } catch let denial as Denial {
            return Self.response(denial, front, requestID)
        } catch {
            gateway.logger.error(
                "a call failed", metadata: ["request_id": "\(requestID)", "error": "\(error)"])
            let fault = Denial(
                500, "internal_fault",
                "Something failed inside Cordon; the log names \(requestID).",
                isPassing: true)
            return Self.response(fault, front, requestID)
        }
    }

    private func mcp(
        _ request: Request, _ context: Context, named name: Substring
    ) async -> Response {
        let requestID = requestID()
        do {
            if name == OwnServer.name {
                return try await OwnServer(
                    operations: gateway.operations, version: gateway.version,
                    logger: gateway.logger, requestID: requestID
                ).answer(
                    request.method.rawValue, request.headers, request.body,
                    secret: Self.secret(request.headers))
            }
            let key = try gateway.key(Self.secret(request.headers))
            await gateway.waitForRecorder(key)
            guard let server = gateway.servers.first(where: { $0.name == name }) else {
                throw MCPFault(
                    .upstreamFailed, "The server has no MCP server \(name).", status: 404)
            }
            let call = MCPCall(
                gateway: gateway, server: server, method: request.method.rawValue,
                fields: request.headers, base: gateway.address(request.head.authority),
                requestID: requestID, key: key,
                watch: await ConnectionWatch.of(context.channel))
            return try await call.answer(request.body)
        } catch let fault as MCPFault {
            return Self.response(fault.status, fault.body, [:])
        } catch let denial as Denial {
            return Self.response(
                denial.status, denial.body(.openai, requestID: requestID), [:])
        } catch {
            gateway.logger.error(
                "an MCP call failed", metadata: ["request_id": "\(requestID)", "error": "\(error)"])
            let fault = MCPFault(
                .upstreamFailed, "The server \(name) could not be reached.", status: 502)
            return Self.response(fault.status, fault.body, [:])
        }
    }

    private static func response(
        _ status: Int, _ body: [UInt8], _ fields: HTTPFields
    ) -> Response {
        var fields = fields
        fields[.contentType] = "application/json"
        return Response(
            status: .init(code: status), headers: fields,
            body: .init(byteBuffer: ByteBuffer(bytes: body)))
    }

    /// The key, where the providers' clients put it.
    private static func secret(_ fields: HTTPFields) -> String? {
        if let header = fields[.authorization], header.lowercased().hasPrefix("bearer ") {
            return String(header.dropFirst(7).drop { $0 == " " })
        }
        for name in ["x-api-key", "api-key"] {
            if let name = HTTPField.Name(name), let value = fields[name] { return value }
        }
        return nil
    }

    /// A proxy passes on what its own caller sent: the field that only the proxy sets goes first.
    private static func secret(_ fields: HTTPFields, of hook: Hook) -> String? {
        if hook == .authorization, let name = HTTPField.Name("x-cordon-key"),
            let value = fields[name]
        {
            return value
        }
        return secret(fields)
    }

    private static func response(
        _ denial: Denial, _ front: Front, _ requestID: String
    ) -> Response {
        var fields = HTTPFields()
        for (name, value) in denial.fields + [("x-request-id", requestID)] {
            if let name = HTTPField.Name(name) { fields[name] = value }
        }
        return Response(
            status: .init(code: denial.status), headers: fields,
            body: .init(
                byteBuffer: ByteBuffer(bytes: denial.body(front, requestID: requestID))))
    }
}
