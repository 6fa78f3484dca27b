import CordonCore

/// What has been found out about the worked example, ready to be stated.
enum Found {
    static func answers(for level: Int) -> Assessment {
        var answers = Dictionary(uniqueKeysWithValues: (1...7).map { ($0, Answer.no) })
        if level == 2 { answers[4] = .yes }
        if level == 3 { answers[1] = .yes }
        return Assessment(answers: answers, flags: level == 4 ? ["safety_risk": .yes] : [:])
    }

    static let impact = Impact(
        description: "One draft.", actedUpon: .no, reversible: .yes, leftCompany: .no,
        functions: ["client-services"])

    static let cause = Cause(
        failureClass: "workflow_design", description: "Retrieval saw the whole workspace.",
        controls: [
            .init(control: "retrieval_scope", state: .failed),
            .init(control: "change_control", state: .missing),
        ],
        changedBefore: "A system update.", reproduction: "Twice of two.", confidence: .high)

    static func lookback(
        id: String = "l1", days: Int = 60, until to: Instant, count: Int = 120,
        method: Lookback.Method = .all, size: Int? = nil, seed: String? = nil,
        because reason: String? = nil
    ) -> Lookback {
        Lookback(
            id: id, from: to.adding(days: -days), to: to, population: "Summaries",
            populationCount: count, method: method, sampleSize: size, sampleSeed: seed,
            shorterBecause: reason)
    }

    static func action(
        id: String = "a1", kind: Action.Kind = .retrieval, control: String? = "retrieval_scope",
        beforeRestart: Bool = true
    ) -> Action {
        Action(
            id: id, title: "Retrieve by account", kind: kind, control: control, owner: "eric",
            dueAt: Firm.start.adding(days: 7), beforeRestart: beforeRestart)
    }

    static func run(
        _ subject: EvaluationRun.Subject, version: String? = nil, passes: Int? = nil,
        key: String = "other-customer"
    ) -> EvaluationRun {
        EvaluationRun(
            id: "r-\(subject)", version: version ?? subject.rawValue, subject: subject,
            results: [
                .init(key: key, runs: 3, passes: passes ?? (subject == .fixed ? 3 : 1)),
                .init(key: "tone", runs: 1, passes: 1),
            ])
    }
}

extension Playthrough {
    /// Plays everything up to the signatures, so that nothing is missing at `level`.
    static func readyToSign(at level: Int) throws -> Playthrough {
        var play = Playthrough(leftCompany: level == 3 ? .yes : .no)
        try play.stop()
        try play.triage(as: Kind(level: level), level: level)
        try play.investigate()
        return play
    }

    /// Plays up to a restart that holds.
    static func restarted(at level: Int) throws -> Playthrough {
        var play = try readyToSign(at: level)
        try play.signAll()
        try play.restart()
        return play
    }

    mutating func triage(as kind: Kind, level: Int) throws {
        let now = now
        try act { try $0.triage(as: kind, reason: "Caught.", workflow: nil, at: now) }
        try act { try $0.assess(Found.answers(for: level)) }
    }

    mutating func investigate() throws {
        let now = now
        for (moment, minutes) in [(Moment.occurred, 60), (.detected, 30)] {
            let time = now.adding(milliseconds: Int64(-minutes) * 60_000)
            try act { try $0.state(TimeStatement(moment, time, source: "Mail"), at: now) }
        }
        try act { try $0.note(FallbackNote(activated: true, note: "By hand.", told: ["Team"])) }
        for kind in [EvidenceKind.input, .prompt, .output, .toolCall, .approval, .modelVersion] {
            try act { try $0.name(EvidenceGap(kind: kind, why: "Not recorded.")) }
        }
        try act { try $0.classify(Classification(primary: "data_exposure")) }
        try act { try $0.setPotential(3) }
        try act { try $0.state(Found.impact) }
        let none = Obligation(
            duty: "Contract", decision: .doesNotApply, reason: "Nothing left.", dueAt: nil)
        try act(Firm.counsel) { try $0.decide(none) }
        try act { try $0.open(Found.lookback(until: now), at: now) }
        try act {
            try $0.conclude(
                lookback: "l1", examined: 120, text: "None.", by: Firm.owner.person, at: now)
        }
        try act { try $0.find(Found.cause) }
        try act { try $0.add(Found.action()) }
        try act(Firm.engineer) { try $0.finish(action: "a1", evidence: "Change 12") }
        let new = EvaluationCase(key: "other-customer", description: "Another customer's name")
        try act { try $0.add(new) }
        try act { try $0.record(Found.run(.failed)) }
        try act { try $0.record(Found.run(.fixed)) }
    }

    /// Has everybody sign whom the level names.
    mutating func signAll() throws {
        for required in sequence.requiredSignatures where required.signedBy == nil {
            let signer = Firm.people.first { person in
                required.anyOf.contains { person.holds($0, for: workflow?.context) }
            }
            guard let signer, let role = required.anyOf.first(where: { signer.holds($0) }) else {
                continue
            }
            try sign(as: role, signer)
        }
    }
}
