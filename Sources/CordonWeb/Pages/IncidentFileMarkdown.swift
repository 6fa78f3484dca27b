/// The incident file as Markdown that shows in any viewer what was written and nothing else.
package struct IncidentFileMarkdown: Sendable {
    package let sheet: IncidentFileSheet

    package init(_ sheet: IncidentFileSheet) { self.sheet = sheet }

    package var text: String {
        let head = """
            # Incident file \(Markdown.line(sheet.number))

            \(Markdown.paragraph(sheet.title))

            \(Markdown.line(sheet.level.plain)). \
            \(sheet.complete) of \(sheet.items.count) items are complete.

            """
        return head + sheet.items.map(section).joined()
    }

    private func section(_ item: IncidentFileSheet.Item) -> String {
        var section = """

            ## \(item.number). \(Markdown.line(item.title))

            \(item.complete ? "Complete." : "Missing.")

            """
        if !item.lines.isEmpty { section += "\n" + item.lines.map(Markdown.item).joined() }
        if !item.missing.isEmpty {
            section += "\nWhat is missing:\n\n" + item.missing.map(Markdown.item).joined()
        }
        return section
    }
}

/// Plain text made safe inside Markdown: no markup, no HTML, no link comes out of it.
enum Markdown {
    /// On one line.
    static func line(_ text: String) -> String {
        lines(text).joined(separator: " ")
    }

    static func paragraph(_ text: String) -> String {
        lines(text).joined(separator: "\\\n")
    }

    /// An entry of a list; its further lines stay in it.
    static func item(_ text: String) -> String {
        "- " + lines(text).joined(separator: "\\\n  ") + "\n"
    }

    /// Each line as if it began a block, because it may.
    private static func lines(_ text: String) -> [String] {
        let lines = text.split(whereSeparator: \.isNewline).map(escape).filter { !$0.isEmpty }
        return lines.isEmpty ? ["–"] : lines
    }

    private static func escape(_ line: Substring) -> String {
        let trimmed = line.drop(while: \.isWhitespace)
        var escaped = ""
        if let first = trimmed.first, "+-=".contains(first) { escaped = "\\" }
        // `1.` and `1)` begin a list.
        let afterDigits = trimmed.prefix { $0.isASCII && $0.isNumber }.endIndex
        for index in trimmed.indices {
            let rest = trimmed[index...]
            let isListMark =
                index == afterDigits && index != trimmed.startIndex
                && (rest.first == "." || rest.first == ")")
            let isAddress = rest.hasPrefix("://") || isDotOfWWW(trimmed, index)
            for scalar in rest[index].unicodeScalars {
                if isListMark || isAddress || special.contains(scalar) { escaped += "\\" }
                escaped.unicodeScalars.append(scalar.isUnprintable ? "\u{FFFD}" : scalar)
            }
        }
        while escaped.last == " " { escaped.removeLast() }
        return escaped
    }

    private static let special = Set("\\`*_[]<>#|~&$@".unicodeScalars)

    /// Many viewers make a link of `www.` alone.
    private static func isDotOfWWW(_ text: Substring, _ index: Substring.Index) -> Bool {
        text[index] == "." && text[..<index].suffix(3).lowercased() == "www"
    }
}
