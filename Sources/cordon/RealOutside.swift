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
        var generator = SystemRandomNumberGenerator()
        return (0..<count).map { _ in UInt8.random(in: .min ... .max, using: &generator) }
    }

    /// A ULID: 48 bits of milliseconds and 80 random bits in Crockford's base 32, so that ids sort
    /// by the time they were made.
    private static func ulid(_ now: Instant) -> String {
        let alphabet = Array("0123456789ABCDEFGHJKMNPQRSTVWXYZ".unicodeScalars)
        var generator = SystemRandomNumberGenerator()
        var text = String.UnicodeScalarView()
        for shift in stride(from: 45, through: 0, by: -5) {
            text.append(alphabet[Int(now.milliseconds >> Int64(shift)) & 31])
        }
        var bits = generator.next() as UInt64
        for index in 0..<16 {
            if index == 12 { bits = generator.next() }
            text.append(alphabet[Int(bits & 31)])
            bits >>= 5
        }
        return String(text)
    }
}
