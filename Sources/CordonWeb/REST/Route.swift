import CordonAPI
import CordonCore
import CordonOperations

/// A type of ours that goes over the wire.
typealias WireType = any (Decodable & Sendable).Type

/// One operation of the REST interface: what it is, who may call it, and what it does.
///
/// The same value makes the route, its row in the permission table and its part of the OpenAPI
/// description, so none of them can say something else than the others.
struct Route: Sendable {
    /// `GET`, `POST`, `PUT`, `PATCH` or `DELETE`.
    let method: String
    /// With variable parts in braces: `/api/v1/workflows/{key}`.
    let path: String
    let operationID: String
    let tag: String
    let summary: String
    /// What the caller must be allowed to do; `nil` when anybody may call.
    let permission: Permission?
    /// The command that does the same, without `cordon`; `nil` for what only programs need.
    let command: String?
    let parameters: [ParameterDescription]
    let body: Body
    let answers: [Outcome]
    let problems: [Refusal.Kind]
    /// Whether the work is given up when the asker goes away.
    let isCancellable: Bool
    let run: @Sendable (Exchange) async throws -> Answer

    /// What a request carries.
    enum Body: Sendable {
        case none
        /// JSON of one of our types; `optional` when the request may come without.
        case json(WireType, optional: Bool = false)
        /// JSON of one of our types, or other media types whose bytes the route reads itself.
        case either(WireType, others: [String], limit: Int)
        /// Bytes that the route reads and checks itself, away from the threads that read requests;
        /// the type is what JSON has to be.
        case unchecked(WireType?, others: [String], limit: Int)

        var limit: Int {
            switch self {
            case .none, .json: Route.bodyLimit
            case .either(_, _, let limit), .unchecked(_, _, let limit): limit
            }
        }
    }

    /// An answer that is no problem.
    struct Outcome: Sendable {
        let status: Int
        let mediaType: String
        let type: WireType?
        let description: String
    }

    /// Bytes of a request that carries no file: 6 MiB, so that a text of 1,000,000 characters fits
    /// even where JSON writes each of them as an escape of six bytes.
    static let bodyLimit = 6 << 20

    /// The parameter that holds a workflow's key, if the path has one.
    let workflowParameter: String?
    /// The names of the path's variable parts, in their order.
    let parameterNames: [String]

    init(
        method: String, path: String, operationID: String, tag: String, summary: String,
        permission: Permission?, command: String?, parameters: [ParameterDescription] = [],
        body: Body = .none, answers: [Outcome] = [], problems: [Refusal.Kind] = [],
        isCancellable: Bool = false,
        run: @escaping @Sendable (Exchange) async throws -> Answer
    ) {
        self.method = method
        self.path = path
        self.operationID = operationID
        self.tag = tag
        self.summary = summary
        self.permission = permission
        self.command = command
        self.parameters = parameters
        self.body = body
        self.answers = answers
        self.problems = problems
        self.isCancellable = isCancellable
        self.run = run
        workflowParameter = path.contains("/workflows/{key}") ? "key" : nil
        parameterNames = path.split(separator: "/").filter { $0.hasPrefix("{") }.map {
            String($0.dropFirst().dropLast())
        }
    }
}

extension Route {
    /// A question: answered from one snapshot.
    static func ask<View: Codable & Sendable>(
        _ path: String, _ operationID: String, _ tag: String, _ summary: String,
        _ permission: Permission, command: String?, query: [ParameterDescription] = [],
        problems: [Refusal.Kind] = [], _ type: View.Type,
        _ body: @escaping @Sendable (Work, Exchange) throws -> View
    ) -> Route {
        Route(
            method: "GET", path: Paths.root + path, operationID: operationID, tag: tag,
            summary: summary, permission: permission, command: command, parameters: query,
            answers: [
                .init(status: 200, mediaType: "application/json", type: type, description: summary)
            ],
            problems: problems
        ) { exchange in
            let view = try await exchange.operations.ask(exchange.asCaller) {
                try body($0, exchange)
            }
            return try .json(view).tagged(view)
        }
    }

    /// A change: one transaction, in which its answer is made and kept under its Idempotency-Key.
    static func change<Input: Decodable & Sendable, View: Codable & Sendable>(
        _ method: String, _ path: String, _ operationID: String, _ tag: String, _ summary: String,
        _ permission: Permission, command: String?, status: Int = 200, optionalBody: Bool = false,
        problems: [Refusal.Kind], _ input: Input.Type, _ view: View.Type,
        holding: @escaping @Sendable (Exchange, Input) async throws -> [String] = { _, _ in [] },
        _ body: @escaping @Sendable (Work, Input, Exchange) throws -> View
    ) -> Route {
        Route(
            method: method, path: Paths.root + path, operationID: operationID, tag: tag,
            summary: summary, permission: permission, command: command,
            body: .json(input, optional: optionalBody),
            answers: [
                .init(
                    status: status, mediaType: "application/json", type: view, description: summary)
            ],
            problems: problems + [.idempotencyMismatch]
        ) { exchange in
            let value = try exchange.read(input)
            return try await once(exchange, holding: try await holding(exchange, value)) { work in
                let view = try body(work, value, exchange)
                return try .json(view, status: status).tagged(view)
            }
        }
    }

    /// Runs a change once per Idempotency-Key: a repetition gets the first answer again.
    static func once(
        _ exchange: Exchange, holding workflows: [String] = [], without secrets: Set<String> = [],
        _ body: @escaping @Sendable (Work) throws -> Answer
    ) async throws -> Answer {
        let key = try exchange.idempotency(without: secrets)
        return try await exchange.operations.perform(exchange.asCaller, holding: workflows) {
            work in
            guard let key else { return try body(work) }
            if let earlier = try work.earlierAnswer(key) {
                return Answer(
                    status: earlier.status, mediaType: earlier.mediaType, body: earlier.body
                ).with("idempotent-replayed", "true")
            }
            let answer = try body(work)
            try work.keepAnswer(
                key, status: answer.status, mediaType: answer.mediaType, body: answer.body)
            return answer
        }
    }
}

/// A view of something that has a version: it is the ETag.
protocol Versioned {
    var version: Int { get }
}

extension Answer {
    fileprivate func tagged(_ view: some Sendable) -> Answer {
        (view as? any Versioned).map { with("etag", "\"\($0.version)\"") } ?? self
    }
}
