import CordonCore

/// What an incident's events say, read without any of the code that decides on a restart.
///
/// It keeps only what happened, and judges every restart among the events by the playbook's own
/// words, see ``demands(_:)``.
struct RestartOracle {
    let related: [String]
    private(set) var violations: [String] = []
    /// The levels at which a restart was judged.
    private(set) var restarts: [Int] = []

    var answers: [Int: Answer] = [:]
    var flags: [String: Answer] = [:]
    var measures: [String: Int] = [:]
    var kind: Kind?
    var declared = 1
    var workflow: String?
    var moments: Set<Moment> = []
    var contained: [String: String] = [:]
    var proved: Set<String> = []
    var isFallbackNoted = false
    var isHeld = false
    var hasEvidence = false
    var isClassified = false
    var hasPotential = false
    var impact: Impact?
    var affected: Set<String> = []
    var duties: [String: Obligation.Decision] = [:]
    var openLookbacks: Set<String> = []
    var hasLookback = false
    var verdicts: [String: Lookback.Verdict] = [:]
    var cause: Cause?
    var actions: [Action] = []
    var fixers: [String: String] = [:]
    var cases: Set<String> = []
    var runs: [EvaluationRun.Subject: EvaluationRun] = [:]
    var skipped: Set<Int> = []
    /// Signatures with nothing new since.
    var standing: [Signature] = []
    private var proposal: (to: Int, by: String)?

    init(_ entries: [Playthrough.Entry], related: [String]) {
        self.related = related
        for entry in entries { take(entry) }
    }

    private mutating func take(_ entry: Playthrough.Entry) {
        switch entry.event {
        case .signed(let signature): standing.append(signature)
        case .restarted(let restart):
            restarts.append(level)
            violations += demands(restart).map { "restart at level \(level): \($0)" }
        case .signaturesVoided(let ids, _): standing.removeAll { ids.contains($0.id) }
        case .loweringProposed(let level, _): proposal = (level, entry.by.id)
        case .held: isHeld = true
        case .watchEnded, .reviewed, .exceptionSigned, .collectiveReviewRaised, .closed: break
        default:
            // All else is evidence, and a signature before it saw less than there is.
            standing = []
            takeEvidence(entry)
        }
    }

    private mutating func takeEvidence(_ entry: Playthrough.Entry) {
        switch entry.event {
        case .reported(let report):
            workflow = report.workflow
            answers[1] = report.leftCompany
        case .workflowNamed(let key): workflow = key
        case .triaged(let kind, _):
            self.kind = kind
            declare(kind == .incident ? max(3, declared) : kind == .nearMiss ? 2 : 1)
        case .assessed(let assessment):
            answers.merge(assessment.answers) { $1 }
            flags.merge(assessment.flags) { $1 }
            measures.merge(assessment.measures) { $1 }
        case .levelRaised(let level, _): declare(level)
        case .levelLowered(let level, _, _):
            if proposal?.to != level || proposal?.by == entry.by.id {
                violations.append("lowered to \(level) by one person")
            }
            if level < floor { violations.append("lowered below the floor") }
            declared = level
        case .timeStated(let statement): moments.insert(statement.moment)
        case .contained(let workflow, let id): contained[id] = workflow
        case .containmentProved(_, let id): proved.insert(id)
        case .fallbackNoted: isFallbackNoted = true
        case .evidenceAttached, .gapNamed: hasEvidence = true
        case .classified: isClassified = true
        case .potentialSet: hasPotential = true
        case .impactStated(let impact): self.impact = impact
        case .affectedAdded(let record): affected.insert(record.id)
        case .affectedCorrected(let id, _): affected.remove(id)
        case .obligationDecided(let duty): duties[duty.duty] = duty.decision
        default: takeFindings(entry)
        }
    }

    private mutating func takeFindings(_ entry: Playthrough.Entry) {
        switch entry.event {
        case .lookbackOpened(let lookback):
            hasLookback = true
            openLookbacks.insert(lookback.id)
        case .findingAdded(_, let finding): verdicts[finding.reference] = finding.verdict
        case .lookbackConcluded(let id, _): openLookbacks.remove(id)
        case .causeFound(let cause): self.cause = cause
        case .actionAdded(let action): actions.append(action)
        case .actionDone(let id, _): fixers[id] = entry.by.id
        case .caseAdded(let value): cases.insert(value.key)
        case .runRecorded(let run): runs[run.subject] = run
        case .stepSkipped(let step, _): skipped.insert(step)
        default: break
        }
    }

    private mutating func declare(_ level: Int) {
        if level < declared { violations.append("\(declared) became \(level) without a proposal") }
        declared = level
    }

    var isDeclined: Bool { kind == .declined && declared == 1 }

    /// The playbook's table, written out.
    var floor: Int {
        if (measures["large_scale_exposure"] ?? 0) >= 500 { return 4 }
        if (measures["severe_financial_impact"] ?? 0) >= 100_000 { return 4 }
        if flags.values.contains(.yes) { return 4 }
        if answers[1] == .yes || answers[7] == .yes { return 3 }
        return (2...5).contains { answers[$0] == .yes } ? 2 : 1
    }

    var level: Int { isDeclined ? 1 : max(declared, floor) }
}
