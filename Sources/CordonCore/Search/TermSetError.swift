/// Why a list of terms cannot be searched for, with every line that is in the way.
package struct TermSetError: Error, Equatable, Sendable {
    /// Everything that is in the way, in the order of the lines; never empty.
    package let problems: [Problem]

    init(_ problems: [Problem]) { self.problems = problems }

    /// One line that is no term.
    package struct Problem: Equatable, Sendable {
        /// Counted from 1, as an editor shows it.
        package let line: Int
        /// What stands there.
        package let text: String
        /// What is wrong with it.
        package let reason: Reason

        /// One sentence that says what to do.
        package var message: String {
            let shown = text.count > 60 ? text.prefix(59) + "…" : text[...]
            return "Line \(line): " + reason.sentence(shown)
        }
    }

    /// What is wrong with a line.
    package enum Reason: Equatable, Sendable {
        /// Only separators and what is invisible.
        case nothingToFind
        /// Fewer folded bytes than a term may have.
        case tooShort
        /// More folded bytes than a term may have: so many.
        case tooLong(Int)
        /// A pattern of hardly anything but wildcards.
        case noLiteral
        /// The list is empty.
        case noTerms
        /// More different terms than a set may have: so many; named at the first one too many.
        case tooMany(Int)
        /// The first row of a table has no such name.
        case columnMissing
        /// A field of a table that never ends.
        case quoteNotClosed

        fileprivate func sentence(_ text: Substring) -> String {
            let sizes = TermSet.sizeAllowed
            return switch self {
            case .nothingToFind:
                "“\(text)” has no letter and no digit to look for."
            case .tooShort:
                "“\(text)” is shorter than \(sizes.lowerBound) letters or digits."
            case .tooLong(let size):
                "“\(text)” is \(size) bytes long, \(sizes.upperBound) at most."
            case .noLiteral:
                "“\(text)” needs \(TermSet.literalSizeAtLeast) letters or digits in a row"
                    + " without a wildcard."
            case .noTerms:
                "There is nothing to look for: write one name a line."
            case .tooMany(let count):
                "\(count) different terms are too many, \(TermSet.countAllowed.upperBound) at most:"
                    + " split the list here, at “\(text)”."
            case .columnMissing:
                "No column is named “\(text)”."
            case .quoteNotClosed:
                "A quotation mark that begins here is never closed."
            }
        }
    }
}
