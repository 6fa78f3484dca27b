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
        guard let host, (1...255).contains(host.utf8.count),
            host.wholeMatch(of: /[A-Za-z0-9.\-]+(:[0-9]{1,5})?|\[[0-9A-Fa-f:.]+\](:[0-9]{1,5})?/)
                != nil
        else { return Self.example }
        return (isSecure ? "https://" : "http://") + host
    }
}
