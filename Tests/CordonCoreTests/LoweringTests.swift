import CordonCore
import Testing

/// The level rises freely and falls by two people, never below the floor.
@Suite struct LoweringTests {
    /// Answered as `floor`, raised to 4 by people.
    private func raised(floor level: Int = 1) throws -> Playthrough {
        var play = Playthrough()
        try play.triage(as: Kind(level: level), level: level)
        try play.act { try $0.raise(to: 4, reason: "The press called.") }
        return play
    }

    @Test func nobodyLowersAlone() throws {
        var play = try raised()
        refused(.secondPersonRequired) {
            try play.act { try $0.raise(to: 2, reason: "It is not that bad.") }
        }
        try play.act { try $0.proposeLowering(to: 2, reason: "Nobody saw it.") }
        #expect(play.sequence.level == 4)
        refused(.secondPersonRequired) {
            try play.act { try $0.confirmLowering(by: Firm.owner.person) }
        }
        #expect(play.sequence.level == 4)
    }

    @Test func aSecondPersonLowers() throws {
        var play = try raised()
        try play.act { try $0.proposeLowering(to: 2, reason: "Nobody saw it.") }
        let events = try play.act(Firm.leader) {
            try $0.confirmLowering(by: Firm.leader.person)
        }
        #expect(
            events == [
                .levelLowered(
                    to: 2, reason: "Nobody saw it.", proposedBy: Firm.owner.person)
            ])
        #expect(play.sequence.level == 2)
        #expect(play.incident.levelHistory.map(\.value.to) == [4, 2])
        refused(.wrongState) {
            try play.act(Firm.leader) { try $0.confirmLowering(by: Firm.leader.person) }
        }
    }

    @Test(arguments: [(0, false), (1, true), (3, true), (4, false), (5, false)])
    func aProposalLiesBelowThePresentLevel(_ level: Int, _ holds: Bool) throws {
        var play = try raised()
        guard holds else {
            refused(.invalidInput) {
                try play.act { try $0.proposeLowering(to: level, reason: "So.") }
            }
            return
        }
        try play.act { try $0.proposeLowering(to: level, reason: "So.") }
    }

    @Test func theFloorHoldsAgainstTwoPeople() throws {
        var play = try raised(floor: 3)
        refused(.belowFloor) { try play.act { try $0.proposeLowering(to: 2, reason: "So.") } }
        refused(.belowFloor) { try play.act { try $0.raise(to: 2, reason: "So.") } }
        try play.act { try $0.proposeLowering(to: 3, reason: "So.") }
        try play.act(Firm.leader) { try $0.confirmLowering(by: Firm.leader.person) }
        #expect(play.sequence.level == 3)
    }

    @Test func aFloorThatRoseSinceTheProposalHolds() throws {
        var play = try raised()
        try play.act { try $0.proposeLowering(to: 1, reason: "So.") }
        try play.act { try $0.assess(Assessment(answers: [4: .yes])) }
        refused(.belowFloor) {
            try play.act(Firm.leader) { try $0.confirmLowering(by: Firm.leader.person) }
        }
    }

    @Test func aProposalFallsWhenTheLevelRises() throws {
        var play = Playthrough()
        try play.triage(as: .nearMiss, level: 1)
        try play.act { try $0.proposeLowering(to: 1, reason: "So.") }
        let now = play.now
        try play.act {
            try $0.triage(as: .incident, reason: "More came.", workflow: nil, at: now)
        }
        refused(.wrongState) {
            try play.act(Firm.leader) { try $0.confirmLowering(by: Firm.leader.person) }
        }
    }

    @Test(arguments: [Answer.no, .unknown])
    func takingAYesBackDoesNotLower(_ answer: Answer) throws {
        var play = Playthrough()
        try play.triage(as: .incident, level: 3)
        #expect(play.sequence.level == 3)
        try play.act { try $0.assess(Assessment(answers: [1: answer])) }
        #expect(play.sequence.floor.confirmed == 1)
        #expect(play.sequence.level == 3)
    }

    @Test func takingBackTheYesOfTheReportDoesNotLowerEither() throws {
        var play = Playthrough(leftCompany: .yes)
        try play.act { try $0.assess(Found.answers(for: 1)) }
        #expect(play.sequence.floor.confirmed == 1)
        #expect(play.sequence.level == 3)
        #expect(play.incident.declaredLevel == 3)
    }

    @Test func aMeasureThatFallsDoesNotLower() throws {
        var play = Playthrough()
        try play.triage(as: .nearMiss, level: 2)
        try play.act { try $0.assess(Assessment(measures: ["large_scale_exposure": 500])) }
        try play.act { try $0.assess(Assessment(measures: ["large_scale_exposure": 3])) }
        #expect(play.sequence.level == 4)
    }

    @Test func aRaiseBelowTheFloorIsRefused() {
        var play = Playthrough(leftCompany: .yes)
        refused(.belowFloor) { try play.act { try $0.raise(to: 2, reason: "So.") } }
    }

    @Test func raisingToWhereItIsIsNoEvent() throws {
        var play = try raised()
        #expect(try play.act { try $0.raise(to: 4, reason: "Again.") } == [])
    }
}
