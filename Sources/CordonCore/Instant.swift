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
    ///
    /// What is finer than a millisecond is cut off.
    package init?(rfc3339 text: String) {
        var whole = text
        var thousandths = 0
        if let point = text.firstIndex(of: ".") {
            let digits = text[text.index(after: point)...].prefix {
                $0.isASCII && $0.isWholeNumber
            }
            guard (1...9).contains(digits.count),
                let value = Int((digits + "00").prefix(3))
            else { return nil }
            thousandths = value
            whole.removeSubrange(point..<digits.endIndex)
        }
        // A text that is no time is the caller's business, not a fault.
        guard let date = try? Date.ISO8601FormatStyle().parse(whole) else { return nil }
        let seconds = Int64(date.timeIntervalSince1970.rounded())
        self.init(milliseconds: seconds * 1_000 + Int64(thousandths))
    }

    /// RFC 3339 in UTC with milliseconds: `2026-04-17T21:03:05.120Z`.
    ///
    /// The fraction is written from the integer: by way of a binary one, some would change.
    package var rfc3339: String {
        let (seconds, rest) = milliseconds.quotientAndRemainder(dividingBy: 1_000)
        let thousandths = rest < 0 ? rest + 1_000 : rest
        let date = Date(timeIntervalSince1970: Double(rest < 0 ? seconds - 1 : seconds))
        let whole = date.formatted(Date.ISO8601FormatStyle()).dropLast()
        let digits = String(thousandths)
        return whole + "." + String(repeating: "0", count: 3 - digits.count) + digits + "Z"
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
