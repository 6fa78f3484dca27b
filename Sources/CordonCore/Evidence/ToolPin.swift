/// One tool of one MCP server as it is defined, by which a changed definition is noticed.
///
/// It is kept among what a workflow has shown of the aspect `tools`, under a subject of its own, so
/// that neither another server nor another page of the list looks like a change.
package struct ToolPin: Hashable, Sendable {
    package let server: String
    package let tool: String
    /// SHA-256 in hexadecimal over what people agree to.
    package let digest: String

    package init(server: String, tool: String, digest: String) {
        self.server = server
        self.tool = tool
        self.digest = digest
    }

    /// Bytes of a tool's name that is kept as it is; a longer one is told apart by its digest.
    package static let longestName = 200

    private static let mark = " sha256:"

    /// Definitions of one subject are held against each other.
    package var subject: String {
        let isPlain = tool.utf8.count <= Self.longestName && !tool.utf8.contains(0)
        return "\(server) \(isPlain ? tool : "#" + Hex.sha256(Array(tool.utf8)))"
    }

    /// As it is kept.
    package var value: String { subject + Self.mark + digest }

    /// Of which subject a kept value is; `nil` when it is no tool's.
    package static func subject(of value: String) -> String? {
        let digits = value.utf8.suffix(64)
        let rest = value.utf8.dropLast(64)
        guard digits.count == 64, digits.allSatisfy(isHexadecimal),
            rest.count > mark.utf8.count, rest.suffix(mark.utf8.count).elementsEqual(mark.utf8)
        else { return nil }
        return String(Substring(rest.dropLast(mark.utf8.count)))
    }

    private static func isHexadecimal(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
            || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains(byte)
    }
}

/// A tool whose definition is another one than those that the workflow has seen of it.
package struct ToolChange: Equatable, Sendable {
    package let pin: ToolPin
    /// The digest of the newest one before; `nil` when more tools are offered than can be watched.
    package let before: String?

    package init(pin: ToolPin, before: String?) {
        self.pin = pin
        self.before = before
    }

    /// Changes that are told one by one.
    private static let toldAtMost = 3

    /// Why the workflow is stopped, in words.
    package static func reason(_ changes: [ToolChange]) -> String {
        var parts = changes.prefix(toldAtMost).map(\.sentence)
        let rest = changes.count - parts.count
        if rest > 0 { parts.append("So did \(rest) more.") }
        return parts.joined(separator: " ")
    }

    private var sentence: String {
        let name = pin.tool.count <= ToolPin.longestName ? pin.tool : "\(pin.tool.prefix(80))…"
        guard let before else {
            return "The MCP server \(pin.server) offers more tools than can be watched: \(name)."
        }
        return "The MCP server \(pin.server) has changed the definition of its tool \(name): "
            + "sha256:\(before) has become sha256:\(pin.digest)."
    }
}
