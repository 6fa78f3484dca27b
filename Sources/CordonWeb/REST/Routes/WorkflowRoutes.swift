import CordonAPI
import CordonCore
import CordonOperations

/// The register of workflows, and their stops.
enum WorkflowRoutes {
    static let all: [Route] =
        [list, show, register, amend, production, rehearsal, stopTest, retire]
        + [stop, confirm]

    private static let tag = "Workflows"

    private static let list = Route.ask(
        "/workflows", "listWorkflows", tag, "All workflows with their states.", .readWorkflows,
        command: "workflow list", query: Parameters.page, WorkflowListView.self
    ) { work, exchange in
        let limit = try exchange.limit()
        let found = try work.workflows(after: exchange.query["after"] ?? "", limit: limit + 1)
        let items = try found.prefix(limit).map { try view(work, $0) }
        return WorkflowListView(
            items: items, next: found.count > limit ? items.last?.key : nil)
    }

    private static let show = Route.ask(
        "/workflows/{key}", "showWorkflow", tag, "One workflow with its readiness and its stops.",
        .readWorkflows, command: "workflow show", problems: [.notFound], WorkflowView.self
    ) { work, exchange in
        try view(work, try work.workflowNamed(try exchange.parameter("key")))
    }

    private static let register = Route.change(
        "POST", "/workflows", "registerWorkflow", tag, "Register a workflow.", .registerWorkflows,
        command: "workflow register", status: 201, problems: [.wrongState], WorkflowRequest.self,
        WorkflowView.self
    ) { work, input, _ in
        try view(work, try work.registerWorkflow(input.key, input.profile))
    }

    private static let amend = Route.change(
        "PATCH", "/workflows/{key}", "amendWorkflow", tag,
        "Change a workflow's description; what is absent stays.", .amendWorkflows,
        command: "workflow amend",
        problems: [.notFound, .versionConflict, .preconditionRequired, .wrongState],
        WorkflowPatch.self, WorkflowView.self
    ) { work, input, exchange in
        let version = try exchange.ifMatch()
        let key = try exchange.parameter("key")
        return try view(
            work, try work.amendWorkflow(key, version: version) { input.apply(to: &$0) })
    }

    private static let production = Route.change(
        "POST", "/workflows/{key}/production", "enterProduction", tag,
        "Mark it production-ready; refused with every gap, unless an executive overrides.",
        .readWorkflows, command: "workflow production", optionalBody: true,
        problems: [.notFound, .notProductionReady, .notPermitted, .wrongState],
        ProductionRequest.self, WorkflowView.self
    ) { work, input, exchange in
        let override = try input.override.map {
            (reason: $0.reason, expiresAt: try Read.time($0.expiresAt, "/override/expires_at"))
        }
        return try view(
            work, try work.enterProduction(try exchange.parameter("key"), override: override))
    }

    private static let rehearsal = Route.change(
        "POST", "/workflows/{key}/rehearsals", "rehearseFallback", tag,
        "Record when the fallback was rehearsed.", .amendWorkflows, command: "workflow rehearse",
        problems: [.notFound, .wrongState], RehearsalRequest.self, WorkflowView.self
    ) { work, input, exchange in
        let day = try Read.time(input.on, "/on")
        return try view(work, try work.rehearseFallback(try exchange.parameter("key"), on: day))
    }

    private static let stopTest = Route(
        method: "POST", path: Paths.root + "/workflows/{key}/stop-tests", operationID: "testStop",
        tag: tag,
        summary: "Try the stop: everything is refused until what is connected has met it.",
        permission: .amendWorkflows, command: "workflow test-stop",
        body: .json(StopTestRequest.self, optional: true),
        answers: [
            .init(
                status: 200, mediaType: "application/json", type: WorkflowView.self,
                description: "The workflow; `stop_test` says what was found where.")
        ], problems: [.notFound, .wrongState, .notPermitted]
    ) { exchange in
        let input = try exchange.read(StopTestRequest.self)
        let outcome = try await exchange.operations.testStop(
            try exchange.parameter("key"), exchange.asCaller, seconds: input.seconds ?? 30,
            statement: input.proof, inProduction: input.inProduction ?? false)
        return try await exchange.operations.ask(exchange.asCaller) { work in
            var shown = try view(work, outcome.workflow)
            shown.stopTest = StopTestView(outcome)
            return try .json(shown)
        }
    }

    private static let retire = Route.change(
        "POST", "/workflows/{key}/retire", "retireWorkflow", tag, "Retire a workflow for good.",
        .amendWorkflows, command: "workflow retire", problems: [.notFound, .wrongState],
        ReasonRequest.self, WorkflowView.self
    ) { work, input, exchange in
        try view(
            work, try work.retireWorkflow(try exchange.parameter("key"), reason: input.reason))
    }

    private static let stop = Route.change(
        "POST", "/workflows/{key}/stop", "stopWorkflow", tag,
        "Stop a workflow now; anyone who is signed in may.", .stop, command: "stop", status: 201,
        problems: [.notFound, .wrongState], StopRequest.self, StopView.self,
        holding: { exchange, input in
            let key = try exchange.parameter("key")
            guard input.scope?.related == true else { return [key] }
            return try await exchange.operations.withRelated(key)
        }
    ) { work, input, exchange in
        let scope = try input.scope.map(Read.scope) ?? .whole
        let outcome = try work.stop(
            try exchange.parameter("key"), scope: scope, related: input.scope?.related ?? false,
            reason: input.reason, incident: input.incident)
        return StopView(outcome)
    }

    private static let confirm = Route.change(
        "POST", "/workflows/{key}/containments/{id}/targets/{name}", "confirmTarget", tag,
        "Confirm by name that a manual target is stopped.", .confirmContainment,
        command: "workflow confirm", problems: [.notFound, .wrongState], ConfirmationRequest.self,
        ContainmentView.self
    ) { work, input, exchange in
        let key = try exchange.parameter("key")
        let outcome = try work.confirmTarget(
            key, containment: try exchange.parameter("id"),
            target: try exchange.parameter("name"), proof: input.proof)
        return ContainmentView(outcome.containment, key)
    }

    private static func view(_ work: Work, _ workflow: Workflow) throws -> WorkflowView {
        WorkflowView(
            workflow, gaps: try work.gaps(of: workflow), policy: try work.policy().policy)
    }
}

extension StopView {
    init(_ outcome: StopOutcome) {
        self.init(
            containment: ContainmentView(outcome.containment, outcome.workflow.key),
            related: outcome.related.map { ContainmentView($0.containment, $0.workflow.key) },
            incident: outcome.sequence.incident.number,
            fallback: outcome.workflow.profile.fallback.map(FallbackBody.init))
    }
}

/// Parameters that several routes read.
enum Parameters {
    static let page: [ParameterDescription] = [
        ParameterDescription(
            "limit", in: .query, schema: .integer(minimum: 1, maximum: 200),
            description: "How many items, 25 when absent."),
        ParameterDescription(
            "after", in: .query, schema: .string(maxLength: 200),
            description: "The `next` of the page before."),
    ]
}
