/// The longest run of plain ASCII in what somebody looks for, in small letters.
///
/// A database finds it in every engine alike, whatever its locale, and so keeps most of what does
/// not fit from being read. It is never all of the answer: what is found is compared as a whole.
package struct PlainRun: Equatable, Sendable {
    package let text: String

    /// - Returns: `nil` when there is none, so that everything has to be read.
    package init?(of words: String) {
        var runs: [String] = []
        var run = ""
        for scalar in words.unicodeScalars {
            if Self.isPlain(scalar) {
                run.unicodeScalars.append(scalar)
                continue
            }
            // It may be a mark on the letter before it, which then can be written in one as well.
            if !scalar.isASCII, !run.isEmpty { run.unicodeScalars.removeLast() }
            runs.append(run)
            run = ""
        }
        runs.append(run)
        guard let longest = runs.max(by: { $0.utf8.count < $1.utf8.count }), !longest.isEmpty
        else { return nil }
        text = longest.lowercased()
    }

    /// Letters, digits, spaces and what joins names: nothing that a pattern reads otherwise.
    private static func isPlain(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar {
        case "a"..."z", "A"..."Z", "0"..."9", " ", "-", ".": true
        default: false
        }
    }
}
