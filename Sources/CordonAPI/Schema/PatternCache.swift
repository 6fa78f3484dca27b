import Synchronization

/// Compiled regular expressions by their text.
///
/// `Regex` is not `Sendable`, so expressions are compiled and matched under the lock. The texts
/// come from schemas, never from requests: the cache grows to their number and no further.
final class PatternCache: Sendable {
    /// Guards every use of an expression.
    private let compiled = Mutex<[String: Regex<AnyRegexOutput>]>([:])

    /// Whether a text contains a match, compared by Unicode scalars as ECMA-262 does.
    ///
    /// - Throws: The parser's error when the pattern is no regular expression.
    func isMatch(_ text: String, pattern: String) throws -> Bool {
        try compiled.withLock { cache in
            let regex =
                if let known = cache[pattern] {
                    known
                } else {
                    try Regex(pattern).matchingSemantics(.unicodeScalar)
                }
            cache[pattern] = regex
            return try regex.firstMatch(in: text) != nil
        }
    }
}
