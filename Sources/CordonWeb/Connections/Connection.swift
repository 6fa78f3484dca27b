package import CordonCore
package import CordonOperations

/// One way of connecting a workflow: a text to copy, and where a stop of it then takes effect.
package struct Connection: Sendable, Equatable {
    package let id: String
    package let title: String
    /// For whom it is, in a sentence.
    package let audience: String
    package let kind: EnforcementPoint.Kind
    /// The enforcement point that it shows up as; the beginning of its name when it ends in `:`.
    package let point: String
    /// With the workflow's key and the server's address filled in, and never a secret.
    package let text: String

    package init(
        _ id: String, _ title: String, for audience: String, at kind: EnforcementPoint.Kind,
        _ point: String, _ text: String
    ) {
        self.id = id
        self.title = title
        self.audience = audience
        self.kind = kind
        self.point = point
        self.text = text
    }

    /// The points that it shows up as.
    package func met(_ points: [EnforcementPoint]) -> [EnforcementPoint] {
        points.filter { known in
            point.hasSuffix(":") ? known.name.hasPrefix(point) : known.name == point
        }
    }

    /// Stands in a text where the secret goes, if no variable of the environment does.
    package static let secretGoesHere = "PUT-THE-KEY-HERE"

    /// Every way of connecting `workflow`, in the order in which people look for them.
    package static func all(_ workflow: Workflow, at server: String) -> [Connection] {
        let texts = ConnectionTexts(
            key: workflow.key, server: server,
            mcpServer: workflow.profile.gateway?.mcpServers.first(where: Workflow.isSlug) ?? "NAME")
        return texts.providers + texts.schedules + texts.guards
    }
}
