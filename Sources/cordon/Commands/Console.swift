import Foundation

/// The terminal: results on standard output, everything else on standard error.
enum Console {
    static func say(_ text: String) { put(line(text), STDOUT_FILENO) }

    static func say(_ lines: [String]) { lines.forEach { say($0) } }

    /// Bytes as they are, for a file rather than for people.
    static func put(_ bytes: [UInt8]) { put(bytes, STDOUT_FILENO) }

    static func complain(_ text: String) { put(line(text), STDERR_FILENO) }

    /// Shows how far something is, in one line that the next one replaces; only on a terminal.
    static func progress(_ text: String) {
        guard isWatched else { return }
        put(Array("\r\u{1b}[K\(plain(text))".utf8), STDERR_FILENO)
    }

    /// Takes the line of the progress away.
    static func progressEnd() {
        if isWatched { put(Array("\r\u{1b}[K".utf8), STDERR_FILENO) }
    }

    private static let isWatched = isatty(STDERR_FILENO) == 1

    private static func line(_ text: String) -> [UInt8] { Array((plain(text) + "\n").utf8) }

    /// A reader that has gone away, such as `head`, has read enough: the rest is dropped.
    private static func put(_ bytes: [UInt8], _ descriptor: Int32) {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { return }
            rest = rest.dropFirst(count)
        }
    }

    /// Without control characters: what a stranger wrote into a report must not steer a terminal.
    private static func plain(_ text: String) -> String {
        String(
            String.UnicodeScalarView(
                text.unicodeScalars.map { scalar in
                    let isControl = scalar.properties.generalCategory == .control
                    return isControl && scalar != "\n" && scalar != "\t" ? "\u{fffd}" : scalar
                }))
    }

    /// Columns that line up, separated by two spaces.
    static func table(_ head: [String], _ rows: [[String]]) -> [String] {
        let all = [head] + rows
        let widths = head.indices.map { column in
            all.map { column < $0.count ? $0[column].count : 0 }.max() ?? 0
        }
        return all.map { row in
            var line = ""
            for (column, cell) in row.enumerated() {
                let isLast = column == row.count - 1
                let gap = isLast ? 0 : widths[column] - cell.count + 2
                line += cell + String(repeating: " ", count: gap)
            }
            return line
        }
    }

    /// The first line of a text, shortened.
    static func short(_ text: String, _ limit: Int = 60) -> String {
        let first = text.split(separator: "\n").first.map(String.init) ?? ""
        return first.count <= limit ? first : first.prefix(limit - 1) + "…"
    }
}
