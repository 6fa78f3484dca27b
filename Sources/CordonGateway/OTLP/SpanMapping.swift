import CordonCore

/// Makes a record of evidence out of a span, whichever convention it follows.
///
/// Content stays as it was received: a group has the sender's names, and values byte for byte.
/// What no group is for goes to the attributes, the resource and the scope included.
struct SpanMapping {
    private let resource: ResourceFacts
    private let scope: ScopeFacts
    private var fingerprints: Fingerprints
    private var places: [Place] = []

    init(_ scope: ScopeFacts, of resource: ResourceFacts, fingerprints: Fingerprints) {
        self.resource = resource
        self.scope = scope
        self.fingerprints = fingerprints
    }

    mutating func record(of span: OTLPSpan) -> CapturedRecord {
        var facts = SpanFacts()
        var attributes = span.attributes
        let names = span.events.isEmpty ? [] : Set(attributes.map(\.key))
        for event in span.events where event.name == SpanEvents.details {
            attributes += event.attributes.filter { !names.contains($0.key) }
        }
        places.removeAll(keepingCapacity: true)
        for attribute in attributes {
            let place = Place.of(attribute.key)
            facts.note(attribute, place)
            places.append(place)
        }
        noteEvents(of: span, in: &facts)
        let kind = facts.kind
        var record = CapturedRecord(kind: kind)
        fillEnvelope(of: &record, from: span, facts)
        record.groups = groups(of: span, attributes, kind: kind, noting: &facts)
        record.shortfalls = shortfalls(of: kind, facts, failed: span.status.code == .error)
        if record.shortfalls.contains(.contentMissing) {
            record.advice = ContentAdvice.sentence(scope: scope.name, version: scope.version)
        }
        record.fingerprints = fingerprints.all(of: facts, kind: kind, name: span.name)
        return record
    }

    private func noteEvents(of span: OTLPSpan, in facts: inout SpanFacts) {
        for event in span.events {
            let slot = SpanEvents.slot(of: event.name)
            guard slot != .attributes, SpanEvents.saysSomething(event) else { continue }
            facts.noteEvent(asked: slot == .input, answered: slot == .output)
        }
        if span.droppedAttributesCount > 0 || span.droppedEventsCount > 0
            || span.events.contains(where: { $0.droppedAttributesCount > 0 })
        {
            facts.noteTruncation()
        }
    }

    private func fillEnvelope(
        of record: inout CapturedRecord, from span: OTLPSpan, _ facts: SpanFacts
    ) {
        var workflow = facts.workflow
        workflow.offer(resource.workflow)
        record.workflow = workflow.text
        record.at = SpanMapping.instant(span.startTimeUnixNano)
        record.endedAt = SpanMapping.instant(span.endTimeUnixNano)
        record.model = facts.model
        record.actor = facts.actor.text
        record.target = facts.target.text
        record.session = facts.session.text
        record.trace = OTLPIdentifier.text(span.traceID, count: 16)
        record.span = OTLPIdentifier.text(span.spanID, count: 8)
        record.parent = OTLPIdentifier.text(span.parentSpanID, count: 8)
        record.tokensIn = facts.tokensIn
        record.tokensOut = facts.tokensOut
        record.clientKey = facts.clientKey
        record.status = SpanMapping.status(of: span, failure: facts.failure)
        if let number = facts.sequence ?? resource.sequence {
            var source = facts.sequenceSource
            source.offer(resource.sequenceSource)
            record.sequence = source.text.map { .init(source: $0, number: number) }
        }
    }

    private func groups(
        of span: OTLPSpan, _ attributes: [OTLPAttribute], kind: RecordKind,
        noting facts: inout SpanFacts
    ) -> [FieldGroup] {
        var texts = [GroupText](repeating: GroupText(), count: Slot.groupCount)
        for (index, attribute) in attributes.enumerated() {
            let slot = places[index].slot.settled(for: kind)
            let isJSON = texts[slot.rawValue].add(attribute.key, attribute.value)
            if !isJSON, places[index].isCut(attribute.value) { facts.noteTruncation() }
        }
        addEvents(of: span, to: &texts)
        addSpan(span, to: &texts[Slot.attributes.rawValue])
        texts[Slot.attributes.rawValue].add(membersOf: scope.members)
        var groups: [FieldGroup] = []
        groups.reserveCapacity(Slot.groupCount)
        for slot in Slot.allCases.prefix(Slot.groupCount) where !texts[slot.rawValue].isEmpty {
            groups.append(FieldGroup(slot.group, json: texts[slot.rawValue].closed))
        }
        return groups
    }

    private func addEvents(of span: OTLPSpan, to texts: inout [GroupText]) {
        guard !span.events.isEmpty else { return }
        var events = [[[UInt8]]](repeating: [], count: Slot.groupCount)
        for event in span.events where event.name != SpanEvents.details {
            events[SpanEvents.slot(of: event.name).rawValue].append(SpanEvents.json(event))
        }
        for (index, list) in events.enumerated() where !list.isEmpty {
            texts[index].add("otel.events", json: SpanEvents.array(list))
        }
    }

    /// What OTLP says of a span outside its attributes, by names that no attribute has.
    private func addSpan(_ span: OTLPSpan, to text: inout GroupText) {
        if !span.name.isEmpty { text.add("otel.span.name", text: span.name) }
        if let kind = SpanMapping.kinds[span.kind] { text.add("otel.span.kind", text: kind) }
        if !span.traceState.isEmpty { text.add("otel.trace_state", text: span.traceState) }
        if !span.links.isEmpty {
            text.add("otel.links", json: SpanEvents.array(span.links.map { SpanEvents.json($0) }))
        }
        let dropped = [
            ("otel.dropped_attributes_count", span.droppedAttributesCount),
            ("otel.dropped_events_count", span.droppedEventsCount),
            ("otel.dropped_links_count", span.droppedLinksCount),
        ]
        for (name, count) in dropped where count > 0 {
            text.add(name, json: Array(String(count).utf8))
        }
    }

    /// What an investigation will miss.
    ///
    /// An exchange that failed has no answer, and that is no fault of its sender.
    private func shortfalls(of kind: RecordKind, _ facts: SpanFacts, failed: Bool) -> [Shortfall] {
        var found: [Shortfall] = []
        if facts.isByReference { found.append(.byReference) }
        if kind == .modelExchange, !facts.isByReference {
            let lacksAnswer = !facts.hasAnswered && !failed && facts.failure == nil
            if !facts.hasAsked || lacksAnswer { found.append(.contentMissing) }
        }
        if facts.isTruncated { found.append(.truncated) }
        return found
    }

    private static let kinds: [OTLPSpan.SpanKind: String] = [
        .internal: "internal", .server: "server", .client: "client", .producer: "producer",
        .consumer: "consumer",
    ]

    private static func instant(_ nanoseconds: UInt64) -> Instant? {
        guard nanoseconds > 0 else { return nil }
        return Instant(milliseconds: Int64(nanoseconds / 1_000_000))
    }

    private static func status(of span: OTLPSpan, failure: String?) -> String? {
        let words = span.status.message.isEmpty ? failure : span.status.message
        if span.status.code == .error || (span.status.code == .unset && failure != nil) {
            return words.map { "error: \($0)" } ?? "error"
        }
        return span.status.code == .ok ? "ok" : nil
    }
}
