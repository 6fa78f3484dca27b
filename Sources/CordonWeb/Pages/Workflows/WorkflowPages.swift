import CordonAPI
import CordonCore
import CordonOperations
import HTTPTypes

/// The register's pages: all workflows, one of them, and what is done about it.
enum WorkflowPages {
    static let all: [Page] =
        [list, registerForm, register, show, overTime] + acts + WorkflowEditPages.all
        + StopPages.all

    private static let rowsAtMost = 50
    private static let incidentsAtMost = "10"
    private static let changesAtMost = 10

    // MARK: The register

    private static let list = Page(.get, PagePaths.workflows, .readWorkflows) { visit in
        let query = visit.exchange.query
        let words = query["q"] ?? ""
        let state = Workflow.State(rawValue: query["state"] ?? "")
        let after = query["after"] ?? ""
        let states: Set<Workflow.State> = state.map { [$0] } ?? Set(Workflow.State.allCases)
        let search = WorkflowSearch(words, in: states)
        let impeded = search.isOfImpeded ? visit.exchange.operations.gate.impeded : []
        let (rows, next) = try await visit.exchange.operations.ask(visit.exchange.asCaller) {
            work in
            let found = try search.found(work, after: after, limit: rowsAtMost, impeded: impeded)
            return (try found.items.map { try row(work, $0) }, found.next)
        }
        return visit.page(
            WorkflowListPage(
                words: words, state: state, rows: rows, next: next,
                mayRegister: visit.may(.registerWorkflows)))
    }

    private static func row(_ work: Work, _ workflow: Workflow) throws -> WorkflowListPage.Row {
        WorkflowListPage.Row(
            key: workflow.key, name: workflow.profile.name, state: workflow.state,
            owner: workflow.profile.owner, gaps: try work.gaps(of: workflow).count)
    }

    private static let registerForm = Page(
        .get, PagePaths.registerWorkflow, .registerWorkflows
    ) { visit in
        try await registerPage(visit, nil)
    }

    private static func registerPage(
        _ visit: Visit, _ returned: ReturnedForm?
    ) async throws -> Answer {
        let policy = try await visit.exchange.operations.ask(visit.exchange.asCaller) {
            try $0.policy().policy
        }
        return visit.page(
            RegisterWorkflowPage(
                retention: policy.retention, levels: policy.levels, returned: returned))
    }

    private static let register = Page(
        .post, PagePaths.registerWorkflow, .registerWorkflows
    ) { visit in
        let form = WorkflowForm(try visit.checkedForm())
        return try await visit.orAgain(
            RegisterWorkflowPage.formID, form.fields,
            { try await registerPage($0, $1.placed(by: form)) }
        ) {
            let answer = try await visit.perform("registerWorkflow", form.asOperation)
            return .redirect(PagePaths.workflow(try answer.decoded(as: WorkflowView.self).key))
        }
    }

    // MARK: One workflow

    /// What nobody has registered leads to its evidence, if it sent any: that is all of it.
    private static let show = Page(.get, "/workflows/{key}", .readWorkflows) { visit in
        do {
            return try await workflowPage(visit, nil)
        } catch let refusal as Refusal where refusal.kind == .notFound {
            guard visit.may(.readEvidence),
                let sent = try? await visit.view(WorkflowEvidenceView.self, "showCapture"),
                !sent.registered, sent.records > 0
            else { throw refusal }
            return .redirect(PagePaths.workflowEvidence(sent.workflow))
        }
    }

    /// What one snapshot says of a workflow.
    private struct Snapshot: Sendable {
        let workflow: Workflow
        let gaps: [Blocker]
        let retention: Policy.RetentionClass?
        let relatedNames: [String: String]
    }

    private static func workflowPage(
        _ visit: Visit, _ returned: ReturnedForm?
    ) async throws -> Answer {
        let exchange = visit.exchange
        let key = try visit.parameter("key")
        let known = try await exchange.operations.ask(exchange.asCaller) { work in
            let workflow = try work.workflowNamed(key)
            let policy = try work.policy().policy
            return Snapshot(
                workflow: workflow,
                gaps: Workflow.blockers(try work.gaps(of: workflow), policy),
                retention: workflow.profile.retention.flatMap { policy.retentionClass($0) },
                relatedNames: try work.workflowNames(workflow.profile.related))
        }
        let changes = try await visit.view(ChangeListView.self, "listChanges")
        let points = exchange.operations.points(of: key)
        return visit.page(
            WorkflowPage(
                workflow: known.workflow, gaps: known.gaps, retention: known.retention,
                relatedNames: known.relatedNames, points: points,
                connections: Connection.all(known.workflow, at: exchange.address),
                changes: changes.items.suffix(changesAtMost).reversed(),
                capture: try await visit.view(WorkflowEvidenceView.self, "showCapture"),
                incidents: try await incidents(visit, key),
                rights: rights(visit, known.workflow),
                stopTest: stopTest(exchange.query, known.workflow, points),
                now: exchange.operations.outside.now(), returned: returned))
    }

