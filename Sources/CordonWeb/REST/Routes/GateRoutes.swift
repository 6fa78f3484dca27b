import CordonAPI
import CordonCore
import CordonOperations

/// The gate: answered from memory, without the database.
enum GateRoutes {
    static let all: [Route] = [ask, decide, consider, points, stream, acknowledge]

    static let tag = "Gate"

    private static let ask = Route(
        method: "GET", path: Paths.root + "/workflows/{key}/gate", operationID: "askGate", tag: tag,
        summary: "200 while the workflow runs, 423 while it is stopped.", permission: .askGate,
        command: "gate",
        parameters: [
            ParameterDescription(
                "action", in: .query, schema: .oneOf(GateAction.allCases.map(\.rawValue)),
                description: "Asks about one action, so that stops of a part count too."),
            ParameterDescription(
                "tool", in: .query, schema: .string(maxLength: 200),
                description: "The tool, when the action is `tool`."),
            ParameterDescription(
                "point", in: .query, schema: .string(maxLength: 120),
                description: "What the caller calls the place where it asks."),
        ],
        answers: [
            .init(
                status: 200, mediaType: "application/json", type: GateAllowView.self,
                description: "The workflow may go on.")
        ],
        problems: [
            .notFound, .workflowStopped, .notProductionReady, .outsideAuthority, .approvalRequired,
        ]
    ) { exchange in
        let key = try exchange.parameter("key")
        let request = try exchange.choice("action", GateAction.self).map {
            GateRequest(action: $0, tool: exchange.query["tool"])
        }
        let answer = try decided(exchange, key, request, at: try point(exchange))
        if answer.tripsWatch, case .deny(let reason) = answer.decision {
            try await exchange.operations.tripOnDenial(key, reason: reason)
        }
        guard case .allow(let lease) = answer.decision else {
            return refused(answer, exchange, decisionID: nil)
        }
        if let use = answer.shadowUse { try await exchange.operations.noteShadowUse(key, [use]) }
        return GateJSON.allow(answer.entry, leaseMilliseconds: lease)
    }

    private static let decide = Route(
        method: "POST", path: Paths.root + "/workflows/{key}/gate", operationID: "decideAtGate",
        tag: tag,
        summary: "Decide on one action against the workflow's authority.", permission: .askGate,
        command: "gate",
        parameters: [
            ParameterDescription(
                "strict", in: .query, schema: .oneOf(["0", "1"]),
                description: "With 1, deny is answered with 403 and stopped with 423."),
            ParameterDescription(
                "wait", in: .query, schema: .integer(minimum: 0, maximum: 45),
                description: "For how many seconds to wait where a person has to approve."),
            ParameterDescription(
                "ask", in: .query, schema: .oneOf(["0", "1"]),
                description: "Where a person has to approve: with 0, nobody is asked."),
        ], body: .json(GateQuery.self),
        answers: [
            .init(
                status: 200, mediaType: "application/json", type: GateDecisionView.self,
                description: "The decision: allow, deny or approval.")
        ],
        problems: [
            .notFound, .workflowStopped, .notProductionReady, .outsideAuthority, .approvalRequired,
        ]
    ) { exchange in
        let key = try exchange.parameter("key")
        let strict = exchange.query["strict"] == "1"
        let request = try GateJSON.request(exchange.json)
        let point = exchange.json?.gatePoint ?? unnamed
        var answer = try decided(exchange, key, request, at: point)
        let id = exchange.operations.outside.newID()
        var approval: GateApprovalView?
        // In the middle of what people have allowed for once, they are not asked once more.
        if exchange.query["ask"] != "0", case .approval(let need) = answer.decision {
            (answer, approval) = try await askPeople(exchange, request, need, answer, at: point)
        }
        if answer.tripsWatch, case .deny(let reason) = answer.decision {
            try await exchange.operations.tripOnDenial(key, reason: reason)
        }
        if case .allow(let lease) = answer.decision {
            if let use = answer.shadowUse {
                try await exchange.operations.noteShadowUse(key, [use])
            }
            // Who was allowed by people is told so: it holds for this once.
            return approval == nil
                ? GateJSON.allow(answer.entry, leaseMilliseconds: lease, decisionID: id)
                : try .json(GateDecisionView(answer, id: id, approval))
        }
        return strict
            ? refused(answer, exchange, decisionID: id, approval)
            : try .json(GateDecisionView(answer, id: id, approval))
    }

