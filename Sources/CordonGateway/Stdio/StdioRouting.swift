import CordonCore

/// Who waits for what of one child process: a plain value.
///
/// Several clients of one process may use the same names, so each request gets a number of ours on
/// the way in, and its own name back on the way out. Every other byte stays as it was.
struct StdioRouting {
    /// Where a message of the process goes, and how it reads there.
    enum Way: Equatable {
        /// It answers this request, which is over.
        case answer(Int, [UInt8])
        /// It is about this request, which goes on.
        case about(Int, [UInt8])
        /// It is about none: a notification, or a request of the process's own.
        case session([UInt8])
        /// It is for nobody here.
        case nobody
    }

    struct Waiting: Equatable {
        let id: [UInt8]
        let token: [UInt8]?
        let method: String
    }

    /// A notification or a response of a client, on its way to the process.
    struct Passed: Equatable {
        let bytes: [UInt8]
        /// The request that nobody waits for any more, because of it.
        var cancelled: Int?
        /// Whether that was a call of a tool.
        var cancelsCall = false
    }

    private(set) var waiting: [Int: Waiting] = [:]
    private var last = 0

    /// Takes a request in: its number here, and the message as it goes to the process.
    mutating func begin(_ message: MCPMessage) throws(MCPFault) -> (number: Int, bytes: [UInt8]) {
        guard case .request(let id, let method) = message.content else {
            throw MCPFault(.invalidRequest, "This is no request.")
        }
        last += 1
        let name = Array(String(last).utf8)
        let token = message.reference(.progressToken)
        waiting[last] = Waiting(id: Array(id), token: token.map(Array.init), method: method)
        var bytes = message.replacing(.id, with: name) ?? message.bytes
        if token != nil {
            bytes = try MCPMessage.read(bytes).replacing(.progressToken, with: name) ?? bytes
        }
        return (last, bytes)
    }

    /// Takes what a client sends and wants no answer to; `nil` when it is about a request that is
    /// over, or that may not be cancelled.
    ///
    /// The process sends no answer to a request that is cancelled. Numbers are given once, so an
    /// answer that comes all the same is nobody's.
    mutating func passed(_ message: MCPMessage) -> Passed? {
        guard let cancelled = message.reference(.cancelled) else {
            return Passed(bytes: message.bytes)
        }
        let asked = waiting.filter {
            $0.value.id.elementsEqual(cancelled) && $0.value.method != "initialize"
        }
        guard let (number, newest) = asked.max(by: { $0.key < $1.key }),
            let bytes = message.replacing(.cancelled, with: String(number).utf8)
        else { return nil }
        waiting[number] = nil
        return Passed(
            bytes: bytes, cancelled: number, cancelsCall: newest.method == MCPToolCall.method)
    }

    /// Finds out where a message of the process goes.
    mutating func take(_ message: MCPMessage) -> Way {
        switch message.content {
        case .response(let id, _), .error(let id?, _):
            guard let number = Self.number(id), let asked = waiting.removeValue(forKey: number)
            else { return .nobody }
            return .answer(number, message.replacing(.id, with: asked.id) ?? message.bytes)
        case .error(nil, _): return .nobody
        case .request: return .session(message.bytes)
        case .notification:
            if message.method == "notifications/progress" {
                guard let number = message.reference(.progressToken).flatMap(Self.number),
                    let token = waiting[number]?.token
                else { return .nobody }
                return .about(
                    number, message.replacing(.progressToken, with: token) ?? message.bytes)
            }
            if let subscription = message.reference(.subscription) {
                guard let number = Self.number(subscription), let id = waiting[number]?.id
                else { return .nobody }
                return .about(
                    number, message.replacing(.subscription, with: id) ?? message.bytes)
            }
            return .session(message.bytes)
        }
    }

    /// Somebody waits no longer: what the process is told, unless it has answered.
    mutating func abandon(_ number: Int, reason: String) -> [UInt8]? {
        guard let asked = waiting.removeValue(forKey: number), asked.method != "initialize" else {
            return nil
        }
        var json = JSONText()
        json.beginObject()
        json.member("jsonrpc", "2.0")
        json.member("method", "notifications/cancelled")
        json.key("params")
        json.beginObject()
        json.member("requestId", number)
        json.member("reason", reason)
        json.endObject()
        json.endObject()
        return json.bytes
    }

    /// The process has ended: everybody who waits, with the name of what was asked.
    mutating func end() -> [Int: Waiting] {
        defer { waiting = [:] }
        return waiting
    }

    private static func number(_ raw: MCPMessage.Raw) -> Int? {
        Int(String(decoding: raw, as: UTF8.self))
    }
}
