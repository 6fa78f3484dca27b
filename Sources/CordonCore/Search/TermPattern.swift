/// One written form of a term as it is searched for in folded text: bytes, and wildcards.
///
/// Begins and ends with the space that ends a word, so a term never matches inside a longer one.
struct TermPattern: Hashable, Sendable {
    /// Folded bytes; a wildcard is a control character, which folded text never holds.
    let tokens: [UInt8]

    static let digit: UInt8 = 1
    /// Any run of bytes without a space, even none.
    static let run: UInt8 = 2
    /// The same, but at least one byte: a run that is a word by itself.
    static let word: UInt8 = 3

    private static let space = UInt8(ascii: " ")

    /// Folds a term; `*` and `#` are wildcards when asked for, and separators otherwise.
    init(_ text: String, wildcards: Bool) {
        guard wildcards, text.utf8.contains(where: { $0 == 0x2A || $0 == 0x23 }) else {
            tokens = Folding.fold(text)
            return
        }
        // Two code points of a plane without characters fold to themselves, as letters do, so
        // that the folding sees where words end.
        let standIns: [Character: UInt8] = ["\u{40000}": Self.digit, "\u{40001}": Self.run]
        var marked = ""
        for scalar in text.unicodeScalars where !(0x4_0000...0x4_0001).contains(scalar.value) {
            switch scalar {
            case "#": marked += "\u{40000}"
            case "*": marked += "\u{40001}"
            default: marked.unicodeScalars.append(scalar)
            }
        }
        var tokens: [UInt8] = []
        for scalar in String(decoding: Folding.fold(marked), as: UTF8.self).unicodeScalars {
            guard let token = standIns[Character(scalar)] else {
                tokens += UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter
                continue
            }
            if token != Self.run || tokens.last != Self.run { tokens.append(token) }
        }
        for index in tokens.indices.dropFirst().dropLast() where tokens[index] == Self.run {
            let isWord = tokens[index - 1] == Self.space && tokens[index + 1] == Self.space
            if isWord { tokens[index] = Self.word }
        }
        self.tokens = tokens
    }

    /// How many folded bytes it has between its outer spaces.
    var size: Int { max(0, tokens.count - 2) }

    var hasWildcards: Bool { tokens.contains(where: Self.isWildcard) }

    /// The longest stretch without a wildcard, by its bytes that are not spaces.
    var longestLiteral: Range<Int> {
        var longest = 0..<0
        var most = 0
        var start = 0
        for end in 0...tokens.count where end == tokens.count || Self.isWildcard(tokens[end]) {
            let count = tokens[start..<end].count { $0 != Self.space }
            if count > most {
                most = count
                longest = start..<end
            }
            start = end + 1
        }
        return longest
    }

    static func literalSize(_ tokens: ArraySlice<UInt8>) -> Int { tokens.count { $0 != space } }

    /// Where the pattern matches if its tokens in `anchor` stand at `start` of a folded text.
    ///
    /// - Returns: The match without the spaces around it, or nil.
    func match(
        _ text: UnsafeBufferPointer<UInt8>, anchor: Range<Int>, at start: Int
    ) -> Range<Int>? {
        let end = start + anchor.count
        guard let last = Self.end(tokens[anchor.upperBound...], text, from: end, step: 1),
            let first = Self.end(tokens[..<anchor.lowerBound], text, from: start - 1, step: -1)
        else { return nil }
        return (first + 2)..<(last - 1)
    }

    /// Matches tokens one after the other in either direction; returns where the text went on.
    private static func end(
        _ tokens: ArraySlice<UInt8>, _ text: UnsafeBufferPointer<UInt8>, from start: Int, step: Int
    ) -> Int? {
        var token = step > 0 ? tokens.startIndex : tokens.endIndex - 1
        var place = start
        // Only the last run is ever made longer: it cannot leave its word, and within the word the
        // shortest match of what stood before leaves the most room.
        var retry: (token: Int, place: Int)?
        while tokens.indices.contains(token) {
            let byte = text.indices.contains(place) ? text[place] : space
            switch tokens[token] {
            case run:
                token += step
                retry = (token, place)
                continue
            case word where byte != space:
                token += step
                place += step
                retry = (token, place)
                continue
            case digit where (0x30...0x39).contains(byte), byte where text.indices.contains(place):
                token += step
                place += step
                continue
            default:
                guard let last = retry, text.indices.contains(last.place), text[last.place] != space
                else { return nil }
                retry = (last.token, last.place + step)
                token = last.token
                place = last.place + step
            }
        }
        return place
    }

    private static func isWildcard(_ token: UInt8) -> Bool { token < space }
}
