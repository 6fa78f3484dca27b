import CordonCore

/// Short texts by which a change from one record to the next is noticed.
///
/// A class, so that all spans of a request share what was computed: they are mostly of a few
/// workflows, each with the same instruction and the same tools. Used by one request only.
final class Fingerprints {
    private var systems = Recent()
    private var toolSets = Recent()

    /// What was made of the last few different texts.
    private struct Recent {
        private var made: [(raw: [UInt8], text: String?)] = []

        /// How many are compared before one is made anew.
        private static let most = 8

        mutating func text(of raw: [UInt8], make: () -> String?) -> String? {
            if let known = made.first(where: { $0.raw == raw }) { return known.text }
            let text = make()
            if made.count == Self.most { made.removeFirst() }
            made.append((raw, text))
            return text
        }
    }

    func all(of facts: SpanFacts, kind: RecordKind, name: String) -> [ChangeAspect: String] {
        var all: [ChangeAspect: String] = [:]
        if kind == .modelExchange {
            all[.model] = facts.model
            all[.systemPrompt] = systemPrompt(of: facts)
            all[.tools] = toolSet(of: facts)
            all[.parameters] = Fingerprints.list(facts.parameters)
        }
        if kind == .retrieval || !facts.scopes.isEmpty {
            var scopes = facts.scopes
            if kind == .retrieval, !name.isEmpty { scopes.append(("retriever", name)) }
            all[.retrievalScope] = Fingerprints.list(scopes)
        }
        return all
    }

    private func systemPrompt(of facts: SpanFacts) -> String? {
        guard let raw = Fingerprints.instruction(of: facts), !raw.isEmpty else { return nil }
        return systems.text(of: raw) {
            let isMessage = raw.first == UInt8(ascii: "{")
            let name = isMessage ? GroupName.input : .system
            let json = Array("{\"\(name.rawValue)\":".utf8) + raw + Array("}".utf8)
            return EvidenceReading.systemText(of: [FieldGroup(name, json: json)]).map {
                Hex.sha256(Array($0.utf8))
            }
        }
    }

    /// The instruction as JSON: a list of parts, a text, or the first message when it is one.
    private static func instruction(of facts: SpanFacts) -> [UInt8]? {
        if let system = facts.system, system.saysSomething { return GroupText.json(system) }
        if case .stringValue(var text)? = facts.messages?.value {
            let first = text.withUTF8 { bytes -> [UInt8]? in
                guard let item = JSONScan.firstItem(of: bytes) else { return nil }
                return Array(bytes[item])
            }
            if let first, first.first == UInt8(ascii: "{"), isInstruction(first) { return first }
        }
        if facts.firstRole == "system" || facts.firstRole == "developer",
            let content = facts.firstContent, content.saysSomething, let text = content.text
        {
            var json = JSONText(capacity: text.utf8.count + 16)
            json.string(text)
            return json.bytes
        }
        return nil
    }

    private static func isInstruction(_ message: [UInt8]) -> Bool {
        let role = JSONScan.members(of: message).first { $0.name == "role" }?.text
        return role == "system" || role == "developer"
    }

    /// The names of the tools, then the digest of how they are described.
    private func toolSet(of facts: SpanFacts) -> String? {
        guard !facts.tools.isEmpty else { return nil }
        let raw: [UInt8]
        if facts.tools.count == 1, case .stringValue(let text)? = facts.tools[0].value.value,
            text.hasPrefix("[")
        {
            raw = Array(text.utf8)
        } else {
            var all = GroupText()
            all.add(facts.tools)
            raw = all.closed
        }
        return toolSets.text(of: raw) {
            let names = EvidenceReading.toolNames(in: raw).joined(separator: ",")
            return names + ":" + Hex.sha256(raw)
        }
    }

    /// Sorted, and each once: a sender may follow two conventions at a time.
    private static func list(_ entries: [(name: String, text: String)]) -> String? {
        guard !entries.isEmpty else { return nil }
        var texts: [String] = []
        for entry in entries.sorted(by: { ($0.name, $0.text) < ($1.name, $1.text) }) {
            let text = "\(entry.name)=\(entry.text)"
            if texts.last != text { texts.append(text) }
        }
        return texts.joined(separator: ",")
    }
}
