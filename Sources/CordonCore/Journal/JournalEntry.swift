import FoundationEssentials

/// One event of the one journal, as its committed bytes hold it.
package struct JournalEntry<Event: Codable & Sendable>: Codable, Sendable {
    /// Its place in the journal and in the Merkle log, from 0.
    package let index: UInt64
    package let at: Instant
    package let actor: Person
    /// What it belongs to: `workflow/monthly-summaries`, `incident/INC-2026-0042`, `account/…`,
    /// `policy`.
    package let stream: String
    /// The request or the rule that caused it.
    package let cause: String
    package let event: Event

    package init(
        index: UInt64, at: Instant, actor: Person, stream: String, cause: String, event: Event
    ) {
        self.index = index
        self.at = at
        self.actor = actor
        self.stream = stream
        self.cause = cause
        self.event = event
    }
}

/// JSON as it is stored and committed: sorted keys, so that the same value gives the same bytes.
package enum Canonical {
    package static func bytes(_ value: some Encodable) throws -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return Array(try encoder.encode(value))
    }

    package static func text(_ value: some Encodable) throws -> String {
        String(decoding: try bytes(value), as: UTF8.self)
    }

    package static func read<Value: Decodable>(
        _ type: Value.Type, from bytes: some Sequence<UInt8>
    ) throws -> Value {
        try JSONDecoder().decode(type, from: FoundationEssentials.Data(bytes))
    }
}

/// The stored name of an event: its case, in snake case.
package func eventName(_ event: some Any) -> String {
    let label = Mirror(reflecting: event).children.first?.label ?? "\(event)"
    return label.reduce(into: "") { name, character in
        if character.isUppercase {
            name += "_" + character.lowercased()
        } else {
            name.append(character)
        }
    }
}

/// What happens to the policy.
package enum PolicyEvent: Codable, Equatable, Sendable {
    /// `digest` is the SHA-256 of the file's text, in hexadecimal.
    case imported(version: Int, digest: String, reason: String)
}

/// What happens at the door, to nobody's account.
package enum SignInEvent: Codable, Equatable, Sendable {
    case failed(login: String)
}
