import CordonAPI
import CordonCore
import CordonOperations
import HTTPTypes

/// Holds, erasures, retention, gaps and shadow use.
enum KeepingPages {
    static let all: [Page] = [
        holds, place, release, keep, erasures, propose, erasure, approve, retention, run, gaps,
        shadow,
    ]

    private static let pageSize = "25"
    /// Each of them carries up to two forms, and a page has to stay small.
    private static let holdsPageSize = "15"

    // MARK: Holds

    private static let holds = Page(.get, PagePaths.evidenceHolds, .readEvidence) { visit in
        try await holdsPage(visit, nil)
    }

    private static func holdsPage(
        _ visit: Visit, _ returned: ReturnedForm?
    ) async throws -> Answer {
        let query = visit.exchange.query
        let fields = returned?.fields ?? [:]
        let asked = HoldsPage.Asked(
            workflow: query["workflow"] ?? fields["list_workflow"] ?? "",
            showsReleased: (query["released"] ?? fields["list_released"]) == "true",
            after: query["after"] ?? fields["list_after"] ?? "")
        var question = [
            "limit": holdsPageSize, "released": asked.showsReleased ? "true" : "false",
        ]
        if !asked.workflow.isEmpty { question["workflow"] = asked.workflow }
        if !asked.after.isEmpty { question["after"] = asked.after }
        let list = try await visit.view(HoldListView.self, "listHolds", [:], query: question)
        return visit.page(
            HoldsPage(
                holds: list.items, next: list.next, asked: asked,
                mayHold: visit.may(.holdEvidence), returned: returned))
    }

    private static let place = Page.act(
        PagePaths.evidenceHolds, .holdEvidence, form: HoldsPage.placing, operation: "placeHold",
        then: { _, answer in
            // With those of the same workflow it is in sight, however long the list is.
            PagePaths.asking(
                PagePaths.evidenceHolds,
                [(name: "workflow", value: JSONPlace(answer)["workflow"].text ?? "")])
        }, again: { visit, returned in try await holdsPage(visit, returned) })

    private static let release = Page(
        .post, "/evidence/holds/{id}/release", .holdEvidence
    ) { visit in
        let form = HoldsPage.releasing(try visit.parameter("id"))
        return try await decide(visit, form, "releaseHold")
    }

    private static let keep = Page(.post, "/evidence/holds/{id}/keep", .holdEvidence) { visit in
        let form = HoldsPage.keeping(try visit.parameter("id"))
        return try await decide(visit, form, "keepHold")
    }

    private static func decide(
        _ visit: Visit, _ form: String, _ operation: String
    ) async throws -> Answer {
        let fields = try visit.checkedForm()
        return try await visit.orAgain(form, fields, holdsPageAgain) {
            let answer = try await visit.perform(operation, fields)
            let workflow = JSONPlace(answer)["workflow"].text ?? ""
            return .redirect(
                PagePaths.asking(
                    PagePaths.evidenceHolds,
                    [(name: "workflow", value: workflow), (name: "released", value: "true")]))
        }
    }

    private static func holdsPageAgain(
        _ visit: Visit, _ returned: ReturnedForm
    ) async throws -> Answer {
        try await holdsPage(visit, returned)
    }

    // MARK: Erasures

    private static let erasures = Page(.get, PagePaths.evidenceErasures, .readEvidence) { visit in
        try await erasuresPage(visit, nil)
    }

    private static func erasuresPage(
        _ visit: Visit, _ returned: ReturnedForm?
    ) async throws -> Answer {
        var question = ["limit": pageSize]
        if let after = visit.exchange.query["after"], !after.isEmpty { question["after"] = after }
        let list = try await visit.view(ErasureListView.self, "listErasures", [:], query: question)
        return visit.page(
            ErasuresPage(
                erasures: list.items, next: list.next, mayErase: visit.may(.eraseEvidence),
                returned: returned))
    }

