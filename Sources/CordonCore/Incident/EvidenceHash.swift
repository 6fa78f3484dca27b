import CordonLedger
import FoundationEssentials

extension Incident {
    /// SHA-256, in hexadecimal, of everything that a signer judges: all facts but the signatures,
    /// the restarts and what comes after them.
    ///
    /// The bytes are the JSON of ``Substance`` with sorted keys, so the same facts give the same
    /// hash on every machine.
    package var evidenceHash: String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        // Encoding can fail for a float that is not finite only, and there is none in here.
        guard let bytes = try? encoder.encode(Substance(self)) else {
            preconditionFailure("the substance of an incident is always representable")
        }
        return Hex.sha256(bytes)
    }

    /// Whether a signer of `other` would have judged the same.
    func hasSameEvidence(as other: Incident) -> Bool { Substance(self) == Substance(other) }

    private struct Substance: Encodable, Equatable {
        let report: Report
        let workflow: String?
        let times: [Stated<TimeStatement>]
        let triage: Stated<Triage>?
        let assessments: [Stated<Assessment>]
        let classification: Stated<Classification>?
        let potential: Stated<Int>?
        let declaredLevel: Int?
        let containments: [ContainmentReference]
        let fallback: Stated<FallbackNote>?
        let evidence: [Stated<EvidenceItem>]
        let gaps: [Stated<EvidenceGap>]
        let impact: Stated<Impact>?
        let affected: [AffectedRecord]
        let obligations: [Stated<Obligation>]
        let lookbacks: [Lookback]
        let cause: Stated<Cause>?
        let actions: [Action]
        let cases: [Stated<EvaluationCase>]
        let runs: [Stated<EvaluationRun>]
        let skips: [String: Stated<String>]
        let trips: [Stated<String>]

        init(_ incident: Incident) {
            report = incident.report
            workflow = incident.workflow
            times = incident.times
            triage = incident.triage
            assessments = incident.assessments
            classification = incident.classification
            potential = incident.potential
            declaredLevel = incident.declaredLevel
            containments = incident.containments
            fallback = incident.fallback
            evidence = incident.evidence
            gaps = incident.gaps
            impact = incident.impact
            affected = incident.affected
            obligations = incident.obligations
            lookbacks = incident.lookbacks
            cause = incident.cause
            actions = incident.actions
            cases = incident.cases
            runs = incident.runs
            skips = Dictionary(uniqueKeysWithValues: incident.skips.map { ("\($0.key)", $0.value) })
            trips = incident.trips
        }
    }
}
