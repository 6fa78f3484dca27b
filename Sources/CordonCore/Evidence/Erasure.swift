/// A request to destroy the content of records, for good and on a legal basis.
///
/// One person proposes, another approves. What remains of a record is its leaf, its place, its time
/// and its workflow.
package struct Erasure: Codable, Equatable, Sendable {
    package let id: String
    package let request: Request
    package let proposedBy: Person
    package let proposedAt: Instant
    package private(set) var approvedBy: Person?
    package private(set) var executedAt: Instant?
    /// How many records were erased; those that were gone already do not count.
    package private(set) var erased = 0
    package private(set) var refusals: [Stated<String>] = []
    package private(set) var version = 1

    package struct Request: Codable, Equatable, Sendable {
        /// Places in the log, in their order.
        package let indices: [UInt64]
        /// The legal basis, such as an article of a law.
        package let basis: String
        package let reason: String

        package init(indices: [UInt64], basis: String, reason: String) {
            self.indices = indices
            self.basis = basis
            self.reason = reason
        }
    }

    package enum State: String, Codable, CaseIterable, Sendable { case proposed, executed }

    package var state: State { executedAt == nil ? .proposed : .executed }

    /// The most records that one request can name.
    package static let recordsAtMost = 10_000
}

/// What happens to a request for erasure, in the stream `erasure/ID`.
package enum ErasureEvent: Codable, Equatable, Sendable {
    case proposed(Erasure.Request)
    /// Held evidence is never erased; who tried is kept.
    case refused(because: String)
    /// The erasure was approved and done; the approver is the actor of the event.
    case executed(records: Int, basis: String)
}

extension Erasure {
    /// - Returns: `nil` when `event` proposes nothing.
    package init?(id: String, first event: ErasureEvent, by: Person, at: Instant) {
        guard case .proposed(let request) = event else { return nil }
        self.id = id
        self.request = request
        proposedBy = by
        proposedAt = at
    }

    package mutating func apply(_ event: ErasureEvent, by: Person, at: Instant) {
        version += 1
        switch event {
        case .proposed: break
        case .refused(let because): refusals.append(Stated(because, by: by, at: at))
        case .executed(let records, _):
            approvedBy = by
            executedAt = at
            erased = records
        }
    }

    /// Whether `person` may approve it.
    package func mayApprove(_ person: Person) throws(Refusal) {
        guard executedAt == nil else {
            throw Refusal(.wrongState, "The erasure \(id) was carried out already.")
        }
        guard proposedBy.id != person.id else {
            throw Refusal(
                .secondPersonRequired,
                "You proposed this erasure yourself: another person has to approve it.")
        }
    }
}
