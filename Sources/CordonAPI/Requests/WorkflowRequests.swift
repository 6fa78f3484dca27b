/// Registers a workflow: `POST /workflows`.
public struct WorkflowRequest: Codable, Sendable, Ruled {
    public var key: String
    public var name: String
    public var purpose: String?
    public var function: String
    public var owner: String?
    public var deputy: String?
    public var fallback: FallbackBody?
    public var reviewStandard: ReviewStandardBody?
    public var escalation: [EscalationBody]?
    public var authority: AuthorityBody?
    public var dataClasses: [String]?
    public var affectedParties: [String]?
    public var retention: String?
    public var severityOwners: [SeverityOwnerBody]?
    public var related: [String]?
    public var manualTargets: [ManualTargetBody]?

    /// Bounds by property.
    public static let rules: [String: Rule] = workflowRules

    /// - Parameter key: the slug by which programs know the workflow.
    public init(key: String, name: String, function: String) {
        self.key = key
        self.name = name
        self.function = function
    }
}

/// Changes a workflow's description: `PATCH /workflows/{key}`, with `If-Match`. What is absent stays.
public struct WorkflowPatch: Codable, Sendable, Ruled {
    public var name: String?
    public var purpose: String?
    public var function: String?
    public var owner: String?
    public var deputy: String?
    public var fallback: FallbackBody?
    public var reviewStandard: ReviewStandardBody?
    public var escalation: [EscalationBody]?
    public var authority: AuthorityBody?
    public var dataClasses: [String]?
    public var affectedParties: [String]?
    public var retention: String?
    public var severityOwners: [SeverityOwnerBody]?
    public var related: [String]?
    public var manualTargets: [ManualTargetBody]?

    /// Bounds by property.
    public static let rules: [String: Rule] = workflowRules

    /// Nothing is changed until a property is set.
    public init() {}
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
public struct FallbackBody: Codable, Sendable, Equatable, Ruled {
    public var title: String
    public var steps: [String]
    public var contact: String
    public var capacity: String?

    /// Bounds by property.
    public static let rules: [String: Rule] = [
        "title": lineRule, "contact": lineRule, "capacity": Rule(maxLength: 200),
        "steps": Rule(minItems: 1, maxItems: 50, itemMaxLength: 1_000),
    ]

    /// - Parameter steps: what to do, in order.
    public init(title: String, steps: [String], contact: String, capacity: String? = nil) {
        self.title = title
        self.steps = steps
        self.contact = contact
        self.capacity = capacity
    }
}

/// What a reviewer must check, and which share of the outputs is reviewed.
public struct ReviewStandardBody: Codable, Sendable, Equatable, Ruled {
    public var checks: [String]
    public var sharePercent: Int

    /// Bounds by property.
    public static let rules: [String: Rule] = [
        "checks": Rule(minItems: 1, maxItems: 50, itemMaxLength: 1_000),
        "sharePercent": Rule(minimum: 0, maximum: 100),
    ]

    /// - Parameter sharePercent: 0 to 100.
    public init(checks: [String], sharePercent: Int) {
        self.checks = checks
        self.sharePercent = sharePercent
    }
}

/// Who is called for a function.
public struct EscalationBody: Codable, Sendable, Equatable, Ruled {
    public var function: String
    public var contact: String

    /// Bounds by property.
    public static let rules: [String: Rule] = ["function": lineRule, "contact": lineRule]

    /// - Parameter contact: how the person is reached.
    public init(function: String, contact: String) {
        self.function = function
        self.contact = contact
    }
}

/// Who owns the response at a level.
public struct SeverityOwnerBody: Codable, Sendable, Equatable, Ruled {
    public var level: Int
    public var contact: String

    /// Bounds by property.
    public static let rules: [String: Rule] = [
        "level": Rule(minimum: 1, maximum: 4), "contact": lineRule,
    ]

