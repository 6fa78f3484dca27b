import CordonCore
import CordonLedger
import CordonStore
import Foundation

/// Makes the shards, step by step; belongs to the index's thread.
final class SearchFollower {
    private let directory: String
    private let store: Store
    private let masters: MasterKeys
    private let keys: EvidenceKeys
    private let outside: Outside
    private let seal: RecordSeal
    /// The shard that is being written, with its seal.
    private var current: (shard: SearchShard, seal: BlockSeal)?
    private var text: [UInt8] = []
    private var folded: [UInt8] = []
    /// How many records each shard holds.
    private var counts: [UInt64: Int] = [:]
    /// Shards below ``through`` that were removed and have to be made again.
    private var missing: Set<UInt64> = []
    private var frontier: UInt64 = 0

    init(directory: String, store: Store, keys: EvidenceKeys, outside: Outside) {
        self.directory = directory
        self.store = store
        self.keys = keys
        masters = keys.masters
        self.outside = outside
        seal = keys.seal()
    }

    var records: Int { counts.values.reduce(0, +) }

    /// Everything below this place is in the shards.
    var through: UInt64 {
        missing.min().map { min($0 * SearchShard.width, frontier) } ?? frontier
    }

    /// Finds out how far the shards go; what cannot be read is removed and made again.
    func resume() {
        var end: UInt64?
        for number in SearchShard.numbers(in: directory) {
            do {
                let shard = try SearchShard(directory: directory, number: number, masters: masters)
                defer { shard.close() }
                let extent = try shard.extent()
                counts[number] = extent.records
                if extent.through < (number + 1) * SearchShard.width {
                    // Only the last shard may be unfinished; another one goes on where it stopped.
                    missing.insert(number)
                }
                end = extent.through
            } catch {
                // It is made again from the records.
                try? SearchShard.remove(directory: directory, number: number)
                missing.insert(number)
                end = max(end ?? 0, number * SearchShard.width)
            }
        }
        guard let end else { return }
        let last = SearchShard.number(of: end == 0 ? 0 : end - 1)
        for number in 0..<last where counts[number] == nil { missing.insert(number) }
        missing.remove(SearchShard.number(of: end))
        frontier = end
    }

    /// Removes shards, so that nothing of what they hold is in any file.
    func forget(_ shards: Set<UInt64>) throws {
        for number in shards {
            if let open = current, open.shard.number == number {
                open.shard.close()
                current = nil
            }
            try SearchShard.remove(directory: directory, number: number)
            counts[number] = nil
            if number < SearchShard.number(of: frontier) {
                missing.insert(number)
            } else if number == SearchShard.number(of: frontier) {
                frontier = number * SearchShard.width
            }
        }
    }

    /// Takes in the next records, a batch of them at most.
    ///
    /// - Returns: whether more of what there was is left. What has come meanwhile is not: it waits
    ///   for the next look, or under steady capture each record would be a step of its own.
    func step() throws -> Bool {
        if let number = missing.min() {
            try fill(number)
            return true
        }
        let number = SearchShard.number(of: frontier)
        let size = try store.readWaiting { try $0.logHead().size }
        guard size > frontier else { return false }
        let end = min(size, (number + 1) * SearchShard.width)
        let rest = try take(from: frontier, to: end, into: try shard(number))
        frontier = rest ?? end
        if frontier == (number + 1) * SearchShard.width { try finish(number) }
        return frontier < size
    }

    /// Makes a whole shard again.
    private func fill(_ number: UInt64) throws {
        let shard = try shard(number)
        var next: UInt64? = max(number * SearchShard.width, try shard.shard.extent().through)
        let end = (number + 1) * SearchShard.width
        while let from = next, from < end { next = try take(from: from, to: end, into: shard) }
        try finish(number)
        missing.remove(number)
    }

    private func finish(_ number: UInt64) throws {
        guard let open = current, open.shard.number == number else { return }
        try open.shard.finish()
        open.shard.close()
        current = nil
    }

    private func shard(_ number: UInt64) throws -> (shard: SearchShard, seal: BlockSeal) {
        if let current, current.shard.number == number { return current }
        current?.shard.close()
        current = nil
        guard let secret = RecordSecret(outside.randomBytes(32)) else {
            preconditionFailure("the outside gives 32 bytes when asked for them")
        }
        let made = try SearchShard(
            directory: directory, number: number, masters: masters,
            making: (secret, outside.randomBytes(12)))
        let opened = (made, made.blockSeal())
        current = opened
        return opened
    }

    /// Adds the records from a place on, a batch at most.
    ///
    /// - Returns: where to go on; `nil` when the range is done.
    private func take(
        from: UInt64, to end: UInt64, into shard: (shard: SearchShard, seal: BlockSeal)
    ) throws -> UInt64? {
        let rows = try store.readWaiting {
            try $0.evidenceBodies(from: from, below: end, limit: SearchIndex.batch)
        }
        var entries: [SearchShard.Entry] = []
        entries.reserveCapacity(rows.count)
        for (row, body) in rows {
            // What cannot be opened is counted by look backs and found by fsck.
            guard let body, let groups = try? seal.groups(body, leaf: row.leaf) else { continue }
            entries.append(
                IndexedRecord.entry(row, groups: groups, text: &text, folded: &folded))
        }
        let isDone = rows.count < SearchIndex.batch
        let through = isDone ? end : (rows.last?.row.index ?? end - 1) + 1
        try shard.shard.append(entries, through: through, seal: shard.seal) {
            outside.randomBytes(12)
        }
        counts[shard.shard.number, default: 0] += entries.count
        return isDone ? nil : through
    }
}
