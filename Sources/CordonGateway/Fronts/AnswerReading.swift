import CordonCore

/// What becomes of one event of a streamed answer.
enum Passage: Equatable {
    /// It goes on at once.
    case pass
    /// It belongs to a call that is not whole yet: it waits.
    case hold
    /// With it these calls are whole: they are judged before anything that waits goes on.
    case judge([AskedCall])
    /// It ends the stream, and shows calls that nobody has judged yet.
    case judgeAtEnd([AskedCall])
    /// It ends the stream: it goes on once the record is durable, where that is asked for.
    case end
}

/// Reads a provider's streamed answer as it passes, event by event, and puts it together for the
/// record.
protocol AnswerReading: Sendable {
    /// What the answer said of itself.
    var facts: AnswerFacts { get }
    /// What came out, as the members of the record's output group.
    var output: [(String, [UInt8])] { get }

    mutating func take(_ event: ServerSentEvents.Event) -> Passage

    /// The bytes that go on in place of those that waited, where some calls were denied.
    mutating func replacement(_ verdicts: Verdicts) -> [UInt8]

    /// An event that has to say something else because of calls that were denied before it.
    mutating func corrected(_ event: ServerSentEvents.Event) -> [UInt8]?
}

/// What an answer says of itself.
struct AnswerFacts: Equatable, Sendable {
    /// The model that answered, as it reports itself.
    var model: String?
    var id: String?
    var tokensIn: Int?
    var tokensOut: Int?

    mutating func take(_ tree: JSONTree) {
        if let model = tree["model"]?.string { self.model = model }
        if let id = tree["id"]?.string { self.id = id }
        if let usage = tree["usage"] { take(usage: usage) }
    }

    mutating func take(usage: JSONTree) {
        if let count = usage["prompt_tokens", "input_tokens"]?.integer { tokensIn = count }
        if let count = usage["completion_tokens", "output_tokens"]?.integer { tokensOut = count }
    }
}

extension Front.Operation {
    /// What reads a stream of this kind; `nil` for streams that are passed on unread.
    var reader: (any AnswerReading)? {
        switch self {
        case .chat: ChatStream()
        case .completions: CompletionStream()
        case .responses: ResponseStream()
        case .messages: MessageStream()
        case .embeddings, .countTokens, .models, .opaque: nil
        }
    }
}

extension ServerSentEvents.Event {
    var tree: JSONTree? { hasData ? JSONTree(Array(data)) : nil }

    /// Whether every reader finds the same in it: JSON without a member that stands twice, or no
    /// object at all.
    var isPlain: Bool {
        guard data.contains(UInt8(ascii: "{")) else { return true }
        return withData(JSONScan.isWhole) && JSONMembers.repeatedName(in: data) == nil
    }
}

/// An event with this data, and with a name where the provider's events have one.
func sentEvent(_ data: JSONTree, named name: String? = nil) -> [UInt8] {
    let head = name.map { "event: \($0)\n" } ?? ""
    return Array("\(head)data: ".utf8) + data.bytes + Array("\n\n".utf8)
}
