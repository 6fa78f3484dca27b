/// One step of the response sequence as it stands.
package struct StepStatus: Equatable, Sendable {
    package let step: Policy.Step
    package let state: State
    /// What is missing before the step counts as done, each as a sentence.
    package let missing: [String]
    /// The reason why it was skipped, if it was.
    package let skipped: Stated<String>?

    package enum State: String, Codable, CaseIterable, Sendable {
        case done, open, skipped
        case notRequired = "not_required"
    }
}

extension ResponseSequence {
    package var steps: [StepStatus] {
        policy.steps.map { step in
            let missing = missing(step.number)
            let skipped = incident.skips[step.number]
            let state: StepStatus.State =
                if missing.isEmpty { .done } else if isSkipped(step.number) {
                    .skipped
                } else if requires(step.number) { .open } else { .notRequired }
            return StepStatus(step: step, state: state, missing: missing, skipped: skipped)
        }
    }

    /// The step that comes next, if any is left.
    package var nextStep: StepStatus? { steps.first { $0.state == .open } }

    /// The exit evidence that step `number` still lacks.
    func missing(_ number: Int) -> [String] {
        switch number {
        case 1: missingReport
        case 2: missingContainment
        case 3: missingPreservation
        case 4: missingAssessment
        case 5: missingEscalation
        case 6: missingLookback
        case 7: missingCause
        case 8: missingCorrection
        case 9: missingEvaluation
        case 10: incident.isRestarted ? [] : ["The workflow has not been restarted."]
        case 11: missingWatch
        case 12: incident.review == nil ? ["The review has not been held."] : []
        default: []
        }
    }

    private var missingReport: [String] {
        var missing: [String] = []
        if incident.workflow == nil { missing.append("Say which registered workflow it was.") }
        if incident.triage == nil { missing.append("Decide in triage what it is.") }
        if !incident.isDeclined {
            let stated = Set(incident.times.map(\.value.moment))
            for moment in [Moment.occurred, .detected] where !stated.contains(moment) {
                missing.append("Say when it \(moment == .occurred ? "occurred" : "was detected").")
            }
        }
        return missing
    }

    private var missingContainment: [String] {
        var missing: [String] = []
        let stopped = Set(incident.containments.map(\.workflow))
        if incident.workflow.map({ !stopped.contains($0) }) ?? stopped.isEmpty {
            missing.append("Stop the workflow.")
        }
        for containment in incident.containments where !containment.proved {
            missing.append("\(containment.workflow) is stopping: confirm its remaining targets.")
        }
        if terms?.stopsRelated == true {
            for related in workflow?.profile.related ?? [] where !stopped.contains(related) {
                missing.append("Stop the related workflow \(related).")
            }
        }
        if incident.fallback == nil {
            missing.append("Say whether the fallback is in use, and who was told.")
        }
        return missing
    }

    private var missingPreservation: [String] {
        var missing: [String] = []
        if incident.workflow != nil, incident.holds.isEmpty {
            missing.append("Hold the workflow's evidence.")
        }
        if incident.evidence.isEmpty, incident.gaps.isEmpty {
            missing.append("Attach the evidence, or name what cannot be had.")
        }
        return missing
    }

    private var missingAssessment: [String] {
        var missing = floor.open.map { number in
            "Answer question \(number): \(policy.question(number)?.text ?? "")"
        }
        if incident.classification == nil { missing.append("Say what type of event it is.") }
        if incident.potential == nil { missing.append("Say how severe it could have become.") }
        if let impact = incident.impact?.value {
            let open = [
                ("acted upon", impact.actedUpon), ("reversible", impact.reversible),
                ("out of the company", impact.leftCompany),
            ].filter { $0.1 == .unknown }
            missing += open.map { "Find out whether it was \($0.0)." }
        } else {
            missing.append("State the business impact.")
        }
        return missing
    }

    private var missingEscalation: [String] {
        var missing: [String] = []
        if incident.impact?.value.functions.isEmpty ?? true {
            missing.append("Name the functions that join the response.")
        }
        return missing + missingNotification
    }

