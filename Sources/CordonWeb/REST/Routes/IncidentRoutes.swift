import CordonAPI
import CordonCore
import CordonOperations
import HTTPTypes

/// Reports, and incidents as they are read.
enum IncidentRoutes {
    static let all: [Route] = [report, list, show, file, timeline, nearMisses, quality, collective]

    static let tag = "Incidents"

    private static let report = Route.change(
        "POST", "/reports", "report", tag, "Report something wrong; with `stop`, stop it now.",
        .report, command: "report", status: 201, problems: [], ReportRequest.self,
        ReportView.self,
        holding: { exchange, input in
            // Nothing is stopped by somebody who may not stop: then the gate need not wait.
            guard let workflow = input.workflow,
                exchange.caller?.permissions.contains(.stop) == true
            else { return [] }
            return [workflow]
        }
    ) { work, input, _ in
        let left = try input.leftCompany.map { try Read.same($0, CordonCore.Answer.self) }
        let (sequence, stop) = try work.report(
            ReportInput(
                workflow: input.workflow, what: input.what, leftCompany: left ?? .unknown,
                stop: input.stop ?? false, contact: input.contact, discovered: input.discovered,
                occurredAt: try Read.time(input.occurredAt, "/occurred_at"),
                detectedAt: try Read.time(input.detectedAt, "/detected_at")))
        return ReportView(
            sequence, stop,
            state: try sequence.incident.workflow.map {
                try work.workflowNamed($0).state.rawValue
            })
    }

    private static let list = Route.ask(
        "/incidents", "listIncidents", tag, "Incidents, newest first.", .readIncidents,
        command: "incident list",
        query: Parameters.page + [
            ParameterDescription(
                "workflow", in: .query, schema: .string(maxLength: 64), description: "Its key."),
            ParameterDescription(
                "kind", in: .query, schema: .oneOf(Kind.allCases.map(\.rawValue)),
                description: "What it turned out to be."),
            ParameterDescription(
                "state", in: .query, schema: .oneOf(Incident.State.allCases.map(\.rawValue)),
                description: "Where it stands."),
        ], IncidentListView.self
    ) { work, exchange in
        try page(
            work, exchange,
            IncidentList(
                workflow: exchange.query["workflow"],
                kind: try exchange.choice("kind", Kind.self),
                state: try exchange.choice("state", Incident.State.self)))
    }

    private static let nearMisses = Route.ask(
        "/near-misses", "listNearMisses", tag, "Near misses, newest first.", .readIncidents,
        command: "incident list", query: Parameters.page, IncidentListView.self
    ) { work, exchange in
        try page(work, exchange, IncidentList(kind: .nearMiss))
    }

    private static let quality = Route.ask(
        "/quality", "listQualityIssues", tag, "The quality tracker: level 1, newest first.",
        .readIncidents, command: "incident list", query: Parameters.page, IncidentListView.self
    ) { work, exchange in
        try page(work, exchange, IncidentList(kind: .qualityIssue))
    }

    private static let collective = Route.ask(
        "/collective-reviews", "listCollectiveReviews", tag,
        "Controls that failed again, each with the incidents it failed in.", .readIncidents,
        command: "incident list", CollectiveReviewsView.self
    ) { work, _ in
        let found = try work.incidentsCollective(amongNewest: 200)
        let items = found.flatMap { incident in
            incident.collectiveReviews.sorted { $0.key < $1.key }.map {
                CollectiveReviewView(
                    control: $0.key, incidents: $0.value, raisedIn: incident.number)
            }
        }
        return CollectiveReviewsView(items: items)
    }

    private static let show = Route.ask(
        "/incidents/{number}", "showIncident", tag, "One incident, whole.", .readOwnIncidents,
        command: "incident show", problems: [.notFound], IncidentView.self
    ) { work, exchange in
        IncidentView(try readable(work, exchange))
    }

