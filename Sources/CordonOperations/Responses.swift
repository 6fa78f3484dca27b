package import CordonCore
import CordonLedger
import CordonStore
import Crypto
import FoundationEssentials

/// The response: one method per act, each on one incident.
extension Work {
    /// Runs one act: checks the permission, loads, lets the domain decide, records, and draws the
    /// consequences that reach beyond the incident.
    package func act(
        _ number: String, _ permission: Permission,
        _ decide: (ResponseSequence) throws -> [IncidentEvent]
    ) throws -> ResponseSequence {
        try need(permission)
        let sequence = try sequence(number)
        let events = try decide(sequence)
        return try drawConsequences(try record(events, on: sequence), since: events)
    }

    /// A promotion of what repeats, a collective review of a control that fails again.
    private func drawConsequences(
        _ sequence: ResponseSequence, since events: [IncidentEvent]
    ) throws -> ResponseSequence {
        guard !events.isEmpty else { return sequence }
        return try raiseCollectiveReviews(try promoteRepeats(sequence))
    }

    /// A quality issue that repeats is one no longer.
    private func promoteRepeats(_ sequence: ResponseSequence) throws -> ResponseSequence {
        let incident = sequence.incident
        guard sequence.kind == .qualityIssue, incident.triage != nil,
            let workflow = incident.workflow
        else { return sequence }
        let terms = sequence.policy.promotion
        let alike = try transaction.incidentsAlike(
            workflow: workflow, kind: .qualityIssue, since: now.adding(days: -terms.days)
        ).filter { $0.number == incident.number || $0.isAlike(incident) }
        guard alike.count >= terms.repeats else { return sequence }
        return try record(
            [.promoted(because: alike.map(\.number), level: terms.level)], on: sequence)
    }

    private func raiseCollectiveReviews(_ sequence: ResponseSequence) throws -> ResponseSequence {
        var sequence = sequence
        let terms = sequence.policy.recurrence
        for control in sequence.incident.cause?.value.faulted ?? [] {
            guard sequence.incident.collectiveReviews[control] == nil else { continue }
            let failures = try transaction.controlFailures(
                control, since: now.adding(days: -terms.days))
            guard failures.count >= terms.failures else { continue }
            sequence = try record(
                [.collectiveReviewRaised(control: control, incidents: failures)], on: sequence)
        }
        return sequence
    }

    /// Attaches bytes as evidence: their SHA-256 is taken on receipt and is what is signed.
    package func attach(
        _ number: String, kind: EvidenceKind, name: String, mediaType: String, bytes: [UInt8],
        note: String?
    ) throws -> (ResponseSequence, EvidenceItem) {
        let digest = Hex.sha256(bytes)
        let item = EvidenceItem(
            id: outside.newID(), kind: kind, name: name, mediaType: mediaType, size: bytes.count,
            sha256: digest, note: note)
        let own = try sequence(number).incident.reporter.id == person.id
        let after = try act(number, own ? .report : .respond) { try $0.attach(item) }
        try transaction.attachmentInsert(sha256: digest, bytes: bytes)
        return (after, item)
    }

    /// The bytes of a piece of evidence, checked against the hash that was taken on receipt.
    package func evidenceBytes(
        _ number: String, _ id: String
    ) throws -> (item: EvidenceItem, bytes: [UInt8]) {
        let incident = try sequence(number).incident
        guard let item = incident.evidence.first(where: { $0.value.id == id })?.value else {
            throw Refusal(.notFound, "The incident has no evidence \(id).")
        }
        guard let bytes = try transaction.attachment(sha256: item.sha256),
            Hex.sha256(bytes) == item.sha256
        else {
            throw Refusal(
                .internalFault,
                "The bytes of \(id) are not those that were received: run `cordon fsck`.")
        }
        return (item, bytes)
    }

    /// Adds cases and a run; a failing run during the watch stops the workflow again.
    package func evaluate(
        _ number: String, cases: [EvaluationCase], run: EvaluationRun?
    ) throws -> ResponseSequence {
        var sequence = try sequence(number)
        try need(.respond)
        for value in cases { sequence = try record(sequence.add(value), on: sequence) }
        guard let run else { return sequence }
        let events = try sequence.record(run)
        sequence = try drawConsequences(try record(events, on: sequence), since: events)
        guard run.subject == .fixed, run.results.contains(where: { !$0.passed }),
            let key = sequence.incident.workflow,
            let workflow = try transaction.workflow(key),
            let watch = workflow.watch, watch.incident == number
        else { return sequence }
        let failures = run.results.filter { !$0.passed }.count
        let threshold = watch.conditions.first { $0.kind == .evaluationFailed }?.threshold ?? .max
        guard failures >= threshold else { return sequence }
        try trip(
            workflow, .evaluationFailed,
            detail: "\(failures) evaluation cases fail on \(run.version).")
        return try self.sequence(number)
    }

