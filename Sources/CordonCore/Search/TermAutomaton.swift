/// Finds every term of a set in folded text, reading each byte once whatever the number of terms.
///
/// The terms' fixed parts are walked as one automaton that never steps back; what a part cannot say
/// itself (wildcards, the rest of a very long term) is compared where it was found. Building takes
/// well under a second for 10,000 terms, and the table is never larger than ``tableSizeAtMost``.
///
/// - Source: Aho and Corasick, "Efficient string matching: an aid to bibliographic search", 1975.
package final class TermAutomaton: Sendable {
    /// In bytes; when all terms do not fit, they are walked as far as fits and compared from there.
    package static let tableSizeAtMost = 64 << 20

    /// A term's place in the original text of a hit.
    package struct Place: Hashable, Sendable {
        /// The index in the set's terms.
        package let term: Int
        /// In bytes of the original.
        package let range: Range<Int>
    }

    let states: TermStates

    /// Builds the automaton of a set; its terms are named by their index there.
    package convenience init(_ set: TermSet) {
        self.init(set, tableSizeAtMost: Self.tableSizeAtMost)
    }

    init(_ set: TermSet, tableSizeAtMost: Int) {
        states = TermStates(set, tableSizeAtMost: tableSizeAtMost)
    }

    /// Calls `found` for every occurrence of every term in a folded text, from left to right.
    ///
    /// `term` is an index in the set's terms, `end` the offset behind the term's last byte. A term
    /// with a `*` may be reported more than once for the same place. Several folded texts may stand
    /// one after the other: no hit reaches across their border.
    package func scan(
        _ text: UnsafeBufferPointer<UInt8>, _ found: (_ term: Int, _ end: Int) -> Void
    ) {
        scanRanges(text) { term, range in found(term, range.upperBound) }
    }

    /// The same for an array.
    package func scan(_ text: [UInt8], _ found: (_ term: Int, _ end: Int) -> Void) {
        text.withUnsafeBufferPointer { scan($0, found) }
    }

    /// Where the terms stand in a text as it was written, from left to right, each place once.
    ///
    /// For the few texts whose hits are shown: it remembers where every byte comes from.
    package func places(in original: some Collection<UInt8>) -> [Place] {
        let text = FoldedText(original)
        var places: [Place] = []
        var known: Set<Place> = []
        text.bytes.withUnsafeBufferPointer { bytes in
            scanRanges(bytes) { term, range in
                let place = Place(term: term, range: text.original(range))
                if known.insert(place).inserted { places.append(place) }
            }
        }
        return places.sorted {
            ($0.range.lowerBound, $0.range.upperBound, $0.term)
                < ($1.range.lowerBound, $1.range.upperBound, $1.term)
        }
    }

    private func scanRanges(
        _ text: UnsafeBufferPointer<UInt8>, _ found: (_ term: Int, _ range: Range<Int>) -> Void
    ) {
        states.next.withUnsafeBufferPointer { next in
            states.classes.withUnsafeBufferPointer { classes in
                var state = 0
                for index in text.indices {
                    let target = Int(next[state &+ Int(classes[Int(text[index])])])
                    // A state that ends a part is stored as its complement.
                    state = target < 0 ? ~target : target
                    if target < 0 { states.report(state, text, index + 1, found) }
                }
            }
        }
    }
}
