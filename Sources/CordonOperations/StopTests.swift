package import CordonCore

/// What became of one place where the workflow has to stop.
package struct StopTestFinding: Equatable, Sendable {
    package let name: String
    /// A kind of enforcement point, or `manual`.
    package let kind: String
    package let state: State
    /// How it is known, or what is to be done.
    package let detail: String

    package enum State: String, CaseIterable, Sendable {
        /// The stop took effect there during the test.
        case proved
        /// A named person says how it was tried.
        case stated
        /// It was not there during the test, or nobody has said how it was tried.
        case notSeen = "not_seen"
        /// Nothing can be stopped there.
        case notContained = "not_contained"
    }
}

/// A stop test that has ended.
package struct StopTestOutcome: Sendable {
    package let workflow: Workflow
    package let test: StopTest
    package let endedAt: Instant
    package let findings: [StopTestFinding]
    /// Whether it counts: every place that has to stop did.
    package let isProved: Bool
}

extension Operations {
    /// Tries the stop: the gate refuses everything for the workflow until whatever was met within a
    /// day has met the stop, or the time is over.
    ///
    /// Calls that are passing through the gateway are let go to their end; no incident is opened. A
    /// crash at any line leaves a test that is over at its time, and that the clock takes away.
    ///
    /// `statement` says how manual targets were tried, in a person's words.
    package func testStop(
        _ key: String, _ caller: Caller, seconds: Int = 30, statement: String? = nil,
        inProduction: Bool = false
    ) async throws -> StopTestOutcome {
        let id = outside.newID()
        let begun = try await perform(caller) { work in
            let workflow = try work.workflowToAmend(key)
            let events = try workflow.beginStopTest(
                id: id, by: caller.actor, seconds: seconds, inProduction: inProduction,
                at: work.now)
            return try work.record(events, on: workflow)
        }
        guard let test = begun.stopTest, let revision = gate.entry(key)?.revision else {
            throw Refusal(.internalFault, "The stop test was not kept.")
        }
        let trial = StopTrial(
            workflow: begun, test: test, revision: revision, statement: statement,
            by: caller.actor.person)
        await wait(for: trial, seconds: seconds)
        return try await end(trial, caller)
    }

    private func wait(for trial: StopTrial, seconds: Int) async {
        for _ in 0..<(seconds * 20) {
            if findings(of: trial).isComplete || Task.isCancelled { return }
            // A real stop has come: there is nothing to prove any more.
            if gate.entry(trial.workflow.key)?.stops.isEmpty != true { return }
            // A cancelled pause is the end as well.
            try? await Task.sleep(for: .milliseconds(50))
        }
    }

    private func findings(of trial: StopTrial) -> [StopTestFinding] {
        let key = trial.workflow.key
        return trial.findings(points(of: key), passing: gate.passing(key))
    }

    private func end(_ trial: StopTrial, _ caller: Caller) async throws -> StopTestOutcome {
        let key = trial.workflow.key
        var findings = findings(of: trial)
        let isRefusing = gate.consider(key, GateRequest(action: .generate))?.isStopped == true
        if findings.isComplete, !isRefusing {
            findings.append(
                StopTestFinding(
                    name: "gate", kind: "gate", state: .notSeen,
                    detail: "The test was over before it ended: try again."))
        }
        let found = findings
        let outcome = try await perform(caller) { work in
            let before = try work.workflowToAmend(key)
            let workflow = try work.record(
                before.endStopTest(
                    trial.test.id, proof: found.isComplete ? trial.proof(found, work.now) : nil,
                    finding: trial.shortfall(found)), on: before)
            return StopTestOutcome(
                workflow: workflow, test: trial.test, endedAt: work.now, findings: found,
                isProved: workflow.stopTestedAt != before.stopTestedAt)
        }
        if outcome.isProved {
            let names = Set(found.filter { $0.state == .proved }.map(\.name))
            gate.prove(key, at: names, outcome.endedAt)
        }
        return outcome
    }
}

/// What a stop test looks for, as a plain value.
struct StopTrial: Sendable {
    let workflow: Workflow
    let test: StopTest
    /// The change with which those who follow the gate learned of it.
    let revision: UInt64
    let statement: String?
    let by: Person

    /// Points that were met within so many days before the test have to meet the stop.
    private static let days = 1

    func findings(_ points: [EnforcementPoint], passing: Int) -> [StopTestFinding] {
        let since = test.beganAt.adding(days: -Self.days)
        return points.filter { $0.lastSeenAt >= since }.map { finding($0, passing) }
            + workflow.profile.manualTargets.map(finding)
    }

    private func finding(_ point: EnforcementPoint, _ passing: Int) -> StopTestFinding {
        let refused = point.refusedAt.flatMap { $0 >= test.beganAt ? $0.rfc3339 : nil }
        let (state, detail): (StopTestFinding.State, String) =
            switch point.kind {
            case .observer:
                (.notContained, "It tells of what was done; nothing can be stopped there.")
            case .gateway where passing > 0:
                (.notSeen, "\(passing) still pass through the gateway: let them end.")
            case .gateway:
                (
                    .proved,
                    refused.map { "A call was refused at \($0), and none passes any more." }
                        ?? "No call passes through the gateway."
                )
            case .follower where (point.revision ?? 0) >= revision:
                (.proved, "It confirmed the stop at \(point.lastSeenAt.rfc3339).")
            case .follower, .gate, .hook:
                refused.map { (.proved, "It asked and was refused at \($0).") }
                    ?? (.notSeen, "It did not come: let it run once during the test.")
            }
        return StopTestFinding(
            name: point.name, kind: point.kind.rawValue, state: state, detail: detail)
    }

    private func finding(_ target: ManualTarget) -> StopTestFinding {
        let said = statement.map { "\(by.name) says: \($0)" }
        return StopTestFinding(
            name: target.name, kind: "manual", state: said == nil ? .notSeen : .stated,
            detail: said ?? "Try it by hand, and say how with the test: \(target.instruction)")
    }

    func proof(_ findings: [StopTestFinding], _ now: Instant) -> String {
        let places =
            findings.isEmpty
            ? ["Nothing else was met within a day: what is connected later is not proved by this."]
            : findings.map { "\($0.name) (\($0.kind)): \($0.detail)" }
        let gate =
            "The gate refused everything from \(test.beganAt.rfc3339) to \(now.rfc3339)."
        return ([gate] + places).joined(separator: "\n")
    }

    func shortfall(_ findings: [StopTestFinding]) -> String {
        let missing = findings.filter { $0.state == .notSeen }
        if missing.isEmpty { return "A stop came during the test." }
        return missing.map { "\($0.name) (\($0.kind)): \($0.detail)" }.joined(separator: "\n")
    }
}

extension [StopTestFinding] {
    /// Whether every place that has to stop did.
    var isComplete: Bool { !contains { $0.state == .notSeen } }
}
