/// Remembers which records came lately, by the first eight bytes of what names them.
///
/// Two tables of fixed places: when the newer one is full, the older one is dropped. What is older
/// than that is forgotten, and a record that is sent again after it is kept twice.
struct RecentKeys {
    /// Records that are remembered at most, in 24 MiB; at least half of them are: a day's of a firm
    /// that makes six a second.
    static let capacity = 1_000_000

    private var newer: Table
    private var older: Table
    private let generation: Int

    init(capacity: Int = RecentKeys.capacity) {
        generation = max(1, capacity / 2)
        newer = Table()
        older = Table()
    }

    /// The place in the log of the record with a key.
    subscript(key: UInt64) -> UInt64? { newer[key] ?? older[key] }

    mutating func add(_ key: UInt64, _ index: UInt64) {
        if newer.count >= generation || !newer.reaches(index) {
            older = newer
            newer = Table(from: index)
        }
        newer.add(key, index)
    }

    /// The two halves of a dedupe key.
    static func halves(_ dedupe: [UInt8]) -> (key: UInt64, content: UInt64) {
        var (key, content) = (UInt64(0), UInt64(0))
        for place in 0..<8 {
            key = key << 8 | UInt64(dedupe[place])
            content = content << 8 | UInt64(dedupe[place + 8])
        }
        return (key, content)
    }

    /// Open addressing over two arrays, 12 bytes a place, at most three quarters full.
    private struct Table {
        /// Where the indices are counted from.
        private var base: UInt64 = 0
        private var keys: [UInt64] = []
        /// How far an index is from the base, and one more, so that an empty place is 0.
        private var indices: [UInt32] = []
        private(set) var count = 0

        init(from base: UInt64 = 0) { self.base = base }

        /// Whether an index can be kept here.
        func reaches(_ index: UInt64) -> Bool {
            index >= base && index - base < UInt64(UInt32.max)
        }

        subscript(key: UInt64) -> UInt64? {
            guard !keys.isEmpty else { return nil }
            var place = start(key)
            while indices[place] != 0 {
                if keys[place] == key { return base + UInt64(indices[place] - 1) }
                place = (place + 1) & (keys.count - 1)
            }
            return nil
        }

        mutating func add(_ key: UInt64, _ index: UInt64) {
            if count * 4 >= keys.count * 3 { grow() }
            insert(key, UInt32(index - base) + 1)
        }

        private mutating func insert(_ key: UInt64, _ stored: UInt32) {
            var place = start(key)
            while indices[place] != 0, keys[place] != key { place = (place + 1) & (keys.count - 1) }
            if indices[place] == 0 { count += 1 }
            keys[place] = key
            indices[place] = stored
        }

        private mutating func grow() {
            let size = max(1_024, keys.count * 2)
            let (oldKeys, oldIndices) = (keys, indices)
            keys = Array(repeating: 0, count: size)
            indices = Array(repeating: 0, count: size)
            count = 0
            for (key, stored) in zip(oldKeys, oldIndices) where stored != 0 { insert(key, stored) }
        }

        /// The keys are hashes already.
        private func start(_ key: UInt64) -> Int {
            Int(truncatingIfNeeded: key) & (keys.count - 1)
        }
    }
}
