public import CordonAPI

/// Why there is no good answer.
public enum CordonClientError: Error, Sendable {
    /// The address cannot be used; the text says why.
    case address(String)
    /// No answer came, or none that could be read.
    case unreachable(server: String, reason: String)
    /// The server said no.
    case refused(CordonProblem)
}

extension CordonClientError: CustomStringConvertible {
    /// The reason in one line.
    public var description: String {
        switch self {
        case .address(let reason): reason
        case .unreachable(let server, let reason): "\(server) cannot be reached: \(reason)."
        case .refused(let problem): problem.detail
        }
    }
}

/// A refusal as the server explains it (RFC 9457).
public struct CordonProblem: Sendable {
    /// The HTTP status.
    public let status: Int
    /// The last part of its type, such as `restart-blocked`; empty when the answer is no problem.
    public let kind: String
    /// What happened, in a sentence.
    public let detail: String
    /// Everything that is in the way or wrong, each in a sentence.
    public let blockers: [Blocker]
    /// After how many seconds the server wants to be asked again, when it says so.
    public let retryAfter: Int?
    /// The problem as it came, with members that this type does not name.
    public let json: JSONValue?

    /// One thing that is in the way.
    public struct Blocker: Hashable, Sendable {
        /// A stable name, or the place in the input.
        public let code: String
        /// What to do about it.
        public let message: String
        /// The step of the response that it belongs to.
        public let step: Int?
    }

    /// Reads a refusal from an answer.
    public init(_ answer: CordonAnswer) {
        let json = answer.json
        status = answer.status
        retryAfter = answer.header("retry-after").flatMap { Int($0) }
        self.json = json
        kind = json?["type"]?.text?.split(separator: "/").last.map(String.init) ?? ""
        detail =
            json?["detail"]?.text ?? json?["title"]?.text
            ?? "The server answered with status \(answer.status)."
        let obstacles = (json?["blockers"] ?? json?["gaps"])?.items ?? []
        let named = obstacles.map {
            Blocker(
                code: $0["code"]?.text ?? "", message: $0["message"]?.text ?? "",
                step: $0["step"]?.integer)
        }
        let known = Set(named.map(\.message))
        let faults = (json?["errors"]?.items ?? []).map {
            Blocker(
                code: $0["pointer"]?.text ?? "", message: $0["message"]?.text ?? "", step: nil)
        }
        // A fault that points into the input is told once, with the place where it is.
        let pointed = Set(faults.map(\.message)).intersection(known)
        blockers = named.filter { !pointed.contains($0.message) } + faults
    }
}
