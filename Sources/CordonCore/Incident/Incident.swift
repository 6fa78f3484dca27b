/// One event from its report to its review.
///
/// Its state is what its events made of it.
package struct Incident: Codable, Equatable, Sendable {
    package private(set) var report: Report
    package private(set) var reporter: Person
    package private(set) var reportedAt: Instant
    package private(set) var workflow: String?
    package private(set) var times: [Stated<TimeStatement>] = []
    package private(set) var triage: Stated<Triage>?
    package private(set) var assessments: [Stated<Assessment>] = []
    package private(set) var classification: Stated<Classification>?
    package private(set) var potential: Stated<Int>?
    /// The level that people declared and that answers raised; an unknown may lift it further for
    /// the time being, see ``ResponseSequence/level``.
    package private(set) var declaredLevel: Int?
    package private(set) var lowering: Stated<Lowering>?
    package private(set) var levelHistory: [Stated<Lowering>] = []
    package private(set) var containments: [ContainmentReference] = []
    package private(set) var fallback: Stated<FallbackNote>?
    package private(set) var holds: [EvidenceHold] = []
    package private(set) var evidence: [Stated<EvidenceItem>] = []
    package private(set) var gaps: [Stated<EvidenceGap>] = []
    package private(set) var impact: Stated<Impact>?
    package private(set) var affected: [AffectedRecord] = []
    package private(set) var obligations: [Stated<Obligation>] = []
    package private(set) var lookbacks: [Lookback] = []
    package private(set) var cause: Stated<Cause>?
    package private(set) var actions: [Action] = []
    package private(set) var cases: [Stated<EvaluationCase>] = []
    package private(set) var runs: [Stated<EvaluationRun>] = []
    package private(set) var skips: [Int: Stated<String>] = [:]
    package private(set) var signatures: [Signature] = []
    package private(set) var restarts: [Restart] = []
    /// Whether the last restart still holds: a tripped watch undoes it.
    package private(set) var isRestarted = false
    package private(set) var trips: [Stated<String>] = []
    package private(set) var watchEndedAt: Instant?
    package private(set) var review: Stated<Review>?
    package private(set) var exception: Stated<String>?
    package private(set) var promotedBecause: [String] = []
    package private(set) var collectiveReviews: [String: [String]] = [:]
    package private(set) var closedAt: Instant?
    /// How many events made it: the row version, for conditional changes.
    package private(set) var version = 1

    package struct Triage: Codable, Equatable, Sendable {
        package let kind: Kind
        package let reason: String
    }

    package struct Lowering: Codable, Equatable, Sendable {
        package let to: Int
        package let reason: String
    }

    package struct ContainmentReference: Codable, Equatable, Sendable {
        package let workflow: String
        package let containment: String
        package var proved: Bool
    }

    package enum State: String, Codable, CaseIterable, Sendable {
        case reported, open, watch, restarted, declined, closed
    }

    package var number: String { report.number }

    package var state: State {
        if closedAt != nil { return .closed }
        if triage == nil, restarts.isEmpty { return .reported }
        if isDeclined { return .declined }
        guard isRestarted else { return .open }
        return watchEndedAt == nil && restarts.last?.watch != nil ? .watch : .restarted
    }

    /// Whether it was declined and nothing has raised its level since: what is learned later undoes
    /// the decision that it was none.
    package var isDeclined: Bool {
        triage?.value.kind == .declined && (declaredLevel ?? 1) <= 1
    }
}

extension Incident {
    /// Begins an incident from its first event.
    ///
    /// - Returns: `nil` when `event` is not a report.
    package init?(first event: IncidentEvent, by: Person, at: Instant) {
        guard case .reported(let report) = event else { return nil }
        self.report = report
        reporter = by
        reportedAt = at
        workflow = report.workflow
        assessments = [
            Stated(Assessment(answers: [1: report.leftCompany]), by: by, at: at)
        ]
        times = [
            Stated(TimeStatement(.reported, at, source: "Cordon's clock"), by: .cordon, at: at)
        ]
    }

