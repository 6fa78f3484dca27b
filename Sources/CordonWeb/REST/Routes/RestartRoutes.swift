import CordonAPI
import CordonCore
import CordonOperations

/// Sign, restart, review and close.
enum RestartRoutes {
    static let all: [Route] = [sign, state, restart, review, exception, close]

    private static let tag = "Restart"

    private static let sign = ResponseRoutes.act(
        "signatures", "sign", "Sign for the restart, bound to the evidence you saw.", .sign,
        command: "incident sign",
        problems: [
            .alreadySigned, .signatureVoid, .fixerCannotSignAlone, .restartBlocked, .notPermitted,
        ], SignatureRequest.self
    ) { work, sequence, input, _ in
        guard let role = Role(rawValue: input.role) else {
            let known = Role.allCases.filter(\.signs).map(\.rawValue).joined(separator: ", ")
            throw Refusal(
                .invalidInput, "Nobody signs as \(input.role). Use one of: \(known).",
                blockers: [Blocker("role", "unknown", pointer: "/role")])
        }
        return try sequence.sign(
            as: role, seen: input.evidenceHash, statement: input.statement ?? "",
            id: work.newID(), by: work.caller.actor, at: work.now)
    }

    private static let state = Route.ask(
        "/incidents/{number}/restart", "showRestart", tag,
        "What stands between the workflow and its restart.", .readOwnIncidents,
        command: "incident restart", problems: [.notFound], RestartView.self
    ) { work, exchange in
        RestartView(try IncidentRoutes.readable(work, exchange))
    }

    private static let restart = Route.change(
        "POST", "/incidents/{number}/restart", "restart", tag,
        "Restart what the incident stopped; refused with everything in the way.", .restart,
        command: "incident restart", status: 201, optionalBody: true,
        problems: [.notFound, .restartBlocked, .wrongState], RestartRequest.self,
        IncidentView.self
    ) { work, input, exchange in
        IncidentView(
            try work.restart(
                try exchange.parameter("number"), conditions: input.conditions ?? "",
                watchHours: input.watchHours,
                watch: try (input.watch ?? []).map {
                    Watch.Condition(
                        try Read.same($0.kind, Watch.Kind.self), threshold: $0.threshold ?? 1)
                }))
    }

    private static let review = ResponseRoutes.act(
        "review", "recordReview", "Record what the company learned.", .respond,
        command: "incident review", ReviewRequest.self
    ) { work, sequence, input, _ in
        try sequence.review(
            controlChange: input.controlChange,
            updates: try (input.updates ?? []).map {
                Review.Update(try Read.same($0.kind, Review.Update.Kind.self), $0.description)
            }, recurrence: input.recurrence ?? [], at: work.now)
    }

    private static let exception = ResponseRoutes.act(
        "exception", "signException", "Sign that an incomplete file may be closed.",
        .signException, command: "incident except", problems: [.notPermitted], ReasonRequest.self
    ) { work, sequence, input, _ in
        try sequence.signException(reason: input.reason, by: work.caller.actor)
    }

    private static let close = Route.change(
        "POST", "/incidents/{number}/close", "close", tag,
        "Close the incident: complete, or with a signed exception.", .close,
        command: "incident close", status: 201, optionalBody: true,
        problems: [.notFound, .wrongState, .fileIncomplete], EmptyRequest.self, IncidentView.self
    ) { work, _, exchange in
        IncidentView(
            try work.act(try exchange.parameter("number"), .close) { try $0.close() })
    }
}

/// A request whose path says everything.
struct EmptyRequest: Codable, Sendable {}
