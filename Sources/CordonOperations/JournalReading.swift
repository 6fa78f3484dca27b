package import CordonCore
import CordonStore

/// One event of the journal as it is read out.
package struct JournalLine: Sendable {
    package let index: UInt64
    package let at: Instant
    package let stream: String
    package let kind: String
    package let cause: String
    /// SHA-256 of the leaf, in hexadecimal.
    package let leaf: String
    /// The JSON of the whole entry.
    package let body: [UInt8]
}

extension Work {
    /// Events by index, from `index` on; of one stream when it is named.
    package func journalLines(
        from index: UInt64, below end: UInt64 = UInt64(Int64.max), stream: String?, limit: Int
    ) throws -> [JournalLine] {
        try transaction.journalRows(from: index, below: end, stream: stream, limit: limit).map {
            JournalLine(
                index: $0.index, at: $0.at, stream: $0.stream, kind: $0.kind, cause: $0.cause,
                leaf: Hex.text($0.leaf), body: $0.body)
        }
    }

    package func checkpoint() throws -> String? { try transaction.checkpointLatest() }

    package func incidentCounts() throws -> [(
        kind: String, level: Int, state: String, count: Int
    )] {
        try transaction.incidentCounts()
    }
}
