import CordonAPI
import CordonCore
import FoundationEssentials

/// A refusal as `application/problem+json` (RFC 9457), with the members that programs rely on.
struct Problem: Codable, Sendable {
    let type: String
    let title: String
    let status: Int
    let detail: String
    let instance: String
    let requestId: String
    var errors: [FaultView]?
    var blockers: [BlockerView]?
    /// For `not-production-ready`.
    var gaps: [GapView]?
    /// For a stopped workflow: why, since which incident, and what to do instead.
    var reason: String?
    var incident: String?
    var fallback: FallbackBody?
    /// Of the gate: what a tool that filters on a yes or no looks at.
    var allowed: Bool?
    var decision: String?
    var decisionId: String?
    /// For `approval-required`: the question that people have to answer.
    var approval: GateApprovalView?

    struct FaultView: Codable, Sendable {
        let pointer: String
        let message: String
    }

    init(_ refusal: Refusal, path: String, requestID: String) {
        let text = ProblemText.of(refusal.kind)
        type = "/problems/\(refusal.kind.rawValue)"
        title = text.title
        status = text.status
        detail = refusal.detail
        instance = path
        requestId = requestID
        let faults = refusal.blockers.compactMap { blocker in
            blocker.pointer.map { FaultView(pointer: $0, message: blocker.message) }
        }
        errors = faults.isEmpty ? nil : faults
        if refusal.kind == .notProductionReady {
            gaps = refusal.blockers.map { GapView(code: $0.code, message: $0.message) }
        } else if !refusal.blockers.isEmpty {
            blockers = refusal.blockers.map {
                BlockerView(code: $0.code, message: $0.message, step: $0.step)
            }
        }
    }

    func answer() -> Answer {
        // Encoding can fail for a float that is not finite only, and there is none in here.
        let bytes = (try? Wire.bytes(self)) ?? []
        var answer = Answer(status: status, mediaType: "application/problem+json", body: bytes)
        switch status {
        case 401: answer = answer.with("www-authenticate", "Bearer realm=\"cordon\"")
        case 503: answer = answer.with("retry-after", "1")
        case 429:
            answer = answer.with("retry-after", String(Throttle.windowMinutes * 60))
        default: break
        }
        return answer
    }
}
