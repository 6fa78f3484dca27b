import CordonCore
import CordonOperations
import HTTPTypes
import Logging
import ServiceLifecycle

/// A call through the gateway that people have to allow, and whoever waits for it meanwhile.
struct PeopleAsked: Sendable {
    let gateway: Gateway
    let key: Gateway.Key
    let fields: HTTPFields
    /// The server's address as its callers know it.
    let base: String
    let requestID: String

    /// The question that a call puts to people; `server` is the MCP server that would carry it
    /// out.
    func question(
        _ request: GateRequest, arguments: [UInt8], need: ApprovalNeed, server: String? = nil,
        diff: String? = nil, at point: String
    ) throws(Refusal) -> ApprovalQuestion {
        let call = try ExactCall(
            workflow: key.workflow, request: request, arguments: arguments, server: server)
        if let diff, diff.utf8.count > Approval.diffAtMost {
            throw Refusal(
                .tooLarge, "A diff has \(Approval.diffAtMost >> 10) KiB at most.")
        }
        return ApprovalQuestion(
            call: call, need: need, diff: diff, run: fields.said("x-cordon-run"),
            user: fields.said("x-cordon-user"), point: point)
    }

    /// Uses what people have allowed for exactly these calls, or asks them and waits a while.
    func answers(
        to questions: [ApprovalQuestion], until: Int64, isGone: @escaping @Sendable () -> Bool
    ) async throws(Refusal) -> [Result<ApprovalAnswer, Refusal>] {
        do {
            return try await gateway.operations.claimApprovals(
                questions, key.asCaller(cause: requestID), until: until,
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

    /// Until when the caller lets its call be held, on the clock that only goes forward: as long
    /// as may be, unless it says less.
    var patience: Int64 {
        let seconds =
            fields.said("x-cordon-wait").flatMap { Int($0) }
            .map { max(0, min($0, Operations.holdSecondsAtMost)) } ?? Operations.holdSecondsAtMost
        return gateway.operations.outside.uptime() + Int64(seconds) * 1_000
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
}

extension String {
    /// With what a model has to know of every no that is for good.
    var final: String { self + " Do not ask for it again." }
}

extension Approval {
    /// Those whose yes counts, by name.
    var grantedBy: String { grants.map(\.by.name).joined(separator: " and ") }
}
