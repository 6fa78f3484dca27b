import CordonCore

/// Brings about what time alone brings about: leases run out, overrides lapse, watches end.
///
/// Followed from the gate's memory, so an idle server reads nothing; what fails is tried again.
extension Operations {
    /// Does everything that is due by now.
    ///
    /// - Returns: how many things were done.
    @discardableResult
    package func tick() async throws -> Int {
        let due = gate.due()
        for (key, due) in due {
            try await perform(.cordon("clock")) { work in
                switch due {
                case .leasesRunOut(let containment, _):
                    _ = try work.confirm(
                        key, containment: containment, target: "leases",
                        proof: "The last allow that was given before the stop has run out.")
                case .callsEnd(let containment, _):
                    guard let tally = work.gate.cutTally(key) else { return }
                    _ = try work.confirm(
                        key, containment: containment, target: "gateway", proof: tally.proof)
                case .overrideLapses: try work.lapseOverride(key)
                case .stopTestEnds:
                    let workflow = try work.workflow(key)
                    try work.record(workflow.lapseStopTest(at: work.now), on: workflow)
                case .watchEnds(let incident, _): try work.endWatch(key, incident: incident)
                }
            }
        }
        return due.count
    }

    /// Writes down when tokens were used last.
    package func noteTokenUses() async throws {
        let uses = gate.takeUses()
        guard !uses.isEmpty else { return }
        try await perform(.cordon("clock")) { try $0.noteTokenUse(uses) }
    }
}

extension Work {
    fileprivate func lapseOverride(_ key: String) throws {
        let workflow = try workflow(key)
        let owners = try owners(of: key, workflow.profile)
        try record(
            workflow.lapseOverride(policy: try policy().policy, owners: owners, at: now),
            on: workflow)
    }

    fileprivate func endWatch(_ key: String, incident number: String) throws {
        let workflow = try workflow(key)
        try record(workflow.endWatch(at: now), on: workflow)
        let sequence = try sequence(number)
        try record(sequence.endWatch(at: now), on: sequence)
    }
}
