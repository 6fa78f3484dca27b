import CordonAPI
import CordonCore
import CordonOperations

/// Calls that wait for people.
enum ApprovalRoutes {
    static let all: [Route] = [list, show, approve, reject]

    private static let tag = "Approvals"

    private static let list = Route.ask(
        "/approvals", "listApprovals", tag, "Calls that wait for people, the oldest first.",
        .readApprovals, command: "approval list",
        query: Parameters.page + [
            ParameterDescription(
                "workflow", in: .query, schema: .string(maxLength: 64), description: "Its key."),
            ParameterDescription(
                "state", in: .query, schema: .oneOf(Approval.State.allCases.map(\.rawValue)),
                description: "Only those in this state."),
        ], ApprovalListView.self
    ) { work, exchange in
        let limit = try exchange.limit()
        let found = try work.approvals(
            workflow: exchange.query["workflow"],
            state: try exchange.choice("state", Approval.State.self),
            after: exchange.query["after"] ?? "", limit: limit + 1
        ) { ApprovalSummaryView($0, at: work.now) }
        return ApprovalListView(
            items: Array(found.prefix(limit)),
            next: found.count > limit ? found[limit - 1].id : nil)
    }

    private static let show = Route(
        method: "GET", path: Paths.root + "/approvals/{id}", operationID: "showApproval", tag: tag,
        summary: "One call that waits; that and when you opened it is kept.",
        permission: .readApprovals, command: "approval show",
        answers: [
            .init(
                status: 200, mediaType: "application/json", type: ApprovalView.self,
                description: "The call, and what became of it.")
        ], problems: [.notFound]
    ) { exchange in
        let id = try exchange.parameter("id")
        let approval = try await exchange.operations.perform(exchange.asCaller) {
            try $0.openApproval(id)
        }
        return try .json(ApprovalView(approval, at: exchange.operations.outside.now()))
    }

    private static let approve = Route.change(
        "POST", "/approvals/{id}/approve", "approveCall", tag,
        "Say yes to exactly this call, once; or to the same with other arguments.", .approve,
        command: "approval approve", optionalBody: true,
        problems: [
            .notFound, .wrongState, .secondPersonRequired, .alreadySigned, .workflowStopped,
            .outsideAuthority, .notProductionReady,
        ], ApprovalRequest.self, ApprovalView.self
    ) { work, input, exchange in
        let arguments = JSONMembers(exchange.body[...])?["arguments"].map(Array.init)
        return ApprovalView(
            try work.approve(
                try exchange.parameter("id"), reason: input.reason ?? "", seen: input.digest,
                arguments: input.arguments == nil ? nil : arguments), at: work.now)
    }

    private static let reject = Route.change(
        "POST", "/approvals/{id}/reject", "rejectCall", tag, "Say no, with a reason.", .approve,
        command: "approval reject", problems: [.notFound, .wrongState, .secondPersonRequired],
        ReasonRequest.self, ApprovalView.self
    ) { work, input, exchange in
        ApprovalView(
            try work.rejectApproval(try exchange.parameter("id"), reason: input.reason),
            at: work.now)
    }
}
