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
        let watch = watch
        do throws(Refusal) {
            // What could not be recorded is not begun, and then uses nothing.
            try gateway.checkRecorder(admitted.entry)
            let question = try people.question(
                admitted.passing.request, arguments: admitted.tool.arguments, need: need,
                server: server.name, diff: admitted.message.meta?.text("cordon/diff"),
                at: "mcp/\(server.name)")
            let answers = try await people.answers(
                to: [question], until: people.patience, isGone: { watch?.isGone == true })
            if let stopped = stopped(admitted) { return stopped }
            switch try answers.first?.get() {
            case nil: return refused("Nobody could be asked.", admitted)
            case .granted(let approval):
                // People allow a call, not what the gate forbids: a stop may have come in between,
                // or terms by which others have to allow it.
                guard
                    let again = gateway.operations.gate.admit(
                        admitted.passing, approved: approval)
                else { return refused("The workflow is gone.", admitted) }
                return .allowed(approval, again)
            case .pending(let approval), .edited(let approval):
                let told = MCPApproval(approval, url: people.url(approval))
                keepBehind(admitted, status: "pending: \(approval.id)", nil, [])
                return .answered(pending(told, admitted))
            case .refused(_, let reason): return refused(reason, admitted)
            }
        } catch {
            return stopped(admitted) ?? refused(error.detail, admitted)
        }
    }

    /// The answer of a call on which a stop has landed while it was held.
    private func stopped(_ admitted: Admitted) -> Allowance? {
        let gate = gateway.operations.gate
        let request = admitted.passing.request
        guard gate.isStopped(key.workflow, request),
            case .stopped(let stop)? = gate.decide(within: admitted.passing, request)?.decision
        else { return nil }
        gateway.figures.add(\.denied)
        keepBehind(admitted, status: "denied: workflow_stopped", nil, [])
        return .answered(said(refusal(of: stop, admitted), admitted))
    }

    private func refused(_ reason: String, _ admitted: Admitted) -> Allowance {
        let refusal = MCPRefusal(
            .unapproved(reason: reason), fallback: admitted.entry.fallback, decisionID: requestID)
        gateway.figures.add(\.denied)
        keepBehind(admitted, status: "denied: \(refusal.code)", nil, [])
        return .answered(said(refusal, admitted))
    }

    private func pending(_ approval: MCPApproval, _ admitted: Admitted) -> Response {
        // Whether the tool promises structure stands in its list, which may never have come by; an
        // error is shown to every model.
        let bytes = approval.result(
            to: admitted.message.id ?? [], in: admitted.revision, promisesStructure: true)
        return Response(
            status: .ok, headers: [.contentType: "application/json"],
            body: .init(byteBuffer: ByteBuffer(bytes: bytes)))
    }
}
