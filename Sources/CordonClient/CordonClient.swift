import AsyncHTTPClient
import CordonAPI
import NIOCore
import NIOHTTP1
import NIOPosix

#if canImport(Darwin)
import Darwin
#else
import Glibc
#endif

/// Speaks with one Cordon server over its REST interface.
///
/// Copies share their connections; ``shutdown()`` ends them for all. Redirects are not followed, so
/// that a token never travels to another place than the one that was named.
public struct CordonClient: Sendable {
    /// The longest wait for a connection, in seconds.
    public static let connectSeconds: Int64 = 10
    /// The longest wait for a whole answer, in seconds.
    public static let answerSeconds: Int64 = 60
    /// The longest wait for a part of an answer that is handed on in pieces, in seconds.
    public static let pieceSeconds: Int64 = 900
    /// The most bytes that an answer may have: 64 MiB.
    public static let answerLimit = 64 << 20

    /// The server's address as it was given.
    public let server: String

    private let address: Result<String, CordonClientError>
    private let token: String?
    private let http: HTTPClient

    /// Gets ready to speak with a server; nothing is sent yet.
    ///
    /// - Parameters:
    ///   - server: An address such as `https://cordon.example.com`.
    ///   - token: An API token or the secret of a session.
    ///   - allowsInsecureHTTP: Whether `http://` may be used beyond this machine.
    public init(server: String, token: String? = nil, allowsInsecureHTTP: Bool = false) {
        self.server = server
        address = ServerAddress.checked(server, allowsInsecureHTTP: allowsInsecureHTTP)
        self.token = token
        var configuration = HTTPClient.Configuration(
            redirectConfiguration: .disallow,
            timeout: .init(
                connect: .seconds(Self.connectSeconds), read: .seconds(Self.answerSeconds)))
        // A refused connection is news at once, not after ten seconds of trying.
        configuration.connectionPool.retryConnectionEstablishment = false
        http = HTTPClient(
            eventLoopGroup: HTTPClient.defaultEventLoopGroup, configuration: configuration)
    }

    private init(_ other: CordonClient, token: String?) {
        server = other.server
        address = other.address
        http = other.http
        self.token = token
    }

    /// The same connections for somebody else.
    public func presenting(_ token: String?) -> CordonClient {
        CordonClient(self, token: token)
    }

    /// Ends all connections; nothing can be sent afterwards.
    ///
    /// - Throws: when a connection could not be ended in good order, or all were ended before.
    public func shutdown() async throws { try await http.shutdown() }

    /// Sends one request and waits for its answer.
    ///
    /// A question, and a request with an `idempotencyKey`, is sent once more when the connection
    /// breaks before any answer came; nothing else is ever repeated.
    ///
    /// - Parameters:
    ///   - method: `GET`, `POST`, `PUT`, `PATCH` or `DELETE`.
    ///   - path: The path with its segments escaped; see `Paths.segment`.
    ///   - query: Names and values, not yet escaped.
    ///   - body: What is sent along.
    ///   - headers: Further headers.
    ///   - idempotencyKey: The request's own name, so that a repetition has no second effect.
    /// - Returns: The answer, which is a success.
    /// - Throws: ``CordonClientError/address(_:)``, before anything is sent, when the address is
    ///   none or is plain `http` to another machine without leave;
    ///   ``CordonClientError/refused(_:)`` for every status from 300 on.
    public func send(
        _ method: String, _ path: String, query: [(name: String, value: String)] = [],
        body: CordonBody? = nil, headers: [(name: String, value: String)] = [],
        idempotencyKey: String? = nil
    ) async throws(CordonClientError) -> CordonAnswer {
        let request = outgoing(
            method, try address.get() + path, query: query, body: body, headers: headers,
            idempotencyKey: idempotencyKey)
        return try await send(
            request, isRepeatable: method == "GET" || idempotencyKey != nil,
            within: .seconds(Self.answerSeconds))
    }

    /// Asks what does no harm when it is asked twice, and waits no longer than `seconds`.
    func ask(
        _ path: String, _ body: JSONValue, within seconds: Int64
    ) async throws(CordonClientError) -> CordonAnswer {
        let request = outgoing(
            "POST", try address.get() + path, query: [], body: .json(body), headers: [],
            idempotencyKey: nil)
        return try await send(request, isRepeatable: true, within: .seconds(seconds))
    }

    private func send(
        _ request: HTTPClientRequest, isRepeatable: Bool, within limit: TimeAmount
    ) async throws(CordonClientError) -> CordonAnswer {
        let answer: CordonAnswer
        do {
            answer = try await exchange(request, within: limit)
        } catch {
            guard isRepeatable, Self.brokeBeforeAnswer(error) else {
                throw unreachable(error, within: limit)
            }
            do {
                answer = try await exchange(request, within: limit)
            } catch {
                throw unreachable(error, within: limit)
            }
        }
        guard answer.status < 300 else { throw .refused(CordonProblem(answer)) }
        return answer
    }

