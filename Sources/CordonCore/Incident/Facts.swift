/// What a person could answer.
package enum Answer: String, Codable, CaseIterable, Sendable { case yes, no, unknown }

/// A fact that somebody stated, with who and when; a later one stands beside it, never over it.
package struct Stated<Value: Codable & Equatable & Sendable>: Codable, Equatable, Sendable {
    package let value: Value
    package let by: Person
    package let at: Instant

    package init(_ value: Value, by: Person, at: Instant) {
        self.value = value
        self.by = by
        self.at = at
    }
}

/// The five times that are kept apart.
package enum Moment: String, Codable, CaseIterable, Sendable {
    case occurred, detected, reported, aware, declared
}

/// One statement of a time: the last one holds, all stay.
package struct TimeStatement: Codable, Equatable, Sendable {
    package let moment: Moment
    package let time: Instant
    package let source: String

    package init(_ moment: Moment, _ time: Instant, source: String) {
        self.moment = moment
        self.time = time
        self.source = source
    }
}

package struct Report: Codable, Equatable, Sendable {
    package let number: String
    /// The key of the workflow, when it is registered.
    package let workflow: String?
    /// What the reporter called a workflow that is not registered.
    package let unlisted: String?
    package let what: String
    package let leftCompany: Answer
    package let contact: String?
    /// How it was discovered, in words.
    package let discovered: String?
    package let policyVersion: Int

    package init(
        number: String, workflow: String?, unlisted: String?, what: String, leftCompany: Answer,
        contact: String?, discovered: String?, policyVersion: Int
    ) {
        self.number = number
        self.workflow = workflow
        self.unlisted = unlisted
        self.what = what
        self.leftCompany = leftCompany
        self.contact = contact
        self.discovered = discovered
        self.policyVersion = policyVersion
    }
}

/// What an event turned out to be.
package enum Kind: String, Codable, CaseIterable, Sendable {
    case qualityIssue = "quality_issue"
    case nearMiss = "near_miss"
    case incident
    case declined

    /// The level that choosing it in triage declares.
    package var level: Int? {
        switch self {
        case .qualityIssue: 1
        case .nearMiss: 2
        case .incident: 3
        case .declined: nil
        }
    }

    package init(level: Int) {
        self = level <= 1 ? .qualityIssue : level == 2 ? .nearMiss : .incident
    }
}

/// The answers and flags that set the floor.
package struct Assessment: Codable, Equatable, Sendable {
    /// By question number, 1 to 7; a question that is not here is unknown.
    package var answers: [Int: Answer]
    /// Critical flags without a measure.
    package var flags: [String: Answer]
    /// Critical flags with a measure: people or amount.
    package var measures: [String: Int]

    package init(
        answers: [Int: Answer] = [:], flags: [String: Answer] = [:], measures: [String: Int] = [:]
    ) {
        self.answers = answers
        self.flags = flags
        self.measures = measures
    }
}

package struct Classification: Codable, Equatable, Sendable {
    package var primary: String
    package var secondary: [String]
    package var note: String?

    package init(primary: String, secondary: [String] = [], note: String? = nil) {
        self.primary = primary
        self.secondary = secondary
        self.note = note
    }
}

/// What the event did, or nearly did, to the business.
package struct Impact: Codable, Equatable, Sendable {
    package var description: String
    package var actedUpon: Answer
    package var reversible: Answer
    package var leftCompany: Answer
    package var functions: [String]

    package init(
        description: String, actedUpon: Answer, reversible: Answer, leftCompany: Answer,
        functions: [String] = []
    ) {
        self.description = description
        self.actedUpon = actedUpon
        self.reversible = reversible
        self.leftCompany = leftCompany
        self.functions = functions
    }
}

/// A person, record or output that was touched, with how it was put right.
package struct AffectedRecord: Codable, Equatable, Sendable {
    package let id: String
    package let kind: Kind
    package let reference: String
    package let description: String
    package var correction: Stated<String>?

    package enum Kind: String, Codable, CaseIterable, Sendable {
        case person, organisation, record, output, action
    }

    package init(id: String, kind: Kind, reference: String, description: String) {
        self.id = id
        self.kind = kind
        self.reference = reference
        self.description = description
    }
}

/// The kinds of evidence that the third item of the file asks for, and others.
package enum EvidenceKind: String, Codable, CaseIterable, Sendable {
    case input, prompt, output, approval, delivery, configuration, change, note, other
    case retrievedDocument = "retrieved_document"
    case toolCall = "tool_call"
    case modelVersion = "model_version"
    case screenshot
    case log
}

package struct EvidenceItem: Codable, Equatable, Sendable {
    package let id: String
    package let kind: EvidenceKind
    package let name: String
    package let mediaType: String
    /// Bytes.
    package let size: Int
    /// SHA-256 of the bytes as they were received, in hexadecimal.
    package let sha256: String
    package let note: String?

    package init(
        id: String, kind: EvidenceKind, name: String, mediaType: String, size: Int, sha256: String,
        note: String?
    ) {
        self.id = id
        self.kind = kind
        self.name = name
        self.mediaType = mediaType
        self.size = size
        self.sha256 = sha256
        self.note = note
    }
}

/// Evidence that does not exist or cannot be had, named instead of passed over in silence.
package struct EvidenceGap: Codable, Equatable, Sendable {
    package let kind: EvidenceKind
    package let why: String

    package init(kind: EvidenceKind, why: String) {
        self.kind = kind
        self.why = why
    }
}

/// The evidence of the workflow that nobody may delete because of this incident.
package struct EvidenceHold: Codable, Equatable, Sendable {
    package let workflow: String
    package let from: Instant

    package init(workflow: String, from: Instant) {
        self.workflow = workflow
        self.from = from
    }
}

/// Whether a duty to notify applies, decided by a named person with a reason.
package struct Obligation: Codable, Equatable, Sendable {
    package let duty: String
    package let decision: Decision
    package let reason: String
    package let dueAt: Instant?

    package enum Decision: String, Codable, CaseIterable, Sendable {
        case applies
        case doesNotApply = "does_not_apply"
        case pending
    }

    package init(duty: String, decision: Decision, reason: String, dueAt: Instant?) {
        self.duty = duty
        self.decision = decision
        self.reason = reason
        self.dueAt = dueAt
    }
}

/// Whether the work went on without the AI while the workflow was stopped, and who was told.
package struct FallbackNote: Codable, Equatable, Sendable {
    package let activated: Bool
    package let note: String
    package let told: [String]

    package init(activated: Bool, note: String, told: [String]) {
        self.activated = activated
        self.note = note
        self.told = told
    }
}