    /// Uses what people have allowed for exactly this, or asks them.
    private static func askPeople(
        _ exchange: Exchange, _ request: GateRequest, _ need: ApprovalNeed, _ answer: GateAnswer,
        at point: String
    ) async throws -> (GateAnswer, GateApprovalView?) {
        let gate = exchange.operations.gate
        let key = answer.entry.key
        let members = JSONMembers(exchange.body[...])
        let written = members?["arguments"].map(Array.init) ?? Array("{}".utf8)
        let question = ApprovalQuestion(
            call: try ExactCall(workflow: key, request: request, arguments: written), need: need,
            diff: members?.text("diff"), run: members?.text("run"), user: members?.text("user"),
            point: point)
        let said: ApprovalAnswer
        do {
            said = try await exchange.operations.claimApproval(
                question, exchange.asCaller, holdSeconds: try exchange.seconds("wait", atMost: 45),
                isGone: await exchange.departure())
        } catch let refusal as Refusal where refusal.kind == .workflowStopped {
            return (gate.decide(key, request, at: point, .gate) ?? answer, nil)
        }
        if gate.isStopped(key, request) {
            return (gate.decide(key, request, at: point, .gate) ?? answer, nil)
        }
        switch said {
        case .granted(let approval):
            // People allow a call, not what the gate forbids: a stop may have come in between.
            let again = gate.decide(key, request, at: point, .gate, approved: approval) ?? answer
            return (again, GateApprovalView(approval, exchange))
        case .pending(let approval), .edited(let approval):
            return (answer, GateApprovalView(approval, exchange))
        case .refused(let approval, let reason):
            let denied = GateAnswer(decision: .deny(reason), entry: answer.entry)
            return (denied, GateApprovalView(approval, exchange))
        }
    }

    /// Where a question is asked that does not say so.
    private static let unnamed = "gate"

    private static func point(_ exchange: Exchange) throws(Refusal) -> String {
        guard let name = exchange.query["point"] else { return unnamed }
        guard (1...120).contains(name.unicodeScalars.count) else {
            throw Refusal(
                .invalidInput, "A point has a name of 1 to 120 characters.",
                blockers: [Blocker("point", "1 to 120 characters", pointer: "/point")])
        }
        return name
    }

    private static func decided(
        _ exchange: Exchange, _ key: String, _ request: GateRequest?, at point: String
    ) throws(Refusal) -> GateAnswer {
        guard let answer = exchange.operations.gate.decide(key, request, at: point, .gate)
        else {
            throw Refusal(.notFound, "There is no workflow \(key).")
        }
        return answer
    }

    private static func refused(
        _ answer: GateAnswer, _ exchange: Exchange, decisionID: String?,
        _ approval: GateApprovalView? = nil
    ) -> Answer {
        let (kind, reason): (Refusal.Kind, String) =
            switch answer.decision {
            case .allow: (.internalFault, "")
            case .stopped(let stop): (.workflowStopped, stop.reason)
            case .deny(let reason): (.outsideAuthority, reason)
            case .approval(let need): (.approvalRequired, need.reason)
            case .notReady(let reason): (.notProductionReady, reason)
            }
        let name = answer.entry.key
        let detail =
            kind == .workflowStopped
            ? "\(name) is stopped: \(reason) Take the fallback instead." : reason
        var problem = Problem(
            Refusal(kind, detail), path: exchange.path, requestID: exchange.requestID)
        problem.reason = reason
        problem.decision = kind == .approvalRequired ? "approval" : "deny"
        problem.decisionId = decisionID
        problem.approval = approval
        if case .stopped(let stop) = answer.decision, !stop.incident.isEmpty {
            problem.incident = stop.incident
        }
        problem.allowed = false
        problem.fallback = answer.entry.fallback.map(FallbackBody.init)
        if kind == .notProductionReady { problem.gaps = [] }
        return problem.answer(status: kind == .notProductionReady ? 423 : nil)
    }
}

