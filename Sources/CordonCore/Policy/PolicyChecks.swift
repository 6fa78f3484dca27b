/// What the parts of a policy owe to one another, once each has been read.
///
/// A check that rests on a value with a fault of its own is left out: that fault comes first.
struct PolicyChecks {
    let policy: Policy
    let faults: PolicyFaults

    func run() {
        checkUniqueNames()
        checkTypes()
        checkLevels()
        checkQuestions()
        checkFlags()
        checkSteps()
        checkChosenLane()
        checkLanes()
        checkApproved()
        checkSigners(policy.override.roles, "override.roles")
        checkSigners(policy.review.exceptionRoles, "review.exception_roles")
    }

    private func checkUniqueNames() {
        checkUnique(policy.definitions.map(\.term), "definitions", "term")
        checkUnique(policy.types.map(\.key), "types", "key")
        checkUnique(policy.questions.map(\.key), "questions", "key")
        checkUnique(policy.criticalFlags.map(\.key), "critical_flags", "key")
        checkUnique(policy.failureClasses.map(\.key), "failure_classes", "key")
        checkUnique(policy.controls.map(\.key), "controls", "key")
        checkUnique(policy.readiness.map(\.key.rawValue), "readiness", "key")
        checkUnique(policy.retention.map(\.key), "retention", "key")
        checkUnique(policy.lanes.map(\.key), "lanes", "key")
    }

    private func checkTypes() {
        for (index, type) in policy.types.enumerated() where type.key == "other" {
            if !type.noteRequired {
                faults.add(
                    at: "types[\(index)].key",
                    "`other` says nothing by itself: add `note_required: true`")
            }
        }
    }

    // MARK: - Levels

    private func checkLevels() {
        checkNumbers(policy.levels.map(\.number), Policy.levelNumbers, "levels", "level")
        for (index, level) in policy.levels.enumerated() {
            checkAuthority(level, "levels[\(index)].restart")
            checkStop(level, "levels[\(index)]")
        }
        checkHigherLevelsDemandMore()
    }

    private func checkAuthority(_ level: Policy.Level, _ path: String) {
        checkSigners(level.restart.all, "\(path).all")
        checkSigners(level.restart.any, "\(path).any")
        // A list that is there but not sound has roles, only wrong ones.
        let given = ["all", "any"].filter { faults.wasGiven("\(path).\($0)") }
        let sound = given.allSatisfy { faults.isSound("\(path).\($0)") }
        if sound, level.restart.all.isEmpty, level.restart.any.isEmpty {
            faults.add(
                at: path,
                "nobody may restart after level \(level.number): name a role in `all` or in `any`")
        }
    }

    private func checkStop(_ level: Policy.Level, _ path: String) {
        if level.stopsRelated, !level.stopsWorkflow, faults.isSound("\(path).stops_workflow") {
            faults.add(
                at: "\(path).stops_related",
                "related workflows cannot stop while this one runs: set `stops_workflow: true` too")
        }
        guard level.stopsWorkflow else { return }
        if level.watchHours == 0 {
            faults.add(
                at: "\(path).watch_hours",
                "a workflow that was stopped is watched after its restart: write at least 1")
        }
        if !level.steps.contains(10) {
            faults.add(
                at: "\(path).steps",
                "what stops the workflow has to let it restart one day: add step 10")
        }
    }

    private func checkHigherLevelsDemandMore() {
        let order = policy.levels.indices.filter {
            faults.isSound("levels[\($0)].number") && faults.isSound("levels[\($0)].steps")
        }.sorted { policy.levels[$0].number < policy.levels[$1].number }
        for (lowerIndex, index) in zip(order, order.dropFirst()) {
            let lower = policy.levels[lowerIndex]
            let level = policy.levels[index]
            let missing = lower.steps.filter { !level.steps.contains($0) }
            guard !missing.isEmpty, lower.number < level.number else { continue }
            let names = missing.sorted().map(String.init).joined(separator: ", ")
            faults.add(
                at: "levels[\(index)].steps",
                "level \(lower.number) demands more than level \(level.number): add step \(names)")
        }
    }

    // MARK: - Questions, flags and steps

    private func checkQuestions() {
        let numbers = policy.questions.map(\.number)
        checkNumbers(numbers, 1...7, "questions", "question")
        let areSound = numbers.indices.allSatisfy { faults.isSound("questions[\($0)].number") }
        for (index, question) in policy.questions.enumerated() {
            guard let together = question.together else { continue }
            let path = "questions[\(index)].together"
            let known = numbers.contains(together.with) || !areSound
            if together.with == question.number || !known {
                faults.add(
                    at: "\(path).with",
                    "`with` is \(together.with): name the number of another question")
            }
            if let floor = question.floor, together.floor < floor {
                faults.add(
                    at: "\(path).floor",
                    "the floor together is lower than the question's own: write at least \(floor)")
            }
        }
    }

    private func checkFlags() {
        for (index, flag) in policy.criticalFlags.enumerated() {
            let path = "critical_flags[\(index)]"
            if flag.measure != nil, !faults.wasGiven("\(path).threshold") {
                faults.add(
                    at: "\(path).measure", "a measure counts from some number on: add `threshold`")
            }
            if flag.threshold != nil, !faults.wasGiven("\(path).measure") {
                faults.add(
                    at: "\(path).threshold",
                    "a threshold needs what it measures: add `measure`, people or amount")
            }
        }
    }

    private static let stepKeys = [
        "report", "contain", "preserve", "assess", "escalate", "look_back", "cause", "correct",
        "evaluate", "restart", "watch", "review",
    ]

