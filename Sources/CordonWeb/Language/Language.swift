/// A language that the pages are complete in.
package enum Language: String, CaseIterable, Sendable {
    case english = "en"
    case german = "de"

    /// What it calls itself.
    var name: String {
        switch self {
        case .english: "English"
        case .german: "Deutsch"
        }
    }

    /// The first of ours in a browser's order of wishes (RFC 9110, 12.5.4); English otherwise.
    init(accepted header: String?) {
        let wishes = (header ?? "").split(separator: ",").map { wish -> (String, Double) in
            let parts = wish.split(separator: ";").map { $0.filter { $0 != " " } }
            let weight = parts.dropFirst().first { $0.hasPrefix("q=") }
            return (
                String(parts.first?.prefix(2) ?? "").lowercased(),
                weight.flatMap { Double($0.dropFirst(2)) } ?? 1
            )
        }
        // Sorting keeps the order of equals only by their place.
        let ordered = wishes.enumerated().sorted {
            ($1.element.1, $0.offset) < ($0.element.1, $1.offset)
        }
        self =
            ordered.lazy.filter { $0.element.1 > 0 }
            .compactMap { Language(rawValue: $0.element.0) }.first ?? .english
    }

    /// `12,345` in English, `12.345` in German.
    func text(of number: Int) -> String {
        let mark = self == .english ? "," : "."
        let digits = String(number.magnitude)
        guard digits.count > 4 else { return String(number) }
        var text = ""
        for (offset, digit) in digits.enumerated() {
            if offset > 0, (digits.count - offset).isMultiple(of: 3) { text += mark }
            text.append(digit)
        }
        return number < 0 ? "-" + text : text
    }

    private var months: [String] {
        switch self {
        case .english:
            [
                "January", "February", "March", "April", "May", "June", "July", "August",
                "September", "October", "November", "December",
            ]
        case .german:
            [
                "Januar", "Februar", "März", "April", "Mai", "Juni", "Juli", "August",
                "September", "Oktober", "November", "Dezember",
            ]
        }
    }

    /// `17 April 2026`, `17. April 2026`.
    func date(_ year: Int, _ month: Int, _ day: Int) -> String {
        let name = months.indices.contains(month - 1) ? months[month - 1] : "\(month)"
        return self == .english ? "\(day) \(name) \(year)" : "\(day). \(name) \(year)"
    }
}
