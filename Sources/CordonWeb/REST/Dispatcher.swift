import CordonAPI
import CordonCore
import CordonOperations
import Foundation
import HTTPTypes
package import Hummingbird
import HummingbirdCore
import Logging
package import NIOCore
import NIOPosix

/// Takes a request through everything that is the same for all routes: who asks, whether they may,
/// whether the body is what the route reads; and turns every refusal into a problem.
struct Dispatcher: Sendable {
    let operations: Operations
    let site: Site
    let checks: BodyChecks
    let logger: Logger
    let requestIDs: RequestIDs

    func respond(
        to request: Request, _ context: CordonContext, with route: Route
    ) async -> Response {
        let requestID = requestIDs.next()
        do {
            let exchange = try await exchange(request, context, route, requestID)
            let answer = try await answer(exchange, request, route)
            return Self.response(answer, requestID)
        } catch {
            let refusal = Self.refusal(error)
            if refusal.kind == .internalFault {
                logger.error(
                    "request failed",
                    metadata: ["request_id": "\(requestID)", "error": "\(error)"])
            }
            var answer = Problem(refusal, path: request.uri.path, requestID: requestID).answer()
            // As in `answer`: a connection that was watched is used up by a refusal as well.
            if route.isCancellable, site.watchesDisconnects {
                answer = answer.with("connection", "close")
            }
            return Self.response(answer, requestID)
        }
    }

    /// Runs the route; what nobody waits for any more is given up.
    private func answer(
        _ exchange: Exchange, _ request: Request, _ route: Route
    ) async throws -> Answer {
        guard route.isCancellable, site.watchesDisconnects else {
            return try await route.run(exchange)
        }
        // Watching the connection uses it up: it closes after the answer, and says so.
        return try await request.body.consumeWithCancellationOnInboundClose { _ in
            try await route.run(exchange).with("connection", "close")
        }
    }

    private func exchange(
        _ request: Request, _ context: CordonContext, _ route: Route, _ requestID: String
    ) async throws -> Exchange {
        let credential = Credential(request.headers)
        let caller = credential.flatMap { operations.gate.caller($0.hash) }
        let isOpen = site.publicLedger && route.path.hasPrefix("/ledger/")
        if let permission = route.permission, !isOpen {
            try allow(caller, permission, credential, request)
        }
        let parameters = try Self.parameters(route, context)
        if let bound = caller?.workflow, let name = route.workflowParameter,
            parameters[name] != bound
        {
            throw Refusal(.notPermitted, "This token serves the workflow \(bound) alone.")
        }
        let body = try await Self.body(request, of: route)
        let json = try checks.json(body, request.headers, route)
        return Exchange(
            operations: operations, site: site, checks: checks, operationID: route.operationID,
            requestID: requestID, method: request.method.rawValue, path: request.uri.path,
            parameters: parameters,
            query: Self.query(request.uri), host: request.head.authority, headers: request.headers,
            body: body, json: json,
            caller: caller, credential: credential?.hash, remoteAddress: context.address,
            channel: context.channel)
    }

    /// - Throws: a refusal unless the caller is known, may do this, and meant to send it.
    private func allow(
        _ caller: GateCaller?, _ permission: Permission, _ credential: Credential?,
        _ request: Request
    ) throws(Refusal) {
        guard let caller, let credential else {
            throw Refusal(
                .notSignedIn,
                "Send a token (Authorization: Bearer …) or sign in; it may have expired.")
        }
        guard caller.permissions.contains(permission) else {
            throw Refusal(
                .notPermitted,
                "This needs the permission \(permission.rawValue); ask an administrator.")
        }
        guard credential.isCookie, request.method != .get, request.method != .head else { return }
        // A browser sends the cookie along with whatever another site made it send.
        guard let name = HTTPField.Name("X-Cordon-CSRF"),
            request.headers[name] == Door.csrf(credential.secret)
        else {
            throw Refusal(.notPermitted, "Send X-Cordon-CSRF with the token of your session.")
        }
    }

    private static func parameters(
        _ route: Route, _ context: CordonContext
    ) throws -> [String: String] {
        var parameters: [String: String] = [:]
        for name in route.parameterNames {
            guard let raw = context.parameters.get(name),
                let value = raw.utf8.contains(UInt8(ascii: "%"))
                    ? raw.removingPercentEncoding : raw,
                !value.utf8.contains(0), value.utf8.count <= 200
            else { throw Refusal(.notFound, "The path is not that of anything here.") }
            parameters[name] = value
        }
        return parameters
    }

    /// The query as forms and programs write it, where a plus sign is a space.
    static func query(_ uri: URI) -> [String: String] {
        var query: [String: String] = [:]
        for pair in (uri.query ?? "").split(separator: "&") {
            let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
                .map { part in
                    let text = String(part.replacing("+", with: " "))
                    return text.removingPercentEncoding ?? text
                }
            let value = parts.count > 1 ? parts[1] : ""
            if !value.utf8.contains(0) { query[parts[0]] = value }
        }
        return query
    }

    private static func body(_ request: Request, of route: Route) async throws -> [UInt8] {
        // A question carries no body; the server drops one that was sent all the same.
        if route.method == "GET" { return [] }
        let limit = route.body.limit
        if let length = request.headers[.contentLength].flatMap(Int.init), length > limit {
            throw Refusal(.tooLarge, "The body has \(length) bytes; \(limit) at most.")
        }
        do {
            let buffer = try await request.body.collect(upTo: limit)
            return Array(buffer.readableBytesView)
        } catch is NIOTooManyBytesError {
            throw Refusal(.tooLarge, "The body has more than \(limit) bytes.")
        }
    }

