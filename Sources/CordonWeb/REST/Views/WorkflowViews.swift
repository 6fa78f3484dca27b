import CordonAPI
import CordonCore
import CordonOperations

struct WorkflowView: Codable, Sendable, Versioned {
    let key: String
    let name: String
    let purpose: String
    let function: String
    let state: String
    let version: Int
    let owner: String?
    let deputy: String?
    let fallback: FallbackBody?
    let reviewStandard: ReviewStandardBody?
    let escalation: [EscalationBody]
    let authority: AuthorityBody?
    let dataClasses: [String]
    let affectedParties: [String]
    let retention: String?
    let severityOwners: [SeverityOwnerBody]
    let related: [String]
    let manualTargets: [ManualTargetBody]
    let gateway: GatewayBody?
    let readiness: ReadinessView
    let containments: [ContainmentView]
    let watch: WatchView?
    let registeredAt: String
    let productionSince: String?
    /// The stop test that goes on, or that has just ended.
    var stopTest: StopTestView?
}

struct StopTestView: Codable, Sendable {
    let by: String
    let beganAt: String
    let until: String
    let endedAt: String?
    /// Whether it counts: every place that has to stop did.
    let passed: Bool?
    let points: [StopTestPointView]?
}

struct StopTestPointView: Codable, Sendable {
    let name: String
    let kind: String
    /// `proved`, `stated`, `not_seen` or `not_contained`.
    let state: String
    let detail: String
}

struct ReadinessView: Codable, Sendable {
    let ready: Bool
    let gaps: [GapView]
    let rehearsedOn: String?
    let stopTestedAt: String?
    let override: OverrideView?
}

struct GapView: Codable, Sendable {
    let code: String
    let message: String
}

struct OverrideView: Codable, Sendable {
    let reason: String
    let by: String
    let expiresAt: String
}

struct WatchView: Codable, Sendable {
    let incident: String
    let until: String
    let conditions: [ConditionView]
}

struct ConditionView: Codable, Sendable {
    let kind: String
    let threshold: Int
}

struct ContainmentView: Codable, Sendable {
    let id: String
    let workflow: String
    let scope: String
    let tool: String?
    /// `stopping` until every target is proved, then `stopped`; `lifted` after a restart.
    let state: String
    let reason: String
    let incident: String
    let requestedAt: String
    let requestedBy: String
    let containedAt: String?
    let liftedAt: String?
    let timeToContainMs: Int64?
    let targets: [TargetView]
}

struct TargetView: Codable, Sendable {
    let name: String
    let kind: String
    let state: String
    let instruction: String
    let runsOutAt: String?
    let confirmedAt: String?
    let confirmedBy: String?
    let proof: String?
}

struct WorkflowListView: Codable, Sendable {
    let items: [WorkflowView]
    let next: String?
}

struct StopView: Codable, Sendable {
    let containment: ContainmentView
    let related: [ContainmentView]
    let incident: String
    let fallback: FallbackBody?
}

extension WorkflowView {
    init(_ workflow: Workflow, gaps: [Readiness], policy: Policy) {
        let profile = workflow.profile
        self.init(
            key: workflow.key, name: profile.name, purpose: profile.purpose,
            function: profile.function, state: workflow.state.rawValue, version: workflow.version,
            owner: profile.owner, deputy: profile.deputy,
            fallback: profile.fallback.map(FallbackBody.init),
            reviewStandard: profile.reviewStandard.map {
                ReviewStandardBody(checks: $0.checks, sharePercent: $0.sharePercent)
            },
            escalation: profile.escalation.map {
                EscalationBody(function: $0.function, contact: $0.contact)
            },
            authority: profile.authority.map(AuthorityBody.init),
            dataClasses: profile.dataClasses, affectedParties: profile.affectedParties,
            retention: profile.retention,
            severityOwners: profile.severityOwners.map {
                SeverityOwnerBody(level: $0.level, contact: $0.contact)
            },
            related: profile.related,
            manualTargets: profile.manualTargets.map {
                ManualTargetBody(name: $0.name, instruction: $0.instruction, contact: $0.contact)
            }, gateway: profile.gateway.map(GatewayBody.init),
            readiness: ReadinessView(
                ready: gaps.isEmpty,
                gaps: Workflow.blockers(gaps, policy).map {
                    GapView(code: $0.code, message: $0.message)
                },
                rehearsedOn: workflow.rehearsedOn?.rfc3339,
                stopTestedAt: workflow.stopTestedAt?.rfc3339,
                override: workflow.override.map {
                    OverrideView(
                        reason: $0.reason, by: $0.by.name, expiresAt: $0.expiresAt.rfc3339)
                }),
            containments: workflow.containments.map { ContainmentView($0, workflow.key) },
            watch: workflow.watch.map(WatchView.init),
            registeredAt: workflow.registeredAt.rfc3339,
            productionSince: workflow.productionSince?.rfc3339,
            stopTest: workflow.stopTest.map(StopTestView.init))
    }
}

