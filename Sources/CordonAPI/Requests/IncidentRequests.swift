/// Yes, no, or nobody knows yet (which counts as yes for the level).
public enum AnswerBody: String, Codable, CaseIterable, Sendable { case yes, no, unknown }
/// What an event turned out to be.
public enum KindBody: String, Codable, CaseIterable, Sendable {
    case qualityIssue = "quality_issue"
    case nearMiss = "near_miss"
    case incident
    case declined
}

/// Reports something wrong: `POST /reports`.
public struct ReportRequest: Codable, Sendable, Ruled {
    /// The workflow's key, or what the reporter calls it.
    public var workflow: String?
    public var what: String
    public var leftCompany: AnswerBody?
    /// Stops the workflow in the same instant.
    public var stop: Bool?
    public var contact: String?
    /// How it was noticed.
    public var discovered: String?
    public var occurredAt: String?
    public var detectedAt: String?

    /// Bounds by property.
    public static let rules: [String: Rule] = [
        "workflow": lineRule, "what": Rule(minLength: 1, maxLength: 20_000),
        "contact": Rule(maxLength: 200), "discovered": Rule(maxLength: 4_000),
        "occurredAt": Rule(format: "date-time"), "detectedAt": Rule(format: "date-time"),
    ]

    /// - Parameter what: what happened, in the reporter's words.
    public init(
        workflow: String? = nil, what: String, leftCompany: AnswerBody? = nil, stop: Bool? = nil
    ) {
        self.workflow = workflow
        self.what = what
        self.leftCompany = leftCompany
        self.stop = stop
    }
}

/// Decides what the event is: `POST /incidents/{n}/triage`.
public struct TriageRequest: Codable, Sendable, Ruled {
    public var kind: KindBody
    public var reason: String
    /// The registered workflow, when the report did not name one.
    public var workflow: String?

    /// Bounds by property.
    public static let rules: [String: Rule] = ["reason": textRule, "workflow": slugRule]

    /// - Parameter reason: why it is of this kind.
    public init(kind: KindBody, reason: String, workflow: String? = nil) {
        self.kind = kind
        self.reason = reason
        self.workflow = workflow
    }
}

/// Answers the questions and judges the severity: `POST /incidents/{n}/assessment`. What is absent stays.
public struct AssessmentRequest: Codable, Sendable, Ruled {
    /// By question number, "1" to "7".
    public var answers: [String: AnswerBody]?
    /// Critical flags with yes or no, by key.
    public var flags: [String: AnswerBody]?
    /// Critical flags with a number (people, amount), by key.
    public var measures: [String: Int]?
    public var type: String?
    public var secondaryTypes: [String]?
    public var typeNote: String?
    /// Raises the level.
    public var level: Int?
    public var potentialLevel: Int?
    /// Proposes a lower level, for somebody else to confirm.
    public var lowering: LoweringBody?
    public var confirmLowering: Bool?
    public var reason: String?

    /// Bounds by property.
    public static let rules: [String: Rule] = [
        "answers": Rule(maxProperties: 20), "flags": Rule(maxProperties: 20),
        "measures": Rule(maxProperties: 20), "type": Rule(minLength: 1, maxLength: 64),
        "secondaryTypes": Rule(maxItems: 10, itemMaxLength: 64), "typeNote": Rule(maxLength: 4_000),
        "level": Rule(minimum: 1, maximum: 4), "potentialLevel": Rule(minimum: 1, maximum: 4),
        "reason": Rule(maxLength: 4_000),
    ]

    /// Nothing is stated until a property is set.
    public init() {}
}

/// A lower level with its reason.
public struct LoweringBody: Codable, Sendable, Ruled {
    public var level: Int
    public var reason: String

    /// Bounds by property.
    public static let rules: [String: Rule] = [
        "level": Rule(minimum: 1, maximum: 4), "reason": textRule,
    ]

    /// - Parameter level: 1 to 4.
    public init(level: Int, reason: String) {
        self.level = level
        self.reason = reason
    }
}

/// The five times that are kept apart.
public enum MomentBody: String, Codable, CaseIterable, Sendable {
    case occurred, detected, reported, aware, declared
}

/// States or corrects one of the five times: `POST /incidents/{n}/times`.
public struct TimeRequest: Codable, Sendable, Ruled {
    public var moment: MomentBody
    public var time: String
    public var source: String

    /// Bounds by property.
    public static let rules: [String: Rule] = [
        "time": Rule(format: "date-time"), "source": textRule,
    ]

    /// - Parameter source: where the time is known from.
    public init(moment: MomentBody, time: String, source: String) {
        self.moment = moment
        self.time = time
        self.source = source
    }
}

/// Says whether the fallback is in use and who was told: `POST /incidents/{n}/fallback`.
public struct FallbackNoteRequest: Codable, Sendable, Ruled {
    public var activated: Bool
    public var note: String
    public var told: [String]?

    /// Bounds by property.
    public static let rules: [String: Rule] = [
        "note": textRule, "told": Rule(maxItems: 100, itemMaxLength: 200),
    ]

