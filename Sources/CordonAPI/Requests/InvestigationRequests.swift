/// Everything, or a sample that can be drawn again.
package enum LookbackMethodBody: String, Codable, CaseIterable, Sendable { case all, sample }

/// Opens a look back: `POST /incidents/{n}/lookbacks`.
package struct LookbackRequest: Codable, Sendable, Ruled {
    package var from: String
    package var to: String
    /// What the outputs are and where they were taken from.
    package var population: String
    package var populationCount: Int
    package var method: LookbackMethodBody
    package var sampleSize: Int?
    package var sampleSeed: String?
    package var shorterBecause: String?

    package static let rules: [String: Rule] = [
        "from": Rule(format: "date-time"), "to": Rule(format: "date-time"), "population": textRule,
        "populationCount": Rule(minimum: 0, maximum: 1_000_000_000),
        "sampleSize": Rule(minimum: 1, maximum: 1_000_000_000), "sampleSeed": Rule(maxLength: 200),
        "shorterBecause": Rule(maxLength: 4_000),
    ]
}

/// The verdict on one output.
package enum VerdictBody: String, Codable, CaseIterable, Sendable {
    case affected, unaffected, unclear
}

/// Adds a finding: `POST /incidents/{n}/lookbacks/{id}/findings`.
package struct FindingRequest: Codable, Sendable, Ruled {
    package var reference: String
    package var description: String?
    package var verdict: VerdictBody

    package static let rules: [String: Rule] = [
        "reference": lineRule, "description": Rule(maxLength: 4_000),
    ]
}

/// Concludes a look back: `POST /incidents/{n}/lookbacks/{id}/conclusion`.
package struct ConclusionRequest: Codable, Sendable, Ruled {
    package var examined: Int
    package var conclusion: String

    package static let rules: [String: Rule] = [
        "examined": Rule(minimum: 0, maximum: 1_000_000_000), "conclusion": textRule,
    ]
}

/// What a control did.
package enum ControlStateBody: String, Codable, CaseIterable, Sendable {
    case failed, missing, bypassed, worked
}

/// One control of the catalogue, and what it did.
package struct ControlFindingBody: Codable, Sendable, Ruled {
    package var control: String
    package var state: ControlStateBody
    package var note: String?

    package static let rules: [String: Rule] = [
        "control": Rule(minLength: 1, maxLength: 64), "note": Rule(maxLength: 4_000),
    ]
}

/// How sure the finding is.
package enum ConfidenceBody: String, Codable, CaseIterable, Sendable { case low, medium, high }

/// Records the cause and the failed control: `POST /incidents/{n}/cause`.
package struct CauseRequest: Codable, Sendable, Ruled {
    package var failureClass: String
    package var contributing: [String]?
    package var description: String
    package var controls: [ControlFindingBody]
    package var changedBefore: String
    package var reproduction: String
    package var confidence: ConfidenceBody
    /// For the class `model`: what was found about permissions, retrieval, data and review.
    package var considered: [String: String]?

    package static let rules: [String: Rule] = [
        "failureClass": Rule(minLength: 1, maxLength: 64),
        "contributing": Rule(maxItems: 10, itemMaxLength: 64), "description": textRule,
        "controls": Rule(minItems: 1, maxItems: 50), "changedBefore": textRule,
        "reproduction": textRule, "considered": Rule(maxProperties: 20),
    ]
}

/// Where a fix is made.
package enum ActionKindBody: String, Codable, CaseIterable, Sendable {
    case prompt, permission, retrieval, data, integration, process, training, vendor, other
    case outputCheck = "output_check"
    case evaluation
}

/// Names something that is put right: `POST /incidents/{n}/actions`.
package struct ActionRequest: Codable, Sendable, Ruled {
    package var title: String
    package var kind: ActionKindBody
    package var control: String?
    package var owner: String
    package var dueAt: String
    package var beforeRestart: Bool?

    package static let rules: [String: Rule] = [
        "title": lineRule, "control": Rule(minLength: 1, maxLength: 64), "owner": lineRule,
        "dueAt": Rule(format: "date-time"),
    ]
}

/// Says that an action was carried out: `POST /incidents/{n}/actions/{id}/done`.
package struct DoneRequest: Codable, Sendable, Ruled {
    package var evidence: String

    package static let rules: [String: Rule] = ["evidence": textRule]
}

