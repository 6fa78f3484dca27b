import CordonAPI
import CordonCore
import CordonOperations

/// What a caller is told of the question that people have to answer.
struct GateApprovalView: Codable, Sendable {
    let id: String
    /// Where a person decides.
    let url: String
    /// `pending`, `approved`, `rejected`, `used`, `voided` or `expired`.
    let state: String
    let expiresAt: String
    /// The only arguments with which people allow the call, where they have changed them.
    let arguments: JSONValue?
    /// The same with every digit of their numbers.
    let argumentsText: String?

    init(_ approval: Approval, _ exchange: Exchange) {
        id = approval.id
        url = exchange.address + PagePaths.approval(approval.id)
        state = approval.state(at: exchange.operations.outside.now()).rawValue
        expiresAt = approval.request.expiresAt.rfc3339
        arguments = approval.edited.flatMap { ApprovalView.json($0.arguments) }
        argumentsText = approval.edited?.arguments
    }
}

/// A call that waits for people, and what became of it.
struct ApprovalView: Codable, Sendable {
    let id: String
    let state: String
    let workflow: String
    let action: String
    let tool: String?
    /// The MCP server that would carry it out, where Cordon sends it to one.
    let server: String?
    let arguments: JSONValue?
    /// The same with every digit of their numbers: these are bound.
    let argumentsText: String
    let target: String?
    let record: String?
    let run: String?
    let user: String?
    let diff: String?
    let reason: String
    let policyVersion: Int
    let askedBy: String
    let askedAt: String
    let expiresAt: String
    /// How many people have to say yes.
    let persons: Int
    let approvers: [String]
    let openings: [ApprovalOpeningView]
    let approvals: [ApprovalDecisionView]
    /// The arguments that somebody has put in place of those that were asked for.
    let editedArguments: JSONValue?
    /// The same with every digit of their numbers.
    let editedArgumentsText: String?
    /// Of the call that a yes is now said to: a yes that names another counts for nothing.
    let digest: String
    let rejection: ApprovalDecisionView?
    let endedAt: String?
    /// Where it was used, or why it is void.
    let ending: String?

    init(_ approval: Approval, at now: Instant) {
        let request = approval.request
        id = approval.id
        state = approval.state(at: now).rawValue
        workflow = request.call.workflow
        action = request.call.action.rawValue
        tool = request.call.tool
        server = request.call.server
        arguments = Self.json(request.call.arguments)
        argumentsText = request.call.arguments
        target = request.call.target?.rawValue
        record = request.call.record
        run = request.run
        user = request.user
        diff = request.diff
        reason = request.reason
        policyVersion = request.policyVersion
        askedBy = approval.askedBy.name
        askedAt = approval.askedAt.rfc3339
        expiresAt = request.expiresAt.rfc3339
        persons = approval.persons
        approvers = request.approvers.map(\.rawValue)
        openings = approval.openings.map {
            ApprovalOpeningView(by: $0.by.name, at: $0.at.rfc3339)
        }
        approvals = approval.grants.map { ApprovalDecisionView($0, of: approval) }
        editedArguments = approval.edited.flatMap { Self.json($0.arguments) }
        editedArgumentsText = approval.edited?.arguments
        digest = approval.grantedDigest
        rejection = approval.rejection.map { ApprovalDecisionView($0, of: approval) }
        endedAt = approval.ending?.at.rfc3339
        ending = approval.ending?.detail
    }

    static func json(_ text: String) -> JSONValue? {
        // It was read as JSON before it was kept.
        try? JSONValue(parsing: Array(text.utf8))
    }
}

struct ApprovalOpeningView: Codable, Sendable {
    let by: String
    let at: String
}

struct ApprovalDecisionView: Codable, Sendable {
    let by: String
    let at: String
    let reason: String
    /// For how long the question had been waiting.
    let openMs: Int64
    /// For how long this person had it open; absent when they decided without opening it.
    let readMs: Int64?

    init(_ decision: Stated<String>, of approval: Approval) {
        by = decision.by.name
        at = decision.at.rfc3339
        reason = decision.value
        openMs = decision.at.milliseconds - approval.askedAt.milliseconds
        readMs = approval.readingMilliseconds(of: decision)
    }
}

/// A call that waits, in a list: what it would do is read one at a time.
struct ApprovalSummaryView: Codable, Sendable {
    let id: String
    let state: String
    let workflow: String
    let action: String
    let tool: String?
    /// The MCP server that would carry it out, where Cordon sends it to one.
    let server: String?
    let record: String?
    let run: String?
    let askedBy: String
    let askedAt: String
    let expiresAt: String

    init(_ approval: Approval, at now: Instant) {
        let request = approval.request
        id = approval.id
        state = approval.state(at: now).rawValue
        workflow = request.call.workflow
        action = request.call.action.rawValue
        tool = request.call.tool
        server = request.call.server
        record = request.call.record
        run = request.run
        askedBy = approval.askedBy.name
        askedAt = approval.askedAt.rfc3339
        expiresAt = request.expiresAt.rfc3339
    }
}

struct ApprovalListView: Codable, Sendable {
    let items: [ApprovalSummaryView]
    let next: String?
}
