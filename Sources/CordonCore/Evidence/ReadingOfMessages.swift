/// Reads messages and calls out of the forms in which senders write them.
///
/// OpenTelemetry's parts, OpenAI's chat and responses, Anthropic's and Gemini's blocks, and the
/// flattened attributes of OpenInference and Traceloop.
struct ReadingOfMessages {
    private(set) var messages: [EvidenceReading.Message] = []
    private(set) var calls: [(id: String?, call: EvidenceReading.ToolCall)] = []
    private(set) var otherText: [String] = []
    private var results: [String: String] = [:]

    mutating func readSystem(_ group: JSONTree) {
        if isOneValue(group, besides: ["system"]) {
            read(group, role: "system")
        } else {
            for member in group.members { read(member.value, role: "system") }
        }
    }

    /// Reads what was asked or answered from the first of the `sources` that has anything.
    ///
    /// Senders say the same thing twice, flattened and raw. Only a plain text that no message
    /// repeats is taken besides.
    mutating func readSide(_ group: JSONTree, role: String, sources: [String]) {
        if isOneValue(group, besides: sources) {
            read(group, role: role)
            return
        }
        let before = (messages.count, calls.count)
        for source in sources where (messages.count, calls.count) == before {
            if source.hasSuffix(".") {
                guard let list = JSONTree(unflattening: group.members, below: source)
                else { continue }
                read(list, role: role)
            } else if let value = group[source] {
                read(value, role: role)
            }
        }
        for name in ["input.value", "output.value"] {
            guard let text = group[name]?.string, !text.isEmpty,
                !messages.contains(where: { $0.text == text })
            else { continue }
            messages.append(.init(role: role, text: text))
        }
        let known = { (name: String) in
            sources.contains { $0.hasSuffix(".") ? name.hasPrefix($0) : name == $0 }
        }
        for member in group.members where !known(member.name) && !member.name.hasSuffix(".ref") {
            otherText += member.value.strings
        }
    }

    /// Reads the one call that a span is about, or calls as our own interface takes them.
    mutating func readTools(_ group: JSONTree, outside attributes: JSONTree?) {
        let arguments =
            group["gen_ai.tool.call.arguments", "input.value", "traceloop.entity.input"]
            ?? group["tool.parameters"]
        let result = group["gen_ai.tool.call.result", "output.value", "traceloop.entity.output"]
        let name =
            group["gen_ai.tool.name", "tool.name", "traceloop.entity.name"]?.text
            ?? attributes?["otel.span.name"]?.text
        let isCall = arguments != nil || result != nil || group["gen_ai.tool.name"] != nil
        if isCall, let name {
            let call = EvidenceReading.ToolCall(
                name: name, arguments: arguments?.compact ?? "{}", result: result?.compact)
            calls.append((group["gen_ai.tool.call.id", "tool_call.id"]?.text, call))
        }
        let isOwn = isOneValue(group, besides: ["tools"])
        if let own = isOwn ? group : group["tools"] {
            let list = own["calls", "tool_calls"] ?? own
            for item in list.items ?? [list] { readCall(item) }
        }
    }

    /// Puts results to their calls and drops calls that are shown twice.
    mutating func finish() {
        var seen: Set<String> = []
        calls = calls.filter { $0.id.map { seen.insert($0).inserted } ?? true }
        for index in calls.indices {
            guard let id = calls[index].id, calls[index].call.result == nil else { continue }
            calls[index].call.result = results[id]
        }
    }

    /// Whether the group is itself what was sent to our own interface, not named attributes.
    ///
    /// All attributes that make up content have points in their names.
    private func isOneValue(_ group: JSONTree, besides sources: [String]) -> Bool {
        let names = group.members.map(\.name)
        return !names.isEmpty && names.allSatisfy { !$0.contains(".") && !sources.contains($0) }
    }

    private mutating func read(_ value: JSONTree, role: String) {
        switch value {
        case .string(let text):
            // JSON in a text is what was meant, when it has the form of messages.
            if let tree = JSONTree(container: text), isMessages(tree) {
                read(tree, role: role)
            } else {
                say(role, text)
            }
        case .array(let items, let written):
            if items.isEmpty { return }
            if items.allSatisfy({ isPart($0) }) {
                readParts(items, role: role)
            } else if items.allSatisfy({ $0.isObject || $0.string != nil || $0.items != nil }) {
                for item in items { read(item, role: role) }
            } else {
                say(role, String(decoding: written, as: UTF8.self))
            }
        case .object: readObject(value, role: role)
        case .number(let digits): say(role, digits)
        case .bool, .null: break
        }
    }

