/// What a review takes from one incident: what failed, what is left to do, and what was stopped.
package struct IncidentOutcome: Equatable, Sendable {
    package let number: String
    package let kind: Kind
    package let workflow: String?
    package let reportedAt: Instant
    package let closedAt: Instant?
    /// The key of the class of its cause, once that is known.
    package let failureClass: String?
    package let controls: [Cause.ControlFinding]
    package let actions: [Action]
    package let containments: [Incident.ContainmentReference]
    /// When it was first restarted.
    package let restartedAt: Instant?

    package init(
        number: String, kind: Kind, workflow: String?, reportedAt: Instant, closedAt: Instant?,
        failureClass: String?, controls: [Cause.ControlFinding], actions: [Action],
        containments: [Incident.ContainmentReference], restartedAt: Instant?
    ) {
        self.number = number
        self.kind = kind
        self.workflow = workflow
        self.reportedAt = reportedAt
        self.closedAt = closedAt
        self.failureClass = failureClass
        self.controls = controls
        self.actions = actions
        self.containments = containments
        self.restartedAt = restartedAt
    }

    /// The keys of the controls that did not do their work.
    package var faulted: [String] { controls.faulted }
}