    /// - Parameter level: 1 to 4.
    public init(level: Int, contact: String) {
        self.level = level
        self.contact = contact
    }
}

/// Something that has to be stopped by hand and confirmed by a named person.
public struct ManualTargetBody: Codable, Sendable, Equatable, Ruled {
    public var name: String
    public var instruction: String
    public var contact: String

    /// Bounds by property.
    public static let rules: [String: Rule] = [
        "name": slugRule, "instruction": textRule, "contact": lineRule,
    ]

    /// - Parameter name: a slug, unique within the workflow.
    public init(name: String, instruction: String, contact: String) {
        self.name = name
        self.instruction = instruction
        self.contact = contact
    }
}

/// What the workflow may do: nothing that is not written here.
public struct AuthorityBody: Codable, Sendable, Equatable, Ruled {
    public var mode: AuthorityMode
    public var tools: [ToolBody]?
    public var delivers: DeliveryReach?
    public var deliveryNeedsApproval: Bool?
    public var decides: Bool?

    /// Bounds by property.
    public static let rules: [String: Rule] = ["tools": Rule(maxItems: 200)]

    /// - Parameter mode: whether it may only draft, or act.
    public init(
        mode: AuthorityMode, tools: [ToolBody]? = nil, delivers: DeliveryReach? = nil,
        deliveryNeedsApproval: Bool? = nil, decides: Bool? = nil
    ) {
        self.mode = mode
        self.tools = tools
        self.delivers = delivers
        self.deliveryNeedsApproval = deliveryNeedsApproval
        self.decides = decides
    }
}

/// Whether a workflow may only draft, or act.
public enum AuthorityMode: String, Codable, CaseIterable, Sendable { case draft, act }
/// Whom an output may reach.
public enum DeliveryReach: String, Codable, CaseIterable, Sendable { case none, inside, outside }
/// Whether a tool only reads.
public enum ToolAccess: String, Codable, CaseIterable, Sendable { case read, write }

/// One tool, and with which arguments it may be called.
public struct ToolBody: Codable, Sendable, Equatable, Ruled {
    public var name: String
    public var access: ToolAccess
    public var needsApproval: Bool?
    public var arguments: [ArgumentBody]?

    /// Bounds by property.
    public static let rules: [String: Rule] = [
        "name": lineRule, "arguments": Rule(maxItems: 50),
    ]

    /// - Parameter access: `write` needs the mode `act`.
    public init(
        name: String, access: ToolAccess, needsApproval: Bool? = nil,
        arguments: [ArgumentBody]? = nil
    ) {
        self.name = name
        self.access = access
        self.needsApproval = needsApproval
        self.arguments = arguments
    }
}

/// What one argument must be: every bound that is given holds.
public struct ArgumentBody: Codable, Sendable, Equatable, Ruled {
    public var name: String
    public var oneOf: [String]?
    public var minimum: Double?
    public var maximum: Double?
    public var prefix: String?

    /// Bounds by property.
    public static let rules: [String: Rule] = [
        "name": lineRule, "oneOf": Rule(minItems: 1, maxItems: 500, itemMaxLength: 400),
        "prefix": Rule(minLength: 1, maxLength: 400),
    ]

    /// - Parameter name: the argument's name at the top of the tool's arguments.
    public init(
        name: String, oneOf: [String]? = nil, minimum: Double? = nil, maximum: Double? = nil,
        prefix: String? = nil
    ) {
        self.name = name
        self.oneOf = oneOf
        self.minimum = minimum
        self.maximum = maximum
        self.prefix = prefix
    }
}

/// Marks a workflow `production`: `POST /workflows/{key}/production`.
public struct ProductionRequest: Codable, Sendable, Ruled {
    public var override: OverrideBody?

    /// Bounds by property.
    public static let rules: [String: Rule] = [:]

    /// - Parameter override: an executive's reason for going on with gaps.
    public init(override: OverrideBody? = nil) { self.override = override }
}

/// An executive's decision to run without everything that readiness demands.
public struct OverrideBody: Codable, Sendable, Ruled {
    public var reason: String
    public var expiresAt: String

