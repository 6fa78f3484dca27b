import CordonCore

/// A month of a year, by UTC.
struct Month: Hashable, Sendable {
    let year: Int
    /// 1 to 12.
    let number: Int

    init(_ year: Int, _ number: Int) {
        self.year = year
        self.number = number
    }

    init(containing instant: Instant) {
        self.init(instant.year, Int(instant.rfc3339.dropFirst(5).prefix(2)) ?? 1)
    }

    /// So many months later; earlier when `count` is negative.
    func advanced(by count: Int) -> Month {
        let index = year * 12 + number - 1 + count
        return Month(index / 12, index % 12 + 1)
    }

    /// `07/26`: twelve of them have to stand side by side.
    var short: Phrase {
        let digits = [number, year % 100].map { $0 < 10 ? "0\($0)" : String($0) }
        return Phrase(said: digits.joined(separator: "/"))
    }

    var start: Instant { Instant(milliseconds: Int64(days) * 86_400_000) }

    /// The first moment that does not belong to it.
    var end: Instant { advanced(by: 1).start }

    /// Days from 1970-01-01 to its first, as in Howard Hinnant's `days_from_civil`.
    private var days: Int {
        let shifted = number <= 2 ? year - 1 : year
        let era = shifted / 400
        let yearOfEra = shifted - era * 400
        let dayOfYear = (153 * ((number + 9) % 12) + 2) / 5
        let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        return era * 146_097 + dayOfEra - 719_468
    }
}
