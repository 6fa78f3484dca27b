/// One exact call that waits for people, from the question to its one use.
///
/// What they allow is that call and no other, once, until the window ends, and nothing any more
/// when the workflow has been stopped in between.
package struct Approval: Codable, Equatable, Sendable {
    package let id: String
    package let request: Request
    /// Whose key asked: who never decides on it.
    package let askedBy: Person
    package let askedAt: Instant
    /// Who has opened it to read, each person once.
    package private(set) var openings: [Opening] = []
    /// The yeses that count; an edit makes the earlier ones void.
    package private(set) var grants: [Stated<String>] = []
    /// The call as somebody has changed it before saying yes.
    package private(set) var edited: ExactCall?
    /// How many people have to say yes: an edit can make it more.
    package private(set) var persons: Int
    package private(set) var rejection: Stated<String>?
    package private(set) var ending: Ending?
    package private(set) var version = 1

    /// What is asked.
    package struct Request: Codable, Equatable, Sendable {
        package let call: ExactCall
        package let policyVersion: Int
        package let reason: String
        /// How many people have to say yes.
        package let persons: Int
        /// The roles that may decide; empty for each that brings the permission.
        package let approvers: [Role]
        package let expiresAt: Instant
        /// What the call would change, as the caller shows it.
        package let diff: String?
        package let run: String?
        /// The login of the person for whom the run works: no more an approver than who asks.
        package let user: String?

        package init(
            call: ExactCall, policyVersion: Int, need: ApprovalNeed, expiresAt: Instant,
            diff: String? = nil, run: String? = nil, user: String? = nil
        ) {
            self.call = call
            self.policyVersion = policyVersion
            reason = need.reason
            persons = need.persons
            approvers = need.approvers
            self.expiresAt = expiresAt
            self.diff = diff
            self.run = run
            self.user = user
        }

        /// The roles that may decide, where they are held for the workflow.
        package var deciders: [Role] {
            approvers.isEmpty
                ? Role.allCases.filter { $0.permissions.contains(.approve) } : approvers
        }

        package var digest: String { call.digest(policyVersion: policyVersion) }
    }

    package struct Opening: Codable, Equatable, Sendable {
        package let by: Person
        package let at: Instant
    }

    /// After which nothing can become of it.
    package struct Ending: Codable, Equatable, Sendable {
        package enum Kind: String, Codable, Sendable { case used, voided, expired }

        package let kind: Kind
        package let at: Instant
        /// Where it was used, or why it is void.
        package let detail: String
    }

    package enum State: String, Codable, CaseIterable, Sendable {
        case pending, approved, rejected, used, voided, expired
    }

    /// As the events say; ``state(at:)`` knows the time as well.
    package var state: State {
        switch ending?.kind {
        case .used: .used
        case .voided: .voided
        case .expired: .expired
        case nil:
            rejection != nil ? .rejected : grants.count >= persons ? .approved : .pending
        }
    }

    /// Silence is a no as soon as the window has ended, whether or not that was written down yet.
    package func state(at now: Instant) -> State {
        let said = state
        guard said == .pending || said == .approved, request.expiresAt <= now else { return said }
        return .expired
    }

    /// The call that may be carried out once it is approved.
    package var grantedCall: ExactCall { edited ?? request.call }

    package var grantedDigest: String {
        grantedCall.digest(policyVersion: request.policyVersion)
    }

    /// For how long a person had it open before deciding; `nil` when they never opened it.
    package func readingMilliseconds(of decision: Stated<String>) -> Int64? {
        openings.first { $0.by.id == decision.by.id }
            .map { decision.at.milliseconds - $0.at.milliseconds }
    }

    /// Calls of one workflow that may wait at the same time.
    package static let waitingAtMost = 100
    /// Bytes of a caller's own description of what would change.
    package static let diffAtMost = 64 << 10
}

/// What happens to an approval, in the stream `approval/ID`.
///
/// Case names are stored: they are never renamed.
package enum ApprovalEvent: Codable, Equatable, Sendable {
    case asked(Approval.Request)
    case opened
    case approved(reason: String)
    /// A yes to the same call with other arguments.
    case approvedEdited(reason: String, call: ExactCall, persons: Int)
    case rejected(reason: String)
    case used(at: String)
    case voided(reason: String)
    case expired
}

extension Approval {
    /// - Returns: `nil` when `event` asks nothing.
    package init?(id: String, first event: ApprovalEvent, by: Person, at: Instant) {
        guard case .asked(let request) = event else { return nil }
        self.id = id
        self.request = request
        askedBy = by
        askedAt = at
        persons = request.persons
    }

    package mutating func apply(_ event: ApprovalEvent, by: Person, at: Instant) {
        version += 1
        switch event {
        case .asked: break
        case .opened: openings.append(Opening(by: by, at: at))
        case .approved(let reason): grants.append(Stated(reason, by: by, at: at))
        case .approvedEdited(let reason, let call, let persons):
            edited = call
            self.persons = persons
            grants = [Stated(reason, by: by, at: at)]
        case .rejected(let reason): rejection = Stated(reason, by: by, at: at)
        case .used(let place): ending = Ending(kind: .used, at: at, detail: place)
        case .voided(let reason): ending = Ending(kind: .voided, at: at, detail: reason)
        case .expired: ending = Ending(kind: .expired, at: at, detail: "")
        }
    }
}
