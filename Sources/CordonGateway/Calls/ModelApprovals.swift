import CordonCore
import CordonOperations

/// Calls of tools in a model's answer that people have to allow.
extension ModelCall {
    /// Asks about all of them at once, and holds the answer while they wait.
    ///
    /// What is allowed is used as it is released: the caller carries it out, once.
    func askPeople(
        _ waiting: [(call: AskedCall, need: ApprovalNeed)], _ admitted: Admitted
    ) async throws -> Verdicts {
        var verdicts = Verdicts(allowed: [], denied: [])
        if waiting.isEmpty { return verdicts }
        let people = PeopleAsked(
            gateway: gateway, key: key, fields: fields, base: base, requestID: requestID)
        let clock = gateway.operations.outside
        let until = clock.uptime() + Int64(people.holdSeconds) * 1_000
        var open: [(call: AskedCall, need: ApprovalNeed)] = []
        for (call, need) in waiting {
            let answer = await ask(people, call, need, admitted, seconds: 0)
            if case .answer(.pending) = answer {
                open.append((call, need))
            } else {
                try take(answer, call, people, admitted, &verdicts)
            }
        }
        for (call, need) in open {
            let left = Int(max(0, until - clock.uptime()) / 1_000)
            try take(
                await ask(people, call, need, admitted, seconds: left), call, people, admitted,
                &verdicts)
        }
        return verdicts
    }

    private enum Told: Sendable {
        case answer(ApprovalAnswer)
        case refused(Refusal)
    }

    private func ask(
        _ people: PeopleAsked, _ call: AskedCall, _ need: ApprovalNeed, _ admitted: Admitted,
        seconds: Int
    ) async -> Told {
        do throws(Refusal) {
            return .answer(
                try await people.answer(
                    call.request(record: runRecord), arguments: Array(call.arguments.utf8),
                    need: need, at: "gateway", holdSeconds: seconds,
                    isGone: { admitted.call.end != nil || admitted.passing.isCut }))
        } catch {
            return .refused(error)
        }
    }

    private func take(
        _ told: Told, _ call: AskedCall, _ people: PeopleAsked, _ admitted: Admitted,
        _ verdicts: inout Verdicts
    ) throws {
        try refuseCut(admitted)
        switch told {
        case .refused(let refusal): verdicts.denied.append((call, refusal.detail.final))
        case .answer(.granted(let approval)):
            // People allow a call, not what the gate forbids: a stop may have come in between.
            let answer = gateway.operations.gate.decide(
                within: admitted.passing, call.request(record: runRecord), approved: true)
            switch answer?.decision {
            case .allow:
                verdicts.allowed.append(call)
                verdicts.notes.append(PeopleAsked.note(approval))
            case .stopped(let stop):
                throw Denial(stop: stop, entry: admitted.entry)
            case .deny(let reason), .notReady(let reason):
                verdicts.denied.append((call, reason.final))
            case .approval, nil:
                verdicts.denied.append((call, "The workflow has changed.".final))
            }
        case .answer(let answer): verdicts.denied.append((call, people.sentence(answer)))
        }
    }
}