    /// Bounds by property.
    public static let rules: [String: Rule] = [
        "reason": textRule, "expiresAt": Rule(description: "At most 30 days ahead.", format: "date-time"),
    ]

    /// - Parameter expiresAt: RFC 3339.
    public init(reason: String, expiresAt: String) {
        self.reason = reason
        self.expiresAt = expiresAt
    }
}

/// Records that the fallback was rehearsed: `POST /workflows/{key}/rehearsals`.
public struct RehearsalRequest: Codable, Sendable, Ruled {
    public var on: String

    /// Bounds by property.
    public static let rules: [String: Rule] = ["on": Rule(format: "date-time")]

    /// - Parameter on: RFC 3339.
    public init(on: String) { self.on = on }
}

/// Retires a workflow: `POST /workflows/{key}/retire`.
public struct ReasonRequest: Codable, Sendable, Ruled {
    public var reason: String

    /// Bounds by property.
    public static let rules: [String: Rule] = ["reason": textRule]

    /// - Parameter reason: why.
    public init(reason: String) { self.reason = reason }
}

/// Stops a workflow: `POST /workflows/{key}/stop`.
public struct StopRequest: Codable, Sendable, Ruled {
    public var reason: String
    public var scope: ScopeBody?
    /// The number of the incident that it belongs to; a new one is opened when absent.
    public var incident: String?

    /// Bounds by property.
    public static let rules: [String: Rule] = [
        "reason": textRule, "incident": Rule(maxLength: 32, pattern: "^INC-[0-9]{4}-[0-9]{4,}$"),
    ]

    /// - Parameter reason: why, in a sentence.
    public init(reason: String, scope: ScopeBody? = nil, incident: String? = nil) {
        self.reason = reason
        self.scope = scope
        self.incident = incident
    }
}

/// What is stopped: the whole workflow when nothing is said.
public struct ScopeBody: Codable, Sendable, Ruled {
    public var tool: String?
    public var outbound: Bool?
    /// Stops the related workflows too.
    public var related: Bool?

    /// Bounds by property.
    public static let rules: [String: Rule] = ["tool": lineRule]

    /// - Parameter tool: one tool alone.
    public init(tool: String? = nil, outbound: Bool? = nil, related: Bool? = nil) {
        self.tool = tool
        self.outbound = outbound
        self.related = related
    }
}

/// Confirms a manual target: `POST /workflows/{key}/containments/{id}/targets/{name}`.
public struct ConfirmationRequest: Codable, Sendable, Ruled {
    public var proof: String

    /// Bounds by property.
    public static let rules: [String: Rule] = ["proof": textRule]

    /// - Parameter proof: what was done, and how it is seen.
    public init(proof: String) { self.proof = proof }
}

/// Asks the gate about one action: `POST /workflows/{key}/gate`.
public struct GateQuery: Codable, Sendable, Ruled {
    public var action: GateQueryAction
    public var tool: String?
    public var arguments: [String: JSONValue]?
    /// Whom a delivery reaches.
    public var target: GateQueryTarget?
    /// The caller's own name for its run.
    public var run: String?

    /// Bounds by property.
    public static let rules: [String: Rule] = [
        "tool": lineRule, "arguments": Rule(maxProperties: 100), "run": Rule(maxLength: 200),
    ]

    /// - Parameter action: what the workflow is about to do.
    public init(
        action: GateQueryAction, tool: String? = nil, arguments: [String: JSONValue]? = nil,
        target: GateQueryTarget? = nil, run: String? = nil
    ) {
        self.action = action
        self.tool = tool
        self.arguments = arguments
        self.target = target
        self.run = run
    }
}

/// What a workflow is about to do.
public enum GateQueryAction: String, Codable, CaseIterable, Sendable {
    case generate, tool, deliver, decide
}
/// Whom a delivery reaches.
public enum GateQueryTarget: String, Codable, CaseIterable, Sendable { case inside, outside }
