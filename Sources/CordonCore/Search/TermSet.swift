/// What a search looks for at once: names, account numbers, or patterns of them.
///
/// A term matches whole words of a folded text. In a term, `*` stands for any run of letters and
/// digits within a word, even none, and `#` for exactly one digit: `DE## #### *`, `acct_#####`. A
/// German or Nordic term also matches with its letters spelled out, as `Mueller` for `Müller`.
package struct TermSet: Equatable, Sendable {
    /// How many different terms one set may have.
    package static let countAllowed = 1...10_000
    /// How long a term may be, in folded bytes without the spaces around it.
    package static let sizeAllowed = 2...200
    /// How long the longest part of a pattern without a wildcard must be: it is found by that.
    package static let literalSizeAtLeast = 2

    /// One thing to look for, with every way in which it was asked for.
    package struct Term: Equatable, Sendable {
        /// Where the term was read, and how it was written there.
        package struct Original: Equatable, Sendable {
            /// The line of the list, or on which the row begins, counted from 1.
            package let line: Int
            /// Without the spaces around it.
            package let text: String
        }

        /// Every place where it was read, in the order of the lines; never empty.
        package fileprivate(set) var originals: [Original]
        /// The folded form first, then what also counts as it.
        let patterns: [TermPattern]

        /// As it was first written.
        package var text: String { originals[0].text }
        /// Whether it holds a wildcard, which a reader should be told.
        package var hasWildcards: Bool { patterns[0].hasWildcards }
        /// The folded form between two spaces; of a pattern, there is none.
        package var folded: [UInt8]? { hasWildcards ? nil : patterns[0].tokens }
        /// Every folded form that counts as the term; of a pattern, there is none.
        package var spellings: [[UInt8]] { hasWildcards ? [] : patterns.map(\.tokens) }
    }

    /// The terms in the order in which they were first read; an index here names a term.
    package let terms: [Term]

    /// Reads one term a line; blank lines are none.
    ///
    /// - Parameters:
    ///   - text: What was pasted.
    ///   - wildcards: Whether `*` and `#` are wildcards; without, they separate words.
    /// - Throws: A ``TermSetError`` that names every line that cannot be searched for.
    package init(lines text: String, wildcards: Bool = true) throws(TermSetError) {
        let lines = text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
        try self.init(
            lines.enumerated().map {
                Term.Original(line: $0.offset + 1, text: Self.trimmed($0.element))
            },
            wildcards: wildcards)
    }

    /// Reads one term a row from a column of comma-separated values.
    ///
    /// Fields may be quoted and the separator may be a semicolon or a tab; the first row decides.
    ///
    /// - Parameters:
    ///   - text: The whole file.
    ///   - column: The name of the column in the first row; nil for the first column of all rows.
    ///   - hasHeader: Whether the first row holds names, when no column is named.
    ///   - wildcards: Whether `*` and `#` are wildcards; without, they separate words.
    /// - Throws: A ``TermSetError`` that names every line that cannot be searched for.
    package init(
        csv text: String, column: String? = nil, hasHeader: Bool = false, wildcards: Bool = true
    ) throws(TermSetError) {
        let table = SeparatedValues(text)
        if let line = table.unclosedQuote {
            throw TermSetError([.init(line: line, text: "", reason: .quoteNotClosed)])
        }
        var index = 0
        if let column {
            let wanted = Folding.fold(column)
            let header = table.rows.first?.fields ?? []
            guard let found = header.firstIndex(where: { Folding.fold($0) == wanted }) else {
                throw TermSetError([.init(line: 1, text: column, reason: .columnMissing)])
            }
            index = found
        }
        let rows = table.rows.dropFirst(column != nil || hasHeader ? 1 : 0)
        try self.init(
            rows.map { row in
                let field = index < row.fields.count ? row.fields[index] : ""
                return Term.Original(line: row.line, text: Self.trimmed(field[...]))
            }, wildcards: wildcards)
    }

    private init(_ originals: [Term.Original], wildcards: Bool) throws(TermSetError) {
        var terms: [Term] = []
        var known: [TermPattern: Int] = [:]
        var problems: [TermSetError.Problem] = []
        for original in originals where !original.text.isEmpty {
            let pattern = TermPattern(original.text, wildcards: wildcards)
            if let reason = Self.reasonAgainst(pattern) {
                problems.append(.init(line: original.line, text: original.text, reason: reason))
            } else if let index = known[pattern] {
                terms[index].originals.append(original)
            } else {
                known[pattern] = terms.count
                let spelledOut = TermPattern(Self.spelledOut(original.text), wildcards: wildcards)
                let patterns = spelledOut == pattern ? [pattern] : [pattern, spelledOut]
                terms.append(Term(originals: [original], patterns: patterns))
            }
        }
        if terms.isEmpty, problems.isEmpty {
            problems = [.init(line: 1, text: "", reason: .noTerms)]
        }
        if terms.count > Self.countAllowed.upperBound {
            let first = terms[Self.countAllowed.upperBound].originals[0]
            problems.append(
                .init(line: first.line, text: first.text, reason: .tooMany(terms.count)))
        }
        guard problems.isEmpty else { throw TermSetError(problems) }
        self.terms = terms
    }

    private static func reasonAgainst(_ pattern: TermPattern) -> TermSetError.Reason? {
        if pattern.size == 0 { return .nothingToFind }
        if pattern.size > sizeAllowed.upperBound { return .tooLong(pattern.size) }
        if pattern.hasWildcards {
            let literal = TermPattern.literalSize(pattern.tokens[pattern.longestLiteral])
            return literal < literalSizeAtLeast ? .noLiteral : nil
        }
        return pattern.size < sizeAllowed.lowerBound ? .tooShort : nil
    }

    /// The way in which these letters are written where a keyboard or a system has none of them.
    private static func spelledOut(_ text: String) -> String {
        var result = ""
        for character in text {
            // Characters are equal whether their marks are part of them or follow them.
            switch character {
            case "ä", "Ä": result += "ae"
            case "ö", "Ö", "ø", "Ø": result += "oe"
            case "ü", "Ü": result += "ue"
            case "å", "Å": result += "aa"
            default: result.append(character)
            }
        }
        return result
    }

    private static func trimmed(_ text: Substring) -> String {
        var text = text
        while let first = text.first, first.isWhitespace || first == "\u{FEFF}" {
            text.removeFirst()
        }
        while let last = text.last, last.isWhitespace { text.removeLast() }
        return String(text)
    }
}
