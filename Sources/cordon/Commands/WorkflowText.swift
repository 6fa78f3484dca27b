import CordonAPI
import CordonClient

/// A workflow in words.
enum WorkflowText {
    static func changed(_ what: String, _ workflow: JSONValue) -> [String] {
        let key = workflow["key"]?.text ?? ""
        return ["\(key) \(what). State: \(workflow["state"]?.text ?? "")."] + gaps(workflow)
    }

    static func gaps(_ workflow: JSONValue) -> [String] {
        let gaps = workflow["readiness"]?["gaps"]?.items ?? []
        guard !gaps.isEmpty else { return [] }
        return ["Missing before production:"] + gaps.map { "  \($0["message"]?.text ?? "")" }
    }

    static func whole(_ workflow: JSONValue) -> [String] {
        func field(_ name: String) -> String { workflow[name]?.text ?? "-" }
        let key = field("key")
        var lines = ["\(key)  \(field("name"))"]
        lines += Console.table(
            ["  state", field("state")],
            [
                ["  function", field("function")],
                ["  owner", field("owner")],
                ["  deputy", field("deputy")],
                ["  retention", field("retention")],
                ["  in production since", field("production_since")],
                ["  version", workflow["version"]?.integer.map(String.init) ?? "-"],
            ])
        lines += gaps(workflow)
        if let watch = workflow["watch"], let until = watch["until"]?.text {
            lines.append("Watched for \(watch["incident"]?.text ?? "") until \(until).")
        }
        for item in workflow["containments"]?.items ?? [] where item["lifted_at"]?.text == nil {
            lines += containment(item, key)
        }
        return lines
    }

    /// How often it went on although it ought not to have, by what is told of its evidence.
    static func passed(_ evidence: JSONValue?) -> [String] {
        let open = (evidence?["open_uses"]?.items ?? []).map { use in
            let what =
                use["kind"]?.text == "without_gate"
                ? "Went on without the gate's answer" : "Passed the gateway without a record"
            return "\(what): \(times(use)), the last time \(use["last_at"]?.text ?? "-")."
        }
        let shadow = (evidence?["shadow_uses"]?.items ?? []).map { use in
            "Shadow use since \(use["first_at"]?.text ?? "-"): \(use["what"]?.text ?? "")"
        }
        return open + shadow
    }

    private static func times(_ use: JSONValue) -> String {
        let count = use["count"]?.integer ?? 0
        return count == 1 ? "once" : "\(count) times"
    }

    /// A stop with its targets, and what is still to be done for it.
    static func containment(_ containment: JSONValue, _ key: String) -> [String] {
        func field(_ name: String) -> String { containment[name]?.text ?? "" }
        let scope = field("scope") == "tool" ? "tool \(field("tool"))" : field("scope")
        var line = "\(key) is \(field("state")) (\(scope)) for \(field("incident"))"
        if let milliseconds = containment["time_to_contain_ms"]?.integer {
            line += ", contained in \(milliseconds) ms"
        }
        var lines = [line + "."]
        for target in containment["targets"]?.items ?? [] {
            let name = target["name"]?.text ?? ""
            lines.append("  \(name): \(target["state"]?.text ?? "")")
            guard target["kind"]?.text == "manual", target["confirmed_at"]?.text == nil else {
                continue
            }
            lines.append("    \(target["instruction"]?.text ?? "")")
            lines.append("    Then: cordon workflow confirm \(key) \(name) --proof TEXT")
        }
        return lines
    }
}
