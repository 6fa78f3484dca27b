import CordonCore
import Crypto

/// By what a changed definition of a tool is noticed.
package struct MCPToolPin: Hashable, Sendable {
    /// SHA-256 in hexadecimal over the members that people agree to: sorted, without space, each
    /// text in one spelling.
    package let digest: String

    package init(digest: String) { self.digest = digest }

    init(_ tools: [MCPTool]) {
        var hash = SHA256()
        for tool in tools { hash.update(data: tool.pinned) }
        digest = Hex.text(hash.finalize())
    }
}
