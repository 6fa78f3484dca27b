import CordonCore

/// What went wrong, as a number that programs tell apart.
///
/// Cordon's own lie outside -32768...-32000, which JSON-RPC and MCP keep for themselves:
/// <https://modelcontextprotocol.io/specification/2026-07-28/basic/index#error-codes>. They are
/// answered and stored: none of them ever changes its meaning.
package enum MCPCode: Int, CaseIterable, Sendable {
    case parseError = -32_700
    case invalidRequest = -32_600
    case methodNotFound = -32_601
    case invalidParams = -32_602
    case internalError = -32_603
    /// A header says something else than the body: MCP 2026-07-28.
    case headerMismatch = -32_020
    /// MCP 2026-07-28.
    case unsupportedVersion = -32_022

    /// The workflow is stopped.
    case stopped = -31_001
    /// Not in the workflow's declared authority.
    case outsideAuthority = -31_002
    /// Cordon has more under way than it may.
    case overloaded = -31_003
    /// The server behind Cordon did not answer, or not in MCP.
    case upstreamFailed = -31_004
    /// The workflow is not in production, or retired.
    case notReady = -31_005
    /// A person has to approve, and nobody has.
    case approvalRequired = -31_006
    /// Cordon cannot be asked, and the workflow's terms say that nothing goes on then.
    case unreachable = -31_007
}

/// A message that is not carried on, with the answer to whoever sent it.
package struct MCPFault: Error, Equatable, Sendable {
    package let code: MCPCode
    /// A sentence for whoever wrote the sender.
    package let message: String
    /// The status of the HTTP answer.
    ///
    /// 200 wherever the revision permits: to clients of the 1.x line any other status is the end
    /// of their session.
    package let status: Int
    /// The request's id as it was received, where it could be read.
    package let id: [UInt8]?
    /// JSON.
    package let details: [UInt8]?

    package init(
        _ code: MCPCode, _ message: String, status: Int = 400, id: ArraySlice<UInt8>? = nil,
        details: [UInt8]? = nil
    ) {
        self.code = code
        self.message = message
        self.status = status
        self.id = id.map(Array.init)
        self.details = details
    }

    /// The error response.
    ///
    /// When the id could not be read it has none: MCP knows no id that is `null`.
    package var body: [UInt8] {
        var json = JSONText()
        json.beginObject()
        json.member("jsonrpc", "2.0")
        if let id {
            json.key("id")
            json.raw(id)
        }
        json.key("error")
        json.beginObject()
        json.member("code", code.rawValue)
        json.member("message", message)
        if let details {
            json.key("data")
            json.raw(details)
        }
        json.endObject()
        json.endObject()
        return json.bytes
    }
}
