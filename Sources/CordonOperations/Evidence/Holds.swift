package import CordonCore
import CordonStore

/// Holds: what may not be deleted, and who lets it go.
extension Work {
    /// Places a hold by a person's decision.
    package func placeHold(_ terms: Hold.Terms) throws -> Hold {
        try need(.holdEvidence)
        try mayTouch(terms.workflow)
        if let to = terms.to, to < terms.from {
            throw Refusal(
                .invalidInput, "The hold ends before it begins.",
                blockers: [Blocker("to", "before `from`", pointer: "/to")])
        }
        return try place(terms)
    }

    /// Places a hold; what the evidence lacks at this moment is named on it.
    @discardableResult
    func place(_ terms: Hold.Terms) throws -> Hold {
        let gaps = try openGaps(of: terms.workflow).map { "\($0.kind.rawValue): \($0.detail)" }
        let event = HoldEvent.placed(
            Hold.Terms(
                workflow: terms.workflow, from: terms.from, to: terms.to, reason: terms.reason,
                incident: terms.incident, gaps: gaps))
        let id = outside.newID()
        guard let hold = Hold(id: id, first: event, by: person, at: now) else {
            throw Refusal(.internalFault, "The hold has no first event.")
        }
        try journal(event, stream: "hold/\(id)")
        try transaction.holdSave(hold)
        return hold
    }

    /// The hold that an incident puts on a workflow, once for each.
    func hold(_ workflow: String, for incident: Incident, lookbackDays: Int) throws {
        let isHeld = try transaction.holds(workflow: workflow, released: true).contains {
            $0.terms.incident == incident.number
        }
        guard !isHeld else { return }
        try place(
            Hold.Terms(
                workflow: workflow, from: now.adding(days: -lookbackDays),
                reason: "Opened with \(incident.number).", incident: incident.number))
    }

    package func releaseHold(_ id: String, reason: String) throws -> Hold {
        try need(.holdEvidence)
        let hold = try hold(id)
        return try record(hold.release(reason: reason, by: person), on: hold)
    }

    package func withdrawRelease(_ id: String, reason: String) throws -> Hold {
        try need(.holdEvidence)
        let hold = try hold(id)
        return try record(hold.withdrawRelease(reason: reason), on: hold)
    }

    package func holds(
        workflow: String?, released: Bool, after id: String, limit: Int
    ) throws -> [Hold] {
        try transaction.holds(workflow: workflow, released: released, after: id, limit: limit)
    }

    package func hold(_ id: String) throws -> Hold {
        guard let hold = try transaction.hold(id) else {
            throw Refusal(.notFound, "There is no hold \(id).")
        }
        try mayTouch(hold.terms.workflow)
        return hold
    }

    /// The holds that cover a record.
    func holds(on row: EvidenceRow, of workflow: String) throws -> [Hold] {
        try transaction.holds(workflow: workflow, released: false).filter {
            $0.covers(workflow: workflow, at: row.at, receivedAt: row.receivedAt)
        }
    }

    private func record(_ events: [HoldEvent], on hold: Hold) throws -> Hold {
        var hold = hold
        for event in events {
            try journal(event, stream: "hold/\(hold.id)")
            hold.apply(event, by: person, at: now)
        }
        try transaction.holdSave(hold)
        return hold
    }

    func openGaps(of workflow: String) throws -> [StoredGap] {
        guard let source = try source(workflow) else { return [] }
        return try transaction.gaps(source: source.number, openOnly: true)
    }

    func source(_ workflow: String) throws -> EvidenceSource? {
        try transaction.source(workflow)
    }
}
