import CordonAPI
import CordonCore
import CordonOperations
import FoundationEssentials

/// Look back, cause, actions and evaluation.
enum InvestigationRoutes {
    static let all: [Route] = [lookback, finding, conclusion, cause, action, done, evaluation]

    private static let tag = "Response"

    private static let lookback = ResponseRoutes.act(
        "lookbacks", "openLookback", "Look back over the workflow's earlier outputs.", .respond,
        command: "incident lookback", LookbackRequest.self
    ) { work, sequence, input, _ in
        try sequence.open(
            Lookback(
                id: work.newID(), from: try Read.time(input.from, "/from"),
                to: try Read.time(input.to, "/to"), population: input.population,
                populationCount: input.populationCount,
                method: try Read.same(input.method, Lookback.Method.self),
                sampleSize: input.sampleSize, sampleSeed: input.sampleSeed,
                shorterBecause: input.shorterBecause), at: work.now)
    }

    private static let finding = ResponseRoutes.act(
        "lookbacks/{id}/findings", "addFinding", "Add what was found, with a verdict.", .respond,
        command: "incident finding", FindingRequest.self
    ) { work, sequence, input, exchange in
        try sequence.add(
            Lookback.Finding(
                id: work.newID(), reference: input.reference,
                description: input.description ?? "",
                verdict: try Read.same(input.verdict, Lookback.Verdict.self)),
            to: try exchange.parameter("id"), affectedID: work.newID())
    }

    private static let conclusion = ResponseRoutes.act(
        "lookbacks/{id}/conclusion", "concludeLookback", "Conclude a look back.", .respond,
        command: "incident conclude", ConclusionRequest.self
    ) { work, sequence, input, exchange in
        try sequence.conclude(
            lookback: try exchange.parameter("id"), examined: input.examined,
            text: input.conclusion, by: work.caller.actor.person, at: work.now)
    }

    private static let cause = ResponseRoutes.act(
        "cause", "recordCause", "Record the cause and the control that failed.", .respond,
        command: "incident cause", CauseRequest.self
    ) { _, sequence, input, _ in
        try sequence.find(
            Cause(
                failureClass: input.failureClass, contributing: input.contributing ?? [],
                description: input.description,
                controls: try input.controls.map {
                    Cause.ControlFinding(
                        control: $0.control,
                        state: try Read.same($0.state, Cause.ControlFinding.State.self),
                        note: $0.note ?? "")
                }, changedBefore: input.changedBefore, reproduction: input.reproduction,
                confidence: try Read.same(input.confidence, Cause.Confidence.self),
                considered: input.considered ?? [:]))
    }

    private static let action = ResponseRoutes.act(
        "actions", "addAction", "Name something that is put right, by whom and by when.", .respond,
        command: "incident action", ActionRequest.self
    ) { work, sequence, input, _ in
        try sequence.add(
            Action(
                id: work.newID(), title: input.title,
                kind: try Read.same(input.kind, Action.Kind.self), control: input.control,
                owner: input.owner, dueAt: try Read.time(input.dueAt, "/due_at"),
                beforeRestart: input.beforeRestart ?? true))
    }

    private static let done = ResponseRoutes.act(
        "actions/{id}/done", "finishAction", "Say that an action was carried out.", .respond,
        command: "incident done", DoneRequest.self
    ) { _, sequence, input, exchange in
        try sequence.finish(action: try exchange.parameter("id"), evidence: input.evidence)
    }

    /// Bytes of one evaluation report: 8 MiB.
    static let reportLimit = 8 << 20

    private static let evaluation = Route(
        method: "POST", path: Paths.root + "/incidents/{number}/evaluations",
        operationID: "recordEvaluation", tag: tag,
        summary: "Add evaluation cases and the results of a run, as JSON or JUnit.",
        permission: .respond, command: "incident evaluate",
        parameters: [
            ParameterDescription(
                "version", in: .query, schema: .string(maxLength: 200),
                description: "For JUnit: the version that was evaluated."),
            ParameterDescription(
                "subject", in: .query, schema: .oneOf(["failed", "fixed"]),
                description: "For JUnit: the version that failed, or the fixed one."),
        ],
        body: .either(
            EvaluationRequest.self, others: ["application/xml", "text/xml"], limit: reportLimit),
        answers: [
            .init(
                status: 201, mediaType: "application/json", type: IncidentView.self,
                description: "The incident with the run.")
        ], problems: [.notFound, .wrongState, .idempotencyMismatch]
    ) { exchange in
        let (cases, run) = try Evaluation.received(exchange)
        let holding = try await exchange.operations.ask(exchange.asCaller) { work in
            try work.sequence(try exchange.parameter("number")).incident.workflow
        }
        return try await Route.once(exchange, holding: holding.map { [$0] } ?? []) { work in
            try .json(
                IncidentView(
                    try work.evaluate(try exchange.parameter("number"), cases: cases, run: run)),
                status: 201)
        }
    }
}

/// An evaluation as it came, JSON or JUnit.
private enum Evaluation {
    static func received(
        _ exchange: Exchange
    ) throws -> (cases: [EvaluationCase], run: EvaluationRun?) {
        let id = exchange.operations.outside.newID()
        guard exchange.isJSON else {
            guard let version = exchange.query["version"], !version.isEmpty, version.count <= 200,
                let subject = try exchange.choice("subject", EvaluationRun.Subject.self)
            else {
                throw Refusal(
                    .invalidInput, "A JUnit report needs ?version= and ?subject=failed or fixed.",
                    blockers: [Blocker("version", "version and subject", pointer: "/version")])
            }
            let results = try JUnit.results(exchange.body)
            return ([], EvaluationRun(id: id, version: version, subject: subject, results: results))
        }
        let input = try exchange.read(EvaluationRequest.self)
        let cases = (input.cases ?? []).map {
            EvaluationCase(key: $0.key, description: $0.description)
        }
        guard let results = input.results else {
            if cases.isEmpty { throw missing("/results", "Send cases, or results, or both.") }
            return (cases, nil)
        }
        guard let version = input.version, let subject = input.subject else {
            throw missing("/version", "Results need the version and the subject: failed or fixed.")
        }
        let run = EvaluationRun(
            id: id, version: version, subject: try Read.same(subject, EvaluationRun.Subject.self),
            results: results.map {
                let runs = $0.runs ?? 1
                return EvaluationRun.Result(
                    key: $0.key, runs: runs, passes: $0.passes ?? ($0.passed ? runs : 0))
            })
        return (cases, run)
    }

    private static func missing(_ pointer: String, _ detail: String) -> Refusal {
        Refusal(.invalidInput, detail, blockers: [Blocker("missing", detail, pointer: pointer)])
    }
}