    /// Asked at every level when a duty may exist.
    var missingNotification: [String] {
        guard requires(5) || floor.requirements.contains(.notificationDecision) else { return [] }
        let decided = incident.obligations.reduce(into: [String: Obligation.Decision]()) {
            $0[$1.value.duty] = $1.value.decision
        }
        if decided.isEmpty { return ["Decide whether a duty to notify applies, and why."] }
        return decided.filter { $0.value == .pending }.keys.sorted().map {
            "Decide on the duty to notify: \($0)."
        }
    }

    private var missingLookback: [String] {
        guard requires(6) || floor.requirements.contains(.lookback) else { return [] }
        if incident.lookbacks.isEmpty { return ["Look back over the earlier outputs."] }
        // The last verdict on an output holds: what was unclear is settled by a later finding.
        var verdicts: [String: Lookback.Verdict] = [:]
        for finding in incident.lookbacks.flatMap(\.findings) {
            verdicts[finding.reference] = finding.verdict
        }
        let unclear = verdicts.filter { $0.value == .unclear }.keys.sorted()
        let open = incident.lookbacks.filter { $0.conclusion == nil }
        return open.map { _ in "Conclude the look back." }
            + unclear.map { "Give a verdict on \($0)." }
    }

    private var missingCause: [String] {
        guard let cause = incident.cause?.value else {
            return ["Find the cause and the failed control."]
        }
        var missing: [String] = []
        if cause.faulted.isEmpty {
            missing.append("Name the control that failed, was missing or was bypassed.")
        }
        if floor.requirements.contains(.changeReview), cause.changedBefore.isEmpty {
            missing.append("Review the recent change: say what was changed before it.")
        }
        return missing
    }

    private var missingCorrection: [String] {
        var missing = incident.affected.filter { $0.correction == nil }.map {
            "Correct \($0.reference), or say why nothing has to be corrected."
        }
        if incident.actions.isEmpty { missing.append("Name what is mended, by whom and by when.") }
        for action in incident.actions where action.beforeRestart && action.done == nil {
            missing.append("Finish before the restart: \(action.title).")
        }
        if !incident.actions.isEmpty, incident.actions.allSatisfy({ $0.done == nil }) {
            missing.append("Carry out what is to be mended: nothing is done yet.")
        }
        let done = incident.actions.filter { $0.done != nil }
        guard level >= 2, !done.isEmpty, let cause = incident.cause?.value else { return missing }
        let mended = Set(done.compactMap(\.control))
        if mended.isDisjoint(with: cause.faulted) {
            missing.append("Mend the control that failed, not only what it let through.")
        }
        if done.allSatisfy({ $0.kind == .prompt }) {
            missing.append("Only the prompt is fixed: mend the control that should have caught it.")
        }
        return missing
    }

    private var missingEvaluation: [String] {
        let failed = incident.runs.last { $0.value.subject == .failed }?.value
        let fixed = incident.runs.last { $0.value.subject == .fixed }?.value
        var missing: [String] = []
        if incident.cases.isEmpty { missing.append("Add an evaluation case from this incident.") }
        if failed == nil { missing.append("Run the evaluation on the version that failed.") }
        guard let fixed else { return missing + ["Run the evaluation on the fixed version."] }
        for result in fixed.results where !result.passed {
            missing.append("\(result.key) fails on the fixed version \(fixed.version).")
        }
        guard let failed, !incident.cases.isEmpty else { return missing }
        if failed.version == fixed.version {
            missing.append("The failed and the fixed version carry the same name.")
        }
        let proves = incident.cases.contains { stated in
            failed.result(stated.value.key)?.passed == false
                && fixed.result(stated.value.key)?.passed == true
        }
        if !proves {
            missing.append(
                "No new case fails on the version that failed and passes on the fixed one.")
        }
        let dropped = failed.results.filter { fixed.result($0.key) == nil }.map(\.key)
        missing += dropped.map { "\($0) was run on the failed version, but not on the fixed one." }
        return missing
    }

    private var missingWatch: [String] {
        guard incident.isRestarted, let restart = incident.restarts.last else {
            return ["The watch begins with the restart."]
        }
        if restart.watch == nil || incident.watchEndedAt != nil { return [] }
        return ["The watch runs until \(restart.watch?.until.rfc3339 ?? "")."]
    }
}