    /// Restarts what the incident stopped, when nothing stands in the way any more.
    package func restart(
        _ number: String, conditions: String, watchHours: Int?, watch: [Watch.Condition]
    ) throws -> ResponseSequence {
        let after = try act(number, .restart) { sequence in
            try sequence.restart(
                conditions: conditions, watchHours: watchHours, watch: watch, by: person, at: now)
        }
        let window = after.incident.restarts.last?.watch
        for key in Set(after.incident.containments.map(\.workflow)).sorted() {
            let workflow = try workflow(key)
            guard workflow.containmentsInForce.contains(where: { $0.incident == number })
            else { continue }
            if window != nil, let superseded = workflow.watch, superseded.incident != number {
                // The workflow is watched for the newer incident from now on; the older window,
                // in which it did not stop itself, ends here.
                let older = try sequence(superseded.incident)
                try record([.watchEnded], on: older)
            }
            try record(workflow.restart(for: number, watch: window), on: workflow)
        }
        return after
    }

    package func incidents(
        _ filter: IncidentList, before cursor: (year: Int, sequence: Int)?, limit: Int
    ) throws -> [ResponseSequence] {
        try sequences(transaction.incidents(filter.filter, before: cursor, limit: limit))
    }

    /// What waits for people, the highest level first and then the oldest.
    package func incidentsPressing(limit: Int) throws -> [ResponseSequence] {
        try sequences(transaction.incidentsPressing(limit: limit))
    }

    /// Of what waits for people that in which a duty to notify came up, the most severe first.
    package func incidentsNotifying(limit: Int) throws -> [ResponseSequence] {
        try sequences(transaction.incidentsNotifying(limit: limit))
    }

    /// Whether the caller reported this incident, without reading it.
    package func hasReported(_ number: String) throws -> Bool {
        try transaction.incidentIs(number, reportedBy: person.id)
    }

    /// Incidents that are not closed and name something to put right, newest first.
    package func incidentsActing(limit: Int) throws -> [Incident] {
        try transaction.incidentsActing(limit: limit)
    }

    /// Of the newest incidents those that have raised a collective review.
    package func incidentsCollective(amongNewest count: Int) throws -> [Incident] {
        try transaction.incidentsCollective(amongNewest: count)
    }

    /// Of the newest incidents those whose number or report may hold the words, newest first.
    ///
    /// `limit` are as many as are wanted, where the words alone can be looked for.
    package func incidents(
        like words: String, amongNewest count: Int, limit: Int
    ) throws -> [Incident] {
        let run = PlainRun(of: words)
        return try transaction.incidents(
            holding: run, amongNewest: count, limit: run?.text == words ? limit : count)
    }

    /// How many incidents were reported in a span of time, by kind and level.
    package func incidentTally(
        from start: Instant, to end: Instant
    ) throws -> [(kind: Kind, level: Int, count: Int)] {
        try transaction.incidentTally(from: start, to: end)
    }

    /// How many incidents of each kind a workflow had in a span of time.
    package func incidentTally(
        of workflow: String, from start: Instant, to end: Instant
    ) throws -> [Kind: Int] {
        try transaction.incidentTally(of: workflow, from: start, to: end)
    }

    /// Incidents that were reported in a span of time and not declined, newest first.
    package func incidentsReported(
        from start: Instant, to end: Instant, limit: Int
    ) throws -> [ResponseSequence] {
        try sequences(transaction.incidentsReported(from: start, to: end, limit: limit))
    }

    /// What became of those in which something was stopped, a cause found or an action named.
    package func incidentsTelling(
        from start: Instant, to end: Instant, limit: Int
    ) throws -> [IncidentOutcome] {
        try transaction.incidentsTelling(from: start, to: end, limit: limit)
    }

    /// Incidents with their workflows, each of which is read once.
    private func sequences(_ incidents: [Incident]) throws -> [ResponseSequence] {
        var workflows: [String: Workflow] = [:]
        return try incidents.map { incident in
            var workflow: Workflow?
            if let key = incident.workflow {
                workflow = try workflows[key] ?? transaction.workflow(key)
                workflows[key] = workflow
            }
            return ResponseSequence(
                incident, policy: try policy(version: incident.report.policyVersion),
                workflow: workflow)
        }
    }
}

extension Incident {
    /// Whether it fails in the same way: the same primary type, or a failed control in common.
    fileprivate func isAlike(_ other: Incident) -> Bool {
        if let type = classification?.value.primary, type == other.classification?.value.primary {
            return true
        }
        let controls = Set(cause?.value.faulted ?? [])
        return !controls.isDisjoint(with: other.cause?.value.faulted ?? [])
    }
}
