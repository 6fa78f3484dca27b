import CordonCore
import CordonLedger
import CordonOperations
import CordonStore
import CordonTesting

/// A firm that has used everything of Cordon, so that no table is empty.
enum Firm {
    static let key = "monthly-summaries"

    static let profile = WorkflowProfile(
        name: "Monthly customer summaries", purpose: "Drafts what account managers send.",
        function: "client-services", owner: "olivia", deputy: "dora",
        fallback: Fallback(
            title: "By hand", steps: ["Read the notes", "Write the summary"], contact: "olivia",
            capacity: "20 summaries a day"),
        reviewStandard: ReviewStandard(checks: ["Only this customer"], sharePercent: 100),
        escalation: [EscalationContact(function: "legal", contact: "carla")],
        authority: Authority(mode: .draft), dataClasses: ["customer"],
        affectedParties: ["customers"], retention: "standard",
        severityOwners: (1...4).map { SeverityOwner(level: $0, contact: "olivia") },
        manualTargets: [
            ManualTarget(name: "mailbox-rule", instruction: "Switch it off.", contact: "olivia")
        ])

    /// Three workflows, three incidents, two of them stopped, five accounts, two policies.
    static func play(on cordon: TestCordon) async throws {
        let operations = cordon.operations
        let admin = try await cordon.account("adam", RoleGrant(.governance))
        let owner = try await cordon.account(
            "olivia", RoleGrant(.owner, workflow: key), RoleGrant(.operator))
        _ = try await cordon.account("dora", RoleGrant(.owner, workflow: key))
        let counsel = try await cordon.account("lena", RoleGrant(.legal))
        try await EvidenceFirm.play(on: cordon, first: admin, second: counsel)
        let reviewer = try await cordon.account("rita", RoleGrant(.reviewer))
        try await registerWorkflows(on: cordon, admin: admin, owner: owner)
        cordon.clock.advance(milliseconds: 4_321)
        let number = try await operations.perform(reviewer, holding: [key]) { work in
            try work.report(
                ReportInput(
                    workflow: key, what: "Another customer's näme.", leftCompany: .no, stop: true)
            ).0.incident.number
        }
        try await respond(to: number, on: cordon, owner: owner)
        try await operations.perform(admin) { work in
            let text = try work.policyText(version: nil)
            _ = try work.importPolicy(
                text.yaml + "\n# Read again.\n", reason: "Reviewed.", version: text.version)
        }
        cordon.clock.advance(hours: 1, days: 1)
        try await operations.tick()
        // The second and the third incident are judged under the second policy.
        let other = try await operations.perform(reviewer) { work in
            _ = try work.report(
                ReportInput(workflow: "unknown", what: "Odd.", leftCompany: .yes, stop: false))
            return try work.report(
                ReportInput(
                    workflow: "invoice-coding", what: "Wrong.", leftCompany: .no, stop: false)
            ).0.incident.number
        }
        try await operations.perform(owner) { work in
            _ = try work.act(other, .triage) {
                try $0.triage(as: .declined, reason: "No.", workflow: nil, at: work.now)
            }
        }
        try await askPeople(on: cordon, owner: owner)
        try await useCredentials(on: cordon, admin: admin, owner: owner)
        try await EvidenceFirm.lookBack(on: cordon, incident: number, by: owner)
        try await EvidenceFirm.haveOthersSign(on: cordon)
    }

