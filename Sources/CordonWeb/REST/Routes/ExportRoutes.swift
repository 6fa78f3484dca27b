import CordonAPI
import CordonCore
import CordonOperations

/// The bundle that outsiders can check without us.
enum ExportRoutes {
    static let all: [Route] = [export]

    private static let export = Route(
        method: "GET", path: Paths.root + "/incidents/{number}/export",
        operationID: "exportIncident", tag: CaptureRoutes.tag,
        summary: "The incident with its evidence and proofs, as a ZIP of a BagIt bag.",
        permission: .exportEvidence, command: "incident export",
        parameters: [
            ParameterDescription(
                "from", in: .query, schema: .string(maxLength: 40),
                description: "Records from this time on; a day before the event when absent."),
            ParameterDescription(
                "to", in: .query, schema: .string(maxLength: 40),
                description: "Records to this time; an hour after the report when absent."),
            ParameterDescription(
                "redact", in: .query, schema: .string(maxLength: 200),
                description: "Groups to keep back, such as `input,output`."),
            ParameterDescription(
                "reason", in: .query, schema: .string(maxLength: 1_000),
                description: "Why they are kept back."),
            ParameterDescription(
                "recipient", in: .query, schema: .string(maxLength: 200),
                description: "For whom the bundle is made; it is kept."),
        ],
        answers: [
            .init(
                status: 200, mediaType: "application/zip", type: nil, description: "The bundle.")
        ], problems: [.notFound]
    ) { exchange in
        let order = try order(exchange)
        let documents = try await exchange.operations.ask(exchange.asCaller) { work in
            let sequence = try work.sequence(order.incident)
            let sheet = IncidentFileSheet(sequence)
            return [
                ExportDocument(
                    name: "incident.md", bytes: Array(IncidentFileMarkdown(sheet).text.utf8)),
                ExportDocument(name: "file.json", bytes: try Wire.bytes(FileView(sequence))),
            ]
        }
        let bundle = try await exchange.operations.export(
            order, documents: documents, version: exchange.site.version, exchange.asCaller)
        return Answer(status: 200, mediaType: "application/zip", body: [], bundle: bundle).with(
            "content-disposition", "attachment; filename=\"\(order.incident).zip\"")
    }

    private static func order(_ exchange: Exchange) throws(Refusal) -> ExportOrder {
        var redacted: Set<GroupName> = []
        for text in (exchange.query["redact"] ?? "").split(separator: ",") {
            guard let name = GroupName(rawValue: String(text)), name != .envelope else {
                let known = GroupName.allCases.dropFirst().map(\.rawValue)
                    .joined(separator: ", ")
                throw Refusal(
                    .invalidInput, "redact names groups: \(known).",
                    blockers: [Blocker("redact", "not \(text)", pointer: "/redact")])
            }
            redacted.insert(name)
        }
        var order = ExportOrder(
            incident: try exchange.parameter("number"),
            from: try Read.time(exchange.query["from"], "/from"),
            to: try Read.time(exchange.query["to"], "/to"), redactedGroups: redacted,
            recipient: try line("recipient", exchange, limit: 200))
        if let reason = try line("reason", exchange, limit: 1_000) {
            order.redactionReason = reason
        }
        return order
    }

    private static func line(
        _ name: String, _ exchange: Exchange, limit: Int
    ) throws(Refusal) -> String? {
        guard let text = exchange.query[name], !text.isEmpty else { return nil }
        guard text.count <= limit, !text.contains(where: \.isNewline) else {
            throw Refusal(
                .invalidInput, "\(name) is one line of at most \(limit) characters.",
                blockers: [Blocker(name, "too long, or several lines", pointer: "/\(name)")])
        }
        return text
    }
}