extension Problem {
    /// The gate answers 423 whatever the reason why a workflow may not run, so that every
    /// automation tool's HTTP step halts on one status.
    fileprivate func answer(status: Int?) -> Answer {
        var answer = answer()
        if let status { answer.status = status }
        return answer
    }
}

/// The hot question and answer of the gate, read and written without an encoder.
enum GateJSON {
    static func allow(
        _ entry: GateEntry, leaseMilliseconds: Int, decisionID: String? = nil
    ) -> Answer {
        // Nothing in it needs escaping: a state's name, an id of ours and two numbers.
        let id = decisionID.map { "\"decision_id\":\"\($0)\"," } ?? ""
        let text =
            "{\"allowed\":true,\"decision\":\"allow\",\(id)\"lease_ms\":\(leaseMilliseconds),"
            + "\"on_failure\":\"\(entry.terms.onFailure.rawValue)\","
            + "\"revision\":\(entry.revision),\"state\":\"\(entry.state.rawValue)\"}"
        return Answer(status: 200, mediaType: "application/json", body: Array(text.utf8))
    }
}

extension GateAnswer {
    /// What the workflow is for whoever asked: stopping as well while a stop is being written, and
    /// during a stop test.
    fileprivate var state: Workflow.State {
        guard case .stopped(let stop) = decision, stop.scope == .whole, entry.state != .stopped
        else { return entry.state }
        return .stopping
    }
}

extension JSONValue {
    /// The name of the place where the question is asked; its length was checked.
    fileprivate var gatePoint: String? {
        guard case .object(let members) = self, case .string(let name)? = members["point"]
        else { return nil }
        return name
    }
}

extension GateDecisionView {
    init(_ answer: GateAnswer, id: String, _ approval: GateApprovalView? = nil) {
        let entry = answer.entry
        var lease = 0
        var reason: String?
        var incident: String?
        let decision: String
        switch answer.decision {
        case .allow(let milliseconds):
            decision = "allow"
            lease = milliseconds
        case .stopped(let stop):
            decision = "deny"
            reason = stop.reason
            incident = stop.incident.isEmpty ? nil : stop.incident
        case .deny(let why), .notReady(let why):
            decision = "deny"
            reason = why
        case .approval(let need):
            decision = "approval"
            reason = need.reason
        }
        self.init(
            allowed: decision == "allow", decision: decision, reason: reason, decisionId: id,
            leaseMs: lease,
            revision: entry.revision, state: answer.state.rawValue,
            onFailure: decision == "allow" ? entry.terms.onFailure.rawValue : nil,
            incident: incident,
            fallback: decision == "allow" ? nil : entry.fallback.map(FallbackBody.init),
            approval: approval)
    }
}

extension GateJSON {
    /// The question, from a body that was checked against the schema of ``CordonAPI/GateQuery``.
    static func request(_ json: JSONValue?) throws(Refusal) -> GateRequest {
        guard case .object(let members)? = json, case .string(let word)? = members["action"],
            let action = GateAction(rawValue: word)
        else { throw Refusal(.invalidInput, "Say the action.") }
        var tool: String?
        var target: GateRequest.Recipient?
        var record: String?
        var arguments: [String: GateArgument] = [:]
        if case .string(let name)? = members["tool"] { tool = name }
        if case .string(let name)? = members["target"] {
            target = GateRequest.Recipient(rawValue: name)
        }
        if case .string(let name)? = members["record"] { record = name }
        if case .object(let values)? = members["arguments"] {
            arguments = values.mapValues(argument)
        }
        return GateRequest(
            action: action, tool: tool, arguments: arguments, target: target, record: record)
    }

    private static func argument(_ value: JSONValue) -> GateArgument {
        switch value {
        case .number(let number): .number(number)
        case .integer(let number): .number(Double(number))
        case .string(let text): .text(text)
        case .array(let items): .list(items.map(argument))
        case .null, .bool, .object: .other
        }
    }
}
