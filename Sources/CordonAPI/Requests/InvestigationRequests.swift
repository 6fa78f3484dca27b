/// Everything, or a sample that can be drawn again.
public enum LookbackMethodBody: String, Codable, CaseIterable, Sendable { case all, sample }

/// Opens a look back: `POST /incidents/{n}/lookbacks`.
public struct LookbackRequest: Codable, Sendable, Ruled {
    public var from: String
    public var to: String
    /// What the outputs are and where they were taken from.
    public var population: String
    public var populationCount: Int
    public var method: LookbackMethodBody
    public var sampleSize: Int?
    public var sampleSeed: String?
    public var shorterBecause: String?

    /// Bounds by property.
    public static let rules: [String: Rule] = [
        "from": Rule(format: "date-time"), "to": Rule(format: "date-time"), "population": textRule,
        "populationCount": Rule(minimum: 0, maximum: 1_000_000_000),
        "sampleSize": Rule(minimum: 1, maximum: 1_000_000_000), "sampleSeed": Rule(maxLength: 200),
        "shorterBecause": Rule(maxLength: 4_000),
    ]

    /// - Parameter population: what the outputs are and where they were taken from.
    public init(
        from: String, to: String, population: String, populationCount: Int,
        method: LookbackMethodBody
    ) {
        self.from = from
        self.to = to
        self.population = population
        self.populationCount = populationCount
        self.method = method
    }
}

/// The verdict on one output.
public enum VerdictBody: String, Codable, CaseIterable, Sendable {
    case affected, unaffected, unclear
}

/// Adds a finding: `POST /incidents/{n}/lookbacks/{id}/findings`.
public struct FindingRequest: Codable, Sendable, Ruled {
    public var reference: String
    public var description: String?
    public var verdict: VerdictBody

    /// Bounds by property.
    public static let rules: [String: Rule] = [
        "reference": lineRule, "description": Rule(maxLength: 4_000),
    ]

    /// - Parameter verdict: `affected` makes it an affected record.
    public init(reference: String, description: String? = nil, verdict: VerdictBody) {
        self.reference = reference
        self.description = description
        self.verdict = verdict
    }
}

/// Concludes a look back: `POST /incidents/{n}/lookbacks/{id}/conclusion`.
public struct ConclusionRequest: Codable, Sendable, Ruled {
    public var examined: Int
    public var conclusion: String

    /// Bounds by property.
    public static let rules: [String: Rule] = [
        "examined": Rule(minimum: 0, maximum: 1_000_000_000), "conclusion": textRule,
    ]

    /// - Parameter examined: how many outputs were really examined.
    public init(examined: Int, conclusion: String) {
        self.examined = examined
        self.conclusion = conclusion
    }
}

/// What a control did.
public enum ControlStateBody: String, Codable, CaseIterable, Sendable {
    case failed, missing, bypassed, worked
}

/// One control of the catalogue, and what it did.
public struct ControlFindingBody: Codable, Sendable, Ruled {
    public var control: String
    public var state: ControlStateBody
    public var note: String?

    /// Bounds by property.
    public static let rules: [String: Rule] = [
        "control": Rule(minLength: 1, maxLength: 64), "note": Rule(maxLength: 4_000),
    ]

    /// - Parameter control: a key of the policy's catalogue.
    public init(control: String, state: ControlStateBody, note: String? = nil) {
        self.control = control
        self.state = state
        self.note = note
    }
}

/// How sure the finding is.
public enum ConfidenceBody: String, Codable, CaseIterable, Sendable { case low, medium, high }

/// Records the cause and the failed control: `POST /incidents/{n}/cause`.
public struct CauseRequest: Codable, Sendable, Ruled {
    public var failureClass: String
    public var contributing: [String]?
    public var description: String
    public var controls: [ControlFindingBody]
    public var changedBefore: String
    public var reproduction: String
    public var confidence: ConfidenceBody
    /// For the class `model`: what was found about permissions, retrieval, data and review.
    public var considered: [String: String]?

    /// Bounds by property.
    public static let rules: [String: Rule] = [
        "failureClass": Rule(minLength: 1, maxLength: 64),
        "contributing": Rule(maxItems: 10, itemMaxLength: 64), "description": textRule,
        "controls": Rule(minItems: 1, maxItems: 50), "changedBefore": textRule,
        "reproduction": textRule, "considered": Rule(maxProperties: 20),
    ]

