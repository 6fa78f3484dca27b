import FoundationEssentials

/// The address of a server, refused before a token could leak to the wrong place.
enum ServerAddress {
    static func checked(
        _ text: String, allowsInsecureHTTP: Bool
    ) -> Result<String, CordonClientError> {
        guard let url = URL(string: text), let scheme = url.scheme?.lowercased(),
            ["http", "https"].contains(scheme), let host = url.host(), !host.isEmpty,
            url.query() == nil, url.fragment() == nil, url.user() == nil, url.password() == nil
        else {
            return .failure(
                .address("\(text) is no server's address: write it like https://HOST:PORT."))
        }
        guard scheme == "https" || allowsInsecureHTTP || isThisMachine(host) else {
            return .failure(
                .address(
                    "\(text) is not encrypted, so a token would be readable on its way: use "
                        + "https, or allow it with --insecure-http."))
        }
        var address = text[...]
        while address.last == "/" { address.removeLast() }
        return .success(String(address))
    }

    private static func isThisMachine(_ host: String) -> Bool {
        let bare = host.lowercased().filter { $0 != "[" && $0 != "]" }
        // 0.0.0.0 and :: are where a server listens; as a destination they are this machine.
        if ["localhost", "::1", "0.0.0.0", "::"].contains(bare) || bare.hasSuffix(".localhost") {
            return true
        }
        // Only the four numbers of an address: `127.example.com` belongs to somebody else.
        let parts = bare.split(separator: ".", omittingEmptySubsequences: false)
        return parts.count == 4 && parts[0] == "127" && parts.allSatisfy { UInt8($0) != nil }
    }
}
