/// Brings text and the names looked for in it to one written form, so that equal means found.
///
/// Case, accents, look-alike letters of other scripts, apostrophes, possessives, invisible
/// characters and the kind of space, dash or line break between words do not survive; letters and
/// digits do. A folded text is words of UTF-8 between single spaces, and begins and ends with one:
/// a whole word, or a whole name, is then a plain substring of it, its own spaces included. Several
/// folded texts one after the other are still searched one by one, as two spaces meet at each
/// border.
///
/// Scripts written without spaces (Han, Kana, Hangul, Thai and their like) are folded to words of
/// one character each, as a name has no other border there.
package enum Folding {
    /// Changes with every change of any folded form: what was folded by another is folded again.
    package static let version = 1

    /// Folds UTF-8; what stood in `folded` is replaced, and its memory is used again.
    ///
    /// Bytes that are not UTF-8 separate words.
    package static func fold(_ text: UnsafeBufferPointer<UInt8>, into folded: inout [UInt8]) {
        folded.removeAll(keepingCapacity: true)
        append(text, to: &folded)
    }

    /// Folds any collection of UTF-8 bytes; the fastest way is a contiguous one.
    package static func fold(_ text: some Collection<UInt8>, into folded: inout [UInt8]) {
        let done: Void? = text.withContiguousStorageIfAvailable { fold($0, into: &folded) }
        if done == nil { Array(text).withUnsafeBufferPointer { fold($0, into: &folded) } }
    }

    /// The folded form of a text.
    package static func fold(_ text: String) -> [UInt8] {
        var folded: [UInt8] = []
        fold(text.utf8, into: &folded)
        return folded
    }

    /// Folds UTF-8 behind what `folded` already holds.
    package static func append(_ text: UnsafeBufferPointer<UInt8>, to folded: inout [UInt8]) {
        let start = folded.count
        var run = FoldingRun(text, table: .shared, written: start)
        // Ends with the first round for nearly every text: only some letters fold to more bytes.
        var isDone = false
        while !isDone {
            let unread = text.count - run.read
            // Grown by doubling, so that a text full of such letters is still linear.
            let wanted = run.written + unread + max(FoldingRun.slack, run.written - start)
            if folded.count < wanted {
                folded.append(contentsOf: repeatElement(0, count: wanted - folded.count))
            }
            isDone = folded.withUnsafeMutableBufferPointer { run.advance(into: $0) }
        }
        folded.removeLast(folded.count - run.written)
    }
}
