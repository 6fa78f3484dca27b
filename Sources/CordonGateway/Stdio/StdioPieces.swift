import NIOCore
import Synchronization

/// Events on their way to one caller, who may be slow but not without bound.
///
/// Safe to share: how much is under way is one number behind a lock.
final class StdioPieces: Sendable {
    /// Bytes that may wait for the caller, unless somebody says otherwise.
    static let bytesAtMost = 16 << 20

    /// The caller reads too slowly.
    struct TooSlow: Error, CustomStringConvertible {
        let description = "the caller reads too slowly"
    }

    /// The caller has said that it waits no longer.
    struct Cancelled: Error, CustomStringConvertible {
        let description = "the caller has cancelled it"
    }

    /// What the caller reads, as pieces of a body.
    struct Stream: AsyncSequence, Sendable {
        typealias Element = ByteBuffer

        fileprivate let pieces: StdioPieces
        fileprivate let base: AsyncThrowingStream<ByteBuffer, any Error>

        struct AsyncIterator: AsyncIteratorProtocol {
            fileprivate let pieces: StdioPieces
            fileprivate var base: AsyncThrowingStream<ByteBuffer, any Error>.AsyncIterator

            mutating func next() async throws -> ByteBuffer? {
                try await next(isolation: nil)
            }

            mutating func next(
                isolation actor: isolated (any Actor)?
            ) async throws -> ByteBuffer? {
                let piece = try await base.next(isolation: actor)
                // A stream that is given up ends as if it were whole.
                if piece == nil { try Task.checkCancellation() }
                pieces.waiting.withLock { $0 -= piece?.readableBytes ?? 0 }
                return piece
            }
        }

        func makeAsyncIterator() -> AsyncIterator {
            AsyncIterator(pieces: pieces, base: base.makeAsyncIterator())
        }
    }

    private let continuation: AsyncThrowingStream<ByteBuffer, any Error>.Continuation
    private let waiting = Mutex(0)
    private let limit: Int

    private init(
        _ continuation: AsyncThrowingStream<ByteBuffer, any Error>.Continuation, _ limit: Int
    ) {
        self.continuation = continuation
        self.limit = limit
    }

    static func make(
        bytesAtMost limit: Int = StdioPieces.bytesAtMost
    ) -> (pieces: StdioPieces, stream: Stream) {
        let (base, continuation) = AsyncThrowingStream.makeStream(of: ByteBuffer.self)
        let pieces = StdioPieces(continuation, limit)
        return (pieces, Stream(pieces: pieces, base: base))
    }

    /// Says what is done when the caller has gone before the end, or is given up as too slow.
    ///
    /// It is done once, on whatever thread that happens.
    func whenGone(_ body: @escaping @Sendable () -> Void) {
        continuation.onTermination = { termination in
            // Any other end is one that somebody here has made.
            if case .finished(let error) = termination, !(error is TooSlow) { return }
            body()
        }
    }

    func add(_ message: [UInt8]) {
        let event = ByteBuffer(bytes: MCPEvents.event(message))
        let isTaken = waiting.withLock { waiting in
            guard waiting + event.readableBytes <= limit else { return false }
            waiting += event.readableBytes
            return true
        }
        if isTaken {
            continuation.yield(event)
        } else {
            continuation.finish(throwing: TooSlow())
        }
    }

    func finish() { continuation.finish() }

    func finish(throwing error: any Error) { continuation.finish(throwing: error) }
}