    private static let file = Route(
        method: "GET", path: Paths.root + "/incidents/{number}/file", operationID: "showFile",
        tag: tag, summary: "The minimum incident file: eight items, each complete or missing.",
        permission: .readOwnIncidents, command: "incident file",
        answers: [
            .init(
                status: 200, mediaType: "application/json", type: FileView.self,
                description: "The eight items."),
            .init(
                status: 200, mediaType: "text/html", type: nil, description: "The file to print."),
            .init(
                status: 200, mediaType: "text/markdown", type: nil,
                description: "The file as Markdown."),
        ], problems: [.notFound]
    ) { exchange in
        let accept = exchange.headers[.accept] ?? ""
        return try await exchange.operations.ask(exchange.asCaller) { work in
            let sequence = try readable(work, exchange)
            if accept.contains("text/html") {
                return Visit(exchange).page(IncidentFilePage(IncidentFileSheet(sequence)))
            }
            if accept.contains("text/markdown") {
                return .text(
                    IncidentFileMarkdown(IncidentFileSheet(sequence)).text,
                    "text/markdown; charset=utf-8")
            }
            return try .json(FileView(sequence))
        }
    }

    private static let timeline = Route.ask(
        "/incidents/{number}/timeline", "showTimeline", tag,
        "Everything that happened, in the order of the journal.", .readOwnIncidents,
        command: "incident timeline", query: Parameters.page, problems: [.notFound],
        TimelineView.self
    ) { work, exchange in
        let sequence = try readable(work, exchange)
        let limit = try exchange.limit(default: 200)
        let lines = try work.journalLines(
            from: try JournalRoutes.cursor(exchange),
            stream: "incident/\(sequence.incident.number)", limit: limit + 1)
        return TimelineView(
            items: try lines.prefix(limit).map(TimelineItemView.init),
            next: lines.count > limit ? lines.last.map { "\($0.index)" } : nil)
    }

    /// The incident, for those who may read all of them and for its own reporter.
    static func readable(_ work: Work, _ exchange: Exchange) throws -> ResponseSequence {
        let number = try exchange.parameter("number")
        let sequence = try work.sequence(number)
        let caller = work.caller
        guard
            caller.permissions.contains(.readIncidents)
                || sequence.incident.reporter.id == caller.actor.person.id
        else { throw Refusal(.notFound, "There is no incident \(number).") }
        return sequence
    }

    private static func page(
        _ work: Work, _ exchange: Exchange, _ filter: IncidentList
    ) throws -> IncidentListView {
        let limit = try exchange.limit()
        let cursor = try exchange.query["after"].map { text throws(Refusal) in
            let parts = text.split(separator: "-").compactMap { Int($0) }
            guard parts.count == 2 else {
                throw Refusal(
                    .invalidInput, "after is the `next` of the page before.",
                    blockers: [Blocker("after", "not a cursor", pointer: "/after")])
            }
            return (year: parts[0], sequence: parts[1])
        }
        let found = try work.incidents(filter, before: cursor, limit: limit + 1)
        let items = found.prefix(limit).map(IncidentSummaryView.init)
        let last = items.last.map { String($0.number.dropFirst("INC-".count)) }
        return IncidentListView(items: items, next: found.count > limit ? last : nil)
    }
}

extension ReportView {
    init(_ sequence: ResponseSequence, _ stop: StopOutcome?, state: String?) {
        let incident = sequence.incident
        let next =
            switch state {
            case "stopped": "The workflow is stopped. Take its fallback; the owner has your report."
            case "stopping":
                "The workflow is stopping. Take its fallback; the owner has your report."
            default: "Your report is recorded. Somebody decides what it is; you can add to it."
            }
        self.init(
            incident: incident.number,
            receipt: ReceiptView(
                reference: incident.number, receivedAt: incident.reportedAt.rfc3339,
                workflow: incident.workflow, workflowState: state, next: next),
            containment: stop.map { ContainmentView($0.containment, $0.workflow.key) })
    }
}
