package import CordonCore
import CordonLedger
import CordonStore
import Crypto
import FoundationEssentials

/// What came in with one request, before it is sealed.
package struct Capture: Sendable {
    /// `api`, `otlp` or the name of a gateway: how it came in.
    package let source: String
    package let records: [CapturedRecord]

    package init(source: String, records: [CapturedRecord]) {
        self.source = source
        self.records = records
    }

    /// How many records one request may bring.
    package static let recordsAtMost = 512
    /// Bytes of one request, as it comes and as it expands.
    package static let bytesAtMost = 16 << 20
}

/// What became of one record.
package struct Receipt: Equatable, Sendable {
    /// Its ULID.
    package let id: String
    /// Its place in the log.
    package let index: UInt64
    /// Whether it was there already, so that nothing was added.
    package let isDuplicate: Bool
}

/// A record between sealing and writing.
struct CapturedDraft: Sendable {
    let draft: EvidenceDraft
    let id: String
    let workflow: String
    let record: Observed

    /// What the catalogue wants to know of the record; its content is sealed by now.
    struct Observed: Sendable {
        let sequence: CapturedRecord.Sequence?
        let shortfalls: [Shortfall]
        let advice: String?
        let fingerprints: [ChangeAspect: String]
        let toolPins: [ToolPin]
        let hasClientKey: Bool
        let openUse: OpenUse?
    }
}

/// Turns what a sender gave into what is written: names it, judges its clock, commits, seals.
///
/// Used by one thread at a time.
final class CaptureSealer {
    private let seal: RecordSeal
    private let outside: Outside

    init(seal: RecordSeal, outside: Outside) {
        self.seal = seal
        self.outside = outside
    }

    /// How far a sender's clock may run ahead of ours, in milliseconds.
    static let clockAheadAtMost: Int64 = 120_000

    /// - Throws: a refusal when a record names no workflow, or is too large.
    func drafts(
        of capture: Capture, boundTo workflow: String?, receivedAt: Instant
    ) throws -> [CapturedDraft] {
        // Asked for at once: each question goes to the kernel.
        let chance = outside.randomBytes(Self.chancePerRecord * capture.records.count)
        return try capture.records.enumerated().map { place, record in
            try draft(
                record, workflow: try Self.workflow(record, boundTo: workflow),
                source: capture.source, receivedAt: receivedAt,
                chance: chance[(place * Self.chancePerRecord)...].prefix(Self.chancePerRecord))
        }
    }

    /// Random bytes that a record takes: its secret, then what wraps it.
    private static let chancePerRecord = 32 + 12

    /// The workflow that a record belongs to: the token's, or the one that the sender names.
    private static func workflow(
        _ record: CapturedRecord, boundTo bound: String?
    ) throws(Refusal) -> String {
        if let bound { return bound }
        let name = WorkflowName.key(from: record.workflow ?? "")
        guard !name.isEmpty else {
            throw Refusal(
                .invalidInput,
                "A record names no workflow: say `workflow`, or the resource attribute "
                    + "cordon.workflow, or send with a token of the workflow.")
        }
        return name
    }

    private func draft(
        _ record: CapturedRecord, workflow: String, source: String, receivedAt: Instant,
        chance: ArraySlice<UInt8>
    ) throws -> CapturedDraft {
        var record = record
        if let at = record.endedAt ?? record.at,
            at.milliseconds - receivedAt.milliseconds > Self.clockAheadAtMost,
            !record.shortfalls.contains(.clockSkew)
        {
            record.shortfalls.append(.clockSkew)
        }
        let id = outside.newID()
        let envelope = Envelope(
            record, id: id, workflow: workflow, receivedAt: receivedAt, source: source)
        let groups = [envelope.canonical] + record.groups.map(\.canonical)
        // Nothing is sealed that the same code would not open; groups are packed with lengths.
        guard groups.reduce(0, { $0 + $1.count + 16 }) < RecordSeal.largestRecord else {
            throw Refusal(
                .tooLarge, "A record has less than \(RecordSeal.largestRecord >> 20) MiB.")
        }
        guard let secret = RecordSecret(Array(chance.prefix(32))), let bytes = ULID.bytes(id) else {
            preconditionFailure("the outside gives as many bytes as it is asked for, and ULIDs")
        }
        let sealed = try seal.seal(groups, secret: secret, nonce: Array(chance.suffix(12)))
        let draft = EvidenceDraft(
            id: bytes, kind: record.kind, at: envelope.at, receivedAt: receivedAt,
            dedupe: Self.dedupe(record, workflow: workflow, groups: groups), leaf: sealed.leaf,
            body: sealed.body)
        return CapturedDraft(
            draft: draft, id: id, workflow: workflow,
            record: .init(
                sequence: record.sequence, shortfalls: record.shortfalls, advice: record.advice,
                fingerprints: record.fingerprints, toolPins: record.toolPins,
                hasClientKey: record.clientKey != nil, openUse: record.openUse))
    }

    private static func dedupe(
        _ record: CapturedRecord, workflow: String, groups: [[UInt8]]
    ) -> [UInt8] {
        Dedupe(
            workflow: workflow, kind: record.kind.rawValue, trace: record.trace,
            span: record.span, at: record.at?.rfc3339, actor: record.actor,
            target: record.target, key: record.clientKey
        ).bytes(groups)
    }
}

/// The 128 bits of a ULID and its 26 characters (github.com/ulid/spec).
package enum ULID {
    private static let digits = Array("0123456789ABCDEFGHJKMNPQRSTVWXYZ".utf8)
    private static let values: [UInt8] = {
        var values = [UInt8](repeating: 255, count: 256)
        for (value, digit) in digits.enumerated() { values[Int(digit)] = UInt8(value) }
        return values
    }()

    /// - Returns: `nil` for anything but 26 characters of the alphabet within 128 bits.
    package static func bytes(_ text: String) -> [UInt8]? {
        let utf8 = Array(text.utf8)
        guard utf8.count == 26, values[Int(utf8[0])] < 8 else { return nil }
        var high: UInt64 = 0
        var low: UInt64 = 0
        for character in utf8 {
            let value = values[Int(character)]
            guard value < 32 else { return nil }
            high = high << 5 | low >> 59
            low = low << 5 | UInt64(value)
        }
        return [high, low].flatMap { word in (0..<8).map { UInt8(word >> (56 - 8 * $0) & 255) } }
    }

    /// - Precondition: there are 16 bytes.
    package static func text(_ bytes: [UInt8]) -> String {
        precondition(bytes.count == 16, "a ULID is 16 bytes long")
        var high = bytes[..<8].reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        var low = bytes[8...].reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        var text = [UInt8](repeating: 0, count: 26)
        for place in stride(from: 25, through: 0, by: -1) {
            text[place] = digits[Int(low & 31)]
            low = low >> 5 | high << 59
            high >>= 5
        }
        return String(decoding: text, as: UTF8.self)
    }
}
