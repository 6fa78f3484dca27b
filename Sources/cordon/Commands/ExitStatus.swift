import ArgumentParser
import CordonClient

/// The exit codes: numbers that scripts rely on.
enum ExitStatus: Int32 {
    case done = 0
    /// Bad usage or input.
    case input = 2
    /// Valid, but not what the known head says.
    case diverges = 3
    /// A signature, a proof or the database does not hold.
    case invalid = 4
    /// Refused by policy.
    case refused = 5
    case notPermitted = 6
    case unreachable = 69
    /// The workflow is stopped.
    case stopped = 75

    var code: ExitCode { ExitCode(rawValue) }

    /// Refusals that no better input removes: something has to be done first.
    private static let policyKinds: Set<String> = [
        "not-production-ready", "restart-blocked", "below-floor", "second-person-required",
        "already-signed", "fixer-cannot-sign-alone", "signature-void", "file-incomplete",
        "on-hold", "outside-authority", "approval-required",
    ]

    init(_ error: CordonClientError) {
        switch error {
        case .address: self = .input
        case .unreachable: self = .unreachable
        case .refused(let problem): self.init(problem)
        }
    }

    private init(_ problem: CordonProblem) {
        switch problem.status {
        case 423: self = .stopped
        case _ where Self.policyKinds.contains(problem.kind): self = .refused
        case 401, 403, 429: self = .notPermitted
        // A redirection is no answer of ours: something else stands at that address.
        case 300..<400, 500...: self = .unreachable
        default: self = .input
        }
    }
}
