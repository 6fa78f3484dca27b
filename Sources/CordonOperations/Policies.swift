package import CordonCore
import CordonStore

/// The playbook in force, and its versions.
extension Work {
    /// Imports a policy as the next version.
    ///
    /// Incidents that are open keep the version that is frozen on them; the gate follows at once.
    package func importPolicy(_ yaml: String, reason: String, version: Int?) throws -> PolicyVersion
    {
        try need(.changePolicy)
        let latest = try transaction.policyVersionLatest()
        try match(version, latest?.version ?? 0)
        do {
            _ = try Policy.read(yaml: yaml, file: "policy")
        } catch {
            throw Refusal.policyInvalid(error)
        }
        return try keep(yaml, as: (latest?.version ?? 0) + 1, reason: reason)
    }

    package func policyText(version: Int?) throws -> PolicyVersion {
        let stored =
            try version.map { try transaction.policyVersion($0) }
            ?? transaction.policyVersionLatest()
        guard let stored else {
            throw Refusal(.notFound, "There is no such version of the policy.")
        }
        return stored
    }

    /// Makes the policy that Cordon ships with version 1, when there is none.
    func importStandardPolicy() throws {
        guard try transaction.policyVersionLatest() == nil else { return }
        _ = try keep(Policy.standardText, as: 1, reason: "The policy that Cordon ships with.")
    }

    /// The journal index of the newest import: what the gate knows changed with it.
    func policyRevision() throws -> UInt64 {
        try transaction.journalRows(
            from: 0, stream: "policy", kind: "imported", limit: .max
        ).last?.index ?? 0
    }

    private func keep(_ yaml: String, as version: Int, reason: String) throws -> PolicyVersion {
        let digest = Hex.sha256(Array(yaml.utf8))
        let stored = PolicyVersion(version: version, digest: digest, yaml: yaml)
        try transaction.policyVersionInsert(stored)
        let imported = try journal(
            PolicyEvent.imported(version: version, digest: digest, reason: reason), stream: "policy"
        )
        try voidApprovals(policy: version)
        let policy = try PolicyCache.read(stored)
        let gate = gate
        for (workflow, revision) in try transaction.workflowsWithRevision() {
            let entry = GateEntry(workflow, policy: policy, revision: max(revision, imported))
            transaction.afterCommit { gate.apply(entry) }
        }
        return stored
    }
}

extension Refusal {
    /// Every fault of a policy file with its place.
    package static func policyInvalid(_ invalid: PolicyInvalid) -> Refusal {
        Refusal(
            .policyInvalid, "Faults in the policy: \(invalid.faults.count). Nothing was changed.",
            blockers: invalid.faults.prefix(100).map { fault in
                Blocker(
                    "line_\(fault.line)",
                    "\(fault.file):\(fault.line):\(fault.column): \(fault.reason)")
            })
    }
}
