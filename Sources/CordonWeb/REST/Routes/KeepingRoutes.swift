import CordonAPI
import CordonCore
import CordonOperations

/// Holds, retention and erasure: what may go, and what may not.
enum KeepingRoutes {
    static let all: [Route] = [
        holds, placeHold, releaseHold, withdrawRelease, erasures, propose, erasure, approve,
        retention, runRetention,
    ]

    private static let tag = "Keeping"

    private static let holds = Route.ask(
        "/holds", "listHolds", tag, "Holds, in the order in which they were placed.",
        .readEvidence, command: "hold list",
        query: Parameters.page + [
            ParameterDescription(
                "workflow", in: .query, schema: .string(maxLength: 64), description: "Its key."),
            ParameterDescription(
                "released", in: .query, schema: .oneOf(["true", "false"]),
                description: "Whether released holds are listed too."),
        ], HoldListView.self
    ) { work, exchange in
        try work.mayTouch(exchange.query["workflow"])
        let limit = try exchange.limit()
        let found = try work.holds(
            workflow: exchange.query["workflow"], released: exchange.query["released"] == "true",
            after: exchange.query["after"] ?? "", limit: limit + 1)
        return HoldListView(
            items: found.prefix(limit).map(PlacedHoldView.init),
            next: found.count > limit ? found[limit - 1].id : nil)
    }

    private static let placeHold = Route.change(
        "POST", "/holds", "placeHold", tag,
        "Hold a workflow's evidence: nothing of it is deleted.", .holdEvidence,
        command: "hold place", status: 201, problems: [], HoldRequest.self, PlacedHoldView.self
    ) { work, input, _ in
        let policy = try work.policy().policy
        return PlacedHoldView(
            try work.placeHold(
                Hold.Terms(
                    workflow: input.workflow,
                    from: try Read.time(input.from, "/from")
                        ?? work.now.adding(days: -policy.lookbackDays),
                    to: try Read.time(input.to, "/to"), reason: input.reason)))
    }

    private static let releaseHold = Route.change(
        "POST", "/holds/{id}/release", "releaseHold", tag,
        "Propose the release of a hold, or confirm what another person proposed.",
        .holdEvidence, command: "hold release",
        problems: [.notFound, .wrongState, .secondPersonRequired], HoldReleaseRequest.self,
        PlacedHoldView.self
    ) { work, input, exchange in
        PlacedHoldView(try work.releaseHold(try exchange.parameter("id"), reason: input.reason))
    }

    private static let withdrawRelease = Route.change(
        "POST", "/holds/{id}/keep", "keepHold", tag, "Reject a proposed release.",
        .holdEvidence, command: "hold keep", problems: [.notFound, .wrongState],
        HoldReleaseRequest.self, PlacedHoldView.self
    ) { work, input, exchange in
        PlacedHoldView(try work.withdrawRelease(try exchange.parameter("id"), reason: input.reason))
    }

    // MARK: Erasure

    private static let erasures = Route.ask(
        "/evidence/erasures", "listErasures", tag, "Requests for erasure, oldest first.",
        .readEvidence, command: "evidence erasures", query: Parameters.page,
        ErasureListView.self
    ) { work, exchange in
        // Of all workflows: a token of one of them has no business here.
        try work.mayTouch(nil)
        let limit = try exchange.limit()
        let found = try work.erasures(after: exchange.query["after"] ?? "", limit: limit + 1)
        return ErasureListView(
            items: found.prefix(limit).map(ErasureView.init),
            next: found.count > limit ? found[limit - 1].id : nil)
    }

    private static let propose = Route(
        method: "POST", path: Paths.root + "/evidence/erasures", operationID: "proposeErasure",
        tag: tag, summary: "Propose to erase records, or all in which a person is named.",
        permission: .eraseEvidence, command: "evidence erase", body: .json(ErasureRequest.self),
        answers: [
            .init(
                status: 201, mediaType: "application/json", type: ErasureView.self,
                description: "The request, which another person has to approve.")
        ], problems: [.notFound, .wrongState, .onHold]
    ) { exchange in
        let input = try exchange.read(ErasureRequest.self)
        var ids = input.records ?? []
        if let person = input.person {
            ids += try await exchange.operations.records(naming: person, exchange.asCaller)
        }
        let wanted = ids
        let outcome = try await exchange.operations.perform(exchange.asCaller) {
            try $0.proposeErasure(wanted, basis: input.basis, reason: input.reason)
        }
        return try .json(ErasureView(try outcome.get()), status: 201)
    }

    private static let erasure = Route.ask(
        "/evidence/erasures/{id}", "showErasure", tag, "One request for erasure.",
        .readEvidence, command: "evidence erasures", problems: [.notFound], ErasureView.self
    ) { work, exchange in
        try work.mayTouch(nil)
        return ErasureView(try work.erasure(try exchange.parameter("id")))
    }

    private static let approve = Route(
        method: "POST", path: Paths.root + "/evidence/erasures/{id}/approve",
        operationID: "approveErasure", tag: tag,
        summary: "Approve what another person proposed: the content is destroyed at once.",
        permission: .eraseEvidence, command: "evidence erase",
        answers: [
            .init(
                status: 200, mediaType: "application/json", type: ErasureView.self,
                description: "It is done.")
        ], problems: [.notFound, .wrongState, .secondPersonRequired, .onHold]
    ) { exchange in
        let id = try exchange.parameter("id")
        return try .json(
            ErasureView(try await exchange.operations.approveErasure(id, exchange.asCaller)))
    }

    // MARK: Retention

    private static let retention = Route.ask(
        "/retention", "previewRetention", tag,
        "What retention would delete now, workflow by workflow.", .readEvidence,
        command: "evidence retention", RetentionView.self
    ) { work, _ in
        try work.mayTouch(nil)
        return RetentionView(items: try work.retentionPreview().map(RetentionDueView.init))
    }

    private static let runRetention = Route(
        method: "POST", path: Paths.root + "/retention/run", operationID: "runRetention",
        tag: tag, summary: "Delete now what retention lets go; it also happens every hour.",
        permission: .eraseEvidence, command: "evidence retention",
        answers: [
            .init(
                status: 200, mediaType: "application/json", type: RetentionRunView.self,
                description: "How many were deleted, by workflow, and how many could not be.")
        ]
    ) { exchange in
        let run = try await exchange.operations.runRetention(exchange.asCaller)
        return try .json(RetentionRunView(deleted: run.deleted, unreadable: run.unreadable))
    }
}

extension RetentionDueView {
    init(_ due: Work.RetentionDue) {
        self.init(
            workflow: due.workflow, retention: due.retention, days: due.days, due: due.due,
            held: due.held, oldest: due.oldest?.rfc3339)
    }
}
