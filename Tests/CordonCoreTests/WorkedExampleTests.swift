import CordonCore
import Testing

/// The playbook's worked example from the report to the closed file.
@Suite struct WorkedExampleTests {
    @Test func theNearMissOfTheMonthlySummariesIsPlayedToItsEnd() throws {
        var play = Playthrough(by: Firm.reviewer)
        #expect(play.incident.state == .reported)
        #expect(play.sequence.isProvisional)
        #expect(play.sequence.level == 3)

        try play.stop(by: Firm.reviewer)
        #expect(play.workflow?.state == .stopped)
        #expect(play.incident.holds.first?.workflow == Firm.key)

        let declared = play.now
        try play.act {
            try $0.triage(
                as: .nearMiss, reason: "Caught before sending.", workflow: nil, at: declared)
        }
        let answers: [Int: Answer] = [1: .no, 2: .yes, 3: .no, 4: .no, 5: .yes, 6: .yes, 7: .no]
        try play.act { try $0.assess(Assessment(answers: answers)) }
        #expect(!play.sequence.isProvisional)
        #expect(play.sequence.level == 2)
        #expect(play.sequence.kind == .nearMiss)
        #expect(play.sequence.nextStep?.step.key == "report")

        try play.investigate()
        #expect(play.sequence.nextStep?.step.key == "restart")
        #expect(play.sequence.fileComplete == 6)
        refused(.restartBlocked) { try play.restart() }
        try play.sign(as: .owner, Firm.owner)
        refused(.restartBlocked) { try play.restart() }
        try play.sign(as: .functionalLeader, Firm.leader)
        try play.restart()
        #expect(play.workflow?.state == .watch)
        #expect(play.incident.state == .watch)
        #expect(play.sequence.nextStep?.step.key == "watch")

        let until = try #require(play.workflow?.watch?.until)
        play.now = until
        try play.act(.cordon) { $0.endWatch(at: until) }
        play.take(play.workflow?.endWatch(at: until) ?? [])
        #expect(play.workflow?.state == .running)
        refused(.fileIncomplete) { try play.act { try $0.close() } }
        try play.act {
            try $0.review(
                controlChange: "Retrieval by account.",
                updates: [
                    .init(.evaluationCase, "Cross-customer names."),
                    .init(.policy, "A permission test after every system change."),
                ], recurrence: [], at: until)
        }
        #expect(play.sequence.fileComplete == 8)
        #expect(play.sequence.file.map(\.number) == Array(1...8))
        try play.act { try $0.close() }
        #expect(play.incident.state == .closed)
        #expect(play.sequence.nextStep == nil)
        let states = play.sequence.steps.map(\.state)
        #expect(states == Array(repeating: .done, count: 12))
        #expect(play.incident.version == play.entries.count)
    }
}
