import AsyncHTTPClient
import CordonCore
import NIOCore
import Synchronization

/// One call at an upstream, which can be given up from outside at any moment.
///
/// Writing to the caller is never cancelled by a stop, because the caller has to be told of it. A
/// wait can also be interrupted without giving the call up: the next one goes on with the same
/// piece.
///
/// Safe to share: what is under way is behind one lock; the body is read by one task at a time,
/// because a piece is asked for only when the one before has come.
final class UpstreamCall: Sendable {
    /// Why the upstream was left.
    enum End: Sendable, Equatable {
        case stopped, callerGone
        /// The server is asked to end.
        case serverEnds
    }

    /// Somebody who waited for a piece was told to stop waiting.
    struct Interrupted: Error {}

    private typealias Piece = Result<ByteBuffer?, any Error>

    private struct State {
        var end: End?
        var cancel: (@Sendable () -> Void)?
        var isReading = false
        var isInterrupted = false
        /// A piece that came when nobody waited.
        var ready: Piece?
        var waiting: CheckedContinuation<ByteBuffer?, any Error>?
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

    /// Ends the wait for the next piece with ``Interrupted``, once; the upstream goes on.
    func interrupt() {
        let waiting = state.withLock { state in
            state.isInterrupted = state.waiting == nil
            return state.waiting.take()
        }
        waiting?.resume(throwing: Interrupted())
    }

    /// Sends the request and waits for the head of the answer.
    func begin(
        _ request: HTTPClientRequest,
        with send: @escaping @Sendable (HTTPClientRequest) async throws -> HTTPClientResponse
    ) async throws -> HTTPClientResponse {
        let task = Task { try await send(request) }
        watch { task.cancel() }
        let response = try await task.value
        body.start(response.body)
        return response
    }

    /// The next piece of the body; `nil` at its end.
    func next() async throws -> ByteBuffer? {
        try await withCheckedThrowingContinuation { continuation in
            enum Step { case give(Piece), read, wait }
            let step = state.withLock { state -> Step in
                if state.isInterrupted {
                    state.isInterrupted = false
                    return .give(.failure(Interrupted()))
                }
                if let ready = state.ready.take() { return .give(ready) }
                state.waiting = continuation
                if state.isReading { return .wait }
                state.isReading = true
                return .read
            }
            switch step {
            case .give(let piece): continuation.resume(with: piece)
            case .read: read()
            case .wait: break
            }
        }
    }

    /// The whole body.
    ///
    /// - Throws: `NIOTooManyBytesError` when it is larger than `limit`.
    func collect(upTo limit: Int, _ held: HeldBytes) async throws -> [UInt8] {
        var bytes: [UInt8] = []
        while true {
            do {
                guard let piece = try await next() else { return bytes }
                guard bytes.count + piece.readableBytes <= limit else {
                    throw NIOTooManyBytesError(maxBytes: limit)
                }
                try held.take(piece.readableBytes)
                bytes.append(contentsOf: piece.readableBytesView)
            } catch is Interrupted {
                // Whoever wants the whole waits on: what becomes of it is decided when it is there.
            }
        }
    }

    private func read() {
        let task = Task {
            let piece: Piece
            do { piece = .success(try await body.next()) } catch { piece = .failure(error) }
            let waiting = state.withLock { state in
                state.isReading = false
                if state.waiting == nil { state.ready = piece }
                return state.waiting.take()
            }
            waiting?.resume(with: piece)
        }
        watch { task.cancel() }
    }

    private func watch(_ cancel: @escaping @Sendable () -> Void) {
        let isLate = state.withLock { state in
            state.cancel = cancel
            return state.end != nil
        }
        if isLate { cancel() }
    }
}

/// Reads a body piece by piece, from whichever task asks.
///
/// Safe to share: the iterator is not sendable, so this is unchecked; but `UpstreamCall` has one
/// task at a time read a piece, and each is begun behind the lock that the one before has let go.
private final class BodyReader: @unchecked Sendable {
    private var iterator: HTTPClientResponse.Body.AsyncIterator?

    func start(_ body: HTTPClientResponse.Body) { iterator = body.makeAsyncIterator() }

    func next() async throws -> ByteBuffer? { try await iterator?.next() }
}