    private mutating func readObject(_ value: JSONTree, role: String) {
        if let name = value["name"]?.string, let speaker = ReadingOfMessages.speakers[name] {
            readEvent(value, role: speaker.isEmpty ? role : speaker)
        } else if let message = value["message"], message.isObject {
            read(message, role: role)
        } else if let content = value["content"], content["parts"]?.items != nil {
            read(content, role: role)
        } else if let choices = value["choices", "candidates"], choices.items != nil {
            read(choices, role: role)
        } else if let list = value["messages"], list.items != nil {
            if let system = value["system"] { read(system, role: "system") }
            read(list, role: role)
        } else if let list = value["output"], list.items != nil, value["object"] != nil {
            read(list, role: role)
        } else if value["role"] != nil || isTurn(value) {
            readMessage(value, role: role)
        } else if isPart(value) {
            readParts([value], role: role)
        } else if let text = value["prompt"]?["text"] ?? value["completion"]?["text"] {
            read(text, role: role)
        } else if let list = value["input"], value["model"] != nil {
            if let system = value["instructions"] { read(system, role: "system") }
            read(list, role: role)
        } else if !value.members.isEmpty {
            say(role, value.text ?? "")
        }
    }

    private mutating func readMessage(_ value: JSONTree, role fallback: String) {
        let role = ReadingOfMessages.plain(value["role"]?.text) ?? fallback
        let content = value["content", "parts", "contents"]
        if role == "tool", let id = value["tool_call_id", "id"]?.text, let content {
            results[id] = content.compact
        }
        switch content {
        case .array(let items, _) where items.allSatisfy({ isPart($0) }):
            readParts(items, role: role)
        case .object where content.map({ isPart($0) }) == true:
            readParts(content.map { [$0] } ?? [], role: role)
        default:
            if let text = content?.text { say(role, text) }
        }
        if let refusal = value["refusal"]?.string { say(role, refusal) }
        otherText += value["reasoning_content", "reasoning"]?.strings ?? []
        for item in value["tool_calls", "toolCalls"]?.items ?? [] { readCall(item) }
        if let call = value["function_call"] { readCall(call) }
        if let name = value["function_call_name"]?.text {
            let arguments = value["function_call_arguments_json"]?.compact ?? "{}"
            calls.append((nil, .init(name: name, arguments: arguments)))
        }
    }

    /// Texts of one message are one text; calls and their results go where they belong.
    private mutating func readParts(_ parts: [JSONTree], role: String) {
        var texts: [String] = []
        for wrapped in parts {
            let part = wrapped["message_content"] ?? wrapped
            switch part["type"]?.string {
            case "tool_call", "tool_use", "function_call", "function": readCall(part)
            case "tool_call_response", "tool_result", "function_call_output":
                guard let result = part["response", "result", "content", "output"] else { continue }
                if let id = part["tool_use_id", "call_id", "id"]?.text {
                    results[id] = result.compact
                }
                texts += ReadingOfMessages.plainText(of: result)
            case "reasoning", "thinking", "redacted_thinking":
                otherText += (part["content", "thinking", "text", "summary"]?.strings ?? [])
            case "message": readMessage(part, role: role)
            case .some(let type) where ReadingOfMessages.showing.contains(type): break
            default:
                if let call = part["functionCall"] {
                    readCall(call)
                } else if let answer = part["functionResponse"], let result = answer["response"] {
                    texts += ReadingOfMessages.plainText(of: result)
                } else if let text = part["text", "content", "refusal"]?.text ?? part.string {
                    texts.append(text)
                }
            }
        }
        say(role, texts.joined(separator: "\n"))
    }

    private mutating func readCall(_ value: JSONTree) {
        let call = value["tool_call"] ?? value
        let function = call["function"] ?? call
        guard let name = function["name"]?.text else { return }
        let arguments = function["arguments", "args", "input"]
        let result = call["result", "output", "response"]
        // With neither it is a tool that was offered.
        let isDefinition = function["parameters", "input_schema", "description"] != nil
        if arguments == nil, result == nil, isDefinition { return }
        let id = call["call_id", "id", "tool_call_id"]?.text
        calls.append(
            (id, .init(name: name, arguments: arguments?.compact ?? "{}", result: result?.compact)))
    }