    /// One place where a fault becomes what the asker is told.
    static func refusal(_ error: any Error) -> Refusal {
        switch error {
        case let refusal as Refusal: refusal
        case is CancellationError:
            Refusal(.overloaded, "The asker went away, so the work was given up.")
        case let error as HTTPError where error.status == .contentTooLarge:
            Refusal(.tooLarge, "The body is too large.")
        default:
            Refusal(
                .internalFault,
                "Something failed inside Cordon. Nothing was done by halves; the log names this "
                    + "request's id.")
        }
    }

    static func response(_ answer: Answer, _ requestID: String) -> Response {
        let isPage = answer.mediaType.hasPrefix("text/")
        var headers = isPage ? SecurityHeaders.page : SecurityHeaders.program
        if !answer.mediaType.isEmpty { headers[.contentType] = answer.mediaType }
        for (name, value) in answer.headers {
            guard let field = HTTPField.Name(name) else { continue }
            if field == .cacheControl { headers[field] = nil }
            headers.append(HTTPField(name: field, value: value))
        }
        headers[.requestID] = requestID
        return Response(
            status: .init(code: answer.status), headers: headers, body: body(of: answer))
    }

    private static func body(of answer: Answer) -> ResponseBody {
        if answer.status == 204 { return .init() }
        if let pieces = answer.pieces {
            return ResponseBody { writer in
                for await piece in pieces { try await writer.write(ByteBuffer(bytes: piece)) }
                try await writer.finish(nil)
            }
        }
        guard let bundle = answer.bundle else {
            return .init(byteBuffer: ByteBuffer(bytes: answer.body))
        }
        // A piece that cannot be read breaks the connection: the asker has less than was announced.
        return ResponseBody(contentLength: bundle.size) { writer in
            for number in 0..<bundle.pieces {
                let piece = try await NIOThreadPool.singleton.runIfActive {
                    try bundle.piece(number)
                }
                try await writer.write(ByteBuffer(bytes: piece))
            }
            try await writer.finish(nil)
        }
    }
}

extension HTTPField.Name {
    static let requestID = HTTPField.Name("X-Request-ID") ?? .server
}

/// What every answer says to a browser; made once, as each answer carries them.
enum SecurityHeaders {
    /// For what a browser shows: it runs nothing, frames nothing, sends forms home only.
    static let page = fields([
        "Cross-Origin-Opener-Policy": "same-origin",
        "Referrer-Policy": "no-referrer", "X-Frame-Options": "DENY",
        "Content-Security-Policy":
            "default-src 'none'; script-src 'self'; connect-src 'self'; style-src 'self'; "
            + "img-src 'self'; form-action 'self'; "
            + "base-uri 'none'; frame-ancestors 'none'",
    ])
    /// For what programs read: a browser that is led there shows nothing and runs nothing.
    static let program = fields([
        "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'"
    ])

    private static func fields(_ own: [String: String]) -> HTTPFields {
        let all = own.merging(
            ["X-Content-Type-Options": "nosniff", "Cache-Control": "no-store"]) { first, _ in first
            }
        var fields = HTTPFields()
        for (name, value) in all.sorted(by: { $0.key < $1.key }) {
            if let name = HTTPField.Name(name) { fields[name] = value }
        }
        return fields
    }
}
/// What a caller shows: a bearer token, or the session's cookie.
struct Credential: Sendable {
    let secret: String
    let isCookie: Bool

    var hash: String { Hex.sha256(Array(secret.utf8)) }

    init?(_ headers: HTTPFields) {
        if let header = headers[.authorization],
            header.utf8.prefix(7).elementsEqual("Bearer ".utf8)
                || header.lowercased().hasPrefix("bearer ")
        {
            secret = String(header.utf8.dropFirst(7).drop { $0 == UInt8(ascii: " ") }) ?? ""
            isCookie = false
        } else if let cookie = Self.cookie("cordon_session", headers), !cookie.isEmpty {
            secret = cookie
            isCookie = true
        } else {
            return nil
        }
    }

    init(cookie: String) {
        secret = cookie
        isCookie = true
    }

    static func cookie(_ name: String, _ headers: HTTPFields) -> String? {
        for header in headers[values: .cookie] {
            for pair in header.split(separator: ";") {
                let parts = pair.split(separator: "=", maxSplits: 1).map {
                    String($0.filter { $0 != " " })
                }
                if parts.count == 2, parts[0] == name { return parts[1] }
            }
        }
        return nil
    }
}

/// What Hummingbird keeps for a request: its logger and where it comes from.
package struct CordonContext: RequestContext, RemoteAddressRequestContext {
    package var coreContext: CoreRequestContextStorage
    package let remoteAddress: SocketAddress?
    /// The connection, for those who have to know when it closes.
    package let channel: any Channel

    package init(source: ApplicationRequestContextSource) {
        coreContext = .init(source: source)
        channel = source.channel
        remoteAddress = source.channel.remoteAddress
    }

    /// The address without its port; all that a throttle needs.
    var address: String { remoteAddress?.ipAddress ?? "local" }
}
