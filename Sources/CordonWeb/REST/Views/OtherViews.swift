import CordonAPI
import CordonCore

struct GateAllowView: Codable, Sendable {
    let allowed: Bool
    /// `allow`.
    let decision: String
    let state: String
    let leaseMs: Int
    /// What the caller does while Cordon cannot be reached: `closed` or `open`.
    let onFailure: String
    let revision: UInt64
}

struct GateDecisionView: Codable, Sendable {
    /// Whether it is `allow`: what a tool that filters on a yes or no looks at.
    let allowed: Bool
    /// `allow`, `deny` or `approval`.
    let decision: String
    let reason: String?
    let decisionId: String
    let leaseMs: Int
    let revision: UInt64
    let state: String
    /// With an allow: what the caller does while Cordon cannot be reached.
    let onFailure: String?
    let incident: String?
    let fallback: FallbackBody?
    /// The question that people have to answer, or have answered.
    let approval: GateApprovalView?
}

struct PolicyView: Codable, Sendable, Versioned {
    let version: Int
    /// SHA-256 of the text, in hexadecimal.
    let digest: String
    let yaml: String
    let title: String
}

struct PolicyCheckView: Codable, Sendable {
    let valid: Bool
    let title: String
}

struct JournalView: Codable, Sendable {
    let items: [JournalItemView]
    let next: String?
}

struct JournalItemView: Codable, Sendable {
    let index: UInt64
    let at: String
    let actor: String
    let stream: String
    let kind: String
    let cause: String
    /// SHA-256 of the log's leaf, in hexadecimal.
    let leaf: String
    let event: JSONValue
}

struct HealthView: Codable, Sendable {
    let status: String
    let version: String
}

struct ReadinessPartsView: Codable, Sendable {
    let ready: Bool
    let parts: [String: String]
}
