/// The company's playbook as data: what counts, how it is judged, who decides, what must exist
/// first.
///
/// One value, read from one YAML file, versioned when it is imported. The version in force is
/// frozen on each incident, so a later change never rewrites how an earlier event was judged.
package struct Policy: Codable, Equatable, Sendable {
    package var title: String
    /// What an AI incident, a near miss and a quality issue are, in words that everybody can read.
    package var definitions: [Definition]
    package var types: [IncidentType]
    package var levels: [Level]
    package var questions: [Question]
    package var criticalFlags: [CriticalFlag]
    package var steps: [Step]
    package var failureClasses: [FailureClass]
    package var controls: [Control]
    package var readiness: [ReadinessNeed]
    package var override: Override
    package var retention: [RetentionClass]
    package var lanes: [Lane]
    /// The key of the lane that the company has chosen.
    package var lane: String
    /// What the company has approved, for lanes that allow nothing else.
    package var approved: Approved?
    package var gate: GateTerms
    package var lookbackDays: Int
    package var recurrence: Recurrence
    package var promotion: Promotion
    package var review: ReviewTerms
}

extension Policy {
    package struct Definition: Codable, Equatable, Sendable {
        package var term: String
        package var meaning: String
    }

    /// What happened: a company may add its own.
    package struct IncidentType: Codable, Equatable, Sendable {
        package var key: String
        package var title: String
        package var example: String
        package var immediateControl: String
        package var longTermFix: String
        /// Whether choosing it demands a note that says what and why.
        package var noteRequired: Bool
    }

    /// The numbers of the severity levels; a policy has all of them.
    package static let levelNumbers = 1...4

    /// One severity level.
    package struct Level: Codable, Equatable, Sendable {
        package var number: Int
        package var title: String
        package var impact: String
        package var responseStandard: String
        /// Who must sign before the workflow may run again.
        package var restart: Authority
        /// The numbers of the steps that this level demands.
        package var steps: [Int]
        package var stopsWorkflow: Bool
        package var stopsRelated: Bool
        /// Whether the incident may close only with a complete file or a signed exception.
        package var closesComplete: Bool
        /// How many hours a restarted workflow is watched at least.
        package var watchHours: Int
    }

    /// Signatures that must all be there, and of `any` one more.
    package struct Authority: Codable, Equatable, Sendable {
        package var all: [Role]
        package var any: [Role]
    }

    /// One escalation question: answered yes, no or unknown.
    package struct Question: Codable, Equatable, Sendable {
        package var number: Int
        package var key: String
        package var text: String
        /// The lowest level that "yes" allows, if it sets one.
        package var floor: Int?
        /// A higher floor when question `with` is answered yes as well.
        package var together: Together?
        package var requires: [Requirement]

        package struct Together: Codable, Equatable, Sendable {
            package var with: Int
            package var floor: Int
        }
    }

    /// What a "yes" demands beside a floor.
    package enum Requirement: String, Codable, CaseIterable, Sendable {
        case lookback
        case changeReview = "change_review"
        case notificationDecision = "notification_decision"
    }

    /// Sets level 4 whatever else is answered.
    package struct CriticalFlag: Codable, Equatable, Sendable {
        package var key: String
        package var text: String
        /// With a measure, the flag is set by a number at or above `threshold`; without, by yes.
        package var measure: Measure?
        package var threshold: Int?

        package enum Measure: String, Codable, CaseIterable, Sendable { case people, amount }
    }

    package struct Step: Codable, Equatable, Sendable {
        package var number: Int
        package var key: String
        package var title: String
        package var instruction: String
    }

    package struct FailureClass: Codable, Equatable, Sendable {
        package var key: String
        package var title: String
        /// What must have been considered before this class may stand alone.
        package var considerFirst: [String]
    }

    package struct Control: Codable, Equatable, Sendable {
        package var key: String
        package var title: String
    }

    package struct ReadinessNeed: Codable, Equatable, Sendable {
        package var key: Readiness
        package var title: String
    }

