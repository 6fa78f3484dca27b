import CordonAPI
import CordonClient

/// An incident in words.
enum IncidentText {
    /// What has happened, where it stands now, and the command that comes next.
    static func progress(_ what: String, _ incident: JSONValue) -> [String] {
        [what, standing(incident)] + next(incident)
    }

    static func standing(_ incident: JSONValue) -> String {
        let level = "\(incident["level"]?.integer ?? 0)"
        let open = incident["provisional"]?.truth == true ? " (provisional)" : ""
        return "\(incident["number"]?.text ?? ""): level \(level)\(open), "
            + "\(incident["kind"]?.text ?? ""), \(incident["state"]?.text ?? ""), "
            + "file \(incident["file"]?["complete"]?.integer ?? 0)/8."
    }

    static func next(_ incident: JSONValue) -> [String] {
        guard let step = incident["next_step"], let key = step["key"]?.text else { return [] }
        let number = incident["number"]?.text ?? ""
        // The decision may be there, and only a time be missing.
        let isTriaged = key == "report" && incident["triage"] != nil
        let verb = isTriaged ? "incident time" : command(key)
        let call = verb.map { "\($0) \(target(key, incident)) --help" }
        return ["Next: step \(step["number"]?.integer ?? 0), \(step["title"]?.text ?? "")."]
            + (step["missing"]?.items ?? []).compactMap(\.text).map { "  \($0)" }
            + ["  cordon " + (call ?? "incident show \(number)")]
    }

    private static func target(_ step: String, _ incident: JSONValue) -> String {
        (step == "contain" ? incident["workflow"]?.text : nil) ?? incident["number"]?.text ?? ""
    }

    private static func command(_ step: String) -> String? {
        switch step {
        case "report": "incident triage"
        case "contain": "stop"
        case "preserve": "incident evidence"
        case "assess": "incident assess"
        case "escalate": "incident notify"
        case "look_back": "incident lookback"
        case "cause": "incident cause"
        case "correct": "incident action"
        case "evaluate": "incident evaluate"
        case "restart": "incident sign"
        case "review": "incident review"
        default: nil
        }
    }

    static func whole(_ incident: JSONValue) -> [String] {
        var lines = [standing(incident)]
        lines.append("  \(Console.short(incident["what"]?.text ?? "", 90))")
        lines.append(
            "  workflow \(incident["workflow"]?.text ?? incident["unlisted"]?.text ?? "-")")
        lines.append("  reported by \(incident["reporter"]?.text ?? "")")
        lines += Console.table(
            ["STEP", "", "STATE"],
            (incident["steps"]?.items ?? []).map { step in
                [
                    "\(step["number"]?.integer ?? 0)", step["title"]?.text ?? "",
                    step["state"]?.text ?? "",
                ]
            })
        lines += records(incident)
        return lines + next(incident)
    }

    /// The things that have ids, because other commands ask for them.
    private static func records(_ incident: JSONValue) -> [String] {
        var rows: [[String]] = []
        for item in incident["evidence"]?.items ?? [] {
            rows.append(["evidence", id(item), "\(text(item, "kind")) \(text(item, "name"))"])
        }
        for item in incident["affected"]?.items ?? [] {
            let isOpen = item["correction"]?.text == nil
            rows.append(["affected", id(item), text(item, "reference") + (isOpen ? " (open)" : "")])
        }
        for item in incident["lookbacks"]?.items ?? [] {
            let isOpen = item["conclusion"]?.text == nil
            rows.append([
                "look back", id(item), text(item, "population") + (isOpen ? " (open)" : ""),
            ])
        }
        for item in incident["actions"]?.items ?? [] {
            let isOpen = item["done_at"]?.text == nil
            rows.append(["action", id(item), text(item, "title") + (isOpen ? " (open)" : "")])
        }
        for item in incident["signatures"]?.items ?? [] {
            let isValid = item["valid"]?.truth == true
            let mark = isValid ? "" : " (void)"
            rows.append([
                "signature", id(item), "\(text(item, "role")), \(text(item, "by"))\(mark)",
            ])
        }
        return rows.isEmpty ? [] : Console.table(["RECORD", "ID", ""], rows)
    }

    static func file(_ file: JSONValue) -> [String] {
        var lines = ["\(file["complete"]?.integer ?? 0) of 8 are complete."]
        for item in file["items"]?.items ?? [] {
            let mark = item["complete"]?.truth == true ? "complete" : "missing"
            lines.append("\(item["number"]?.integer ?? 0)  \(mark)  \(text(item, "title"))")
            lines += (item["missing"]?.items ?? []).compactMap(\.text).map { "     \($0)" }
        }
        return lines
    }

    private static func id(_ item: JSONValue) -> String { text(item, "id") }

    private static func text(_ item: JSONValue, _ name: String) -> String {
        item[name]?.text ?? ""
    }
}
