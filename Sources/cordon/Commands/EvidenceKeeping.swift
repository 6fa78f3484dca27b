import ArgumentParser
import CordonAPI
import CordonClient

struct ShowGaps: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "gaps", abstract: "What the evidence lacks, and what to do about it.",
        discussion: """
            Examples:
              cordon evidence gaps
              cordon evidence gaps monthly-summaries
            """)

    @Argument(help: "One workflow's key: says also how much there is, and since when.")
    var workflow: String?
    @OptionGroup var server: ServerOptions

    func carryOut(_ run: CommandRun) async throws {
        if let workflow {
            let path = WorkflowTarget.path(workflow) + "/evidence"
            run.show(try await run.get(path), Self.state)
        } else {
            run.show(try await run.get(Paths.root + "/evidence/gaps")) { list in
                let gaps = list["items"]?.items ?? []
                return gaps.isEmpty ? ["No gap is known."] : Self.table(gaps)
            }
        }
    }

    private static func state(_ state: JSONValue) -> [String] {
        func field(_ name: String) -> String { state[name]?.text ?? "-" }
        let isRegistered = state["registered"]?.truth == true
        var lines = [field("workflow") + (isRegistered ? "" : " (not registered)")]
        lines.append(
            "  \(EvidenceText.counted(state["records"]?.integer ?? 0, "record")), the first "
                + "\(field("first_at")), the last \(field("last_at"))")
        lines.append(
            "  kept for \(state["retention_days"]?.integer ?? 0) days (\(field("retention")))")
        let holds = (state["holds"]?.items ?? []).compactMap(\.text)
        if !holds.isEmpty { lines.append("  held by \(holds.joined(separator: ", "))") }
        lines += WorkflowText.passed(state).map { "  \($0)" }
        let gaps = state["gaps"]?.items ?? []
        return lines + (gaps.isEmpty ? ["No gap is known."] : table(gaps))
    }

    private static func table(_ gaps: [JSONValue]) -> [String] {
        Console.table(
            ["WORKFLOW", "GAP", "OPENED", "CLOSED", "WHAT TO DO"],
            gaps.map { gap in
                [
                    gap["workflow"]?.text ?? "", gap["kind"]?.text ?? "",
                    gap["opened_at"]?.text ?? "", gap["closed_at"]?.text ?? "-",
                    gap["detail"]?.text ?? "",
                ]
            })
    }
}

struct ListShadowWorkflows: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "shadow",
        abstract: "Workflows that nobody has registered, and use outside the chosen lane.",
        discussion: """
            Example:
              cordon evidence shadow
            """)

    @OptionGroup var server: ServerOptions

    func carryOut(_ run: CommandRun) async throws {
        run.show(try await run.get(Paths.root + "/shadow-workflows")) { list in
            let rows = list["items"]?.items ?? []
            guard !rows.isEmpty else {
                return ["Every workflow that sends is registered, and none used anything outside."]
            }
            let table = Console.table(
                ["WORKFLOW", "REGISTERED", "RECORDS", "FIRST", "LAST"],
                rows.map { row in
                    [
                        row["workflow"]?.text ?? "",
                        row["registered"]?.truth == true ? "yes" : "no",
                        "\(row["records"]?.integer ?? 0)", row["first_at"]?.text ?? "",
                        row["last_at"]?.text ?? "-",
                    ]
                })
            return table + rows.flatMap(uses) + next(rows)
        }
    }

    private func uses(_ row: JSONValue) -> [String] {
        (row["uses"]?.items ?? []).map { use in
            "\(row["workflow"]?.text ?? "") since \(use["first_at"]?.text ?? "-"): "
                + (use["what"]?.text ?? "")
        }
    }

    private func next(_ rows: [JSONValue]) -> [String] {
        guard let unknown = rows.first(where: { $0["registered"]?.truth != true }) else {
            return []
        }
        let key = unknown["workflow"]?.text ?? ""
        return ["Next: cordon workflow register --key \(key) --name NAME --function FUNCTION"]
    }
}

struct EraseEvidence: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "erase", abstract: "Propose an erasure, or approve one.",
        discussion: """
            Examples:
              cordon evidence erase --record 01JX3M8Q6ZK4T5V6W7X8Y9Z0AB \\
                --basis 'GDPR, article 17' --reason 'Asked for by the customer.'
              cordon evidence erase --person 'Birch' --basis 'GDPR, article 17' \\
                --reason 'Asked for by the customer.'
              cordon evidence erase --approve 01JX3N0V5T3M8Q6ZK4T5V6W7X8

            One person proposes, another approves; then the content is destroyed for good.
            What is held is not erased: exit code 5.
            """)

    @Option(help: "A record's id (repeatable).")
    var record: [String] = []
    @Option(help: "A name: every record in which it stands.")
    var person: String?
    @Option(help: "The legal basis, such as an article of a law.")
    var basis: String?
    @Option(help: "Why.")
    var reason: String?
    @Option(help: ArgumentHelp("Approve what another person proposed.", valueName: "id"))
    var approve: String?
    @OptionGroup var server: ServerOptions

    func validate() throws {
        if approve != nil {
            guard record.isEmpty, person == nil, basis == nil, reason == nil else {
                throw ValidationError("--approve stands alone: the rest was said by the proposer.")
            }
            return
        }
        guard !record.isEmpty || person != nil else {
            throw ValidationError("Name records with --record, a --person, or --approve one.")
        }
        guard basis != nil, reason != nil else {
            throw ValidationError("An erasure needs a --basis and a --reason.")
        }
    }

    func carryOut(_ run: CommandRun) async throws {
        let path = Paths.root + "/evidence/erasures"
        if let approve {
            let answer = try await run.changeUnrepeated(
                "POST", "\(path)/\(Paths.segment(approve))/approve")
            run.show(answer) { erasure in
                [
                    "\(EvidenceText.counted(erasure["erased"]?.integer ?? 0, "record")) erased.",
                    erasure["note"]?.text ?? "",
                ]
            }
        } else {
            let body = try RequestBody.json([
                "records": record.json, "person": person.json, "basis": basis.json,
                "reason": reason.json,
            ])
            let answer = try await run.changeUnrepeated("POST", path, body)
            run.show(answer) { erasure in
                let id = erasure["id"]?.text ?? ""
                let count = EvidenceText.counted(erasure["records"]?.integer ?? 0, "record")
                return [
                    "Proposed to erase \(count) as \(id). Nothing is erased yet.",
                    "Next, by another person: cordon evidence erase --approve \(id)",
                ]
            }
        }
    }
}

