/// A Swift file taken apart, so that a rule about code is not tripped by a comment or a string.
///
/// Knows comments, strings of every kind and interpolation. It does not know regex literals: a
/// quotation mark in one can hide the rest of that line, never more.
struct SwiftText {
    struct Line {
        /// What remains when comments go and every string is emptied.
        var code = ""
        var comment = ""
        /// Columns, as a reader counts them.
        var width = 0
        /// Whether it begins inside a string of several lines, where a line cannot be broken.
        var beginsInString = false
    }

    struct Literal {
        /// From 0: the line where it begins.
        var line: Int
        /// As written, with `\()` for every interpolation.
        var text: String
    }

    private(set) var lines: [Line] = []
    private(set) var literals: [Literal] = []

    init(_ source: String) {
        var reader = Reader(source)
        reader.read()
        lines = reader.lines
        literals = reader.literals
        for (index, line) in source.split(separator: "\n", omittingEmptySubsequences: false)
            .enumerated() where index < lines.count
        {
            lines[index].width = line.count
        }
        // The end of the last line is not the beginning of another.
        if source.hasSuffix("\n") { lines.removeLast() }
    }
}

/// One pass over the bytes, with a stack of what encloses the current one.
private struct Reader {
    private enum Place {
        /// The number of open parentheses tells where an interpolation ends.
        case code(depth: Int)
        case string(hashes: Int, isLong: Bool, line: Int, text: [UInt8])
    }

    private let bytes: [UInt8]
    private var position = 0
    private var code: [UInt8] = []
    private var comment: [UInt8] = []
    private var beganInString = false
    private var places: [Place] = [.code(depth: 0)]
    private(set) var lines: [SwiftText.Line] = []
    private(set) var literals: [SwiftText.Literal] = []

    init(_ source: String) {
        bytes = Array(source.utf8)
    }

    mutating func read() {
        while position < bytes.count {
            if bytes[position] == UInt8(ascii: "\n") {
                endLine()
                position += 1
                continue
            }
            switch places[places.count - 1] {
            case .code(let depth): readCode(depth)
            case .string(let hashes, let isLong, _, _): readString(hashes, isLong)
            }
        }
        endLine()
    }

    private mutating func endLine() {
        // A short string cannot go on: it was none, or the file does not compile.
        if case .string(_, isLong: false, _, _)? = places.last { places.removeLast() }
        lines.append(
            SwiftText.Line(
                code: String(decoding: code, as: UTF8.self),
                comment: String(decoding: comment, as: UTF8.self),
                beginsInString: beganInString))
        code = []
        comment = []
        beganInString = false
        if case .string? = places.last {
            keep(UInt8(ascii: "\n"))
            beganInString = true
        }
    }

    private mutating func readCode(_ depth: Int) {
        if follows("//") {
            while position < bytes.count, bytes[position] != UInt8(ascii: "\n") {
                comment.append(bytes[position])
                position += 1
            }
            return
        }
        if follows("/*") { return readBlockComment() }
        if let hashes = hashesBeforeQuote() {
            let isLong = follows("\"\"\"", after: hashes)
            position += hashes + (isLong ? 3 : 1)
            code.append(UInt8(ascii: "\""))
            places.append(.string(hashes: hashes, isLong: isLong, line: lines.count, text: []))
            return
        }
        let byte = bytes[position]
        position += 1
        if byte == UInt8(ascii: "(") {
            places[places.count - 1] = .code(depth: depth + 1)
        } else if byte == UInt8(ascii: ")") {
            if depth == 0, places.count > 1 {
                places.removeLast()
                return
            }
            places[places.count - 1] = .code(depth: max(0, depth - 1))
        }
        code.append(byte)
    }

    private mutating func readBlockComment() {
        var depth = 0
        while position < bytes.count {
            if follows("/*") {
                depth += 1
                position += 2
            } else if follows("*/") {
                depth -= 1
                position += 2
                if depth == 0 { return }
            } else {
                if bytes[position] == UInt8(ascii: "\n") {
                    endLine()
                } else {
                    comment.append(bytes[position])
                }
                position += 1
            }
        }
    }

    private mutating func readString(_ hashes: Int, _ isLong: Bool) {
        let mark = String(repeating: "#", count: hashes)
        let end = (isLong ? "\"\"\"" : "\"") + mark
        if follows(end) {
            position += end.utf8.count
            code.append(UInt8(ascii: "\""))
            if case .string(_, _, let line, let text) = places.removeLast() {
                literals.append(
                    SwiftText.Literal(line: line, text: String(decoding: text, as: UTF8.self)))
            }
            return
        }
        if follows("\\" + mark) {
            position += 1 + hashes
            if follows("(") {
                position += 1
                for byte in "\\()".utf8 { keep(byte) }
                // Room between an interpolation and what stands before it.
                code.append(UInt8(ascii: " "))
                places.append(.code(depth: 0))
                return
            }
            keep(UInt8(ascii: "\\"))
            if position == bytes.count || bytes[position] == UInt8(ascii: "\n") { return }
        }
        keep(bytes[position])
        position += 1
    }

    private mutating func keep(_ byte: UInt8) {
        guard case .string(let hashes, let isLong, let line, var text)? = places.popLast() else {
            return
        }
        text.append(byte)
        places.append(.string(hashes: hashes, isLong: isLong, line: line, text: text))
    }

    /// How many number signs stand before a quotation mark that begins a string here.
    private func hashesBeforeQuote() -> Int? {
        var end = position
        while end < bytes.count, bytes[end] == UInt8(ascii: "#") { end += 1 }
        guard end < bytes.count, bytes[end] == UInt8(ascii: "\"") else { return nil }
        return end - position
    }

    private func follows(_ text: StaticString, after skipped: Int = 0) -> Bool {
        text.withUTF8Buffer { starts($0, after: skipped) }
    }

    private func follows(_ text: String) -> Bool {
        starts(text.utf8, after: 0)
    }

    private func starts(_ expected: some Collection<UInt8>, after skipped: Int) -> Bool {
        let start = position + skipped
        guard start + expected.count <= bytes.count else { return false }
        return zip(bytes[start...], expected).allSatisfy { $0 == $1 }
    }
}
