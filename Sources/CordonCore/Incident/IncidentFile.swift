/// One of the eight items that every incident file holds.
package struct FileItem: Equatable, Sendable {
    package let number: Int
    package let title: String
    package let missing: [String]

    package var isComplete: Bool { missing.isEmpty }
}

extension ResponseSequence {
    /// The minimum incident file: eight items, each complete or with what is missing.
    ///
    /// - Source: playbook, "The minimum incident file".
    package var file: [FileItem] {
        [
            FileItem(number: 1, title: "Workflow and accountable owner", missing: missingOwner),
            FileItem(
                number: 2, title: "Date, time, reporter, affected users and records",
                missing: missingWho),
            FileItem(
                number: 3,
                title: "Inputs, prompts, outputs, tool calls, approvals and model version",
                missing: missingMaterial),
            FileItem(
                number: 4, title: "Business impact, and whether the output was acted upon",
                missing: missingImpact),
            FileItem(
                number: 5, title: "Containment and corrective actions",
                missing: of(2) + of(8)),
            FileItem(number: 6, title: "Root cause and failed control", missing: missing(7)),
            FileItem(
                number: 7, title: "Restart decision and the evidence for it",
                missing: missingRestart),
            FileItem(
                number: 8, title: "Evaluation cases, policy or training updated afterwards",
                missing: missingUpdates),
        ]
    }

    package var fileComplete: Int { file.filter(\.isComplete).count }

    private func of(_ step: Int) -> [String] {
        guard requires(step), !isSkipped(step) else { return [] }
        return missing(step)
    }

    private var missingOwner: [String] {
        guard let workflow else { return ["The workflow is not registered."] }
        return workflow.profile.owner == nil ? ["The workflow has no accountable owner."] : []
    }

    private var missingWho: [String] {
        let stated = Set(incident.times.map(\.value.moment))
        var missing = [Moment.occurred, .detected].filter { !stated.contains($0) }.map {
            "The time at which it \($0 == .occurred ? "occurred" : "was detected")."
        }
        if incident.affected.isEmpty, !hasNobodyAffected {
            missing.append("The affected users and records, or a look back that found none.")
        }
        return missing
    }

    private var hasNobodyAffected: Bool {
        incident.lookbacks.contains { $0.conclusion != nil } || isSkipped(6)
            || level == 1
    }

    private var missingMaterial: [String] {
        let wanted: [EvidenceKind] = [
            .input, .prompt, .output, .toolCall, .approval, .modelVersion,
        ]
        let kept = Set(incident.evidence.map(\.value.kind)).union(incident.gaps.map(\.value.kind))
        return wanted.filter { !kept.contains($0) }.map {
            "\($0.rawValue): attach it, or name why it cannot be had."
        }
    }

    private var missingImpact: [String] {
        guard let impact = incident.impact?.value else { return ["The business impact."] }
        return impact.actedUpon == .unknown ? ["Whether the output was acted upon."] : []
    }

    private var missingRestart: [String] {
        if incident.isRestarted { return [] }
        if level == 1, incident.containments.isEmpty { return [] }
        return ["The restart has not been signed and done."]
    }

    private var missingUpdates: [String] {
        var missing: [String] = []
        if incident.cases.isEmpty { missing.append("An evaluation case from this incident.") }
        if incident.review == nil, requires(12) {
            missing.append("The review with what was updated afterwards.")
        }
        return missing
    }
}
