import CordonCore

/// What the playbook demands before a restart, one sentence for each thing that was not there.
extension RestartOracle {
    func demands(_ restart: Restart) -> [String] {
        var broken: [String] = []
        func demand(_ holds: Bool, _ what: String) {
            if !holds { broken.append(what) }
        }
        demand(kind != nil, "never triaged")
        demand(workflow != nil, "no workflow")
        demand(!contained.isEmpty, "nothing was stopped")
        demand(restart.watch?.incident ?? "INC-2026-0042" == "INC-2026-0042", "another's watch")
        if isDeclined {
            demand(floor == 1, "declined below the floor")
        } else {
            broken += evidenceDemands + (level >= 2 ? materialDemands : [])
            demand(hours(restart) >= [0, 168, 336, 336][level - 1], "the watch is too short")
        }
        return broken + signatureDemands
    }

    private func hours(_ restart: Restart) -> Int64 {
        guard let watch = restart.watch else { return 0 }
        return (watch.until.milliseconds - restart.at.milliseconds) / 3_600_000
    }

    /// Steps 1, 4, 8 and 9, which every level demands.
    private var evidenceDemands: [String] {
        var broken: [String] = []
        func demand(_ holds: Bool, _ what: String) {
            if !holds { broken.append(what) }
        }
        demand((1...7).allSatisfy { [.yes, .no].contains(answers[$0]) }, "provisional")
        demand(moments.isSuperset(of: [.occurred, .detected]), "times")
        demand(isClassified && hasPotential, "type or potential")
        if let impact {
            let known = [impact.actedUpon, impact.reversible, impact.leftCompany]
            demand(!known.contains(.unknown), "impact unknown")
        } else {
            demand(false, "impact")
        }
        if !skipped.contains(8) {
            demand(affected.isEmpty, "affected records are not corrected")
            demand(!actions.isEmpty, "no action")
            let open = actions.filter { $0.beforeRestart && fixers[$0.id] == nil }
            demand(open.isEmpty, "open actions")
        }
        if level >= 2 || !skipped.contains(9) { demand(isProved, "the evaluation proves nothing") }
        if answers[5] == .yes, !skipped.contains(6) { demand(isLookedBack, "no look back") }
        return broken
    }

    /// A new case fails before and passes after, and nothing else falls behind.
    private var isProved: Bool {
        guard let before = runs[.failed], let after = runs[.fixed], before.version != after.version
        else { return false }
        func passed(_ run: EvaluationRun) -> Set<String> {
            Set(run.results.filter { $0.passes == $0.runs }.map(\.key))
        }
        let all = Set(before.results.map(\.key)).union(after.results.map(\.key))
        let new = cases.intersection(before.results.map(\.key)).subtracting(passed(before))
        return passed(after) == all && !new.isEmpty
    }

    private var isLookedBack: Bool {
        hasLookback && openLookbacks.isEmpty && !verdicts.values.contains(.unclear)
    }

    /// What comes on top from level 2, and more of it from 3 and at 4.
    private var materialDemands: [String] {
        var broken: [String] = []
        func demand(_ holds: Bool, _ what: String) {
            if !holds { broken.append(what) }
        }
        if !skipped.contains(2) {
            demand(proved.isSuperset(of: contained.keys), "a stop is not proved")
            demand(isFallbackNoted, "no word on the fallback")
            let stopped = Set(contained.values)
            demand(workflow.map(stopped.contains) ?? false, "its own workflow runs")
            if level == 4 { demand(stopped.isSuperset(of: related), "related workflows run") }
        }
        if !skipped.contains(3) { demand(isHeld && hasEvidence, "nothing was preserved") }
        if level >= 3, !skipped.contains(5) {
            demand(impact?.functions.isEmpty == false, "no functions")
            demand(!duties.isEmpty && !duties.values.contains(.pending), "duties are open")
        }
        if !skipped.contains(6) { demand(isLookedBack, "no look back") }
        let faulted = Set((cause?.controls ?? []).filter { $0.state != .worked }.map(\.control))
        demand(!faulted.isEmpty, "no failed control")
        if answers[6] == .yes { demand(cause?.changedBefore.isEmpty == false, "change") }
        if !skipped.contains(8) {
            let mended = Set(actions.compactMap(\.control))
            demand(!mended.isDisjoint(with: faulted), "the failed control is not mended")
            demand(actions.contains { $0.kind != .prompt }, "only the prompt is fixed")
        }
        return broken
    }

    private var signatureDemands: [String] {
        var broken: [String] = []
        func demand(_ holds: Bool, _ what: String) {
            if !holds { broken.append(what) }
        }
        let roles = Set(standing.map(\.role))
        switch level {
        case 1: demand(roles.contains(.owner), "owner")
        case 2: demand(roles.isSuperset(of: [.owner, .functionalLeader]), "owner and leader")
        case 3:
            demand(roles.contains(.executiveSponsor), "sponsor")
            demand(!roles.isDisjoint(with: [.legal, .security]), "legal or security")
        default: demand(roles.contains(.executiveLeadership), "leadership")
        }
        let signers = standing.map(\.by.id)
        demand(Set(signers).count == signers.count, "somebody signed twice")
        demand(!Set(signers).isSubset(of: Set(fixers.values)), "only fixers signed")
        demand(Set(standing.map(\.evidenceHash)).count == 1, "signers saw different evidence")
        for signature in standing {
            let holder = Firm.people.first { $0.person == signature.by }
            let grants = (holder?.grants ?? []).filter { $0.role == signature.role }
            let binds = grants.contains { grant in
                switch signature.role {
                case .owner: grant.workflow == Firm.key
                case .functionalLeader: grant.function == Firm.function
                default: true
                }
            }
            demand(binds, "\(signature.by.name) is not \(signature.role.rawValue) here")
        }
        return broken
    }
}
