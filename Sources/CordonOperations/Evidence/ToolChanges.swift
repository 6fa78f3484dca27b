package import CordonCore

/// What a changed definition of a tool brings about.
extension Operations {
    /// The tools of which a workflow has seen other definitions only.
    ///
    /// - Throws: a refusal while it is not known yet what the workflow has seen.
    package func changedTools(
        _ workflow: String, _ pins: [ToolPin]
    ) throws(Refusal) -> [ToolChange] {
        guard let changes = recorder.withCatalogue({ $0.changed(workflow, pins) }) else {
            throw Refusal(.overloaded, "Cordon is starting: try again in a moment.")
        }
        return changes
    }

    /// Stops a workflow because tools that it may use are no longer what people agreed to.
    ///
    /// Durable before the changed list is given on, and once only: a list that comes again finds
    /// the stop in force.
    package func stop(_ key: String, because changes: [ToolChange]) async throws {
        try await perform(.cordon("gateway"), holding: [key]) { work in
            guard try work.workflow(key).retiredReason == nil else { return }
            _ = try work.stop(
                key, scope: .whole, related: false, reason: ToolChange.reason(changes),
                incident: nil)
        }
    }
}
