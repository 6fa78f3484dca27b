import CordonAPI
import CordonCore

extension IncidentSummaryView {
    init(_ sequence: ResponseSequence) {
        let incident = sequence.incident
        self.init(
            number: incident.number, workflow: incident.workflow, kind: sequence.kind.rawValue,
            level: sequence.level, provisional: sequence.isProvisional,
            state: incident.state.rawValue, what: String(incident.report.what.prefix(200)),
            reportedAt: incident.reportedAt.rfc3339,
            nextStep: incident.closedAt == nil ? sequence.nextStep?.step.title : nil,
            fileComplete: sequence.fileComplete)
    }
}

extension IncidentView {
    init(_ sequence: ResponseSequence) {
        let incident = sequence.incident
        let assessment = sequence.assessment
        let steps = sequence.steps.map(StepView.init)
        let valid = Set(sequence.validSignatures.map(\.id))
        func latest(_ moment: Moment) -> String? {
            incident.times.last { $0.value.moment == moment }?.value.time.rfc3339
        }
        let contained = sequence.workflow?.containments.filter {
            $0.incident == incident.number
        }.compactMap(\.containedAt).max()
        self.init(
            number: incident.number, version: incident.version, workflow: incident.workflow,
            unlisted: incident.report.unlisted, kind: sequence.kind.rawValue,
            level: sequence.level, levelTitle: sequence.terms?.title ?? "",
            declaredLevel: incident.declaredLevel, potentialLevel: incident.potential?.value,
            provisional: sequence.isProvisional, floor: FloorView(sequence.floor),
            state: incident.state.rawValue, policyVersion: incident.report.policyVersion,
            what: incident.report.what, leftCompany: incident.report.leftCompany.rawValue,
            contact: incident.report.contact, discovered: incident.report.discovered,
            reporter: incident.reporter.name, reportedAt: incident.reportedAt.rfc3339,
            occurredAt: latest(.occurred), detectedAt: latest(.detected), awareAt: latest(.aware),
            declaredAt: latest(.declared), containedAt: contained?.rfc3339,
            restartedAt: incident.restarts.last?.at.rfc3339,
            closedAt: incident.closedAt?.rfc3339, times: incident.times.map(TimeView.init),
            triage: incident.triage.map {
                TriageView(
                    kind: $0.value.kind.rawValue, reason: $0.value.reason, by: $0.by.name,
                    at: $0.at.rfc3339)
            },
            answers: Dictionary(
                uniqueKeysWithValues: assessment.answers.map { ("\($0.key)", $0.value.rawValue) }),
            flags: assessment.flags.mapValues(\.rawValue), measures: assessment.measures,
            type: incident.classification?.value.primary,
            secondaryTypes: incident.classification?.value.secondary ?? [],
            typeNote: incident.classification?.value.note,
            lowering: incident.lowering.map {
                LoweringView(
                    level: $0.value.to, reason: $0.value.reason, proposedBy: $0.by.name,
                    at: $0.at.rfc3339)
            },
            containments: incident.containments.map {
                ContainmentReferenceView(
                    workflow: $0.workflow, containment: $0.containment, proved: $0.proved)
            },
            fallback: incident.fallback.map(FallbackNoteView.init),
            holds: incident.holds.map { HoldView(workflow: $0.workflow, from: $0.from.rfc3339) },
            evidence: incident.evidence.map(EvidenceView.init),
            gaps: incident.gaps.map {
                EvidenceGapView(
                    kind: $0.value.kind.rawValue, why: $0.value.why, by: $0.by.name,
                    at: $0.at.rfc3339)
            }, impact: incident.impact.map(ImpactView.init),
            affected: incident.affected.map(AffectedView.init),
            notifications: incident.obligations.map(NotificationView.init),
            lookbacks: incident.lookbacks.map(LookbackView.init),
            cause: incident.cause.map(CauseView.init),
            actions: incident.actions.map(ActionView.init),
            cases: incident.cases.map {
                CaseBody(key: $0.value.key, description: $0.value.description)
            }, runs: incident.runs.map(RunView.init),
            skips: incident.skips.sorted { $0.key < $1.key }.map {
                SkipView(
                    step: $0.key, reason: $0.value.value, by: $0.value.by.name,
                    at: $0.value.at.rfc3339)
            },
            signatures: incident.signatures.map { SignatureView($0, valid: valid.contains($0.id)) },
            evidenceHash: incident.evidenceHash,
            restarts: incident.restarts.map(RestartRecordView.init),
            review: incident.review.map(ReviewView.init),
            exception: incident.exception.map {
                ExceptionView(reason: $0.value, by: $0.by.name, at: $0.at.rfc3339)
            }, promotedBecause: incident.promotedBecause,
            collectiveReviews: incident.collectiveReviews, steps: steps,
            nextStep: incident.closedAt == nil ? steps.first { $0.state == "open" } : nil,
            file: FileView(sequence))
    }
}

