import CordonAPI
import CordonCore
import CordonOperations
import HTTPTypes

/// Changing what is said of a workflow, without losing what somebody else says meanwhile.
enum WorkflowEditPages {
    static let all: [Page] = [form, edit]

    private static let path = "/workflows/{key}/edit"

    private static let form = Page(.get, path, .amendWorkflows) { visit in
        try await editPage(visit, nil)
    }

    /// What one snapshot says of the workflow and the policy.
    private struct Snapshot: Sendable {
        let workflow: Workflow
        let retention: [Policy.RetentionClass]
        let levels: [Policy.Level]
    }

    private static func snapshot(_ visit: Visit) async throws -> Snapshot {
        let key = try visit.parameter("key")
        return try await visit.exchange.operations.ask(visit.exchange.asCaller) { work in
            let policy = try work.policy().policy
            return Snapshot(
                workflow: try work.workflowNamed(key), retention: policy.retention,
                levels: policy.levels)
        }
    }

    private static func editPage(
        _ visit: Visit, _ returned: ReturnedForm?
    ) async throws -> Answer {
        let known = try await snapshot(visit)
        let current = WorkflowForm(known.workflow.profile)
        // A form that came back may ask about some parts only: the others are as they stand.
        let whole = returned.map { returned in
            let sent = WorkflowForm(returned.fields)
            return ReturnedForm(
                id: returned.id, fields: sent.completed(by: current).fields,
                faults: sent.placed(returned.faults))
        }
        return visit.page(
            EditWorkflowPage(
                key: known.workflow.key, name: known.workflow.profile.name,
                version: known.workflow.version, current: current, retention: known.retention,
                levels: known.levels, returned: whole))
    }

    private static let edit = Page(.post, path, .amendWorkflows) { visit in
        let sent = WorkflowForm(try visit.checkedForm())
        let key = try visit.parameter("key")
        guard sent.undecided.isEmpty else {
            return try await mergePage(visit, sent, isAsking: true)
        }
        let form = sent.decided
        return try await visit.orAgain(
            EditWorkflowPage.formID, form.fields, { try await editPage($0, $1) }
        ) {
            do {
                try await amend(visit, key, form, Int(form.fields["version"] ?? ""))
            } catch let refusal as Refusal where refusal.kind == .versionConflict {
                return try await settled(visit, form)
            }
            return .redirect(PagePaths.workflow(key))
        }
    }

    /// Saves what came second, if only the workflow's state has changed meanwhile; where its
    /// description has, both are shown.
    private static func settled(_ visit: Visit, _ form: WorkflowForm) async throws -> Answer {
        let workflow = try await snapshot(visit).workflow
        let current = WorkflowForm(workflow.profile)
        let isSame = form.parts.allSatisfy {
            current.digest($0) == form.fields[WorkflowForm.base($0)]
        }
        guard isSame else { return try await mergePage(visit, form, isAsking: false) }
        try await amend(visit, workflow.key, form, workflow.version)
        return .redirect(PagePaths.workflow(workflow.key))
    }

    /// Changes the parts that are not what they were when the form was shown, and no others.
    ///
    /// As the operation `amendWorkflow` does it, but that a list may be emptied as well, which a
    /// field without a word does not say by itself.
    private static func amend(
        _ visit: Visit, _ key: String, _ form: WorkflowForm, _ version: Int?
    ) async throws {
        let changed = form.changed
        if changed.isEmpty { return }
        guard let version else {
            throw Refusal(.versionConflict, "The form does not say what it was made of.")
        }
        let emptied = changed.filter { form.part($0).isEmpty }
        try mayBeEmptied(emptied)
        var patch = try visit.input(
            WorkflowPatch.self, of: "amendWorkflow", form.only(changed).asOperation)
        for part in emptied { patch.empty(part) }
        let wanted = patch
        try await visit.exchange.operations.perform(visit.exchange.asCaller) { work in
            _ = try work.amendWorkflow(key, version: version) { profile in
                let before = profile.authority
                wanted.apply(to: &profile)
                if wanted.authority != nil {
                    profile.authority = profile.authority?.keepingTerms(of: before)
                }
            }
        }
    }

    private static func mayBeEmptied(_ parts: [WorkflowPart]) throws(Refusal) {
        let kept = parts.filter { !$0.mayBeEmptied }
        guard kept.isEmpty else {
            throw Refusal(
                .invalidInput, "What was written here once may be changed, but not left empty.",
                blockers: kept.map {
                    Blocker("empty", "must not be left empty", pointer: "/" + $0.firstField)
                })
        }
    }

    /// Both versions side by side; with nothing left to choose, the workflow as it is.
    private static func mergePage(
        _ visit: Visit, _ sent: WorkflowForm, isAsking: Bool
    ) async throws -> Answer {
        let workflow = try await snapshot(visit).workflow
        let page = MergeWorkflowPage(
            key: workflow.key, name: workflow.profile.name, version: workflow.version,
            theirs: WorkflowForm(workflow.profile), yours: sent, isAsking: isAsking)
        guard page.differences.contains(where: { $0.changedBy != .theirs }) else {
            return .redirect(PagePaths.workflow(workflow.key))
        }
        return visit.page(page, status: 409)
    }
}
