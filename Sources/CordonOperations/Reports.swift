package import CordonCore
import CordonStore

/// What somebody reports: four answers are enough.
package struct ReportInput: Sendable {
    package var workflow: String?
    package var what: String
    package var leftCompany: Answer
    package var stop: Bool
    package var contact: String?
    package var discovered: String?
    package var occurredAt: Instant?
    package var detectedAt: Instant?

    package init(
        workflow: String?, what: String, leftCompany: Answer, stop: Bool, contact: String? = nil,
        discovered: String? = nil, occurredAt: Instant? = nil, detectedAt: Instant? = nil
    ) {
        self.workflow = workflow
        self.what = what
        self.leftCompany = leftCompany
        self.stop = stop
        self.contact = contact
        self.discovered = discovered
        self.occurredAt = occurredAt
        self.detectedAt = detectedAt
    }
}

/// Report: step 1.
extension Work {
    /// Opens an incident from a report; with `stop`, the workflow is stopped in the same
    /// transaction.
    ///
    /// A workflow that nobody registered is kept in the reporter's words: a report is never refused
    /// for it. On a watched workflow a report of somebody who may stop it may trip the watch, which
    /// stops it again.
    package func report(_ input: ReportInput) throws -> (ResponseSequence, StopOutcome?) {
        try need(.report)
        try mayTouch(input.workflow)
        let named = try input.workflow.flatMap { try transaction.workflow($0) }
        var sequence = try openIncident(
            workflow: named?.key, unlisted: named == nil ? input.workflow : nil, what: input.what,
            leftCompany: input.leftCompany, contact: input.contact, discovered: input.discovered)
        for (moment, time) in [
            (Moment.occurred, input.occurredAt), (.detected, input.detectedAt),
        ] {
            guard let time else { continue }
            let statement = TimeStatement(moment, time, source: "The reporter")
            sequence = try record(sequence.state(statement, at: now), on: sequence)
        }
        guard let named, named.retiredReason == nil else { return (sequence, nil) }
        if caller.permissions.contains(.stop) { try tripOnReport(named, sequence) }
        guard input.stop else { return (sequence, nil) }
        let outcome = try contain(
            try workflow(named.key), scope: .whole, related: false,
            // The reporter's words may hold what not everybody at the gate may read.
            reason: "Stopped with the report \(sequence.incident.number).", sequence)
        return (outcome.sequence, outcome)
    }

    func openIncident(
        workflow: String?, unlisted: String?, what: String, leftCompany: Answer,
        contact: String? = nil, discovered: String? = nil
    ) throws -> ResponseSequence {
        let year = now.year
        let next = try transaction.incidentNextSequence(year: year)
        let digits = String(next)
        let padded = String(repeating: "0", count: max(0, 4 - digits.count)) + digits
        let (_, version) = try policy()
        let report = Report(
            number: "INC-\(year)-\(padded)", workflow: workflow, unlisted: unlisted, what: what,
            leftCompany: leftCompany, contact: contact, discovered: discovered,
            policyVersion: version)
        let event = IncidentEvent.reported(report)
        guard let incident = Incident(first: event, by: person, at: now) else {
            throw Refusal(.internalFault, "The report has no first event.")
        }
        let revision = try journal(event, stream: "incident/\(incident.number)")
        let opened = try sequence(of: incident)
        try keep(opened, revision: revision)
        if let workflow {
            try hold(workflow, for: incident, lookbackDays: opened.policy.lookbackDays)
        }
        guard leftCompany == .yes else { return opened }
        // The answer alone already sets a floor: it is declared at once.
        return try record(
            [
                .levelRaised(
                    to: opened.floor.confirmed, reason: "Reported as having left the company.")
            ],
            on: opened)
    }

    private func tripOnReport(_ workflow: Workflow, _ report: ResponseSequence) throws {
        guard let watch = workflow.watch,
            let condition = watch.conditions.first(where: { $0.kind == .newReport }),
            let watched = try transaction.incident(watch.incident),
            let restarted = watched.restarts.last?.at
        else { return }
        var seen = 0
        for kind in Kind.allCases where kind != .declined {
            seen += try transaction.incidentsAlike(
                workflow: workflow.key, kind: kind, since: restarted
            ).filter { $0.number != watch.incident }.count
        }
        guard seen >= condition.threshold else { return }
        try trip(
            workflow, .newReport,
            detail: "\(report.incident.number) was reported during the watch.")
    }

    /// A condition of the watch tripped: the restart no longer holds and the workflow stops again.
    func trip(_ workflow: Workflow, _ kind: Watch.Kind, detail: String) throws {
        guard let watch = workflow.watch, watch.conditions.contains(where: { $0.kind == kind })
        else { return }
        let watched = try sequence(watch.incident)
        let events = watched.trip(kind, detail: detail)
        let reason = "The watch tripped: \(detail)"
        guard !events.isEmpty else {
            // The watch outlived its incident's own: what trips it now is an event of its own.
            let opened = try openIncident(
                workflow: workflow.key, unlisted: nil, what: reason, leftCompany: .unknown)
            _ = try contain(workflow, scope: .whole, related: false, reason: reason, opened)
            return
        }
        var after = try record(events, on: watched)
        // Everything that was restarted on these signatures stops with them.
        for key in Set(after.incident.containments.map(\.workflow)).union([workflow.key]).sorted() {
            let other = try self.workflow(key)
            guard other.watch?.incident == watch.incident, other.retiredReason == nil
            else { continue }
            after = try contain(
                other, scope: .whole, related: false, reason: reason, after
            ).sequence
        }
    }
}

extension Operations {
    /// Stops a watched workflow again because the gate has refused too many actions.
    ///
    /// Called by whoever got the refusal that tripped it, before it is answered.
    package func tripOnDenial(_ key: String, reason: String) async throws {
        try await perform(.cordon("watch"), holding: [key]) { work in
            try work.trip(
                try work.workflow(key), .deniedAction, detail: "The gate refused: \(reason)")
        }
    }
}