    /// - Parameter controls: every control that failed, was missing or bypassed, and those that worked.
    public init(
        failureClass: String, description: String, controls: [ControlFindingBody],
        changedBefore: String, reproduction: String, confidence: ConfidenceBody
    ) {
        self.failureClass = failureClass
        self.description = description
        self.controls = controls
        self.changedBefore = changedBefore
        self.reproduction = reproduction
        self.confidence = confidence
    }
}

/// Where a fix is made.
public enum ActionKindBody: String, Codable, CaseIterable, Sendable {
    case prompt, permission, retrieval, data, integration, process, training, vendor, other
    case outputCheck = "output_check"
    case evaluation
}

/// Names something that is put right: `POST /incidents/{n}/actions`.
public struct ActionRequest: Codable, Sendable, Ruled {
    public var title: String
    public var kind: ActionKindBody
    public var control: String?
    public var owner: String
    public var dueAt: String
    public var beforeRestart: Bool?

    /// Bounds by property.
    public static let rules: [String: Rule] = [
        "title": lineRule, "control": Rule(minLength: 1, maxLength: 64), "owner": lineRule,
        "dueAt": Rule(format: "date-time"),
    ]

    /// - Parameter control: the control of the catalogue that it mends.
    public init(
        title: String, kind: ActionKindBody, control: String? = nil, owner: String, dueAt: String,
        beforeRestart: Bool? = nil
    ) {
        self.title = title
        self.kind = kind
        self.control = control
        self.owner = owner
        self.dueAt = dueAt
        self.beforeRestart = beforeRestart
    }
}

/// Says that an action was carried out: `POST /incidents/{n}/actions/{id}/done`.
public struct DoneRequest: Codable, Sendable, Ruled {
    public var evidence: String

    /// Bounds by property.
    public static let rules: [String: Rule] = ["evidence": textRule]

    /// - Parameter evidence: how it is seen that it was done.
    public init(evidence: String) { self.evidence = evidence }
}

/// Which version a run was made on.
public enum SubjectBody: String, Codable, CaseIterable, Sendable { case failed, fixed }

/// Adds cases and a run: `POST /incidents/{n}/evaluations`. A JUnit report is sent as `application/xml`,
/// with `?version=` and `?subject=`.
public struct EvaluationRequest: Codable, Sendable, Ruled {
    public var cases: [CaseBody]?
    public var version: String?
    public var subject: SubjectBody?
    public var results: [ResultBody]?

    /// Bounds by property.
    public static let rules: [String: Rule] = [
        "cases": Rule(maxItems: 200), "version": lineRule, "results": Rule(maxItems: 10_000),
    ]

    /// - Parameter cases: new cases that this incident adds to the evaluation set.
    public init(
        cases: [CaseBody]? = nil, version: String? = nil, subject: SubjectBody? = nil,
        results: [ResultBody]? = nil
    ) {
        self.cases = cases
        self.version = version
        self.subject = subject
        self.results = results
    }
}

/// A case of the evaluation set.
public struct CaseBody: Codable, Sendable, Ruled {
    public var key: String
    public var description: String

    /// Bounds by property.
    public static let rules: [String: Rule] = ["key": lineRule, "description": textRule]

    /// - Parameter key: the name under which runs report it.
    public init(key: String, description: String) {
        self.key = key
        self.description = description
    }
}

/// What one case gave.
public struct ResultBody: Codable, Sendable, Ruled {
    public var key: String
    public var passed: Bool
    /// How often it was run, for outputs that vary; 1 when absent.
    public var runs: Int?
    /// How often it passed; taken from `passed` when absent.
    public var passes: Int?

    /// Bounds by property.
    public static let rules: [String: Rule] = [
        "key": lineRule, "runs": Rule(minimum: 1, maximum: 1_000_000),
        "passes": Rule(minimum: 0, maximum: 1_000_000),
    ]

    /// - Parameter passed: whether every run of it passed.
    public init(key: String, passed: Bool, runs: Int? = nil, passes: Int? = nil) {
        self.key = key
        self.passed = passed
        self.runs = runs
        self.passes = passes
    }
}

