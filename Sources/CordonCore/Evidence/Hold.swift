/// A ban on deleting evidence of one workflow, from a time on.
///
/// Holds stack: a record is deletable only when its retention has run out and no hold covers it.
/// One person proposes the release with a reason, another confirms it.
package struct Hold: Codable, Equatable, Sendable {
    package let id: String
    package let terms: Terms
    package let placedBy: Person
    package let placedAt: Instant
    package private(set) var proposal: Stated<String>?
    package private(set) var releasedBy: Person?
    package private(set) var releasedAt: Instant?
    package private(set) var version = 1

    package struct Terms: Codable, Equatable, Sendable {
        package let workflow: String
        package let from: Instant
        /// The end of the window; `nil` holds whatever is still to come as well.
        package let to: Instant?
        package let reason: String
        package let incident: String?
        /// What the evidence lacked when the hold was placed.
        package let gaps: [String]

        package init(
            workflow: String, from: Instant, to: Instant? = nil, reason: String,
            incident: String? = nil, gaps: [String] = []
        ) {
            self.workflow = workflow
            self.from = from
            self.to = to
            self.reason = reason
            self.incident = incident
            self.gaps = gaps
        }
    }

    package var isReleased: Bool { releasedAt != nil }

    package enum State: String, Codable, CaseIterable, Sendable {
        case active
        case releaseProposed = "release_proposed"
        case released
    }

    package var state: State {
        isReleased ? .released : proposal == nil ? .active : .releaseProposed
    }

    /// Whether it covers a record, by the time that the record states or by that of its arrival.
    package func covers(workflow: String, at: Instant, receivedAt: Instant) -> Bool {
        guard !isReleased, workflow == terms.workflow, max(at, receivedAt) >= terms.from else {
            return false
        }
        return terms.to.map { min(at, receivedAt) <= $0 } ?? true
    }
}

/// What happens to a hold, in the stream `hold/ID`.
package enum HoldEvent: Codable, Equatable, Sendable {
    case placed(Hold.Terms)
    case releaseProposed(reason: String)
    case releaseWithdrawn(reason: String)
    case released(reason: String)
}

extension Hold {
    /// - Returns: `nil` when `event` places no hold.
    package init?(id: String, first event: HoldEvent, by: Person, at: Instant) {
        guard case .placed(let terms) = event else { return nil }
        self.id = id
        self.terms = terms
        placedBy = by
        placedAt = at
    }

    package mutating func apply(_ event: HoldEvent, by: Person, at: Instant) {
        version += 1
        switch event {
        case .placed: break
        case .releaseProposed(let reason): proposal = Stated(reason, by: by, at: at)
        case .releaseWithdrawn: proposal = nil
        case .released:
            releasedBy = by
            releasedAt = at
        }
    }

    /// Proposes the release, or confirms what another person has proposed.
    package func release(reason: String, by person: Person) throws(Refusal) -> [HoldEvent] {
        if isReleased { throw Refusal(.wrongState, "The hold \(id) is released already.") }
        guard let proposal else { return [.releaseProposed(reason: reason)] }
        guard proposal.by.id != person.id else {
            throw Refusal(
                .secondPersonRequired,
                "You proposed this release yourself: another person has to confirm it.")
        }
        return [.released(reason: reason)]
    }

    package func withdrawRelease(reason: String) throws(Refusal) -> [HoldEvent] {
        guard !isReleased, proposal != nil else {
            throw Refusal(.wrongState, "No release of the hold \(id) is proposed.")
        }
        return [.releaseWithdrawn(reason: reason)]
    }
}
