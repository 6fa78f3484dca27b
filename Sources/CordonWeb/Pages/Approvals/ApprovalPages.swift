import CordonCore
import CordonOperations
import HTTPTypes

/// The pages of calls that wait for people, and their two answers.
enum ApprovalPages {
    static let all: [Page] = [list, show, approve, reject]

    private static let list = Page(.get, PagePaths.approvals, .readApprovals) { visit in
        let exchange = visit.exchange
        let after = exchange.query["after"] ?? ""
        let size = ApprovalListPage.size
        let found = try await exchange.operations.ask(exchange.asCaller) { work in
            try work.approvals(
                workflow: nil, state: .pending, after: after, limit: size + 1
            ) { ApprovalListPage.Item($0, workflowName: try name($0, work)) }
        }
        let items = Array(found.prefix(size))
        return visit.page(
            ApprovalListPage(
                items: items, next: found.count > size ? items.last?.id : nil,
                now: exchange.operations.outside.now()))
    }

    private static func name(_ approval: Approval, _ work: Work) throws -> String {
        try work.workflowNamed(approval.request.call.workflow).profile.name
    }

    private static let show = Page(.get, "/approvals/{id}", .readApprovals) { visit in
        try await page(visit, nil)
    }

    private static func page(_ visit: Visit, _ returned: ReturnedForm?) async throws -> Answer {
        let exchange = visit.exchange
        let id = try visit.parameter("id")
        let (approval, workflow) = try await exchange.operations.perform(exchange.asCaller) {
            let approval = try $0.openApproval(id)
            return (approval, try $0.workflowNamed(approval.request.call.workflow))
        }
        let actor = exchange.asCaller.actor
        return visit.page(
            ApprovalPage(
                approval: approval, workflowName: workflow.profile.name,
                now: exchange.operations.outside.now(),
                mayDecide: approval.mayBeDecided(by: actor, for: workflow.context),
                evidence: try await evidence(of: approval, exchange), returned: returned),
            status: returned == nil ? 200 : 400)
    }

    /// The run's newest records, for those who may read evidence.
    private static func evidence(
        of approval: Approval, _ exchange: Exchange
    ) async throws -> [ApprovalPage.Line] {
        guard exchange.asCaller.permissions.contains(.readEvidence) else { return [] }
        let page = try await exchange.operations.find(
            EvidenceQuery(
                workflow: approval.request.call.workflow, to: approval.askedAt, limit: 50),
            exchange.asCaller)
        let run = approval.request.run
        return page.hits.filter { run == nil || $0.envelope?.session == run }.prefix(10).map {
            ApprovalPage.Line(at: $0.at, kind: $0.kind, words: $0.snippet)
        }
    }

    /// Read by hand: the arguments are a JSON object that somebody typed.
    private static let approve = Page(.post, "/approvals/{id}/approve", .approve) { visit in
        let fields = try visit.checkedForm()
        let arguments = fields["arguments"].map { Array($0.utf8) }
        let form = arguments == nil ? ApprovalPage.approveID : ApprovalPage.editID
        return try await decide(visit, form, fields, field: "arguments") { work, id in
            try work.approve(id, reason: "", seen: fields["digest"] ?? "", arguments: arguments)
        }
    }

    private static let reject = Page(.post, "/approvals/{id}/reject", .approve) { visit in
        let fields = try visit.checkedForm()
        let reason = fields["reason"] ?? ""
        return try await decide(visit, ApprovalPage.rejectID, fields, field: "reason") { work, id in
            guard !reason.isEmpty, reason.unicodeScalars.count <= 4_000 else {
                throw Refusal(
                    .invalidInput, "Say why in a few words, 4,000 characters at most.")
            }
            return try work.rejectApproval(id, reason: reason)
        }
    }

    /// What is refused is said at `field`, where the form has it, and otherwise of the form.
    private static func decide(
        _ visit: Visit, _ form: String, _ fields: [String: String], field: String,
        _ body: @escaping @Sendable (Work, String) throws -> Approval
    ) async throws -> Answer {
        let exchange = visit.exchange
        let id = try visit.parameter("id")
        do {
            _ = try await exchange.operations.perform(exchange.asCaller) { try body($0, id) }
        } catch let refusal as Refusal where refusal.kind != .internalFault {
            let fault = FormFault(fields[field] == nil ? "" : field, refusal.detail)
            return try await page(
                visit, ReturnedForm(id: form, fields: fields, faults: [fault]))
        }
        return .redirect(PagePaths.approval(id))
    }
}
