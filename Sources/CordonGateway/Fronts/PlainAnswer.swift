import CordonCore

/// An answer that came as one JSON object.
struct PlainAnswer: Sendable {
    let operation: Front.Operation
    private let tree: JSONTree
    private let members: [(name: String, value: ArraySlice<UInt8>)]

    /// - Returns: `nil` for what is no JSON object, or one that readers may read differently.
    init?(_ body: [UInt8], _ operation: Front.Operation) {
        guard let tree = JSONTree(body), tree.isObject,
            !PlainAnswer.isAmbiguous(body, tree, operation)
        else { return nil }
        self.operation = operation
        self.tree = tree
        members = JSONScan.rawMembers(of: body)
    }

    /// Whether a member stands twice, so that readers differ in what they take.
    ///
    /// The arguments of a call in Anthropic's answer are an object of their own: they are judged
    /// with the call.
    private static func isAmbiguous(
        _ body: [UInt8], _ tree: JSONTree, _ operation: Front.Operation
    ) -> Bool {
        guard operation == .messages else { return JSONMembers.repeatedName(in: body[...]) != nil }
        func repeats(_ json: ArraySlice<UInt8>) -> Bool { JSONMembers(json)?.repeatedName != nil }
        let content = JSONMembers(body[...])?["content"] ?? []
        return repeats(body[...]) || JSONScan.rawItems(of: Array(content)).contains(where: repeats)
    }

    var facts: AnswerFacts {
        var facts = AnswerFacts()
        facts.take(tree)
        return facts
    }

    /// Calls that the caller is to carry out.
    var calls: [AskedCall] {
        switch operation {
        case .chat:
            return (tree["choices"]?.items ?? []).flatMap { choice in
                PlainAnswer.chatCalls(choice["message"] ?? .null)
            }
        case .messages:
            return (tree["content"]?.items ?? []).compactMap(PlainAnswer.messageCall)
        case .responses: return (tree["output"]?.items ?? []).compactMap(ResponseStream.call)
        case .completions, .embeddings, .countTokens, .models, .opaque: return []
        }
    }

    /// The members that hold what came out; the rest says how it came about.
    var output: [(String, ArraySlice<UInt8>)] { members.filter { isOutput($0.name) } }

    var rest: [(String, ArraySlice<UInt8>)] { members.filter { !isOutput($0.name) } }

    private func isOutput(_ name: String) -> Bool {
        switch operation {
        case .chat, .completions: name == "choices"
        case .responses: name == "output"
        case .messages: ["role", "content", "stop_reason"].contains(name)
        case .embeddings, .countTokens, .models, .opaque: false
        }
    }

    /// The answer without the calls that were denied, and with the reason in their place.
    func without(_ verdicts: Verdicts) -> [UInt8] {
        switch operation {
        case .chat: return chat(without: verdicts).bytes
        case .messages: return messages(without: verdicts).bytes
        default: return responses(without: verdicts).bytes
        }
    }

    private func chat(without verdicts: Verdicts) -> JSONTree {
        let choices = (tree["choices"]?.items ?? []).map { choice -> JSONTree in
            guard let message = choice["message"] else { return choice }
            let lost = verdicts.denied.filter { denied in
                PlainAnswer.chatCalls(message).contains(denied.call)
            }
            if lost.isEmpty { return choice }
            let kept = (message["tool_calls"]?.items ?? []).filter { item in
                PlainAnswer.chatCall(item).map { verdicts.allowed.contains($0) } ?? true
            }
            let said = [message["content"]?.string, AskedCall.explanation(lost)]
                .compactMap(\.self).filter { !$0.isEmpty }.joined(separator: "\n\n")
            var told = message.with("content", .string(said)).without("function_call")
            told = kept.isEmpty ? told.without("tool_calls") : told.with("tool_calls", .new(kept))
            return choice.with("message", told)
                .with("finish_reason", .string(kept.isEmpty ? "stop" : "tool_calls"))
        }
        return tree.with("choices", .new(choices))
    }

    private func messages(without verdicts: Verdicts) -> JSONTree {
        var keeps = false
        let content = (tree["content"]?.items ?? []).map { block -> JSONTree in
            guard let call = PlainAnswer.messageCall(block) else { return block }
            guard let denied = verdicts.denied.first(where: { $0.call == call }) else {
                keeps = true
                return block
            }
            return .new([
                ("type", .string("text")), ("text", .string(AskedCall.explanation([denied]))),
            ])
        }
        let told = tree.with("content", .new(content))
        return keeps ? told : told.with("stop_reason", .string("end_turn"))
    }

    private func responses(without verdicts: Verdicts) -> JSONTree {
        let output = (tree["output"]?.items ?? []).map { item -> JSONTree in
            guard let call = ResponseStream.call(item),
                let denied = verdicts.denied.first(where: { $0.call == call })
            else { return item }
            return ResponseStream.message(AskedCall.explanation([denied]), in: item)
        }
        return tree.with("output", .new(output))
    }

    private static func chatCalls(_ message: JSONTree) -> [AskedCall] {
        var calls = (message["tool_calls"]?.items ?? []).compactMap(chatCall)
        if let legacy = message["function_call"], let name = legacy["name"]?.string {
            calls.append(
                AskedCall(id: nil, name: name, arguments: legacy["arguments"]?.string ?? "{}"))
        }
        return calls
    }

    private static func chatCall(_ item: JSONTree) -> AskedCall? {
        let function = item["function", "custom"] ?? item
        guard let name = function["name"]?.string else { return nil }
        return AskedCall(
            id: item["id"]?.string, name: name,
            arguments: function["arguments", "input"]?.string ?? "{}")
    }

    static func messageCall(_ block: JSONTree) -> AskedCall? {
        guard block["type"]?.string == "tool_use", let name = block["name"]?.string
        else { return nil }
        return AskedCall(
            id: block["id"]?.string, name: name, arguments: block["input"]?.compact ?? "{}")
    }
}

extension JSONTree {
    /// The same without one member.
    func without(_ name: String) -> JSONTree {
        .object(members.filter { $0.name != name }, written: [])
    }
}
