/// The states of a ``TermAutomaton``: a table of what follows what, and what is found where.
struct TermStates: Sendable {
    /// The column of a byte; bytes that no term holds share the first.
    let classes: [UInt8]
    /// A row for each state, a column for each class: the offset of the next state's row, or its
    /// complement when a part of a term ends there.
    private(set) var next: [Int32]
    private let width: Int
    private var parts: [Part] = []
    /// For each state the part that ends there, as an index in `parts`, or -1.
    private var first: [Int32]
    /// For each state the nearest shorter one in which a part ends, or -1.
    private var shorter: [Int32] = []

    /// The stretch of a pattern that the automaton walks.
    private struct Part: Sendable {
        var term: Int
        var pattern: TermPattern
        var anchor: Range<Int>
        /// The next part that ends in the same state, or -1.
        var other: Int32
    }

    /// Tells of every term whose part ends in `state`, having read `text` up to `end`.
    func report(
        _ state: Int, _ text: UnsafeBufferPointer<UInt8>, _ end: Int,
        _ found: (_ term: Int, _ range: Range<Int>) -> Void
    ) {
        var state = Int32(state / width)
        while state >= 0 {
            var index = first[Int(state)]
            while index >= 0 {
                let part = parts[Int(index)]
                let start = end - part.anchor.count
                if let range = part.pattern.match(text, anchor: part.anchor, at: start) {
                    found(part.term, range)
                }
                index = part.other
            }
            state = shorter[Int(state)]
        }
    }
}

extension TermStates {
    init(_ set: TermSet, tableSizeAtMost: Int) {
        let patterns = set.terms.enumerated().flatMap { index, term in
            term.patterns.map { (term: index, pattern: $0, anchor: $0.longestLiteral) }
        }
        var classes = [UInt8](repeating: 0, count: 256)
        var count = 1
        for (_, pattern, anchor) in patterns {
            for byte in pattern.tokens[anchor] where classes[Int(byte)] == 0 {
                // Folded text has no control characters, so there are fewer than 256.
                classes[Int(byte)] = UInt8(count)
                count += 1
            }
        }
        self.classes = classes
        width = count
        next = Array(repeating: 0, count: count)
        first = [-1]
        let longest = Self.longestAnchor(
            patterns.map(\.anchor.count), rows: tableSizeAtMost / (count * 4))
        for (term, pattern, anchor) in patterns {
            add(Part(term: term, pattern: pattern, anchor: anchor.prefix(longest), other: -1))
        }
        connect()
    }

    /// How many bytes of each term can be walked if the table may have so many rows.
    private static func longestAnchor(_ sizes: [Int], rows: Int) -> Int {
        var longest = sizes.max() ?? 0
        // Two bytes at least: with one, every word would be compared with every term.
        while longest > 2, sizes.reduce(1, { $0 + min($1, longest) }) > rows { longest -= 1 }
        return longest
    }

    private mutating func add(_ part: Part) {
        var state = 0
        for byte in part.pattern.tokens[part.anchor] {
            let place = state * width + Int(classes[Int(byte)])
            if next[place] == 0 {
                next[place] = Int32(first.count)
                next.append(contentsOf: repeatElement(0, count: width))
                first.append(-1)
            }
            state = Int(next[place])
        }
        var part = part
        part.other = first[state]
        first[state] = Int32(parts.count)
        parts.append(part)
    }

    /// Fills in what follows a byte that continues no term: what its longest known ending has.
    private mutating func connect() {
        var fallback = [Int32](repeating: 0, count: first.count)
        shorter = Array(repeating: -1, count: first.count)
        var queue: [Int] = [0]
        var position = 0
        while position < queue.count {
            let state = queue[position]
            position += 1
            let other = Int(fallback[state])
            if state != 0 { shorter[state] = first[other] >= 0 ? Int32(other) : shorter[other] }
            for column in 0..<width {
                let child = Int(next[state * width + column])
                let elsewhere = next[other * width + column]
                // The rows of shorter endings are complete: the queue goes by length.
                if child != 0 {
                    fallback[child] = state == 0 ? 0 : elsewhere
                    queue.append(child)
                } else if state != 0 {
                    next[state * width + column] = elsewhere
                }
            }
        }
        for index in next.indices {
            let state = Int(next[index])
            let offset = Int32(state * width)
            next[index] = first[state] >= 0 || shorter[state] >= 0 ? ~offset : offset
        }
    }
}