    /// Takes in what happened.
    ///
    /// Total: an event that was once accepted is never refused.
    package mutating func apply(_ event: IncidentEvent, by: Person, at: Instant) {
        version += 1
        switch event {
        case .reported: break
        case .timeStated(let statement): times.append(Stated(statement, by: by, at: at))
        case .workflowNamed(let key): workflow = key
        case .triaged(let kind, let reason):
            triage = Stated(Triage(kind: kind, reason: reason), by: by, at: at)
            if let level = kind.level { raise(to: level) }
        case .assessed(let assessment):
            assessments.append(Stated(assessment, by: by, at: at))
        case .classified(let value): classification = Stated(value, by: by, at: at)
        case .potentialSet(let level): potential = Stated(level, by: by, at: at)
        case .levelRaised(let level, let reason):
            declaredLevel = level
            lowering = nil
            levelHistory.append(Stated(Lowering(to: level, reason: reason), by: by, at: at))
        case .loweringProposed(let level, let reason):
            lowering = Stated(Lowering(to: level, reason: reason), by: by, at: at)
        case .levelLowered(let level, let reason, _):
            declaredLevel = level
            lowering = nil
            levelHistory.append(Stated(Lowering(to: level, reason: reason), by: by, at: at))
        case .promoted(let because, let level):
            promotedBecause = because
            raise(to: level)
        default: applyResponse(event, by: by, at: at)
        }
    }

    /// A proposal to lower was made of another level, so it falls.
    private mutating func raise(to level: Int) {
        if let declaredLevel, declaredLevel >= level { return }
        declaredLevel = level
        lowering = nil
    }

    private mutating func applyResponse(_ event: IncidentEvent, by: Person, at: Instant) {
        switch event {
        case .contained(let workflow, let containment):
            containments.append(
                ContainmentReference(workflow: workflow, containment: containment, proved: false))
            // What is stopped anew has to be restarted anew, on what is known by then.
            isRestarted = false
        case .containmentProved(_, let containment):
            for index in containments.indices where containments[index].containment == containment {
                containments[index].proved = true
            }
        case .fallbackNoted(let note): fallback = Stated(note, by: by, at: at)
        case .held(let hold): holds.append(hold)
        case .evidenceAttached(let item): evidence.append(Stated(item, by: by, at: at))
        case .gapNamed(let gap): gaps.append(Stated(gap, by: by, at: at))
        case .impactStated(let value): impact = Stated(value, by: by, at: at)
        case .affectedAdded(let record): affected.append(record)
        case .affectedCorrected(let id, let correction):
            for index in affected.indices where affected[index].id == id {
                affected[index].correction = Stated(correction, by: by, at: at)
            }
        case .obligationDecided(let obligation):
            obligations.append(Stated(obligation, by: by, at: at))
        case .lookbackOpened(let lookback): lookbacks.append(lookback)
        case .findingAdded(let id, let finding):
            for index in lookbacks.indices where lookbacks[index].id == id {
                lookbacks[index].findings.append(finding)
            }
        case .lookbackConcluded(let id, let conclusion):
            for index in lookbacks.indices where lookbacks[index].id == id {
                lookbacks[index].conclusion = conclusion
            }
        default: applyRestart(event, by: by, at: at)
        }
    }

    private mutating func applyRestart(_ event: IncidentEvent, by: Person, at: Instant) {
        switch event {
        case .causeFound(let value): cause = Stated(value, by: by, at: at)
        case .actionAdded(let action): actions.append(action)
        case .actionDone(let id, let evidence):
            for index in actions.indices where actions[index].id == id {
                actions[index].done = Action.Done(by: by, at: at, evidence: evidence)
            }
        case .caseAdded(let value): cases.append(Stated(value, by: by, at: at))
        case .runRecorded(let run): runs.append(Stated(run, by: by, at: at))
        case .stepSkipped(let step, let reason): skips[step] = Stated(reason, by: by, at: at)
        case .signed(let signature): signatures.append(signature)
        case .signaturesVoided(let ids, _):
            for index in signatures.indices where ids.contains(signatures[index].id) {
                signatures[index].voidedAt = at
            }
        case .restarted(let restart):
            restarts.append(restart)
            isRestarted = true
            watchEndedAt = nil
        case .watchTripped(_, let detail):
            trips.append(Stated(detail, by: by, at: at))
            isRestarted = false
        case .watchEnded: watchEndedAt = at
        case .reviewed(let value): review = Stated(value, by: by, at: at)
        case .exceptionSigned(_, let reason): exception = Stated(reason, by: by, at: at)
        case .collectiveReviewRaised(let control, let incidents):
            collectiveReviews[control] = incidents
        case .closed: closedAt = at
        default: break
        }
    }
}
