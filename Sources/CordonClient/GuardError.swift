/// Why something may not be done; with any of them, nothing was done.
public enum GuardError: Error, Sendable, Equatable {
    /// Somebody has stopped the workflow, or this part of it.
    case stopped(GateRefusal)
    /// It is outside the workflow's authority, or the workflow is not in production.
    case denied(GateRefusal)
    /// A person has to approve it first.
    case approvalRequired(GateRefusal)
    /// Cordon did not answer, and the workflow fails closed.
    case unreachable(String)
    /// Cordon did not take the question: a wrong token, an unknown workflow, invalid input.
    case refused(status: Int, kind: String, detail: String)
}

extension GuardError: CustomStringConvertible {
    /// The reason in one line.
    public var description: String {
        switch self {
        case .stopped(let refusal), .denied(let refusal), .approvalRequired(let refusal):
            refusal.reason
        case .unreachable(let reason): reason
        case .refused(let status, _, let detail): "Cordon answered \(status): \(detail)"
        }
    }
}

/// What the gate says with a no.
public struct GateRefusal: Sendable, Equatable {
    /// Why, in a sentence.
    public let reason: String
    /// The number of the incident, when a stop of one is the reason.
    public let incident: String?
    /// What people do instead.
    public let fallback: Fallback?

    /// The way of doing the work without the AI.
    public struct Fallback: Sendable, Equatable {
        /// What it is called.
        public let title: String
        /// What is to be done, in order.
        public let steps: [String]
        /// Whom to ask.
        public let contact: String
    }
}
