import AsyncHTTPClient
import CordonCore
import CordonOperations

/// Calls whose stream the server has closed before their answer.
extension MCPCall {
    func isAnswer(_ event: MCPPassage.Event, to admitted: Admitted) -> Bool {
        let id = JSONMembers(event.message[...])?["id"] ?? []
        return id.elementsEqual(admitted.message.id ?? []) || id.isEmpty
            || id.elementsEqual("null".utf8)
    }

    func place(of id: MCPMessage.Raw) -> AwaitedAnswers.Place {
        AwaitedAnswers.Place(
            workflow: key.workflow, server: server.name,
            session: fields.said("mcp-session-id") ?? "", id: Array(id))
    }

    /// Keeps a call within a stop's reach until its answer comes on another stream.
    func await(_ admitted: Admitted) {
        let gate = gateway.operations.gate
        var awaited = admitted
        awaited.passing = InFlightCall(workflow: key.workflow, request: admitted.passing.request)
        let passing = awaited.passing
        let place = place(of: admitted.message.id ?? [])
        guard gateway.awaited.put(.init(call: self, admitted: awaited), at: place) else {
            keepBehind(admitted, status: "error: no answer", nil, [])
            return
        }
        // It has been allowed before, and goes on: only a stop that has come meanwhile matters.
        _ = gate.admit(passing, approved: true)
        passing.whenCut { [self] in
            keepBehind(admitted, status: "cut", nil, [])
            gate.end(passing)
        }
        Task {
            // Nobody cancels this task; if somebody did, the call would end sooner.
            try? await Task.sleep(for: AwaitedAnswers.patience)
            if gateway.awaited.take(passing, at: place) != nil { unanswered(awaited) }
        }
    }

    /// Nobody waits for the answer any more.
    func unanswered(_ admitted: Admitted) {
        defer { gateway.operations.gate.end(admitted.passing) }
        guard !admitted.passing.isCut else { return }
        admitted.passing.whenCut(nil)
        keepBehind(admitted, status: "error: no answer", nil, [])
    }

    /// What goes on of the answer that was awaited.
    func answered(
        _ message: [UInt8], _ admitted: Admitted, _ response: HTTPClientResponse
    ) async -> [UInt8] {
        let gate = gateway.operations.gate
        let passing = admitted.passing
        defer { gate.end(passing) }
        let isStopped = gate.isStopped(key.workflow, passing.request)
        guard !isStopped, passing.settle() else {
            // That it was cut is on record, where a stop could; its answer is another.
            keepBehind(admitted, status: "withheld", response, message)
            gateway.figures.add(\.cut)
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
