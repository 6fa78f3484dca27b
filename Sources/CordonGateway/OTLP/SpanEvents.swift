import CordonCore

/// Where the events of a span go: some emitters put what was said there instead of in attributes.
enum SpanEvents {
    /// Holds what attributes of the same names would; they are taken as the span's own.
    static let details = "gen_ai.client.inference.operation.details"

    static func slot(of name: String) -> Slot {
        switch name {
        case "gen_ai.system.message": .system
        case "gen_ai.content.prompt", "gen_ai.user.message", "gen_ai.assistant.message",
            "gen_ai.tool.message":
            .input
        case "gen_ai.content.completion", "gen_ai.choice": .output
        default: .attributes
        }
    }

    /// Whether the event says more than that there was a message.
    static func saysSomething(_ event: OTLPSpan.Event) -> Bool {
        event.attributes.contains { attribute in
            let isContent = ["content", "message", "prompt", "completion", "tool_calls"].contains {
                attribute.key.hasSuffix($0)
            }
            return isContent && attribute.value.saysSomething
        }
    }

    /// The event as one JSON object; its time keeps the nanoseconds, as OTLP writes them in JSON.
    static func json(_ event: OTLPSpan.Event) -> [UInt8] {
        var object = GroupText()
        object.add("name", text: event.name)
        object.add("time_unix_nano", text: String(event.timeUnixNano))
        object.add(event.attributes)
        return object.closed
    }

    static func json(_ link: OTLPSpan.Link) -> [UInt8] {
        var object = GroupText()
        object.add("trace_id", text: OTLPIdentifier.text(link.traceID, count: 16) ?? "")
        object.add("span_id", text: OTLPIdentifier.text(link.spanID, count: 8) ?? "")
        object.add(link.attributes)
        return object.closed
    }

    static func array(_ items: [[UInt8]]) -> [UInt8] {
        var bytes: [UInt8] = [UInt8(ascii: "[")]
        for (index, item) in items.enumerated() {
            if index > 0 { bytes.append(UInt8(ascii: ",")) }
            bytes.append(contentsOf: item)
        }
        bytes.append(UInt8(ascii: "]"))
        return bytes
    }
}
