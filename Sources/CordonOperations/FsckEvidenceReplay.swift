import CordonCore
import CordonStore

/// What the journal says of evidence: the workflows that sent it, what they showed and lacked, the
/// holds, and what was let go.
struct FsckEvidenceReplay {
    struct Source {
        let key: String
        let firstIndex: UInt64
        let firstAt: Instant
    }

    struct Seen: Hashable {
        let source: Int
        let aspect: String
        let value: String
    }

    struct Gap: Hashable {
        let source: Int
        let kind: String
        let openedAt: Instant
    }

    /// An event that let content go.
    struct End {
        enum Reason {
            case erased(erasure: String)
            case expired(ExpiryNote, workflow: String)
        }

        let reason: Reason
        /// How many records.
        let records: Int
    }

    /// By their numbers.
    private(set) var sources: [Int: Source] = [:]
    private(set) var numbers: [String: Int] = [:]
    private(set) var seen: [Seen: (index: UInt64, at: Instant)] = [:]
    private(set) var gaps: [Gap: (closedAt: Instant?, detail: String)] = [:]
    private(set) var holds: [String: Hold] = [:]
    private(set) var erasures: [String: Erasure] = [:]
    /// By their places in the journal.
    private(set) var ends: [UInt64: End] = [:]

    /// - Returns: why the event cannot stand where it stands, or `nil`.
    mutating func apply(_ event: EvidenceEvent, to key: String, _ entry: FsckEntry) -> String? {
        switch event {
        case .sourceSeen(let number, let index):
            guard sources[number] == nil, numbers[key] == nil else {
                return "\(key) or the number \(number) was named before."
            }
            sources[number] = Source(key: key, firstIndex: index, firstAt: entry.at)
            numbers[key] = number
        case .changeSeen(let aspect, let value, let index, _):
            guard let source = numbers[key] else { return Self.unnamed(key) }
            let seen = Seen(source: source, aspect: aspect.rawValue, value: value)
            self.seen[seen] = (index, entry.at)
        case .gapOpened(let kind, let detail):
            guard let source = numbers[key] else { return Self.unnamed(key) }
            let gap = Gap(source: source, kind: kind.rawValue, openedAt: entry.at)
            if gaps[gap] == nil { gaps[gap] = (nil, detail) }
        case .gapClosed(let kind, let openedAt):
            guard let source = numbers[key] else { return Self.unnamed(key) }
            let gap = Gap(source: source, kind: kind.rawValue, openedAt: openedAt)
            guard let open = gaps[gap] else { return "No such gap was opened." }
            gaps[gap] = (open.closedAt ?? entry.at, open.detail)
        case .expired(let note):
            ends[entry.index] = End(
                reason: .expired(note, workflow: key), records: note.records)
        case .openUsed, .shadowUsed, .changePushed, .viewed, .searched, .exported: break
        }
        return nil
    }

    private static func unnamed(_ key: String) -> String {
        "The journal has named no evidence of \(key) before."
    }

    /// - Returns: whether the event can stand where it stands.
    mutating func apply(_ event: HoldEvent, to id: String, _ entry: FsckEntry) -> Bool {
        if holds[id] != nil {
            holds[id]?.apply(event, by: entry.actor, at: entry.at)
            return true
        }
        holds[id] = Hold(id: id, first: event, by: entry.actor, at: entry.at)
        return holds[id] != nil
    }

    /// - Returns: whether the event can stand where it stands.
    mutating func apply(_ event: ErasureEvent, to id: String, _ entry: FsckEntry) -> Bool {
        if erasures[id] != nil {
            erasures[id]?.apply(event, by: entry.actor, at: entry.at)
        } else {
            erasures[id] = Erasure(id: id, first: event, by: entry.actor, at: entry.at)
        }
        if case .executed(let records, _) = event {
            ends[entry.index] = End(reason: .erased(erasure: id), records: records)
        }
        return erasures[id] != nil
    }

    /// Whether an event may have let the content of a record go, and for what reason.
    func reason(of event: UInt64, for record: UInt64) -> EvidenceEnd? {
        switch ends[event]?.reason {
        case .erased(let id):
            erasures[id]?.request.indices.contains(record) == true ? .erased : nil
        case .expired(let note, _):
            (note.firstIndex...max(note.firstIndex, note.lastIndex)).contains(record)
                ? .expired : nil
        case nil: nil
        }
    }
}
