/// What a record says, in one form whichever sender it came from.
///
/// A pure function of the groups as they were received. A better reading gets the next
/// ``version``; what is kept stays what it is.
package struct EvidenceReading: Equatable, Sendable {
    /// Goes up whenever the same groups are read otherwise than before.
    package static let version = 1

    /// What was said in words, in the order in which it was said.
    package var messages: [Message] = []
    /// Calls that the record shows, those of earlier turns included.
    package var toolCalls: [ToolCall] = []
    /// The texts of documents that were looked up.
    package var retrieved: [String] = []
    /// Whatever else was said: deliveries, comments, notes, reasoning.
    package var otherText: [String] = []

    package struct Message: Equatable, Sendable {
        /// `system`, `user`, `assistant` or `tool`; else what the sender says.
        package var role: String
        package var text: String

        package init(role: String, text: String) {
            self.role = role
            self.text = text
        }
    }

    package struct ToolCall: Equatable, Sendable {
        package var name: String
        /// JSON without space; arguments that are no JSON are a JSON string.
        package var arguments: String
        /// JSON likewise, when the record shows what came back.
        package var result: String?

        package init(name: String, arguments: String, result: String? = nil) {
            self.name = name
            self.arguments = arguments
            self.result = result
        }
    }

    package init() {}

    package init(of groups: [FieldGroup]) {
        var reader = ReadingOfMessages()
        let trees = groups.compactMap { group in
            JSONTree(group.json).map { (name: group.name, tree: $0) }
        }
        for (name, tree) in trees {
            switch name {
            case .system: reader.readSystem(tree)
            case .input: reader.readSide(tree, role: "user", sources: EvidenceReading.asked)
            case .output:
                reader.readSide(tree, role: "assistant", sources: EvidenceReading.answered)
            case .tools:
                reader.readTools(tree, outside: trees.first { $0.name == .attributes }?.tree)
            case .retrieved: retrieved += EvidenceReading.documents(tree)
            case .approval: otherText += EvidenceReading.comments(tree)
            case .delivery, .change, .note: otherText += tree.strings
            case .envelope, .parameters, .attributes: break
            }
        }
        reader.finish()
        messages = reader.messages
        toolCalls = reader.calls.map(\.call)
        otherText += reader.otherText
    }

    /// Everything that came out of the workflow, as plain text with a line feed between pieces.
    ///
    /// Model output, arguments of calls, deliveries, comments on approvals and notes.
    package static func outputText(of groups: [FieldGroup], into out: inout [UInt8]) {
        var reading = ReadingOfText()
        for group in groups {
            switch group.name {
            case .output, .delivery, .note: reading.take(group.json, into: &out)
            case .tools: reading.takeArguments(group.json, into: &out)
            case .approval: reading.takeComments(group.json, into: &out)
            case .envelope, .system, .input, .retrieved, .parameters, .change, .attributes: break
            }
        }
    }

    /// Everything that the record says, as plain text with a line feed between pieces.
    package static func allText(of groups: [FieldGroup], into out: inout [UInt8]) {
        var reading = ReadingOfText()
        for group in groups { reading.take(group.json, into: &out) }
    }

    /// The standing instruction: what the system group says and what the messages begin with.
    package static func systemText(of groups: [FieldGroup]) -> String? {
        let reading = EvidenceReading(of: groups.filter { $0.name == .system || $0.name == .input })
        let texts = reading.messages.prefix { $0.role == "system" }.map(\.text)
        return texts.isEmpty ? nil : texts.joined(separator: "\n")
    }

    /// The names of the tools that are described in JSON, in the order of the description.
    package static func toolNames(in json: [UInt8]) -> [String] {
        guard let tree = JSONTree(json) else { return [] }
        // Of one list, or of attributes of which each describes one tool or a part of it.
        let list = tree.items ?? tree.members.map(\.value)
        let named = list.compactMap { ($0["function"] ?? $0)["name"]?.text }
        if !named.isEmpty { return named }
        return tree.members.filter { $0.name.hasSuffix(".name") }.compactMap(\.value.text)
    }

    /// Where what was asked may stand, the most telling place first.
    private static let asked = [
        "gen_ai.input.messages", "llm.input_messages.", "gen_ai.prompt.", "otel.events",
        "gen_ai.prompt", "llm.prompts.", "input.value", "traceloop.entity.input", "input",
    ]

    private static let answered = [
        "gen_ai.output.messages", "llm.output_messages.", "gen_ai.completion.", "otel.events",
        "gen_ai.completion", "llm.choices.", "output.value", "traceloop.entity.output", "output",
    ]

    private static func comments(_ tree: JSONTree) -> [String] {
        tree.members.flatMap { member -> [String] in
            let name = member.name.split(separator: ".").last.map(String.init) ?? ""
            if MemberName.formalities.contains(MemberName(name)) { return [] }
            return name == "approval" && member.value.isObject
                ? comments(member.value) : member.value.strings
        }
    }

    private static func documents(_ tree: JSONTree) -> [String] {
        let roots = tree.members.filter { $0.name.contains(".documents.") }
        let prefixes = ["retrieval.documents.", "reranker.output_documents.", "output.documents."]
        var texts: [String] = []
        for prefix in prefixes {
            guard let list = JSONTree(unflattening: roots, below: prefix) else { continue }
            texts += (list.items ?? []).flatMap(document)
        }
        // The raw answer repeats them, and where it was looked up is no document.
        let isRead = !texts.isEmpty
        for member in tree.members where !member.name.contains(".documents.") {
            if isRead, ["output.value", "traceloop.entity.output"].contains(member.name) {
                continue
            }
            if member.name.hasSuffix(".id") || member.name.hasPrefix("db.") { continue }
            let found = member.value["documents", "results", "matches"] ?? member.value
            texts += (found.items ?? [found]).flatMap(document)
        }
        return texts
    }

    private static func document(_ tree: JSONTree) -> [String] {
        let inner = tree["document"] ?? tree
        let text = inner["content", "text", "page_content", "pageContent", "snippet", "chunk"]?.text
        return text.map { [$0] } ?? inner.strings
    }
}