    /// Asks one question and hands the answer on piece by piece, however long it is.
    ///
    /// The server may make a long answer before it sends the first byte, so that each part is
    /// waited for up to ``pieceSeconds``. Nothing is repeated.
    ///
    /// - Parameters:
    ///   - path: The path with its segments escaped; see `Paths.segment`.
    ///   - query: Names and values, not yet escaped.
    ///   - accept: The media type that is wanted.
    ///   - take: Takes the next bytes; what it throws ends the answer.
    /// - Returns: How many bytes there were, once the answer has come to its end.
    /// - Throws: as ``send(_:_:query:body:headers:idempotencyKey:)`` does, and what `take` throws.
    public func receive(
        _ path: String, query: [(name: String, value: String)] = [], accept: String,
        _ take: ([UInt8]) throws -> Void
    ) async throws -> Int {
        try await receive(path, query: query, accept: accept, silence: Self.pieceSeconds) {
            try take($0)
        }
    }

    /// Hands an answer on piece by piece, until it ends or nothing has come for `silence` seconds.
    func receive(
        _ path: String, query: [(name: String, value: String)], accept: String, silence: Int64,
        _ take: ([UInt8]) async throws -> Void
    ) async throws -> Int {
        let request = outgoing(
            "GET", try address.get() + path, query: query, body: nil,
            headers: [(name: "accept", value: accept)], idempotencyKey: nil)
        // Connections of its own: the time for which they wait is a property of all of them.
        let patient = HTTPClient(
            eventLoopGroup: HTTPClient.defaultEventLoopGroup,
            configuration: HTTPClient.Configuration(
                redirectConfiguration: .disallow,
                timeout: .init(
                    connect: .seconds(Self.connectSeconds), read: .seconds(silence))))
        let outcome: Result<Int, any Error>
        do {
            outcome = .success(try await receive(request, from: patient, take))
        } catch {
            outcome = .failure(error)
        }
        // The answer is there or not: connections that do not end well change nothing of it.
        try? await patient.shutdown()
        return try outcome.get()
    }

    private func receive(
        _ request: HTTPClientRequest, from patient: HTTPClient,
        _ take: ([UInt8]) async throws -> Void
    ) async throws -> Int {
        let response: HTTPClientResponse
        var refusal: CordonAnswer?
        do {
            response = try await patient.execute(request, timeout: .seconds(Self.pieceSeconds))
            if response.status.code >= 300 { refusal = try await Self.whole(response) }
        } catch {
            throw unreachable(error)
        }
        if let refusal { throw CordonClientError.refused(CordonProblem(refusal)) }
        var parts = response.body.makeAsyncIterator()
        var size = 0
        while true {
            let part: ByteBuffer?
            do { part = try await parts.next() } catch { throw unreachable(error) }
            guard let part else { return size }
            size += part.readableBytes
            try await take(Array(part.readableBytesView))
        }
    }

    private func outgoing(
        _ method: String, _ url: String, query: [(name: String, value: String)],
        body: CordonBody?, headers: [(name: String, value: String)], idempotencyKey: String?
    ) -> HTTPClientRequest {
        let pairs = query.map { "\(Paths.segment($0.name))=\(Paths.segment($0.value))" }
        let tail = pairs.isEmpty ? "" : "?" + pairs.joined(separator: "&")
        var request = HTTPClientRequest(url: url + tail)
        request.method = HTTPMethod(rawValue: method)
        request.headers.add(name: "accept", value: "application/json")
        if let token { request.headers.add(name: "authorization", value: "Bearer \(token)") }
        if let idempotencyKey {
            request.headers.add(name: "idempotency-key", value: idempotencyKey)
        }
        for header in headers {
            request.headers.replaceOrAdd(name: header.name, value: header.value)
        }
        if let body {
            request.headers.replaceOrAdd(name: "content-type", value: body.mediaType)
            request.body = .bytes(ByteBuffer(bytes: body.bytes))
        }
        return request
    }

    private func exchange(
        _ request: HTTPClientRequest, within limit: TimeAmount
    ) async throws -> CordonAnswer {
        try await Self.whole(try await http.execute(request, timeout: limit))
    }

    private static func whole(_ response: HTTPClientResponse) async throws -> CordonAnswer {
        let body = try await response.body.collect(upTo: answerLimit)
        return CordonAnswer(
            status: Int(response.status.code),
            headers: response.headers.map { (name: $0.name.lowercased(), value: $0.value) },
            body: Array(body.readableBytesView))
    }

    /// Whether the connection was there and went away before the server said anything.
    private static func brokeBeforeAnswer(_ error: any Error) -> Bool {
        if let error = error as? HTTPClientError { return error == .remoteConnectionClosed }
        return (error as? IOError).map { $0.errnoCode != ECONNREFUSED } ?? false
    }

    private func unreachable(
        _ error: any Error, within limit: TimeAmount = .seconds(answerSeconds)
    ) -> CordonClientError {
        let reason =
            switch (error, error as? HTTPClientError) {
            case (is NIOTooManyBytesError, _):
                "its answer has more than \(Self.answerLimit >> 20) MiB"
            case (is NIOConnectionError, _): "no connection could be made"
            case (let error as IOError, _) where error.errnoCode == ECONNREFUSED:
                "nothing listens there"
            case (is IOError, _): "the connection broke off"
            case (_, .connectTimeout?): "no connection within \(Self.connectSeconds) s"
            case (_, .deadlineExceeded?), (_, .readTimeout?):
                "no answer within \(limit.nanoseconds / 1_000_000_000) s"
            case (_, .remoteConnectionClosed?): "it closed the connection"
            default: "\(error)"
            }
        return .unreachable(server: server, reason: reason)
    }
}
