import ArgumentParser
import CordonAPI
import CordonClient

/// `cordon approval …`: calls that wait for a person.
struct ApprovalCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "approval", abstract: "Calls of AI workflows that wait for a person.",
        discussion: """
            Examples:
              cordon approval list
              cordon approval show 01JX3M8Q6ZK4T5V6W7X8Y9Z0AB
              cordon approval approve 01JX3M8Q6ZK4T5V6W7X8Y9Z0AB
              cordon approval reject 01JX3M8Q6ZK4T5V6W7X8Y9Z0AB --reason 'Refund Birch first.'
            """,
        subcommands: [
            ListApprovals.self, ShowApproval.self, ApproveCall.self, RejectCall.self,
        ])
}

struct ListApprovals: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "Calls that wait, the oldest first.",
        discussion: """
            Examples:
              cordon approval list --workflow refund-agent
              cordon approval list --state used
            """)

    @Option(help: "Of this workflow only.")
    var workflow: String?
    @Option(help: "pending, approved, rejected, used, voided or expired.")
    var state = "pending"
    @OptionGroup var page: PageOptions
    @OptionGroup var server: ServerOptions

    func carryOut(_ run: CommandRun) async throws {
        let query = page.query.merging(["workflow": workflow, "state": state]) { $1 }
        run.show(try await run.get(Paths.root + "/approvals", query: query)) { list in
            let rows = list["items"]?.items ?? []
            guard !rows.isEmpty else { return ["No call is \(state)."] }
            return Console.table(
                ["ID", "STATE", "WORKFLOW", "CALL", "ASKED BY", "UNTIL"],
                rows.map { row in
                    [
                        row["id"]?.text ?? "", row["state"]?.text ?? "",
                        row["workflow"]?.text ?? "",
                        row["tool"]?.text ?? row["action"]?.text ?? "",
                        row["asked_by"]?.text ?? "", row["expires_at"]?.text ?? "",
                    ]
                }) + PageOptions.hint(list)
        }
    }
}

struct ShowApproval: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "show", abstract: "One call that waits; that you opened it is kept.",
        discussion: """
            Example:
              cordon approval show 01JX3M8Q6ZK4T5V6W7X8Y9Z0AB
            """)

    @Argument(help: "The approval's id.")
    var id: String
    @OptionGroup var server: ServerOptions

    func carryOut(_ run: CommandRun) async throws {
        let path = Paths.root + "/approvals/\(Paths.segment(id))"
        run.show(try await run.get(path)) { ApprovalText.lines($0) }
    }
}

struct ApproveCall: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "approve", abstract: "Say yes to exactly this call, once.",
        discussion: """
            Examples:
              cordon approval approve 01JX3M8Q6ZK4T5V6W7X8Y9Z0AB
              cordon approval approve 01JX3M8Q6ZK4T5V6W7X8Y9Z0AB --arguments '{"amount": 40}'
            """)

    @Argument(help: "The approval's id.")
    var id: String
    @Option(help: "Why.")
    var reason: String?
    @Option(
        help: ArgumentHelp(
            "The digest that `approval show` gave: needed once somebody has changed the arguments.",
            valueName: "digest"))
    var digest: String?
    @Option(
        help: ArgumentHelp(
            "The arguments to allow in place of those that were asked for.", valueName: "json"))
    var arguments: String?
    @OptionGroup var server: ServerOptions

    func carryOut(_ run: CommandRun) async throws {
        let rest = JSONValue.object(
            ["reason": reason, "digest": digest].compactMapValues { $0.map { .string($0) } })
        var bytes = rest.encoded(pretty: false)
        if let arguments {
            guard case .object? = try GateCommand.json(arguments) else {
                throw CommandFault("--arguments is a JSON object.")
            }
            // As they were typed: read and written again, a number could lose digits.
            let comma = bytes.count > 2 ? "," : ""
            bytes = bytes.dropLast() + Array("\(comma)\"arguments\":\(arguments)}".utf8)
        }
        let path = Paths.root + "/approvals/\(Paths.segment(id))/approve"
        let body = CordonBody(bytes: bytes, mediaType: "application/json")
        run.show(try await run.change("POST", path, body)) { approval in
            approval["state"]?.text == "approved"
                ? ["It may be carried out once, until \(approval["expires_at"]?.text ?? "")."]
                : ["Another person has to say yes as well."]
        }
    }
}

struct RejectCall: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "reject", abstract: "Say no to a call, with a reason.",
        discussion: """
            Example:
              cordon approval reject 01JX3M8Q6ZK4T5V6W7X8Y9Z0AB --reason 'Refund Birch first.'
            """)

    @Argument(help: "The approval's id.")
    var id: String
    @Option(help: "Why: the caller is told.")
    var reason: String
    @OptionGroup var server: ServerOptions

    func carryOut(_ run: CommandRun) async throws {
        let path = Paths.root + "/approvals/\(Paths.segment(id))/reject"
        let answer = try await run.change("POST", path, .json(["reason": .string(reason)]))
        run.show(answer) { _ in ["The call will not be carried out."] }
    }
}

/// An approval in lines for people.
enum ApprovalText {
    static func lines(_ approval: JSONValue) -> [String] {
        func text(_ name: String) -> String { approval[name]?.text ?? "" }
        let named = [
            ("Workflow", text("workflow")), ("Call", text("tool")),
            ("MCP server", text("server")), ("State", text("state")),
            ("Why a person", text("reason")), ("Asked by", text("asked_by")),
            ("Asked at", text("asked_at")), ("Until", text("expires_at")),
            ("Run", text("run")), ("Record", text("record")),
        ].filter { !$0.1.isEmpty }.map { "\($0.0): \($0.1)" }
        let arguments = ["Arguments: \(text("arguments_text"))"]
        let edited = approval["edited_arguments_text"]?.text.map { ["Allowed with: \($0)"] } ?? []
        let diff = text("diff").isEmpty ? [] : ["It would change:"] + [text("diff")]
        let decisions =
            (approval["approvals"]?.items ?? []).map { ("Yes", $0) }
            + [approval["rejection"]].compactMap { $0.map { ("No", $0) } }
        let said =
            decisions.map { word, decision in
                let why = decision["reason"]?.text ?? ""
                return "\(word) from \(decision["by"]?.text ?? "") at "
                    + "\(decision["at"]?.text ?? "")" + (why.isEmpty ? "" : ": \(why)")
            } + [approval["ending"]?.text].compactMap { $0.map { "Ended: \($0)" } }
        return named + arguments + edited + diff + said + ["Digest: \(text("digest"))"]
    }
}
