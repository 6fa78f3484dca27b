import CordonAPI
import CordonCore
import CordonOperations
import HTTPTypes

/// The pages of calls that wait for people, and their two answers.
enum ApprovalPages {
    static let all: [Page] = [list, show, approve, reject]

    private static let list = Page(.get, PagePaths.approvals, .readApprovals) { visit in
        let exchange = visit.exchange
        let page = try await exchange.operations.ask(exchange.asCaller) { work in
            ApprovalListPage(
                person: exchange.caller?.actor.name ?? "", csrf: visit.csrf,
                items: try work.approvals(
                    workflow: nil, state: .pending, after: "", limit: 200
                ) { ApprovalListPage.Item($0, workflowName: try name($0, work)) })
        }
        return .page(page.html)
    }

    private static func name(_ approval: Approval, _ work: Work) throws -> String {
        try work.workflowNamed(approval.request.call.workflow).profile.name
    }

    private static let show = Page(.get, "/approvals/{id}", .readApprovals) { visit in
        try await page(visit, faults: [])
    }

    private static func page(_ visit: Visit, faults: [FormFault]) async throws -> Answer {
        let exchange = visit.exchange
        let id = try exchange.parameter("id")
        let (approval, workflow) = try await exchange.operations.perform(exchange.asCaller) {
            let approval = try $0.openApproval(id)
            return (approval, try $0.workflowNamed(approval.request.call.workflow))
        }
        let actor = exchange.asCaller.actor
        let html = ApprovalPage(
            person: exchange.caller?.actor.name ?? "", csrf: visit.csrf, approval: approval,
            workflowName: workflow.profile.name, now: exchange.operations.outside.now(),
            mayDecide: approval.mayBeDecided(by: actor, for: workflow.context),
            evidence: try await evidence(of: approval, exchange), faults: faults,
            sent: faults.isEmpty ? [:] : visit.form
        ).html
        return .page(html, status: faults.isEmpty ? 200 : 400)
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
            let words = $0.kind.rawValue.replacing("_", with: " ")
            return ApprovalPage.Line(
                at: $0.at,
                what: [words, $0.snippet].compactMap(\.self).joined(separator: ": "))
        }
    }

    private static let approve = Page(.post, "/approvals/{id}/approve", .approve) { visit in
        let form = try visit.checkedForm()
        return try await decide(visit, field: "arguments") { work, id in
            try work.approve(
                id, reason: "", seen: form["digest"] ?? "",
                arguments: form["arguments"].map { Array($0.utf8) })
        }
    }

    private static let reject = Page(.post, "/approvals/{id}/reject", .approve) { visit in
        let reason = try visit.checkedForm()["reason"] ?? ""
        guard !reason.isEmpty, reason.unicodeScalars.count <= 4_000 else {
            return try await page(
                visit,
                faults: [FormFault("reason", "Say why in a few words, 4,000 characters at most.")])
        }
        return try await decide(visit, field: "reason") { work, id in
            try work.rejectApproval(id, reason: reason)
        }
    }

    private static func decide(
        _ visit: Visit, field: String,
        _ body: @escaping @Sendable (Work, String) throws -> Approval
    ) async throws -> Answer {
        let exchange = visit.exchange
        let id = try exchange.parameter("id")
        do {
            _ = try await exchange.operations.perform(exchange.asCaller) { try body($0, id) }
        } catch let refusal as Refusal where refusal.kind != .internalFault {
            return try await page(visit, faults: [FormFault(field, refusal.detail)])
        }
        return .redirect(PagePaths.approval(id))
    }
}
