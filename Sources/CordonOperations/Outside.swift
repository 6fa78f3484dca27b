package import CordonCore
package import CordonLedger

/// What a decision cannot work out by itself, so that a test can say it instead.
package struct Outside: Sendable {
    /// The wall clock, for what is recorded.
    package var now: @Sendable () -> Instant
    /// Milliseconds that only go forward, for leases: nobody can set them back.
    package var uptime: @Sendable () -> Int64
    /// A ULID, new at each call.
    package var newID: @Sendable () -> String
    /// So many random bytes that nobody can guess.
    package var randomBytes: @Sendable (Int) -> [UInt8]

    package init(
        now: @escaping @Sendable () -> Instant, uptime: @escaping @Sendable () -> Int64,
        newID: @escaping @Sendable () -> String,
        randomBytes: @escaping @Sendable (Int) -> [UInt8]
    ) {
        self.now = now
        self.uptime = uptime
        self.newID = newID
        self.randomBytes = randomBytes
    }

    /// A salt for one commitment.
    package func nonce() -> Commitment.Nonce {
        guard let nonce = Commitment.Nonce(randomBytes(Commitment.Nonce.byteCount)) else {
            preconditionFailure("randomBytes gives as many bytes as were asked for")
        }
        return nonce
    }
}