    package struct Override: Codable, Equatable, Sendable {
        package var roles: [Role]
        /// At most 30 (the playbook, "Before").
        package var maximumDays: Int
    }

    package struct RetentionClass: Codable, Equatable, Sendable {
        package var key: String
        package var title: String
        package var days: Int
    }

    package struct Lane: Codable, Equatable, Sendable {
        package var key: String
        package var title: String
        /// What a workflow that is not in production may do at the gate.
        package var draftMay: [GateAction]
        /// What a workflow in production may do; `nil` is everything, and an empty list blocks all
        /// use, also by drafts.
        package var productionMay: [GateAction]?
        /// Whether nothing may be used but what ``Policy/approved`` names.
        package var approvedOnly: Bool?
        /// What becomes of what is outside the lane; `nil` refuses it.
        package var outside: Outside?

        package enum Outside: String, Codable, CaseIterable, Sendable {
            case refuse
            /// It passes, is recorded, and counts as shadow use.
            case observe
        }
    }

    /// What the company has approved: names, or beginnings of names that end in `*`.
    ///
    /// A kind that is `nil` is not limited; an empty list approves nothing of the kind.
    package struct Approved: Codable, Equatable, Sendable {
        package var models: [String]?
        package var upstreams: [String]?
        package var mcpServers: [String]?
        package var tools: [String]?

        package init(
            models: [String]? = nil, upstreams: [String]? = nil, mcpServers: [String]? = nil,
            tools: [String]? = nil
        ) {
            self.models = models
            self.upstreams = upstreams
            self.mcpServers = mcpServers
            self.tools = tools
        }
    }

    /// How long an allow of the gate may be relied upon.
    package struct GateTerms: Codable, Equatable, Sendable {
        /// Milliseconds, 0 to 1,000: for generating.
        package var draftingLeaseMilliseconds: Int
        /// Milliseconds, 0: for calling tools, delivering and deciding.
        package var actingLeaseMilliseconds: Int
    }

    /// So many failures of one control within so many days raise a collective review.
    package struct Recurrence: Codable, Equatable, Sendable {
        package var failures: Int
        package var days: Int
    }

    /// So many alike quality issues of one workflow within so many days become a near miss.
    package struct Promotion: Codable, Equatable, Sendable {
        package var repeats: Int
        package var days: Int
        /// The level that they are promoted to.
        package var level: Int
    }

    package struct ReviewTerms: Codable, Equatable, Sendable {
        /// Days after the restart on which the fix is checked for its effect.
        package var effectivenessDays: [Int]
        /// Who may sign an exception that lets an incomplete file close.
        package var exceptionRoles: [Role]
    }
}

/// What a workflow asks the gate for.
package enum GateAction: String, Codable, CaseIterable, Sendable {
    case generate, tool, deliver, decide

    /// Whether the world outside the workflow changes.
    package var acts: Bool { self != .generate }
}

/// One of the things that must exist before a workflow is production-ready.
package enum Readiness: String, Codable, CaseIterable, Sendable {
    case owner, deputy, fallback, rehearsal
    case reviewStandard = "review_standard"
    case escalationPath = "escalation_path"
    case stopTested = "stop_tested"
    case authority
    case classification = "data_classes"
    case affectedParties = "affected_parties"
    case retention
    case severityOwners = "severity_owners"
}

extension Policy {
    package func level(_ number: Int) -> Level? { levels.first { $0.number == number } }
    package func type(_ key: String) -> IncidentType? { types.first { $0.key == key } }
    package func question(_ number: Int) -> Question? { questions.first { $0.number == number } }
    package func control(_ key: String) -> Control? { controls.first { $0.key == key } }
    package func failureClass(_ key: String) -> FailureClass? {
        failureClasses.first { $0.key == key }
    }
    package func retentionClass(_ key: String) -> RetentionClass? {
        retention.first { $0.key == key }
    }
    package var chosenLane: Lane? { lanes.first { $0.key == lane } }
}
