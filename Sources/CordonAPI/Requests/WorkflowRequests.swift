/// Registers a workflow: `POST /workflows`.
package struct WorkflowRequest: Codable, Sendable, Ruled {
    package var key: String
    package var name: String
    package var purpose: String?
    package var function: String
    package var owner: String?
    package var deputy: String?
    package var fallback: FallbackBody?
    package var reviewStandard: ReviewStandardBody?
    package var escalation: [EscalationBody]?
    package var authority: AuthorityBody?
    package var dataClasses: [String]?
    package var affectedParties: [String]?
    package var retention: String?
    package var severityOwners: [SeverityOwnerBody]?
    package var related: [String]?
    package var manualTargets: [ManualTargetBody]?
    package var gateway: GatewayBody?

    package static let rules: [String: Rule] = workflowRules
}

/// Changes a workflow's description: `PATCH /workflows/{key}`, with `If-Match`.

///

/// What is absent stays.
package struct WorkflowPatch: Codable, Sendable, Ruled {
    package var name: String?
    package var purpose: String?
    package var function: String?
    package var owner: String?
    package var deputy: String?
    package var fallback: FallbackBody?
    package var reviewStandard: ReviewStandardBody?
    package var escalation: [EscalationBody]?
    package var authority: AuthorityBody?
    package var dataClasses: [String]?
    package var affectedParties: [String]?
    package var retention: String?
    package var severityOwners: [SeverityOwnerBody]?
    package var related: [String]?
    package var manualTargets: [ManualTargetBody]?
    package var gateway: GatewayBody?

    package static let rules: [String: Rule] = workflowRules
}

private let workflowRules: [String: Rule] = [
    "key": slugRule, "name": Rule(minLength: 1, maxLength: 120),
    "purpose": Rule(maxLength: 4_000), "function": slugRule, "owner": loginRule,
    "deputy": loginRule, "escalation": Rule(maxItems: 50),
    "dataClasses": Rule(maxItems: 50, itemMaxLength: 120),
    "affectedParties": Rule(maxItems: 50, itemMaxLength: 120),
    "retention": Rule(description: "The key of a retention class of the policy.", maxLength: 64),
    "severityOwners": Rule(maxItems: 8),
    "related": Rule(maxItems: 50, itemMaxLength: 64, itemPattern: "^[a-z0-9]+(-[a-z0-9]+)*$"),
    "manualTargets": Rule(maxItems: 20),
]

/// The documented way of doing the work without the AI.
package struct FallbackBody: Codable, Sendable, Equatable, Ruled {
    package var title: String
    package var steps: [String]
    package var contact: String
    package var capacity: String?

    package static let rules: [String: Rule] = [
        "title": lineRule, "contact": lineRule, "capacity": Rule(maxLength: 200),
        "steps": Rule(minItems: 1, maxItems: 50, itemMaxLength: 1_000),
    ]

    package init(title: String, steps: [String], contact: String, capacity: String? = nil) {
        self.title = title
        self.steps = steps
        self.contact = contact
        self.capacity = capacity
    }
}

/// What a reviewer must check, and which share of the outputs is reviewed.
package struct ReviewStandardBody: Codable, Sendable, Equatable, Ruled {
    package var checks: [String]
    package var sharePercent: Int

    package static let rules: [String: Rule] = [
        "checks": Rule(minItems: 1, maxItems: 50, itemMaxLength: 1_000),
        "sharePercent": Rule(minimum: 0, maximum: 100),
    ]

    package init(checks: [String], sharePercent: Int) {
        self.checks = checks
        self.sharePercent = sharePercent
    }
}

/// Who is called for a function.
package struct EscalationBody: Codable, Sendable, Equatable, Ruled {
    package var function: String
    package var contact: String

    package static let rules: [String: Rule] = ["function": lineRule, "contact": lineRule]

    package init(function: String, contact: String) {
        self.function = function
        self.contact = contact
    }
}

