import CordonLedger
import CordonOperations
import Testing

struct NetworkAddressTests {
    @Test(arguments: [
        // Public machines, the last and first addresses beside closed blocks among them.
        ("8.8.8.8", true), ("1.0.0.1", true), ("9.255.255.255", true), ("11.0.0.0", true),
        ("100.63.255.255", true), ("100.128.0.0", true), ("126.255.255.255", true),
        ("128.0.0.0", true), ("169.253.255.255", true), ("169.255.0.0", true),
        ("172.15.255.255", true), ("172.32.0.0", true), ("192.0.1.0", true),
        ("192.167.255.255", true), ("192.169.0.0", true), ("198.17.255.255", true),
        ("198.20.0.0", true), ("223.255.255.255", true), ("2001:4860:4860::8888", true),
        ("2a00:1450::1", true), ("2001:200::1", true), ("2003::1", true), ("3fff:1000::1", true),
        // This machine, and no machine.
        ("0.0.0.0", false), ("0.1.2.3", false), ("127.0.0.1", false), ("127.255.255.255", false),
        ("::", false), ("::1", false),
        // Private and shared networks.
        ("10.0.0.0", false), ("10.255.255.255", false), ("100.64.0.0", false),
        ("100.127.255.255", false), ("172.16.0.1", false), ("172.31.255.255", false),
        ("192.168.0.1", false), ("192.168.255.255", false), ("fc00::1", false),
        ("fdff:ffff::1", false),
        // Link-local, with the clouds' metadata.
        ("169.254.169.254", false), ("169.254.0.0", false), ("fe80::1", false), ("febf::1", false),
        ("fec0::1", false),
        // Multicast, broadcast, and what is kept.
        ("224.0.0.1", false), ("239.255.255.255", false), ("240.0.0.1", false),
        ("255.255.255.255", false), ("ff02::1", false), ("4000::1", false), ("5f00::1", false),
        ("192.0.0.1", false), ("192.88.99.1", false), ("198.18.0.1", false),
        ("198.19.255.255", false), ("2001::1", false), ("2001:1ff::1", false),
        // Documents.
        ("192.0.2.1", false), ("198.51.100.7", false), ("203.0.113.9", false),
        ("2001:db8::1", false), ("3fff::1", false), ("3fff:fff::1", false),
        // IPv4 inside IPv6 is judged as IPv4.
        ("::ffff:8.8.8.8", true), ("::ffff:127.0.0.1", false), ("::ffff:10.1.2.3", false),
        ("::ffff:169.254.169.254", false), ("64:ff9b::8.8.8.8", true),
        ("64:ff9b::10.0.0.1", false), ("64:ff9b:1::8.8.8.8", false), ("2002:808:808::1", true),
        ("2002:7f00:1::1", false), ("2002:a00:1::1", false), ("::127.0.0.1", false),
        ("::8.8.8.8", false),
    ])
    func anAddressIsPublicOrNot(_ text: String, _ isPublic: Bool) throws {
        #expect(try #require(NetworkAddress(text)).isPublic == isPublic)
    }

    @Test(arguments: [
        "", "localhost", "127.1", "0x7f000001", "2130706433", "1.2.3.4.5", "[::1]", "fe80::1%lo",
        "1.2.3.4 ", "1.2.3.256", "::ffff:1.2.3",
    ])
    func whatIsNoAddressIsNotRead(_ text: String) { #expect(NetworkAddress(text) == nil) }

    @Test(arguments: [
        ("witness.example", "witness.example", 443, true),
        ("witness.example", "WITNESS.example", 80, true),
        ("Witness.Example:8090", "witness.example", 8_090, true),
        ("witness.example:8090", "witness.example", 443, false),
        ("witness.example", "other.example", 443, false),
        ("witness.example", "a.witness.example", 443, false),
        ("127.0.0.1:8090", "127.0.0.1", 8_090, true), ("127.0.0.1:8090", "127.0.0.1", 8_091, false),
        ("::1", "::1", 1, true), ("[::1]:8090", "::1", 8_090, true),
        ("[::1]:8090", "::1", 80, false), ("[::1]", "::1", 80, true),
    ])
    func aHostIsAllowedByName(_ text: String, _ host: String, _ port: Int, _ isAllowed: Bool) throws
    {
        #expect(try AllowedHosts([text]).allow(host, port: port) == isAllowed)
    }

    @Test(arguments: [
        "", ":80", "a:", "a:0", "a:65536", "a:b", "a b", "https://a", "[::1", "[::1]80",
    ])
    func whatIsNoHostIsRefused(_ text: String) {
        #expect(throws: OutboundFault.address(text)) { try AllowedHosts([text]) }
    }

    @Test(arguments: [
        ("https://w.example/ %", true), ("http://127.0.0.1:8090/base/ %", true),
        ("https://w.example", false), ("ftp://w.example %", false), ("w.example %", false),
        ("https://w.example % %", false), ("https://user@w.example %", false),
        ("https://w.example?x=1 %", false), ("https:// %", false),
        ("https://w.example w.example+00000000+BAAB", false),
    ])
    func aWitnessIsAnAddressAndAKey(_ text: String, _ isFine: Bool) throws {
        let key = try FakeWitness.signer().verifierKey
        let witness = WitnessAddress(text.replacing("%", with: key))
        #expect((witness != nil) == isFine)
        #expect(witness?.url.hasSuffix("/") != true)
    }
}
