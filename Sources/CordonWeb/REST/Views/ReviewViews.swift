import CordonCore

/// What the records say of a quarter.
struct QuarterlyReviewView: Codable, Sendable {
    /// `2026-Q3`.
    let quarter: String
    let from: String
    /// The first moment that does not belong to it.
    let to: String
    let isOver: Bool
    let incidents: Int
    let nearMisses: Int
    let qualityIssues: Int
    let declined: Int
    let levels: [LevelCountView]
    let timeToContain: ContainTimeView?
    /// Controls that failed more than once, the most frequent first.
    let repeatedControls: [RepeatedControlView]
    let causes: [CauseCountView]
    let openActions: Int
    let overdueActions: Int
    /// Workflows that were stopped as a whole, the longest first.
    let stopped: [StoppedWorkflowView]
    /// Workflows that run now without everything that readiness demands.
    let overrides: [OverrideInForceView]
    /// This quarter and the seven before it, oldest first.
    let quarters: [QuarterCountView]
    /// Whether causes, actions and stops are those of all incidents and workflows, and not of the
    /// newest 500 that have any and of 5,000 workflows.
    let isWhole: Bool
}

struct LevelCountView: Codable, Sendable {
    let level: Int
    let title: String
    let count: Int
}

/// From the report until the last place had proved its stop.
struct ContainTimeView: Codable, Sendable {
    let count: Int
    let medianSeconds: Int
    let p90Seconds: Int
}

struct RepeatedControlView: Codable, Sendable {
    let control: String
    let incidents: [String]
}

/// In how many incidents a control failed under a class of cause.
struct CauseCountView: Codable, Sendable {
    let failureClass: String
    let control: String
    let count: Int
}

struct StoppedWorkflowView: Codable, Sendable {
    let workflow: String
    let name: String
    let seconds: Int
}

struct OverrideInForceView: Codable, Sendable {
    let workflow: String
    let name: String
    let reason: String
    let by: String
    let expiresAt: String
}

struct QuarterCountView: Codable, Sendable {
    let quarter: String
    let incidents: Int
    let nearMisses: Int
    let qualityIssues: Int
}

extension QuarterlyReviewView {
    init(_ found: QuarterReading) {
        let figures = found.figures
        let quarter = figures.quarter
        self.init(
            quarter: quarter.text, from: quarter.start.rfc3339, to: quarter.end.rfc3339,
            isOver: quarter.end <= found.now, incidents: figures.count(.incident),
            nearMisses: figures.count(.nearMiss), qualityIssues: figures.count(.qualityIssue),
            declined: figures.count(.declined),
            levels: figures.levels.map { level, count in
                LevelCountView(level: level.number, title: level.title, count: count)
            },
            timeToContain: ContainTimeView(figures),
            repeatedControls: figures.repeated.map {
                RepeatedControlView(control: $0.control, incidents: $0.incidents)
            },
            causes: Self.causes(figures, found.policy), openActions: figures.openActions,
            overdueActions: figures.overdueActions, stopped: Self.stopped(found.workflows),
            overrides: Self.overrides(found.workflows),
            quarters: figures.quarters.map { one in
                QuarterCountView(
                    quarter: one.text, incidents: figures.count(.incident, in: one),
                    nearMisses: figures.count(.nearMiss, in: one),
                    qualityIssues: figures.count(.qualityIssue, in: one))
            }, isWhole: found.isWhole)
    }

    private static func causes(_ figures: QuarterFigures, _ policy: Policy) -> [CauseCountView] {
        let (classes, controls) = figures.causes(policy)
        return classes.flatMap { failureClass in
            controls.map { control in
                CauseCountView(
                    failureClass: failureClass, control: control,
                    count: figures.count(control: control, failureClass: failureClass))
            }
        }.filter { $0.count > 0 }
    }

    private static func stopped(_ workflows: [ReviewedWorkflow]) -> [StoppedWorkflowView] {
        ReviewedWorkflow.stopped(among: workflows).map {
            StoppedWorkflowView(workflow: $0.key, name: $0.name, seconds: $0.secondsStopped)
        }
    }

    private static func overrides(_ workflows: [ReviewedWorkflow]) -> [OverrideInForceView] {
        workflows.compactMap { workflow in
            workflow.override.map { decision in
                OverrideInForceView(
                    workflow: workflow.key, name: workflow.name, reason: decision.reason,
                    by: decision.by, expiresAt: decision.expiresAt.rfc3339)
            }
        }
    }
}

extension ContainTimeView {
    /// `nil` when no stop of the quarter's incidents has been proved.
    fileprivate init?(_ figures: QuarterFigures) {
        guard let half = figures.secondsToContain(percent: 50),
            let most = figures.secondsToContain(percent: 90)
        else { return nil }
        self.init(count: figures.contained.count, medianSeconds: half, p90Seconds: most)
    }
}
