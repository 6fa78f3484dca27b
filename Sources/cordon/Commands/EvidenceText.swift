import CordonAPI
import CordonClient

/// Records of evidence in words.
enum EvidenceText {
    static func list(_ list: JSONValue) -> [String] {
        let rows = list["items"]?.items ?? []
        var lines: [String] = []
        if rows.isEmpty {
            lines.append("Nothing was found.")
        } else {
            lines = Console.table(
                ["INDEX", "TIME", "KIND", "WORKFLOW", "ID", "WHAT"],
                rows.map { row in
                    [
                        "\(row["index"]?.integer ?? 0)", text(row, "at"), text(row, "kind"),
                        text(row, "workflow"), text(row, "id"), what(row),
                    ]
                })
        }
        return lines + PageOptions.hint(list) + [coverage(list)]
    }

    /// What a row shows of a record: the words around the hit, or who did what to what.
    private static func what(_ row: JSONValue) -> String {
        let state = text(row, "state")
        guard state == "kept" else { return "(\(state))" }
        if let snippet = row["snippet"]?.text {
            return Console.short(snippet.replacing("\n", with: " "), 100)
        }
        return ["model", "actor", "target"].compactMap { row[$0]?.text }.joined(separator: ", ")
    }

    /// How far was looked, in one sentence.
    static func coverage(_ page: JSONValue) -> String {
        let coverage = page["coverage"] ?? .null
        let from = number(coverage, "from_index")
        let to = number(coverage, "to_index")
        guard to > from else { return "There was nothing to look at." }
        let scanned = number(coverage, "scanned")
        let examined = number(coverage, "examined")
        let how =
            scanned == 0
            ? "by the index" : scanned == examined ? "one by one" : "\(scanned) of them one by one"
        let rest =
            page["next"]?.text == nil ? "" : "; what is older than that was not looked at yet"
        return "Looked at places \(from) to \(to - 1) of the log: \(counted(examined, "record")) "
            + "compared, \(how), \(number(coverage, "erased")) gone, "
            + "\(number(coverage, "unreadable")) unreadable\(rest)."
    }

    static func record(_ record: JSONValue) -> [String] {
        var lines = ["\(text(record, "id"))  \(text(record, "kind"))  \(text(record, "workflow"))"]
        lines.append("  at \(text(record, "at")), received \(text(record, "received_at"))")
        let envelope = record["groups"]?["envelope"]
        for name in ["model", "actor", "target", "session", "trace", "span", "status"] {
            if let value = envelope?[name]?.text { lines.append("  \(name) \(value)") }
        }
        lines += place(record)
        let holds = (record["holds"]?.items ?? []).compactMap(\.text)
        if !holds.isEmpty { lines.append("  held by \(holds.joined(separator: ", "))") }
        let state = text(record, "state")
        guard state == "kept" else {
            let event = number(record, "event")
            return lines + ["Its content is \(state): the journal says why at place \(event)."]
        }
        return lines + conversation(record["reading"] ?? .null)
    }

    private static func place(_ record: JSONValue) -> [String] {
        let proof = record["proof"] ?? .null
        let note = text(proof, "checkpoint").split(separator: "\n").map(String.init)
        var lines = [
            "  place \(number(proof, "index")) of the log, leaf \(text(proof, "leaf"))"
        ]
        if note.count > 2 {
            lines.append("  proved against the checkpoint of \(note[1]) entries, root \(note[2])")
        }
        return lines
    }

    /// Who said what, which tools were called, and whatever else was said.
    private static func conversation(_ reading: JSONValue) -> [String] {
        var lines: [String] = []
        func add(_ head: String, _ text: String) {
            lines += ["", head] + indented(text)
        }
        for message in reading["messages"]?.items ?? [] {
            add(text(message, "role"), text(message, "text"))
        }
        for call in reading["tool_calls"]?.items ?? [] {
            add("tool \(text(call, "name"))", text(call, "arguments"))
            if let result = call["result"]?.text { lines += ["result"] + indented(result) }
        }
        for document in (reading["retrieved"]?.items ?? []).compactMap(\.text) {
            add("retrieved", document)
        }
        for other in (reading["other"]?.items ?? []).compactMap(\.text) { add("said", other) }
        return lines.isEmpty ? ["", "It says nothing in words: see --raw."] : lines
    }

