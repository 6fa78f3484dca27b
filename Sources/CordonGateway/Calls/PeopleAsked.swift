import CordonCore
import CordonOperations
import HTTPTypes
import Logging
import ServiceLifecycle
import Synchronization

/// A call through the gateway that people have to allow, and whoever waits for it meanwhile.
struct PeopleAsked: Sendable {
    let gateway: Gateway
    let key: Gateway.Key
    let fields: HTTPFields
    /// The server's address as its callers know it.
    let base: String
    let requestID: String

    /// Uses what people have allowed for exactly this call, or asks them and waits a while.
    func answer(
        _ request: GateRequest, arguments: [UInt8], need: ApprovalNeed, diff: String? = nil,
        at point: String, holdSeconds: Int, isGone: @escaping @Sendable () -> Bool
    ) async throws(Refusal) -> ApprovalAnswer {
        let call = try ExactCall(
            workflow: key.workflow, request: request, arguments: arguments)
        if let diff, diff.utf8.count > Approval.diffAtMost {
            throw Refusal(
                .tooLarge, "A diff has \(Approval.diffAtMost >> 10) KiB at most.")
        }
        let question = ApprovalQuestion(
            call: call, need: need, diff: diff, run: field("x-cordon-run"),
            user: field("x-cordon-user"), point: point)
        do {
            return try await gateway.operations.claimApproval(
                question, key.asCaller(cause: requestID), holdSeconds: holdSeconds,
                isGone: { isGone() || Task.isShuttingDownGracefully })
        } catch let refusal as Refusal {
            throw refusal
        } catch {
            gateway.logger.error(
                "nobody could be asked",
                metadata: ["request_id": "\(requestID)", "error": "\(error)"])
            throw Refusal(.internalFault, "Nobody could be asked: \(requestID).")
        }
    }

    /// How many seconds the caller lets its call be held: all that may be, unless it says less.
    var holdSeconds: Int {
        field("x-cordon-wait").flatMap { Int($0) }
            .map { max(0, min($0, Operations.holdSecondsAtMost)) } ?? Operations.holdSecondsAtMost
    }

    /// Where a person decides.
    func url(_ approval: Approval) -> String { "\(base)/approvals/\(approval.id)" }

    /// What the model reads where the call is not carried out now.
    func sentence(_ answer: ApprovalAnswer) -> String {
        switch answer {
        case .granted: ""
        case .pending(let approval):
            "It waits for a person, who can approve it until "
                + "\(approval.request.expiresAt.rfc3339) at \(url(approval)). Once it is approved, "
                + "ask for exactly the same call again; until then do something else."
        case .edited(let approval):
            "\(approval.grantedBy) allows it once with other arguments only. Ask for it again with "
                + "exactly these: \(approval.grantedCall.arguments)"
        case .refused(_, let reason): reason.final
        }
    }

    /// What the record of the call says of who allowed it.
    static func note(_ approval: Approval) -> String {
        "\(approval.grantedBy) approved this call (\(approval.id))."
    }

    private func field(_ name: String) -> String? {
        HTTPField.Name(name).flatMap { fields[$0] }.flatMap { $0.utf8.count <= 200 ? $0 : nil }
    }
}

extension String {
    /// With what a model has to know of every no that is for good.
    var final: String { self + " Do not ask for it again." }
}

extension Approval {
    /// Those whose yes counts, by name.
    var grantedBy: String { grants.map(\.by.name).joined(separator: " and ") }
}

/// Whether the caller has gone away.
///
/// Safe to share: one atomic flag.
final class CallerGone: Sendable {
    private let flag = Atomic(false)

    var isGone: Bool { flag.load(ordering: .acquiring) }

    func note() { flag.store(true, ordering: .releasing) }
}
