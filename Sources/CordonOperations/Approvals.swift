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
    /// `id` names the approval that the caller has been waiting for: it then never starts another,
    /// but in place of one on which others have to decide by now. Without `mayUse` what is approved
    /// stays so, and is told as pending.
    package func claimApproval(
        _ question: ApprovalQuestion, waitingFor id: String? = nil, mayUse: Bool = true
    ) throws -> ApprovalAnswer {
        let workflow = try workflow(question.call.workflow)
        try mayTouch(workflow.key)
        if let stop = workflow.containmentsInForce.first(where: {
            $0.scope.covers(question.call.request)
        }) {
            throw Refusal(.workflowStopped, "\(workflow.key) is stopped: \(stop.reason)")
        }
        let digest = question.call.digest(policyVersion: try policy().version)
        guard let approval = try approval(for: digest, waitingFor: id) else {
            return .pending(try askPeople(question, workflow))
        }
        switch approval.state(at: now) {
        case .pending:
            guard let need = try needByNow(of: approval.grantedCall, workflow),
                approval.isOutgrown(by: need)
            else { return .pending(approval) }
            // Too few would decide on it, or others: those who have to by now are asked instead.
            try record(approval.void(reason: Self.outgrown, at: now), on: approval)
            return .pending(try askPeople(question, workflow))
        case .approved: return try use(approval, question, digest, workflow, mayUse: mayUse)
        case .rejected, .used, .voided, .expired:
            return .refused(approval, because: approval.whyNot)
        }
    }

    private static let outgrown =
        "By now the workflow's authority asks for other people, or for more."

    /// The one that is about this call now; `nil` when people have to be asked.
    private func approval(for digest: String, waitingFor id: String?) throws -> Approval? {
        if let id, let approval = try transaction.approval(id) { return approval }
        for approval in try transaction.approvals(granted: digest)
        where approval.state(at: now) == .approved {
            return approval
        }
        guard let approval = try transaction.approval(asked: digest),
            approval.request.expiresAt > now
        else { return nil }
        switch approval.state {
        case .pending, .approved, .rejected: return approval
        case .used, .voided, .expired: return nil
        }
    }

    /// Uses what people have allowed, as far as that suffices for what the gate asks for by now:
    /// the authority may have been changed while the call was held.
    private func use(
        _ approval: Approval, _ question: ApprovalQuestion, _ digest: String,
        _ workflow: Workflow, mayUse: Bool
    ) throws -> ApprovalAnswer {
        let asksFor: ApprovalNeed?
        do {
            asksFor = try need(of: approval.grantedCall, workflow)
        } catch let refusal as Refusal where refusal.kind != .workflowStopped {
            // Nobody's yes is used up by what is not let through.
            return .refused(approval, because: refusal.detail)
        }
        if let asksFor, approval.isOutgrown(by: asksFor) {
            return .refused(
                try record(approval.void(reason: Self.outgrown, at: now), on: approval),
                because: Self.outgrown)
        }
        if approval.grantedDigest != digest { return .edited(approval) }
        if approval.isGranted(by: person, question.user) {
            return .refused(
                approval,
                because: "You have said yes to it yourself: another's key has to carry it out.")
        }
        guard mayUse else { return .pending(approval) }
        let events = try approval.use(at: question.point, now: now)
        return .granted(try record(events, on: approval))
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
        let need = try needByNow(of: question.call, workflow) ?? question.need
        let request = Approval.Request(
            call: question.call, policyVersion: try policy().version, need: need,
            expiresAt: now.adding(milliseconds: Int64(need.windowMinutes) * 60_000),
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

    /// Goes through them, oldest first, a few at a time: each may be as large as half a megabyte.
    package func approvals<T>(
        workflow: String?, state: Approval.State?, after id: String, limit: Int,
        _ summary: (Approval) throws -> T
    ) throws -> [T] {
        try mayTouch(workflow)
        var found: [T] = []
        var last = id
        while found.count < limit {
            let few = try transaction.approvals(
                workflow: workflow, state: state, after: last, limit: min(10, limit - found.count))
            guard let end = few.last else { break }
            found += try few.map(summary)
            last = end.id
        }
        return found
    }

    /// How many wait for people.
    package func approvalsWaiting() throws -> Int { try transaction.approvalsWaiting() }

    /// Reads one, and keeps that and when it was opened.
    package func openApproval(_ id: String) throws -> Approval {
        let approval = try approval(id)
        guard caller.permissions.contains(.approve) else { return approval }
        return try record(approval.open(by: person, at: now), on: approval)
    }

    /// Says yes to the call with the digest that was `seen`; `arguments` replace those that were
    /// asked for.
    package func approve(
        _ id: String, reason: String, seen: String? = nil, arguments: [UInt8]? = nil
    ) throws -> Approval {
        try need(.approve)
        let approval = try approval(id)
        let workflow = try workflow(approval.request.call.workflow)
        // A yes to what the gate would not let through any more would mislead.
        if approval.state(at: now) == .pending { _ = try need(of: approval.request.call, workflow) }
        let edit = try arguments.map { bytes in
            let call = try approval.request.call.with(arguments: bytes)
            return (call: call, need: try need(of: call, workflow))
        }
        return try record(
            approval.approve(
                by: caller.actor, for: workflow.context, reason: reason, seen: seen, edit: edit,
                at: now),
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

    /// What the gate asks for a call as things are now; `nil` where it asks nobody.
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

    /// The same, and `nil` also for a call that is not let through: that is for the gate to say.
    private func needByNow(of call: ExactCall, _ workflow: Workflow) throws -> ApprovalNeed? {
        do { return try need(of: call, workflow) } catch is Refusal { return nil }
    }

    // MARK: What overtakes it

    /// Voids what people were asked or have said about calls that a stop covers.
    func voidApprovals(of key: String, _ scope: Containment.Scope, incident: String) throws {
        try voidApprovals(of: key, reason: "The workflow was stopped (\(incident)).") {
            scope.covers($0.request)
        }
    }

    /// Voids what people were asked or have said under an earlier policy.
    func voidApprovals(policy version: Int) throws {
        try voidApprovals(of: nil, reason: "The policy has changed (version \(version)).") { _ in
            true
        }
    }

    private func voidApprovals(
        of key: String?, reason: String, where isMeant: (ExactCall) -> Bool
    ) throws {
        for state in [Approval.State.pending, .approved] {
            let ids = try approvals(workflow: key, state: state, after: "", limit: .max) {
                isMeant($0.request.call) ? $0.id : nil
            }
            for id in ids.compactMap(\.self) {
                guard let approval = try transaction.approval(id) else { continue }
                try record(approval.void(reason: reason, at: now), on: approval)
            }
        }
    }

    func expireApproval(_ id: String) throws {
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

extension Approval {
    /// Whether the terms have changed so that these people do not suffice any more.
    func isOutgrown(by need: ApprovalNeed) -> Bool {
        persons < need.persons || request.approvers != need.approvers
    }

    /// Why nothing can become of it, in a sentence for its caller.
    fileprivate var whyNot: String {
        if let no = rejection { return "\(no.by.name) said no: \(no.value)" }
        switch ending?.kind {
        case .used: return "It has been carried out already, once."
        case .voided: return "The approval is void. \(ending?.detail ?? "")"
        case .expired, nil:
            return "Nobody said yes until \(request.expiresAt.rfc3339), and silence is a no."
        }
    }

    /// Whether one of those who said yes would use it, with their own key or for themselves.
    fileprivate func isGranted(by person: Person, _ user: String?) -> Bool {
        grants.contains { $0.by.id == person.id || $0.by.name == user?.lowercased() }
    }
}
