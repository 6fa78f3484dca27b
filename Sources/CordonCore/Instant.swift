package import FoundationEssentials

/// A point in time to the millisecond, UTC.
///
/// Stored as an integer and exchanged as RFC 3339, so that no clock's zone or precision leaks into
/// what is signed.
package struct Instant: Hashable, Comparable, Sendable {
    /// Milliseconds since 1970-01-01T00:00:00Z.
    package let milliseconds: Int64

    package init(milliseconds: Int64) { self.milliseconds = milliseconds }

    package init(_ date: Date) {
        milliseconds = Int64((date.timeIntervalSince1970 * 1_000).rounded())
    }

    /// Reads RFC 3339, with or without a fraction, in any offset; `nil` when it is something else.
    package init?(rfc3339 text: String) {
        let plain = Date.ISO8601FormatStyle()
        let fractional = Date.ISO8601FormatStyle(includingFractionalSeconds: true)
        // Either form is good: a failure of the first only means that the second has to be tried.
        guard let date = (try? fractional.parse(text)) ?? (try? plain.parse(text)) else {
            return nil
        }
        self.init(date)
    }

    /// RFC 3339 in UTC with milliseconds: `2026-04-17T21:03:05.120Z`.
    package var rfc3339: String {
        let date = Date(timeIntervalSince1970: Double(milliseconds) / 1_000)
        return date.formatted(Date.ISO8601FormatStyle(includingFractionalSeconds: true))
    }

    /// The year in UTC, for incident numbers.
    package var year: Int { Int(rfc3339.prefix(4)) ?? 1970 }

    package static func < (left: Instant, right: Instant) -> Bool {
        left.milliseconds < right.milliseconds
    }

    package func adding(milliseconds: Int64) -> Instant {
        Instant(milliseconds: self.milliseconds + milliseconds)
    }

    package func adding(hours: Int) -> Instant { adding(milliseconds: Int64(hours) * 3_600_000) }

    package func adding(days: Int) -> Instant { adding(hours: days * 24) }
}

extension Instant: Codable {
    package init(from decoder: any Decoder) throws {
        let text = try decoder.singleValueContainer().decode(String.self)
        guard let instant = Instant(rfc3339: text) else {
            throw DecodingError.dataCorrupted(
                .init(codingPath: decoder.codingPath, debugDescription: "no RFC 3339 time: \(text)")
            )
        }
        self = instant
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(rfc3339)
    }
}