    private static func indented(_ text: String) -> [String] {
        text.split(separator: "\n", omittingEmptySubsequences: false).map { "  " + $0 }
    }

    // MARK: Look back

    /// Where a look back stands, and what it has looked at.
    static func run(_ run: JSONValue) -> [String] {
        let incident = text(run, "incident")
        let id = text(run, "id")
        let state = text(run, "state")
        var lines = ["\(id)  \(state)  \(counted(number(run, "terms"), "term"))"]
        lines.append("  \(examined(run))")
        if let statement = run["statement"]?.text {
            lines.append("  signed statement, SHA-256 \(statement)")
        }
        if let fault = run["fault"]?.text { lines.append("  it broke off: \(fault)") }
        let hits = run["hits"]?.items ?? []
        if !hits.isEmpty {
            lines +=
                Console.table(
                    ["INDEX", "TIME", "VERDICT", "ID", "TERMS", "WHAT"],
                    hits.map { hit in
                        [
                            "\(number(hit, "index"))", text(hit, "at"),
                            hit["verdict"]?.text ?? "-", text(hit, "id"),
                            (hit["terms"]?.items ?? []).compactMap(\.text).joined(separator: ", "),
                            Console.short(text(hit, "snippet").replacing("\n", with: " "), 80),
                        ]
                    }) + PageOptions.hint(run)
        }
        let call = "cordon incident search \(incident) --run \(id)"
        switch state {
        case "running": lines.append("Next: \(call) --wait")
        case "cancelled", "failed": lines.append("Next: \(call) --resume")
        default:
            if let open = hits.first(where: { $0["verdict"]?.text == nil }) {
                lines.append(
                    "Next: cordon incident verdict \(incident) --run \(id) "
                        + "--record \(text(open, "id")) --verdict affected")
            }
        }
        return lines
    }

    /// What a look back has examined, in one sentence.
    static func examined(_ run: JSONValue) -> String {
        let workflows = (run["workflows"]?.items ?? []).compactMap(\.text).joined(separator: ", ")
        let what = run["everything"]?.truth == true ? "all text" : "everything that came out"
        let places =
            run["from_index"]?.integer.map { " at places \($0) to \(number(run, "to_index"))" }
            ?? ""
        return "Examined \(counted(number(run, "examined"), "record")) of \(workflows)\(places), "
            + "\(what), from \(text(run, "from")) to \(text(run, "to")): "
            + "\(number(run, "found")) found, \(number(run, "erased")) gone, "
            + "\(number(run, "unreadable")) unreadable."
    }

    // MARK: Changes

    static func changes(_ list: JSONValue) -> [String] {
        let rows = list["items"]?.items ?? []
        guard !rows.isEmpty else { return ["No change is known of that time."] }
        return Console.table(
            ["TIME", "ASPECT", "ORIGIN", "INDEX", "WHAT"],
            rows.map { row in
                [
                    text(row, "at"), text(row, "aspect"), text(row, "origin"),
                    row["index"]?.integer.map(String.init) ?? "-", change(row),
                ]
            })
    }

    private static func change(_ row: JSONValue) -> String {
        let version = row["version"]?.text.map { " (\($0))" } ?? ""
        let first = row["first"]?.truth == true ? ", the first that was seen" : ""
        let by = row["by"]?.text.map { ", by \($0)" } ?? ""
        return Console.short(text(row, "what"), 80) + version + first + by
    }

    static func counted(_ count: Int, _ noun: String) -> String {
        "\(count) \(noun)\(count == 1 ? "" : "s")"
    }

    static func text(_ value: JSONValue, _ name: String) -> String { value[name]?.text ?? "" }

    static func number(_ value: JSONValue, _ name: String) -> Int { value[name]?.integer ?? 0 }
}