extension FloorView {
    init(_ floor: SeverityFloor) {
        self.init(
            confirmed: floor.confirmed, provisional: floor.provisional, reasons: floor.reasons,
            requirements: floor.requirements.map(\.rawValue).sorted(), openQuestions: floor.open)
    }
}

extension TimeView {
    init(_ stated: Stated<TimeStatement>) {
        self.init(
            moment: stated.value.moment.rawValue, time: stated.value.time.rfc3339,
            source: stated.value.source, by: stated.by.name, at: stated.at.rfc3339)
    }
}

extension FallbackNoteView {
    init(_ stated: Stated<FallbackNote>) {
        self.init(
            activated: stated.value.activated, note: stated.value.note, told: stated.value.told,
            by: stated.by.name, at: stated.at.rfc3339)
    }
}

extension EvidenceView {
    init(_ stated: Stated<EvidenceItem>) {
        let item = stated.value
        self.init(
            id: item.id, kind: item.kind.rawValue, name: item.name, mediaType: item.mediaType,
            size: item.size, sha256: item.sha256, note: item.note, by: stated.by.name,
            at: stated.at.rfc3339)
    }
}

extension ImpactView {
    init(_ stated: Stated<Impact>) {
        let impact = stated.value
        self.init(
            description: impact.description, actedUpon: impact.actedUpon.rawValue,
            reversible: impact.reversible.rawValue, leftCompany: impact.leftCompany.rawValue,
            functions: impact.functions, by: stated.by.name, at: stated.at.rfc3339)
    }
}

extension AffectedView {
    init(_ record: AffectedRecord) {
        self.init(
            id: record.id, kind: record.kind.rawValue, reference: record.reference,
            description: record.description, correction: record.correction?.value,
            correctedBy: record.correction?.by.name, correctedAt: record.correction?.at.rfc3339)
    }
}

extension NotificationView {
    init(_ stated: Stated<Obligation>) {
        let obligation = stated.value
        self.init(
            duty: obligation.duty, decision: obligation.decision.rawValue,
            reason: obligation.reason, dueAt: obligation.dueAt?.rfc3339, by: stated.by.name,
            at: stated.at.rfc3339)
    }
}

extension LookbackView {
    init(_ lookback: Lookback) {
        self.init(
            id: lookback.id, from: lookback.from.rfc3339, to: lookback.to.rfc3339,
            days: lookback.days, population: lookback.population,
            populationCount: lookback.populationCount, method: lookback.method.rawValue,
            sampleSize: lookback.sampleSize, sampleSeed: lookback.sampleSeed,
            shorterBecause: lookback.shorterBecause,
            findings: lookback.findings.map {
                FindingView(
                    id: $0.id, reference: $0.reference, description: $0.description,
                    verdict: $0.verdict.rawValue)
            }, conclusion: lookback.conclusion?.text, examined: lookback.conclusion?.examined,
            concludedBy: lookback.conclusion?.by.name,
            concludedAt: lookback.conclusion?.at.rfc3339)
    }
}