extension ContainmentView {
    init(_ containment: Containment, _ workflow: String) {
        let (scope, tool): (String, String?) =
            switch containment.scope {
            case .whole: ("workflow", nil)
            case .tool(let name): ("tool", name)
            case .outbound: ("outbound", nil)
            }
        let state =
            containment.liftedAt != nil ? "lifted" : containment.isProved ? "stopped" : "stopping"
        self.init(
            id: containment.id, workflow: workflow, scope: scope, tool: tool, state: state,
            reason: containment.reason, incident: containment.incident,
            requestedAt: containment.requestedAt.rfc3339,
            requestedBy: containment.requestedBy.name,
            containedAt: containment.containedAt?.rfc3339,
            liftedAt: containment.liftedAt?.rfc3339,
            timeToContainMs: containment.timeToContainMilliseconds,
            targets: containment.targets.map(TargetView.init))
    }
}

extension TargetView {
    init(_ target: Containment.Target) {
        self.init(
            name: target.name, kind: target.kind.rawValue,
            state: target.confirmation == nil ? "pending" : "confirmed",
            instruction: target.instruction, runsOutAt: target.runsOutAt?.rfc3339,
            confirmedAt: target.confirmation?.at.rfc3339,
            confirmedBy: target.confirmation?.by.name, proof: target.confirmation?.proof)
    }
}

extension WatchView {
    init(_ watch: Watch) {
        self.init(
            incident: watch.incident, until: watch.until.rfc3339,
            conditions: watch.conditions.map {
                ConditionView(kind: $0.kind.rawValue, threshold: $0.threshold)
            })
    }
}

extension FallbackBody {
    init(_ fallback: Fallback) {
        self.init(
            title: fallback.title, steps: fallback.steps, contact: fallback.contact,
            capacity: fallback.capacity)
    }
}

extension AuthorityBody {
    init(_ authority: Authority) {
        self.init(
            mode: authority.mode == .act ? .act : .draft,
            tools: authority.tools.map { tool in
                ToolBody(
                    name: tool.name, access: tool.access == .write ? .write : .read,
                    needsApproval: tool.needsApproval,
                    arguments: tool.arguments.map {
                        ArgumentBody(
                            name: $0.name, oneOf: $0.oneOf, minimum: $0.minimum,
                            maximum: $0.maximum, prefix: $0.prefix, ownRecord: $0.ownRecord,
                            domains: $0.domains)
                    }, approval: tool.approval.map(ApprovalTermsBody.init))
            }, delivers: DeliveryReach(rawValue: authority.delivers.rawValue),
            deliveryNeedsApproval: authority.deliveryNeedsApproval, decides: authority.decides,
            forbids: authority.forbids,
            deliveryApproval: authority.deliveryApproval.map(ApprovalTermsBody.init))
    }
}

extension ApprovalTermsBody {
    init(_ terms: ApprovalTerms) {
        self.init(
            windowMinutes: terms.windowMinutes,
            approvers: terms.approvers?.compactMap { ApproverRole(rawValue: $0.rawValue) },
            argument: terms.argument, above: terms.above, secondAbove: terms.secondAbove)
    }
}

extension GatewayBody {
    init(_ terms: GatewayTerms) {
        self.init(
            record: terms.record.flatMap { GatewayRecording(rawValue: $0.rawValue) },
            onStop: terms.onStop == .drain ? .drain : .cut,
            onFailure: terms.onFailure == .open ? .open : .closed, models: terms.models,
            upstreams: terms.upstreams, mcpServers: terms.mcpServers,
            onToolChange: terms.onToolChange == .stop ? .stop : .journal)
    }
}

extension StopTestView {
    init(_ test: StopTest) {
        self.init(
            by: test.by.name, beganAt: test.beganAt.rfc3339, until: test.until.rfc3339,
            endedAt: nil, passed: nil, points: nil)
    }

    init(_ outcome: StopTestOutcome) {
        self.init(
            by: outcome.test.by.name, beganAt: outcome.test.beganAt.rfc3339,
            until: outcome.test.until.rfc3339, endedAt: outcome.endedAt.rfc3339,
            passed: outcome.isProved,
            points: outcome.findings.map {
                StopTestPointView(
                    name: $0.name, kind: $0.kind, state: $0.state.rawValue, detail: $0.detail)
            })
    }
}
