/// Something that Cordon sends to another machine by itself.
package struct OutboundMessage: Sendable {
    package let url: String
    package let headers: [(name: String, value: String)]
    package let body: [UInt8]
    /// The most bytes that the answer may have.
    package let answerLimit: Int
    /// How long everything may take, from looking the name up to the answer's last byte.
    package let timeout: Duration

    package init(
        url: String, headers: [(name: String, value: String)], body: [UInt8],
        answerLimit: Int = 1 << 20, timeout: Duration = .seconds(15)
    ) {
        self.url = url
        self.headers = headers
        self.body = body
        self.answerLimit = answerLimit
        self.timeout = timeout
    }
}

/// What the other machine answered; redirects are not followed.
package struct OutboundAnswer: Sendable {
    package let status: Int
    /// By name, in small letters.
    package let headers: [String: String]
    package let body: [UInt8]

    package init(status: Int, headers: [String: String] = [:], body: [UInt8]) {
        self.status = status
        self.headers = headers
        self.body = body
    }
}

/// Sends a message with POST: the way out of this machine, which a test makes for itself.
///
/// Throws ``OutboundFault``.
package typealias OutboundPost = @Sendable (OutboundMessage) async throws -> OutboundAnswer

/// Why there is no answer.
package enum OutboundFault: Error, Equatable {
    /// The address is none that could be sent to.
    case address(String)
    /// The name belongs to this machine or to a private network, and is not allowed by name.
    case closed(host: String, address: String)
    /// Nobody answered in time, or not in HTTP.
    case unreachable(String)
    /// The answer is larger than it may be.
    case tooLarge(limit: Int)
}

extension OutboundFault: CustomStringConvertible {
    package var description: String {
        switch self {
        case .address(let url):
            "\(url) is no address: it must be like https://HOST/PATH"
        case .closed(let host, let address):
            "\(host) is \(address), an address of this machine or of a private network: name "
                + "\(host) in outbound_allow if that is meant"
        case .unreachable(let reason): reason
        case .tooLarge(let limit): "the answer has more than \(limit) bytes"
        }
    }
}

/// Hosts that may be sent to although they are not public: `host` or `host:port`.
package struct AllowedHosts: Equatable, Sendable {
    private let entries: Set<String>

    /// - Throws: ``OutboundFault/address(_:)`` with the text that is neither.
    package init(_ texts: [String]) throws(OutboundFault) {
        var entries: Set<String> = []
        for text in texts {
            guard let entry = Self.normal(text) else { throw .address(text) }
            entries.insert(entry)
        }
        self.entries = entries
    }

    package func allow(_ host: String, port: Int) -> Bool {
        let host = host.lowercased()
        return entries.contains(host) || entries.contains("\(host) \(port)")
    }

    /// The host in small letters and without brackets, then a space and the port if there is one.
    private static func normal(_ text: String) -> String? {
        var host = text.lowercased()[...]
        var port: Substring?
        // An address of IPv6 has colons of its own, and wears brackets when a port follows.
        if host.first == "[", let end = host.firstIndex(of: "]") {
            let rest = host[host.index(after: end)...]
            host = host[host.index(after: host.startIndex)..<end]
            guard rest.isEmpty || rest.first == ":" else { return nil }
            if !rest.isEmpty { port = rest.dropFirst() }
        } else if let colon = host.firstIndex(of: ":"), colon == host.lastIndex(of: ":") {
            port = host[host.index(after: colon)...]
            host = host[..<colon]
        }
        let isHost = host.utf8.allSatisfy {
            (UInt8(ascii: "a")...UInt8(ascii: "z")).contains($0)
                || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) || ".:-_".utf8.contains($0)
        }
        guard isHost, !host.isEmpty else { return nil }
        guard let port else { return String(host) }
        guard let number = UInt16(port), number > 0 else { return nil }
        return "\(host) \(number)"
    }
}
