import CordonCore
import Testing

/// How answers set the floor: the playbook's question table, row by row.
@Suite struct SeverityTests {
    /// Everything answered no but for `yes` and `unknown`.
    private func floor(
        yes: [Int] = [], unknown: [Int] = [], flags: [String: Answer] = [:],
        measures: [String: Int] = [:]
    ) -> SeverityFloor {
        var answers = Dictionary(uniqueKeysWithValues: (1...7).map { ($0, Answer.no) })
        for number in yes { answers[number] = .yes }
        for number in unknown { answers[number] = .unknown }
        return SeverityFloor(
            Assessment(answers: answers, flags: flags, measures: measures), policy: Firm.policy)
    }

    @Test(arguments: [
        ([], 1), ([1], 3), ([2], 2), ([3], 2), ([4], 2), ([5], 2), ([6], 1), ([7], 3),
        ([1, 2], 3), ([1, 3], 3), ([1, 4], 3), ([2, 3, 4, 5, 6], 2), ([1, 2, 3, 4, 5, 6, 7], 3),
    ])
    func everyYesSetsItsFloor(_ yes: [Int], _ level: Int) {
        let floor = floor(yes: yes)
        #expect(floor.confirmed == level)
        #expect(floor.provisional == level)
        #expect(floor.open.isEmpty)
        #expect((floor.confirmedBecause == nil) == (level == 1))
    }

    /// The standard floors of 1 hide what 2, 3 and 4 become with it, so here 1 has none of its own.
    @Test(arguments: [2, 3, 4])
    func togetherWithTheFirstQuestionTheFloorIsHigher(_ number: Int) throws {
        var policy = Firm.policy
        let first = try #require(policy.questions.firstIndex { $0.number == 1 })
        policy.questions[first].floor = nil
        let alone = SeverityFloor(Assessment(answers: [1: .no, number: .yes]), policy: policy)
        let both = SeverityFloor(Assessment(answers: [1: .yes, number: .yes]), policy: policy)
        #expect(alone.confirmed == 2)
        #expect(both.confirmed == 3)
    }

    @Test(arguments: [(1, 3), (2, 2), (3, 2), (4, 2), (5, 2), (6, 1), (7, 3)])
    func unknownCountsAsYes(_ number: Int, _ level: Int) {
        let floor = floor(unknown: [number])
        #expect(floor.confirmed == 1)
        #expect(floor.provisional == level)
        #expect(floor.open == [number])
    }

    @Test func whatNobodyAnsweredIsUnknown() {
        let floor = SeverityFloor(Assessment(), policy: Firm.policy)
        #expect(floor.confirmed == 1)
        #expect(floor.provisional == 3)
        #expect(floor.open == Array(1...7))
        #expect(floor.requirements == Set(Policy.Requirement.allCases))
    }

    @Test(arguments: [
        (5, Policy.Requirement.lookback), (6, .changeReview), (7, .notificationDecision),
    ])
    func aYesAlsoDemandsWork(_ number: Int, _ requirement: Policy.Requirement) {
        #expect(floor(yes: [number]).requirements == [requirement])
        #expect(floor(unknown: [number]).requirements == [requirement])
        #expect(floor().requirements.isEmpty)
    }

    @Test(arguments: [
        ("large_scale_exposure", 499, 1), ("large_scale_exposure", 500, 4),
        ("large_scale_exposure", 501, 4), ("severe_financial_impact", 99_999, 1),
        ("severe_financial_impact", 100_000, 4), ("severe_financial_impact", 100_001, 4),
        ("large_scale_exposure", 0, 1),
    ])
    func aMeasureIsCriticalFromItsThresholdOn(_ flag: String, _ value: Int, _ level: Int) {
        let floor = floor(measures: [flag: value])
        #expect(floor.confirmed == level)
        #expect(floor.provisional == level)
    }

    @Test(arguments: [
        ("repeated_unauthorized_action", Answer.yes, 4), ("safety_risk", .yes, 4),
        ("safety_risk", .no, 1), ("safety_risk", .unknown, 1),
    ])
    func aFlagIsCriticalWhenItIsYes(_ flag: String, _ answer: Answer, _ level: Int) {
        #expect(floor(flags: [flag: answer]).confirmed == level)
    }

    @Test func theReasonIsTheRuleThatDecided() throws {
        let assessment = Assessment(answers: [4: .yes])
        let because = try #require(
            SeverityFloor(assessment, policy: Firm.policy).confirmedBecause)
        #expect(because.hasPrefix("Question 4 (yes) sets level 2"))
    }

    /// Every set of answers there is, each with one more yes, flag or measure.
    @Test func oneMoreYesNeverLowersAndOneMoreNoNeverRaises() {
        for code in 0..<2_187 {
            var rest = code
            var answers: [Int: Answer] = [:]
            for number in 1...7 {
                answers[number] = Answer.allCases[rest % 3]
                rest /= 3
            }
            let before = SeverityFloor(Assessment(answers: answers), policy: Firm.policy)
            #expect(before.provisional >= before.confirmed)
            for number in 1...7 where answers[number] != .yes {
                var more = answers
                more[number] = .yes
                let after = SeverityFloor(Assessment(answers: more), policy: Firm.policy)
                let falls =
                    after.confirmed < before.confirmed || after.provisional < before.provisional
                #expect(!falls, "yes to \(number) after \(answers)")
                guard answers[number] == .unknown else { continue }
                more[number] = .no
                let cleared = SeverityFloor(Assessment(answers: more), policy: Firm.policy)
                let rises =
                    cleared.confirmed > before.confirmed
                    || cleared.provisional > before.provisional
                #expect(!rises, "no to \(number) after \(answers)")
            }
        }
    }
}
