/// A look back over the workflow's earlier outputs for the same failure.
package struct Lookback: Codable, Equatable, Sendable {
    package let id: String
    package let from: Instant
    package let to: Instant
    /// What the outputs are and where they were taken from.
    package let population: String
    package let populationCount: Int
    package let method: Method
    /// For a sample: how many, and how it can be drawn again.
    package let sampleSize: Int?
    package let sampleSeed: String?
    /// Why the window is shorter than the policy's, if it is.
    package let shorterBecause: String?
    package var findings: [Finding]
    package var conclusion: Conclusion?

    package enum Method: String, Codable, CaseIterable, Sendable { case all, sample }

    package struct Finding: Codable, Equatable, Sendable {
        package let id: String
        package let reference: String
        package let description: String
        package let verdict: Verdict

        package init(id: String, reference: String, description: String, verdict: Verdict) {
            self.id = id
            self.reference = reference
            self.description = description
            self.verdict = verdict
        }
    }

    /// `affected` findings become affected records.
    package enum Verdict: String, Codable, CaseIterable, Sendable {
        case affected, unaffected, unclear
    }

    package struct Conclusion: Codable, Equatable, Sendable {
        package let text: String
        package let examined: Int
        package let by: Person
        package let at: Instant

        package init(text: String, examined: Int, by: Person, at: Instant) {
            self.text = text
            self.examined = examined
            self.by = by
            self.at = at
        }
    }

    package init(
        id: String, from: Instant, to: Instant, population: String, populationCount: Int,
        method: Method, sampleSize: Int?, sampleSeed: String?, shorterBecause: String?
    ) {
        self.id = id
        self.from = from
        self.to = to
        self.population = population
        self.populationCount = populationCount
        self.method = method
        self.sampleSize = sampleSize
        self.sampleSeed = sampleSeed
        self.shorterBecause = shorterBecause
        findings = []
    }

    package var days: Int { Int((to.milliseconds - from.milliseconds) / 86_400_000) }
}

/// Why it happened: the failure class and every control that should have caught it.
package struct Cause: Codable, Equatable, Sendable {
    package var failureClass: String
    package var contributing: [String]
    package var description: String
    package var controls: [ControlFinding]
    /// What changed before it: model, prompt, permission, data, integration, process.
    package var changedBefore: String
    package var reproduction: String
    package var confidence: Confidence
    /// For a class that asks for it: what was considered first, by name, with the finding.
    package var considered: [String: String]

    package struct ControlFinding: Codable, Equatable, Sendable {
        package var control: String
        package var state: State
        package var note: String

        package enum State: String, Codable, CaseIterable, Sendable {
            case failed, missing, bypassed, worked
        }

        package init(control: String, state: State, note: String = "") {
            self.control = control
            self.state = state
            self.note = note
        }
    }

    package enum Confidence: String, Codable, CaseIterable, Sendable { case low, medium, high }

    package init(
        failureClass: String, contributing: [String] = [], description: String,
        controls: [ControlFinding], changedBefore: String, reproduction: String,
        confidence: Confidence, considered: [String: String] = [:]
    ) {
        self.failureClass = failureClass
        self.contributing = contributing
        self.description = description
        self.controls = controls
        self.changedBefore = changedBefore
        self.reproduction = reproduction
        self.confidence = confidence
        self.considered = considered
    }

    /// The controls that did not do their work.
    package var faulted: [String] { controls.faulted }
}

extension [Cause.ControlFinding] {
    /// The keys of the controls that did not do their work.
    package var faulted: [String] { filter { $0.state != .worked }.map(\.control) }
}

