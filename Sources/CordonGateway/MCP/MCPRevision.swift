/// The revisions of MCP that Cordon speaks.
///
/// Whoever speaks an older one is treated as speaking 2025-06-18: what that took away, batches,
/// Cordon never allowed, and what it added an older client does not ask for.
package enum MCPRevision: String, CaseIterable, Comparable, Sendable {
    case june2025 = "2025-06-18"
    case november2025 = "2025-11-25"
    /// Without sessions: each request says everything about itself.
    case july2026 = "2026-07-28"

    /// Every version that is understood, the newest first, as it is told to clients.
    package static let versions = [
        "2026-07-28", "2025-11-25", "2025-06-18", "2025-03-26", "2024-11-05",
    ]

    /// The revision by whose rules a version is treated; `nil` for a version that nobody knows.
    package init?(version: String) {
        if let revision = MCPRevision(rawValue: version) {
            self = revision
        } else if MCPRevision.versions.contains(version) {
            self = .june2025
        } else {
            return nil
        }
    }

    /// Whether `Mcp-Session-Id` means anything.
    ///
    /// Where it does not, it is neither read nor sent on.
    package var hasSessions: Bool { self < .july2026 }

    /// Whether each request repeats its method and its object's name in headers.
    package var repeatsItselfInHeaders: Bool { self >= .july2026 }

    /// Whether each result must say of which type it is.
    package var namesResultTypes: Bool { self >= .july2026 }

    /// Whether a client that goes away has thereby cancelled.
    ///
    /// Before 2026-07-28 it might come back.
    package var goingAwayCancels: Bool { self >= .july2026 }

    /// Whether a client may answer requests of the server.
    package var clientsRespond: Bool { self < .july2026 }

    /// Whether the HTTP method may be used; any other is answered with 405.
    ///
    /// GET opens a stream of the server's own messages, DELETE ends a session.
    package func allows(httpMethod: String) -> Bool {
        switch httpMethod {
        case "POST": true
        case "GET", "DELETE": hasSessions
        default: false
        }
    }

    package static func < (left: MCPRevision, right: MCPRevision) -> Bool {
        left.rawValue < right.rawValue
    }
}