    private static let overTime = Page(
        .get, "/workflows/{key}/over-time", .readIncidents
    ) { visit in
        let exchange = visit.exchange
        let key = try visit.parameter("key")
        let last = Month(containing: exchange.operations.outside.now())
        let months = (1 - OverTimePage.monthsShown...0).map { last.advanced(by: $0) }
        let (name, counted) = try await exchange.operations.ask(exchange.asCaller) { work in
            let counted = try months.map { month in
                OverTimePage.Counted(
                    month: month,
                    kinds: try work.incidentTally(of: key, from: month.start, to: month.end))
            }
            return (try work.workflowNamed(key).profile.name, counted)
        }
        let from = last.advanced(by: 1 - OverTimePage.monthsShown).start.rfc3339
        let changes = try await visit.view(
            ChangeListView.self, "listChanges", query: ["from": from])
        return visit.page(
            OverTimePage(
                key: key, name: name, months: counted, changes: changes.items,
                isUnfinished: exchange.operations.outside.now() < last.end))
    }

    private static func incidents(
        _ visit: Visit, _ key: String
    ) async throws -> [IncidentSummaryView]? {
        guard visit.may(.readIncidents) else { return nil }
        return try await visit.view(
            IncidentListView.self, "listIncidents", [:],
            query: ["workflow": key, "limit": incidentsAtMost]
        ).items
    }

    private static func rights(_ visit: Visit, _ workflow: Workflow) -> WorkflowPage.Rights {
        let actor = visit.exchange.asCaller.actor
        let keeps =
            actor.holds(.owner, for: workflow.context) || actor.holds(.governance)
            || actor.holds(.administrator)
        return WorkflowPage.Rights(
            mayAmend: keeps && visit.may(.amendWorkflows),
            mayOverride: visit.may(.overrideReadiness), mayStop: visit.may(.stop),
            mayReport: visit.may(.report), mayPush: visit.may(.pushChanges),
            mayReadEvidence: visit.may(.readEvidence))
    }

    /// What the address says of a stop test that has just ended, as far as the workflow bears it
    /// out.
    private static func stopTest(
        _ query: [String: String], _ workflow: Workflow, _ points: [EnforcementPoint]
    ) -> WorkflowPage.StopTestNews? {
        switch query["tested"] {
        case "yes": return workflow.stopTestedAt == nil ? nil : .passed
        case "no":
            let known = Set(points.map(\.name) + workflow.profile.manualTargets.map(\.name))
            let named = (query["at"] ?? "").split(separator: "\n").map(String.init)
            return .failed(named.filter(known.contains))
        default: return nil
        }
    }

    // MARK: What is done about it

    private static let acts: [Page] = [
        act(.production, .readWorkflows, "enterProduction"),
        act(.rehearsal, .amendWorkflows, "rehearseFallback"),
        act(.retire, .amendWorkflows, "retireWorkflow"),
        act(.change, .pushChanges, "pushChange", leadsTo: "#changes"),
        Page.act(
            path(.stopTest), .amendWorkflows, form: WorkflowActs.Act.stopTest.formID,
            operation: "testStop",
            then: { visit, answer in
                let test = try answer.decoded(as: WorkflowView.self).stopTest
                return try outcome(test, of: try visit.parameter("key"))
            }, again: { try await workflowPage($0, $1) }),
    ]

    private static func path(_ act: WorkflowActs.Act) -> String {
        "/workflows/{key}/" + act.rawValue
    }

    private static func act(
        _ act: WorkflowActs.Act, _ permission: Permission, _ operation: String,
        leadsTo place: String = ""
    ) -> Page {
        Page.act(
            path(act), permission, form: act.formID, operation: operation,
            then: { visit, _ in PagePaths.workflow(try visit.parameter("key")) + place },
            again: { try await workflowPage($0, $1) })
    }

    /// The workflow's page with what the stop test has found.
    private static func outcome(_ test: StopTestView?, of key: String) throws -> String {
        let page = PagePaths.workflow(key)
        guard test?.passed != true else { return page + "?tested=yes" }
        let open = (test?.points ?? []).filter { $0.state == "not_seen" }.map(\.name)
        return page + "?tested=no&at=" + Paths.segment(open.joined(separator: "\n"))
    }
}

extension ReturnedForm {
    /// The same with each fault at the field of the form that it is about.
    func placed(by form: WorkflowForm) -> ReturnedForm {
        ReturnedForm(id: id, fields: fields, faults: form.placed(faults))
    }
}
