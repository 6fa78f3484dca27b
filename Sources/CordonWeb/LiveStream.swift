import CordonCore
import CordonOperations
import ServiceLifecycle

/// Tells one open page that what it shows may have changed.
struct LiveStream: Sendable {
    private let operations: Operations
    private let caller: Caller
    private let credential: String?

    /// How often the head of the log is looked at.
    private static let pause = Duration.seconds(1)
    /// After how many looks without news a comment shows that the stream is alive.
    private static let looksBetweenSigns = 10

    init(_ exchange: Exchange) {
        operations = exchange.operations
        caller = exchange.asCaller
        credential = exchange.credential
    }

    /// Ends with the server, with the session, or when the reader is gone.
    func pieces() -> AsyncStream<[UInt8]> {
        let (pieces, out) = AsyncStream.makeStream(
            of: [UInt8].self, bufferingPolicy: .bufferingOldest(64))
        let sending = Task {
            await cancelWhenGracefulShutdown {
                await send(out)
            }
            out.finish()
        }
        out.onTermination = { _ in sending.cancel() }
        return pieces
    }

    private func send(_ out: AsyncStream<[UInt8]>.Continuation) async {
        var known = await head()
        out.yield(Array("retry: 3000\n\n".utf8))
        var looks = 0
        while !Task.isCancelled {
            // A cancelled pause is the end of the loop.
            try? await Task.sleep(for: Self.pause)
            if let credential, operations.gate.caller(credential) == nil { return }
            looks += 1
            // What cannot be read now is no news: pages that all ask again would not help.
            if let newest = await head(), newest != known {
                known = newest
                looks = 0
                guard case .enqueued = out.yield(Array("event: change\ndata: \n\n".utf8)) else {
                    return
                }
            } else if looks >= Self.looksBetweenSigns {
                looks = 0
                guard case .enqueued = out.yield(Array(": here\n\n".utf8)) else { return }
            }
        }
    }

    /// The newest checkpoint stands for everything that was written; `nil` while it cannot be read.
    private func head() async -> String? {
        try? await operations.ask(caller) { try $0.checkpoint() }
    }
}
