package import CordonCore
import CordonStore

/// A call that people have to allow, as its caller brings it.
package struct ApprovalQuestion: Sendable {
    let call: ExactCall
    let need: ApprovalNeed
    let diff: String?
    let run: String?
    let user: String?
    /// Where it is asked, and would be carried out: `gate`, `gateway`, `mcp/NAME`.
    let point: String

    package init(
        call: ExactCall, need: ApprovalNeed, diff: String? = nil, run: String? = nil,
        user: String? = nil, point: String
    ) {
        self.call = call
        self.need = need
        self.diff = diff
        self.run = run
        self.user = user
        self.point = point
    }
}

/// What the caller of such a call is told.
package enum ApprovalAnswer: Sendable {
    /// It may be carried out now, this once.
    case granted(Approval)
    /// Nobody has decided yet: the same call may be made again later.
    case pending(Approval)
    /// People allow the call with other arguments only.
    case edited(Approval)
    /// It may not be carried out, in a sentence.
    case refused(Approval, because: String)
}

/// Approvals: one exact call, once, by people who did not ask for it.
extension Work {
    /// Uses what people have allowed for exactly this call, or asks them.
    ///
    /// `id` names the approval that the caller has been waiting for: it then never starts another.
    package func claimApproval(
        _ question: ApprovalQuestion, waitingFor id: String? = nil
    ) throws -> ApprovalAnswer {
        let workflow = try workflow(question.call.workflow)
        try mayTouch(workflow.key)
        if let stop = workflow.containmentsInForce.first(where: {
            $0.scope.covers(question.call.request)
        }) {
            throw Refusal(.workflowStopped, "\(workflow.key) is stopped: \(stop.reason)")
        }
        let digest = question.call.digest(policyVersion: try policy().version)
        if let id, let approval = try transaction.approval(id) {
            return try answer(question, approval, digest)
        }
        for approval in try transaction.approvals(granted: digest)
        where approval.state(at: now) == .approved {
            return try answer(question, approval, digest)
        }
        if let approval = try transaction.approval(asked: digest),
            approval.request.expiresAt > now
        {
            switch approval.state {
            case .pending, .approved, .rejected: return try answer(question, approval, digest)
            case .used, .voided, .expired: break
            }
        }
        return .pending(try askPeople(question, workflow))
    }

    private func answer(
        _ question: ApprovalQuestion, _ approval: Approval, _ digest: String
    ) throws -> ApprovalAnswer {
        switch approval.state(at: now) {
        case .pending: return .pending(approval)
        case .approved where approval.persons < question.need.persons:
            let reason = "By now the workflow's authority asks for more people."
            return .refused(
                try record(approval.void(reason: reason, at: now), on: approval), because: reason)
        case .approved where approval.grantedDigest != digest: return .edited(approval)
        case .approved:
            let events = try approval.use(at: question.point, now: now)
            return .granted(try record(events, on: approval))
        case .rejected:
            let said = approval.rejection
            return .refused(
                approval,
                because: "\(said?.by.name ?? "A person") said no: \(said?.value ?? "")")
        case .used:
            return .refused(approval, because: "It has been carried out already, once.")
        case .voided:
            return .refused(
                approval, because: "The approval is void. \(approval.ending?.detail ?? "")")
        case .expired:
            return .refused(
                approval,
                because: "Nobody said yes until \(approval.request.expiresAt.rfc3339), and silence "
                    + "is a no.")
        }
    }

    private func askPeople(
        _ question: ApprovalQuestion, _ workflow: Workflow
    ) throws -> Approval {
        guard
            try transaction.approvalsWaiting(workflow: workflow.key) < Approval.waitingAtMost
        else {
            throw Refusal(
                .overloaded,
                "\(Approval.waitingAtMost) calls of \(workflow.key) wait for a person already.")
        }
        let request = Approval.Request(
            call: question.call, policyVersion: try policy().version, need: question.need,
            expiresAt: now.adding(
                milliseconds: Int64(question.need.windowMinutes) * 60_000),
            diff: question.diff, run: question.run, user: question.user)
        let event = ApprovalEvent.asked(request)
        let id = outside.newID()
        guard let approval = Approval(id: id, first: event, by: person, at: now) else {
            throw Refusal(.internalFault, "The approval has no first event.")
        }
        try journal(event, stream: "approval/\(id)")
        try transaction.approvalSave(approval)
        return approval
    }

    // MARK: People

    package func approval(_ id: String) throws -> Approval {
        guard let approval = try transaction.approval(id) else {
            throw Refusal(.notFound, "There is no approval \(id).")
        }
        try mayTouch(approval.request.call.workflow)
        return approval
    }

    package func approvals(
        workflow: String?, state: Approval.State?, after id: String, limit: Int
    ) throws -> [Approval] {
        try mayTouch(workflow)
        return try transaction.approvals(
            workflow: workflow, state: state, after: id, limit: limit)
    }

