import CordonCore
import CordonOperations
import CordonTesting
import Testing

/// Whose stop belongs to which incident, and what a token may do beside its person.
struct JoinedStopTests {
    private struct House {
        let cordon: TestCordon
        let admin: Caller
        let ana: Caller
        let bob: Caller

        var operations: Operations { cordon.operations }

        static func open() async throws -> House {
            let cordon = try await Operations.forTesting()
            let admin = try await cordon.account("adam", RoleGrant(.governance))
            let house = House(
                cordon: cordon, admin: admin,
                ana: try await cordon.account("ana", RoleGrant(.reporter)),
                bob: try await cordon.account("bob", RoleGrant(.reporter)))
            for key in ["summaries", "invoices"] {
                _ = try await cordon.operations.perform(admin) { work in
                    try work.registerWorkflow(key, WorkflowProfile(name: key, function: "sales"))
                }
            }
            // Leases of a run before this one are over.
            cordon.clock.advance(milliseconds: 1_500)
            return house
        }

        func stop(
            _ key: String, by caller: Caller, reason: String, incident: String? = nil
        ) async throws -> StopOutcome {
            try await operations.perform(caller, holding: [key]) {
                try $0.stop(
                    key, scope: .whole, related: false, reason: reason, incident: incident)
            }
        }
    }

    @Test func theSameStopTwiceIsOneStop() async throws {
        let house = try await House.open()
        let first = try await house.stop("summaries", by: house.ana, reason: "Wrong.")
        let again = try await house.stop("summaries", by: house.ana, reason: "Wrong.")
        #expect(first.containment == again.containment)
    }

    @Test func anotherPersonsStopIsKeptWithNameAndReason() async throws {
        let house = try await House.open()
        let first = try await house.stop("summaries", by: house.ana, reason: "A typo.")
        let second = try await house.stop("summaries", by: house.bob, reason: "Salaries leaked.")
        #expect(second.sequence.incident.number == first.sequence.incident.number)
        #expect(second.workflow.containmentsInForce.map(\.requestedBy.name) == ["ana", "bob"])
        #expect(second.containment.reason == "Salaries leaked.")
        #expect(second.sequence.incident.containments.count == 2)
    }

    @Test func aStopDoesNotHideInTheIncidentOfAnotherWorkflow() async throws {
        let house = try await House.open()
        let foreign = try await house.stop("invoices", by: house.ana, reason: "Wrong.")
        let number = foreign.sequence.incident.number
        let stop = try await house.stop(
            "summaries", by: house.ana, reason: "Wrong.", incident: number)
        #expect(stop.sequence.incident.number != number)
        #expect(stop.sequence.incident.workflow == "summaries")
    }

    @Test func theReportersWordsAreNotTheGates() async throws {
        let house = try await House.open()
        let (sequence, _) = try await house.operations.perform(house.ana, holding: ["summaries"]) {
            try $0.report(
                ReportInput(
                    workflow: "summaries", what: "Jane's salary is in it.", leftCompany: .no,
                    stop: true))
        }
        guard case .stopped(let stop)? = house.operations.gate.decide("summaries")?.decision else {
            Issue.record("not stopped")
            return
        }
        #expect(stop.reason == "Stopped with the report \(sequence.incident.number).")
    }

    @Test func aTokenMakesNoStrongerToken() async throws {
        let house = try await House.open()
        let weak = Caller(
            house.admin.actor, cause: "test",
            permissions: house.admin.permissions.intersection(Scope.admin.permissions))
        await #expect(throws: Refusal.self) {
            _ = try await house.operations.perform(weak) {
                try $0.createToken(
                    name: "strong", scopes: [.all], workflow: nil, days: 1, secret: "s1")
            }
        }
        _ = try await house.operations.perform(weak) {
            try $0.createToken(
                name: "equal", scopes: [.admin], workflow: nil, days: 1, secret: "s2")
        }
    }

    @Test func aBoundTokenReachesNoOtherWorkflow() async throws {
        let house = try await House.open()
        let bound = Caller(
            house.ana.actor, cause: "test", permissions: house.ana.permissions,
            workflow: "summaries")
        let other = try await house.stop("invoices", by: house.ana, reason: "Wrong.")
        await #expect(throws: Refusal.self) {
            _ = try await house.stop("invoices", by: bound, reason: "Wrong.")
        }
        await #expect(throws: Refusal.self) {
            _ = try await house.operations.ask(bound) {
                try $0.sequence(other.sequence.incident.number)
            }
        }
        let seen = try await house.operations.ask(bound) { try $0.workflows(after: "", limit: 10) }
        #expect(seen.map(\.key) == ["summaries"])
        _ = try await house.stop("summaries", by: bound, reason: "Wrong.")
    }
}
