import CordonCore

/// What happened to an incident, in words for people.
extension IncidentEvent {
    var words: Phrase {
        switch self {
        case .reported: "The incident was reported"
        case .timeStated(let stated):
            "A time was stated: \(HTML.say(IncidentWords.moment(stated.moment.rawValue)))"
        case .workflowNamed(let key): "The workflow was named: \(HTML.said(key))"
        case .triaged(let kind, _): "It was decided what it is: \(HTML.say(kind.words))"
        case .assessed: "Questions were answered"
        case .classified: "The type of event was chosen"
        case .potentialSet(let level): "It could have become level \(level)"
        case .levelRaised(let level, _): "The level was raised to \(level)"
        case .loweringProposed(let level, _): "Level \(level) was proposed"
        case .levelLowered(let level, _, _): "The level was lowered to \(level)"
        case .promoted(_, let level): "It repeats: it was raised to level \(level)"
        case .contained(let workflow, _): "A stop was asked for: \(HTML.said(workflow))"
        case .containmentProved(let workflow, _):
            "The stop was proved everywhere: \(HTML.said(workflow))"
        case .fallbackNoted: "It was said how the work goes on"
        case .held(let hold): "Records are held: \(HTML.said(hold.workflow))"
        case .evidenceAttached(let item): "Evidence was attached: \(item.words)"
        case .gapNamed: "Evidence that cannot be had was named"
        case .impactStated: "The business impact was stated"
        case .affectedAdded: "Somebody or something affected was named"
        case .affectedCorrected: "Something affected was put right"
        case .obligationDecided: "A duty to notify was decided on"
        case .lookbackOpened(let lookback): "A look back over \(lookback.days) days began"
        case .findingAdded(_, let finding):
            "A finding was added: \(HTML.say(IncidentWords.verdict(finding.verdict.rawValue)))"
        case .lookbackConcluded: "A look back was concluded"
        case .causeFound: "The cause was recorded"
        case .actionAdded: "Something to mend was named"
        case .actionDone: "Something was mended"
        case .caseAdded: "A test case was added"
        case .runRecorded(let run):
            "A run was recorded: \(HTML.say(IncidentWords.subject(ofRun: run.subject.rawValue)))"
        case .stepSkipped(let step, _): "Step \(step) was passed over"
        case .signed(let signature):
            "The restart was signed: \(HTML.say(IncidentWords.role(signature.role.rawValue)))"
        case .signaturesVoided: "Signatures became void"
        case .restarted: "The workflow was restarted"
        case .watchTripped(let condition, _):
            "The watch stopped it: \(HTML.say(IncidentWords.watch(condition.rawValue)))"
        case .watchEnded: "The watch ended"
        case .reviewed: "The review was recorded"
        case .exceptionSigned(let role, _):
            "An exception was signed: \(HTML.say(IncidentWords.role(role.rawValue)))"
        case .collectiveReviewRaised: "A control failed again: a common review is due"
        case .closed: "The incident was closed"
        }
    }

    /// What somebody said with it, if anything.
    var detail: String? {
        switch self {
        case .reported(let report): report.what
        case .timeStated(let stated): stated.source
        case .triaged(_, let reason), .levelRaised(_, let reason),
            .loweringProposed(_, let reason), .levelLowered(_, let reason, _),
            .stepSkipped(_, let reason), .exceptionSigned(_, let reason):
            reason
        case .classified(let value): value.note
        case .fallbackNoted(let note): note.note
        case .evidenceAttached(let item): item.name
        case .gapNamed(let gap): gap.why
        case .impactStated(let impact): impact.description
        case .affectedAdded(let record): record.reference
        case .affectedCorrected(_, let correction): correction
        case .obligationDecided(let obligation): obligation.duty + ": " + obligation.reason
        case .lookbackOpened(let lookback): lookback.population
        case .findingAdded(_, let finding): finding.reference + " " + finding.description
        case .lookbackConcluded(_, let conclusion): conclusion.text
        case .causeFound(let cause): cause.description
        case .actionAdded(let action): action.title
        case .actionDone(_, let evidence): evidence
        case .caseAdded(let value): value.key + ": " + value.description
        case .runRecorded(let run): run.version
        case .signed(let signature): signature.statement
        case .signaturesVoided(_, let because): because
        case .restarted(let restart): restart.conditions
        case .watchTripped(_, let detail): detail
        case .reviewed(let review): review.controlChange
        case .collectiveReviewRaised(let control, let incidents):
            control + ": " + incidents.joined(separator: ", ")
        case .promoted(let because, _): because.joined(separator: ", ")
        case .workflowNamed, .assessed, .potentialSet, .contained, .containmentProved, .held,
            .watchEnded, .closed:
            nil
        }
    }
}

extension EvidenceItem {
    fileprivate var words: HTML { HTML.say(IncidentWords.evidence(kind.rawValue)) }
}
