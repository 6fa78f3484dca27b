import CordonAPI
import CordonCore
import CordonOperations

/// Triage, assessment, preservation, correction: one act each, on one incident.
enum ResponseRoutes {
    static let all: [Route] =
        [triage, assessment, times, fallback, gaps, impact, affected, correction]
        + [notifications, skips, attach, evidenceList, evidenceBytes]

    private static let tag = "Response"
    /// Bytes of one attached file: 25 MiB.
    static let fileLimit = 25 << 20
    /// Media types that a file keeps; of any other the bytes are taken.
    static let fileTypes = [
        "text/plain", "image/png", "image/jpeg", "application/pdf", "text/csv", "application/xml",
        "application/zip",
    ]

    /// One act on one incident: its answer is the incident as it is then.
    static func act<Input: Decodable & Sendable>(
        _ path: String, _ operationID: String, _ summary: String, _ permission: Permission,
        command: String, status: Int = 201, problems: [Refusal.Kind] = [], _ input: Input.Type,
        _ decide:
            @escaping @Sendable (Work, ResponseSequence, Input, Exchange) throws ->
            [IncidentEvent]
    ) -> Route {
        .change(
            "POST", "/incidents/{number}/\(path)", operationID, tag, summary, permission,
            command: command, status: status, problems: [.notFound, .wrongState] + problems, input,
            IncidentView.self
        ) { work, input, exchange in
            IncidentView(
                try work.act(try exchange.parameter("number"), permission) {
                    try decide(work, $0, input, exchange)
                })
        }
    }

    private static let triage = Route.change(
        "POST", "/incidents/{number}/triage", "triage", tag, "Decide what the event is.", .triage,
        command: "incident triage", status: 201,
        problems: [.notFound, .wrongState, .belowFloor, .secondPersonRequired],
        TriageRequest.self, IncidentView.self
    ) { work, input, exchange in
        if let key = input.workflow { _ = try work.workflowNamed(key) }
        let kind = try Read.same(input.kind, Kind.self)
        return IncidentView(
            try work.act(try exchange.parameter("number"), .triage) {
                try $0.triage(
                    as: kind, reason: input.reason, workflow: input.workflow, at: work.now)
            })
    }

    private static let assessment = act(
        "assessment", "assess", "Answer the questions and judge the severity.", .respond,
        command: "incident assess", problems: [.belowFloor, .secondPersonRequired],
        AssessmentRequest.self
    ) { work, sequence, input, _ in
        try AssessmentSteps(work: work, input: input).events(sequence)
    }

    private static let times = act(
        "times", "stateTime", "State or correct one of the five times.", .respond,
        command: "incident time", TimeRequest.self
    ) { work, sequence, input, _ in
        try sequence.state(
            TimeStatement(
                try Read.same(input.moment, Moment.self), try Read.time(input.time, "/time"),
                source: input.source), at: work.now)
    }

    private static let fallback = act(
        "fallback", "noteFallback", "Say whether the fallback is in use, and who was told.",
        .respond, command: "incident fallback", FallbackNoteRequest.self
    ) { _, sequence, input, _ in
        try sequence.note(
            FallbackNote(activated: input.activated, note: input.note, told: input.told ?? []))
    }

    private static let gaps = act(
        "gaps", "nameGap", "Name evidence that cannot be had.", .respond, command: "incident gap",
        GapRequest.self
    ) { _, sequence, input, _ in
        try sequence.name(
            EvidenceGap(kind: try Read.same(input.kind, EvidenceKind.self), why: input.why))
    }

    private static let impact = act(
        "impact", "stateImpact", "State the business impact.", .respond,
        command: "incident impact", ImpactRequest.self
    ) { _, sequence, input, _ in
        try sequence.state(
            Impact(
                description: input.description,
                actedUpon: try Read.same(input.actedUpon, CordonCore.Answer.self),
                reversible: try Read.same(input.reversible, CordonCore.Answer.self),
                leftCompany: try Read.same(input.leftCompany, CordonCore.Answer.self),
                functions: input.functions ?? []))
    }

