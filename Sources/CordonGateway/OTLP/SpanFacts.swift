import CordonCore

/// What the attributes of one span say about the record, gathered in one pass over them.
struct SpanFacts {
    var workflow = Ranked()
    private(set) var actor = Ranked()
    private(set) var session = Ranked()
    private(set) var target = Ranked()
    private(set) var clientKey: String?
    private(set) var tokensIn: Int?
    private(set) var tokensOut: Int?
    private(set) var sequence: Int64?
    var sequenceSource = Ranked()
    private(set) var failure: String?
    private var requestModel = Ranked()
    private var responseModel = Ranked()

    private var said: RecordKind?
    private var operation: String?
    private var spanKind: String?
    private var entityKind: String?
    private var requestType: String?
    private var method: String?

    private(set) var hasAsked = false
    private(set) var hasAnswered = false
    private(set) var isByReference = false
    private(set) var isTruncated = false

    /// The standing instruction as the sender has it: as JSON, or as the first of the messages.
    private(set) var system: OTLPValue?
    private(set) var messages: OTLPValue?
    private(set) var firstRole: String?
    private(set) var firstContent: OTLPValue?
    private(set) var tools: [OTLPAttribute] = []
    private(set) var parameters: [(name: String, text: String)] = []
    private(set) var scopes: [(name: String, text: String)] = []

    var model: String? { responseModel.text ?? requestModel.text }

    /// What the record is about, by what is said most plainly.
    var kind: RecordKind {
        if let said { return said }
        switch operation {
        case "chat", "text_completion", "generate_content": return .modelExchange
        case "execute_tool": return .toolCall
        case "embeddings", "retrieval": return .retrieval
        case .some: return .note
        case nil: break
        }
        switch spanKind {
        case "LLM": return .modelExchange
        case "TOOL": return .toolCall
        case "RETRIEVER", "RERANKER", "EMBEDDING": return .retrieval
        case .some: return .note
        case nil: break
        }
        switch requestType {
        case "chat", "completion": return .modelExchange
        case "embedding", "rerank": return .retrieval
        default: break
        }
        if entityKind == "tool" || method == "tools/call" { return .toolCall }
        if entityKind != nil { return .note }
        let isAboutModel = requestModel.text != nil || messages != nil
        return isAboutModel ? .modelExchange : .note
    }

    mutating func note(_ attribute: OTLPAttribute, _ place: Place) {
        let value = attribute.value
        guard let meaning = place.meaning else {
            if attribute.key.hasSuffix(".truncated"), value.boolValue { isTruncated = true }
            return
        }
        switch meaning {
        case .kind: said = value.text.flatMap(RecordKind.init(rawValue:))
        case .operation: operation = value.text
        case .spanKind: spanKind = value.text
        case .entityKind: entityKind = value.text
        case .requestType: requestType = value.text
        case .method: method = value.text
        case .clientKey: clientKey = value.text
        case .requestModel: requestModel.offer(value.text, rank: place.rank)
        case .responseModel: responseModel.offer(value.text, rank: place.rank)
        case .tokensIn: tokensIn = value.integer.flatMap { Int(exactly: $0) }
        case .tokensOut: tokensOut = value.integer.flatMap { Int(exactly: $0) }
        case .actor: actor.offer(value.text, rank: place.rank)
        case .session: session.offer(value.text, rank: place.rank)
        case .target: target.offer(value.text, rank: place.rank)
        case .workflow: workflow.offer(value.text, rank: place.rank)
        case .project: if value.text != "default" { workflow.offer(value.text, rank: 7) }
        case .metadata: workflow.offer(SpanFacts.workflow(inMetadata: value), rank: place.rank)
        case .sequence: sequence = value.integer
        case .sequenceSource: sequenceSource.offer(value.text, rank: 0)
        case .failure: failure = value.text
        default: noteContent(attribute, meaning)
        }
    }

    private mutating func noteContent(_ attribute: OTLPAttribute, _ meaning: Meaning) {
        let value = attribute.value
        switch meaning {
        case .asked: hasAsked = hasAsked || value.saysSomething
        case .answered: hasAnswered = hasAnswered || value.saysSomething
        case .askedJSON:
            hasAsked = hasAsked || value.saysSomething
            messages = value
        case .answeredJSON: hasAnswered = hasAnswered || value.saysSomething
        case .firstRole: firstRole = value.text
        case .firstContent:
            hasAsked = hasAsked || value.saysSomething
            firstContent = value
        case .system: system = value
        case .tools: tools.append(attribute)
        case .reference: isByReference = isByReference || value.saysSomething
        case .parameter:
            if let text = value.text { parameters.append((SpanFacts.last(attribute.key), text)) }
        case .parameterJSON: parameters += SpanFacts.settings(inJSON: value)
        case .scope: if let text = value.text { scopes.append((attribute.key, text)) }
        default: break
        }
    }

    /// Content that is found in an event of the span instead of its attributes.
    mutating func noteEvent(asked: Bool, answered: Bool) {
        hasAsked = hasAsked || asked
        hasAnswered = hasAnswered || answered
    }

    mutating func noteTruncation() { isTruncated = true }

    private static func last(_ name: String) -> String {
        name.split(separator: ".").last.map(String.init) ?? name
    }

    private static func workflow(inMetadata value: OTLPValue) -> String? {
        switch value.value {
        case .stringValue(let text):
            JSONScan.members(of: Array(text.utf8)).first { $0.name == "workflow" }?.text
        case .kvlistValue(let list):
            list.values.first { $0.key == "workflow" }?.value.text
        default: nil
        }
    }

    /// The settings of a request that change what comes out; a seed or a user differs each time.
    private static let settings: Set<String> = [
        "temperature", "top_p", "top_k", "max_tokens", "max_completion_tokens",
        "max_output_tokens", "frequency_penalty", "presence_penalty", "reasoning_effort",
    ]

    private static func settings(inJSON value: OTLPValue) -> [(name: String, text: String)] {
        guard case .stringValue(let text) = value.value else { return [] }
        return JSONScan.members(of: Array(text.utf8)).filter { settings.contains($0.name) }
    }
}
