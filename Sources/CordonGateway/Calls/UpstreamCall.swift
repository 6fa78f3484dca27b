import AsyncHTTPClient
import CordonCore
import NIOCore
import Synchronization

/// One call at an upstream, which can be given up from outside at any moment.
///
/// Whoever waits for it goes on to wait for nothing else: writing to the caller is never cancelled
/// by a stop, because the caller has to be told of it.
///
/// Safe to share: what is under way is behind one lock; the body is read by one task at a time,
/// because each piece is waited for before the next is asked for.
final class UpstreamCall: Sendable {
    /// Why the upstream was left.
    enum End: Sendable, Equatable {
        case stopped, callerGone
    }

    private struct State {
        var end: End?
        var cancel: (@Sendable () -> Void)?
    }

    private let state = Mutex(State())
    private let body = BodyReader()

    /// Why it was given up; `nil` while it was not.
    var end: End? { state.withLock { $0.end } }

    func giveUp(_ end: End) {
        let cancel = state.withLock { state -> (@Sendable () -> Void)? in
            if state.end == nil { state.end = end }
            return state.cancel
        }
        cancel?()
    }

    /// Sends the request and waits for the head of the answer.
    func begin(_ request: HTTPClientRequest, at upstream: Upstream) async throws
        -> HTTPClientResponse
    {
        let send = upstream.send
        let response = try await givingUp { try await send(request) }
        body.start(response.body)
        return response
    }

    /// The next piece of the body; `nil` at its end.
    func next() async throws -> ByteBuffer? {
        let body = body
        return try await givingUp { try await body.next() }
    }

    /// The whole body.
    ///
    /// - Throws: `NIOTooManyBytesError` when it is larger than `limit`.
    func collect(upTo limit: Int) async throws -> [UInt8] {
        let body = body
        return try await givingUp {
            var bytes: [UInt8] = []
            while let piece = try await body.next() {
                guard bytes.count + piece.readableBytes <= limit else {
                    throw NIOTooManyBytesError(maxBytes: limit)
                }
                bytes.append(contentsOf: piece.readableBytesView)
            }
            return bytes
        }
    }

    private func givingUp<T: Sendable>(
        _ body: @escaping @Sendable () async throws -> T
    ) async throws -> T {
        let task = Task { try await body() }
        let isLate = state.withLock { state in
            state.cancel = { task.cancel() }
            return state.end != nil
        }
        if isLate { task.cancel() }
        defer { state.withLock { $0.cancel = nil } }
        return try await task.value
    }
}

/// Reads a body piece by piece, from whichever task asks.
///
/// Unchecked because the iterator is not sendable; `UpstreamCall` waits for each piece before it
/// asks for the next, so no two tasks are in here at once, and each sees what the one before did.
private final class BodyReader: @unchecked Sendable {
    private var iterator: HTTPClientResponse.Body.AsyncIterator?

    func start(_ body: HTTPClientResponse.Body) { iterator = body.makeAsyncIterator() }

    func next() async throws -> ByteBuffer? { try await iterator?.next() }
}