struct ListErasures: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "erasures", abstract: "Requests for erasure, oldest first, or one of them.",
        discussion: """
            Examples:
              cordon evidence erasures
              cordon evidence erasures 01JX3N0V5T3M8Q6ZK4T5V6W7X8
            """)

    @Argument(help: "The request's id.")
    var id: String?
    @OptionGroup var page: PageOptions
    @OptionGroup var server: ServerOptions

    func carryOut(_ run: CommandRun) async throws {
        let path = Paths.root + "/evidence/erasures"
        if let id {
            run.show(try await run.get(path + "/" + Paths.segment(id)), Self.one)
        } else {
            run.show(try await run.get(path, query: page.query), Self.list)
        }
    }

    private static func list(_ list: JSONValue) -> [String] {
        let rows = list["items"]?.items ?? []
        guard !rows.isEmpty else { return ["No erasure was asked for."] }
        return Console.table(
            ["ID", "STATE", "RECORDS", "PROPOSED BY", "APPROVED BY", "REASON"],
            rows.map { row in
                [
                    row["id"]?.text ?? "", row["state"]?.text ?? "",
                    "\(row["records"]?.integer ?? 0)", row["proposed_by"]?.text ?? "",
                    row["approved_by"]?.text ?? "-", Console.short(row["reason"]?.text ?? ""),
                ]
            }) + PageOptions.hint(list)
    }

    private static func one(_ erasure: JSONValue) -> [String] {
        func field(_ name: String) -> String { erasure[name]?.text ?? "-" }
        var lines = ["\(field("id"))  \(field("state"))"]
        lines.append("  \(EvidenceText.counted(erasure["records"]?.integer ?? 0, "record"))")
        lines.append("  basis: \(field("basis"))")
        lines.append("  reason: \(field("reason"))")
        lines.append("  proposed by \(field("proposed_by")) at \(field("proposed_at"))")
        if erasure["executed_at"]?.text != nil {
            lines.append("  approved by \(field("approved_by")) at \(field("executed_at"))")
        }
        lines += (erasure["refusals"]?.items ?? []).compactMap(\.text).map { "  refused: \($0)" }
        return lines + [field("note")]
    }
}

struct RunRetention: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "retention", abstract: "What retention lets go: shown, or deleted now.",
        discussion: """
            Examples:
              cordon evidence retention
              cordon evidence retention --run

            Without --run nothing is deleted. The server does it by itself every hour.
            """)

    @Flag(name: .customLong("run"), help: "Delete it now.")
    var isRun = false
    @OptionGroup var server: ServerOptions

    func carryOut(_ run: CommandRun) async throws {
        let path = Paths.root + "/retention"
        if isRun {
            run.show(try await run.changeUnrepeated("POST", path + "/run"), Self.deleted)
        } else {
            run.show(try await run.get(path), Self.preview)
        }
    }

    private static func preview(_ list: JSONValue) -> [String] {
        let rows = list["items"]?.items ?? []
        guard !rows.isEmpty else { return ["No workflow has sent evidence."] }
        return Console.table(
            ["WORKFLOW", "RETENTION", "DAYS", "DUE", "OF THEM HELD", "OLDEST DUE"],
            rows.map { row in
                [
                    row["workflow"]?.text ?? "", row["retention"]?.text ?? "",
                    "\(row["days"]?.integer ?? 0)", "\(row["due"]?.integer ?? 0)",
                    "\(row["held"]?.integer ?? 0)", row["oldest"]?.text ?? "-",
                ]
            })
    }

    private static func deleted(_ answer: JSONValue) -> [String] {
        let unreadable = answer["unreadable"]?.integer ?? 0
        let damaged =
            unreadable == 0
            ? [] : ["Damaged, so they stay: \(unreadable). `cordon fsck` names them."]
        guard case .object(let counts)? = answer["deleted"], !counts.isEmpty else {
            return damaged.isEmpty ? ["Nothing was due, or all of it is held."] : damaged
        }
        let table = Console.table(
            ["WORKFLOW", "DELETED"],
            counts.sorted { $0.key < $1.key }.map { [$0.key, "\($0.value.integer ?? 0)"] })
        return table + damaged
    }
}
