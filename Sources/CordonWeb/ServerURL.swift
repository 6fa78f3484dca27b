/// The server's own address, for people and for the texts that they copy.
package struct ServerURL: Sendable {
    /// What the settings say; `nil` takes the host that a caller used.
    private let said: String?
    private let isSecure: Bool

    package init(said: String? = nil, isSecure: Bool = false) {
        self.said = said
        self.isSecure = isSecure
    }

    /// Shown where the request does not say how the server is reached.
    static let example = "https://cordon.example.com"

    /// Without a slash at the end.
    ///
    /// The text ends up in shells: whatever is no host and port is not repeated.
    package func text(host: String?) -> String {
        if let said { return said }
        guard let host, (1...255).contains(host.utf8.count), Self.isHost(host.utf8) else {
            return Self.example
        }
        return (isSecure ? "https://" : "http://") + host
    }

    /// Whether it is a name or an address, with or without a port, and nothing else.
    ///
    /// Read byte by byte: every call through the gateway asks this, and a regular expression would
    /// be compiled each time, for an eighth of all that a call costs.
    private static func isHost(_ text: String.UTF8View) -> Bool {
        var rest = text[...]
        if rest.first == UInt8(ascii: "[") {
            let inside = rest.dropFirst().prefix { $0 != UInt8(ascii: "]") }
            guard !inside.isEmpty, inside.allSatisfy(isOfAddress) else { return false }
            rest = rest.dropFirst(inside.count + 1)
            guard rest.popFirst() == UInt8(ascii: "]") else { return false }
        } else {
            let name = rest.prefix { $0 != UInt8(ascii: ":") }
            guard !name.isEmpty, name.allSatisfy(isOfName) else { return false }
            rest = rest.dropFirst(name.count)
        }
        guard let mark = rest.popFirst() else { return true }
        return mark == UInt8(ascii: ":") && (1...5).contains(rest.count)
            && rest.allSatisfy(isDigit)
    }

    private static func isDigit(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
    }

    private static func isOfAddress(_ byte: UInt8) -> Bool {
        isDigit(byte) || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains(byte | 0x20)
            || byte == UInt8(ascii: ":") || byte == UInt8(ascii: ".")
    }

    private static func isOfName(_ byte: UInt8) -> Bool {
        isDigit(byte) || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
            || byte == UInt8(ascii: ".") || byte == UInt8(ascii: "-")
    }
}
