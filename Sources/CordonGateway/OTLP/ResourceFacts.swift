import CordonCore

/// What a program says of itself once for all of its spans.
struct ResourceFacts {
    /// The members that the attributes of every record of it end with.
    private(set) var members = GroupText()
    private(set) var workflow = Ranked()
    private(set) var sequence: Int64?
    private(set) var sequenceSource = Ranked()

    init(_ spans: OTLPResourceSpans) {
        var attributes = GroupText()
        attributes.add(spans.resource.attributes)
        if !attributes.isEmpty { members.add("otel.resource", json: attributes.closed) }
        if !spans.schemaURL.isEmpty { members.add("otel.schema_url", text: spans.schemaURL) }
        for attribute in spans.resource.attributes { note(attribute.key, attribute.value) }
    }

    private mutating func note(_ name: String, _ value: OTLPValue) {
        switch name {
        case "cordon.workflow": workflow.offer(value.text, rank: 2)
        case "workflow.name": workflow.offer(value.text, rank: 3)
        case "openinference.project.name":
            if value.text != "default" { workflow.offer(value.text, rank: 7) }
        case "service.name":
            if value.text?.hasPrefix("unknown_service") != true {
                workflow.offer(value.text, rank: 8)
            }
            sequenceSource.offer(value.text, rank: 9)
        case "service.instance.id": sequenceSource.offer(value.text, rank: 2)
        case "cordon.sequence.source": sequenceSource.offer(value.text, rank: 1)
        case "cordon.sequence": sequence = value.integer
        default: break
        }
    }
}

/// What instrumented the spans.
struct ScopeFacts {
    let name: String
    let version: String
    /// The members that the attributes of every record of it end with, the resource's among them.
    private(set) var members = GroupText()

    init(_ spans: OTLPScopeSpans, of resource: ResourceFacts) {
        name = spans.scope.name
        version = spans.scope.version
        if !name.isEmpty { members.add("otel.scope.name", text: name) }
        if !version.isEmpty { members.add("otel.scope.version", text: version) }
        var attributes = GroupText()
        attributes.add(spans.scope.attributes)
        if !attributes.isEmpty { members.add("otel.scope.attributes", json: attributes.closed) }
        if !spans.schemaURL.isEmpty { members.add("otel.scope.schema_url", text: spans.schemaURL) }
        members.add(membersOf: resource.members)
    }
}

/// The best of several things that are said of the same.
struct Ranked {
    private(set) var text: String?
    private var rank = UInt8.max

    mutating func offer(_ text: String?, rank: UInt8) {
        guard let text, !text.isEmpty, rank < self.rank else { return }
        self.text = text
        self.rank = rank
    }

    mutating func offer(_ other: Ranked) { offer(other.text, rank: other.rank) }
}
