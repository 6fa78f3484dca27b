import CordonAPI
import CordonCore
import CordonLedger
import CordonOperations

/// Evidence as it is looked for and read.
enum EvidenceRoutes {
    static let all: [Route] = [
        search, count, gaps, show, workflow, shadow, changes, pushChange, incidentChanges,
    ]

    private static let tag = CaptureRoutes.tag

    private static let window: [ParameterDescription] = [
        ParameterDescription(
            "from", in: .query, schema: .string(maxLength: 40), description: "RFC 3339."),
        ParameterDescription(
            "to", in: .query, schema: .string(maxLength: 40), description: "RFC 3339."),
    ]

    private static func text(_ name: String, _ meaning: String) -> ParameterDescription {
        ParameterDescription(
            name, in: .query, schema: .string(maxLength: 1_000), description: meaning)
    }

    private static let search = Route(
        method: "GET", path: Paths.root + "/evidence", operationID: "searchEvidence", tag: tag,
        summary: "Look for records, newest first, and say how far was looked.",
        permission: .readEvidence, command: "evidence list",
        parameters: Parameters.page + window + [
            text("q", "A name or phrase, in any spelling; `*` and `#` are wildcards."),
            text("workflow", "Its key."), text("model", "The model."),
            text("actor", "Who."), text("target", "The record or address it was about."),
            ParameterDescription(
                "kind", in: .query, schema: .oneOf(RecordKind.allCases.map(\.rawValue)),
                description: "What the record is about."),
            ParameterDescription(
                "in", in: .query, schema: .oneOf(["output", "all"]),
                description: "Only what came out, which is indexed, or all text."),
        ],
        answers: [
            .init(
                status: 200, mediaType: "application/json", type: RecordPageView.self,
                description: "A page, with its coverage.")
        ], isCancellable: true
    ) { exchange in
        let page = try await exchange.operations.find(try query(exchange), exchange.asCaller)
        return try .json(RecordPageView(page))
    }

    private static func query(_ exchange: Exchange) throws(Refusal) -> EvidenceQuery {
        func filled(_ name: String) throws(Refusal) -> String? {
            guard let text = exchange.query[name], !text.isEmpty else { return nil }
            guard text.utf8.count <= 4_000 else {
                throw Refusal(
                    .invalidInput, "\(name) has at most 4,000 bytes.",
                    blockers: [Blocker(name, "too long", pointer: "/\(name)")])
            }
            return text
        }
        var query = EvidenceQuery(
            text: try filled("q"), workflow: try filled("workflow"),
            kind: try exchange.choice("kind", RecordKind.self), model: try filled("model"),
            actor: try filled("actor"), target: try filled("target"),
            from: try Read.time(filled("from"), "/from"), to: try Read.time(filled("to"), "/to"),
            limit: try exchange.limit())
        switch exchange.query["in"] {
        case nil, "output"?: break
        case "all"?: query.isEverything = true
        case let other?:
            throw Refusal(
                .invalidInput, "in is one of: output, all.",
                blockers: [Blocker("in", "not \(other)", pointer: "/in")])
        }
        let after = try JournalRoutes.cursor(exchange)
        if after > 0 { query.below = after }
        return query
    }

    private static let count = Route(
        method: "GET", path: Paths.root + "/evidence/count", operationID: "countEvidence",
        tag: tag, summary: "How many records there are, and how many are indexed.",
        permission: .readEvidence, command: nil,
        answers: [
            .init(
                status: 200, mediaType: "application/json", type: EvidenceCountView.self,
                description: "The numbers.")
        ]
    ) { exchange in
        let count = try await exchange.operations.evidenceCount(exchange.asCaller)
        return try .json(
            EvidenceCountView(records: count.records, indexed: count.indexed, size: count.size))
    }

    private static let gaps = Route.ask(
        "/evidence/gaps", "listGaps", tag, "What the evidence of workflows lacks.",
        .readEvidence, command: "evidence gaps",
        query: [text("workflow", "Its key; all when absent.")], GapListView.self
    ) { work, exchange in
        try work.mayTouch(exchange.query["workflow"])
        return GapListView(
            items: try work.gaps(workflow: exchange.query["workflow"], openOnly: false)
                .map(GapStateView.init))
    }

    private static let show = Route(
        method: "GET", path: Paths.root + "/evidence/{id}", operationID: "showRecord", tag: tag,
        summary: "One record whole, with its proof; reading it is kept.",
        permission: .readEvidence, command: "evidence show",
        answers: [
            .init(
                status: 200, mediaType: "application/json", type: RecordView.self,
                description: "The record.")
        ], problems: [.notFound]
    ) { exchange in
        let id = try exchange.parameter("id")
        let record = try await exchange.operations.perform(exchange.asCaller) {
            try $0.readRecord(id)
        }
        return try .json(try RecordView(record))
    }

    private static let workflow = Route.ask(
        "/workflows/{key}/evidence", "showCapture", tag,
        "What a workflow's evidence is like: how much, since when, and what it lacks.",
        .readWorkflows, command: "evidence gaps", problems: [.notFound],
        WorkflowEvidenceView.self
    ) { work, exchange in
        WorkflowEvidenceView(try work.captureState(try exchange.parameter("key")))
    }

