import CordonCore

/// What passes between a client and the MCP server that it runs, with Cordon between them.
///
/// A plain value. Calls of tools are taken out and judged; lists of tools come in a stable order;
/// every other byte goes through as it came.
package struct WrapTraffic: Sendable {
    /// A call of a tool, from the moment in which it came until it is answered.
    package struct Call: Sendable {
        package let line: [UInt8]
        package let tool: MCPToolCall
        package let revision: MCPRevision
        /// Whether the tool's list promises structured results.
        package let promisesStructure: Bool
        package let id: [UInt8]
    }

    /// What becomes of a line of the client's.
    package enum FromClient: Sendable {
        case pass
        /// It goes nowhere; this is the answer.
        case answer([UInt8])
        /// It goes nowhere, and nobody waits for an answer.
        case drop
        case judge(Call)
    }

    /// What becomes of a line of the server's.
    package enum FromServer: Sendable {
        case pass
        case replace([UInt8])
        /// It answers a call; it goes on as it is.
        case end(Call)
        /// It answers a call that was cut.
        case drop
    }

    /// What becomes of a part of a line of the server's that is longer than any message.
    package enum FromServerInPart: Sendable {
        case pass
        /// The answer to a call could be in it: the server is of no use any more, and these calls
        /// get no answer from it.
        case end([Call])
        /// It goes nowhere.
        case drop
    }

    private struct Going {
        let call: Call
        var isSent = false
    }

    /// Answers to calls that were cut may still come; of more than these nothing is remembered.
    static let cutAtMost = 1_000

    private var going: [[UInt8]: Going] = [:]
    private var cut: [[UInt8]] = []
    private var lists: Set<[UInt8]> = []
    private var structured: Set<String> = []
    /// Whether a line that is longer than any message passes at the moment.
    private var isPassingParts = false
    /// Whether nothing of the server's passes any more.
    private var isOver = false

    package init() {}

    /// How many calls are under way.
    package var count: Int { going.count }

    // MARK: The client

    /// Takes a line of the client's, with its end.
    package mutating func fromClient(_ line: [UInt8]) -> FromClient {
        let content = Self.content(of: line)
        guard !content.isEmpty else { return .pass }
        do throws(MCPFault) {
            let message = try MCPMessage.read(content)
            if let cancelled = message.reference(.cancelled) {
                let key = Self.key(cancelled)
                guard going[key]?.isSent == false else { return .pass }
                going[key] = nil
                return .drop
            }
            guard case .request(let id, let method) = message.content else { return .pass }
            if method == "tools/list", lists.count < Self.cutAtMost { lists.insert(Self.key(id)) }
            guard method == MCPToolCall.method else { return .pass }
            guard !isOver else {
                throw MCPFault(.upstreamFailed, "The server is being ended.", id: id)
            }
            let key = Self.key(id)
            guard going[key] == nil, !cut.contains(key) else {
                throw MCPFault(.invalidRequest, "This id is in use already.", id: id)
            }
            let tool = try MCPToolCall(message)
            let call = Call(
                line: line, tool: tool, revision: Self.revision(of: message),
                promisesStructure: structured.contains(tool.name), id: Array(id))
            going[key] = Going(call: call)
            return .judge(call)
        } catch {
            return .answer(error.body)
        }
    }

    /// A call was allowed: whether it still goes to the server, because nothing has ended it.
    package mutating func send(_ call: Call) -> Bool {
        let key = Self.key(call.id[...])
        guard going[key] != nil else { return false }
        going[key]?.isSent = true
        return true
    }

    /// A call was refused: whether anybody still waits for the answer.
    package mutating func refuse(_ call: Call) -> Bool {
        going.removeValue(forKey: Self.key(call.id[...])) != nil
    }

    // MARK: The server

    /// Takes a line of the server's, with its end.
    package mutating func fromServer(_ line: [UInt8]) -> FromServer {
        guard !isOver else { return .drop }
        // What is no message is the client's to judge.
        guard let message = try? MCPMessage.read(Self.content(of: line)), message.method == nil,
            let id = message.id
        else { return .pass }
        let key = Self.key(id)
        if let ended = going[key], ended.isSent {
            going[key] = nil
            return .end(ended.call)
        }
        if let place = cut.firstIndex(of: key) {
            cut.remove(at: place)
            return .drop
        }
        guard lists.remove(key) != nil, case .response(_, let result) = message.content,
            let list = try? MCPToolList(result)
        else { return .pass }
        for tool in list.tools {
            if tool.promisesStructure {
                structured.insert(tool.name)
            } else {
                structured.remove(tool.name)
            }
        }
        let sorted = message.replacing(result, with: list.sorted)
        return sorted == message.bytes ? .pass : .replace(sorted)
    }

    /// Takes part of a line of the server's that is longer than any message.
    ///
    /// What is in it is not read. It passes where no call is under way and none was cut whose
    /// answer it could be.
    package mutating func fromServer(part: [UInt8]) -> FromServerInPart {
        guard !isOver else { return .drop }
        let couldAnswer = !cut.isEmpty || going.contains { $0.value.isSent }
        guard isPassingParts || !couldAnswer else {
            isOver = true
            defer { going = [:] }
            return .end(going.map(\.value.call))
        }
        isPassingParts = part.last != 0x0A
        return .pass
    }

    /// A stop has landed: the calls that it covers, each with what the server is told, if it has
    /// it.
    package mutating func cut(
        where covers: (String) -> Bool
    ) -> [(call: Call, notice: [UInt8]?)] {
        going.filter { covers($0.value.call.tool.name) }.map { key, ended in
            going[key] = nil
            guard ended.isSent else { return (ended.call, nil) }
            cut.append(key)
            if cut.count > Self.cutAtMost { cut.removeFirst() }
            return (ended.call, Self.cancelled(ended.call.id))
        }
    }

    /// How the answer to a call reads as a record: its status and its result.
    package static func outcome(
        _ line: [UInt8]
    ) -> (status: String, result: ArraySlice<UInt8>?) {
        let members = JSONMembers(content(of: line)[...])
        if let error = members?["error"] { return ("error: the server refused it", error) }
        let result = members?["result"]
        let isError = result.flatMap { JSONMembers($0)?["isError"] }
        return (
            isError?.elementsEqual("true".utf8) == true ? "error: the tool failed" : "ok", result
        )
    }

    private static func cancelled(_ id: [UInt8]) -> [UInt8] {
        var json = JSONText()
        json.beginObject()
        json.member("jsonrpc", "2.0")
        json.member("method", "notifications/cancelled")
        json.key("params")
        json.beginObject()
        json.key("requestId")
        json.raw(id)
        json.member("reason", "The workflow was stopped.")
        json.endObject()
        json.endObject()
        return json.bytes
    }

    /// One spelling of an id: the answer may have another one than the request.
    private static func key(_ id: ArraySlice<UInt8>) -> [UInt8] {
        JSONScan.canonical(id) ?? Array(id)
    }

    private static func revision(of message: MCPMessage) -> MCPRevision {
        message.meta?.text(MCPHeaders.versionKey).flatMap(MCPRevision.init(version:))
            ?? .november2025
    }

    private static func content(of line: [UInt8]) -> [UInt8] {
        var content = line[...]
        while let last = content.last, last == 0x0A || last == 0x0D { content.removeLast() }
        return Array(content)
    }
}
