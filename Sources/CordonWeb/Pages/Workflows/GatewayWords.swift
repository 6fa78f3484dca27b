import CordonCore

/// The words in which the terms of the gateway are asked for and read.
///
/// An answer without a value is what holds where nobody has said anything.
enum GatewayWords {
    /// Fields that are answered by choosing.
    static let chosen = [
        "gateway/record", "gateway/on_stop", "gateway/on_failure", "gateway/on_tool_change",
    ]

    private static let upstreams = "gateway/upstreams/"

    /// Those whose upstream can be named, and whatever else one is named for.
    static func fronts(_ fields: [String: String]) -> [String] {
        let usual = ["anthropic", "openai"]
        let named = fields.keys.filter { $0.hasPrefix(upstreams) }
            .map { String($0.dropFirst(upstreams.count)) }
        return usual + named.filter { !usual.contains($0) }.sorted()
    }

    static func label(_ name: String) -> Phrase? {
        switch name {
        case "gateway/models": "Models that it may ask for"
        case "gateway/mcp_servers": "MCP servers that it may reach"
        case "gateway/record": "Does an answer wait until it is kept as evidence?"
        case "gateway/on_stop": "Calls that are under way when it is stopped"
        case "gateway/on_failure": "While what asks the gate cannot reach Cordon"
        case "gateway/on_tool_change": "When a tool is no longer what it was"
        case _ where name.hasPrefix(upstreams):
            "The provider behind \(HTML.said(String(name.dropFirst(upstreams.count))))"
        default: nil
        }
    }

    static func answers(_ name: String) -> [(value: String, words: Phrase)] {
        switch name {
        case "gateway/record":
            [
                ("", "Yes if it acts, delivers or decides, otherwise no"),
                (
                    GatewayTerms.Recording.recordOrRefuse.rawValue,
                    "Yes: without evidence there is no answer"
                ),
                (
                    GatewayTerms.Recording.bestEffort.rawValue,
                    "No: it is given at once, and a missing record is noted"
                ),
            ]
        case "gateway/on_stop":
            [
                ("", "They are cut off, at the provider too"),
                (
                    GatewayTerms.InFlight.drain.rawValue,
                    "Their answer is awaited and kept, and not given"
                ),
            ]
        case "gateway/on_failure":
            [
                ("", "Nothing goes on until Cordon answers again"),
                (GatewayTerms.Failure.open.rawValue, "It goes on, and that is counted"),
            ]
        case "gateway/on_tool_change":
            [
                ("", "It is noted and shown"),
                (GatewayTerms.ToolChange.stop.rawValue, "The workflow is stopped as well"),
            ]
        default: []
        }
    }

    /// The words of one answer.
    static func answer(_ name: String, _ value: String) -> Phrase? {
        answers(name).first { $0.value == value }?.words
    }
}

extension GatewayTerms {
    /// What holds, as it is read.
    var facts: [(name: Phrase, value: HTML)] {
        let fields = WorkflowForm.fields(of: self)
        let listed = [
            (
                "gateway/models",
                models.isEmpty ? HTML.say("Any") : HTML.said(models.joined(separator: ", "))
            ),
            (
                "gateway/mcp_servers",
                mcpServers.isEmpty ? HTML.say("Any") : HTML.said(mcpServers.joined(separator: ", "))
            ),
        ]
        let named = upstreams.sorted { $0.key < $1.key }.map { front, upstream in
            ("gateway/upstreams/\(front)", HTML.said(upstream))
        }
        let chosen = GatewayWords.chosen.map { name in
            (name, GatewayWords.answer(name, fields[name] ?? "").map { HTML.say($0) } ?? .nothing)
        }
        return (listed + named + chosen).map { name, value in
            (name: GatewayWords.label(name) ?? Phrase(said: name), value: value)
        }
    }
}
