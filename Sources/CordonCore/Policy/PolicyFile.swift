/// Why a policy file was refused: everything that is wrong with it, from the top down.
package struct PolicyInvalid: Error, Equatable, CustomStringConvertible {
    package let faults: [Fault]

    package var description: String { faults.map(\.description).joined(separator: "\n") }

    /// One thing to change; line and column count from 1, columns in Unicode scalars.
    package struct Fault: Equatable, Sendable, CustomStringConvertible {
        package let file: String
        package let line: Int
        package let column: Int
        /// What is wrong, and what to do about it.
        package let reason: String

        package var description: String { "\(file):\(line):\(column): \(reason)" }
    }
}

extension Policy {
    /// In bytes: what a policy file may have at most.
    package static let maximumFileSize = 256 * 1_024

    /// In characters: what any one text in it may have at most.
    package static let maximumTextLength = 4_000

    /// In bytes: what the name of something approved may have at most.
    package static let maximumPatternSize = 200

    /// The policy that ships with Cordon, as people read and edit it.
    package static var standardText: String {
        String(decoding: PackageResources.default_policy_yaml, as: UTF8.self)
    }

    /// The policy that ships with Cordon.
    package static let standard: Policy = {
        do {
            return try read(yaml: standardText, file: "default-policy.yaml")
        } catch {
            preconditionFailure(
                "the policy that ships with Cordon does not hold together:\n\(error)")
        }
    }()

    /// Reads a policy from the text of its file.
    ///
    /// Nothing is filled in or corrected on the way: what the file leaves open, misspells or
    /// contradicts is a fault. Where the text is no YAML at all, that one fault hides the others.
    ///
    /// - Parameters:
    ///   - yaml: The text of the file.
    ///   - file: Its name, for the faults.
    /// - Returns: The policy, sound in itself.
    /// - Throws: ``PolicyInvalid`` with all faults in the order of their lines.
    package static func read(yaml: String, file: String) throws(PolicyInvalid) -> Policy {
        let faults = PolicyFaults(file: file)
        let root = PolicyTree(yaml, faults: faults).root
        try faults.settle()
        let policy = PolicyFields.read(root, path: "", faults: faults, Policy.init(reading:))
        PolicyChecks(policy: policy, faults: faults).run()
        try faults.settle()
        return policy
    }

    fileprivate init(reading fields: PolicyFields) {
        self.init(
            title: fields.text("title"),
            definitions: fields.list("definitions", Definition.init(reading:)),
            types: fields.list("types", IncidentType.init(reading:)),
            levels: fields.list("levels", Level.init(reading:)),
            questions: fields.list("questions", Question.init(reading:)),
            criticalFlags: fields.list("critical_flags", CriticalFlag.init(reading:)),
            steps: fields.list("steps", Step.init(reading:)),
            failureClasses: fields.list("failure_classes", FailureClass.init(reading:)),
            controls: fields.list("controls", Control.init(reading:)),
            readiness: fields.list("readiness", ReadinessNeed.init(reading:)),
            override: fields.section("override", Override.init(reading:)),
            retention: fields.list("retention", RetentionClass.init(reading:)),
            lanes: fields.list("lanes", Lane.init(reading:)),
            lane: fields.word("lane"),
            approved: fields.optionalSection("approved", Approved.init(reading:)),
            gate: fields.section("gate", GateTerms.init(reading:)),
            lookbackDays: fields.number("lookback_days", in: 1...3_650),
            recurrence: fields.section("recurrence", Recurrence.init(reading:)),
            promotion: fields.section("promotion", Promotion.init(reading:)),
            review: fields.section("review", ReviewTerms.init(reading:)))
    }
}

extension Policy.Definition {
    fileprivate init(reading fields: PolicyFields) {
        self.init(term: fields.text("term"), meaning: fields.text("meaning"))
    }
}

extension Policy.IncidentType {
    fileprivate init(reading fields: PolicyFields) {
        self.init(
            key: fields.word("key"),
            title: fields.text("title"),
            example: fields.text("example"),
            immediateControl: fields.text("immediate_control", advice: "say what is done at once"),
            longTermFix: fields.text("long_term_fix", advice: "say what is changed for good"),
            noteRequired: fields.flag("note_required", otherwise: false))
    }
}

extension Policy.Level {
    fileprivate init(reading fields: PolicyFields) {
        self.init(
            number: fields.number("number", in: Policy.levelNumbers),
            title: fields.text("title"),
            impact: fields.text("impact"),
            responseStandard: fields.text("response_standard"),
            restart: fields.section("restart", Policy.Authority.init(reading:)),
            steps: fields.numbers("steps", in: 1...12),
            stopsWorkflow: fields.flag("stops_workflow"),
            stopsRelated: fields.flag("stops_related"),
            closesComplete: fields.flag("closes_complete"),
            watchHours: fields.number("watch_hours", in: 0...8_760))
    }
}

