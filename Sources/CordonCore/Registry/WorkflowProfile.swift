/// What the company says of a workflow: who answers for it, what it may do, what happens without
/// it.
package struct WorkflowProfile: Codable, Equatable, Sendable {
    package var name: String
    package var purpose: String
    /// The business function that it belongs to, for its leader: a slug, `client-services`.
    package var function: String
    /// The login of the accountable person.
    package var owner: String?
    package var deputy: String?
    package var fallback: Fallback?
    package var reviewStandard: ReviewStandard?
    /// Who is called, in order, per function.
    package var escalation: [EscalationContact]
    package var authority: Authority?
    package var dataClasses: [String]
    package var affectedParties: [String]
    /// The key of a retention class of the policy.
    package var retention: String?
    package var severityOwners: [SeverityOwner]
    /// The keys of workflows that share its cause: a stop may reach them too.
    package var related: [String]
    /// What has to be stopped by hand, beside the gate: a mailbox rule, a scheduled job.
    package var manualTargets: [ManualTarget]
    /// On which terms its calls pass through the gateway; `nil` are the usual ones.
    package var gateway: GatewayTerms?

    package init(
        name: String, purpose: String = "", function: String, owner: String? = nil,
        deputy: String? = nil, fallback: Fallback? = nil, reviewStandard: ReviewStandard? = nil,
        escalation: [EscalationContact] = [], authority: Authority? = nil,
        dataClasses: [String] = [], affectedParties: [String] = [], retention: String? = nil,
        severityOwners: [SeverityOwner] = [], related: [String] = [],
        manualTargets: [ManualTarget] = [], gateway: GatewayTerms? = nil
    ) {
        self.name = name
        self.purpose = purpose
        self.function = function
        self.owner = owner
        self.deputy = deputy
        self.fallback = fallback
        self.reviewStandard = reviewStandard
        self.escalation = escalation
        self.authority = authority
        self.dataClasses = dataClasses
        self.affectedParties = affectedParties
        self.retention = retention
        self.severityOwners = severityOwners
        self.related = related
        self.manualTargets = manualTargets
        self.gateway = gateway
    }
}

/// The documented way of doing the work without the AI.
package struct Fallback: Codable, Equatable, Sendable {
    package var title: String
    package var steps: [String]
    /// Who does it, and whom to ask.
    package var contact: String
    /// How much of the usual work can be done this way, in words: "20 summaries a day".
    package var capacity: String

    package init(title: String, steps: [String], contact: String, capacity: String) {
        self.title = title
        self.steps = steps
        self.contact = contact
        self.capacity = capacity
    }
}

package struct ReviewStandard: Codable, Equatable, Sendable {
    /// What a reviewer must check.
    package var checks: [String]
    /// Which share of the outputs is reviewed, in percent, 0 to 100.
    package var sharePercent: Int

    package init(checks: [String], sharePercent: Int) {
        self.checks = checks
        self.sharePercent = sharePercent
    }
}

package struct EscalationContact: Codable, Equatable, Sendable {
    package var function: String
    package var contact: String

    package init(function: String, contact: String) {
        self.function = function
        self.contact = contact
    }
}

/// Who owns the response at a level.
package struct SeverityOwner: Codable, Equatable, Sendable {
    package var level: Int
    package var contact: String

    package init(level: Int, contact: String) {
        self.level = level
        self.contact = contact
    }
}

package struct ManualTarget: Codable, Equatable, Sendable {
    /// A slug, unique within the workflow.
    package var name: String
    package var instruction: String
    package var contact: String

    package init(name: String, instruction: String, contact: String) {
        self.name = name
        self.instruction = instruction
        self.contact = contact
    }
}

/// What the workflow may do: nothing that is not written here.
package struct Authority: Codable, Equatable, Sendable {
    package var mode: Mode
    package var tools: [ToolAuthority]
    /// Whom an output may reach.
    package var delivers: Delivery
    /// Whether a delivery waits for a person.
    package var deliveryNeedsApproval: Bool
    /// Whether it may decide about people or money by itself.
    package var decides: Bool
    /// Tools that are denied whatever else is written, `*` at the end standing for any rest.
    package var forbids: [String]?
    /// On which terms a delivery waits for a person, where it does.
    package var deliveryApproval: ApprovalTerms?

    package enum Mode: String, Codable, CaseIterable, Sendable { case draft, act }
    package enum Delivery: String, Codable, CaseIterable, Sendable { case none, inside, outside }

    package init(
        mode: Mode, tools: [ToolAuthority] = [], delivers: Delivery = .none,
        deliveryNeedsApproval: Bool = false, decides: Bool = false, forbids: [String]? = nil,
        deliveryApproval: ApprovalTerms? = nil
    ) {
        self.mode = mode
        self.tools = tools
        self.delivers = delivers
        self.deliveryNeedsApproval = deliveryNeedsApproval
        self.decides = decides
        self.forbids = forbids
        self.deliveryApproval = deliveryApproval
    }
}

/// One tool that the workflow may call, and with which arguments.
///
/// A name that ends in `*` stands for every tool whose name begins so; the exact name goes first.
package struct ToolAuthority: Codable, Equatable, Sendable {
    package var name: String
    package var access: Access
    package var needsApproval: Bool
    package var arguments: [ArgumentRule]
    /// On which terms a call waits for a person, where it does.
    package var approval: ApprovalTerms?

    /// A drafting workflow may only call tools that read.
    package enum Access: String, Codable, CaseIterable, Sendable { case read, write }

    package init(
        name: String, access: Access, needsApproval: Bool = false, arguments: [ArgumentRule] = [],
        approval: ApprovalTerms? = nil
    ) {
        self.name = name
        self.access = access
        self.needsApproval = needsApproval
        self.arguments = arguments
        self.approval = approval
    }
}

/// What one argument of a tool call must be: every bound that is given holds.
package struct ArgumentRule: Codable, Equatable, Sendable {
    package var name: String
    package var oneOf: [String]?
    package var minimum: Double?
    package var maximum: Double?
    package var prefix: String?
    /// Whether it must be the record that the run is about, as the caller names it.
    package var ownRecord: Bool?
    /// The domains that the addresses in it may belong to: recipients inside the company.
    package var domains: [String]?

    package init(
        name: String, oneOf: [String]? = nil, minimum: Double? = nil, maximum: Double? = nil,
        prefix: String? = nil, ownRecord: Bool? = nil, domains: [String]? = nil
    ) {
        self.name = name
        self.oneOf = oneOf
        self.minimum = minimum
        self.maximum = maximum
        self.prefix = prefix
        self.ownRecord = ownRecord
        self.domains = domains
    }
}
