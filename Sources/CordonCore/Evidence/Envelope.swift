/// The first group of every record: who, when, which workflow, and which groups follow.
///
/// It names the groups in their order, so that each commitment of the entry has a name even where
/// its group is kept back.
package struct Envelope: Codable, Equatable, Sendable {
    package var version: Int
    package var id: String
    package var workflow: String
    package var kind: RecordKind
    /// When it happened, by the sender's clock; the time of arrival where the sender did not say.
    package var at: Instant
    package var endedAt: Instant?
    package var receivedAt: Instant
    /// `api`, `otlp` or the name of a gateway.
    package var source: String
    package var model: String?
    package var actor: String?
    package var target: String?
    package var trace: String?
    package var span: String?
    package var parent: String?
    package var session: String?
    package var status: String?
    package var tokensIn: Int?
    package var tokensOut: Int?
    package var key: String?
    package var sequenceSource: String?
    package var sequence: Int64?
    package var shortfalls: [Shortfall]?
    package var groups: [GroupName]

    private enum CodingKeys: String, CodingKey {
        case version, id, workflow, kind, at, source, model, actor, target, trace, span, parent
        case session, status, key, sequence, shortfalls, groups
        case endedAt = "ended_at"
        case receivedAt = "received_at"
        case tokensIn = "tokens_in"
        case tokensOut = "tokens_out"
        case sequenceSource = "sequence_source"
    }

    /// The version of the envelope's members.
    package static let currentVersion = 1

    package init(
        _ record: CapturedRecord, id: String, workflow: String, receivedAt: Instant,
        source: String
    ) {
        version = Self.currentVersion
        self.id = id
        self.workflow = workflow
        kind = record.kind
        at = record.at ?? receivedAt
        endedAt = record.endedAt
        self.receivedAt = receivedAt
        self.source = source
        model = record.model
        actor = record.actor
        target = record.target
        trace = record.trace
        span = record.span
        parent = record.parent
        session = record.session
        status = record.status
        tokensIn = record.tokensIn
        tokensOut = record.tokensOut
        key = record.clientKey
        sequenceSource = record.sequence?.source
        sequence = record.sequence?.number
        shortfalls = record.shortfalls.isEmpty ? nil : record.shortfalls
        groups = [.envelope] + record.groups.map(\.name)
    }

    /// The bytes that are committed to: `{"envelope":{…}}`.
    package var canonical: [UInt8] {
        var text = JSONText(capacity: 640)
        text.beginObject()
        text.key(GroupName.envelope.rawValue)
        text.beginObject()
        text.member("version", version)
        text.member("id", id)
        text.member("workflow", workflow)
        text.member("kind", kind.rawValue)
        text.member("at", at.rfc3339)
        text.member("ended_at", endedAt?.rfc3339)
        text.member("received_at", receivedAt.rfc3339)
        text.member("source", source)
        text.member("model", model)
        text.member("actor", actor)
        text.member("target", target)
        text.member("trace", trace)
        text.member("span", span)
        text.member("parent", parent)
        text.member("session", session)
        text.member("status", status)
        text.member("tokens_in", tokensIn)
        text.member("tokens_out", tokensOut)
        text.member("key", key)
        text.member("sequence_source", sequenceSource)
        text.member("sequence", sequence.map { Int($0) })
        if let shortfalls {
            text.key("shortfalls")
            text.beginArray()
            for shortfall in shortfalls { text.string(shortfall.rawValue) }
            text.endArray()
        }
        text.key("groups")
        text.beginArray()
        for group in groups { text.string(group.rawValue) }
        text.endArray()
        text.endObject()
        text.endObject()
        return text.bytes
    }

    /// Reads the group back.
    ///
    /// - Throws: a decoding error when it is no envelope.
    package init(canonical bytes: [UInt8]) throws {
        let groups = try Canonical.read([String: Envelope].self, from: bytes)
        guard let envelope = groups[GroupName.envelope.rawValue] else {
            throw Refusal(.internalFault, "A record has no envelope.")
        }
        self = envelope
    }
}
