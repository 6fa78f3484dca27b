/// On which terms a workflow's calls pass through the gateway.
///
/// Everything has a default, so that a workflow joins by changing an address and a key.
package struct GatewayTerms: Codable, Equatable, Sendable {
    /// What happens to an answer whose evidence cannot be kept; `nil` goes by the authority.
    package var record: Recording?
    /// What happens to calls that are in flight when a stop lands.
    package var onStop: InFlight
    /// What callers outside the gateway do while Cordon cannot be reached.
    package var onFailure: Failure
    /// The models that may be asked for, `*` at the end standing for any rest; empty allows all.
    package var models: [String]
    /// The named upstream of each front, by the front's name; what is absent takes the default.
    package var upstreams: [String: String]
    /// The MCP servers that may be reached, by their names in the server's settings.
    package var mcpServers: [String]
    /// What a changed definition of a tool brings about.
    package var onToolChange: ToolChange

    /// Whether an answer waits for its evidence.
    package enum Recording: String, Codable, CaseIterable, Sendable {
        /// An answer is released once its record is durable, and refused otherwise.
        case recordOrRefuse = "record_or_refuse"
        /// An answer is released at once; a record that could not be kept is itself recorded.
        case bestEffort = "best_effort"
    }

    package enum InFlight: String, Codable, CaseIterable, Sendable {
        /// The call ends with an error, here and at the provider.
        case cut
        /// The provider's answer is awaited and recorded, and nothing more of it is released.
        case drain
    }

    package enum Failure: String, Codable, CaseIterable, Sendable { case closed, open }

    package enum ToolChange: String, Codable, CaseIterable, Sendable {
        /// The change is journaled and shown.
        case journal
        /// The workflow is stopped as well.
        case stop
    }

    package init(
        record: Recording? = nil, onStop: InFlight = .cut, onFailure: Failure = .closed,
        models: [String] = [], upstreams: [String: String] = [:], mcpServers: [String] = [],
        onToolChange: ToolChange = .journal
    ) {
        self.record = record
        self.onStop = onStop
        self.onFailure = onFailure
        self.models = models
        self.upstreams = upstreams
        self.mcpServers = mcpServers
        self.onToolChange = onToolChange
    }

    /// The terms of a workflow that says nothing of them.
    package static let usual = GatewayTerms()

    /// Whether an answer waits for its evidence: acting workflows wait unless they say otherwise.
    package func recording(_ authority: Authority?) -> Recording {
        record ?? (authority?.acts == true ? .recordOrRefuse : .bestEffort)
    }

    package func allows(model: String) -> Bool {
        models.isEmpty || models.contains { NamePattern($0).matches(model) }
    }
}

/// A name, or the beginning of names when it ends in `*`.
package struct NamePattern: Equatable, Sendable {
    private let text: Substring
    private let isPrefix: Bool

    package init(_ pattern: String) {
        isPrefix = pattern.hasSuffix("*")
        text = isPrefix ? pattern.dropLast() : pattern[...]
    }

    package func matches(_ name: String) -> Bool {
        isPrefix ? name.utf8.starts(with: text.utf8) : name == text
    }
}

extension Authority {
    /// Whether the workflow reaches beyond drafts.
    package var acts: Bool { mode == .act || decides || delivers != .none }
}
