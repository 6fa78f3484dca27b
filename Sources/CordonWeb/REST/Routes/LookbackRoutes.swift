import CordonAPI
import CordonCore
import CordonOperations

/// Look back over the evidence: every record of a window, compared with a set of names.
enum LookbackRoutes {
    static let all: [Route] = [start, list, show, cancel, resume, verdict]

    private static let tag = "Response"
    private static let path = Paths.root + "/incidents/{number}/lookbacks/search"

    private static let start = Route.change(
        "POST", "/incidents/{number}/lookbacks/search", "startLookbackSearch", tag,
        "Examine every record of a window for up to 10,000 names, values or patterns.",
        .respond, command: "incident search", status: 202, problems: [.notFound, .wrongState],
        LookbackSearchRequest.self, LookbackRunView.self
    ) { work, input, exchange in
        let (terms, list) = try Self.terms(input)
        return LookbackRunView(
            try work.startLookback(
                try exchange.parameter("number"),
                LookbackOrder(
                    terms: terms, list: list, from: try Read.time(input.from, "/from"),
                    to: try Read.time(input.to, "/to"), workflows: input.workflows ?? [],
                    isEverything: input.everything ?? false,
                    shorterBecause: input.shorterBecause)))
    }

    /// The terms, and the list with one a line that they can be read from again.
    private static func terms(
        _ input: LookbackSearchRequest
    ) throws(Refusal) -> (TermSet, String) {
        do throws(TermSetError) {
            let set: TermSet
            if let csv = input.csv {
                set = try TermSet(csv: csv, column: input.column)
            } else {
                set = try TermSet(
                    lines: (input.terms ?? []).map(Self.oneLine).joined(separator: "\n"))
            }
            return (set, set.terms.map { Self.oneLine($0.text) }.joined(separator: "\n"))
        } catch {
            throw Refusal(
                .invalidInput, "Terms that cannot be searched for: \(error.problems.count).",
                blockers: error.problems.map { problem in
                    Blocker(
                        "term", problem.message,
                        pointer: input.csv == nil ? "/terms/\(problem.line - 1)" : "/csv")
                })
        }
    }

    private static func oneLine(_ text: String) -> String {
        String(text.map { $0.isNewline ? " " : $0 })
    }

    private static let list = Route.ask(
        "/incidents/{number}/lookbacks/search", "listLookbackSearches", tag,
        "The look backs over the evidence of an incident.", .readEvidence,
        command: "incident search", problems: [.notFound], LookbackRunListView.self
    ) { work, exchange in
        LookbackRunListView(
            items: try work.lookbacks(try exchange.parameter("number")).map {
                LookbackRunView($0)
            })
    }

    private static let show = Route.ask(
        "/incidents/{number}/lookbacks/search/{id}", "showLookbackSearch", tag,
        "How far a look back is, and what it has found.", .readEvidence,
        command: "incident search", query: Parameters.page, problems: [.notFound],
        LookbackRunView.self
    ) { work, exchange in
        let run = try work.lookback(
            try exchange.parameter("number"), try exchange.parameter("id"))
        let limit = try exchange.limit(default: 200)
        let hits = try work.hits(
            of: run, from: try JournalRoutes.cursor(exchange), limit: limit + 1)
        return LookbackRunView(
            run, hits: hits.prefix(limit).map(LookbackHitView.init),
            next: hits.count > limit ? "\(hits[limit].index)" : nil)
    }

    private static let cancel = Route(
        method: "POST", path: path + "/{id}/cancel", operationID: "cancelLookbackSearch",
        tag: tag, summary: "Stop a look back where it is.", permission: .respond,
        command: "incident search",
        answers: [
            .init(
                status: 200, mediaType: "application/json", type: LookbackRunView.self,
                description: "It is stopped, and can be resumed.")
        ], problems: [.notFound, .wrongState]
    ) { exchange in
        try .json(
            LookbackRunView(
                try await exchange.operations.cancelLookback(
                    try exchange.parameter("number"), try exchange.parameter("id"),
                    exchange.asCaller)))
    }

    private static let resume = Route(
        method: "POST", path: path + "/{id}/resume", operationID: "resumeLookbackSearch",
        tag: tag, summary: "Let a stopped look back go on.", permission: .respond,
        command: "incident search",
        answers: [
            .init(
                status: 200, mediaType: "application/json", type: LookbackRunView.self,
                description: "It goes on where it was stopped.")
        ], problems: [.notFound, .wrongState]
    ) { exchange in
        try await exchange.operations.perform(exchange.asCaller) { work in
            try .json(
                LookbackRunView(
                    try work.setLookback(
                        try exchange.parameter("number"), try exchange.parameter("id"),
                        running: true)))
        }
    }

    private static let verdict = Route.change(
        "POST", "/incidents/{number}/lookbacks/search/{id}/verdicts", "judgeLookbackHit", tag,
        "Judge a record that was found; an affected one becomes an affected record.", .respond,
        command: "incident verdict", status: 201, problems: [.notFound, .wrongState],
        LookbackVerdictRequest.self, IncidentView.self
    ) { work, input, exchange in
        IncidentView(
            try work.judge(
                try exchange.parameter("number"), try exchange.parameter("id"),
                record: input.record, verdict: try Read.same(input.verdict, Lookback.Verdict.self),
                description: input.description ?? ""))
    }
}

extension LookbackHitView {
    init(_ hit: Work.Hit) {
        self.init(
            id: hit.id, index: hit.index, at: hit.at.rfc3339, trace: hit.envelope?.trace,
            terms: hit.terms, snippet: hit.snippet, verdict: hit.verdict?.rawValue)
    }
}
