package import CordonCore
package import FoundationEssentials

/// What a page has to know of whoever reads it to become text.
package struct Reading: Sendable {
    package var language: Language
    /// Times are told in this zone, with UTC beside.
    package var zone: TimeZone
    /// What the forms of the page carry, so that another site cannot send them.
    package var formToken: String
    /// Names this showing of the page.
    package var onceKey: String

    package init(
        language: Language = .english, zone: TimeZone = .gmt, formToken: String,
        onceKey: String = ""
    ) {
        self.language = language
        self.zone = zone
        self.formToken = formToken
        self.onceKey = onceKey
    }

    /// `Europe/Berlin`, or `UTC` while nobody has said where the reader is.
    var zoneName: String { zone == .gmt ? "UTC" : zone.identifier }

    /// `17 April 2026, 23:03 (21:03 UTC)`; the zone's own date only where it is another.
    func words(of instant: Instant) -> String {
        let here = parts(of: instant, in: zone)
        let there = parts(of: instant, in: .gmt)
        let words = language.date(here.year, here.month, here.day) + ", " + here.clock
        guard zone.secondsFromGMT(for: Self.date(instant)) != 0 else { return words + " UTC" }
        let isSameDay = here.day == there.day
        let beside =
            isSameDay
            ? there.clock
            : language.date(there.year, there.month, there.day) + ", " + there.clock
        return "\(words) (\(beside) UTC)"
    }

    /// A sentence of the rules, whose exact moments become words.
    func telling(_ sentence: String) -> String {
        guard sentence.contains("Z") else { return sentence }
        return sentence.replacing(/[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]{8,12}Z/) { found in
            Instant(rfc3339: String(found.output)).map(words) ?? String(found.output)
        }
    }

    /// A moment as the fields of forms for date and time take it: `2026-04-17T23:03`.
    package func field(of instant: Instant) -> String {
        let here = parts(of: instant, in: zone)
        func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
        return "\(here.year)-\(two(here.month))-\(two(here.day))T\(here.clock)"
    }

    /// What somebody typed into such a field, or a date alone, as a moment; otherwise `nil`.
    package func instant(fromField text: String) -> Instant? {
        if let exact = Instant(rfc3339: text) { return exact }
        let parts = text.split { "-T: ".contains($0) }.compactMap { Int($0) }
        guard parts.count == 3 || parts.count == 5 || parts.count == 6,
            (1_583...9_999).contains(parts[0]), (1...12).contains(parts[1]),
            (1...31).contains(parts[2]), parts.count == 3 || (parts[3] < 24 && parts[4] < 60),
            parts.count < 6 || parts[5] < 60
        else { return nil }
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = zone
        let wanted = DateComponents(
            year: parts[0], month: parts[1], day: parts[2], hour: parts.count > 3 ? parts[3] : 0,
            minute: parts.count > 3 ? parts[4] : 0, second: parts.count > 5 ? parts[5] : 0)
        guard let date = calendar.date(from: wanted) else { return nil }
        // A calendar rolls 31 April over; a person who typed it meant another day.
        let back = calendar.dateComponents([.month, .day], from: date)
        guard back.month == parts[1], back.day == parts[2] else { return nil }
        return Instant(milliseconds: Int64((date.timeIntervalSince1970 * 1_000).rounded()))
    }

    private struct Parts {
        let year: Int
        let month: Int
        let day: Int
        let clock: String
    }

    private func parts(of instant: Instant, in zone: TimeZone) -> Parts {
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = zone
        let parts = calendar.dateComponents(
            [.year, .month, .day, .hour, .minute], from: Self.date(instant))
        func two(_ number: Int?) -> String {
            let number = number ?? 0
            return number < 10 ? "0\(number)" : "\(number)"
        }
        return Parts(
            year: parts.year ?? 0, month: parts.month ?? 0, day: parts.day ?? 0,
            clock: "\(two(parts.hour)):\(two(parts.minute))")
    }

    private static func date(_ instant: Instant) -> Date {
        Date(timeIntervalSince1970: Double(instant.milliseconds) / 1_000)
    }
}