extension CauseView {
    init(_ stated: Stated<Cause>) {
        let cause = stated.value
        self.init(
            failureClass: cause.failureClass, contributing: cause.contributing,
            description: cause.description,
            controls: cause.controls.map {
                ControlFindingView(control: $0.control, state: $0.state.rawValue, note: $0.note)
            }, changedBefore: cause.changedBefore, reproduction: cause.reproduction,
            confidence: cause.confidence.rawValue, considered: cause.considered,
            by: stated.by.name, at: stated.at.rfc3339)
    }
}

extension ActionView {
    init(_ action: Action) {
        self.init(
            id: action.id, title: action.title, kind: action.kind.rawValue,
            control: action.control, owner: action.owner, dueAt: action.dueAt.rfc3339,
            beforeRestart: action.beforeRestart, doneAt: action.done?.at.rfc3339,
            doneBy: action.done?.by.name, evidence: action.done?.evidence)
    }
}

extension RunView {
    init(_ stated: Stated<EvaluationRun>) {
        let run = stated.value
        let passed = run.results.filter(\.passed).count
        self.init(
            id: run.id, version: run.version, subject: run.subject.rawValue, passed: passed,
            failed: run.results.count - passed,
            results: run.results.map {
                ResultView(key: $0.key, passed: $0.passed, runs: $0.runs, passes: $0.passes)
            }, by: stated.by.name, at: stated.at.rfc3339)
    }
}

extension SignatureView {
    init(_ signature: Signature, valid: Bool) {
        self.init(
            id: signature.id, role: signature.role.rawValue, by: signature.by.name,
            at: signature.at.rfc3339, evidenceHash: signature.evidenceHash,
            statement: signature.statement, valid: valid,
            voidedAt: signature.voidedAt?.rfc3339)
    }
}

extension RestartRecordView {
    init(_ restart: Restart) {
        self.init(
            by: restart.by.name, at: restart.at.rfc3339, evidenceHash: restart.evidenceHash,
            conditions: restart.conditions, watch: restart.watch.map(WatchView.init))
    }
}

extension ReviewView {
    init(_ stated: Stated<Review>) {
        let review = stated.value
        self.init(
            controlChange: review.controlChange,
            updates: review.updates.map {
                UpdateView(kind: $0.kind.rawValue, description: $0.description)
            }, recurrence: review.recurrence,
            effectivenessDueAt: review.effectivenessDueAt.map(\.rfc3339), by: stated.by.name,
            at: stated.at.rfc3339)
    }
}

extension StepView {
    init(_ status: StepStatus) {
        self.init(
            number: status.step.number, key: status.step.key, title: status.step.title,
            instruction: status.step.instruction, state: status.state.rawValue,
            missing: status.state == .notRequired ? [] : status.missing)
    }
}

extension FileView {
    init(_ sequence: ResponseSequence) {
        let items = sequence.file.map {
            FileItemView(
                number: $0.number, title: $0.title, complete: $0.isComplete, missing: $0.missing)
        }
        self.init(complete: items.filter(\.complete).count, items: items)
    }
}

extension RestartView {
    init(_ sequence: ResponseSequence) {
        let blockers = sequence.restartBlockers
        self.init(
            allowed: blockers.isEmpty, level: sequence.level,
            blockers: blockers.map {
                BlockerView(code: $0.code, message: $0.message, step: $0.step)
            },
            requiredSignatures: sequence.requiredSignatures.map {
                RequiredSignatureView(
                    anyOf: $0.anyOf.map(\.rawValue), signedBy: $0.signedBy?.by.name,
                    signedAt: $0.signedBy?.at.rfc3339)
            }, evidenceHash: sequence.incident.evidenceHash)
    }
}
