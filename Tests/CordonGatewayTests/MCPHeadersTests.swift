import CordonCore
import Testing

@testable import CordonGateway

@Suite struct MCPHeadersTests {
    private static let july = "2026-07-28"

    private static func meta(_ version: String) -> String {
        #"{"io.modelcontextprotocol/protocolVersion":"\#(version)","#
            + #""io.modelcontextprotocol/clientCapabilities":{}}"#
    }

    private static func message(
        _ method: String = "tools/list", _ members: String = "", meta: String? = nil
    ) throws -> MCPMessage {
        let parts = [members, meta.map { #""_meta":\#($0)"# } ?? ""].filter { !$0.isEmpty }
        let params = "{\(parts.joined(separator: ","))}"
        return try MCPMessage.read(
            Array(#"{"jsonrpc":"2.0","id":1,"method":"\#(method)","params":\#(params)}"#.utf8))
    }

    private func fault(_ headers: MCPHeaders, _ message: MCPMessage) -> MCPFault? {
        do {
            _ = try headers.revision(of: message)
            return nil
        } catch {
            #expect(error.status == 400)
            #expect(error.id == message.id.map(Array.init))
            return error
        }
    }

    @Test(arguments: [
        (nil, MCPRevision.june2025), ("2024-11-05", .june2025), ("2025-03-26", .june2025),
        ("2025-06-18", .june2025), ("2025-11-25", .november2025),
    ])
    func theHeaderNamesTheRevision(_ version: String?, _ expected: MCPRevision) throws {
        let headers = MCPHeaders(version: version.map { [$0] } ?? [])
        #expect(try headers.revision(of: MCPHeadersTests.message()) == expected)
        #expect(try headers.revision() == expected)
        guard let version else { return }
        // The body may name it too.
        let message = try MCPHeadersTests.message(meta: MCPHeadersTests.meta(version))
        #expect(try headers.revision(of: message) == expected)
    }

    @Test func aStatelessRequestSaysEverythingAboutItself() throws {
        let july = MCPHeadersTests.july
        let message = try MCPHeadersTests.message(meta: MCPHeadersTests.meta(july))
        let headers = MCPHeaders(version: [july], method: ["tools/list"])
        #expect(try headers.revision(of: message) == .july2026)
        #expect(try headers.revision() == .july2026)
    }

    @Test(arguments: ["1900-01-01", "", "2026-07-29", "2025-06-18 ", "draft"])
    func anUnknownVersionIsRefusedWithThoseThatAreKnown(_ version: String) throws {
        let headers = MCPHeaders(version: [version])
        let fault = fault(headers, try MCPHeadersTests.message())
        #expect(fault?.code == .unsupportedVersion)
        #expect(
            fault?.details?.text
                == #"{"supported":["2026-07-28","2025-11-25","2025-06-18","2025-03-26","#
                + #""2024-11-05"],"requested":"\#(version)"}"#)
        #expect(throws: MCPFault.self) { try headers.revision() }
        let named = try MCPHeadersTests.message(meta: MCPHeadersTests.meta(version))
        #expect(self.fault(headers, named)?.code == .unsupportedVersion)
    }

    @Test func theHeaderMustSayWhatTheBodySays() throws {
        let july = MCPHeadersTests.july
        let message = try MCPHeadersTests.message(meta: MCPHeadersTests.meta(july))
        for versions in [[], ["2025-11-25"], ["2026-07-28 "], [july, july]] {
            let headers = MCPHeaders(version: versions, method: ["tools/list"])
            #expect(fault(headers, message)?.code == .headerMismatch)
        }
        let older = try MCPHeadersTests.message(meta: MCPHeadersTests.meta("2025-11-25"))
        let headers = MCPHeaders(version: [july], method: ["tools/list"])
        #expect(fault(headers, older)?.code == .headerMismatch)
    }

    @Test func aStatelessRequestThatLacksSomethingIsMalformed() throws {
        let july = MCPHeadersTests.july
        let headers = MCPHeaders(version: [july], method: ["tools/list"])
        for meta in [
            nil, "{}", #"{"io.modelcontextprotocol/clientCapabilities":{}}"#,
            #"{"io.modelcontextprotocol/protocolVersion":"2026-07-28"}"#,
            #"{"io.modelcontextprotocol/protocolVersion":7}"#,
        ] {
            let message = try MCPHeadersTests.message(meta: meta)
            #expect(fault(headers, message)?.code == .invalidParams, "\(meta ?? "none")")
        }
    }

    @Test(arguments: [
        [], ["tools/call"], ["Tools/List"], ["tools/list "], ["tools/list", "tools/list"],
        ["=?base64?dG9vbHMvbGlzdA==?="],
    ])
    func theMethodMustBeInItsHeader(_ methods: [String]) throws {
        let july = MCPHeadersTests.july
        let message = try MCPHeadersTests.message(meta: MCPHeadersTests.meta(july))
        let headers = MCPHeaders(version: [july], method: methods)
        #expect(fault(headers, message)?.code == .headerMismatch)
    }

    @Test(arguments: [
        ("tools/call", #""name":"pay""#), ("prompts/get", #""name":"pay""#),
        ("resources/read", #""uri":"pay""#),
    ])
    func theNameMustBeInItsHeader(_ method: String, _ member: String) throws {
        let july = MCPHeadersTests.july
        let message = try MCPHeadersTests.message(method, member, meta: MCPHeadersTests.meta(july))
        func headers(_ names: [String]) -> MCPHeaders {
            MCPHeaders(version: [july], method: [method], name: names)
        }
        for names in [["pay"], ["=?base64?cGF5?="]] {
            #expect(try headers(names).revision(of: message) == .july2026)
        }
        for names in [
            [], ["Pay"], ["pay2"], [""], ["pay", "pay"], ["=?base64?cGF6?="], ["=?base64?cGF5?"],
            ["=?BASE64?cGF5?="], ["=?base64?cGF5=?="],
        ] {
            #expect(fault(headers(names), message)?.code == .headerMismatch, "\(names)")
        }
        let anonymous = try MCPHeadersTests.message(method, meta: MCPHeadersTests.meta(july))
        #expect(fault(headers(["pay"]), anonymous)?.code == .invalidParams)
    }

    @Test func otherMethodsHaveNoNameToRepeat() throws {
        let july = MCPHeadersTests.july
        let message = try MCPHeadersTests.message(
            "tasks/get", #""taskId":"7""#, meta: MCPHeadersTests.meta(july))
        let headers = MCPHeaders(version: [july], method: ["tasks/get"], name: ["7"])
        #expect(try headers.revision(of: message) == .july2026)
    }

    @Test func olderClientsNeedNotRepeatThemselvesButMayNotLie() throws {
        let message = try MCPHeadersTests.message("tools/call", #""name":"pay""#)
        #expect(try MCPHeaders().revision(of: message) == .june2025)
        let honest = MCPHeaders(method: ["tools/call"], name: ["pay"])
        #expect(try honest.revision(of: message) == .june2025)
        #expect(fault(MCPHeaders(method: ["tools/list"]), message)?.code == .headerMismatch)
        #expect(fault(MCPHeaders(name: ["look"]), message)?.code == .headerMismatch)
    }

    @Test func accentsAreComparedByTheirBytes() throws {
        let july = MCPHeadersTests.july
        // One letter with its accent, and a letter with an accent behind it.
        let message = try MCPHeadersTests.message(
            "tools/call", "\"name\":\"\u{E9}\"", meta: MCPHeadersTests.meta(july))
        func headers(_ name: String) -> MCPHeaders {
            MCPHeaders(version: [july], method: ["tools/call"], name: [name])
        }
        #expect(try headers("=?base64?w6k=?=").revision(of: message) == .july2026)
        #expect(fault(headers("=?base64?ZcyB?="), message)?.code == .headerMismatch)
        #expect(fault(headers("\u{E9}"), message)?.code == .headerMismatch)
    }

    @Test func statelessClientsSendNoResponses() throws {
        let headers = MCPHeaders(version: [MCPHeadersTests.july])
        for text in [
            #"{"jsonrpc":"2.0","id":1,"result":{}}"#,
            #"{"jsonrpc":"2.0","id":1,"error":{"code":1,"message":""}}"#,
        ] {
            let message = try MCPMessage.read(Array(text.utf8))
            #expect(fault(headers, message)?.code == .invalidRequest)
            #expect(try MCPHeaders().revision(of: message) == .june2025)
        }
    }

    @Test func aNotificationNeedNotRepeatItself() throws {
        let message = try MCPMessage.read(
            Array(#"{"jsonrpc":"2.0","method":"notifications/cancelled"}"#.utf8))
        let july = MCPHeadersTests.july
        #expect(try MCPHeaders(version: [july]).revision(of: message) == .july2026)
        let lying = MCPHeaders(version: [july], method: ["tools/call"])
        #expect(fault(lying, message)?.code == .headerMismatch)
    }

    @Test(arguments: [
        ("us-west1", "us-west1"), ("", ""), ("two words", "two words"), ("a\tb", "a\tb"),
        ("=?base64?SGVsbG8sIOS4lueVjA==?=", "Hello, 世界"),
        ("=?base64?IHBhZGRlZCA=?=", " padded "), ("=?base64?bGluZTEKbGluZTI=?=", "line1\nline2"),
        ("=?base64?PT9iYXNlNjQ/bGl0ZXJhbD89?=", "=?base64?literal?="), ("=?base64??=", ""),
        ("=?base64?cGF5", "=?base64?cGF5"), ("cGF5?=", "cGF5?="),
        ("=?BASE64?cGF5?=", "=?BASE64?cGF5?="),
        ("=?base64?=", nil), ("=?base64?%%%?=", nil), ("=?base64?cGF5IA?=", nil),
        ("=?base64?cGF5IB==?=", nil), ("=?base64?cGF5IG8?=", nil), ("=?base64?cGF5IG9=?=", nil),
        ("=?base64?====?=", nil), ("=?base64?Q===?=", nil), ("=?base64?cG=5?=", nil),
        ("=?base64?cGF5\n?=", nil), ("=?base64?//8=?=", nil), ("line\nend", nil), ("é", nil),
        ("\u{7F}", nil),
    ])
    func valuesAreDecoded(_ value: String, _ expected: String?) {
        #expect(MCPHeaders.decoded(value) == expected)
    }

    @Test func whatIsEncodedIsDecodedAgain() {
        let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/")
        for seed in 0..<500 {
            var chance = SplitMix64(seed: UInt64(seed))
            let text = String((0..<chance.roll(20)).map { _ in chance.pick(Array("aé世\n =?")) })
            let bytes = Array(text.utf8)
            var encoded = ""
            for start in stride(from: 0, to: bytes.count, by: 3) {
                let three = Array(bytes[start..<min(start + 3, bytes.count)])
                let word = three.reduce(0) { $0 << 8 | Int($1) } << (8 * (3 - three.count))
                for place in 0...3 {
                    encoded.append(
                        place <= three.count ? alphabet[word >> (18 - 6 * place) & 63] : "=")
                }
            }
            #expect(MCPHeaders.decoded("=?base64?\(encoded)?=") == text, "seed \(seed)")
        }
    }

    @Test func theRulesOfEachRevision() {
        #expect(MCPRevision.allCases.map(\.rawValue) == ["2025-06-18", "2025-11-25", "2026-07-28"])
        for revision in [MCPRevision.june2025, .november2025] {
            #expect(revision.hasSessions && revision.clientsRespond)
            #expect(!revision.repeatsItselfInHeaders && !revision.namesResultTypes)
            #expect(!revision.goingAwayCancels)
            for method in ["POST", "GET", "DELETE"] { #expect(revision.allows(httpMethod: method)) }
            for method in ["PUT", "HEAD", "get", ""] {
                #expect(!revision.allows(httpMethod: method))
            }
        }
        let stateless = MCPRevision.july2026
        #expect(!stateless.hasSessions && !stateless.clientsRespond)
        #expect(stateless.repeatsItselfInHeaders && stateless.namesResultTypes)
        #expect(stateless.goingAwayCancels)
        #expect(stateless.allows(httpMethod: "POST"))
        for method in ["GET", "DELETE", "PUT"] { #expect(!stateless.allows(httpMethod: method)) }
    }
}
