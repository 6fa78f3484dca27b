/// A stop that is tried: for a short while the gate refuses everything, and nothing is wrong.
///
/// It is no containment, so it can neither lift nor hide one. It ends by itself, whatever becomes
/// of the server that began it.
package struct StopTest: Codable, Equatable, Sendable {
    package let id: String
    package let by: Person
    package let beganAt: Instant
    package let until: Instant

    package init(id: String, by: Person, beganAt: Instant, until: Instant) {
        self.id = id
        self.by = by
        self.beganAt = beganAt
        self.until = until
    }

    /// How long those who are connected may take to meet the stop; a whole test, with what it takes
    /// to end it, stays within a minute.
    package static let seconds = 1...50
    package static let secondsToEnd = 5

    /// Also over when the clock was set back to before it began: it must never last.
    package func isOn(at now: Instant) -> Bool { beganAt <= now && now < until }

    package var reason: String {
        "Stop test by \(by.name), until \(until.rfc3339); nothing is wrong."
    }
}

extension Workflow {
    /// Begins a stop test; a workflow in production is tested by its owner alone, who says so.
    package func beginStopTest(
        id: String, by actor: Actor, seconds: Int, inProduction: Bool, at now: Instant
    ) throws(Refusal) -> [WorkflowEvent] {
        try mayTestStop()
        guard StopTest.seconds.contains(seconds) else {
            let range = "\(StopTest.seconds.lowerBound) to \(StopTest.seconds.upperBound)"
            throw Refusal(
                .invalidInput, "A stop test lasts \(range) seconds.",
                blockers: [Blocker("seconds", "from \(range)", pointer: "/seconds")])
        }
        if let stopTest, stopTest.isOn(at: now) {
            throw Refusal(
                .wrongState,
                "\(stopTest.by.name) is testing the stop, until \(stopTest.until.rfc3339).")
        }
        if productionSince != nil {
            guard inProduction else {
                throw Refusal(
                    .wrongState,
                    "\(key) is in production, and a stop test refuses its real work: its owner may "
                        + "say in_production.")
            }
            guard actor.holds(.owner, for: context) else {
                throw Refusal(.notPermitted, "Only its owner may test the stop in production.")
            }
        }
        let until = now.adding(milliseconds: Int64(seconds + StopTest.secondsToEnd) * 1_000)
        return [.stopTestBegan(StopTest(id: id, by: actor.person, beganAt: now, until: until))]
    }

    /// Ends the stop test `id`: with its proof, or with what was found instead.
    ///
    /// A stop that came meanwhile is in force whatever the test says, and leaves it without proof.
    package func endStopTest(
        _ id: String, proof: String?, finding: String
    ) -> [WorkflowEvent] {
        guard stopTest?.id == id else { return [] }
        guard let proof, containmentsInForce.isEmpty else {
            return [.stopTestEnded(finding: finding)]
        }
        return [.stopTested(proof: proof)]
    }

    /// Ends a stop test that nobody has brought to an end, as after a crash.
    package func lapseStopTest(at now: Instant) -> [WorkflowEvent] {
        guard let stopTest, !stopTest.isOn(at: now) else { return [] }
        return [.stopTestEnded(finding: "It was not brought to an end.")]
    }

    private func mayTestStop() throws(Refusal) {
        if retiredReason != nil { throw Refusal(.wrongState, "\(key) is retired.") }
        guard containmentsInForce.isEmpty else {
            throw Refusal(.wrongState, "The workflow is stopped: a stop is tested while it runs.")
        }
    }
}
