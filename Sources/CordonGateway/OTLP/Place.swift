import CordonCore

/// Which group of a record an attribute goes to.
enum Slot: Int, CaseIterable, Sendable {
    case system, input, retrieved, output, tools, parameters, approval, delivery, attributes
    /// What went in and what came out, of whatever the span is about.
    case asked, answered
    /// What belongs to a call if the span is one, and is an attribute like others if not.
    case ofCall

    /// How many of them are groups; the others come to be one by the kind of the record.
    static let groupCount = 9

    func settled(for kind: RecordKind) -> Slot {
        switch (self, kind) {
        case (.asked, .toolCall), (.answered, .toolCall), (.ofCall, .toolCall): .tools
        case (.asked, _): .input
        case (.answered, .retrieval): .retrieved
        case (.answered, _): .output
        case (.ofCall, _): .attributes
        default: self
        }
    }

    var group: GroupName {
        switch self {
        case .system: .system
        case .input, .asked: .input
        case .retrieved: .retrieved
        case .output, .answered: .output
        case .tools: .tools
        case .parameters: .parameters
        case .approval: .approval
        case .delivery: .delivery
        case .attributes, .ofCall: .attributes
        }
    }
}

/// What an attribute says about the record beside being content.
enum Meaning: Sendable {
    case kind, operation, spanKind, entityKind, requestType, method
    case clientKey, requestModel, responseModel, tokensIn, tokensOut
    case actor, session, target, workflow, metadata, project
    /// Content of either side; JSON that is cut off shows that the sender cut it.
    case asked, answered, askedJSON, answeredJSON
    case system, firstRole, firstContent, tools, toolNames
    case reference, parameter, parameterJSON, scope, sequence, sequenceSource, failure
}

/// Where an attribute goes and what it says.
struct Place: Sendable {
    var slot: Slot
    var meaning: Meaning?
    /// Of several attributes that say the same, the lowest rank counts.
    var rank: UInt8

    init(_ slot: Slot, _ meaning: Meaning? = nil, rank: UInt8 = 0) {
        self.slot = slot
        self.meaning = meaning
        self.rank = rank
    }

    /// Whether a text that is no JSON was cut off: a limit on the length of attributes cuts in the
    /// middle.
    func isCut(_ value: OTLPValue) -> Bool {
        guard meaning == .askedJSON || meaning == .answeredJSON,
            case .stringValue(let text) = value.value, let first = text.utf8.first
        else { return false }
        return first == UInt8(ascii: "[") || first == UInt8(ascii: "{")
    }

    static func of(_ name: String) -> Place {
        if let place = exact[name] { return place }
        for family in families where name.utf8.starts(with: family.prefix) {
            // What names a role or an end is no content of itself.
            if isFormal(name) { return Place(family.place.slot) }
            return family.place
        }
        return Place(.attributes)
    }

    private static let exact: [String: Place] = GenAIConvention.places
        .merging(OpenInferenceConvention.places) { first, _ in first }
        .merging(TraceloopConvention.places) { first, _ in first }

    private static let families: [(prefix: [UInt8], place: Place)] =
        (GenAIConvention.families + OpenInferenceConvention.families
        + TraceloopConvention.families).map { (Array($0.utf8), $1) }

    private static func isFormal(_ name: String) -> Bool {
        name.hasSuffix("role") || name.hasSuffix("finish_reason") || name.hasSuffix("id")
            || name.hasSuffix("type")
    }
}