    private static let affected = act(
        "affected", "addAffected", "Add a person, record or output that was touched.", .respond,
        command: "incident affected", AffectedRequest.self
    ) { work, sequence, input, _ in
        try sequence.add(
            AffectedRecord(
                id: work.newID(), kind: try Read.same(input.kind, AffectedRecord.Kind.self),
                reference: input.reference, description: input.description ?? ""))
    }

    private static let correction = act(
        "affected/{id}/correction", "correctAffected", "Say how a record was put right.", .respond,
        command: "incident correct", CorrectionRequest.self
    ) { _, sequence, input, exchange in
        try sequence.correct(affected: try exchange.parameter("id"), input.correction)
    }

    private static let notifications = act(
        "notifications", "decideNotification", "Decide on a duty to notify.", .respond,
        command: "incident notify", NotificationRequest.self
    ) { _, sequence, input, _ in
        try sequence.decide(
            Obligation(
                duty: input.duty, decision: try Read.same(input.decision, Obligation.Decision.self),
                reason: input.reason, dueAt: try Read.time(input.dueAt, "/due_at")))
    }

    private static let skips = act(
        "skips", "skipStep", "Pass over a step, by name and with a reason.", .respond,
        command: "incident skip", SkipRequest.self
    ) { _, sequence, input, _ in
        try sequence.skip(step: input.step, reason: input.reason)
    }

    private static let attach = Route(
        method: "POST", path: Paths.root + "/incidents/{number}/evidence",
        operationID: "attachEvidence", tag: tag,
        summary: "Attach evidence: a text or JSON, or a file as the body itself.",
        permission: .report, command: "incident evidence",
        parameters: [
            ParameterDescription(
                "kind", in: .query, schema: .oneOf(EvidenceKind.allCases.map(\.rawValue)),
                description: "For a file: what it is."),
            ParameterDescription(
                "name", in: .query, schema: .string(maxLength: 200),
                description: "For a file: its name."),
            ParameterDescription(
                "note", in: .query, schema: .string(maxLength: 4_000),
                description: "For a file: what has to be known of it."),
        ],
        body: .either(
            EvidenceRequest.self,
            others: ["application/octet-stream"] + fileTypes, limit: fileLimit),
        answers: [
            .init(
                status: 201, mediaType: "application/json", type: EvidenceView.self,
                description: "The evidence with its SHA-256, taken on receipt.")
        ], problems: [.notFound, .wrongState, .idempotencyMismatch, .storageFull]
    ) { exchange in
        let received = try EvidenceReceived(exchange)
        return try await Route.once(exchange) { work in
            let (sequence, item) = try work.attach(
                try exchange.parameter("number"), kind: received.kind, name: received.name,
                mediaType: received.mediaType, bytes: received.bytes, note: received.note)
            guard let stated = sequence.incident.evidence.last(where: { $0.value.id == item.id })
            else { throw Refusal(.internalFault, "The evidence was not kept.") }
            return try .json(EvidenceView(stated), status: 201)
        }
    }

    private static let evidenceList = Route.ask(
        "/incidents/{number}/evidence", "listEvidence", tag, "The evidence of an incident.",
        .readOwnIncidents, command: "incident evidence", problems: [.notFound],
        EvidenceListView.self
    ) { work, exchange in
        EvidenceListView(
            items: try IncidentRoutes.readable(work, exchange).incident.evidence.map(
                EvidenceView.init))
    }

    private static let evidenceBytes = Route(
        method: "GET", path: Paths.root + "/incidents/{number}/evidence/{id}",
        operationID: "readEvidence", tag: tag,
        summary: "The bytes of a piece of evidence, checked against their SHA-256.",
        permission: .readOwnIncidents, command: "incident evidence",
        answers: [
            .init(
                status: 200, mediaType: "application/octet-stream", type: nil,
                description: "The bytes as they were received.")
        ], problems: [.notFound]
    ) { exchange in
        try await exchange.operations.ask(exchange.asCaller) { work in
            _ = try IncidentRoutes.readable(work, exchange)
            let (item, bytes) = try work.evidenceBytes(
                try exchange.parameter("number"), try exchange.parameter("id"))
            // Never the sender's media type: a browser must not run what an AI or a stranger wrote.
            return Answer(status: 200, mediaType: "application/octet-stream", body: bytes)
                .with("content-disposition", "attachment; filename=\"evidence-\(item.id)\"")
                .with("x-content-sha256", item.sha256)
        }
    }
}

