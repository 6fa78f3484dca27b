import CordonCore
import CordonOperations

/// Makes the page's model out of what the operations know, within one snapshot.
extension IncidentPage {
    init(
        _ work: Work, _ exchange: Exchange, asked: IncidentPart?, returned: ReturnedForm?
    ) throws {
        let sequence = try IncidentRoutes.readable(work, exchange)
        let number = sequence.incident.number
        let maySearch = work.caller.permissions.contains(.readEvidence)
        let searches = maySearch ? try work.lookbacks(number) : []
        self.init(
            incident: IncidentView(sequence), restart: RestartView(sequence),
            workflow: IncidentWorkflow(sequence), choices: try Self.choices(sequence, work),
            visitor: IncidentVisitor(sequence, work.caller),
            containments: try Self.containments(of: sequence.incident, work),
            searches: searches.map { LookbackRunView($0) },
            changes: try work.changesBefore(number).map { ChangeView($0) },
            timeline: try TimelineLine.newest(of: sequence.incident, work), asked: asked,
            returned: returned)
    }

    /// Workflows that the form offers for a report that names none.
    private static let workflowsAtMost = 100

    private static func choices(
        _ sequence: ResponseSequence, _ work: Work
    ) throws -> IncidentChoices {
        var workflows: [(key: String, name: String)] = []
        if sequence.incident.workflow == nil {
            let known = try work.workflows(after: "", limit: workflowsAtMost + 1)
            // A list that is cut would hide the right one: then its key is asked for.
            if known.count <= workflowsAtMost {
                workflows = known.map { (key: $0.key, name: $0.profile.name) }
            }
        }
        return IncidentChoices(
            sequence.policy, watchHours: sequence.terms?.watchHours ?? 0,
            function: sequence.workflow?.profile.function, workflows: workflows)
    }

    private static func containments(
        of incident: Incident, _ work: Work
    ) throws -> [ContainmentView] {
        var keys: [String] = []
        for reference in incident.containments where !keys.contains(reference.workflow) {
            keys.append(reference.workflow)
        }
        return try keys.flatMap { key in
            try work.workflowNamed(key).containments.filter { $0.incident == incident.number }
                .map { ContainmentView($0, key) }
        }
    }
}
