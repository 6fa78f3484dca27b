import CordonCore
import CordonOperations
import CordonWeb

/// A workflow's page with something of everything, and one of a workflow that has nothing yet.
enum WorkflowSample {
    private static let now = Instant(milliseconds: 1_776_459_785_000)

    static func workflow(mcpServers: [String] = []) -> Workflow {
        let profile = WorkflowProfile(
            name: "Monthly summaries", function: "client-services",
            gateway: GatewayTerms(mcpServers: mcpServers))
        guard
            let made = Workflow(
                first: .registered(key: "monthly-summaries", profile: profile), at: now)
        else { preconditionFailure("a registration begins a workflow") }
        return made
    }

    static func whole(_ say: (String) -> String) -> WorkflowPage {
        WorkflowPage(
            person: say("Ana Ruiz"), key: "monthly-summaries", name: say("Monthly summaries"),
            purpose: say("Drafts a summary of each customer's month.\nFrom notes."),
            state: .draft, owner: say("ben"),
            fallback: Fallback(
                title: say("By hand"), steps: [say("Open the notes."), say("Write.")],
                contact: say("carla"), capacity: say("20 a day")),
            gaps: [say("A deputy."), say("A tested stop.")], stopTestedAt: now,
            points: [
                EnforcementPoint(
                    name: "cron", kind: .gate, lastSeenAt: now, refusedAt: now, stopProvedAt: now),
                EnforcementPoint(name: "evidence", kind: .observer, lastSeenAt: now),
                EnforcementPoint(
                    name: "python:" + say("desk"), kind: .follower, lastSeenAt: now, revision: 7),
            ],
            connections: Connection.all(workflow(), at: "https://cordon.example.com"))
    }

    static func new(_ say: (String) -> String) -> WorkflowPage {
        WorkflowPage(
            person: say("Ana Ruiz"), key: "monthly-summaries", name: say("Monthly summaries"),
            purpose: say(""), state: .running, owner: nil, fallback: nil, gaps: [],
            stopTestedAt: nil, points: [], connections: [])
    }
}
