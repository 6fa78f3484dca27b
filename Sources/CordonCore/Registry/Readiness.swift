extension Workflow {
    /// What is still missing before this workflow is production-ready, in the policy's order.
    ///
    /// `owners` are the logins that hold an owner's grant for this workflow: an owner who was only
    /// named, but never given the role, could not sign anything.
    package func gaps(_ policy: Policy, owners: Set<String>) -> [Readiness] {
        policy.readiness.map(\.key).filter { !has($0, policy, owners) }
    }

    private func has(_ need: Readiness, _ policy: Policy, _ owners: Set<String>) -> Bool {
        switch need {
        case .owner: profile.owner.map(owners.contains) ?? false
        case .deputy: profile.deputy.map { $0 != profile.owner && owners.contains($0) } ?? false
        case .fallback: profile.fallback.map { !$0.steps.isEmpty && !$0.contact.isEmpty } ?? false
        case .rehearsal: rehearsedOn != nil
        case .reviewStandard: profile.reviewStandard.map { !$0.checks.isEmpty } ?? false
        case .escalationPath: !profile.escalation.isEmpty
        case .stopTested: stopTestedAt != nil
        case .authority: profile.authority != nil
        case .classification: !profile.dataClasses.isEmpty
        case .affectedParties: !profile.affectedParties.isEmpty
        case .retention: profile.retention.map { policy.retentionClass($0) != nil } ?? false
        case .severityOwners:
            Set(profile.severityOwners.map(\.level)).isSuperset(of: policy.levels.map(\.number))
        }
    }

    /// The gaps as blockers, each with what has to exist.
    package static func blockers(_ gaps: [Readiness], _ policy: Policy) -> [Blocker] {
        gaps.map { gap in
            let title = policy.readiness.first { $0.key == gap }?.title ?? gap.rawValue
            return Blocker(gap.rawValue, title)
        }
    }
}