struct EvidenceListView: Codable, Sendable {
    let items: [EvidenceView]
}

/// One assessment request as the domain's events, each decided on what the one before left.
private struct AssessmentSteps {
    let work: Work
    let input: AssessmentRequest

    func events(_ sequence: ResponseSequence) throws -> [IncidentEvent] {
        var current = sequence
        var events: [IncidentEvent] = []
        func take(_ decided: [IncidentEvent]) {
            var incident = current.incident
            for event in decided {
                incident.apply(event, by: work.caller.actor.person, at: work.now)
            }
            events += decided
            current = ResponseSequence(
                incident, policy: sequence.policy, workflow: sequence.workflow)
        }
        take(try current.assess(try answers()))
        if let type = input.type {
            take(
                try current.classify(
                    Classification(
                        primary: type, secondary: input.secondaryTypes ?? [], note: input.typeNote))
            )
        }
        if let level = input.potentialLevel { take(try current.setPotential(level)) }
        if let level = input.level {
            take(try current.raise(to: level, reason: input.reason ?? "Judged so in assessment."))
        }
        if let lowering = input.lowering {
            take(try current.proposeLowering(to: lowering.level, reason: lowering.reason))
        }
        if input.confirmLowering == true {
            take(try current.confirmLowering(by: work.caller.actor.person))
        }
        return events
    }

    private func answers() throws(Refusal) -> Assessment {
        var assessment = Assessment()
        for (text, answer) in input.answers ?? [:] {
            guard let number = Int(text) else {
                throw Refusal(
                    .invalidInput, "Questions are named by their number, \"1\" to \"7\".",
                    blockers: [Blocker("answers", "not a number", pointer: "/answers")])
            }
            assessment.answers[number] = try Read.same(answer, CordonCore.Answer.self)
        }
        for (key, answer) in input.flags ?? [:] {
            assessment.flags[key] = try Read.same(answer, CordonCore.Answer.self)
        }
        assessment.measures = input.measures ?? [:]
        return assessment
    }
}

/// Evidence as it came: a text, a JSON value, or a file as the body itself.
private struct EvidenceReceived: Sendable {
    let kind: EvidenceKind
    let name: String
    let mediaType: String
    let bytes: [UInt8]
    let note: String?

    init(_ exchange: Exchange) throws {
        if exchange.isJSON {
            let input = try exchange.read(EvidenceRequest.self)
            kind = try Read.same(input.kind, EvidenceKind.self)
            name = input.name
            note = input.note
            switch (input.text, input.json) {
            case (let text?, nil):
                mediaType = "text/plain"
                bytes = Array(text.utf8)
            case (nil, let json?):
                mediaType = "application/json"
                bytes = try Canonical.bytes(json)
            default:
                throw Refusal(
                    .invalidInput, "Send either text or json.",
                    blockers: [Blocker("text", "either text or json", pointer: "/text")])
            }
        } else {
            guard let kind = try exchange.choice("kind", EvidenceKind.self),
                let name = exchange.query["name"], (1...200).contains(name.unicodeScalars.count),
                !exchange.body.isEmpty
            else {
                throw Refusal(
                    .invalidInput, "A file needs ?kind=, ?name= of 1 to 200 characters, and bytes.",
                    blockers: [Blocker("kind", "kind, name and bytes", pointer: "/kind")])
            }
            self.kind = kind
            self.name = name
            note = exchange.query["note"]
            mediaType = exchange.mediaType
            bytes = exchange.body
        }
    }
}