    private static let shadow = Route.ask(
        "/shadow-workflows", "listShadowWorkflows", tag,
        "Workflows that nobody has registered, and use outside the chosen lane.", .readEvidence,
        command: "evidence shadow", ShadowListView.self
    ) { work, _ in
        // Of all workflows: a token of one of them has no business here.
        try work.mayTouch(nil)
        return ShadowListView(
            items: try work.shadowWorkflows().map {
                let firstAt = $0.firstAt ?? $0.shadowUses.map(\.firstAt).min() ?? work.now
                return ShadowWorkflowView(
                    workflow: $0.workflow, registered: $0.isRegistered, firstAt: firstAt.rfc3339,
                    lastAt: $0.lastAt?.rfc3339, records: $0.records,
                    uses: $0.shadowUses.map(ShadowUseView.init))
            })
    }

    private static let changes = Route.ask(
        "/workflows/{key}/changes", "listChanges", tag,
        "What was changed about a workflow, noticed in its evidence or announced.",
        .readWorkflows, command: "change list", query: window, ChangeListView.self
    ) { work, exchange in
        ChangeListView(
            items: try work.changes(
                try exchange.parameter("key"),
                from: try Read.time(exchange.query["from"], "/from")
                    ?? Instant(milliseconds: 0),
                to: try Read.time(exchange.query["to"], "/to") ?? work.now
            ).map(ChangeView.init))
    }

    private static let pushChange = Route.change(
        "POST", "/workflows/{key}/changes", "pushChange", tag,
        "Announce a change, from a deployment or by hand.", .pushChanges,
        command: "change push", status: 201, problems: [.notFound], ChangeRequest.self,
        ChangeView.self
    ) { work, input, exchange in
        ChangeView(
            try work.pushChange(
                try exchange.parameter("key"), what: input.what,
                aspect: input.aspect ?? "process", version: input.version,
                at: try Read.time(input.at, "/at")))
    }

    private static let incidentChanges = Route.ask(
        "/incidents/{number}/changes", "listIncidentChanges", tag,
        "What was changed about the incident's workflow in the window before it occurred.",
        .readOwnIncidents, command: "incident changes", problems: [.notFound],
        ChangeListView.self
    ) { work, exchange in
        let sequence = try IncidentRoutes.readable(work, exchange)
        return ChangeListView(
            items: try work.changesBefore(sequence.incident.number).map(ChangeView.init))
    }
}

extension RecordPageView {
    init(_ page: EvidencePage) {
        self.init(
            items: page.hits.map(RecordSummaryView.init),
            coverage: CoverageView(
                fromIndex: page.coverage.fromIndex, toIndex: page.coverage.toIndex,
                examined: page.coverage.examined, scanned: page.coverage.scanned,
                indexedThrough: page.coverage.indexedThrough, erased: page.coverage.erased,
                unreadable: page.coverage.unreadable, folding: page.coverage.folding),
            next: page.next.map(String.init))
    }
}

extension RecordSummaryView {
    init(_ hit: EvidenceHit) {
        self.init(
            id: hit.id, index: hit.index, workflow: hit.workflow, kind: hit.kind.rawValue,
            at: hit.at.rfc3339, receivedAt: hit.receivedAt.rfc3339, model: hit.envelope?.model,
            actor: hit.envelope?.actor, target: hit.envelope?.target, trace: hit.envelope?.trace,
            session: hit.envelope?.session, status: hit.envelope?.status, snippet: hit.snippet,
            state: hit.end ?? "kept")
    }
}

extension RecordView {
    init(_ record: ReadRecord) throws {
        var groups: [String: JSONValue]?
        if let envelope = record.envelope {
            var read: [String: JSONValue] = [:]
            let first = try JSONValue(parsing: envelope.canonical)
            if case .object(let members) = first { read = members }
            for group in record.groups {
                read[group.name.rawValue] = try JSONValue(parsing: group.json)
            }
            groups = read
        }
        self.init(
            id: record.id, index: record.index, workflow: record.workflow,
            kind: record.kind.rawValue, at: record.at.rfc3339,
            receivedAt: record.receivedAt.rfc3339, state: record.end?.why ?? "kept",
            groups: groups,
            reading: record.envelope == nil ? nil : RecordReadingView(record.reading),
            proof: ProofView(
                index: record.index, leaf: record.leaf.hex, hashes: record.proof.map(\.base64),
                checkpoint: record.checkpoint), holds: record.holds, event: record.end?.event)
    }
}

extension RecordReadingView {
    init(_ reading: EvidenceReading) {
        self.init(
            version: EvidenceReading.version,
            messages: reading.messages.map { MessageView(role: $0.role, text: $0.text) },
            toolCalls: reading.toolCalls.map {
                ToolCallView(name: $0.name, arguments: $0.arguments, result: $0.result)
            }, retrieved: reading.retrieved, other: reading.otherText)
    }
}

extension GapStateView {
    init(_ gap: CaptureState.Gap) {
        self.init(
            workflow: gap.workflow, kind: gap.kind.rawValue, detail: gap.detail,
            openedAt: gap.openedAt.rfc3339, closedAt: gap.closedAt?.rfc3339)
    }
}

extension WorkflowEvidenceView {
    init(_ state: CaptureState) {
        self.init(
            workflow: state.workflow, registered: state.isRegistered, records: state.records,
            firstAt: state.firstAt?.rfc3339, lastAt: state.lastAt?.rfc3339,
            gaps: state.gaps.map(GapStateView.init), holds: state.holds,
            retention: state.retention, retentionDays: state.retentionDays,
            openUses: state.openUses.map(OpenUseView.init),
            shadowUses: state.shadowUses.map(ShadowUseView.init))
    }
}

extension ChangeView {
    init(_ change: SeenChange) {
        self.init(
            at: change.at.rfc3339, aspect: change.aspect, what: change.what,
            version: change.version, origin: change.isPushed ? "pushed" : "noticed",
            index: change.index, first: change.isFirst, by: change.by)
    }
}
