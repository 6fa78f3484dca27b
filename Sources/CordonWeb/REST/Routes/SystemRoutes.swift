import CordonAPI
import CordonCore
import CordonOperations

/// What operators and their tools ask: health, metrics, the description itself.
enum SystemRoutes {
    static let all: [Route] = [alive, ready, metrics, ledgerKey]

    private static let tag = "Operation"

    private static let alive = Route(
        method: "GET", path: "/healthz", operationID: "healthz", tag: tag,
        summary: "Whether the process is alive.", permission: nil, command: nil,
        answers: [
            .init(
                status: 200, mediaType: "application/json", type: HealthView.self,
                description: "It is.")
        ]
    ) { exchange in
        try .json(HealthView(status: "alive", version: exchange.site.version))
    }

    private static let ready = Route(
        method: "GET", path: "/readyz", operationID: "readyz", tag: tag,
        summary: "Whether it can do its work: database, migrations, queue.", permission: nil,
        command: nil,
        answers: [
            .init(
                status: 200, mediaType: "application/json", type: ReadinessPartsView.self,
                description: "Every part is ready.")
        ], problems: [.overloaded]
    ) { exchange in
        let operations = exchange.operations
        guard operations.writesWaiting < 4_000 else {
            throw Refusal(.overloaded, "The write queue is full.")
        }
        _ = try await operations.ask(exchange.asCaller) { try $0.accountExists() }
        // The migrations ran before the port was opened; a failing read would have thrown.
        var parts = ["database": "ready", "migrations": "ready", "queue": "ready"]
        let published = operations.publisher.progress
        if !published.isEmpty {
            // Nobody has to wait for others: it is told, and the server stays ready.
            parts["publishing"] = published.contains(where: \.isFailing) ? "failing" : "ready"
        }
        return try .json(ReadinessPartsView(ready: true, parts: parts))
    }

    private static let metrics = Route(
        method: "GET", path: "/metrics", operationID: "metrics", tag: tag,
        summary: "Metrics in the text format of Prometheus.", permission: nil, command: nil,
        answers: [
            .init(status: 200, mediaType: "text/plain", type: nil, description: "The metrics.")
        ]
    ) { exchange in
        let operations = exchange.operations
        let counts = try await operations.ask(exchange.asCaller) { try $0.incidentCounts() }
        return .text(
            Metrics.text(
                gate: operations.gate.counts, shadowUses: operations.gate.shadowUses,
                openUses: operations.openUses, states: operations.gate.states, incidents: counts,
                writesWaiting: operations.writesWaiting, evidence: operations.evidenceFigures,
                version: exchange.site.version)
                + Metrics.publishing(operations.publisher.progress) + exchange.site.moreMetrics(),
            "text/plain; version=0.0.4; charset=utf-8")
    }

    private static let ledgerKey = Route(
        method: "GET", path: "/ledger/key", operationID: "readLedgerKey", tag: "Journal",
        summary: "The public key that verifies checkpoints, as a C2SP verifier key.",
        permission: nil, command: nil,
        answers: [
            .init(status: 200, mediaType: "text/plain", type: nil, description: "The key.")
        ]
    ) { exchange in
        .text(exchange.operations.verifierKey + "\n")
    }
}

/// Metrics in Prometheus' text format: base units, no ids of people or incidents as labels.
enum Metrics {
    static func text(
        gate: GateCounts, shadowUses: Int, openUses: [OpenUse.Kind: Int],
        states: [Workflow.State: Int],
        incidents: [(kind: String, level: Int, state: String, count: Int)], writesWaiting: Int,
        evidence: EvidenceFigures, version: String
    ) -> String {
        var lines: [String] = []
        func metric(_ name: String, _ type: String, _ help: String, _ samples: [(String, Int)]) {
            lines.append("# HELP \(name) \(help)")
            lines.append("# TYPE \(name) \(type)")
            for (labels, value) in samples { lines.append("\(name)\(labels) \(value)") }
        }
        metric(
            "cordon_build_info", "gauge", "The running version.", [("{version=\"\(version)\"}", 1)])
        metric(
            "cordon_gate_decisions_total", "counter", "Decisions of the gate since the start.",
            [
                ("{decision=\"allow\"}", gate.allowed), ("{decision=\"deny\"}", gate.denied),
                ("{decision=\"approval\"}", gate.approval),
                ("{decision=\"stopped\"}", gate.stopped),
            ])
        metric(
            "cordon_gate_open_used_total", "counter",
            "How often something that fails open was used since the start.",
            OpenUse.Kind.allCases.map { ("{kind=\"\($0.rawValue)\"}", openUses[$0] ?? 0) })
        metric(
            "cordon_shadow_uses_total", "counter",
            "Calls outside the policy's lane that passed since the start.", [("", shadowUses)])
        metric(
            "cordon_workflows", "gauge", "Workflows by state.",
            Workflow.State.allCases.map { ("{state=\"\($0.rawValue)\"}", states[$0] ?? 0) })
        metric(
            "cordon_incidents", "gauge", "Incidents by kind, level and state.",
            incidents.map {
                ("{kind=\"\($0.kind)\",level=\"\($0.level)\",state=\"\($0.state)\"}", $0.count)
            })
        metric(
            "cordon_writes_waiting", "gauge", "Writes that wait for the next commit.",
            [("", writesWaiting)])
        metric(
            "cordon_evidence_records", "gauge", "Records of evidence in the log.",
            [("", evidence.records)])
        metric(
            "cordon_evidence_indexed_records", "gauge", "Records that the search index holds.",
            [("", evidence.indexed)])
        metric(
            "cordon_evidence_refused_total", "counter",
            "Requests with evidence that were refused for lack of room since the start.",
            [("", evidence.refused)])
        metric(
            "cordon_evidence_gaps_open", "gauge", "Open gaps in the evidence, by kind.",
            evidence.gaps.sorted { $0.key < $1.key }.map { ("{kind=\"\($0.key)\"}", $0.value) })
        metric(
            "cordon_searches_running", "gauge", "Searches that wait or are being worked on.",
            [("", evidence.searches)])
        return lines.joined(separator: "\n") + "\n"
    }
}
