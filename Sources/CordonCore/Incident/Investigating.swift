/// Look back, find the cause, evaluate: steps 6, 7 and 9.
extension ResponseSequence {
    package func open(_ lookback: Lookback, at now: Instant) throws(Refusal) -> [IncidentEvent] {
        try notClosed()
        var faults: [Blocker] = []
        if lookback.from >= lookback.to || lookback.to > now {
            faults.append(
                Blocker(
                    "from", "the window begins before it ends, and ends by now", pointer: "/from"))
        }
        if lookback.populationCount < 0 {
            faults.append(Blocker("population_count", "0 or more", pointer: "/population_count"))
        }
        if lookback.method == .sample,
            lookback.sampleSeed?.isEmpty ?? true
                || !(1...max(1, lookback.populationCount)).contains(lookback.sampleSize ?? 0)
        {
            faults.append(
                Blocker(
                    "sample_seed", "a sample says its size and the seed that draws it again",
                    pointer: "/sample_seed"))
        }
        if lookback.days < policy.lookbackDays, lookback.shorterBecause?.isEmpty ?? true {
            faults.append(
                Blocker(
                    "shorter_because",
                    "the window is \(lookback.days) days, the policy asks for "
                        + "\(policy.lookbackDays): say why it is shorter",
                    pointer: "/shorter_because"))
        }
        guard faults.isEmpty else {
            throw Refusal(.invalidInput, "The look back has faults.", blockers: faults)
        }
        return [.lookbackOpened(lookback)]
    }

    /// Adds a finding; an affected one becomes an affected record at once.
    package func add(
        _ finding: Lookback.Finding, to id: String, affectedID: String
    ) throws(Refusal) -> [IncidentEvent] {
        try notClosed()
        let lookback = try openLookback(id)
        let event = IncidentEvent.findingAdded(lookback: lookback.id, finding)
        guard finding.verdict == .affected else { return [event] }
        return [
            event,
            .affectedAdded(
                AffectedRecord(
                    id: affectedID, kind: .output, reference: finding.reference,
                    description: finding.description)),
        ]
    }

    package func conclude(
        lookback id: String, examined: Int, text: String, by person: Person, at now: Instant
    ) throws(Refusal) -> [IncidentEvent] {
        try notClosed()
        let lookback = try openLookback(id)
        let needed =
            lookback.method == .all ? lookback.populationCount : (lookback.sampleSize ?? 0)
        guard examined >= needed else {
            throw Refusal(
                .invalidInput,
                "\(examined) of \(needed) were examined: examine the rest, or open a look back "
                    + "over what was examined.")
        }
        return [
            .lookbackConcluded(
                lookback: id,
                Lookback.Conclusion(text: text, examined: examined, by: person, at: now))
        ]
    }

    private func openLookback(_ id: String) throws(Refusal) -> Lookback {
        guard let lookback = incident.lookbacks.first(where: { $0.id == id }) else {
            throw Refusal(.notFound, "The incident has no look back \(id).")
        }
        guard lookback.conclusion == nil else {
            throw Refusal(.wrongState, "The look back is concluded; open another one.")
        }
        return lookback
    }

    /// Records the cause.
    ///
    /// The wrong output alone is never one: a control is named, and a class that
    /// is easily blamed (the model) asks for other explanations first.
    package func find(_ cause: Cause) throws(Refusal) -> [IncidentEvent] {
        try notClosed()
        var faults: [Blocker] = []
        let classes = policy.failureClasses.map(\.key)
        for key in [cause.failureClass] + cause.contributing where !classes.contains(key) {
            faults.append(
                Blocker(
                    "failure_class", "\(key) is unknown: use \(classes.joined(separator: ", "))",
                    pointer: "/failure_class"))
        }
        for finding in cause.controls where policy.control(finding.control) == nil {
            let known = policy.controls.map(\.key).joined(separator: ", ")
            faults.append(
                Blocker(
                    "controls", "\(finding.control) is unknown: use \(known)", pointer: "/controls")
            )
        }
        if cause.faulted.isEmpty {
            faults.append(
                Blocker(
                    "failed_control", "name the control that failed, was missing or was bypassed",
                    step: 7, pointer: "/controls"))
        }
        if cause.contributing.isEmpty, let chosen = policy.failureClass(cause.failureClass) {
            for subject in chosen.considerFirst where cause.considered[subject]?.isEmpty ?? true {
                faults.append(
                    Blocker(
                        "considered",
                        "before \(chosen.key) alone: what was found about \(subject)?",
                        step: 7, pointer: "/considered/\(subject)"))
            }
        }
        guard faults.isEmpty else {
            throw Refusal(.invalidInput, "The cause is not complete.", blockers: faults)
        }
        return [.causeFound(cause)]
    }

    package func add(_ value: EvaluationCase) throws(Refusal) -> [IncidentEvent] {
        try notClosed()
        guard let known = incident.cases.first(where: { $0.value.key == value.key }) else {
            return [.caseAdded(value)]
        }
        guard known.value == value else {
            throw Refusal(
                .invalidInput, "There is a case \(value.key) already: choose another key.",
                blockers: [Blocker("key", "taken", pointer: "/key")])
        }
        return []
    }

    package func record(_ run: EvaluationRun) throws(Refusal) -> [IncidentEvent] {
        try notClosed()
        var faults: [Blocker] = []
        if run.results.isEmpty {
            faults.append(Blocker("results", "at least one", pointer: "/results"))
        }
        if Set(run.results.map(\.key)).count != run.results.count {
            faults.append(Blocker("results", "each case once", pointer: "/results"))
        }
        for result in run.results
        where result.runs < 1 || !(0...result.runs).contains(result.passes) {
            faults.append(
                Blocker("results", "\(result.key): passes lie from 0 to runs", pointer: "/results"))
        }
        guard faults.isEmpty else {
            throw Refusal(.invalidInput, "The evaluation run has faults.", blockers: faults)
        }
        return [.runRecorded(run)]
    }
}
