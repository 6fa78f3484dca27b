import CordonCore

/// Where a message names a request, by the name that its sender gave it.
///
/// Several clients of one child process would give the same names. Each is replaced on the way in
/// and put back on the way out; every other byte stays as it was.
package enum MCPReference: CaseIterable, Sendable {
    /// The message's own id.
    case id
    /// By which a client knows notices of progress: in the request and in each notice.
    case progressToken
    /// The request that `notifications/cancelled` is about.
    case cancelled
    /// The `subscriptions/listen` that a notification belongs to: MCP 2026-07-28.
    case subscription
}

extension MCPMessage {
    /// The name as it stands in the message, or `nil` when it has none of that kind.
    package func reference(_ kind: MCPReference) -> Raw? {
        switch kind {
        case .id: id
        case .progressToken:
            method == "notifications/progress"
                ? parameters?["progressToken"] : meta?["progressToken"]
        case .cancelled:
            method == "notifications/cancelled" ? parameters?["requestId"] : nil
        case .subscription: meta?["io.modelcontextprotocol/subscriptionId"]
        }
    }

    /// The message under another name; `nil` when it has no name of that kind.
    ///
    /// The name is JSON: a text or a whole number.
    package func replacing(
        _ kind: MCPReference, with raw: some Collection<UInt8>
    ) -> [UInt8]? {
        reference(kind).map { replacing($0, with: raw) }
    }
}