/// Which version a run was made on.
package enum SubjectBody: String, Codable, CaseIterable, Sendable { case failed, fixed }

/// Adds cases and a run: `POST /incidents/{n}/evaluations`.
///
/// A JUnit report is sent as `application/xml`, with `?version=` and `?subject=`.
package struct EvaluationRequest: Codable, Sendable, Ruled {
    package var cases: [CaseBody]?
    package var version: String?
    package var subject: SubjectBody?
    package var results: [ResultBody]?

    package static let rules: [String: Rule] = [
        "cases": Rule(maxItems: 200), "version": lineRule, "results": Rule(maxItems: 10_000),
    ]
}

/// A case of the evaluation set.
package struct CaseBody: Codable, Sendable, Ruled {
    package var key: String
    package var description: String

    package static let rules: [String: Rule] = ["key": lineRule, "description": textRule]

    package init(key: String, description: String) {
        self.key = key
        self.description = description
    }
}

/// What one case gave.
package struct ResultBody: Codable, Sendable, Ruled {
    package var key: String
    package var passed: Bool
    /// How often it was run, for outputs that vary; 1 when absent.
    package var runs: Int?
    /// How often it passed; taken from `passed` when absent.
    package var passes: Int?

    package static let rules: [String: Rule] = [
        "key": lineRule, "runs": Rule(minimum: 1, maximum: 1_000_000),
        "passes": Rule(minimum: 0, maximum: 1_000_000),
    ]
}

/// Signs for the restart: `POST /incidents/{n}/signatures`.
package struct SignatureRequest: Codable, Sendable, Ruled {
    package var role: String
    /// The evidence hash that the signer was shown.
    package var evidenceHash: String
    package var statement: String?

    package static let rules: [String: Rule] = [
        "role": Rule(minLength: 1, maxLength: 64),
        "evidenceHash": Rule(minLength: 64, maxLength: 64, pattern: "^[0-9a-f]{64}$"),
        "statement": Rule(maxLength: 4_000),
    ]
}

/// What makes a watched workflow stop itself again.
package enum WatchKindBody: String, Codable, CaseIterable, Sendable {
    case newReport = "new_report"
    case evaluationFailed = "evaluation_failed"
    case deniedAction = "denied_action"
}

/// One watch condition.
package struct WatchBody: Codable, Sendable, Ruled {
    package var kind: WatchKindBody
    package var threshold: Int?

    package static let rules: [String: Rule] = ["threshold": Rule(minimum: 1, maximum: 1_000_000)]
}

/// Restarts the workflow: `POST /incidents/{n}/restart`.
package struct RestartRequest: Codable, Sendable, Ruled {
    package var conditions: String?
    package var watchHours: Int?
    package var watch: [WatchBody]?

    package static let rules: [String: Rule] = [
        "conditions": Rule(maxLength: 4_000), "watchHours": Rule(minimum: 0, maximum: 8_760),
        "watch": Rule(maxItems: 10),
    ]
}

/// What was changed afterwards.
package enum UpdateKindBody: String, Codable, CaseIterable, Sendable {
    case evaluationCase = "evaluation_case"
    case policy, training
}

/// One change that followed.
package struct UpdateBody: Codable, Sendable, Ruled {
    package var kind: UpdateKindBody
    package var description: String

    package static let rules: [String: Rule] = ["description": textRule]
}

/// Records the review: `POST /incidents/{n}/review`.
package struct ReviewRequest: Codable, Sendable, Ruled {
    package var controlChange: String
    package var updates: [UpdateBody]?
    /// The numbers of events with the same failed control.
    package var recurrence: [String]?

    package static let rules: [String: Rule] = [
        "controlChange": textRule, "updates": Rule(maxItems: 50),
        "recurrence": Rule(maxItems: 100, itemMaxLength: 32),
    ]
}

/// Imports or checks a policy: `PUT /policy`, `POST /policy/check`.
package struct PolicyRequest: Codable, Sendable, Ruled {
    /// The whole policy file.
    package var yaml: String
    package var reason: String?

    package static let rules: [String: Rule] = [
        "yaml": Rule(minLength: 1, maxLength: 262_144), "reason": Rule(maxLength: 4_000),
    ]
}