/// Signs for the restart: `POST /incidents/{n}/signatures`.
public struct SignatureRequest: Codable, Sendable, Ruled {
    public var role: String
    /// The evidence hash that the signer was shown.
    public var evidenceHash: String
    public var statement: String?

    /// Bounds by property.
    public static let rules: [String: Rule] = [
        "role": Rule(minLength: 1, maxLength: 64),
        "evidenceHash": Rule(minLength: 64, maxLength: 64, pattern: "^[0-9a-f]{64}$"),
        "statement": Rule(maxLength: 4_000),
    ]

    /// - Parameter role: the role in which it is signed.
    public init(role: String, evidenceHash: String, statement: String? = nil) {
        self.role = role
        self.evidenceHash = evidenceHash
        self.statement = statement
    }
}

/// What makes a watched workflow stop itself again.
public enum WatchKindBody: String, Codable, CaseIterable, Sendable {
    case newReport = "new_report"
    case evaluationFailed = "evaluation_failed"
    case deniedAction = "denied_action"
}

/// One watch condition.
public struct WatchBody: Codable, Sendable, Ruled {
    public var kind: WatchKindBody
    public var threshold: Int?

    /// Bounds by property.
    public static let rules: [String: Rule] = ["threshold": Rule(minimum: 1, maximum: 1_000_000)]

    /// - Parameter threshold: how many trip it; 1 when absent.
    public init(kind: WatchKindBody, threshold: Int? = nil) {
        self.kind = kind
        self.threshold = threshold
    }
}

/// Restarts the workflow: `POST /incidents/{n}/restart`.
public struct RestartRequest: Codable, Sendable, Ruled {
    public var conditions: String?
    public var watchHours: Int?
    public var watch: [WatchBody]?

    /// Bounds by property.
    public static let rules: [String: Rule] = [
        "conditions": Rule(maxLength: 4_000), "watchHours": Rule(minimum: 0, maximum: 8_760),
        "watch": Rule(maxItems: 10),
    ]

    /// - Parameter watchHours: how long the workflow is watched; the level's least when absent.
    public init(conditions: String? = nil, watchHours: Int? = nil, watch: [WatchBody]? = nil) {
        self.conditions = conditions
        self.watchHours = watchHours
        self.watch = watch
    }
}

/// What was changed afterwards.
public enum UpdateKindBody: String, Codable, CaseIterable, Sendable {
    case evaluationCase = "evaluation_case"
    case policy, training
}

/// One change that followed.
public struct UpdateBody: Codable, Sendable, Ruled {
    public var kind: UpdateKindBody
    public var description: String

    /// Bounds by property.
    public static let rules: [String: Rule] = ["description": textRule]

    /// - Parameter description: what was changed, and where.
    public init(kind: UpdateKindBody, description: String) {
        self.kind = kind
        self.description = description
    }
}

/// Records the review: `POST /incidents/{n}/review`.
public struct ReviewRequest: Codable, Sendable, Ruled {
    public var controlChange: String
    public var updates: [UpdateBody]?
    /// The numbers of events with the same failed control.
    public var recurrence: [String]?

    /// Bounds by property.
    public static let rules: [String: Rule] = [
        "controlChange": textRule, "updates": Rule(maxItems: 50),
        "recurrence": Rule(maxItems: 100, itemMaxLength: 32),
    ]

    /// - Parameter controlChange: how the control that failed was changed.
    public init(controlChange: String, updates: [UpdateBody]? = nil, recurrence: [String]? = nil) {
        self.controlChange = controlChange
        self.updates = updates
        self.recurrence = recurrence
    }
}

/// Imports or checks a policy: `PUT /policy`, `POST /policy/check`.
public struct PolicyRequest: Codable, Sendable, Ruled {
    /// The whole policy file.
    public var yaml: String
    public var reason: String?

    /// Bounds by property.
    public static let rules: [String: Rule] = [
        "yaml": Rule(minLength: 1, maxLength: 262_144), "reason": Rule(maxLength: 4_000),
    ]

    /// - Parameter yaml: the text of the policy file.
    public init(yaml: String, reason: String? = nil) {
        self.yaml = yaml
        self.reason = reason
    }
}
