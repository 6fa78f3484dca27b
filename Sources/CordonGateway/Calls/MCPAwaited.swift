import AsyncHTTPClient
import CordonCore
import CordonOperations

/// Calls whose stream the server has closed before their answer.
extension MCPCall {
    /// A call, and what of it was admitted.
    struct Awaited: Sendable {
        let call: MCPCall
        let admitted: Admitted
    }

    func place(of id: MCPMessage.Raw) -> AwaitedAnswers<Awaited>.Place {
        AwaitedAnswers.Place(
            workflow: key.workflow, server: server.name,
            session: fields.said("mcp-session-id") ?? "", id: Array(id))
    }

    /// Keeps a call within a stop's reach until its answer comes on another stream.
    func keepOpen(_ admitted: Admitted) {
        let gate = gateway.operations.gate
        var awaited = admitted
        let passing = InFlightCall(workflow: key.workflow, request: admitted.passing.request)
        awaited.passing = passing
        passing.whenCut { [self] in
            keepBehind(admitted, status: "cut", nil, [])
            gate.end(passing)
        }
        gate.goOn(passing)
        let isAwaited = gateway.awaited.put(
            Awaited(call: self, admitted: awaited), at: place(of: admitted.message.id ?? []),
            uptime: gateway.operations.outside.uptime())
        if !isAwaited { unanswered(awaited) }
    }

    /// Remembers a call that a stop has cut, as its answer may be fetched on another stream.
    func keepWithheld(_ admitted: Admitted) {
        // Where too many are remembered already, what the stop covers is withheld all the same.
        _ = gateway.awaited.put(
            Awaited(call: self, admitted: admitted), at: place(of: admitted.message.id ?? []),
            uptime: gateway.operations.outside.uptime())
    }

    /// Nobody waits for the answer any more.
    func unanswered(_ admitted: Admitted) {
        // A stop that was faster has had it recorded.
        if admitted.passing.settle() {
            keepBehind(admitted, status: "error: no answer", nil, [])
        }
        gateway.operations.gate.end(admitted.passing)
    }

    /// What goes on of the answer that was awaited.
    func answered(
        _ message: [UInt8], _ admitted: Admitted, _ response: HTTPClientResponse
    ) async -> [UInt8] {
        let gate = gateway.operations.gate
        let passing = admitted.passing
        defer { gate.end(passing) }
        guard !gate.isStopped(key.workflow, passing.request), passing.settle() else {
            // That it was cut is on record, where a stop could; its answer is another.
            keepBehind(admitted, status: "withheld", response, message)
            gateway.figures.add(\.cut)
            // It may be asked for again.
            keepWithheld(admitted)
            return result(refusalOfStop(passing, admitted), admitted)
        }
        let status = Self.status(response, message)
        guard admitted.entry.recordsFirst else {
            keepBehind(admitted, status: status, response, message)
            return message
        }
        do {
            try await keep(admitted, status: status, response, message)
            return message
        } catch {
            keepBehind(admitted, status: "error: \(error)", response, message)
            return result(
                MCPRefusal(
                    .overloaded, fallback: admitted.entry.fallback, decisionID: requestID),
                admitted)
        }
    }

    private func refusalOfStop(_ passing: InFlightCall, _ admitted: Admitted) -> MCPRefusal {
        if let stop = passing.stop { return refusal(of: stop, admitted) }
        let gate = gateway.operations.gate
        if case .stopped(let stop)? = gate.decide(within: passing, passing.request)?.decision {
            return refusal(of: stop, admitted)
        }
        return MCPRefusal(
            .overloaded, fallback: admitted.entry.fallback, decisionID: requestID)
    }
}
