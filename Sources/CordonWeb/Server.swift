import CordonAPI
import CordonCore
package import CordonOperations
import HTTPTypes
package import Hummingbird
package import Logging

/// The whole web side of Cordon, made of its operations: what a server listens with and what a test
/// calls without a socket.
package func cordonRouter(
    _ operations: Operations, site: Site, logger: Logger
) throws -> Router<CordonContext> {
    let checks = try BodyChecks(RouteTable.all)
    let dispatcher = Dispatcher(
        operations: operations, site: site, checks: checks, logger: logger,
        requestIDs: RequestIDs(outside: operations.outside))
    let document = try RouteTable.openAPI(version: site.version, checks)
    let description = Route(
        method: "GET", path: Paths.openAPI, operationID: "openAPI", tag: "Operation",
        summary: "This description.", permission: nil, command: nil
    ) { _ in
        Answer(status: 200, mediaType: "application/json", body: document)
    }
    let router = Router(context: CordonContext.self)
    router.add(middleware: UnknownPaths(dispatcher: dispatcher))
    var methods: [String: Set<String>] = [:]
    for route in RouteTable.all + [description] {
        methods[route.path, default: []].insert(route.method)
        guard let method = HTTPRequest.Method(rawValue: route.method) else { continue }
        router.on(.init(pattern(route.path)), method: method) { request, context in
            await dispatcher.respond(to: request, context, with: route)
        }
    }
    for (path, known) in methods {
        refuseOtherMethods(router, path, known, dispatcher)
    }
    PageRoutes(dispatcher: dispatcher).add(to: router)
    return router
}

/// Hummingbird writes a variable part as `:name`.
func pattern(_ path: String) -> String {
    path.split(separator: "/").map { part in
        part.hasPrefix("{") ? ":\(part.dropFirst().dropLast())" : String(part)
    }.joined(separator: "/")
}

private func refuseOtherMethods(
    _ router: Router<CordonContext>, _ path: String, _ known: Set<String>,
    _ dispatcher: Dispatcher
) {
    let allow = known.sorted().joined(separator: ", ")
    let every = ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "TRACE"]
    for method in every where !known.contains(method) {
        let refusing = Route(
            method: method, path: path, operationID: "", tag: "", summary: "", permission: nil,
            command: nil
        ) { exchange in
            Problem(
                Refusal(.methodNotAllowed, "\(method) is not for this path; it takes \(allow)."),
                path: exchange.path, requestID: exchange.requestID
            ).answer().with("allow", allow)
        }
        guard let name = HTTPRequest.Method(rawValue: method) else { continue }
        router.on(.init(pattern(path)), method: name) { request, context in
            await dispatcher.respond(to: request, context, with: refusing)
        }
    }
}

/// Answers what no route knows with a problem like every other.
private struct UnknownPaths: RouterMiddleware {
    let dispatcher: Dispatcher

    func handle(
        _ request: Request, context: CordonContext,
        next: @concurrent (Request, CordonContext) async throws -> Response
    ) async throws -> Response {
        do {
            return try await next(request, context)
        } catch let error as HTTPError where error.status == .notFound {
            let id = dispatcher.requestIDs.next()
            let refusal = Refusal(.notFound, "There is nothing at \(request.uri.path).")
            return Dispatcher.response(
                Problem(refusal, path: request.uri.path, requestID: id).answer(), id)
        }
    }
}