/// Something that is put right, where the control failed.
package struct Action: Codable, Equatable, Sendable {
    package let id: String
    package let title: String
    package let kind: Kind
    /// The key of the control that it mends, if it mends one.
    package let control: String?
    package let owner: String
    package let dueAt: Instant
    /// Whether the workflow may not restart without it.
    package let beforeRestart: Bool
    package var done: Done?

    package enum Kind: String, Codable, CaseIterable, Sendable {
        case prompt, permission, retrieval, data, integration, process, training, vendor, other
        case outputCheck = "output_check"
        case evaluation
    }

    package struct Done: Codable, Equatable, Sendable {
        package let by: Person
        package let at: Instant
        package let evidence: String

        package init(by: Person, at: Instant, evidence: String) {
            self.by = by
            self.at = at
            self.evidence = evidence
        }
    }

    package init(
        id: String, title: String, kind: Kind, control: String?, owner: String, dueAt: Instant,
        beforeRestart: Bool
    ) {
        self.id = id
        self.title = title
        self.kind = kind
        self.control = control
        self.owner = owner
        self.dueAt = dueAt
        self.beforeRestart = beforeRestart
    }
}

/// A case that this incident added to the workflow's evaluation set.
package struct EvaluationCase: Codable, Equatable, Sendable {
    package let key: String
    package let description: String

    package init(key: String, description: String) {
        self.key = key
        self.description = description
    }
}

/// One run of the evaluation set over one version of the workflow.
package struct EvaluationRun: Codable, Equatable, Sendable {
    package let id: String
    package let version: String
    package let subject: Subject
    package let results: [Result]

    /// Whether the run was made on the version that failed or on the fixed one.
    package enum Subject: String, Codable, CaseIterable, Sendable { case failed, fixed }

    package struct Result: Codable, Equatable, Sendable {
        package let key: String
        /// How often the case was run, at least 1, for outputs that vary.
        package let runs: Int
        package let passes: Int

        package init(key: String, runs: Int, passes: Int) {
            self.key = key
            self.runs = runs
            self.passes = passes
        }

        /// A case passes when every run of it passed.
        package var passed: Bool { passes == runs }
    }

    package init(id: String, version: String, subject: Subject, results: [Result]) {
        self.id = id
        self.version = version
        self.subject = subject
        self.results = results
    }

    package func result(_ key: String) -> Result? { results.first { $0.key == key } }
}

/// A sign-off for the restart, bound to the evidence that the signer saw.
package struct Signature: Codable, Equatable, Sendable {
    package let id: String
    package let role: Role
    package let by: Person
    package let at: Instant
    /// ``Incident/evidenceHash`` as it was shown to the signer.
    package let evidenceHash: String
    package let statement: String
    /// Set when later evidence voided it; a void signature stays visible.
    package var voidedAt: Instant?

    package init(
        id: String, role: Role, by: Person, at: Instant, evidenceHash: String, statement: String
    ) {
        self.id = id
        self.role = role
        self.by = by
        self.at = at
        self.evidenceHash = evidenceHash
        self.statement = statement
    }
}

package struct Restart: Codable, Equatable, Sendable {
    package let by: Person
    package let at: Instant
    package let evidenceHash: String
    package let conditions: String
    package let watch: Watch?

    package init(by: Person, at: Instant, evidenceHash: String, conditions: String, watch: Watch?) {
        self.by = by
        self.at = at
        self.evidenceHash = evidenceHash
        self.conditions = conditions
        self.watch = watch
    }
}

/// What the company learned: the last step.
package struct Review: Codable, Equatable, Sendable {
    package var controlChange: String
    package var updates: [Update]
    package var recurrence: [String]
    package var effectivenessDueAt: [Instant]

    /// What was changed afterwards, and where.
    package struct Update: Codable, Equatable, Sendable {
        package var kind: Kind
        package var description: String

        package enum Kind: String, Codable, CaseIterable, Sendable {
            case evaluationCase = "evaluation_case"
            case policy, training
        }

        package init(_ kind: Kind, _ description: String) {
            self.kind = kind
            self.description = description
        }
    }

    package init(
        controlChange: String, updates: [Update], recurrence: [String],
        effectivenessDueAt: [Instant]
    ) {
        self.controlChange = controlChange
        self.updates = updates
        self.recurrence = recurrence
        self.effectivenessDueAt = effectivenessDueAt
    }
}