    /// Reads one, and keeps that and when it was opened.
    package func openApproval(_ id: String) throws -> Approval {
        let approval = try approval(id)
        guard caller.permissions.contains(.approve) else { return approval }
        return try record(approval.open(by: person, at: now), on: approval)
    }

    /// Says yes; `arguments` replace those that were asked for.
    package func approve(
        _ id: String, reason: String, arguments: [UInt8]? = nil
    ) throws -> Approval {
        try need(.approve)
        let approval = try approval(id)
        let workflow = try workflow(approval.request.call.workflow)
        try stillHolds(approval, workflow)
        let edit = try arguments.map { bytes in
            let call = try approval.request.call.with(arguments: bytes)
            return (call: call, need: try need(of: call, workflow))
        }
        return try record(
            approval.approve(
                by: caller.actor, for: workflow.context, reason: reason, edit: edit, at: now),
            on: approval)
    }

    package func rejectApproval(_ id: String, reason: String) throws -> Approval {
        try need(.approve)
        let approval = try approval(id)
        let workflow = try workflow(approval.request.call.workflow)
        return try record(
            approval.reject(by: caller.actor, for: workflow.context, reason: reason, at: now),
            on: approval)
    }

    private func stillHolds(_ approval: Approval, _ workflow: Workflow) throws {
        guard try policy().version == approval.request.policyVersion else {
            throw Refusal(
                .wrongState,
                "The policy has changed since this was asked: let the call be made again.")
        }
        guard approval.state(at: now) == .pending else { return }
        _ = try need(of: approval.request.call, workflow)
    }

    /// What the gate asks for a call as things are now.
    ///
    /// - Throws: a refusal when the call would not be let through even with everybody's yes.
    private func need(of call: ExactCall, _ workflow: Workflow) throws -> ApprovalNeed? {
        let entry = GateEntry(workflow, policy: try policy().policy, revision: 0)
        switch entry.decision(on: call.request, at: now) {
        case .allow: return nil
        case .approval(let need): return need
        case .stopped(let stop): throw Refusal(.workflowStopped, stop.reason)
        case .deny(let reason): throw Refusal(.outsideAuthority, reason)
        case .notReady(let reason): throw Refusal(.notProductionReady, reason)
        }
    }

    // MARK: What overtakes it

    /// Voids what people were asked or have said about calls that a stop covers.
    func voidApprovals(of key: String, _ scope: Containment.Scope, incident: String) throws {
        for state in [Approval.State.pending, .approved] {
            for approval in try transaction.approvals(
                workflow: key, state: state, limit: 10_000)
            where scope.covers(approval.request.call.request) {
                let reason = "The workflow was stopped (\(incident))."
                try record(approval.void(reason: reason, at: now), on: approval)
            }
        }
    }

    fileprivate func expireApproval(_ id: String) throws {
        guard let approval = try transaction.approval(id) else { return }
        try record(approval.expire(at: now), on: approval)
    }

    @discardableResult
    private func record(_ events: [ApprovalEvent], on approval: Approval) throws -> Approval {
        guard !events.isEmpty else { return approval }
        var approval = approval
        for event in events {
            try journal(event, stream: "approval/\(approval.id)")
            approval.apply(event, by: person, at: now)
        }
        try transaction.approvalSave(approval)
        return approval
    }
}

extension Operations {
    /// How long a call waits for people before its caller is told to come again: less than the 60
    /// seconds after which MCP's clients give up.
    package static let holdSecondsAtMost = 45
    private static let lookEvery = Duration.milliseconds(200)

    /// Uses an approval, or asks people and waits for them up to `holdSeconds`.
    ///
    /// `isGone` says whether anybody still waits for the answer: nothing is used for nobody. That
    /// the database is looked at while waiting makes it all the same on which replica they decide.
    package func claimApproval(
        _ question: ApprovalQuestion, _ caller: Caller, holdSeconds: Int = 0,
        isGone: @Sendable () -> Bool = { false }
    ) async throws -> ApprovalAnswer {
        let answer = try await perform(caller) { try $0.claimApproval(question) }
        guard case .pending(let approval) = answer, holdSeconds > 0 else { return answer }
        let until = outside.uptime() + Int64(min(holdSeconds, Self.holdSecondsAtMost)) * 1_000
        while outside.uptime() < until, !isGone() {
            try await Task.sleep(for: Self.lookEvery)
            let hasChanged = try await ask(caller) { work in
                try work.approval(approval.id).state(at: work.now) != .pending
            }
            guard hasChanged else { continue }
            if isGone() { break }
            return try await perform(caller) {
                try $0.claimApproval(question, waitingFor: approval.id)
            }
        }
        return answer
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