    private func checkSteps() {
        checkNumbers(policy.steps.map(\.number), 1...12, "steps", "step")
        for (index, step) in policy.steps.enumerated()
        where faults.isSound("steps[\(index)].number") {
            let key = Self.stepKeys[step.number - 1]
            if step.key != key {
                faults.add(
                    at: "steps[\(index)].key",
                    "the evidence of step \(step.number) is checked under `\(key)`: call it that")
            }
        }
    }

    // MARK: - Names and roles

    private func checkChosenLane() {
        let keys = policy.lanes.map(\.key)
        guard !keys.contains(policy.lane),
            keys.indices.allSatisfy({ faults.isSound("lanes[\($0)].key") }), !keys.isEmpty
        else { return }
        let advice =
            policy.lane.nearest(in: keys).map { "did you mean `\($0)`?" }
            ?? "choose from \(keys.joined(separator: ", "))"
        faults.add(at: "lane", "no lane is called \(policy.lane.quoted): \(advice)")
    }

    private func checkLanes() {
        for (index, lane) in policy.lanes.enumerated() {
            let path = "lanes[\(index)]"
            guard let may = lane.productionMay, faults.isSound("\(path).production_may"),
                faults.isSound("\(path).draft_may")
            else { continue }
            let missing = lane.draftMay.filter { !may.contains($0) }.map(\.rawValue)
            if !missing.isEmpty {
                faults.add(
                    at: "\(path).production_may",
                    "a workflow in production may do what a draft may: add "
                        + missing.joined(separator: ", "))
            } else if may.isEmpty, lane.outside == .observe {
                faults.add(
                    at: "\(path).outside",
                    "a lane that blocks all use lets nothing pass to be observed: write `refuse`")
            }
        }
    }

    private func checkApproved() {
        let kinds = ["models", "upstreams", "mcp_servers", "tools"]
        if policy.approved != nil, !kinds.contains(where: { faults.wasGiven("approved.\($0)") }) {
            faults.add(
                at: "approved",
                "nothing is named, which would approve everything: list one of "
                    + kinds.joined(separator: ", "))
        }
        guard policy.approved == nil, !faults.wasGiven("approved"), faults.isSound("lane"),
            policy.chosenLane?.approvedOnly == true
        else { return }
        faults.add(
            at: "lane",
            "the lane \(policy.lane.quoted) allows what is approved and nothing else: say in "
                + "`approved` what that is")
    }

    private func checkSigners(_ roles: [Role], _ path: String) {
        let signers = Role.allCases.filter(\.signs).map(\.rawValue).joined(separator: ", ")
        for (index, role) in roles.enumerated() where !role.signs {
            faults.add(
                at: "\(path)[\(index)]",
                "the role `\(role.rawValue)` signs nothing: choose from \(signers)")
        }
    }

    private func checkUnique(_ names: [String], _ path: String, _ field: String) {
        var lines: [String: Int] = [:]
        for (index, name) in names.enumerated() {
            guard let line = faults.line(of: "\(path)[\(index)].\(field)") else { continue }
            if let first = lines[name] {
                faults.add(
                    at: "\(path)[\(index)].\(field)",
                    "\(name.quoted) is in line \(first) already: give each its own `\(field)`")
            }
            lines[name] = lines[name] ?? line
        }
    }

    /// Each number of `range` exactly once.
    private func checkNumbers(
        _ numbers: [Int], _ range: ClosedRange<Int>, _ path: String, _ noun: String
    ) {
        checkUnique(numbers.map(String.init), path, "number")
        let missing = range.filter { !numbers.contains($0) }
        // A number twice or a wrong one explains by itself why another is missing.
        guard !missing.isEmpty, Set(numbers).count == numbers.count,
            numbers.indices.allSatisfy({ faults.isSound("\(path)[\($0)].number") })
        else { return }
        let names = missing.map(String.init).joined(separator: ", ")
        faults.add(
            at: path,
            "\(noun) \(names) is missing: number them \(range.lowerBound) to \(range.upperBound)")
    }
}

// MARK: - Words

extension String {
    /// Small letters, digits and single underscores between them, beginning with a letter.
    var isKey: Bool {
        let parts = utf8.split(separator: UInt8(ascii: "_"), omittingEmptySubsequences: false)
        let allowed = parts.allSatisfy { part in
            !part.isEmpty
                && part.allSatisfy {
                    (UInt8(ascii: "a")...UInt8(ascii: "z")).contains($0)
                        || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0)
                }
        }
        let beginning = utf8.first.map { $0 >= UInt8(ascii: "a") } ?? false
        return allowed && beginning && utf8.count <= 64
    }

    /// The one that was probably meant: at most two letters, or a third of them, away.
    func nearest(in words: [String]) -> String? {
        guard count <= 64 else { return nil }
        let near = words.map { (word: $0, distance: distance(to: $0)) }
            .filter { $0.distance <= max(2, $0.word.count / 3) && $0.distance < $0.word.count }
        return near.min { $0.distance < $1.distance }?.word
    }

    /// How many letters have to be put in, taken out or exchanged.
    private func distance(to other: String) -> Int {
        let letters = Array(other)
        var row = Array(0...letters.count)
        for (index, letter) in enumerated() {
            var diagonal = row[0]
            row[0] = index + 1
            for column in letters.indices {
                let exchanged = diagonal + (letter == letters[column] ? 0 : 1)
                diagonal = row[column + 1]
                row[column + 1] = Swift.min(exchanged, row[column] + 1, row[column + 1] + 1)
            }
        }
        return row[letters.count]
    }
}
