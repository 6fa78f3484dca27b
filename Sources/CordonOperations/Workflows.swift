package import CordonCore
import CordonStore

/// Registry: what the company says of a workflow, and whether it may run in production.
extension Work {
    package func registerWorkflow(_ key: String, _ profile: WorkflowProfile) throws -> Workflow {
        try need(.registerWorkflows)
        guard try transaction.workflow(key) == nil else {
            throw Refusal(.wrongState, "There is a workflow \(key) already.")
        }
        let events = try Workflow.register(
            key: key, profile: profile, policy: try policy().policy)
        guard let first = events.first, let workflow = Workflow(first: first, at: now) else {
            throw Refusal(.internalFault, "The registration has no first event.")
        }
        let revision = try journal(first, stream: "workflow/\(key)")
        try keep(workflow, revision: revision)
        return workflow
    }

    /// Changes a workflow's description, if nobody else has changed it since `version`.
    package func amendWorkflow(
        _ key: String, version: Int?, _ change: (inout WorkflowProfile) throws -> Void
    ) throws -> Workflow {
        let workflow = try workflowToAmend(key)
        try match(version, workflow.version)
        var profile = workflow.profile
        try change(&profile)
        return try record(workflow.amend(to: profile, policy: try policy().policy), on: workflow)
    }

    package func rehearseFallback(_ key: String, on day: Instant) throws -> Workflow {
        let workflow = try workflowToAmend(key)
        return try record(workflow.rehearse(on: day, at: now), on: workflow)
    }

    /// Marks the workflow `production`; with an override, an executive answers for the gaps.
    package func enterProduction(
        _ key: String, override: (reason: String, expiresAt: Instant)?
    ) throws -> Workflow {
        let policy = try policy().policy
        let workflow = try workflow(key)
        let owners = try owners(of: key, workflow.profile)
        if let override {
            try need(.overrideReadiness)
            return try record(
                workflow.overrideReadiness(
                    reason: override.reason, expiresAt: override.expiresAt, by: caller.actor,
                    policy: policy, owners: owners, at: now), on: workflow)
        }
        try mayAmend(workflow)
        return try record(workflow.enterProduction(policy: policy, owners: owners), on: workflow)
    }

    package func retireWorkflow(_ key: String, reason: String) throws -> Workflow {
        let workflow = try workflowToAmend(key)
        return try record(workflow.retire(reason: reason), on: workflow)
    }

    package func workflowNamed(_ key: String) throws -> Workflow { try workflow(key) }

    /// Workflows in the order of their keys, after `key`; what is `nil` does not narrow them.
    ///
    /// The run stands in the key, in the name or in the owner's login.
    package func workflows(
        after key: String, in states: Set<Workflow.State>? = nil, holding run: PlainRun? = nil,
        limit: Int
    ) throws -> [Workflow] {
        if let bound = caller.workflow {
            return try key < bound ? [workflow(bound)] : []
        }
        return try transaction.workflows(after: key, in: states, holding: run, limit: limit)
    }

    /// What became of workflows that were stopped at some time or run under an override, by their
    /// keys.
    package func workflowsTelling(after key: String, limit: Int) throws -> [WorkflowOutcome] {
        try mayTouch(nil)
        return try transaction.workflowsTelling(after: key, limit: limit)
    }

    package func gaps(of workflow: Workflow) throws -> [Readiness] {
        workflow.gaps(
            try policy().policy, owners: try owners(of: workflow.key, workflow.profile))
    }

    func match(_ asked: Int?, _ version: Int) throws(Refusal) {
        guard let asked, asked != version else { return }
        throw Refusal(
            .versionConflict,
            "Somebody has changed it since you read it (version \(asked), now \(version)): read it "
                + "again, then send your change.")
    }

    /// - Throws: unless the caller keeps the register, or owns this workflow.
    private func mayAmend(_ workflow: Workflow) throws(Refusal) {
        try need(.amendWorkflows)
        let actor = caller.actor
        guard
            actor.holds(.owner, for: workflow.context) || actor.holds(.governance)
                || actor.holds(.administrator)
        else {
            throw Refusal(.notPermitted, "Only its owner or governance may change \(workflow.key).")
        }
    }

    func workflowToAmend(_ key: String) throws -> Workflow {
        let workflow = try workflow(key)
        try mayAmend(workflow)
        return workflow
    }
}
