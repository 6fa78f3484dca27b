/// On which terms a workflow's calls pass through the gateway; what is absent takes the default.
package struct GatewayBody: Codable, Sendable, Equatable, Ruled {
    /// Whether an answer waits until its evidence is durable; acting workflows wait by default.
    package var record: GatewayRecording?
    /// What happens to calls in flight when a stop lands; `cut` by default.
    package var onStop: GatewayInFlight?
    /// What callers outside the gateway do while Cordon cannot be reached; `closed` by default.
    package var onFailure: GatewayFailure?
    /// Models that may be asked for; `*` at the end stands for any rest, and none means all.
    package var models: [String]?
    /// The named upstream for each front: `{"openai": "azure-eu"}`.
    package var upstreams: [String: String]?
    /// MCP servers that may be reached.
    package var mcpServers: [String]?
    /// What a changed definition of a tool brings about; `journal` by default.
    package var onToolChange: GatewayToolChange?

    package static let rules: [String: Rule] = [
        "models": Rule(maxItems: 200, itemMaxLength: 200),
        "upstreams": Rule(maxProperties: 8, itemMaxLength: 64),
        "mcpServers": Rule(maxItems: 100, itemMaxLength: 64),
    ]

    package init(
        record: GatewayRecording? = nil, onStop: GatewayInFlight? = nil,
        onFailure: GatewayFailure? = nil, models: [String]? = nil,
        upstreams: [String: String]? = nil, mcpServers: [String]? = nil,
        onToolChange: GatewayToolChange? = nil
    ) {
        self.record = record
        self.onStop = onStop
        self.onFailure = onFailure
        self.models = models
        self.upstreams = upstreams
        self.mcpServers = mcpServers
        self.onToolChange = onToolChange
    }
}

/// Whether an answer waits for its evidence.
package enum GatewayRecording: String, Codable, CaseIterable, Sendable {
    case recordOrRefuse = "record_or_refuse"
    case bestEffort = "best_effort"
}
/// What happens to calls in flight when a stop lands.
package enum GatewayInFlight: String, Codable, CaseIterable, Sendable { case cut, drain }
/// What callers do while Cordon cannot be reached.
package enum GatewayFailure: String, Codable, CaseIterable, Sendable { case closed, open }
/// What a changed definition of a tool brings about.
package enum GatewayToolChange: String, Codable, CaseIterable, Sendable { case journal, stop }

/// Confirms what a follower of the gate knows: `POST /gate/ack`.
package struct GateAcknowledgement: Codable, Sendable, Ruled {
    package var revision: Int64
    /// What the follower calls itself.
    package var point: String

    package static let rules: [String: Rule] = [
        "revision": Rule(minimum: 0), "point": Rule(minLength: 1, maxLength: 120),
    ]
}
