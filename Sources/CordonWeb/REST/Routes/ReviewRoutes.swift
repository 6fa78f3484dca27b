import CordonAPI
import CordonCore
import CordonOperations

/// What a quarter came to, worked out from the records each time.
enum ReviewRoutes {
    static let all: [Route] = [show]

    private static let show = Route(
        method: "GET", path: Paths.root + "/reviews/{quarter}", operationID: "showReview",
        tag: IncidentRoutes.tag,
        summary: "The quarterly review: figures, causes, what is left, stops and overrides.",
        permission: .readIncidents, command: "review show",
        answers: [
            .init(
                status: 200, mediaType: "application/json", type: QuarterlyReviewView.self,
                description: "The figures of the quarter, as the records have them now.")
        ], problems: [.notFound]
    ) { exchange in
        let quarter = try Quarter(named: try exchange.parameter("quarter"))
        let found = try await QuarterReading.read(exchange, quarter, listed: 0)
        return try .json(QuarterlyReviewView(found))
    }
}
