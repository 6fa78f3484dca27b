import CordonAPI
import CordonCore

/// What a record says, part by part and in the order in which it was said, whoever wrote it how.
///
/// Each part is read by ``CordonCore/EvidenceReading``, which knows the forms of OpenAI, Anthropic,
/// OpenTelemetry and plain texts; what it does not know is shown as JSON.
struct RecordConversation: Sendable {
    let parts: [Part]
    /// Whether something is left out, because the whole is too long for a page.
    let isCut: Bool

    /// One group of the record.
    struct Part: Sendable {
        let name: GroupName
        let turns: [Turn]
    }

    struct Turn: Sendable {
        let speaker: Speaker
        let text: String
    }

    /// Who or what a text comes from.
    enum Speaker: Sendable {
        /// `system`, `user`, `assistant`, `tool`, or what the sender says.
        case role(String)
        case call(String)
        case result(String)
        case document(Int)
        /// A value by its name.
        case named(String)
        case other
        /// What could not be read otherwise.
        case json
    }

    /// The groups in which something is said, in the order of a conversation.
    private static let spoken: [GroupName] = [
        .system, .input, .retrieved, .output, .tools, .approval, .delivery, .change, .note,
    ]

    /// Reads as much as `limit` bytes of text hold.
    init(_ groups: [String: JSONValue], limit: Int) {
        var left = limit
        var isCut = false
        var parts: [Part] = []
        for name in Self.spoken {
            guard let value = groups[name.rawValue] else { continue }
            var turns: [Turn] = []
            for turn in Self.turns(name, value, groups, limit: limit) {
                if turn.text.utf8.count > left { isCut = true }
                guard left > 0 else { break }
                let text = TextBeginning.of(turn.text, bytes: left)
                turns.append(Turn(speaker: turn.speaker, text: text))
                left -= turn.text.utf8.count
            }
            if !turns.isEmpty { parts.append(Part(name: name, turns: turns)) }
        }
        self.parts = parts
        self.isCut = isCut
    }

    /// The texts of some parts below one another, to compare them with another record's.
    func text(of names: Set<GroupName>) -> String {
        parts.filter { names.contains($0.name) }.flatMap(\.turns).map { turn -> String in
            switch turn.speaker {
            case .call(let name), .named(let name): "\(name): \(turn.text)"
            case .role, .result, .document, .other, .json: turn.text
            }
        }.joined(separator: "\n")
    }

    // MARK: Reading

    private static func turns(
        _ name: GroupName, _ value: JSONValue, _ groups: [String: JSONValue], limit: Int
    ) -> [Turn] {
        if [.approval, .delivery, .change].contains(name), let named = named(value) {
            return named
        }
        var read = [FieldGroup(name, json: bytes(value))]
        if name == .tools, let more = groups[GroupName.attributes.rawValue] {
            // There stands the name of a tool that its own group may lack.
            read.append(FieldGroup(.attributes, json: bytes(more)))
        }
        let reading = EvidenceReading(of: read)
        var turns = reading.messages.map { Turn(speaker: .role($0.role), text: $0.text) }
        for (offset, text) in reading.retrieved.enumerated() {
            turns.append(Turn(speaker: .document(offset + 1), text: text))
        }
        for call in reading.toolCalls {
            turns.append(Turn(speaker: .call(call.name), text: call.arguments))
            if let result = call.result {
                turns.append(Turn(speaker: .result(call.name), text: result))
            }
        }
        turns += reading.otherText.filter { !$0.isEmpty }.map { Turn(speaker: .other, text: $0) }
        if turns.isEmpty {
            // One byte too many shows the caller that something was left out.
            let most = limit < .max ? limit + 1 : limit
            turns = [Turn(speaker: .json, text: IndentedJSON(value, limit: most).text)]
        }
        return turns
    }

    /// Values by their names, where each is a text, a number or a truth.
    private static func named(_ value: JSONValue) -> [Turn]? {
        guard case .object(let members) = value else { return nil }
        var turns: [Turn] = []
        for (name, member) in members.sorted(by: { $0.key < $1.key }) {
            guard let text = JSONPlace(member).scalar else { return nil }
            turns.append(Turn(speaker: .named(name), text: text))
        }
        return turns
    }

    private static func bytes(_ value: JSONValue) -> [UInt8] {
        // JSON has no number that cannot be written again, which is all that could fail.
        (try? Canonical.bytes(value)) ?? []
    }
}

extension RecordConversation.Speaker {
    var words: Phrase {
        switch self {
        case .role("system"): "Standing instruction"
        case .role("user"): "Asked"
        case .role("assistant"): "Answer of the AI"
        case .role("tool"): "Answer of a tool"
        case .role(let role): Phrase(said: role)
        case .call(let name): "Calls the tool \(HTML.said(name)) with"
        case .result(let name): "Answer of the tool \(HTML.said(name))"
        case .document(let number): "Document \(number)"
        case .named(let name): Phrase(said: name)
        case .other: "Also said"
        case .json: "As it was sent"
        }
    }

    /// The class for the eye; the words say the same.
    var side: String {
        switch self {
        case .role("assistant"), .call: "answered"
        case .role("user"): "asked"
        case .role, .result, .document, .named, .other, .json: "around"
        }
    }

    /// Whether the text is shown exactly, character for character.
    var isExact: Bool {
        switch self {
        case .call, .result, .json: true
        case .role, .document, .named, .other: false
        }
    }
}

extension RecordConversation {
    var html: [HTML] { parts.map(Self.part) }

    private static func part(_ part: Part) -> HTML {
        """
        <h3>\(say: EvidenceWords.group(part.name.rawValue))</h3>
        <ol class="conversation">
        \(part.turns.map(turn))
        </ol>
        """
    }

    private static func turn(_ turn: Turn) -> HTML {
        let text = turn.speaker.isExact ? HTML.exact(turn.text) : HTML.prose(turn.text)
        return """
            <li class="\(turn.speaker.side)">
            <p class="speaker">\(say: turn.speaker.words)</p>
            \(text)
            </li>
            """
    }
}
