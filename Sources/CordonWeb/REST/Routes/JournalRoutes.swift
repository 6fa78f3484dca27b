import CordonAPI
import CordonCore
import CordonOperations

/// The policy, the journal and the log's checkpoint.
enum JournalRoutes {
    static let all: [Route] = [policy, importPolicy, checkPolicy, journal, checkpoint]

    private static let policy = Route.ask(
        "/policy", "showPolicy", "Policy", "The policy in force, or one of its versions.",
        .readPolicy, command: "policy show",
        query: [
            ParameterDescription(
                "version", in: .query, schema: .integer(minimum: 1, maximum: 1_000_000),
                description: "The newest when absent.")
        ], problems: [.notFound], PolicyView.self
    ) { work, exchange in
        let version = try exchange.query["version"].map { text throws(Refusal) in
            guard let version = Int(text), (1...1_000_000).contains(version) else {
                throw Refusal(
                    .invalidInput, "version is a number from 1.",
                    blockers: [Blocker("version", "a number from 1", pointer: "/version")])
            }
            return version
        }
        let stored = try work.policyText(version: version)
        return PolicyView(
            version: stored.version, digest: stored.digest, yaml: stored.yaml,
            title: try work.policy().policy.title)
    }

    private static let importPolicy = Route.change(
        "PUT", "/policy", "importPolicy", "Policy", "Import a policy as the next version.",
        .changePolicy, command: "policy import",
        problems: [.policyInvalid, .versionConflict, .preconditionRequired], PolicyRequest.self,
        PolicyView.self
    ) { work, input, exchange in
        let version = try exchange.ifMatch()
        let stored = try work.importPolicy(
            input.yaml, reason: input.reason ?? "Imported.", version: version)
        return PolicyView(
            version: stored.version, digest: stored.digest, yaml: stored.yaml,
            title: try work.policy().policy.title)
    }

    private static let checkPolicy = Route.change(
        "POST", "/policy/check", "checkPolicy", "Policy",
        "Check a policy without importing it.", .readPolicy, command: "policy check",
        problems: [.policyInvalid], PolicyRequest.self, PolicyCheckView.self
    ) { _, input, _ in
        do throws(PolicyInvalid) {
            let policy = try Policy.read(yaml: input.yaml, file: "policy")
            return PolicyCheckView(valid: true, title: policy.title)
        } catch {
            throw Refusal.policyInvalid(error)
        }
    }

    private static let journal = Route.ask(
        "/journal", "readJournal", "Journal", "Every event, by its index.", .readJournal,
        command: "journal",
        query: Parameters.page + [
            ParameterDescription(
                "stream", in: .query, schema: .string(maxLength: 200),
                description: "One stream alone, such as incident/INC-2026-0001.")
        ], JournalView.self
    ) { work, exchange in
        let limit = try exchange.limit()
        let lines = try work.journalLines(
            from: try cursor(exchange), stream: exchange.query["stream"], limit: limit + 1)
        return JournalView(
            items: try lines.prefix(limit).map(JournalItemView.init),
            next: lines.count > limit ? lines.last.map { "\($0.index)" } : nil)
    }

    private static let checkpoint = Route(
        method: "GET", path: "/ledger/checkpoint", operationID: "readCheckpoint", tag: "Journal",
        summary: "The signed checkpoint of the Merkle log, a C2SP signed note.",
        permission: .readWorkflows, command: nil,
        parameters: [
            ParameterDescription(
                "cosigned", in: .query, schema: .oneOf(["0", "1"]),
                description: "1 for the newest one that every witness of this server has cosigned,"
                    + " with their lines.")
        ],
        answers: [
            .init(status: 200, mediaType: "text/plain", type: nil, description: "The signed note.")
        ], problems: [.notFound]
    ) { exchange in
        let cosigned = exchange.query["cosigned"] ?? "0"
        guard ["0", "1"].contains(cosigned) else {
            throw Refusal(
                .invalidInput, "cosigned is 0 or 1.",
                blockers: [Blocker("cosigned", "0 or 1", pointer: "/cosigned")])
        }
        let witnesses = cosigned == "1" ? exchange.operations.witnessKeys : nil
        return try await exchange.operations.ask(exchange.asCaller) { work in
            guard let witnesses else {
                guard let note = try work.checkpoint() else {
                    throw Refusal(.notFound, "There is no checkpoint yet.")
                }
                return .text(note)
            }
            guard !witnesses.isEmpty else {
                throw Refusal(.notFound, "No witness is named in the server's settings.")
            }
            guard let note = try work.checkpoint(cosignedBy: witnesses) else {
                throw Refusal(.notFound, "No checkpoint has been cosigned by every witness yet.")
            }
            return .text(note)
        }
    }

    /// The index to go on from: `after` is the `next` of the page before.
    static func cursor(_ exchange: Exchange) throws(Refusal) -> UInt64 {
        guard let text = exchange.query["after"] else { return 0 }
        guard let index = UInt64(text), index <= UInt64(Int64.max) else {
            throw Refusal(
                .invalidInput, "after is the `next` of the page before.",
                blockers: [Blocker("after", "not a cursor", pointer: "/after")])
        }
        return index
    }
}

extension TimelineItemView {
    init(_ line: JournalLine) throws {
        let entry = try EntryView(line.body)
        self.init(
            index: line.index, at: line.at.rfc3339, kind: line.kind, actor: entry.actor,
            cause: line.cause, leaf: line.leaf, event: entry.event)
    }
}

extension JournalItemView {
    init(_ line: JournalLine) throws {
        let entry = try EntryView(line.body)
        self.init(
            index: line.index, at: line.at.rfc3339, actor: entry.actor, stream: line.stream,
            kind: line.kind, cause: line.cause, leaf: line.leaf, event: entry.event)
    }
}

/// The parts of a stored entry that are shown.
private struct EntryView {
    let actor: String
    let event: JSONValue

    init(_ body: [UInt8]) throws {
        guard case .object(let members) = try JSONValue(parsing: body),
            case .object(let person)? = members["actor"],
            case .string(let name)? = person["name"], let event = members["event"]
        else { throw Refusal(.internalFault, "A journal row cannot be read: run `cordon fsck`.") }
        actor = name
        self.event = event
    }
}
