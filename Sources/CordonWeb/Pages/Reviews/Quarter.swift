import CordonAPI
import CordonCore

/// A quarter of a year, by UTC.
struct Quarter: Hashable, Comparable, Sendable {
    let year: Int
    /// 1 to 4.
    let number: Int

    init(containing instant: Instant) {
        let month = Month(containing: instant)
        year = month.year
        number = (month.number - 1) / 3 + 1
    }

    /// Reads `2026-Q3`; `nil` when it is something else.
    init?(_ text: String) {
        let parts = text.split(separator: "-", omittingEmptySubsequences: false)
        guard parts.count == 2, parts[0].count == 4, let year = Int(parts[0]),
            (1_970...9_000).contains(year), parts[1].count == 2, parts[1].hasPrefix("Q"),
            let number = Int(parts[1].dropFirst()), (1...4).contains(number)
        else { return nil }
        self.init(year, number)
    }

    /// - Throws: a refusal that says how a quarter is named.
    init(named text: String) throws(Refusal) {
        guard let quarter = Quarter(text) else {
            throw Refusal(.notFound, "A review is named by its quarter, such as 2026-Q3.")
        }
        self = quarter
    }

    private init(_ year: Int, _ number: Int) {
        self.year = year
        self.number = number
    }

    /// So many quarters later; earlier when `count` is negative.
    func advanced(by count: Int) -> Quarter {
        let index = year * 4 + number - 1 + count
        return Quarter(index / 4, index % 4 + 1)
    }

    /// `2026-Q3`: as it stands in addresses.
    var text: String { "\(year)-Q\(number)" }

    /// `2026 Q3`: as it stands in charts.
    var short: Phrase { Phrase(said: "\(year) Q\(number)") }

    var words: Phrase { "Quarter \(String(number)) of \(String(year))" }

    var start: Instant { Month(year, number * 3 - 2).start }

    /// The first moment that does not belong to it.
    var end: Instant { advanced(by: 1).start }

    static func < (left: Quarter, right: Quarter) -> Bool {
        (left.year, left.number) < (right.year, right.number)
    }
}

extension PagePaths {
    static func review(_ quarter: Quarter) -> String {
        reviews + "/" + Paths.segment(quarter.text)
    }
}
