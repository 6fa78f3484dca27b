/// Yes, no, or nobody knows yet (which counts as yes for the level).
package enum AnswerBody: String, Codable, CaseIterable, Sendable { case yes, no, unknown }
/// What an event turned out to be.
package enum KindBody: String, Codable, CaseIterable, Sendable {
    case qualityIssue = "quality_issue"
    case nearMiss = "near_miss"
    case incident
    case declined
}

/// Reports something wrong: `POST /reports`.
package struct ReportRequest: Codable, Sendable, Ruled {
    /// The workflow's key, or what the reporter calls it.
    package var workflow: String?
    package var what: String
    package var leftCompany: AnswerBody?
    /// Stops the workflow in the same instant.
    package var stop: Bool?
    package var contact: String?
    /// How it was noticed.
    package var discovered: String?
    package var occurredAt: String?
    package var detectedAt: String?

    package static let rules: [String: Rule] = [
        "workflow": lineRule, "what": Rule(minLength: 1, maxLength: 20_000),
        "contact": Rule(maxLength: 200), "discovered": Rule(maxLength: 4_000),
        "occurredAt": Rule(format: "date-time"), "detectedAt": Rule(format: "date-time"),
    ]
}

/// Decides what the event is: `POST /incidents/{n}/triage`.
package struct TriageRequest: Codable, Sendable, Ruled {
    package var kind: KindBody
    package var reason: String
    /// The registered workflow, when the report did not name one.
    package var workflow: String?

    package static let rules: [String: Rule] = ["reason": textRule, "workflow": slugRule]
}

/// Answers the questions and judges the severity: `POST /incidents/{n}/assessment`.
///
/// What is absent stays.
package struct AssessmentRequest: Codable, Sendable, Ruled {
    /// By question number, "1" to "7".
    package var answers: [String: AnswerBody]?
    /// Critical flags with yes or no, by key.
    package var flags: [String: AnswerBody]?
    /// Critical flags with a number (people, amount), by key.
    package var measures: [String: Int]?
    package var type: String?
    package var secondaryTypes: [String]?
    package var typeNote: String?
    /// Raises the level.
    package var level: Int?
    package var potentialLevel: Int?
    /// Proposes a lower level, for somebody else to confirm.
    package var lowering: LoweringBody?
    package var confirmLowering: Bool?
    package var reason: String?

    package static let rules: [String: Rule] = [
        "answers": Rule(maxProperties: 20), "flags": Rule(maxProperties: 20),
        "measures": Rule(maxProperties: 20), "type": Rule(minLength: 1, maxLength: 64),
        "secondaryTypes": Rule(maxItems: 10, itemMaxLength: 64), "typeNote": Rule(maxLength: 4_000),
        "level": Rule(minimum: 1, maximum: 4), "potentialLevel": Rule(minimum: 1, maximum: 4),
        "reason": Rule(maxLength: 4_000),
    ]
}

/// A lower level with its reason.
package struct LoweringBody: Codable, Sendable, Ruled {
    package var level: Int
    package var reason: String

    package static let rules: [String: Rule] = [
        "level": Rule(minimum: 1, maximum: 4), "reason": textRule,
    ]
}

/// The five times that are kept apart.
package enum MomentBody: String, Codable, CaseIterable, Sendable {
    case occurred, detected, reported, aware, declared
}

/// States or corrects one of the five times: `POST /incidents/{n}/times`.
package struct TimeRequest: Codable, Sendable, Ruled {
    package var moment: MomentBody
    package var time: String
    package var source: String

    package static let rules: [String: Rule] = [
        "time": Rule(format: "date-time"), "source": textRule,
    ]
}

/// Says whether the fallback is in use and who was told: `POST /incidents/{n}/fallback`.
package struct FallbackNoteRequest: Codable, Sendable, Ruled {
    package var activated: Bool
    package var note: String
    package var told: [String]?

    package static let rules: [String: Rule] = [
        "note": textRule, "told": Rule(maxItems: 100, itemMaxLength: 200),
    ]
}

/// The kinds of evidence.
package enum EvidenceKindBody: String, Codable, CaseIterable, Sendable {
    case input, prompt, output, approval, delivery, configuration, change, note, other
    case retrievedDocument = "retrieved_document"
    case toolCall = "tool_call"
    case modelVersion = "model_version"
    case screenshot
    case log
}

/// Attaches a text or a JSON value: `POST /incidents/{n}/evidence`.
///
/// A file is sent as the body itself, with `?kind=` and `?name=`.
package struct EvidenceRequest: Codable, Sendable, Ruled {
    package var kind: EvidenceKindBody
    package var name: String
    package var text: String?
    package var json: JSONValue?
    package var note: String?

    package static let rules: [String: Rule] = [
        "name": lineRule, "text": Rule(minLength: 1, maxLength: 1_000_000),
        "note": Rule(maxLength: 4_000),
    ]
}

/// Names evidence that cannot be had: `POST /incidents/{n}/gaps`.
package struct GapRequest: Codable, Sendable, Ruled {
    package var kind: EvidenceKindBody
    package var why: String

    package static let rules: [String: Rule] = ["why": textRule]
}

/// States the business impact: `POST /incidents/{n}/impact`.
package struct ImpactRequest: Codable, Sendable, Ruled {
    package var description: String
    package var actedUpon: AnswerBody
    package var reversible: AnswerBody
    package var leftCompany: AnswerBody
    package var functions: [String]?

    package static let rules: [String: Rule] = [
        "description": textRule, "functions": Rule(maxItems: 30, itemMaxLength: 64),
    ]
}

/// What was touched.
package enum AffectedKindBody: String, Codable, CaseIterable, Sendable {
    case person, organisation, record, output, action
}

/// Adds an affected record: `POST /incidents/{n}/affected`.
package struct AffectedRequest: Codable, Sendable, Ruled {
    package var kind: AffectedKindBody
    package var reference: String
    package var description: String?

    package static let rules: [String: Rule] = [
        "reference": lineRule, "description": Rule(maxLength: 4_000),
    ]
}

/// Says how a record was put right: `POST /incidents/{n}/affected/{id}/correction`.
package struct CorrectionRequest: Codable, Sendable, Ruled {
    package var correction: String

    package static let rules: [String: Rule] = ["correction": textRule]
}

/// Whether a duty applies.
package enum ObligationBody: String, Codable, CaseIterable, Sendable {
    case applies
    case doesNotApply = "does_not_apply"
    case pending
}

/// Decides on a duty to notify: `POST /incidents/{n}/notifications`.
package struct NotificationRequest: Codable, Sendable, Ruled {
    package var duty: String
    package var decision: ObligationBody
    package var reason: String
    package var dueAt: String?

    package static let rules: [String: Rule] = [
        "duty": lineRule, "reason": textRule, "dueAt": Rule(format: "date-time"),
    ]
}

/// Passes over a step, with a reason: `POST /incidents/{n}/skips`.
package struct SkipRequest: Codable, Sendable, Ruled {
    package var step: Int
    package var reason: String

    package static let rules: [String: Rule] = [
        "step": Rule(minimum: 1, maximum: 12), "reason": textRule,
    ]
}
