/// Rows of fields read from comma-separated values.
///
/// - Source: RFC 4180, and what spreadsheets write besides: semicolons, tabs, bare line feeds, a
///   byte order mark.
struct SeparatedValues {
    struct Row: Equatable {
        /// The line on which the row begins, counted from 1.
        var line: Int
        var fields: [String]
    }

    private(set) var rows: [Row] = []
    /// The line of a quotation mark without its partner, behind which nothing was read.
    private(set) var unclosedQuote: Int?

    init(_ text: String) {
        let scalars = Array(text.unicodeScalars.drop { $0 == "\u{FEFF}" })
        let separator = Self.separator(scalars)
        var row = Row(line: 1, fields: [])
        var field = String.UnicodeScalarView()
        var line = 1
        var index = 0
        var isInRow = false
        while index < scalars.count {
            let scalar = scalars[index]
            index += 1
            switch scalar {
            case "\"" where field.isEmpty:
                isInRow = true
                let opened = line
                guard let end = Self.quoted(scalars, &index, &line, &field) else {
                    unclosedQuote = opened
                    return
                }
                index = end
            case separator:
                isInRow = true
                row.fields.append(String(field))
                field.removeAll()
            case "\n", "\r":
                if scalar == "\r", index < scalars.count, scalars[index] == "\n" { index += 1 }
                if isInRow {
                    rows.append(Row(line: row.line, fields: row.fields + [String(field)]))
                }
                line += 1
                row = Row(line: line, fields: [])
                field.removeAll()
                isInRow = false
            default:
                isInRow = true
                field.append(scalar)
            }
        }
        if isInRow { rows.append(Row(line: row.line, fields: row.fields + [String(field)])) }
    }

    /// Reads up to the closing quotation mark; a doubled one is one of the field.
    private static func quoted(
        _ scalars: [Unicode.Scalar], _ index: inout Int, _ line: inout Int,
        _ field: inout String.UnicodeScalarView
    ) -> Int? {
        while index < scalars.count {
            let scalar = scalars[index]
            index += 1
            if scalar == "\"" {
                guard index < scalars.count, scalars[index] == "\"" else { return index }
                index += 1
            }
            if scalar == "\n" { line += 1 }
            field.append(scalar)
        }
        return nil
    }

    /// The separator that the first line uses most, outside quotation marks.
    private static func separator(_ scalars: [Unicode.Scalar]) -> Unicode.Scalar {
        var counts: [Unicode.Scalar: Int] = [:]
        var isQuoted = false
        for scalar in scalars {
            if scalar == "\"" { isQuoted.toggle() }
            if isQuoted { continue }
            if scalar == "\n" || scalar == "\r" { break }
            counts[scalar, default: 0] += 1
        }
        let semicolons = counts[";", default: 0]
        let tabs = counts["\t", default: 0]
        let commas = counts[",", default: 0]
        if semicolons > commas, semicolons >= tabs { return ";" }
        return tabs > commas ? "\t" : ","
    }
}
