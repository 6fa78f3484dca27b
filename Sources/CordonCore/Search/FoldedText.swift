/// A folded text that remembers where each of its bytes comes from, to show a hit in the original.
///
/// Holds two numbers a byte and folds some ten times slower than ``Folding``: it is for the handful
/// of texts whose hits are shown.
package struct FoldedText: Sendable {
    /// The same bytes as ``Folding/fold(_:)`` gives.
    package private(set) var bytes: [UInt8] = []
    private var starts: [Int] = []
    private var ends: [Int] = []

    /// Folds UTF-8; ranges will count its bytes.
    package init(_ original: some Collection<UInt8>) {
        Array(original).withUnsafeBufferPointer { fold($0) }
    }

    /// The bytes of the original that a part of the folded text stands for.
    ///
    /// Marks on the last letter belong to it; a possessive does not.
    package func original(_ range: Range<Int>) -> Range<Int> {
        guard let last = range.last, range.lowerBound >= 0, last < starts.count else {
            return 0..<0
        }
        return starts[range.lowerBound]..<max(starts[range.lowerBound], ends[last])
    }

    /// Where in the original this folded term stands as whole words, from left to right.
    ///
    /// The term is what ``Folding/fold(_:)`` gave, with its spaces at both ends.
    package func places(of term: [UInt8]) -> [Range<Int>] {
        guard term.count > 2, term.count <= bytes.count else { return [] }
        return (0...(bytes.count - term.count)).compactMap { start in
            guard bytes[start] == term[0], bytes[start...].starts(with: term) else { return nil }
            return original((start + 1)..<(start + term.count - 1))
        }
    }

    private mutating func fold(_ source: UnsafeBufferPointer<UInt8>) {
        var run = FoldingRun(source, table: .shared)
        bytes = Array(repeating: 0, count: FoldingRun.slack)
        bytes.withUnsafeMutableBufferPointer { run.begin($0) }
        note(run, since: 0)
        while !run.isAtEnd {
            if bytes.count - run.written < FoldingRun.slack {
                bytes += repeatElement(0, count: bytes.count)
            }
            let start = run.read
            let effect = bytes.withUnsafeMutableBufferPointer { run.step($0) }
            note(run, since: start)
            // A combining mark is seen on the letter before it.
            if effect == .joins, bytes[run.written - 1] != 0x20 {
                ends[run.written - 1] = run.read
            }
        }
        bytes.withUnsafeMutableBufferPointer { run.separate($0) }
        note(run, since: source.count)
        bytes.removeLast(bytes.count - run.written)
    }

    private mutating func note(_ run: FoldingRun, since start: Int) {
        // A possessive that was written and then taken off again has no place.
        if starts.count > run.written {
            starts.removeLast(starts.count - run.written)
            ends.removeLast(ends.count - run.written)
        }
        while starts.count < run.written {
            starts.append(start)
            ends.append(run.read)
        }
    }
}
