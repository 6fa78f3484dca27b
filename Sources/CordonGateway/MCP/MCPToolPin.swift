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
        digest = OTLPIdentifier.hexadecimal(hash.finalize())
    }
}

/// The names of tools by which a server differs from what was agreed to, sorted.
package struct MCPToolChanges: Equatable, Sendable {
    package let added: [String]
    package let removed: [String]
    package let changed: [String]

    package var isEmpty: Bool { added.isEmpty && removed.isEmpty && changed.isEmpty }

    package init(from old: [String: MCPToolPin], to new: [String: MCPToolPin]) {
        added = new.keys.filter { old[$0] == nil }.sorted()
        removed = old.keys.filter { new[$0] == nil }.sorted()
        changed = new.keys.filter { name in
            old[name].map { $0 != new[name] } ?? false
        }.sorted()
    }
}
