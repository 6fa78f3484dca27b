import CordonCore
import Testing

@Suite struct PolicyTests {
    // MARK: - The standard policy

    @Test func theStandardPolicyReadsWithoutFaults() throws {
        let policy = try Policy.read(yaml: Policy.standardText, file: "default-policy.yaml")
        #expect(policy == Policy.standard)
    }

    @Test func theSameTextWithWindowsLineEndsReadsAlike() throws {
        let lines = Policy.standardText.split(separator: "\n", omittingEmptySubsequences: false)
        let policy = try Policy.read(
            yaml: "\u{FEFF}" + lines.joined(separator: "\r\n"), file: "windows.yaml")
        #expect(policy == Policy.standard)
    }

    @Test func everyLevelNamesWhoMayRestart() {
        let restarts = Policy.standard.levels.map(\.restart)
        #expect(
            restarts.map(\.all) == [
                [.owner], [.owner, .functionalLeader], [.executiveSponsor], [.executiveLeadership],
            ])
        #expect(restarts.map(\.any) == [[], [], [.legal, .security], []])
    }

    @Test func everyLevelDemandsItsSteps() {
        let levels = Policy.standard.levels
        #expect(levels.map(\.number) == [1, 2, 3, 4])
        #expect(levels[0].steps == [1, 4, 8, 9])
        #expect(levels[1].steps == (1...12).filter { $0 != 5 })
        #expect(levels[2].steps == Array(1...12))
        #expect(levels[3].steps == Array(1...12))
        #expect(levels.map(\.stopsWorkflow) == [false, true, true, true])
        #expect(levels.map(\.stopsRelated) == [false, false, false, true])
        #expect(levels.map(\.closesComplete) == [false, true, true, true])
        #expect(levels.map(\.watchHours) == [0, 168, 336, 336])
    }

    @Test func theSevenQuestionsSetTheirFloors() {
        let questions = Policy.standard.questions
        #expect(questions.map(\.number) == Array(1...7))
        #expect(
            questions.map(\.key) == [
                "left_company", "exposed_information", "acted", "reviewer_approved",
                "could_repeat", "recent_change", "duty",
            ])
        #expect(questions.map(\.floor) == [3, 2, 2, 2, 2, nil, 3])
        #expect(questions.map { $0.together?.with } == [nil, 1, 1, 1, nil, nil, nil])
        #expect(questions.map { $0.together?.floor } == [nil, 3, 3, 3, nil, nil, nil])
        #expect(
            questions.map(\.requires)
                == [[], [], [], [], [.lookback], [.changeReview], [.notificationDecision]])
    }

    @Test func theCriticalFlagsHaveTheirThresholds() {
        let flags = Policy.standard.criticalFlags
        #expect(
            flags.map(\.key) == [
                "large_scale_exposure", "repeated_unauthorized_action", "severe_financial_impact",
                "safety_risk",
            ])
        #expect(flags.map(\.measure) == [.people, nil, .amount, nil])
        #expect(flags.map(\.threshold) == [500, nil, 100_000, nil])
    }

    @Test func theCataloguesHoldTheirKeys() {
        let policy = Policy.standard
        #expect(
            policy.types.map(\.key) == [
                "data_exposure", "incorrect_external_output", "unauthorized_action",
                "biased_decision", "workflow_drift", "human_review_failure", "other",
            ])
        #expect(policy.types.filter(\.noteRequired).map(\.key) == ["other"])
        #expect(
            policy.steps.map(\.key) == [
                "report", "contain", "preserve", "assess", "escalate", "look_back", "cause",
                "correct", "evaluate", "restart", "watch", "review",
            ])
        #expect(policy.steps.map(\.number) == Array(1...12))
        #expect(
            policy.failureClasses.map(\.key) == [
                "model", "workflow_design", "data", "human_review",
            ])
        #expect(
            policy.failureClass("model")?.considerFirst
                == ["permissions", "retrieval", "data", "review"])
        #expect(
            policy.controls.map(\.key) == [
                "permission_boundary", "retrieval_scope", "prompt", "grounding", "output_check",
                "evaluation_coverage", "change_control", "approval_gate", "reviewer_checklist",
                "training", "vendor", "data_classification", "monitoring",
            ])
        #expect(policy.readiness.map(\.key) == Readiness.allCases)
    }

    @Test func theTermsHoldTheirNumbers() {
        let policy = Policy.standard
        #expect(policy.override.roles == [.executiveSponsor, .executiveLeadership])
        #expect(policy.override.maximumDays == 30)
        #expect(policy.retention.map(\.key) == ["standard", "high_impact", "regulated"])
        #expect(policy.retention.map(\.days) == [183, 1_095, 2_555])
        #expect(
            policy.lanes.map(\.key) == ["block_all", "approved_tools", "workflow_by_workflow"])
        #expect(policy.lanes.map(\.draftMay) == [[], [.generate], [.generate]])
        #expect(policy.lanes.map(\.productionMay) == [[], nil, nil])
        #expect(policy.lanes.map(\.approvedOnly) == [nil, true, nil])
        #expect(policy.lanes.map(\.outside) == [nil, .refuse, nil])
        #expect(policy.approved == nil)
        #expect(policy.chosenLane?.key == "workflow_by_workflow")
        #expect(policy.gate.draftingLeaseMilliseconds == 1_000)
        #expect(policy.gate.actingLeaseMilliseconds == 0)
        #expect(policy.lookbackDays == 60)
        #expect(policy.recurrence.failures == 2)
        #expect(policy.recurrence.days == 183)
        #expect(policy.promotion.repeats == 3)
        #expect(policy.promotion.days == 30)
        #expect(policy.promotion.level == 2)
        #expect(policy.review.effectivenessDays == [30, 90])
        #expect(policy.review.exceptionRoles == [.executiveSponsor, .executiveLeadership])
    }

    @Test func aPolicyFromBeforeLanesWereEnforcedReadsAsItDid() throws {
        var text = Policy.standardText
        for line in ["    production_may: []\n", "    approved_only: true\n    outside: refuse\n"] {
            text = try changed(text, line, "")
        }
        text = try changed(text, "lane: workflow_by_workflow", "lane: approved_tools")
        let lane = LaneTerms(try Policy.read(yaml: text, file: "old.yaml"))
        #expect(lane.draftMay == [.generate])
        #expect(lane.productionMay == Set(GateAction.allCases))
        #expect(lane.approved == nil && !lane.observes && !lane.blocksAll)
    }

    @Test func whatIsApprovedIsReadFromTheComment() throws {
        var text = try changed(Policy.standardText, "lane: workflow_by", "lane: approved_tools #")
        for line in [
            "approved:", "  models: [", "  upstreams: [", "  mcp_servers: [", "  tools: [",
        ] {
            text = try changed(text, "# \(line)", line)
        }
        let approved = try Policy.read(yaml: text, file: "policy.yaml").approved
        #expect(
            approved
                == Policy.Approved(
                    models: ["gpt-5*", "claude-*"], upstreams: ["openai-eu"], mcpServers: ["crm"],
                    tools: ["crm_read*", "search"]))
    }

    // MARK: - Faults

    /// The standard text with one passage changed makes one fault, at the passage `place`.
    struct Mutation: CustomTestStringConvertible, Sendable {
        let old: String
        let new: String
        let place: String
        let reason: String

        init(_ old: String, _ new: String, at place: String? = nil, _ reason: String) {
            self.old = old
            self.new = new
            self.place = place ?? new
            self.reason = reason
        }

        var testDescription: String { reason }
    }

    @Test(arguments: MutationsOfThePolicy.all)
    func aFaultIsNamedWithItsLineAndWhatToDo(_ mutation: Mutation) throws {
        let text = try changed(Policy.standardText, mutation.old, mutation.new)
        let start = try #require(text.firstRange(of: mutation.place)).lowerBound
        let line = text[..<start].count { $0 == "\n" } + 1
        let faults = faults(of: text)
        #expect(faults.count == 1, "\(faults)")
        #expect(faults.first?.line == line, "\(faults)")
        #expect(faults.first?.reason.contains(mutation.reason) == true, "\(faults)")
    }

    @Test func allFaultsAreReportedInTheOrderOfTheirLines() throws {
        var text = Policy.standardText
        text = try changed(text, "lookback_days: 60", "lookback_days: 0")
        text = try changed(text, "    stops_related: true", "    stop_related: true")
        text = try changed(text, "all: [owner]", "all: [boss]")
        text = try changed(text, "title: AI incident policy\n", "")
        text = try changed(text, "maximum_days: 30", "maximum_days: 31")
        let faults = faults(of: text)
        let reasons = faults.map(\.reason)
        #expect(faults.map(\.line) == faults.map(\.line).sorted())
        #expect(
            reasons == [
                "`title` is missing: write it",
                "no role is called `boss`: choose from "
                    + Role.allCases.map(\.rawValue).joined(separator: ", "),
                "`stops_related` is missing: write true or false",
                "nothing here is called `stop_related`: did you mean `stops_related`?",
                "`maximum_days` is 31: write a number from 1 to 30",
                "`lookback_days` is 0: write a number from 1 to 3650",
            ])
    }

    @Test func aFaultReadsAsFileLineColumnAndReason() {
        let text = faults(of: "title: [a]\n").first?.description
        #expect(
            text
                == "policy.yaml:1:1: `definitions` is missing: write it as a list")
    }

    @Test(arguments: [
        ("", "the file is empty"), ("# nothing\n", "the file is empty"), ("text", "made of fields"),
        ("- a\n", "made of fields"), ("a: [\n", "this is no YAML"), ("a: *b\n", "undefined alias"),
        ("a: &b 1\n", "the anchor `&b`"), ("? [a]\n: 1\n", "a field's name is one word"),
        ("a: \"\\e[2J\"\n", "nothing here is called `a`"), ("a: 1\r", "U+D is not allowed"),
        ("a: \u{202E}b\n", "U+202E is not allowed"), ("a: b\u{2028}c\n", "U+2028 is not allowed"),
    ])
    func textThatIsNoPolicyIsRefused(_ yaml: String, _ reason: String) {
        let found = faults(of: yaml)
        #expect(found.contains { $0.reason.contains(reason) }, "\(found)")
    }

    @Test func aliasesAreRefusedBeforeTheyGrow() {
        var yaml = "a0: &a0 [x, x]\n"
        for level in 1...60 {
            yaml += "a\(level): &a\(level) [*a\(level - 1), *a\(level - 1)]\n"
        }
        yaml += "? *a60\n: 1\n"
        let faults = faults(of: yaml)
        #expect(faults.count == 121)
        #expect(faults.first?.line == 2)
        #expect(faults.first?.reason.contains("the alias `*a0`") == true)
    }

    @Test(arguments: ["[", "{a: ", "- ", "? ", "? - "])
    func nestingWithoutEndIsRefused(_ opening: String) {
        let yaml = String(repeating: opening, count: 200_000 / opening.count)
        #expect(faults(of: yaml).map(\.reason) == ["this is nested too deep: no policy needs that"])
    }

    @Test func nestingLineByLineIsRefused() {
        let lines = (0..<600).map { String(repeating: " ", count: $0) + "a:\n" }
        #expect(faults(of: lines.joined()).map(\.line) == [65])
    }

    // MARK: - Limits

    @Test(arguments: [(0, false), (1, true), (30, true), (31, false)])
    func anOverrideLastsOneToThirtyDays(_ days: Int, _ holds: Bool) throws {
        try expect("maximum_days: 30", "maximum_days: \(days)", holds: holds)
    }

    @Test(arguments: [(-1, false), (0, true), (1_000, true), (1_001, false)])
    func aDraftingLeaseLastsASecondAtMost(_ lease: Int, _ holds: Bool) throws {
        let key = "drafting_lease_milliseconds: "
        try expect("\(key)1000", "\(key)\(lease)", holds: holds)
    }

    @Test(arguments: [(0, true), (1, false)])
    func anActingLeaseIsNone(_ lease: Int, _ holds: Bool) throws {
        let key = "acting_lease_milliseconds: "
        try expect("\(key)0", "\(key)\(lease)", holds: holds)
    }

    @Test(arguments: [(3_999, true), (4_000, true), (4_001, false)])
    func aTextHasFourThousandCharactersAtMost(_ length: Int, _ holds: Bool) throws {
        let text = String(repeating: "é", count: length)
        try expect("title: AI incident policy", "title: \(text)", holds: holds)
    }

    @Test(arguments: [(0, false), (1, true), (3_650, true), (3_651, false)])
    func aLookbackCoversOneDayToTenYears(_ days: Int, _ holds: Bool) throws {
        try expect("lookback_days: 60", "lookback_days: \(days)", holds: holds)
    }

    @Test(arguments: [(0, false), (1, true), (36_500, true), (36_501, false)])
    func recordsAreKeptOneDayToAHundredYears(_ days: Int, _ holds: Bool) throws {
        try expect("days: 1095", "days: \(days)", holds: holds)
    }

    @Test(arguments: [(0, false), (1, true), (8_760, true), (8_761, false)])
    func aStoppedWorkflowIsWatchedOneHourToAYear(_ hours: Int, _ holds: Bool) throws {
        try expect("watch_hours: 168", "watch_hours: \(hours)", holds: holds)
    }

    @Test(arguments: [(199, true), (200, true), (201, false)])
    func aNameOfSomethingApprovedHas200BytesAtMost(_ length: Int, _ holds: Bool) throws {
        let name = String(repeating: "a", count: length - 1) + "*"
        try expect(
            "lookback_days: 60", "approved: {tools: [\(name)]}\nlookback_days: 60", holds: holds)
    }

    @Test(arguments: [(0, true), (1, false)])
    func aFileHas256KibibytesAtMost(_ surplus: Int, _ holds: Bool) throws {
        let room = Policy.maximumFileSize - Policy.standardText.utf8.count
        // Comment lines of a common length, so that only the size of the file is out of bounds.
        let filling = String(repeating: "#", count: room + surplus - 1) + "\n"
        let found = faults(of: filling + Policy.standardText)
        #expect(found.isEmpty == holds, "\(found)")
    }

    private func expect(
        _ old: String, _ new: String, holds: Bool,
        sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        let found = faults(of: try changed(Policy.standardText, old, new))
        #expect(found.count == (holds ? 0 : 1), "\(found)", sourceLocation: sourceLocation)
    }

    /// Replaces the first occurrence, which has to be there.
    private func changed(_ text: String, _ old: String, _ new: String) throws -> String {
        let range = try #require(text.firstRange(of: old), "no passage \(old)")
        return text.replacingCharacters(in: range, by: new)
    }

    private func faults(of yaml: String) -> [PolicyInvalid.Fault] {
        do {
            _ = try Policy.read(yaml: yaml, file: "policy.yaml")
            return []
        } catch {
            return error.faults
        }
    }
}

extension String {
    fileprivate func replacingCharacters(in range: Range<Index>, by text: String) -> String {
        String(self[..<range.lowerBound]) + text + self[range.upperBound...]
    }
}
