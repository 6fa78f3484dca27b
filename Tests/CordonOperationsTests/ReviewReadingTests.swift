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
            let (told, whole) = try await cordon.operations.ask(reader) { work in
                let start = Instant(milliseconds: 0)
                let told = try work.incidentsTelling(from: start, to: until, limit: 100)
                let reported = try work.incidentsReported(from: start, to: until, limit: 100)
                return (told, reported)
            }
            let telling = whole.filter {
                $0.incident.cause != nil || !$0.incident.actions.isEmpty
                    || !$0.incident.containments.isEmpty
            }
            #expect(!telling.isEmpty)
            #expect(told.map(\.outcome) == telling.map(IncidentOutcome.init))
            let stopped = try #require(telling.first { !$0.incident.containments.isEmpty })
            let found = told.first { $0.outcome.number == stopped.incident.number }
            #expect(found?.stops == stopped.workflow?.containments)
        }
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
