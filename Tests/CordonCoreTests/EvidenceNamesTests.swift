import CordonCore
import Testing

/// Names that are in journals and in records already.
@Suite struct EvidenceNamesTests {
    private static let time = Instant(milliseconds: 1_776_416_585_120)

    static let evidenceEvents: [(EvidenceEvent, String)] = [
        (.sourceSeen(number: 1, index: 2), "source_seen"),
        (
            .changeSeen(aspect: .systemPrompt, value: "v", index: 3, isFirst: true),
            "change_seen"
        ),
        (
            .changePushed(
                PushedChange(id: "c", aspect: "model", what: "w", version: nil, at: time)),
            "change_pushed"
        ),
        (.gapOpened(kind: .truncated, detail: "d"), "gap_opened"),
        (.gapClosed(kind: .clockSkew, openedAt: time), "gap_closed"),
        (.openUsed(OpenUse(.withoutGate), index: 4), "open_used"),
        (.shadowUsed(what: "w"), "shadow_used"),
        (.viewed(index: 4, id: "i"), "viewed"),
        (
            .searched(
                SearchNote(
                    terms: 1, fromIndex: 0, toIndex: 9, examined: 5, found: 1, incident: nil)),
            "searched"
        ),
        (
            .exported(
                ExportNote(incident: "n", records: 1, redactedGroups: ["input"], recipient: nil)),
            "exported"
        ),
        (
            .expired(
                ExpiryNote(
                    retention: "standard", days: 1, firstIndex: 0, lastIndex: 1, records: 2)),
            "expired"
        ),
    ]

    @Test(arguments: evidenceEvents)
    func evidenceEventsKeepTheirNames(_ event: EvidenceEvent, _ name: String) throws {
        try check(event, name)
    }

    @Test func holdsAndErasuresKeepTheirNames() throws {
        let terms = Hold.Terms(workflow: "w", from: Self.time, reason: "r")
        try check(HoldEvent.placed(terms), "placed")
        try check(HoldEvent.releaseProposed(reason: "r"), "release_proposed")
        try check(HoldEvent.releaseWithdrawn(reason: "r"), "release_withdrawn")
        try check(HoldEvent.released(reason: "r"), "released")
        let request = Erasure.Request(indices: [1], basis: "b", reason: "r")
        try check(ErasureEvent.proposed(request), "proposed")
        try check(ErasureEvent.refused(because: "b"), "refused")
        try check(ErasureEvent.executed(records: 1, basis: "b"), "executed")
    }

    @Test func theWordsOfEvidenceKeepTheirNames() {
        #expect(
            values(RecordKind.self) == [
                "model_exchange", "tool_call", "retrieval", "approval", "delivery", "change",
                "note",
            ])
        #expect(RecordKind.allCases.map(\.code) == Array(1...7))
        #expect(
            values(GroupName.self) == [
                "envelope", "system", "input", "retrieved", "output", "tools", "parameters",
                "approval", "delivery", "change", "note", "attributes",
            ])
        #expect(
            values(Shortfall.self) == [
                "content_missing", "by_reference", "truncated", "dropped", "clock_skew", "silence",
                "without_gate",
            ])
        #expect(
            values(ChangeAspect.self)
                == ["model", "system_prompt", "tools", "retrieval_scope", "parameters"])
        #expect(values(OpenUse.Kind.self) == ["without_gate", "without_record"])
        #expect(values(Hold.State.self) == ["active", "release_proposed", "released"])
        #expect(values(Erasure.State.self) == ["proposed", "executed"])
    }

    /// The bytes that are committed to, member by member.
    @Test func anEnvelopeKeepsItsForm() throws {
        var record = CapturedRecord(
            kind: .toolCall, at: Self.time, groups: [FieldGroup(.output, json: Array("{}".utf8))],
            shortfalls: [.truncated])
        record.model = "m\"1"
        record.actor = "Zoë"
        record.target = "t"
        record.trace = "0a"
        record.span = "0b"
        record.clientKey = "k"
        record.sequence = .init(source: "s", number: 7)
        record.tokensIn = 3
        let envelope = Envelope(
            record, id: "01", workflow: "drafts", receivedAt: Self.time.adding(hours: 1),
            source: "api")
        let text =
            #"{"envelope":{"version":1,"id":"01","workflow":"drafts","kind":"tool_call","#
            + #""at":"2026-04-17T09:03:05.120Z","received_at":"2026-04-17T10:03:05.120Z","#
            + #""source":"api","model":"m\"1","actor":"Zoë","target":"t","trace":"0a","#
            + #""span":"0b","tokens_in":3,"key":"k","sequence_source":"s","sequence":7,"#
            + #""shortfalls":["truncated"],"groups":["envelope","output"]}}"#
        #expect(String(decoding: envelope.canonical, as: UTF8.self) == text)
        #expect(try Envelope(canonical: envelope.canonical) == envelope)
        let fields = try #require(EnvelopeFields(canonical: envelope.canonical))
        #expect(fields.holds(.id, "01") && fields.holds(.kind, "tool_call"))
        #expect(!fields.holds(.id, "0") && !fields.holds(.workflow, "drafts2"))
        #expect(
            EnvelopeFields.Member.allCases.map { fields.text($0) } == [
                "01", "drafts", "tool_call", "2026-04-17T09:03:05.120Z", "2026-04-17T10:03:05.120Z",
                "Zoë", "t", "0a", "0b", "k",
            ])
        #expect(EnvelopeFields(canonical: Array(#"{"output":{}}"#.utf8)) == nil)
        #expect(EnvelopeFields(canonical: Array(envelope.canonical.dropLast())) == nil)
    }

    private func values<Value: CaseIterable & RawRepresentable>(
        _ type: Value.Type
    ) -> [Value.RawValue] { type.allCases.map(\.rawValue) }

    private func check<Event: Codable & Equatable>(_ event: Event, _ name: String) throws {
        #expect(eventName(event) == name)
        let bytes = try Canonical.bytes(event)
        #expect(try Canonical.read(Event.self, from: bytes) == event)
        let key = name.split(separator: "_").enumerated().map { index, word in
            index == 0 ? String(word) : word.prefix(1).uppercased() + word.dropFirst()
        }.joined()
        #expect(String(decoding: bytes, as: UTF8.self).hasPrefix("{\"\(key)\":"))
    }
}
