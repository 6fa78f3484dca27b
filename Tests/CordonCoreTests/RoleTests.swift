import CordonCore
import Testing

@Suite struct RoleTests {
    @Test(arguments: [
        "reporter", "operator", "operator:monthly-summaries", "reviewer", "reviewer:a1",
        "owner:monthly-summaries", "functional_leader:client-services", "executive_sponsor",
        "executive_leadership", "legal", "security", "hr", "finance", "operations", "governance",
        "auditor", "administrator",
    ])
    func aGrantReadsBackAsItIsWritten(_ text: String) throws {
        let grant = try #require(RoleGrant(text))
        #expect(grant.text == text)
        #expect(try Canonical.read(RoleGrant.self, from: Canonical.bytes(grant)) == grant)
    }

    @Test(arguments: [
        "", "boss", "owner", "functional_leader", "legal:monthly", "Owner:a1", ":",
        "legal:", ":legal", "operator:", "owner:", "functional_leader:",
    ])
    func aGrantThatIsUnknownUnboundOrOverboundIsRefused(_ text: String) {
        #expect(RoleGrant(text) == nil)
    }

    @Test func everyRoleIsBoundAsThePlaybookSays() {
        let bound = Role.allCases.filter { $0.binding == .workflow }
        #expect(bound == [.operator, .reviewer, .owner])
        #expect(Role.allCases.filter { $0.binding == .function } == [.functionalLeader])
    }

    @Test func aRoleHoldsWhereItIsBound() {
        let here = WorkflowContext(key: Firm.key, function: Firm.function, owner: nil)
        let elsewhere = WorkflowContext(key: "invoice-coding", function: "accounting", owner: nil)
        #expect(Firm.owner.holds(.owner, for: here))
        #expect(!Firm.owner.holds(.owner, for: elsewhere))
        #expect(!Firm.owner.holds(.owner, for: nil))
        #expect(Firm.leader.holds(.functionalLeader, for: here))
        #expect(!Firm.leader.holds(.functionalLeader, for: elsewhere))
        #expect(!Firm.leader.holds(.functionalLeader, for: nil))
        #expect(Firm.engineer.holds(.operator, for: here))
        #expect(Firm.engineer.holds(.operator, for: nil))
        #expect(Firm.reviewer.holds(.reviewer, for: here))
        #expect(!Firm.reviewer.holds(.reviewer, for: elsewhere))
        #expect(Firm.counsel.holds(.legal, for: nil))
        #expect(!Firm.actor("nobody", RoleGrant(.owner)).holds(.owner, for: here))
        #expect(!Actor.cordon.holds(.owner, for: here))
    }

    // What each role may do beside what everybody may.
    @Test(arguments: Role.allCases)
    func onlyThoseWhoMaySignHaveThePermissionTo(_ role: Role) {
        let permissions = role.permissions
        #expect(permissions.contains(.sign) == role.signs)
        #expect(permissions.contains(.restart) == role.signs)
        #expect(permissions.contains(.close) == role.signs)
        let mayExcept = [Role.executiveSponsor, .executiveLeadership].contains(role)
        #expect(permissions.contains(.signException) == mayExcept)
        #expect(permissions.contains(.overrideReadiness) == mayExcept)
        #expect(permissions.contains(.manageAccounts) == (role == .administrator))
        #expect(permissions.contains(.changePolicy) == (role == .governance))
    }

    @Test func anAdministratorJudgesNothing() {
        let all = Role.administrator.permissions.union(Permission.everybody)
        let judging: Set<Permission> = [
            .triage, .respond, .sign, .restart, .close, .signException, .overrideReadiness,
            .confirmContainment, .changePolicy,
        ]
        #expect(all.isDisjoint(with: judging))
    }

    @Test func everybodyMayReportAndStop() {
        #expect(Permission.everybody.isSuperset(of: [.report, .stop, .askGate, .readPolicy]))
        #expect(Permission.everybody.isDisjoint(with: [.readIncidents, .triage, .sign, .restart]))
    }

    @Test func aScopeOfATokenNeverReachesFurtherThanItsName() {
        #expect(Scope.gate.permissions == [.askGate])
        #expect(Scope.all.permissions == Set(Permission.allCases))
        for scope in [Scope.gate, .report, .read, .register, .admin] {
            let deciding: Set<Permission> = [.triage, .respond, .sign, .restart, .close]
            #expect(scope.permissions.isDisjoint(with: deciding), "\(scope)")
        }
        #expect(!Scope.respond.permissions.contains(.manageAccounts))
    }

    // An account and its roles.

    private func account() throws -> Account {
        try #require(Account(id: "id-adam", first: .created(login: "adam", name: "Adam")))
    }

    @Test func nobodyGivesThemselvesARole() throws {
        let account = try account()
        let grants = [RoleGrant(.legal), RoleGrant(.hr)]
        let refusal = refused(.secondPersonRequired) {
            _ = try account.grant(grants, by: account.person)
        }
        #expect(refusal?.detail.contains("another administrator") == true)
        let events = try account.grant(grants, by: Firm.owner.person)
        #expect(events == [.granted([RoleGrant(.hr), RoleGrant(.legal)])])
    }

    @Test func anAccountBeginsWithItsCreationOnly() {
        #expect(Account(id: "a", first: .enabled(reason: "")) == nil)
    }

    @Test func aNewPasswordAndADisablingSignEverybodyOut() throws {
        let now = Firm.start
        for event in [AccountEvent.passwordSet(digest: "d"), .disabled(reason: "Left.")] {
            var account = try account()
            account.apply(.signedIn(session: "s", expiresAt: now.adding(hours: 1)), at: now)
            #expect(account.sessions.count == 1)
            account.apply(event, at: now)
            #expect(account.sessions.isEmpty)
        }
    }

    @Test func whatHasRunOutIsForgottenWithTheNext() throws {
        var account = try account()
        let now = Firm.start
        account.apply(.signedIn(session: "old", expiresAt: now.adding(hours: 1)), at: now)
        let later = now.adding(hours: 1)
        account.apply(.signedIn(session: "new", expiresAt: now.adding(hours: 2)), at: later)
        #expect(account.sessions.keys.sorted() == ["new"])
        account.apply(.signedOut(session: "new"), at: later)
        #expect(account.sessions.isEmpty)
        account.apply(.granted([RoleGrant(.administrator)]), at: later)
        #expect(
            account.permissions
                == Permission.everybody.union([
                    .manageAccounts, .registerWorkflows, .amendWorkflows, .readJournal,
                    .captureEvidence, .callThroughGateway, .pushChanges, .lendReportLink,
                ]))
    }
}
