import CordonCore
import CordonOperations

/// Calls of tools in a model's answer that people have to allow.
extension ModelCall {
    /// Asks about all of them at once, and holds the answer while they wait.
    ///
    /// What is allowed is used as it is released: the caller carries it out, once. `holdUntil` is
    /// set by the first hold of an answer, so that many calls hold it no longer than one.
    func askPeople(
        _ waiting: [(call: AskedCall, need: ApprovalNeed)], _ admitted: Admitted,
        holdUntil: inout Int64?
    ) async throws -> Verdicts {
        var verdicts = Verdicts(allowed: [], denied: [])
        if waiting.isEmpty { return verdicts }
        let people = PeopleAsked(
            gateway: gateway, key: key, fields: fields, base: base, requestID: requestID)
        let until = holdUntil ?? people.patience
        holdUntil = until
        var asked: [AskedCall] = []
        var questions: [ApprovalQuestion] = []
        for (call, need) in waiting {
            do throws(Refusal) {
                questions.append(
                    try people.question(
                        call.request(record: runRecord), arguments: Array(call.arguments.utf8),
                        need: need, at: "gateway"))
                asked.append(call)
            } catch {
                verdicts.denied.append((call, error.detail.final))
            }
        }
        let answers: [Result<ApprovalAnswer, Refusal>]
        do throws(Refusal) {
            answers = try await people.answers(
                to: questions, until: until,
                isGone: { admitted.call.end != nil || admitted.passing.isCut })
        } catch {
            answers = questions.map { _ in .failure(error) }
        }
        for (call, answer) in zip(asked, answers) {
            try take(answer, call, people, admitted, &verdicts)
        }
        return verdicts
    }

    private func take(
        _ told: Result<ApprovalAnswer, Refusal>, _ call: AskedCall, _ people: PeopleAsked,
        _ admitted: Admitted, _ verdicts: inout Verdicts
    ) throws(Denial) {
        try refuseCut(admitted)
        let request = call.request(record: runRecord)
        let gate = gateway.operations.gate
        if gate.isStopped(key.workflow, request),
            case .stopped(let stop)? = gate.decide(within: admitted.passing, request)?.decision
        {
            throw Denial(stop: stop, entry: admitted.entry)
        }
        switch told {
        case .failure(let refusal): verdicts.denied.append((call, refusal.detail.final))
        case .success(.granted(let approval)):
            // People allow a call, not what the gate forbids: a stop may have come in between.
            let again = gate.decide(within: admitted.passing, request, approved: true)
            switch again?.decision {
            case .allow:
                gateway.note([again?.shadowUse].compactMap(\.self), key)
                verdicts.allowed.append(call)
                verdicts.notes.append(PeopleAsked.note(approval))
            case .stopped(let stop):
                throw Denial(stop: stop, entry: admitted.entry)
            case .deny(let reason), .notReady(let reason):
                verdicts.denied.append((call, reason.final))
            case .approval, nil:
                verdicts.denied.append((call, "The workflow has changed.".final))
            }
        case .success(let answer): verdicts.denied.append((call, people.sentence(answer)))
        }
    }
}
