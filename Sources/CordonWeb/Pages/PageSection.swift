import CordonCore

/// The parts of the house, in the order of the menu.
enum PageSection: CaseIterable, Sendable {
    case home, workflows, incidents, nearMisses, quality, actions, approvals, evidence, reviews
    case policy, audit, admin

    var path: String {
        switch self {
        case .home: PagePaths.home
        case .workflows: PagePaths.workflows
        case .incidents: PagePaths.incidents
        case .nearMisses: PagePaths.nearMisses
        case .quality: PagePaths.quality
        case .actions: PagePaths.actions
        case .approvals: PagePaths.approvals
        case .evidence: PagePaths.evidence
        case .reviews: PagePaths.reviews
        case .policy: PagePaths.policy
        case .audit: PagePaths.audit
        case .admin: PagePaths.admin
        }
    }

    var title: Phrase {
        switch self {
        case .home: "Home"
        case .workflows: "Workflows"
        case .incidents: "Incidents"
        case .nearMisses: "Near misses"
        case .quality: "Quality"
        case .actions: "Actions"
        case .approvals: "Approvals"
        case .evidence: "Evidence"
        case .reviews: "Reviews"
        case .policy: "What counts"
        case .audit: "Audit"
        case .admin: "Admin"
        }
    }

    /// What somebody must be allowed to do to find anything there.
    var permission: Permission {
        switch self {
        case .home, .workflows: .readWorkflows
        case .incidents, .nearMisses, .quality, .actions, .reviews: .readIncidents
        case .approvals: .readApprovals
        case .evidence: .readEvidence
        case .policy: .readPolicy
        case .audit: .readJournal
        case .admin: .manageAccounts
        }
    }
}
