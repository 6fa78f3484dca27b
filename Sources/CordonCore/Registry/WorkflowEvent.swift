/// Everything that can happen to a workflow.
///
/// Case names are stored: they are never renamed.
package enum WorkflowEvent: Codable, Equatable, Sendable {
    case registered(key: String, profile: WorkflowProfile)
    case amended(profile: WorkflowProfile)
    case fallbackRehearsed(on: Instant)
    case stopTestBegan(StopTest)
    /// Everything that is connected met the stop.
    case stopTested(proof: String)
    /// It ended without that proof.
    case stopTestEnded(finding: String)
    case enteredProduction
    case readinessOverridden(Workflow.ReadinessOverride)
    case overrideLapsed(gaps: [Readiness])
    case stopped(Containment)
    case targetConfirmed(containment: String, target: String, Containment.Confirmation)
    case contained(containment: String)
    case restarted(incident: String, watch: Watch?)
    case watchEnded(incident: String)
    case retired(reason: String)
}

/// The time after a restart in which the workflow stops itself again when a condition trips.
package struct Watch: Codable, Equatable, Sendable {
    package let incident: String
    package let until: Instant
    package let conditions: [Condition]

    package init(incident: String, until: Instant, conditions: [Condition]) {
        self.incident = incident
        self.until = until
        self.conditions = conditions
    }

    package struct Condition: Codable, Equatable, Sendable {
        package let kind: Kind
        /// How many within the watch window trip it, at least 1.
        package let threshold: Int

        package init(_ kind: Kind, threshold: Int = 1) {
            self.kind = kind
            self.threshold = threshold
        }
    }

    package enum Kind: String, Codable, CaseIterable, Sendable {
        case newReport = "new_report"
        case evaluationFailed = "evaluation_failed"
        case deniedAction = "denied_action"
    }
}
