/// What a review takes from one workflow: its stops, and whether it runs under an override.
package struct WorkflowOutcome: Equatable, Sendable {
    package let key: String
    package let name: String
    package let containments: [Containment]
    package let override: Workflow.ReadinessOverride?

    package init(
        key: String, name: String, containments: [Containment],
        override: Workflow.ReadinessOverride?
    ) {
        self.key = key
        self.name = name
        self.containments = containments
        self.override = override
    }
}