    /// Two calls that wait for people: one is changed and allowed, one stays open.
    private static func askPeople(on cordon: TestCordon, owner: Caller) async throws {
        let bot = try await cordon.account("bot", RoleGrant(.governance))
        let questions = try [15, 16].map { amount in
            ApprovalQuestion(
                call: try ExactCall(
                    workflow: "ticket-triage", request: GateRequest(action: .tool, tool: "pay"),
                    arguments: Array(#"{"amount":\#(amount)}"#.utf8)),
                need: ApprovalNeed(reason: "A person has to."), diff: "- 1\n+ 2", run: "r-1",
                user: "rob", point: "gate")
        }
        try await cordon.operations.perform(bot) { work in
            for question in questions { _ = try work.claimApproval(question) }
        }
        try await cordon.operations.perform(owner) { work in
            let ids = try work.approvals(workflow: nil, state: nil, after: "", limit: 2) { $0.id }
            guard let first = ids.first else { return }
            _ = try work.openApproval(first)
            _ = try work.rejectApproval(first, reason: "Not today.")
        }
    }

    private static func registerWorkflows(
        on cordon: TestCordon, admin: Caller, owner: Caller
    ) async throws {
        let operations = cordon.operations
        try await operations.perform(admin) { work in
            _ = try work.registerWorkflow(key, profile)
            for other in ["invoice-coding", "ticket-triage"] {
                _ = try work.registerWorkflow(
                    other, WorkflowProfile(name: other, function: "client-services"))
            }
            _ = try work.retireWorkflow("ticket-triage", reason: "Not needed.")
        }
        try await operations.perform(owner) { work in
            _ = try work.rehearseFallback(key, on: work.now)
        }
        _ = try await operations.testStop(key, owner, statement: "The rule was off.")
        try await operations.perform(owner) { _ = try $0.enterProduction(key, override: nil) }
        for digit in 1...3 {
            try await operations.perform(owner) { work in
                _ = try work.amendWorkflow(key, version: nil) { $0.purpose = "Purpose \(digit)." }
            }
        }
    }

    private static func respond(
        to number: String, on cordon: TestCordon, owner: Caller
    ) async throws {
        let operations = cordon.operations
        cordon.clock.advance(milliseconds: 60_001)
        try await operations.tick()
        try await operations.perform(owner) { work in
            let containment = try work.workflowNamed(key).containments[0].id
            _ = try work.confirmTarget(
                key, containment: containment, target: "mailbox-rule", proof: "Off.")
            _ = try work.act(number, .triage) {
                try $0.triage(as: .nearMiss, reason: "Caught.", workflow: nil, at: work.now)
            }
            _ = try work.act(number, .triage) {
                var answers = Dictionary(uniqueKeysWithValues: (1...7).map { ($0, Answer.no) })
                answers[4] = .yes
                return try $0.assess(Assessment(answers: answers))
            }
        }
        for text in ["draft", "log", "prompt"] {
            try await operations.perform(owner) { work in
                _ = try work.attach(
                    number, kind: .output, name: "\(text).txt", mediaType: "text/plain",
                    bytes: Array("The \(text).".utf8), note: nil)
            }
        }
        let cause = Cause(
            failureClass: "workflow_design", description: "Retrieval saw the whole workspace.",
            controls: [
                .init(control: "retrieval_scope", state: .failed),
                .init(control: "change_control", state: .missing),
                .init(control: "training", state: .worked),
            ], changedBefore: "A system update.", reproduction: "Twice of two.", confidence: .high)
        try await operations.perform(owner) { work in
            _ = try work.act(number, .respond) { try $0.find(cause) }
            _ = try work.act(number, .respond) {
                try $0.add(
                    EvaluationCase(key: "other-customer", description: "Another customer's name"))
            }
        }
    }

    private static func useCredentials(
        on cordon: TestCordon, admin: Caller, owner: Caller
    ) async throws {
        let operations = cordon.operations
        let expiresAt = cordon.clock.now.adding(hours: 12)
        try await operations.perform(owner) { work in
            _ = try work.signIn("olivia", secret: "s1", expiresAt: expiresAt)
            try work.noteFailedSignIn("nobody")
            _ = try work.setPassword("olivia", hash: "another hash")
            for name in ["gate", "reports", "all"] {
                let token = try work.createToken(
                    name: name, scopes: [.gate, .report, .read], workflow: key, days: 30,
                    secret: name)
                try work.noteTokenUse([token.id: work.now])
            }
            for digit in 1...3 {
                try work.keepAnswer(
                    IdempotencyKey(key: "key-\(digit)", fingerprint: "f\(digit)"), status: 201,
                    mediaType: "application/json", body: Array("{\"n\":\(digit)}".utf8))
            }
        }
        try await operations.perform(admin) { work in
            _ = try work.setAccess("rita", disabled: true, reason: "Left.")
            _ = try work.grant("dora", [RoleGrant(.legal), RoleGrant(.security)])
        }
    }
}

extension Firm {
    /// The leaf of an event, as whoever rewrites the journal would compute it.
    static func leaf(nonce: [UInt8], body: [UInt8]) -> [UInt8]? {
        guard let nonce = Commitment.Nonce(nonce) else { return nil }
        let commitment = Commitment(nonce: nonce, content: body)
        return try? LedgerEntry(kind: .journalEvent, commitments: [commitment.hash]).leaf.bytes
    }

    static func verifierKeyOfSomebodyElse() throws -> String {
        try NoteSigner(name: "cordon.test", seed: Array(repeating: 8, count: 32)).verifierKey
    }
}
