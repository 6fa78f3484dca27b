package import CordonCore
import CordonStore

extension Operations {
    /// How long a call waits for people before its caller is told to come again: less than the 60
    /// seconds after which MCP's clients give up.
    package static let holdSecondsAtMost = 45
    /// How often is looked whether a stop has landed or the caller has gone: in memory.
    private static let glanceEvery = Duration.milliseconds(50)
    /// Every so many glances the database is looked at, so that it is all the same on which server
    /// people decide.
    private static let lookEvery = 4

    /// Uses an approval, or asks people and waits for them up to `holdSeconds`.
    ///
    /// `isGone` says whether anybody still waits for the answer: nothing is used for nobody.
    package func claimApproval(
        _ question: ApprovalQuestion, _ caller: Caller, holdSeconds: Int = 0,
        isGone: @Sendable () -> Bool = { false }
    ) async throws -> ApprovalAnswer {
        let until = outside.uptime() + Int64(holdSeconds) * 1_000
        let answers = try await claimApprovals([question], caller, until: until, isGone: isGone)
        guard let answer = answers.first else {
            throw Refusal(.internalFault, "The approval has no answer.")
        }
        return try answer.get()
    }

    /// Does so for calls that are made together: none is used before all are decided or the time
    /// is over, so that none is lost to a caller who goes away, or to a stop, meanwhile.
    ///
    /// `until` is on the clock that only goes forward. When a stop lands the wait ends at once, and
    /// the gate has to be asked again.
    ///
    /// - Returns: an answer, or a refusal, for each question in its place.
    package func claimApprovals(
        _ questions: [ApprovalQuestion], _ caller: Caller, until: Int64,
        isGone: @Sendable () -> Bool = { false }
    ) async throws -> [Result<ApprovalAnswer, Refusal>] {
        let asked = try await perform(caller) { work in
            try questions.map { question in
                try Self.told { try work.claimApproval(question, mayUse: false) }
            }
        }
        let ids = asked.map(\.open?.id)
        guard ids.contains(where: { $0 != nil }),
            try await wait(for: asked.compactMap(\.open), questions, caller, until, isGone)
        else { return asked }
        return try await perform(caller) { work in
            try zip(zip(questions, ids), asked).map { matter, before in
                guard let id = matter.1 else { return before }
                return try Self.told { try work.claimApproval(matter.0, waitingFor: id) }
            }
        }
    }

    private static func told(
        _ body: () throws -> ApprovalAnswer
    ) throws -> Result<ApprovalAnswer, Refusal> {
        do { return .success(try body()) } catch let refusal as Refusal { return .failure(refusal) }
    }

    /// Waits until none of them is pending, the time is over, a stop lands or the caller is gone.
    ///
    /// - Returns: whether something may be used now.
    private func wait(
        for open: [Approval], _ questions: [ApprovalQuestion], _ caller: Caller, _ until: Int64,
        _ isGone: @Sendable () -> Bool
    ) async throws -> Bool {
        var pending = open.filter { $0.state == .pending }.map(\.id)
        var hasNews = pending.count < open.count
        let key = questions.first?.call.workflow ?? ""
        let most = outside.uptime() + Int64(Self.holdSecondsAtMost) * 1_000
        if !pending.isEmpty, outside.uptime() < until, gate.beginWait(key) {
            defer { gate.endWait(key) }
            var glances = 0
            while !pending.isEmpty, outside.uptime() < min(until, most) {
                if isGone() || isStopped(questions) { return false }
                try await Task.sleep(for: Self.glanceEvery)
                glances += 1
                guard glances % Self.lookEvery == 0 else { continue }
                let left = try await stillPending(pending, caller)
                hasNews = hasNews || left.count < pending.count
                pending = left
            }
        }
        return hasNews && !isGone() && !isStopped(questions)
    }

    private func isStopped(_ questions: [ApprovalQuestion]) -> Bool {
        questions.contains { gate.isStopped($0.call.workflow, $0.call.request) }
    }

    private func stillPending(_ ids: [String], _ caller: Caller) async throws -> [String] {
        do {
            return try await ask(caller) { work in
                try ids.filter { try work.transaction.approvalIsPending($0, at: work.now) }
            }
        } catch let refusal as Refusal where refusal.kind == .overloaded {
            // Whoever waits can wait for the next look as well.
            return ids
        }
    }

    /// Writes down of which approvals the window has ended.
    package func expireApprovals() async throws {
        let overdue = try await ask(.cordon("clock")) { work in
            try work.transaction.approvalsOverdue(at: work.now, limit: 100)
        }
        guard !overdue.isEmpty else { return }
        try await perform(.cordon("clock")) { work in
            for id in overdue { try work.expireApproval(id) }
        }
    }
}

extension Result<ApprovalAnswer, Refusal> {
    /// What may still be decided or used.
    fileprivate var open: Approval? {
        if case .success(.pending(let approval)) = self { return approval }
        return nil
    }
}
