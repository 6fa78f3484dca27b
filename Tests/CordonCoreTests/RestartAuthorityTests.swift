import CordonCore
import Testing

/// Who may let a workflow run again, level by level.
@Suite struct RestartAuthorityTests {
    struct Row: CustomTestStringConvertible, Sendable {
        let level: Int
        let signers: [(Role, Actor)]
        let suffices: Bool

        init(_ level: Int, _ signers: [(Role, Actor)], _ suffices: Bool) {
            self.level = level
            self.signers = signers
            self.suffices = suffices
        }

        var testDescription: String {
            "level \(level) by \(signers.map(\.0.rawValue)): \(suffices)"
        }
    }

    static let rows: [Row] = [
        Row(1, [], false),
        Row(1, [(.owner, Firm.owner)], true),
        Row(2, [(.owner, Firm.owner)], false),
        Row(2, [(.functionalLeader, Firm.leader)], false),
        Row(2, [(.owner, Firm.owner), (.functionalLeader, Firm.leader)], true),
        Row(3, [(.executiveSponsor, Firm.sponsor)], false),
        Row(3, [(.legal, Firm.counsel)], false),
        Row(3, [(.legal, Firm.counsel), (.security, Firm.security)], false),
        Row(3, [(.executiveSponsor, Firm.sponsor), (.legal, Firm.counsel)], true),
        Row(3, [(.executiveSponsor, Firm.sponsor), (.security, Firm.security)], true),
        Row(4, [], false),
        Row(4, [(.executiveLeadership, Firm.leadership)], true),
    ]

    @Test(arguments: rows)
    func theLevelNamesItsSigners(_ row: Row) throws {
        var play = try Playthrough.readyToSign(at: row.level)
        #expect(play.sequence.level == row.level)
        #expect(play.sequence.evidenceBlockers == [])
        for (role, actor) in row.signers { try play.sign(as: role, actor) }
        #expect(play.sequence.restartBlockers.isEmpty == row.suffices)
        if row.suffices {
            try play.restart()
            #expect(play.incident.isRestarted)
        } else {
            let refusal = refused(.restartBlocked) { try play.restart() }
            #expect(Set(refusal?.codes ?? []) == ["signature"])
        }
    }

    @Test(arguments: [
        (1, Role.functionalLeader, Firm.leader), (1, .executiveLeadership, Firm.leadership),
        (2, .executiveSponsor, Firm.sponsor), (2, .legal, Firm.counsel),
        (3, .owner, Firm.owner), (3, .executiveLeadership, Firm.leadership),
        (4, .executiveSponsor, Firm.sponsor), (4, .legal, Firm.counsel),
    ])
    func aRoleThatTheLevelDoesNotNameMayNotSign(_ level: Int, _ role: Role, _ actor: Actor) throws {
        var play = try Playthrough.readyToSign(at: level)
        refused(.notPermitted) { try play.sign(as: role, actor) }
    }

    @Test(arguments: [
        (Role.owner, Firm.otherOwner), (.functionalLeader, Firm.otherLeader),
        (.owner, Firm.leader), (.functionalLeader, Firm.owner), (.owner, Firm.administrator),
        (.administrator, Firm.administrator), (.operator, Firm.engineer),
        (.reviewer, Firm.reviewer),
    ])
    func aRoleHeldElsewhereOrNotAtAllMayNotSign(_ role: Role, _ actor: Actor) throws {
        var play = try Playthrough.readyToSign(at: 2)
        refused(.notPermitted) { try play.sign(as: role, actor) }
    }

    @Test func theWorkflowOfAnIncidentThatStoppedItStaysTheSame() throws {
        var play = try Playthrough.readyToSign(at: 2)
        let now = play.now
        refused(.wrongState) {
            try play.act(Firm.otherOwner) {
                try $0.triage(
                    as: .nearMiss, reason: "Ours.", workflow: "invoice-coding", at: now)
            }
        }
        try play.act {
            try $0.triage(as: .nearMiss, reason: "Still.", workflow: Firm.key, at: now)
        }
        #expect(play.incident.workflow == Firm.key)
    }

    @Test func aReportWithoutAWorkflowIsGivenOneInTriage() throws {
        var play = Playthrough(workflow: nil)
        let now = play.now
        try play.act {
            try $0.triage(as: .nearMiss, reason: "Caught.", workflow: Firm.key, at: now)
        }
        #expect(play.incident.workflow == Firm.key)
    }
}
