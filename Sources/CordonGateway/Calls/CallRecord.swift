import CordonCore
import CordonOperations
import NIOCore

/// A call as evidence: what was asked, what came back, what was decided, and when.
struct CallRecord: Sendable {
    var kind = RecordKind.modelExchange
    var asked: Asked?
    var beganAt: Instant
    var endedAt: Instant?
    var status = "ok"
    var facts = AnswerFacts()
    /// What came out, as members of the output group.
    var output: [(String, [UInt8])] = []
    /// What the answer says beside it, and how the call went.
    var attributes: [(String, [UInt8])] = []
    var trace: String?
    var span: String?
    var session: String?
    var target: String?
    var isTruncated = false
    /// Calls of tools, as JSON in the form of our own interface.
    var calls: [UInt8]?
    /// The tools that an MCP server offered.
    var pins: [ToolPin] = []

    /// Bytes that it holds, or nearly.
    var weight: Int {
        let groups = (asked?.groups ?? []).reduce(0) { $0 + $1.json.count }
        return (output + attributes).reduce(groups + (calls?.count ?? 0)) { $0 + $1.1.count }
    }

    /// The record, made on a thread that seals unless it is small: taking content apart is no work
    /// for one that reads requests.
    func captured() -> CapturedRecord {
        var groups = asked?.groups ?? []
        if !output.isEmpty {
            let members = output.map { ($0.0, $0.1[...]) }
            let place = groups.firstIndex { $0.name == .tools || $0.name == .parameters }
            groups.insert(
                FieldGroup(.output, json: RawObject.json(members)), at: place ?? groups.endIndex)
        }
        if let calls {
            groups.append(FieldGroup(.tools, json: RawObject.json([("calls", calls[...])])))
        }
        if !attributes.isEmpty {
            groups.append(
                FieldGroup(
                    .attributes, json: RawObject.json(attributes.map { ($0.0, $0.1[...]) })))
        }
        var isShortened = isTruncated
        while groups.reduce(0, { $0 + $1.json.count }) > Self.bytesAtMost,
            let place = groups.indices.max(by: { groups[$0].json.count < groups[$1].json.count })
        {
            groups[place].json = Self.beginning(of: groups[place].json)
            isShortened = true
        }
        var record = CapturedRecord(kind: kind, at: beganAt, groups: groups)
        record.endedAt = endedAt
        record.model = facts.model ?? asked?.model
        record.status = status
        record.tokensIn = facts.tokensIn
        record.tokensOut = facts.tokensOut
        record.trace = trace
        record.span = span
        record.session = session
        record.target = target
        if isShortened { record.shortfalls.append(.truncated) }
        record.fingerprints = fingerprints
        record.toolPins = pins
        return record
    }

    /// Bytes of a record's content; of what is longer the beginning is kept, and the digest.
    static let bytesAtMost = 12 << 20

    private static func beginning(of json: [UInt8]) -> [UInt8] {
        let copy = OpaqueCopy()
        copy.take(ByteBuffer(bytes: json))
        return Array("{\"truncated\":".utf8) + copy.json + Array("}".utf8)
    }

    /// What would be noticed as a change of the workflow.
    private var fingerprints: [ChangeAspect: String] {
        guard let asked, kind == .modelExchange, status == "ok" else { return [:] }
        var prints: [ChangeAspect: String] = [:]
        prints[.model] = facts.model ?? asked.model
        if let system = EvidenceReading.systemText(of: standing(asked.groups)), !system.isEmpty {
            prints[.systemPrompt] = Hex.sha256(Array(system.utf8))
        }
        if let tools = asked.groups.first(where: { $0.name == .tools }) {
            prints[.tools] = "sha256:" + Hex.sha256(tools.json)
        }
        if !asked.sampling.isEmpty {
            prints[.parameters] =
                asked.sampling.count <= 200
                ? String(decoding: asked.sampling, as: UTF8.self)
                : "sha256:" + Hex.sha256(asked.sampling)
        }
        return prints
    }

    /// The groups as far as a standing instruction may stand in them: a long conversation is not
    /// read for its first message.
    private func standing(_ groups: [FieldGroup]) -> [FieldGroup] {
        groups.compactMap { group in
            guard group.name == .input else { return group.name == .system ? group : nil }
            let members = JSONScan.rawMembers(of: group.json)
            guard let list = members.first(where: { $0.name == "messages" })?.value,
                let first = Array(list).withUnsafeBufferPointer(JSONScan.firstItem)
            else { return nil }
            let start = list.startIndex
            let item = list[(start + first.lowerBound)..<(start + first.upperBound)]
            return FieldGroup(
                .input, json: Array("{\"messages\":[".utf8) + item + Array("]}".utf8))
        }
    }
}