/// Who owns the response at a level.
package struct SeverityOwnerBody: Codable, Sendable, Equatable, Ruled {
    package var level: Int
    package var contact: String

    package static let rules: [String: Rule] = [
        "level": Rule(minimum: 1, maximum: 4), "contact": lineRule,
    ]

    package init(level: Int, contact: String) {
        self.level = level
        self.contact = contact
    }
}

/// Something that has to be stopped by hand and confirmed by a named person.
package struct ManualTargetBody: Codable, Sendable, Equatable, Ruled {
    package var name: String
    package var instruction: String
    package var contact: String

    package static let rules: [String: Rule] = [
        "name": slugRule, "instruction": textRule, "contact": lineRule,
    ]

    package init(name: String, instruction: String, contact: String) {
        self.name = name
        self.instruction = instruction
        self.contact = contact
    }
}

/// What the workflow may do: nothing that is not written here.
package struct AuthorityBody: Codable, Sendable, Equatable, Ruled {
    package var mode: AuthorityMode
    package var tools: [ToolBody]?
    package var delivers: DeliveryReach?
    package var deliveryNeedsApproval: Bool?
    package var decides: Bool?
    /// Tools that are denied whatever else is written; `*` at the end stands for any rest.
    package var forbids: [String]?
    /// On which terms a delivery waits for people, where it does.
    package var deliveryApproval: ApprovalTermsBody?

    package static let rules: [String: Rule] = [
        "tools": Rule(maxItems: 200), "forbids": Rule(maxItems: 200, itemMaxLength: 400),
    ]

    package init(
        mode: AuthorityMode, tools: [ToolBody]? = nil, delivers: DeliveryReach? = nil,
        deliveryNeedsApproval: Bool? = nil, decides: Bool? = nil, forbids: [String]? = nil,
        deliveryApproval: ApprovalTermsBody? = nil
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

/// Whether a workflow may only draft, or act.
package enum AuthorityMode: String, Codable, CaseIterable, Sendable { case draft, act }
/// Whom an output may reach.
package enum DeliveryReach: String, Codable, CaseIterable, Sendable { case none, inside, outside }
/// Whether a tool only reads.
package enum ToolAccess: String, Codable, CaseIterable, Sendable { case read, write }

/// One tool, and with which arguments it may be called.
package struct ToolBody: Codable, Sendable, Equatable, Ruled {
    package var name: String
    package var access: ToolAccess
    package var needsApproval: Bool?
    package var arguments: [ArgumentBody]?
    /// On which terms a call waits for people, where it does.
    package var approval: ApprovalTermsBody?

    package static let rules: [String: Rule] = [
        "name": lineRule, "arguments": Rule(maxItems: 50),
    ]

    package init(
        name: String, access: ToolAccess, needsApproval: Bool? = nil,
        arguments: [ArgumentBody]? = nil, approval: ApprovalTermsBody? = nil
    ) {
        self.name = name
        self.access = access
        self.needsApproval = needsApproval
        self.arguments = arguments
        self.approval = approval
    }
}

/// What one argument must be: every bound that is given holds.
package struct ArgumentBody: Codable, Sendable, Equatable, Ruled {
    package var name: String
    package var oneOf: [String]?
    package var minimum: Double?
    package var maximum: Double?
    package var prefix: String?
    /// It must be the record that the run is about, as the caller names it.
    package var ownRecord: Bool?
    /// The domains that the addresses in it may belong to.
    package var domains: [String]?

    package static let rules: [String: Rule] = [
        "name": lineRule, "oneOf": Rule(minItems: 1, maxItems: 500, itemMaxLength: 400),
        "prefix": Rule(minLength: 1, maxLength: 400),
        "domains": Rule(minItems: 1, maxItems: 100, itemMaxLength: 253),
    ]

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

/// Marks a workflow `production`: `POST /workflows/{key}/production`.
package struct ProductionRequest: Codable, Sendable, Ruled {
    package var override: OverrideBody?

    package static let rules: [String: Rule] = [:]
}

/// An executive's decision to run without everything that readiness demands.
package struct OverrideBody: Codable, Sendable, Ruled {
    package var reason: String
    package var expiresAt: String

    package static let rules: [String: Rule] = [
        "reason": textRule,
        "expiresAt": Rule(description: "At most 30 days ahead.", format: "date-time"),
    ]
}

/// Records that the fallback was rehearsed: `POST /workflows/{key}/rehearsals`.
package struct RehearsalRequest: Codable, Sendable, Ruled {
    package var on: String

    package static let rules: [String: Rule] = ["on": Rule(format: "date-time")]
}

/// Retires a workflow: `POST /workflows/{key}/retire`.
package struct ReasonRequest: Codable, Sendable, Ruled {
    package var reason: String

    package static let rules: [String: Rule] = ["reason": textRule]
}

/// Tries the stop: `POST /workflows/{key}/stop-tests`.
package struct StopTestRequest: Codable, Sendable, Ruled {
    /// How long whatever is connected may take to meet the stop; 30 when absent.
    package var seconds: Int?
    /// How the manual targets were tried; it counts under the name of whoever says it.
    package var proof: String?
    /// Whether the real work of a workflow in production may be refused meanwhile; its owner's say.
    package var inProduction: Bool?

    package static let rules: [String: Rule] = [
        "seconds": Rule(minimum: 1, maximum: 50), "proof": textRule,
    ]
}

/// Stops a workflow: `POST /workflows/{key}/stop`.
package struct StopRequest: Codable, Sendable, Ruled {
    package var reason: String
    package var scope: ScopeBody?
    /// The number of the incident that it belongs to; a new one is opened when absent.
    package var incident: String?

    package static let rules: [String: Rule] = [
        "reason": textRule, "incident": Rule(maxLength: 32, pattern: "^INC-[0-9]{4}-[0-9]{4,}$"),
    ]
}

/// What is stopped: the whole workflow when nothing is said.
package struct ScopeBody: Codable, Sendable, Ruled {
    package var tool: String?
    package var outbound: Bool?
    /// Stops the related workflows too.
    package var related: Bool?

    package static let rules: [String: Rule] = ["tool": lineRule]
}

/// Confirms a manual target: `POST /workflows/{key}/containments/{id}/targets/{name}`.
package struct ConfirmationRequest: Codable, Sendable, Ruled {
    package var proof: String

    package static let rules: [String: Rule] = ["proof": textRule]
}

/// Asks the gate about one action: `POST /workflows/{key}/gate`.
package struct GateQuery: Codable, Sendable, Ruled {
    package var action: GateQueryAction
    package var tool: String?
    package var arguments: [String: JSONValue]?
    /// Whom a delivery reaches.
    package var target: GateQueryTarget?
    /// The caller's own name for its run.
    package var run: String?
    /// The record that the run is about: an account, a case.
    package var record: String?
    /// The login of the person for whom the run works: who then does not decide on it.
    package var user: String?
    /// What the action would change, for whoever has to approve it.
    package var diff: String?
    /// What the caller calls the place where it asks, so that people see when it was there last.
    package var point: String?

    package static let rules: [String: Rule] = [
        "point": Rule(minLength: 1, maxLength: 120),
        "tool": lineRule, "arguments": Rule(maxProperties: 100), "run": Rule(maxLength: 200),
        "record": Rule(maxLength: 200), "user": Rule(maxLength: 64),
        "diff": Rule(maxLength: 65_536),
    ]
}

/// What a workflow is about to do.
package enum GateQueryAction: String, Codable, CaseIterable, Sendable {
    case generate, tool, deliver, decide
}
/// Whom a delivery reaches.
package enum GateQueryTarget: String, Codable, CaseIterable, Sendable { case inside, outside }
