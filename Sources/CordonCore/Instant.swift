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
        if let milliseconds = Self.milliseconds(inOwnForm: text) {
            self.init(milliseconds: milliseconds)
            return
        }
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

    /// Reads the form that ``rfc3339`` writes; `nil` for every other, which may be a time as well.
    ///
    /// Whatever is stored has this form, and a list of incidents holds hundreds of times, which a
    /// calendar takes long for. The days are counted as in Howard Hinnant's `days_from_civil`.
    private static func milliseconds(inOwnForm text: String) -> Int64? {
        let found = text.utf8.withContiguousStorageIfAvailable { bytes -> Int64? in
            guard bytes.count == 24, bytes[4] == UInt8(ascii: "-"), bytes[7] == UInt8(ascii: "-"),
                bytes[10] == UInt8(ascii: "T"), bytes[13] == UInt8(ascii: ":"),
                bytes[16] == UInt8(ascii: ":"), bytes[19] == UInt8(ascii: "."),
                bytes[23] == UInt8(ascii: "Z"), let year = number(bytes, 0, 4),
                let month = number(bytes, 5, 2), let day = number(bytes, 8, 2),
                let hour = number(bytes, 11, 2), let minute = number(bytes, 14, 2),
                let second = number(bytes, 17, 2), let thousandths = number(bytes, 20, 3),
                // Before 1583 another calendar is meant; what is no day is left to Foundation.
                year >= 1_583, (1...12).contains(month),
                (1...length(ofMonth: month, in: year)).contains(day),
                hour < 24, minute < 60, second < 60
            else { return nil }
            let marchYear = month > 2 ? year : year - 1
            let era = marchYear / 400
            let yearOfEra = marchYear - era * 400
            let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
            let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
            let days = era * 146_097 + dayOfEra - 719_468
            let inDay = hour * 3_600_000 + minute * 60_000 + second * 1_000 + thousandths
            return days * 86_400_000 + inDay
        }
        return found ?? nil
    }

    private static func length(ofMonth month: Int64, in year: Int64) -> Int64 {
        switch month {
        case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }

    private static func number(
        _ bytes: UnsafeBufferPointer<UInt8>, _ start: Int, _ count: Int
    ) -> Int64? {
        var number: Int64 = 0
        for byte in bytes[start..<(start + count)] {
            guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) else { return nil }
            number = number * 10 + Int64(byte - UInt8(ascii: "0"))
        }
        return number
    }

    /// RFC 3339 in UTC with milliseconds: `2026-04-17T21:03:05.120Z`.
    ///
    /// Written from the integer, without a calendar or a binary fraction: every record of evidence
    /// has three of them. The day is found as in Howard Hinnant's `civil_from_days`.
    package var rfc3339: String {
        guard milliseconds >= Self.gregorianFrom else { return rfc3339OfOldTimes }
        let (days, inDay) = milliseconds.flooredQuotientAndRemainder(by: 86_400_000)
        let shifted = days + 719_468
        let (era, dayOfEra) = shifted.flooredQuotientAndRemainder(by: 146_097)
        let yearOfEra =
            (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let monthFromMarch = (5 * dayOfYear + 2) / 153
        let day = dayOfYear - (153 * monthFromMarch + 2) / 5 + 1
        let month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
        let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
        return String(unsafeUninitializedCapacity: 32) { buffer in
            var text = DigitWriter(buffer)
            text.write(year, digits: 4, "-")
            text.write(month, digits: 2, "-")
            text.write(day, digits: 2, "T")
            text.write(inDay / 3_600_000, digits: 2, ":")
            text.write(inDay / 60_000 % 60, digits: 2, ":")
            text.write(inDay / 1_000 % 60, digits: 2, ".")
            text.write(inDay % 1_000, digits: 3, "Z")
            return text.count
        }
    }

    /// 1582-10-15: what is older is read by Foundation in the Julian calendar.
    private static let gregorianFrom: Int64 = -12_219_292_800_000

    private var rfc3339OfOldTimes: String {
        let (seconds, thousandths) = milliseconds.flooredQuotientAndRemainder(by: 1_000)
        let date = Date(timeIntervalSince1970: Double(seconds))
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

extension Int64 {
    fileprivate func flooredQuotientAndRemainder(by divisor: Int64) -> (Int64, Int64) {
        let (quotient, remainder) = quotientAndRemainder(dividingBy: divisor)
        return remainder < 0 ? (quotient - 1, remainder + divisor) : (quotient, remainder)
    }
}

/// Writes numbers of a fixed width, each with the character behind it.
private struct DigitWriter {
    private let buffer: UnsafeMutableBufferPointer<UInt8>
    private(set) var count = 0

    init(_ buffer: UnsafeMutableBufferPointer<UInt8>) { self.buffer = buffer }

    /// A number that has more digits, as a year after 9999, is written whole.
    mutating func write(_ number: Int64, digits: Int, _ after: Unicode.Scalar) {
        if number < 0 { append(UInt8(ascii: "-")) }
        let text = String(number.magnitude)
        for _ in 0..<max(0, digits - text.utf8.count) { append(UInt8(ascii: "0")) }
        for digit in text.utf8 { append(digit) }
        append(UInt8(ascii: after))
    }

    private mutating func append(_ byte: UInt8) {
        guard count < buffer.count else { return }
        buffer[count] = byte
        count += 1
    }
}
