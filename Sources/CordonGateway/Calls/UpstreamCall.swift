import AsyncHTTPClient
import CordonCore
import NIOCore
import Synchronization

/// One call at an upstream, which can be given up from outside at any moment.
///
/// One task sends the request and reads the answer, a piece ahead of whoever asks for it. Writing
/// to the caller is never cancelled by a stop, because the caller has to be told of it. A wait can
/// also be interrupted without giving the call up: the next one goes on with the same piece.
///
/// A call that nobody holds any more is given up.
final class UpstreamCall: Sendable {
    /// Why the upstream was left.
    enum End: Sendable, Equatable {
        case stopped, callerGone
        /// The server is asked to end.
        case serverEnds
    }

    /// Somebody who waited for a piece was told to stop waiting.
    struct Interrupted: Error {}

    private let flow = UpstreamFlow()

    deinit { flow.giveUp(.callerGone) }

    /// Why it was given up; `nil` while it was not.
    var end: End? { flow.end }

    func giveUp(_ end: End) { flow.giveUp(end) }

    /// Ends the wait for the next piece with ``Interrupted``, once; the upstream goes on.
    ///
    /// A request that has not been sent yet is given up: nothing of it is to be waited for.
    func interrupt() { flow.interrupt() }

    /// Sends the request and waits for the head of the answer.
    ///
    /// - Throws: what `send` throws, and `CancellationError` where the call has been given up
    ///   before: then nothing is sent.
    func begin(
        _ request: HTTPClientRequest,
        with send: @escaping @Sendable (HTTPClientRequest) async throws -> HTTPClientResponse
    ) async throws -> HTTPClientResponse {
        try await withCheckedThrowingContinuation { [flow] head in
            let task = Task {
                do {
                    guard flow.mayBegin() else { throw CancellationError() }
                    let response = try await send(request)
                    head.resume(returning: response)
                    await flow.read(response.body)
                } catch {
                    head.resume(throwing: error)
                }
            }
            flow.whenGivenUp { task.cancel() }
        }
    }

    /// The next piece of the body; `nil` at its end.
    func next() async throws -> ByteBuffer? { try await flow.next() }

    /// The next piece, for those who wait on through an interruption: what becomes of the whole is
    /// decided when it is there.
    func awaited() async throws -> ByteBuffer? {
        while true {
            do { return try await next() } catch is Interrupted {}
        }
    }

    /// The whole body.
    ///
    /// - Throws: `NIOTooManyBytesError` when it is larger than `limit`.
    func collect(upTo limit: Int, _ held: HeldBytes) async throws -> [UInt8] {
        var bytes: [UInt8] = []
        while let piece = try await awaited() {
            guard bytes.count + piece.readableBytes <= limit else {
                throw NIOTooManyBytesError(maxBytes: limit)
            }
            try held.take(piece.readableBytes)
            bytes.append(contentsOf: piece.readableBytesView)
        }
        return bytes
    }
}

/// What goes from the task that reads an answer to the one that passes it on.
///
/// Safe to share: all of it is behind one lock.
private final class UpstreamFlow: Sendable {
    private struct State {
        var end: UpstreamCall.End?
        var hasBegun = false
        var cancel: (@Sendable () -> Void)?
        var isInterrupted = false
        /// A piece that came when nobody waited.
        var ready: ByteBuffer?
        /// How the body ended, behind the piece that is ready.
        var ended: Result<ByteBuffer?, any Error>?
        /// Who waits for a piece.
        var waiting: CheckedContinuation<ByteBuffer?, any Error>?
        /// The reader, while it waits for the piece that is ready to be taken.
        var reader: CheckedContinuation<Void, Never>?
    }

    private let state = Mutex(State())

    var end: UpstreamCall.End? { state.withLock { $0.end } }

    func giveUp(_ end: UpstreamCall.End) {
        let (cancel, reader) = state.withLock { state in
            if state.end == nil { state.end = end }
            return (state.cancel, state.reader.take())
        }
        cancel?()
        reader?.resume()
    }

    func whenGivenUp(_ cancel: @escaping @Sendable () -> Void) {
        let isLate = state.withLock { state in
            state.cancel = cancel
            return state.end != nil
        }
        if isLate { cancel() }
    }

    /// Says that the request is sent from here on, unless the call was given up before.
    func mayBegin() -> Bool {
        state.withLock { state in
            state.hasBegun = state.end == nil
            return state.hasBegun
        }
    }

    func interrupt() {
        let waiting = state.withLock { state -> CheckedContinuation<ByteBuffer?, any Error>? in
            guard state.hasBegun else {
                if state.end == nil { state.end = .stopped }
                return nil
            }
            state.isInterrupted = state.waiting == nil
            return state.waiting.take()
        }
        waiting?.resume(throwing: UpstreamCall.Interrupted())
    }

    // MARK: The reader

    func read(_ body: HTTPClientResponse.Body) async {
        do {
            for try await piece in body {
                guard await isTaken(piece) else { throw CancellationError() }
            }
            finish(.success(nil))
        } catch {
            finish(.failure(error))
        }
        // The task that ends here is no longer to be cancelled, and not to be held.
        state.withLock { $0.cancel = nil }
    }

    /// Hands over a piece, and waits while the one before it has not been taken.
    ///
    /// - Returns: `false` when the call was given up meanwhile.
    private func isTaken(_ piece: ByteBuffer) async -> Bool {
        let waiting = state.withLock { state in
            if state.waiting == nil { state.ready = piece }
            return state.waiting.take()
        }
        guard let waiting else {
            await withCheckedContinuation { reader in
                let mayGoOn = state.withLock { state in
                    guard state.ready != nil, state.end == nil else { return true }
                    state.reader = reader
                    return false
                }
                if mayGoOn { reader.resume() }
            }
            return state.withLock { $0.end == nil }
        }
        waiting.resume(returning: piece)
        return true
    }

    private func finish(_ end: Result<ByteBuffer?, any Error>) {
        let waiting = state.withLock { state in
            state.ended = end
            return state.waiting.take()
        }
        waiting?.resume(with: end)
    }

    // MARK: Who passes it on

    func next() async throws -> ByteBuffer? {
        try await withCheckedThrowingContinuation { continuation in
            enum Step { case give(Result<ByteBuffer?, any Error>), wait }
            let (step, reader) = state.withLock {
                state -> (Step, CheckedContinuation<Void, Never>?) in
                if state.isInterrupted {
                    state.isInterrupted = false
                    return (.give(.failure(UpstreamCall.Interrupted())), nil)
                }
                if let piece = state.ready.take() {
                    return (.give(.success(piece)), state.reader.take())
                }
                if let ended = state.ended { return (.give(ended), nil) }
                state.waiting = continuation
                return (.wait, nil)
            }
            reader?.resume()
            if case .give(let piece) = step { continuation.resume(with: piece) }
        }
    }
}
