/// How an assessment sets the lowest level that is allowed.
///
/// Monotone: one more "yes" never lowers it.
package struct SeverityFloor: Equatable, Sendable {
    /// 1 to 4, from what was answered yes and from the flags that are set.
    package let confirmed: Int
    /// The same with every unknown counted as yes.
    package let provisional: Int
    /// The rule that sets the confirmed floor, as a sentence; `nil` when none does.
    package let confirmedBecause: String?
    /// One sentence per rule that sets the provisional floor or a part of it.
    package let reasons: [String]
    /// What the yes answers demand, unknown counted as yes.
    package let requirements: Set<Policy.Requirement>
    /// The questions that nobody has answered with yes or no.
    package let open: [Int]

    /// - Source: playbook, "Severity": the questions' floors, their floors together, the critical
    ///   flags.
    package init(_ assessment: Assessment, policy: Policy) {
        let yes = Set(policy.questions.map(\.number).filter { assessment.answers[$0] == .yes })
        let open = policy.questions.map(\.number).filter {
            (assessment.answers[$0] ?? .unknown) == .unknown
        }
        let assumed = yes.union(open)
        let flagged = policy.criticalFlags.filter { Self.isSet($0, assessment) }
        let critical = flagged.isEmpty ? 1 : 4
        let confirmed = max(critical, Self.floor(yes, policy))
        self.confirmed = confirmed
        provisional = max(critical, Self.floor(assumed, policy))
        reasons =
            flagged.map { "Critical flag: \($0.text)" }
            + policy.questions.filter { assumed.contains($0.number) }.compactMap { question in
                Self.floor(of: question, among: assumed).map { floor in
                    let how = yes.contains(question.number) ? "yes" : "not answered, counts as yes"
                    return
                        "Question \(question.number) (\(how)) sets level \(floor) at least: "
                        + question.text
                }
            }
        let decisive = policy.questions.first { question in
            yes.contains(question.number) && Self.floor(of: question, among: yes) == confirmed
        }
        confirmedBecause =
            flagged.first.map { "Critical flag: \($0.text)" }
            ?? decisive.map {
                "Question \($0.number) (yes) sets level \(confirmed) at least: \($0.text)"
            }
        requirements = Set(
            policy.questions.filter { assumed.contains($0.number) }.flatMap(\.requires))
        self.open = open
    }

    private static func floor(_ yes: Set<Int>, _ policy: Policy) -> Int {
        policy.questions.filter { yes.contains($0.number) }
            .compactMap { floor(of: $0, among: yes) }.max() ?? 1
    }

    private static func floor(of question: Policy.Question, among yes: Set<Int>) -> Int? {
        guard let together = question.together, yes.contains(together.with) else {
            return question.floor
        }
        return max(together.floor, question.floor ?? 1)
    }

    private static func isSet(_ flag: Policy.CriticalFlag, _ assessment: Assessment) -> Bool {
        guard let threshold = flag.threshold else { return assessment.flags[flag.key] == .yes }
        return (assessment.measures[flag.key] ?? 0) >= threshold
    }
}
