package import CordonCore
import CordonStore

/// What somebody looks for among the records.
package struct EvidenceQuery: Sendable {
    /// A name or phrase; `*` and `#` stand for a run of letters and for one digit.
    package var text: String?
    package var workflow: String?
    package var kind: RecordKind?
    package var model: String?
    package var actor: String?
    package var target: String?
    /// By the time that the records state.
    package var from: Instant?
    package var to: Instant?
    /// Whether what went in is searched too, which reads every record.
    package var isEverything: Bool
    /// Only records below this place of the log: where the page before ended.
    package var below: UInt64
    package var limit: Int

    package init(
        text: String? = nil, workflow: String? = nil, kind: RecordKind? = nil,
        model: String? = nil, actor: String? = nil, target: String? = nil, from: Instant? = nil,
        to: Instant? = nil, isEverything: Bool = false, below: UInt64 = UInt64(Int64.max),
        limit: Int = 25
    ) {
        self.text = text
        self.workflow = workflow
        self.kind = kind
        self.model = model
        self.actor = actor
        self.target = target
        self.from = from
        self.to = to
        self.isEverything = isEverything
        self.below = below
        self.limit = limit
    }
}

/// One record that was found.
package struct EvidenceHit: Sendable {
    let row: EvidenceRow
    package var id: String { ULID.text(row.id) }
    package var index: UInt64 { row.index }
    package var kind: RecordKind { row.kind }
    package var at: Instant { row.at }
    package var receivedAt: Instant { row.receivedAt }
    package let workflow: String
    /// `nil` when its content is gone or cannot be read.
    package let envelope: Envelope?
    /// `erased` or `expired` when its content is gone.
    package let end: String?
    /// The words around what was found, as they were written.
    package let snippet: String?
}

/// How far a search looked: what it says nothing about is said as well.
package struct EvidenceCoverage: Equatable, Sendable {
    /// Places of the log, the first and one behind the last.
    package var fromIndex: UInt64
    package var toIndex: UInt64
    /// Records whose words were compared, by the index or one by one.
    package var examined = 0
    /// Records of that number that were read one by one, because the index lacked them.
    package var scanned = 0
    /// Everything below was answered from the index.
    package var indexedThrough: UInt64
    package var erased = 0
    package var unreadable = 0
    package let folding = Folding.version
}

package struct EvidencePage: Sendable {
    package let hits: [EvidenceHit]
    package let coverage: EvidenceCoverage
    /// Where the next page goes on; `nil` when everything was looked at.
    package let next: UInt64?
}