    /// One message of a conversation that is told in events of the span.
    private mutating func readEvent(_ event: JSONTree, role: String) {
        let body = event["gen_ai.event.content", "gen_ai.prompt", "gen_ai.completion", "message"]
        if let body {
            read(body, role: role)
        } else {
            readMessage(event, role: role)
        }
    }

    private mutating func say(_ role: String, _ text: String) {
        if !text.isEmpty { messages.append(.init(role: role, text: text)) }
    }

    private func isMessages(_ tree: JSONTree) -> Bool {
        if let items = tree.items {
            return !items.isEmpty && items.allSatisfy { $0["role"] != nil || isPart($0) }
        }
        return tree["role"] != nil || tree["messages", "choices"]?.items != nil
    }

    /// A message without a role: what there is of it shows that it is one.
    private func isTurn(_ tree: JSONTree) -> Bool {
        if isPart(tree) { return false }
        if tree["content"]?.string != nil { return true }
        return tree["parts", "contents", "content", "tool_calls"]?.items != nil
    }

    private func isPart(_ tree: JSONTree) -> Bool {
        let part = tree["message_content"] ?? tree
        if part["role"] != nil { return false }
        if let type = part["type"]?.string {
            return ReadingOfMessages.saying.contains(type)
                || ReadingOfMessages.showing.contains(type)
        }
        return part["functionCall", "functionResponse"] != nil
            || (part.members.count == 1 && part["text"]?.string != nil)
    }

    /// Kinds of parts that hold words.
    private static let saying: Set<String> = [
        "text", "input_text", "output_text", "refusal", "message", "function",
        "tool_call", "tool_use", "function_call",
        "tool_call_response", "tool_result", "function_call_output",
        "reasoning", "thinking", "redacted_thinking",
    ]

    /// Kinds of parts that hold pictures and the like, or the way to them.
    private static let showing: Set<String> = [
        "audio", "blob", "document", "file", "image", "image_url", "input_audio", "input_file",
        "input_image", "uri", "video",
    ]

    /// Whose message an event of a span is; nobody's leaves it to the side that it stands on.
    private static let speakers: [String: String] = [
        "gen_ai.system.message": "system", "gen_ai.user.message": "user",
        "gen_ai.assistant.message": "assistant", "gen_ai.tool.message": "tool",
        "gen_ai.choice": "assistant",
        "gen_ai.content.prompt": "", "gen_ai.content.completion": "",
    ]

    private static func plainText(of result: JSONTree) -> [String] {
        let texts = (result.items ?? []).compactMap { $0["text"]?.string }
        return texts.isEmpty ? result.text.map { [$0] } ?? [] : texts
    }

    private static func plain(_ role: String?) -> String? {
        switch role {
        case "developer": "system"
        case "human": "user"
        case "ai", "model": "assistant"
        case "function": "tool"
        default: role
        }
    }
}

extension JSONTree {
    /// Builds what `prefix.0.message.role` and its like stand for; `nil` when there are none.
    ///
    /// Attributes have no depth, so senders write the way to a value into its name.
    init?(unflattening members: [Member], below prefix: String) {
        var entries: [Entry] = []
        for member in members where member.name.hasPrefix(prefix) {
            let path = member.name.dropFirst(prefix.count).split(separator: ".")
            // A way of more steps is no sender's; it would only cost the stack.
            if path.count <= 24 { entries.append((path[...], member.value)) }
        }
        guard !entries.isEmpty, let built = JSONTree.build(entries) else { return nil }
        self = built
    }

    private typealias Entry = (path: ArraySlice<Substring>, value: JSONTree)

    private static func build(_ entries: [Entry]) -> JSONTree? {
        if let leaf = entries.first(where: { $0.path.isEmpty }) { return leaf.value }
        var names: [Substring] = []
        var below: [Substring: [Entry]] = [:]
        for entry in entries {
            guard let name = entry.path.first else { continue }
            if below[name] == nil { names.append(name) }
            below[name, default: []].append((entry.path.dropFirst(), entry.value))
        }
        let built = names.compactMap { name in
            build(below[name] ?? []).map { (name: name, value: $0) }
        }
        guard built.allSatisfy({ Int($0.name) != nil }) else {
            let members = built.map { Member(name: String($0.name), value: $0.value) }
            return .object(members, written: [])
        }
        let sorted = built.sorted { (Int($0.name) ?? 0) < (Int($1.name) ?? 0) }
        return .array(sorted.map(\.value), written: [])
    }
}