    /// - Parameter note: how the work goes on, or why the fallback is not used.
    public init(activated: Bool, note: String, told: [String]? = nil) {
        self.activated = activated
        self.note = note
        self.told = told
    }
}

/// The kinds of evidence.
public enum EvidenceKindBody: String, Codable, CaseIterable, Sendable {
    case input, prompt, output, approval, delivery, configuration, change, note, other
    case retrievedDocument = "retrieved_document"
    case toolCall = "tool_call"
    case modelVersion = "model_version"
    case screenshot
    case log
}

/// Attaches a text or a JSON value: `POST /incidents/{n}/evidence`. A file is sent as the body itself,
/// with `?kind=` and `?name=`.
public struct EvidenceRequest: Codable, Sendable, Ruled {
    public var kind: EvidenceKindBody
    public var name: String
    public var text: String?
    public var json: JSONValue?
    public var note: String?

    /// Bounds by property.
    public static let rules: [String: Rule] = [
        "name": lineRule, "text": Rule(minLength: 1, maxLength: 1_000_000), "note": Rule(maxLength: 4_000),
    ]

    /// - Parameter text: the evidence itself; either this or `json`.
    public init(
        kind: EvidenceKindBody, name: String, text: String? = nil, json: JSONValue? = nil,
        note: String? = nil
    ) {
        self.kind = kind
        self.name = name
        self.text = text
        self.json = json
        self.note = note
    }
}

/// Names evidence that cannot be had: `POST /incidents/{n}/gaps`.
public struct GapRequest: Codable, Sendable, Ruled {
    public var kind: EvidenceKindBody
    public var why: String

    /// Bounds by property.
    public static let rules: [String: Rule] = ["why": textRule]

    /// - Parameter why: why it cannot be had.
    public init(kind: EvidenceKindBody, why: String) {
        self.kind = kind
        self.why = why
    }
}

/// States the business impact: `POST /incidents/{n}/impact`.
public struct ImpactRequest: Codable, Sendable, Ruled {
    public var description: String
    public var actedUpon: AnswerBody
    public var reversible: AnswerBody
    public var leftCompany: AnswerBody
    public var functions: [String]?

    /// Bounds by property.
    public static let rules: [String: Rule] = [
        "description": textRule, "functions": Rule(maxItems: 30, itemMaxLength: 64),
    ]

    /// - Parameter functions: the functions that join the response.
    public init(
        description: String, actedUpon: AnswerBody, reversible: AnswerBody, leftCompany: AnswerBody,
        functions: [String]? = nil
    ) {
        self.description = description
        self.actedUpon = actedUpon
        self.reversible = reversible
        self.leftCompany = leftCompany
        self.functions = functions
    }
}

/// What was touched.
public enum AffectedKindBody: String, Codable, CaseIterable, Sendable {
    case person, organisation, record, output, action
}

/// Adds an affected record: `POST /incidents/{n}/affected`.
public struct AffectedRequest: Codable, Sendable, Ruled {
    public var kind: AffectedKindBody
    public var reference: String
    public var description: String?

    /// Bounds by property.
    public static let rules: [String: Rule] = [
        "reference": lineRule, "description": Rule(maxLength: 4_000),
    ]

    /// - Parameter reference: how the record is found in its own system.
    public init(kind: AffectedKindBody, reference: String, description: String? = nil) {
        self.kind = kind
        self.reference = reference
        self.description = description
    }
}

/// Says how a record was put right: `POST /incidents/{n}/affected/{id}/correction`.
public struct CorrectionRequest: Codable, Sendable, Ruled {
    public var correction: String

    /// Bounds by property.
    public static let rules: [String: Rule] = ["correction": textRule]

    /// - Parameter correction: what was done, or why nothing has to be.
    public init(correction: String) { self.correction = correction }
}

/// Whether a duty applies.
public enum ObligationBody: String, Codable, CaseIterable, Sendable {
    case applies
    case doesNotApply = "does_not_apply"
    case pending
}

/// Decides on a duty to notify: `POST /incidents/{n}/notifications`.
public struct NotificationRequest: Codable, Sendable, Ruled {
    public var duty: String
    public var decision: ObligationBody
    public var reason: String
    public var dueAt: String?

    /// Bounds by property.
    public static let rules: [String: Rule] = [
        "duty": lineRule, "reason": textRule, "dueAt": Rule(format: "date-time"),
    ]

    /// - Parameter duty: which duty, towards whom.
    public init(duty: String, decision: ObligationBody, reason: String, dueAt: String? = nil) {
        self.duty = duty
        self.decision = decision
        self.reason = reason
        self.dueAt = dueAt
    }
}

/// Passes over a step, with a reason: `POST /incidents/{n}/skips`.
public struct SkipRequest: Codable, Sendable, Ruled {
    public var step: Int
    public var reason: String

    /// Bounds by property.
    public static let rules: [String: Rule] = [
        "step": Rule(minimum: 1, maximum: 12), "reason": textRule,
    ]

    /// - Parameter step: 1 to 12.
    public init(step: Int, reason: String) {
        self.step = step
        self.reason = reason
    }
}
