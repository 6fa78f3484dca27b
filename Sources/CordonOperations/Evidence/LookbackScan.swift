import CordonCore
import CordonLedger
import CordonStore

/// Compares every record of a window with a set of terms; belongs to one thread.
///
/// It reads the folded text of the shards where they are complete, and the records themselves
/// everywhere else, one stretch of the log after the other. What was examined, erased and
/// unreadable in a stretch adds up to what the log has there.
final class LookbackScan {
    private let store: Store
    private let index: SearchIndex
    private let seal: RecordSeal
    private var text: [UInt8] = []
    private var folded: [UInt8] = []

    init(store: Store, index: SearchIndex, keys: EvidenceKeys) {
        self.store = store
        self.index = index
        seal = keys.seal()
    }

    /// What one stretch gave.
    struct Stretch: Sendable {
        var examined = 0
        var erased = 0
        var unreadable = 0
        var hits: [StoredHit] = []
        var first: UInt64?
        var last: UInt64?
    }

    private struct Job {
        let automaton: TermAutomaton
        let sources: Set<Int>
        let window: ClosedRange<Int64>
        let isEverything: Bool
        let cancellation: Cancellation
    }

    /// Blocks that are opened between two looks at whether to go on.
    private static let blocksPerLook = 4
    /// Records that are read at once where there is no shard.
    private static let recordsPerLook = 256

    /// Examines the rest of one shard's stretch, from `index` on.
    ///
    /// - Returns: what it gave, and where to go on.
    func stretch(
        _ run: LookbackRun, _ automaton: TermAutomaton, sources: Set<Int>,
        _ cancellation: Cancellation
    ) throws -> (Stretch, next: UInt64) {
        let from = run.cursor
        let number = SearchShard.number(of: from)
        let end = min(run.logSize, (number + 1) * SearchShard.width)
        let job = Job(
            automaton: automaton, sources: sources, window: run.window,
            isEverything: run.isEverything, cancellation: cancellation)
        var stretch = Stretch()
        var through = from
        if !run.isEverything, let shard = index.shard(number) {
            through = min(end, max(from, try shard.extent().through))
            if through > from {
                do {
                    try read(shard, from: from, to: through, job, &stretch)
                } catch SealError.broken {
                    // A shard that cannot be read is as good as none.
                    stretch = Stretch()
                    through = from
                }
            }
        }
        if through < end { try read(from: through, to: end, job, &stretch) }
        try account(from: from, to: end, job, &stretch)
        return (stretch, end)
    }

    private func read(
        _ shard: SearchShard, from: UInt64, to: UInt64, _ job: Job, _ stretch: inout Stretch
    ) throws {
        let seal = shard.blockSeal()
        var next = from
        while next < to {
            try job.cancellation.check()
            let blocks = try shard.blocks(from: next, limit: Self.blocksPerLook)
            guard let last = blocks.last?.last else { break }
            for (_, bytes) in blocks {
                examine(try seal.open(bytes), from: from, to: to, job, &stretch)
            }
            next = last + 1
        }
    }

    /// One pass over the block's text; what is outside the window is not counted.
    private func examine(
        _ block: SearchBlock, from: UInt64, to: UInt64, _ job: Job, _ stretch: inout Stretch
    ) {
        func isWanted(_ piece: SearchBlock.Piece) -> Bool {
            piece.index >= from && piece.index < to && job.window.contains(piece.at)
                && job.sources.contains(piece.source)
        }
        var examined = 0
        for piece in block.pieces where isWanted(piece) {
            examined += 1
            stretch.first = min(stretch.first ?? piece.index, piece.index)
            stretch.last = max(stretch.last ?? piece.index, piece.index)
        }
        guard examined > 0 else { return }
        stretch.examined += examined
        var place = 0
        var found: [Int: Set<Int>] = [:]
        block.bytes.withUnsafeBufferPointer { bytes in
            let text = UnsafeBufferPointer(rebasing: bytes[block.textStart...])
            job.automaton.scan(text) { term, end in
                // Hits come from left to right, so the record is this one or a later one.
                while block.pieces[place].end <= block.textStart + end - 1 { place += 1 }
                found[place, default: []].insert(term)
            }
        }
        for (place, terms) in found.sorted(by: { $0.key < $1.key })
        where isWanted(block.pieces[place]) {
            stretch.hits.append(
                StoredHit(index: block.pieces[place].index, terms: terms.sorted()))
        }
    }

    private func read(
        from: UInt64, to: UInt64, _ job: Job, _ stretch: inout Stretch
    ) throws {
        var next = from
        while next < to {
            try job.cancellation.check()
            let start = next
            let rows = try store.readWaiting {
                try $0.evidenceBodies(from: start, below: to, limit: Self.recordsPerLook)
            }
            for (row, body) in rows
            where job.window.contains(row.at.milliseconds) && job.sources.contains(row.source) {
                // What cannot be opened is counted as unreadable below.
                guard let body, let groups = try? seal.groups(body, leaf: row.leaf) else {
                    continue
                }
                stretch.examined += 1
                stretch.first = min(stretch.first ?? row.index, row.index)
                stretch.last = max(stretch.last ?? row.index, row.index)
                if job.isEverything {
                    IndexedRecord.foldAll(groups, text: &text, folded: &folded)
                } else {
                    IndexedRecord.fold(groups, text: &text, folded: &folded)
                }
                var terms: Set<Int> = []
                job.automaton.scan(folded) { term, _ in terms.insert(term) }
                if !terms.isEmpty {
                    stretch.hits.append(StoredHit(index: row.index, terms: terms.sorted()))
                }
            }
            guard rows.count == Self.recordsPerLook, let last = rows.last?.row.index else { break }
            next = last + 1
        }
    }

    /// What the log has in the stretch must be examined, erased or unreadable.
    private func account(
        from: UInt64, to: UInt64, _ job: Job, _ stretch: inout Stretch
    ) throws {
        let population = try store.readWaiting {
            try $0.evidencePopulation(
                from: from, to: to, sources: job.sources.sorted(), window: job.window)
        }
        stretch.erased = population.gone
        stretch.unreadable = max(0, population.records - population.gone - stretch.examined)
    }
}
