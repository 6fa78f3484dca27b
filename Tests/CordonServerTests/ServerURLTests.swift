import CordonWeb
import Testing

/// What a request says of the server's place ends up in shells: only a host is repeated.
struct ServerURLTests {
    @Test(arguments: [
        "cordon.example.com", "localhost", "127.0.0.1:8080", "A-b.C:1", "a:65535", "[::1]",
        "[2001:DB8::1]:8080", "[::ffff:10.0.0.1]:1", String(repeating: "a", count: 255),
    ])
    func aHostIsRepeated(_ host: String) {
        #expect(ServerURL().text(host: host) == "http://" + host)
        #expect(ServerURL(isSecure: true).text(host: host) == "https://" + host)
    }

    @Test(
        arguments: [
            nil, "", ":80", "a:", "a:123456", "a:8o", "a b", "a;id", "$(id)", "a/b", "a@b", "a\"b",
            "a`b",
            "[::1", "::1", "[]", "[::1]x", "[g::1]", "[::1]:", "[::1]:123456", "a\nb", "ä.example",
            "a:1:2", "@", "`", "{", "[", String(repeating: "a", count: 256),
        ] as [String?])
    func anythingElseIsNot(_ host: String?) {
        #expect(ServerURL().text(host: host) == "https://cordon.example.com")
    }

    @Test func whatTheSettingsSayCounts() {
        #expect(ServerURL(said: "https://c.example").text(host: "a;b") == "https://c.example")
    }
}
