import CordonCore
import CordonOperations
import CordonTesting
import Testing

/// What a review reads out of the rows is what the incidents themselves say.
struct ReviewReadingTests {
    @Test(arguments: OperationsEngine.available)
    func whatIsTakenOutOfARowIsWhatTheIncidentSays(_ engine: OperationsEngine) async throws {
        try await engine.withCordon { cordon in
            try await Firm.play(on: cordon)
            let reader = try await cordon.account("audrey", RoleGrant(.auditor))
            let until = cordon.clock.now.adding(days: 1)
            let (told, whole, workflows) = try await cordon.operations.ask(reader) { work in
                let start = Instant(milliseconds: 0)
                let told = try work.incidentsTelling(from: start, to: until, limit: 100)
                let reported = try work.incidentsReported(from: start, to: until, limit: 100)
                return (told, reported, try work.workflowsTelling(after: "", limit: 100))
            }
            let telling = whole.filter {
                $0.incident.cause != nil || !$0.incident.actions.isEmpty
                    || !$0.incident.containments.isEmpty
            }
            #expect(!telling.isEmpty)
            #expect(told == telling.map(IncidentOutcome.init))
            let stopped = whole.filter { !$0.incident.containments.isEmpty }
                .compactMap(\.workflow)
            #expect(!stopped.isEmpty)
            for workflow in stopped {
                #expect(workflows.contains(WorkflowOutcome(workflow)))
            }
        }
    }

    @Test(arguments: OperationsEngine.available)
    func whatIsCountedIsWhatThereIs(_ engine: OperationsEngine) async throws {
        try await engine.withCordon { cordon in
            try await Firm.play(on: cordon)
            let reader = try await cordon.account("audrey", RoleGrant(.auditor))
            let now = cordon.clock.now
            let (all, whole, before) = try await cordon.operations.ask(reader) { work in
                let start = Instant(milliseconds: 0)
                let end = now.adding(days: 1)
                return (
                    try work.incidentTally(from: start, to: end),
                    try work.incidents(IncidentList(), before: nil, limit: 1_000),
                    try work.incidentTally(from: start, to: start.adding(days: 1))
                )
            }
            #expect(!whole.isEmpty && before.isEmpty)
            let counted = Dictionary(grouping: whole) { "\($0.kind.rawValue) \($0.level)" }
                .mapValues(\.count)
            let told = all.map { ("\($0.kind.rawValue) \($0.level)", $0.count) }
            #expect(Dictionary(uniqueKeysWithValues: told) == counted)
        }
    }
}

extension WorkflowOutcome {
    /// The same from the whole workflow.
    fileprivate init(_ workflow: Workflow) {
        self.init(
            key: workflow.key, name: workflow.profile.name, containments: workflow.containments,
            override: workflow.override)
    }
}

extension IncidentOutcome {
    /// The same from the whole incident.
    fileprivate init(_ sequence: ResponseSequence) {
        let incident = sequence.incident
        self.init(
            number: incident.number, kind: sequence.kind, workflow: incident.workflow,
            reportedAt: incident.reportedAt, closedAt: incident.closedAt,
            failureClass: incident.cause?.value.failureClass,
            controls: incident.cause?.value.controls ?? [], actions: incident.actions,
            containments: incident.containments, restartedAt: incident.restarts.first?.at)
    }
}
