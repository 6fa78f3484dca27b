/// What differs between two texts, line by line.
///
/// A pure function: the longest sequence of lines that both have stays, what only the first has was
/// removed, what only the second has was added. Lines are the same when their bytes are, so that
/// evidence that merely looks alike does not pass for the same.
package struct TextDifference: Equatable, Sendable {
    package enum Line: Equatable, Sendable {
        case same(String)
        case removed(String)
        case added(String)
    }

    /// A line, or how many lines stand in both and are left out.
    package enum Piece: Equatable, Sendable {
        case line(Line)
        case skipped(Int)
    }

    package let lines: [Line]

    /// Lines of each text: time and room grow with their product.
    package static let linesAtMost = 2_000

    /// - Returns: `nil` when one of the texts has too many lines to compare.
    package init?(from first: String, to second: String) {
        let old = Self.lines(of: first)
        let new = Self.lines(of: second)
        guard max(old.count, new.count) <= Self.linesAtMost else { return nil }
        var numbers: [[UInt8]: Int] = [:]
        func numbered(_ lines: [String]) -> [Int] {
            lines.map { line in
                let bytes = Array(line.utf8)
                let number = numbers[bytes] ?? numbers.count
                numbers[bytes] = number
                return number
            }
        }
        lines = Self.compared(numbered(old), numbered(new)).map { step -> Line in
            switch step {
            case .same(let row): .same(old[row])
            case .removed(let row): .removed(old[row])
            case .added(let column): .added(new[column])
            }
        }
    }

    package var isSame: Bool { removed == 0 && added == 0 }

    package var removed: Int { lines.count(where: { $0.isRemoved }) }

    package var added: Int { lines.count(where: { $0.isAdded }) }

    /// What differs, with some lines around it.
    package func pieces(context: Int = 3) -> [Piece] {
        var isNear = [Bool](repeating: false, count: lines.count)
        for (index, line) in lines.enumerated() {
            if case .same = line { continue }
            let last = min(lines.count - 1, index + context)
            for near in max(0, index - context)...last { isNear[near] = true }
        }
        var pieces: [Piece] = []
        var skipped = 0
        for (line, near) in zip(lines, isNear) {
            if near {
                if skipped > 0 { pieces.append(.skipped(skipped)) }
                skipped = 0
                pieces.append(.line(line))
            } else {
                skipped += 1
            }
        }
        if skipped > 0 { pieces.append(.skipped(skipped)) }
        return pieces
    }

    // MARK: Comparing

    /// A line by its place in one of the texts.
    private enum Step {
        case same(Int)
        case removed(Int)
        case added(Int)
    }

    private static func lines(of text: String) -> [String] {
        if text.isEmpty { return [] }
        return text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
            .map(String.init)
    }

    /// What both begin and end with needs no comparison.
    private static func compared(_ old: [Int], _ new: [Int]) -> [Step] {
        let shorter = min(old.count, new.count)
        var start = 0
        while start < shorter, old[start] == new[start] { start += 1 }
        var end = 0
        while end < shorter - start, old[old.count - 1 - end] == new[new.count - 1 - end] {
            end += 1
        }
        let middle = changed(
            Array(old[start..<(old.count - end)]), Array(new[start..<(new.count - end)]),
            from: start)
        let tail = ((old.count - end)..<old.count).map(Step.same)
        return (0..<start).map(Step.same) + middle + tail
    }

    private static func changed(_ old: [Int], _ new: [Int], from start: Int) -> [Step] {
        let width = new.count + 1
        // How many lines both have in common from a row and a column on.
        var common = [UInt16](repeating: 0, count: (old.count + 1) * width)
        for row in old.indices.reversed() {
            let here = row * width
            let below = here + width
            for column in new.indices.reversed() {
                common[here + column] =
                    old[row] == new[column]
                    ? common[below + column + 1] + 1
                    : max(common[below + column], common[here + column + 1])
            }
        }
        var steps: [Step] = []
        var row = 0
        var column = 0
        while row < old.count || column < new.count {
            let here = row * width + column
            if row < old.count, column < new.count, old[row] == new[column] {
                steps.append(.same(start + row))
                row += 1
                column += 1
            } else if column == new.count
                || row < old.count && common[here + width] >= common[here + 1]
            {
                steps.append(.removed(start + row))
                row += 1
            } else {
                steps.append(.added(start + column))
                column += 1
            }
        }
        return steps
    }
}

extension TextDifference.Line {
    fileprivate var isRemoved: Bool {
        if case .removed = self { return true }
        return false
    }

    fileprivate var isAdded: Bool {
        if case .added = self { return true }
        return false
    }
}

extension TextDifference {
    /// Bytes of lines that a page shows, with what stands around each.
    static let shownAtMost = 40_000
    private static let markup = 120

    /// The lines that differ, marked by word and sign as well as by colour.
    var html: HTML {
        if isSame { return HTML.paragraph("Both say the same, line for line.") }
        var shown: [HTML] = []
        var left = Self.shownAtMost
        var missing = 0
        for piece in pieces() {
            left -= Self.size(piece)
            if left < 0 { missing += 1 } else { shown.append(Self.item(piece)) }
        }
        let rest: HTML =
            missing == 0
            ? .nothing
            : HTML.hint("The comparison is long: \(missing) more lines of it are not shown here.")
        let head: [HTML] = [
            HTML.paragraph("Lines that only the first has: \(removed). Only the second: \(added)."),
            HTML.hint("− stands before lines of the first alone, + before lines of the second."),
        ]
        return """
            \(head)
            <ol class="diff">
            \(shown)
            </ol>
            \([rest])
            """
    }

    private static func size(_ piece: Piece) -> Int {
        switch piece {
        case .line(.same(let text)), .line(.removed(let text)), .line(.added(let text)):
            text.utf8.count + markup
        case .skipped: markup
        }
    }

    private static func item(_ piece: Piece) -> HTML {
        switch piece {
        case .line(.same(let text)): "<li>\(text)</li>"
        case .line(.removed(let text)):
            """
            <li class="removed"><del><span aria-hidden="true">− </span>\
            <span class="unseen">\(say: "Removed:") </span>\(text)</del></li>
            """
        case .line(.added(let text)):
            """
            <li class="added"><ins><span aria-hidden="true">+ </span>\
            <span class="unseen">\(say: "Added:") </span>\(text)</ins></li>
            """
        case .skipped(let count):
            "<li class=\"skipped\">\(say: "\(count) lines that both have")</li>"
        }
    }
}
