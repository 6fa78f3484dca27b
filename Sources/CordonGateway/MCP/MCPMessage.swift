package import CordonCore

/// One JSON-RPC message of the Model Context Protocol, with every part as it was received.
///
/// <https://modelcontextprotocol.io/specification/2026-07-28/basic/index#messages>. What readers
/// are known to understand differently is refused: members given twice, texts that are no UTF-8,
/// a request disguised as a notification. Otherwise Cordon could allow one thing and the server
/// behind it do another.
package struct MCPMessage: Sendable {
    /// A message of more bytes is refused.
    package static let largest = 4 << 20

    /// A slice of the message: its indices are places in ``bytes``.
    package typealias Raw = ArraySlice<UInt8>

    package enum Content: Sendable {
        case request(id: Raw, method: String)
        case notification(method: String)
        case response(id: Raw, result: Raw)
        /// Without an id when the other side could not read one.
        case error(id: Raw?, error: Raw)
    }

    package let bytes: [UInt8]
    package let content: Content
    /// The object of parameters, as it was received.
    package let params: Raw?
    package let parameters: JSONMembers?
    /// The parameters' `_meta`.
    package let meta: JSONMembers?

    package var id: Raw? {
        switch content {
        case .request(let id, _), .response(let id, _): id
        case .error(let id, _): id
        case .notification: nil
        }
    }

    package var method: String? {
        switch content {
        case .request(_, let method), .notification(let method): method
        case .response, .error: nil
        }
    }

    package var isRequest: Bool {
        if case .request = content { return true }
        return false
    }

    /// Reads one message.
    ///
    /// - Throws: ``MCPFault`` when it is none, or more than one: a batch was allowed up to
    ///   2025-03-26 only.
    package static func read(_ bytes: [UInt8]) throws(MCPFault) -> MCPMessage {
        let members = try envelope(bytes)
        let id = members["id"]
        func refusal(_ message: String) -> MCPFault {
            MCPFault(.invalidRequest, message, id: id.flatMap { isID($0) ? $0 : nil })
        }
        if let name = members.repeatedName {
            throw refusal("The message has the member \(name) twice.")
        }
        guard members.text("jsonrpc") == "2.0" else {
            throw refusal("The member jsonrpc must be \"2.0\".")
        }
        guard members["method"] == nil else { return try call(members, in: bytes, refusal) }
        switch (members["result"], members["error"]) {
        case (let result?, nil):
            guard let id, isID(id) else {
                throw refusal("A response must have the id of its request.")
            }
            return MCPMessage(bytes, .response(id: id, result: result))
        case (nil, let error?):
            guard let id, Array(id) != Array("null".utf8) else {
                return MCPMessage(bytes, .error(id: nil, error: error))
            }
            guard isID(id) else { throw refusal("The id must be a text or a whole number.") }
            return MCPMessage(bytes, .error(id: id, error: error))
        case (_?, _?): throw refusal("A response has a result or an error, not both.")
        case (nil, nil): throw refusal("The message has no method, no result and no error.")
        }
    }

    /// The members of what is one object, small enough and in UTF-8.
    private static func envelope(_ bytes: [UInt8]) throws(MCPFault) -> JSONMembers {
        guard bytes.count <= largest else {
            throw MCPFault(
                .invalidRequest, "A message may have \(largest) bytes at most.", status: 413)
        }
        let space: [UInt8] = [0x20, 0x09, 0x0A, 0x0D]
        guard let start = bytes.firstIndex(where: { !space.contains($0) }),
            let end = bytes.lastIndex(where: { !space.contains($0) }),
            bytes[start...end].withUnsafeBufferPointer(JSONScan.isContainer)
        else { throw MCPFault(.parseError, "This is no JSON, or it is nested too deeply.") }
        guard isUTF8(bytes) else { throw MCPFault(.parseError, "The message is not in UTF-8.") }
        guard let members = JSONMembers(bytes[start...end]) else {
            throw MCPFault(
                .invalidRequest, "Send one message at a time: 2025-06-18 did away with batches.")
        }
        return members
    }

    /// Reads what has a method: a request when it has an id, else a notification.
    private static func call(
        _ members: JSONMembers, in bytes: [UInt8], _ refusal: (String) -> MCPFault
    ) throws(MCPFault) -> MCPMessage {
        guard let method = members.text("method") else {
            throw refusal("The method must be a text.")
        }
        guard members["result"] == nil, members["error"] == nil else {
            throw refusal("A message is a call or a response, not both.")
        }
        let content: Content
        if let id = members["id"] {
            guard isID(id) else { throw refusal("The id must be a text or a whole number.") }
            content = .request(id: id, method: method)
        } else {
            // Some servers carry out whatever has a method, and nobody would see the answer.
            guard method.hasPrefix("notifications/") else {
                throw refusal("\(method) is a request and needs an id.")
            }
            content = .notification(method: method)
        }
        guard let params = members["params"] else { return MCPMessage(bytes, content) }
        guard let parameters = JSONMembers(params) else {
            throw refusal("The params must be an object.")
        }
        if let name = parameters.repeatedName { throw refusal("The params have \(name) twice.") }
        guard let written = parameters["_meta"] else {
            return MCPMessage(bytes, content, params: params, parameters: parameters)
        }
        guard let meta = JSONMembers(written) else { throw refusal("_meta must be an object.") }
        if let name = meta.repeatedName { throw refusal("_meta has \(name) twice.") }
        return MCPMessage(bytes, content, params: params, parameters: parameters, meta: meta)
    }

    private init(
        _ bytes: [UInt8], _ content: Content, params: Raw? = nil, parameters: JSONMembers? = nil,
        meta: JSONMembers? = nil
    ) {
        self.bytes = bytes
        self.content = content
        self.params = params
        self.parameters = parameters
        self.meta = meta
    }

    /// Whether this is an id by MCP's rules: a text or a whole number, never `null`.
    private static func isID(_ value: Raw) -> Bool {
        guard let first = value.first else { return false }
        if first == UInt8(ascii: "\"") { return true }
        let digits = first == UInt8(ascii: "-") ? value.dropFirst() : value
        return !digits.isEmpty && digits.allSatisfy { $0 &- UInt8(ascii: "0") < 10 }
    }

    private static func isUTF8(_ bytes: [UInt8]) -> Bool {
        bytes.allSatisfy { $0 < 0x80 } || String(validating: bytes, as: UTF8.self) != nil
    }
}

extension MCPMessage {
    /// The message with one part of it replaced; every other byte stays as it was received.
    package func replacing(_ part: Raw, with json: some Collection<UInt8>) -> [UInt8] {
        var changed: [UInt8] = []
        changed.reserveCapacity(bytes.count - part.count + json.count)
        changed.append(contentsOf: bytes[..<part.startIndex])
        changed.append(contentsOf: json)
        changed.append(contentsOf: bytes[part.endIndex...])
        return changed
    }
}