extension Policy.Authority {
    fileprivate init(reading fields: PolicyFields) {
        self.init(
            all: fields.choices("all", noun: "role", presence: .optional),
            any: fields.choices("any", noun: "role", presence: .optional))
    }
}

extension Policy.Question {
    fileprivate init(reading fields: PolicyFields) {
        self.init(
            number: fields.number("number", in: 1...7),
            key: fields.word("key"),
            text: fields.text("text"),
            floor: fields.optionalNumber("floor", in: Policy.levelNumbers),
            together: fields.optionalSection("together", Together.init(reading:)),
            requires: fields.choices("requires", noun: "requirement", presence: .optional))
    }
}

extension Policy.Question.Together {
    fileprivate init(reading fields: PolicyFields) {
        self.init(
            with: fields.number("with", in: 1...7),
            floor: fields.number("floor", in: Policy.levelNumbers))
    }
}

extension Policy.CriticalFlag {
    fileprivate init(reading fields: PolicyFields) {
        self.init(
            key: fields.word("key"),
            text: fields.text("text"),
            measure: fields.optionalChoice("measure", noun: "measure"),
            threshold: fields.optionalNumber("threshold", in: 1...1_000_000_000_000))
    }
}

extension Policy.Step {
    fileprivate init(reading fields: PolicyFields) {
        self.init(
            number: fields.number("number", in: 1...12),
            key: fields.word("key"),
            title: fields.text("title"),
            instruction: fields.text("instruction", advice: "say what people do in this step"))
    }
}

extension Policy.FailureClass {
    fileprivate init(reading fields: PolicyFields) {
        self.init(
            key: fields.word("key"),
            title: fields.text("title"),
            considerFirst: fields.words("consider_first", presence: .optional))
    }
}

extension Policy.Control {
    fileprivate init(reading fields: PolicyFields) {
        self.init(key: fields.word("key"), title: fields.text("title"))
    }
}

extension Policy.ReadinessNeed {
    fileprivate init(reading fields: PolicyFields) {
        // An unknown need is a fault, so that what stands in for it is never seen by anybody.
        let need: Readiness? = fields.choice("key", noun: "readiness need")
        self.init(key: need ?? .owner, title: fields.text("title"))
    }
}

extension Policy.Override {
    fileprivate init(reading fields: PolicyFields) {
        self.init(
            roles: fields.choices("roles", noun: "role", presence: .filled),
            maximumDays: fields.number("maximum_days", in: 1...30))
    }
}

extension Policy.RetentionClass {
    fileprivate init(reading fields: PolicyFields) {
        self.init(
            key: fields.word("key"),
            title: fields.text("title"),
            days: fields.number("days", in: 1...36_500))
    }
}

extension Policy.Lane {
    fileprivate init(reading fields: PolicyFields) {
        self.init(
            key: fields.word("key"),
            title: fields.text("title"),
            draftMay: fields.choices("draft_may", noun: "gate action", presence: .required),
            productionMay: fields.optionalChoices("production_may", noun: "gate action"),
            approvedOnly: fields.optionalFlag("approved_only"),
            outside: fields.optionalChoice("outside", noun: "way with what is outside"))
    }
}

extension Policy.Approved {
    fileprivate init(reading fields: PolicyFields) {
        self.init(
            models: fields.optionalPatterns("models"),
            upstreams: fields.optionalPatterns("upstreams"),
            mcpServers: fields.optionalPatterns("mcp_servers"),
            tools: fields.optionalPatterns("tools"))
    }
}

extension Policy.GateTerms {
    fileprivate init(reading fields: PolicyFields) {
        self.init(
            draftingLeaseMilliseconds: fields.number("drafting_lease_milliseconds", in: 0...1_000),
            actingLeaseMilliseconds: fields.number(
                "acting_lease_milliseconds", in: 0...0,
                advice: "it must be 0, so that whatever acts asks the gate each time"))
    }
}

extension Policy.Recurrence {
    fileprivate init(reading fields: PolicyFields) {
        self.init(
            failures: fields.number("failures", in: 2...1_000),
            days: fields.number("days", in: 1...3_650))
    }
}

extension Policy.Promotion {
    fileprivate init(reading fields: PolicyFields) {
        self.init(
            repeats: fields.number("repeats", in: 2...1_000),
            days: fields.number("days", in: 1...3_650),
            level: fields.number("level", in: 2...4))
    }
}

extension Policy.ReviewTerms {
    fileprivate init(reading fields: PolicyFields) {
        self.init(
            effectivenessDays: fields.numbers("effectiveness_days", in: 1...3_650),
            exceptionRoles: fields.choices("exception_roles", noun: "role", presence: .filled))
    }
}