    private static let propose = Page.act(
        PagePaths.evidenceErasures, .eraseEvidence, form: ErasuresPage.proposing,
        operation: "proposeErasure",
        then: { _, answer in PagePaths.erasure(JSONPlace(answer)["id"].text ?? "") },
        again: { visit, returned in try await erasuresPage(visit, returned) })

    private static let erasure = Page(
        .get, "/evidence/erasures/{id}", .readEvidence
    ) { visit in
        try await erasurePage(visit, nil)
    }

    private static func erasurePage(
        _ visit: Visit, _ returned: ReturnedForm?
    ) async throws -> Answer {
        visit.page(
            ErasurePage(
                erasure: try await visit.view(ErasureView.self, "showErasure"),
                mayErase: visit.may(.eraseEvidence), returned: returned))
    }

    private static let approve = Page.act(
        "/evidence/erasures/{id}/approve", .eraseEvidence, form: ErasurePage.approving,
        operation: "approveErasure",
        then: { visit, _ in PagePaths.erasure(try visit.parameter("id")) },
        again: { visit, returned in try await erasurePage(visit, returned) })

    // MARK: Retention

    private static let retention = Page(.get, PagePaths.evidenceRetention, .readEvidence) { visit in
        try await retentionPage(visit, nil)
    }

    private static func retentionPage(
        _ visit: Visit, _ returned: ReturnedForm?
    ) async throws -> Answer {
        let query = visit.exchange.query
        let run = query["deleted"].flatMap { Int($0) }.map {
            RetentionPage.Run(deleted: $0, unreadable: query["damaged"].flatMap { Int($0) } ?? 0)
        }
        // Workflows with nothing due are many, and not in the table.
        let due = try await visit.exchange.operations.ask(visit.exchange.asCaller) { work in
            try work.mayTouch(nil)
            return try work.retentionPreview(onlyDue: true).map(RetentionDueView.init)
        }
        return visit.page(
            RetentionPage(
                workflows: due, mayErase: visit.may(.eraseEvidence), run: run,
                returned: returned))
    }

    private static let run = Page.act(
        PagePaths.evidenceRetention + "/run", .eraseEvidence, form: RetentionPage.running,
        operation: "runRetention",
        then: { _, answer in
            var deleted = 0
            if case .object(let workflows)? = JSONPlace(answer)["deleted"].value {
                deleted = workflows.values.reduce(0) { $0 + (JSONPlace($1).number ?? 0) }
            }
            let damaged = JSONPlace(answer)["unreadable"].number ?? 0
            return PagePaths.asking(
                PagePaths.evidenceRetention,
                [(name: "deleted", value: "\(deleted)"), (name: "damaged", value: "\(damaged)")])
        }, again: { visit, returned in try await retentionPage(visit, returned) })

    // MARK: Gaps and shadow use

    private static let gaps = Page(.get, PagePaths.evidenceGaps, .readEvidence) { visit in
        let workflow = visit.exchange.query["workflow"] ?? ""
        let gaps = try await visit.exchange.operations.ask(visit.exchange.asCaller) { work in
            let asked = workflow.isEmpty ? nil : workflow
            try work.mayTouch(asked)
            return try work.gaps(workflow: asked, openOnly: false).map(GapStateView.init)
        }
        return visit.page(GapsPage(gaps: gaps, workflow: workflow))
    }

    private static let shadow = Page(.get, PagePaths.evidenceShadow, .readEvidence) { visit in
        let list = try await visit.view(ShadowListView.self, "listShadowWorkflows")
        let lines = list.items.map { item in
            ShadowPage.Line(
                workflow: item.workflow, isRegistered: item.registered, records: item.records,
                firstAt: item.firstAt, lastAt: item.lastAt,
                uses: item.uses.map {
                    ShadowPage.Use(what: $0.what, firstAt: $0.firstAt, lastAt: $0.lastAt)
                })
        }
        return visit.page(
            ShadowPage(workflows: lines, mayRegister: visit.may(.registerWorkflows)))
    }
}
