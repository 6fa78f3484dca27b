/// What a person may ask for.
///
/// Every route and command names one.
package enum Permission: String, Codable, CaseIterable, Sendable {
    case report
    case stop
    case askGate = "gate.ask"
    case callThroughGateway = "gateway.call"
    case readWorkflows = "workflow.read"
    case registerWorkflows = "workflow.register"
    case amendWorkflows = "workflow.amend"
    case overrideReadiness = "workflow.override"
    case confirmContainment = "containment.confirm"
    case readOwnIncidents = "incident.read_own"
    case readIncidents = "incident.read"
    case triage = "incident.triage"
    case respond = "incident.respond"
    case sign = "incident.sign"
    case restart = "incident.restart"
    case close = "incident.close"
    case signException = "incident.except"
    case readPolicy = "policy.read"
    case changePolicy = "policy.change"
    case readJournal = "journal.read"
    case captureEvidence = "evidence.capture"
    case readEvidence = "evidence.read"
    case holdEvidence = "evidence.hold"
    case eraseEvidence = "evidence.erase"
    case exportEvidence = "evidence.export"
    case pushChanges = "change.push"
    case readApprovals = "approval.read"
    case approve = "approval.decide"
    case manageAccounts = "account.manage"
    /// What a link for reports without an account stands on; nobody reports by it themselves.
    case lendReportLink = "report.lend"
    case ownAccount = "account.own"
}

extension Role {
    /// What the role brings beside what everybody who is signed in may do.
    ///
    /// An administrator keeps accounts and registers workflows, and gets no right to judge, sign or
    /// restart by it.
    package var permissions: Set<Permission> {
        let responder: Set<Permission> = [
            .readIncidents, .triage, .respond, .confirmContainment, .readEvidence, .pushChanges,
            .readApprovals, .approve,
        ]
        let signer: Set<Permission> = responder.union([.sign, .restart, .close, .exportEvidence])
        return switch self {
        case .reporter: []
        case .operator, .reviewer: responder
        case .owner: signer.union([.amendWorkflows, .captureEvidence, .callThroughGateway])
        case .legal, .security: signer.union([.holdEvidence, .eraseEvidence])
        case .functionalLeader, .hr, .finance, .operations: signer
        case .executiveSponsor, .executiveLeadership:
            signer.union([.overrideReadiness, .signException])
        case .governance:
            [
                .readIncidents, .triage, .respond, .registerWorkflows, .amendWorkflows,
                .changePolicy, .readJournal, .readEvidence, .holdEvidence, .eraseEvidence,
                .exportEvidence, .captureEvidence, .callThroughGateway, .pushChanges,
                .readApprovals,
            ]
        case .auditor:
            [.readIncidents, .readJournal, .readEvidence, .exportEvidence, .readApprovals]
        case .administrator:
            [
                .manageAccounts, .registerWorkflows, .amendWorkflows, .readJournal,
                .captureEvidence, .callThroughGateway, .pushChanges, .lendReportLink,
            ]
        }
    }
}

extension Permission {
    /// What everybody who is signed in may do: anyone may report, and anyone may stop.
    package static let everybody: Set<Permission> = [
        .report, .stop, .askGate, .readWorkflows, .readOwnIncidents, .readPolicy, .ownAccount,
    ]
}

/// What an API token may be used for, beside what its person may do.
package enum Scope: String, Codable, CaseIterable, Sendable {
    case gate, gateway, capture, report, read, respond, register, admin, all
    case reportLink = "report_link"

    package var permissions: Set<Permission> {
        switch self {
        case .gate: [.askGate]
        case .gateway: [.callThroughGateway]
        case .capture: [.captureEvidence, .pushChanges]
        case .report: [.report, .stop, .readOwnIncidents]
        case .read:
            [
                .readWorkflows, .readOwnIncidents, .readIncidents, .readPolicy, .readJournal,
                .readEvidence, .readApprovals,
            ]
        case .respond:
            [
                .triage, .respond, .confirmContainment, .sign, .restart, .close, .signException,
                .readOwnIncidents, .readIncidents, .readWorkflows, .readPolicy, .stop, .report,
                .readEvidence, .holdEvidence, .eraseEvidence, .exportEvidence, .pushChanges,
                .readApprovals, .approve,
            ]
        case .register:
            [.readWorkflows, .registerWorkflows, .amendWorkflows, .overrideReadiness, .readPolicy]
        case .admin: [.manageAccounts, .changePolicy, .readPolicy, .ownAccount, .readJournal]
        case .reportLink: [.lendReportLink]
        case .all: Set(Permission.allCases)
        }
    }
}
