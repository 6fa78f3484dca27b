import CordonCore
import FoundationEssentials

/// The headers of an HTTP request in which it repeats parts of its body.
///
/// A proxy in front may have decided by the headers, the server behind decides by the body: they
/// are held against each other, and a request that contradicts itself goes nowhere.
/// <https://modelcontextprotocol.io/specification/2026-07-28/basic/transports/streamable-http#server-validation>
package struct MCPHeaders: Sendable {
    static let versionKey = "io.modelcontextprotocol/protocolVersion"
    static let capabilitiesKey = "io.modelcontextprotocol/clientCapabilities"

    /// The values of `MCP-Protocol-Version`, without space around them.
    package var version: [String]
    /// The values of `Mcp-Method`.
    package var method: [String]
    /// The values of `Mcp-Name`.
    package var name: [String]

    package init(version: [String] = [], method: [String] = [], name: [String] = []) {
        self.version = version
        self.method = method
        self.name = name
    }

    /// Which revision a request without a body speaks: one that opens a stream or ends a session.
    package func revision() throws(MCPFault) -> MCPRevision {
        try MCPHeaders.revision(named: single(version, "MCP-Protocol-Version", nil), nil)
    }

    /// Which revision a posted message speaks.
    ///
    /// - Throws: ``MCPFault``, always to be answered with HTTP 400: the headers and the message do
    ///   not agree, or the version is none of ours, or the message is none of that revision's.
    package func revision(of message: MCPMessage) throws(MCPFault) -> MCPRevision {
        let header = try single(version, "MCP-Protocol-Version", message)
        let revision: MCPRevision
        if let written = message.meta?[MCPHeaders.versionKey] {
            revision = try MCPHeaders.revision(written, header, message)
        } else {
            revision = try MCPHeaders.revision(named: header, message)
            if revision == .july2026, message.isRequest {
                throw MCPHeaders.lacking(MCPHeaders.versionKey, message)
            }
        }
        if revision == .july2026 {
            if message.isRequest, message.meta?[MCPHeaders.capabilitiesKey] == nil {
                throw MCPHeaders.lacking(MCPHeaders.capabilitiesKey, message)
            }
            guard message.method != nil else {
                throw MCPFault(
                    .invalidRequest, "In 2026-07-28 clients send no responses.", id: message.id)
            }
        }
        try checkMethod(message, isRequired: revision.repeatsItselfInHeaders)
        try checkName(message, isRequired: revision.repeatsItselfInHeaders)
        return revision
    }

    /// The revision that the body names, when the header names the same.
    private static func revision(
        _ written: MCPMessage.Raw, _ header: String?, _ message: MCPMessage
    ) throws(MCPFault) -> MCPRevision {
        guard let named = JSONMembers.text(written) else {
            throw MCPFault(.invalidParams, "\(versionKey) must be a text.", id: message.id)
        }
        guard let header, isSame(header, named) else {
            throw MCPFault(
                .headerMismatch, "MCP-Protocol-Version does not say what the body says.",
                id: message.id)
        }
        return try revision(named: named, message)
    }

    /// Who names no version speaks one from before there was a header.
    private static func revision(
        named version: String?, _ message: MCPMessage?
    ) throws(MCPFault) -> MCPRevision {
        guard let version else { return .june2025 }
        if let revision = MCPRevision(version: version) { return revision }
        var details = JSONText()
        details.beginObject()
        details.key("supported")
        details.beginArray()
        for version in MCPRevision.versions { details.string(version) }
        details.endArray()
        details.member("requested", version)
        details.endObject()
        throw MCPFault(
            .unsupportedVersion, "Cordon does not speak this version of MCP.", id: message?.id,
            details: details.bytes)
    }

    private func checkMethod(_ message: MCPMessage, isRequired: Bool) throws(MCPFault) {
        guard let header = try single(method, "Mcp-Method", message) else {
            // What a notification has to repeat is left open.
            guard isRequired, message.isRequest else { return }
            throw MCPFault(.headerMismatch, "Mcp-Method is missing.", id: message.id)
        }
        guard let method = message.method, MCPHeaders.isSame(header, method) else {
            throw MCPFault(
                .headerMismatch, "Mcp-Method is not the method of the body.", id: message.id)
        }
    }

    private func checkName(_ message: MCPMessage, isRequired: Bool) throws(MCPFault) {
        let header = try single(name, "Mcp-Name", message)
        guard let member = message.method.flatMap(MCPHeaders.memberNamed(by:)) else { return }
        guard header != nil || isRequired else { return }
        guard let header else {
            throw MCPFault(.headerMismatch, "Mcp-Name is missing.", id: message.id)
        }
        guard let named = message.parameters?.text(member) else {
            throw MCPFault(.invalidParams, "The params lack \(member).", id: message.id)
        }
        guard let decoded = MCPHeaders.decoded(header), MCPHeaders.isSame(decoded, named) else {
            throw MCPFault(
                .headerMismatch, "Mcp-Name is not the \(member) in the body.", id: message.id)
        }
    }

    /// The member of the parameters that `Mcp-Name` repeats for a method.
    private static func memberNamed(by method: String) -> String? {
        switch method {
        case "tools/call", "prompts/get": "name"
        case "resources/read": "uri"
        default: nil
        }
    }

    private func single(
        _ values: [String], _ name: String, _ message: MCPMessage?
    ) throws(MCPFault) -> String? {
        guard values.count <= 1 else {
            throw MCPFault(.headerMismatch, "\(name) is given twice.", id: message?.id)
        }
        return values.first
    }

    private static func lacking(_ key: String, _ message: MCPMessage) -> MCPFault {
        MCPFault(.invalidParams, "The params' _meta lacks \(key).", id: message.id)
    }

    /// Byte for byte: two spellings of one accented letter are not the same name.
    private static func isSame(_ left: String, _ right: String) -> Bool {
        left.utf8.elementsEqual(right.utf8)
    }
}

extension MCPHeaders {
    /// What a value means that may be in the form `=?base64?...?=`; `nil` when it is malformed.
    ///
    /// Only what is plain ASCII stands in a header as it is. The Base64 has to be canonical, so
    /// that a value has one encoding.
    package static func decoded(_ value: String) -> String? {
        let bytes = Array(value.utf8)
        guard bytes.allSatisfy({ (0x20...0x7E).contains($0) || $0 == 0x09 }) else { return nil }
        let prefix = Array("=?base64?".utf8)
        let suffix = Array("?=".utf8)
        guard bytes.starts(with: prefix), bytes.reversed().starts(with: suffix.reversed()) else {
            return value
        }
        guard bytes.count >= prefix.count + suffix.count,
            let plain = base64(bytes[prefix.count..<(bytes.count - suffix.count)])
        else { return nil }
        return String(validating: plain, as: UTF8.self)
    }

    /// RFC 4648 section 4, with padding and without a stray bit: what reads back as it was written.
    private static func base64(_ text: ArraySlice<UInt8>) -> [UInt8]? {
        guard let plain = Data(base64Encoded: Data(text)),
            plain.base64EncodedData().elementsEqual(text)
        else { return nil }
        return Array(plain)
    }
}
