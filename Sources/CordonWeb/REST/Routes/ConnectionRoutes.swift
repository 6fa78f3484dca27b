import CordonAPI
import CordonCore
import CordonOperations

/// How a workflow is connected, and whether it was met there.
enum ConnectionRoutes {
    static let all: [Route] = [list]

    private static let list = Route(
        method: "GET", path: Paths.root + "/workflows/{key}/connections",
        operationID: "listConnections", tag: GateRoutes.tag,
        summary: "Texts to copy that connect the workflow, with when each was met last.",
        permission: .readWorkflows, command: "workflow connect",
        answers: [
            .init(
                status: 200, mediaType: "application/json", type: ConnectionsView.self,
                description: "The ways of connecting it; none of them holds a secret.")
        ], problems: [.notFound]
    ) { exchange in
        let key = try exchange.parameter("key")
        let workflow = try await exchange.operations.ask(exchange.asCaller) {
            try $0.workflowNamed(key)
        }
        let points = exchange.operations.points(of: key)
        return try .json(
            ConnectionsView(
                workflow: key,
                items: Connection.all(workflow, at: exchange.address).map {
                    ConnectionView($0, points)
                }))
    }
}

struct ConnectionsView: Codable, Sendable {
    let workflow: String
    let items: [ConnectionView]
}

struct ConnectionView: Codable, Sendable {
    let id: String
    let title: String
    let audience: String
    /// `gateway`, `gate`, `follower`, `hook` or `observer`: where a stop takes effect.
    let kind: String
    /// Whether a stop takes effect there; what only observes is not contained.
    let enforces: Bool
    /// The enforcement point that it shows up as; the beginning of its name when it ends in `:`.
    let point: String
    let text: String
    let lastSeenAt: String?
    let stopProvedAt: String?

    init(_ connection: Connection, _ points: [EnforcementPoint]) {
        let met = connection.met(points)
        id = connection.id
        title = connection.title
        audience = connection.audience
        kind = connection.kind.rawValue
        enforces = connection.kind.enforces
        point = connection.point
        text = connection.text
        lastSeenAt = met.map(\.lastSeenAt).max()?.rfc3339
        stopProvedAt = met.compactMap(\.stopProvedAt).max()?.rfc3339
    }
}
