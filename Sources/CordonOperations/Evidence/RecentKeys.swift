/// Remembers which records came lately, by the first eight bytes of what names them.
///
/// A hash table of fixed size: 16 bytes a place, two places a record. What is older than the last
/// ``capacity`` records is forgotten, and a record that is sent again after that is kept twice.
struct RecentKeys {
    /// A day's retries of a firm that sends eleven records a second; 33 MB at most.
    static let capacity = 1_000_000

    private var places: [UInt64: Entry] = [:]
    /// The keys in the order in which they came, as a ring.
    private var ring: [UInt64] = []
    private var next = 0
    private let capacity: Int

    struct Entry: Sendable {
        let index: UInt64
        /// The last eight bytes: what the record says.
        let content: UInt64
    }

    init(capacity: Int = RecentKeys.capacity) { self.capacity = capacity }

    subscript(key: UInt64) -> Entry? { places[key] }

    mutating func add(_ key: UInt64, _ entry: Entry) {
        if ring.count < capacity {
            ring.append(key)
        } else {
            places[ring[next]] = nil
            ring[next] = key
            next = (next + 1) % capacity
        }
        places[key] = entry
    }

    /// The two halves of a dedupe key.
    static func halves(_ dedupe: [UInt8]) -> (key: UInt64, content: UInt64) {
        let (key, content) = (dedupe.prefix(8), dedupe.dropFirst(8))
        return (
            key.reduce(0) { $0 << 8 | UInt64($1) }, content.reduce(0) { $0 << 8 | UInt64($1) }
        )
    }
}
