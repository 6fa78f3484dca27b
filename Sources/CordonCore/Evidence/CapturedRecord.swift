/// One record of evidence as a sender gave it, before it is numbered, sealed and kept.
///
/// Content is kept as it was received, byte for byte; what it means is read from it later, by a
/// pure and versioned function (``EvidenceReading``), so that a better reading never needs other
/// evidence.
package struct CapturedRecord: Equatable, Sendable {
    /// What the sender calls the workflow; `nil` leaves it to the sender's token.
    package var workflow: String?
    package var kind: RecordKind
    /// When it began, by the sender's clock; `nil` when the sender did not say.
    package var at: Instant?
    package var endedAt: Instant?
    /// The model that answered, by the version that it reports, else the one that was asked for.
    package var model: String?
    /// The person or account on whose behalf it happened.
    package var actor: String?
    /// The record, person or address that it was about.
    package var target: String?
    /// Trace and span of the sender in hexadecimal.
    package var trace: String?
    package var span: String?
    package var parent: String?
    /// The conversation or run that it belongs to.
    package var session: String?
    /// `ok` or `error`, with the sender's words.
    package var status: String?
    package var tokensIn: Int?
    package var tokensOut: Int?
    /// The sender's own name for the record: the same one within a day is kept once.
    package var clientKey: String?
    /// The sender's count of what it sends, by which a lost batch is noticed.
    package var sequence: Sequence?
    /// Content by group, in the order of ``GroupName``; the envelope is not among them.
    package var groups: [FieldGroup]
    /// What the content shows to be lacking.
    package var shortfalls: [Shortfall]
    /// What the sender has to set so that nothing is lacking, in one sentence.
    package var advice: String?
    /// What would be noticed as a change if it were new, each as a short text: a version, a digest.
    package var fingerprints: [ChangeAspect: String]
    /// The tools that an MCP server was seen to offer, each by its definition.
    package var toolPins: [ToolPin] = []
    /// That the sender went on without the gate, if that is what it tells.
    package var openUse: OpenUse?

    package struct Sequence: Equatable, Sendable {
        /// Names one run of one sender; its numbers go up by one.
        package var source: String
        package var number: Int64

        package init(source: String, number: Int64) {
            self.source = source
            self.number = number
        }
    }

    package init(
        workflow: String? = nil, kind: RecordKind, at: Instant? = nil, groups: [FieldGroup] = [],
        shortfalls: [Shortfall] = [], fingerprints: [ChangeAspect: String] = [:]
    ) {
        self.workflow = workflow
        self.kind = kind
        self.at = at
        self.groups = groups
        self.shortfalls = shortfalls
        self.fingerprints = fingerprints
    }
}

/// Some fields of a record, as one JSON object.
package struct FieldGroup: Equatable, Sendable {
    package var name: GroupName
    /// A JSON object in UTF-8: member names as the sender has them, values as they were received.
    ///
    /// What is committed to is `{"<name>":<this>}`.
    package var json: [UInt8]

    package init(_ name: GroupName, json: [UInt8]) {
        self.name = name
        self.json = json
    }

    /// Reads a group from the bytes that were committed to; `nil` when they are none.
    package init?(canonical bytes: [UInt8]) {
        guard bytes.starts(with: "{\"".utf8), bytes.last == UInt8(ascii: "}"),
            let quote = bytes.dropFirst(2).firstIndex(of: UInt8(ascii: "\"")),
            quote + 1 < bytes.count, bytes[quote + 1] == UInt8(ascii: ":"),
            let name = GroupName(rawValue: String(decoding: bytes[2..<quote], as: UTF8.self))
        else { return nil }
        self.init(name, json: Array(bytes[(quote + 2)..<(bytes.count - 1)]))
    }

    /// The bytes that are committed to: the group bound to its name.
    package var canonical: [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(json.count + name.rawValue.utf8.count + 6)
        bytes.append(contentsOf: "{\"".utf8)
        bytes.append(contentsOf: name.rawValue.utf8)
        bytes.append(contentsOf: "\":".utf8)
        bytes.append(contentsOf: json)
        bytes.append(UInt8(ascii: "}"))
        return bytes
    }
}

/// In what a record falls short of what an investigation will need.
package enum Shortfall: String, Codable, CaseIterable, Sendable {
    /// A model exchange without what was asked or answered.
    case contentMissing = "content_missing"
    /// The content lies elsewhere and only its address was sent.
    case byReference = "by_reference"
    /// The sender cut something off.
    case truncated
    /// Numbers of the sender's sequence never came.
    case dropped
    /// The sender's clock runs ahead of ours, or far behind.
    case clockSkew = "clock_skew"
    /// A workflow that used to send has stopped sending.
    case silence
    /// The workflow went on without the gate's answer.
    case withoutGate = "without_gate"
}

/// What about a workflow may change from one record to the next.
package enum ChangeAspect: String, Codable, CaseIterable, Sendable {
    /// The model's version as it reports it.
    case model
    /// The standing instruction, by its SHA-256.
    case systemPrompt = "system_prompt"
    /// The tools that are offered, by their names and the SHA-256 of their definitions.
    case tools
    /// Where documents are looked up.
    case retrievalScope = "retrieval_scope"
    /// Temperature and its like, in one text.
    case parameters
}
