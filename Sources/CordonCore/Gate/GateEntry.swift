/// What the gate must know of one workflow to decide without asking anybody.
package struct GateEntry: Equatable, Sendable {
    package let key: String
    package let state: Workflow.State
    /// The journal index of the change that made it: late news never undoes newer news.
    package let revision: UInt64
    package let stops: [Stop]
    package let stopTest: StopTest?
    package let fallback: Fallback?
    package let authority: Authority?
    package let terms: GatewayTerms
    /// What the company lets any workflow do.
    package let lane: LaneTerms
    package let overrideExpiresAt: Instant?
    package let draftingLeaseMilliseconds: Int
    package let actingLeaseMilliseconds: Int
    package let watch: Watch?
    package let dues: [Due]

    /// One containment in force.
    package struct Stop: Equatable, Sendable {
        package let scope: Containment.Scope
        package let reason: String
        package let incident: String

        package init(scope: Containment.Scope, reason: String, incident: String) {
            self.scope = scope
            self.reason = reason
            self.incident = incident
        }

        /// What a stop test is to whoever meets it: a stop of everything, of no incident.
        package init(_ test: StopTest) {
            self.init(scope: .whole, reason: test.reason, incident: "")
        }
    }

    package init(_ workflow: Workflow, policy: Policy, revision: UInt64) {
        key = workflow.key
        state = workflow.state
        self.revision = revision
        stops = workflow.containmentsInForce.map {
            Stop(scope: $0.scope, reason: $0.reason, incident: $0.incident)
        }
        stopTest = workflow.stopTest
        fallback = workflow.profile.fallback
        authority = workflow.profile.authority
        terms = workflow.profile.gateway ?? .usual
        lane = LaneTerms(policy)
        overrideExpiresAt = workflow.override?.expiresAt
        draftingLeaseMilliseconds = policy.gate.draftingLeaseMilliseconds
        actingLeaseMilliseconds = policy.gate.actingLeaseMilliseconds
        watch = workflow.watch
        dues = workflow.dues
    }
}

extension GateEntry {
    /// Whether an answer waits for its record, and nothing begins that could not be kept.
    package var recordsFirst: Bool { terms.recording(authority) == .recordOrRefuse }

    /// Every stop in force, and a stop test, as whoever follows the gate has to know them.
    package var stopsToTell: [Stop] { stops + [stopTest.map(Stop.init)].compactMap(\.self) }

    /// Whether the workflow as such may go on, as far as that does not depend on what it does.
    package var mayRun: Bool {
        !stopsToTell.contains { $0.scope == .whole } && state != .retired && !lane.blocksAll
    }
}

/// What a caller wants to do.
package struct GateRequest: Equatable, Sendable {
    package let action: GateAction
    package let tool: String?
    package let arguments: [String: GateArgument]
    package let target: Recipient?
    /// The record that the run is about, as its caller names it: an account, a case.
    package let record: String?

    package init(
        action: GateAction, tool: String? = nil, arguments: [String: GateArgument] = [:],
        target: Recipient? = nil, record: String? = nil
    ) {
        self.action = action
        self.tool = tool
        self.arguments = arguments
        self.target = target
        self.record = record
    }

    /// Whom a delivery reaches.
    package enum Recipient: String, Codable, CaseIterable, Sendable { case inside, outside }
}

/// An argument as far as a rule can judge it; everything else is `other` and passes no bound.
package enum GateArgument: Equatable, Sendable {
    case number(Double)
    case text(String)
    /// Texts and numbers: every one of them has to pass.
    case list([GateArgument])
    case other
}

/// The gate's answer.
package enum GateDecision: Equatable, Sendable {
    case allow(leaseMilliseconds: Int)
    /// Stopped by a containment, with the fallback to take instead.
    case stopped(GateEntry.Stop)
    /// Not stopped, but not in the workflow's authority.
    case deny(String)
    /// In the authority, once people have said yes to exactly this.
    case approval(ApprovalNeed)
    /// Not in production, and the chosen lane does not let a draft do this.
    case notReady(String)
}
