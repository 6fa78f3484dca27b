/// One text on its way to its folded form.
///
/// The source is read once, from left to right; letters of ASCII and the spaces between them, which
/// are nearly everything, never leave ``copyPlain(into:)``.
struct FoldingRun {
    /// More than one step ever writes: the longest target of the table and two separators.
    static let slack = 96

    private(set) var read = 0
    private(set) var written: Int
    /// Where the word that is being written had its last apostrophe, or far away.
    private var apostrophe = Self.nowhere
    private let source: UnsafeBufferPointer<UInt8>
    private let table: FoldingTable

    private static let nowhere = -2
    private static let space = UInt8(ascii: " ")

    /// Whether what a step read belongs to the letter before it, as a combining mark does.
    enum Effect {
        case joins
        case standsAlone
    }

    init(_ source: UnsafeBufferPointer<UInt8>, table: FoldingTable, written: Int = 0) {
        self.source = source
        self.table = table
        self.written = written
    }

    var isAtEnd: Bool { read == source.count }

    /// Folds until the end or until `target` could become too small.
    ///
    /// `target` must hold at least ``slack`` bytes more than what is unread.
    ///
    /// - Returns: Whether the end was reached.
    mutating func advance(into target: UnsafeMutableBufferPointer<UInt8>) -> Bool {
        if read == 0 { begin(target) }
        while true {
            copyPlain(into: target)
            if isAtEnd { break }
            guard target.count - written >= source.count - read + Self.slack else { return false }
            _ = step(target)
        }
        separate(target)
        return true
    }

    /// Writes the space that every folded text begins with.
    mutating func begin(_ target: UnsafeMutableBufferPointer<UInt8>) {
        // Called again when nothing was read before the target became too small: one is enough.
        guard apostrophe == Self.nowhere else { return }
        target[written] = Self.space
        written += 1
        apostrophe = Self.nowhere - 1
    }

    /// Ends the word that is being written, if there is one, and takes the possessive off it.
    mutating func separate(_ target: UnsafeMutableBufferPointer<UInt8>) {
        if written - apostrophe == 1, target[written - 1] == UInt8(ascii: "s") { written -= 1 }
        target[written] = Self.space
        if target[written - 1] != Self.space { written += 1 }
    }

    /// Copies letters, digits and separators of ASCII, up to the first byte that needs thought.
    private mutating func copyPlain(into target: UnsafeMutableBufferPointer<UInt8>) {
        var read = read
        var written = written
        let apostrophe = apostrophe
        table.ascii.withUnsafeBufferPointer { ascii in
            while read < source.count {
                let byte = ascii[Int(source[read])]
                if byte > Self.space {
                    target[written] = byte
                    written &+= 1
                } else if byte == Self.space {
                    if written &- apostrophe == 1, target[written &- 1] == UInt8(ascii: "s") {
                        written &-= 1
                    }
                    target[written] = byte
                    // Without a branch: whether a space follows a space is anyone's guess.
                    written &+= target[written &- 1] == Self.space ? 0 : 1
                } else {
                    break
                }
                read &+= 1
            }
        }
        self.read = read
        self.written = written
    }

    /// Folds one character, whichever it is.
    mutating func step(_ target: UnsafeMutableBufferPointer<UInt8>) -> Effect {
        let byte = source[read]
        if byte >= 0x80 {
            let decoded = DecodedScalar(source, at: read)
            return emit(decoded, target)
        }
        if byte == UInt8(ascii: "."), isBetweenInitials {
            read += 1
            return .standsAlone
        }
        if let escaped = DecodedScalar(escapedIn: source, at: read) { return emit(escaped, target) }
        return emit(DecodedScalar(value: UInt32(byte), length: 1), target)
    }

    private mutating func emit(
        _ scalar: DecodedScalar, _ target: UnsafeMutableBufferPointer<UInt8>
    ) -> Effect {
        var code = table.code(of: scalar.value)
        if code.isPair { code = table.choice(code, isAmongLatin: isAmongLatin(scalar.length)) }
        read += scalar.length
        switch code {
        case .keep:
            write(scalar.value, target)
        case .vanish:
            return .joins
        case .separator:
            separate(target)
        case .apostrophe:
            // In `'the boss's'` the last one closes a quotation, and the `s` before it still goes.
            if written - apostrophe != 1 || target[written - 1] != UInt8(ascii: "s") {
                // At the beginning of a word there is nothing that an `s` could belong to.
                apostrophe = target[written - 1] == Self.space ? Self.nowhere - 1 : written
            }
        case .alone:
            separate(target)
            write(syllable(from: scalar.value), target)
            separate(target)
        default:
            if let letter = code.letter {
                target[written] = letter
                written += 1
            } else {
                write(table.target(code), target)
            }
        }
        return .standsAlone
    }

    private mutating func write(
        _ bytes: [UInt8], _ target: UnsafeMutableBufferPointer<UInt8>
    ) {
        for byte in bytes {
            if byte == Self.space {
                separate(target)
            } else {
                target[written] = byte
                written += 1
            }
        }
    }

    private mutating func write(_ value: UInt32, _ target: UnsafeMutableBufferPointer<UInt8>) {
        for byte in DecodedScalar.utf8(value) {
            target[written] = byte
            written += 1
        }
    }

    /// The Hangul syllable that begins with this scalar, as a name may be written letter by letter.
    ///
    /// - Source: The Unicode Standard, section 3.12, conjoining jamo behavior.
    private mutating func syllable(from value: UInt32) -> UInt32 {
        guard (0x1100...0x1112).contains(value), let vowel = jamo(in: 0x1161...0x1175) else {
            return value
        }
        let open = 0xAC00 + ((value - 0x1100) * 21 + (vowel - 0x1161)) * 28
        guard let tail = jamo(in: 0x11A8...0x11C2) else { return open }
        return open + (tail - 0x11A7)
    }

    /// Reads the next scalar if it is one of these.
    private mutating func jamo(in range: ClosedRange<UInt32>) -> UInt32? {
        guard read < source.count, source[read] == 0xE1 else { return nil }
        let next = DecodedScalar(source, at: read)
        guard range.contains(next.value) else { return nil }
        read += next.length
        return next.value
    }

    /// Whether the scalar that is about to be read stands among letters of ASCII.
    ///
    /// Two letters decide: one alone may be the stray Latin letter of a Greek name.
    private func isAmongLatin(_ length: Int) -> Bool {
        let next = read + length
        if !isInWord(at: read - 1) { return isLetter(at: next) && isLetter(at: next + 1) }
        if !isInWord(at: next) { return isLetter(at: read - 1) && isLetter(at: read - 2) }
        return isLetter(at: read - 1) && isLetter(at: next)
    }

    /// Whether this dot joins two single letters: `S.A.` is `SA`, and `Inc. A` is not `IncA`.
    private var isBetweenInitials: Bool {
        isLetter(at: read - 1) && isLetter(at: read + 1)
            && !isInWord(at: read - 2) && !isInWord(at: read + 2)
    }

    private func isLetter(at index: Int) -> Bool {
        source.indices.contains(index)
            && UInt8(ascii: "a")...UInt8(ascii: "z") ~= source[index] | 0x20
    }

    /// Whether this byte belongs to a word, or may.
    private func isInWord(at index: Int) -> Bool {
        guard source.indices.contains(index) else { return false }
        return source[index] >= 0x80 || table.ascii[Int(source[index])] > Self.space
            || source[index] == UInt8(ascii: "'")
    }
}
