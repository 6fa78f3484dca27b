import CordonCore
import CordonOperations
import Foundation

extension Outside {
    /// The real clock, ids and randomness: nowhere else do they come in.
    static let real = Outside(
        now: { Instant(Date()) },
        uptime: {
            let (seconds, attoseconds) = (ContinuousClock.now - started).components
            return seconds * 1_000 + attoseconds / 1_000_000_000_000_000
        },
        newID: { ulid(Instant(Date())) }, randomBytes: randomBytes)

    private static let started = ContinuousClock.now

    private static func randomBytes(_ count: Int) -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
            while filled < count, let start = buffer.baseAddress {
                // One call for many bytes: evidence takes 44 a record. It gives 256 at most.
                let wanted = min(256, count - filled)
                precondition(
                    getentropy(start + filled, wanted) == 0, "there is no chance to be had")
                filled += wanted
            }
        }
    }

    private static let alphabet = Array("0123456789ABCDEFGHJKMNPQRSTVWXYZ".utf8)

    /// A ULID: 48 bits of milliseconds and 80 random bits in Crockford's base 32, so that ids sort
    /// by the time they were made.
    private static func ulid(_ now: Instant) -> String {
        // Asked for at once: each question goes to the kernel.
        var chance: (UInt64, UInt64) = (0, 0)
        precondition(
            withUnsafeMutableBytes(of: &chance) { getentropy($0.baseAddress, $0.count) } == 0,
            "there is no chance to be had")
        return String(unsafeUninitializedCapacity: 26) { text in
            for index in 0..<10 {
                text[index] = alphabet[Int(now.milliseconds >> Int64(45 - index * 5)) & 31]
            }
            var bits = chance.0
            for index in 10..<26 {
                if index == 22 { bits = chance.1 }
                text[index] = alphabet[Int(bits & 31)]
                bits >>= 5
            }
            return 26
        }
    }
}
