/// What a record of evidence is about.
package enum RecordKindBody: String, Codable, CaseIterable, Sendable {
    case modelExchange = "model_exchange"
    case toolCall = "tool_call"
    case retrieval, approval, delivery, change, note
}

/// The sender's own count of what it sends.
package struct SequenceBody: Codable, Sendable, Ruled {
    package var source: String
    package var number: Int

    package static let rules: [String: Rule] = [
        "source": lineRule, "number": Rule(minimum: 0, maximum: 9_007_199_254_740_991),
    ]
}

/// One record of evidence: content is any JSON, and is kept as it comes.
package struct EvidenceRecordRequest: Codable, Sendable, Ruled {
    package var workflow: String?
    package var kind: RecordKindBody
    package var at: String?
    package var endedAt: String?
    package var model: String?
    package var actor: String?
    package var target: String?
    package var session: String?
    package var trace: String?
    package var span: String?
    package var status: String?
    package var tokensIn: Int?
    package var tokensOut: Int?
    /// The sender's own name for the record.
    package var key: String?
    package var sequence: SequenceBody?
    package var system: JSONValue?
    package var input: JSONValue?
    package var retrieved: JSONValue?
    package var output: JSONValue?
    package var tools: JSONValue?
    package var parameters: JSONValue?
    package var approval: JSONValue?
    package var delivery: JSONValue?
    package var change: JSONValue?
    package var note: JSONValue?
    package var attributes: JSONValue?

    package static let rules: [String: Rule] = [
        "workflow": lineRule, "at": Rule(format: "date-time"),
        "endedAt": Rule(format: "date-time"), "model": lineRule, "actor": lineRule,
        "target": Rule(minLength: 1, maxLength: 1_000), "session": lineRule, "trace": lineRule,
        "span": lineRule, "status": Rule(minLength: 1, maxLength: 1_000),
        "tokensIn": Rule(minimum: 0, maximum: 1_000_000_000),
        "tokensOut": Rule(minimum: 0, maximum: 1_000_000_000), "key": lineRule,
    ]
}

/// Records of evidence, at most 512: `POST /evidence`.
package struct EvidenceBatchRequest: Codable, Sendable, Ruled {
    package var records: [EvidenceRecordRequest]

    package static let rules: [String: Rule] = ["records": Rule(minItems: 1, maxItems: 512)]
}

/// Announces a change: `POST /workflows/{key}/changes`.
package struct ChangeRequest: Codable, Sendable, Ruled {
    /// What was changed, in words.
    package var what: String
    /// `model`, `prompt`, `permission`, `data`, `integration`, `process` or another word.
    package var aspect: String?
    package var version: String?
    /// When it took effect; now when absent.
    package var at: String?

    package static let rules: [String: Rule] = [
        "what": textRule, "aspect": Rule(minLength: 1, maxLength: 64), "version": lineRule,
        "at": Rule(format: "date-time"),
    ]
}

/// Why something is kept, let go or destroyed: spaces alone are no reason.
private let statedRule = Rule(
    description: "Text that says something.", minLength: 1, maxLength: 4_000, pattern: "\\S")

/// Places a hold: `POST /holds`.
package struct HoldRequest: Codable, Sendable, Ruled {
    package var workflow: String
    /// From when on; the policy's look-back window when absent.
    package var from: String?
    package var to: String?
    package var reason: String

    package static let rules: [String: Rule] = [
        "workflow": slugRule, "from": Rule(format: "date-time"), "to": Rule(format: "date-time"),
        "reason": statedRule,
    ]
}

/// Proposes or confirms the release of a hold: `POST /holds/{id}/release`.
package struct HoldReleaseRequest: Codable, Sendable, Ruled {
    package var reason: String

    package static let rules: [String: Rule] = ["reason": statedRule]
}

/// Proposes to erase records: `POST /evidence/erasures`.
package struct ErasureRequest: Codable, Sendable, Ruled {
    /// Ids of records.
    package var records: [String]?
    /// A name: every record in which it stands is erased.
    package var person: String?
    /// The legal basis, such as an article of a law.
    package var basis: String
    package var reason: String

    package static let rules: [String: Rule] = [
        "records": Rule(minItems: 1, maxItems: 10_000, itemMaxLength: 26),
        "person": Rule(minLength: 2, maxLength: 200),
        "basis": Rule(minLength: 1, maxLength: 200, pattern: "\\S"), "reason": statedRule,
    ]
}

/// Starts a look back over the evidence: `POST /incidents/{n}/lookbacks/search`.
package struct LookbackSearchRequest: Codable, Sendable, Ruled {
    /// Names, values or patterns, where `*` is any run of letters in a word and `#` one digit.
    package var terms: [String]?
    /// The same as comma-separated values: the first column, or the one that is named.
    package var csv: String?
    package var column: String?
    package var from: String?
    package var to: String?
    /// Workflows beside the incident's own.
    package var workflows: [String]?
    /// Examine what went in as well as what came out.
    package var everything: Bool?
    package var shorterBecause: String?

    package static let rules: [String: Rule] = [
        "terms": Rule(minItems: 1, maxItems: 10_000, itemMaxLength: 1_000),
        "csv": Rule(minLength: 1, maxLength: 2_000_000), "column": lineRule,
        "from": Rule(format: "date-time"), "to": Rule(format: "date-time"),
        "workflows": Rule(maxItems: 100, itemMaxLength: 64),
        "shorterBecause": Rule(maxLength: 4_000),
    ]
}

/// Judges a record that a look back found: `POST /incidents/{n}/lookbacks/search/{id}/verdicts`.
package struct LookbackVerdictRequest: Codable, Sendable, Ruled {
    package var record: String
    package var verdict: VerdictBody
    package var description: String?

    package static let rules: [String: Rule] = [
        "record": Rule(minLength: 26, maxLength: 26), "description": Rule(maxLength: 4_000),
    ]
}
