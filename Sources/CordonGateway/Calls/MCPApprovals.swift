import CordonCore
import CordonOperations
import HTTPTypes
import HummingbirdCore
import NIOCore

/// Calls of tools that people have to allow.
extension MCPCall {
    enum Allowance {
        /// They have, and this is what the gate says now.
        case allowed(Approval, GateAnswer)
        case answered(Response)
    }

    /// Uses what people have allowed for exactly this call, or asks them, and holds the call for a
    /// while; whoever comes again with the same call afterwards goes on where it was.
    func askPeople(_ need: ApprovalNeed, _ admitted: Admitted) async -> Allowance {
        let people = PeopleAsked(
            gateway: gateway, key: key, fields: fields, base: base, requestID: requestID)
        let gone = CallerGone()
        watch?.whenGone { gone.note() }
        defer { watch?.whenGone(nil) }
        do throws(Refusal) {
            let answer = try await people.answer(
                admitted.passing.request, arguments: admitted.tool.arguments, need: need,
                diff: admitted.message.meta?.text("cordon/diff"), at: "mcp/\(server.name)",
                holdSeconds: people.holdSeconds, isGone: { gone.isGone })
            switch answer {
            case .granted(let approval):
                // People allow a call, not what the gate forbids: a stop may have come in between.
                guard
                    let again = gateway.operations.gate.admit(admitted.passing, approved: true)
                else { return refused("The workflow is gone.", admitted) }
                return .allowed(approval, again)
            case .pending(let approval), .edited(let approval):
                let told = MCPApproval(approval, url: people.url(approval))
                keepBehind(admitted, status: "pending: \(approval.id)", nil, [])
                return .answered(pending(told, admitted))
            case .refused(_, let reason): return refused(reason, admitted)
            }
        } catch {
            if error.kind == .workflowStopped,
                let again = gateway.operations.gate.admit(admitted.passing),
                case .stopped(let stop) = again.decision
            {
                gateway.figures.add(\.denied)
                keepBehind(admitted, status: "denied: workflow_stopped", nil, [])
                return .answered(said(refusal(of: stop, admitted), admitted))
            }
            return refused(error.detail, admitted)
        }
    }

    private func refused(_ reason: String, _ admitted: Admitted) -> Allowance {
        let refusal = MCPRefusal(
            .unapproved(reason: reason), fallback: admitted.entry.fallback, decisionID: requestID)
        gateway.figures.add(\.denied)
        keepBehind(admitted, status: "denied: \(refusal.code)", nil, [])
        return .answered(said(refusal, admitted))
    }

    private func pending(_ approval: MCPApproval, _ admitted: Admitted) -> Response {
        let bytes = approval.result(
            to: admitted.message.id ?? [], in: admitted.revision, promisesStructure: false)
        return Response(
            status: .ok, headers: [.contentType: "application/json"],
            body: .init(byteBuffer: ByteBuffer(bytes: bytes)))
    }
}
