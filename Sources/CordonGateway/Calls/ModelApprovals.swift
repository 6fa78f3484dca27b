import CordonCore
import CordonOperations

/// What was decided about the calls of one answer so far.
struct JudgedCalls: Sendable {
    /// Those that may be made, as the gate was asked about them.
    var allowed: [GateRequest] = []
    /// Until when the answer is held for people, once it has been: many calls hold it no longer
    /// than one.
    var holdUntil: Int64?
}

/// Calls of tools in a model's answer, judged before they go on; some of them people have to allow.
extension ModelCall {
    /// Asks the gate about each call, and people about those that need them.
    ///
    /// - Throws: the stop that covers one of the calls, even where it landed while people were
    ///   asked about another.
    func judge(
        _ calls: [AskedCall], _ admitted: Admitted, _ judged: inout JudgedCalls
    ) async throws -> Verdicts {
        var allowed: [AskedCall] = []
        var denied: [(call: AskedCall, reason: String)] = []
        var waiting: [(call: AskedCall, need: ApprovalNeed)] = []
        for call in calls {
            if let twice = call.repeatedArgument {
                denied.append((call, "It names the argument \(twice) more than once.".final))
                continue
            }
            let request = request(call, admitted)
            guard
                let answer = gateway.operations.gate.decide(
                    within: admitted.passing, request)
            else { continue }
            switch answer.decision {
            case .allow:
                gateway.note([answer.shadowUse].compactMap(\.self), key)
                allowed.append(call)
                judged.allowed.append(request)
            case .stopped(let stop): throw Denial(stop: stop, entry: answer.entry)
            case .deny(let reason), .notReady(let reason):
                denied.append((call, reason.final))
                try await gateway.follow(answer, reason: reason, key)
            case .approval(let need): waiting.append((call, need))
            }
        }
        let told = try await askPeople(waiting, admitted, &judged)
        judged.allowed += told.allowed.map { request($0, admitted) }
        if !waiting.isEmpty { try refuseStopped(judged, admitted) }
        return Verdicts(
            allowed: allowed + told.allowed, denied: denied + told.denied, notes: told.notes)
    }

    /// The question to the gate, with the tool by the name that it was offered under.
    private func request(_ call: AskedCall, _ admitted: Admitted) -> GateRequest {
        call.request(record: runRecord, offered: admitted.asked?.hosted ?? [])
    }

    /// A stop of a tool alone does not cut the call of the model: an answer that asks for that tool
    /// goes no further all the same, whoever had allowed it before.
    func refuseStopped(_ judged: JudgedCalls, _ admitted: Admitted) throws(Denial) {
        if let stop = stop(of: judged.allowed, admitted) {
            throw Denial(stop: stop, entry: admitted.entry)
        }
    }

    private func stop(of calls: [GateRequest], _ admitted: Admitted) -> GateEntry.Stop? {
        guard !calls.isEmpty, let entry = gateway.operations.gate.entry(key.workflow)
        else { return nil }
        return entry.stops.first { stop in
            !stop.covers(admitted.passing.request) && calls.contains(where: stop.covers)
        }
    }

    /// Asks about all of them at once, and holds the answer while they wait.
    ///
    /// What is allowed is used as it is released: the caller carries it out, once.
    private func askPeople(
        _ waiting: [(call: AskedCall, need: ApprovalNeed)], _ admitted: Admitted,
        _ judged: inout JudgedCalls
    ) async throws -> Verdicts {
        var verdicts = Verdicts(allowed: [], denied: [])
        if waiting.isEmpty { return verdicts }
        let people = PeopleAsked(
            gateway: gateway, key: key, fields: fields, base: base, requestID: requestID)
        let until = judged.holdUntil ?? people.patience
        judged.holdUntil = until
        var asked: [AskedCall] = []
        var questions: [ApprovalQuestion] = []
        for (call, need) in waiting {
            do throws(Refusal) {
                questions.append(
                    try people.question(
                        request(call, admitted), arguments: Array(call.arguments.utf8),
                        need: need, at: "gateway"))
                asked.append(call)
            } catch {
                verdicts.denied.append((call, error.detail.final))
            }
        }
        let answers: [Result<ApprovalAnswer, Refusal>]
        let beside = judged.allowed
        do throws(Refusal) {
            answers = try await people.answers(
                to: questions, until: until,
                isGone: {
                    admitted.call.end != nil || admitted.passing.isCut
                        || stop(of: beside, admitted) != nil
                })
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
        let request = request(call, admitted)
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
            let again = gate.decide(within: admitted.passing, request, approved: approval)
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
