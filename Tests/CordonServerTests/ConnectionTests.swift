import CordonCore
import CordonOperations
import Foundation
import Testing

@testable import CordonWeb

/// The texts that people copy, as far as they can be judged without being run.
struct ConnectionTests {
    private static let server = "https://cordon.example.com"
    private static let all = Connection.all(WorkflowSample.workflow(), at: server)

    @Test func everyIDIsThereOnce() {
        let ids = [
            "openai", "anthropic", "langchain", "openai-agents", "mcp", "cron", "http-step",
            "github-actions", "python", "swift", "otlp",
        ]
        #expect(Self.all.map(\.id) == ids)
    }

    @Test(arguments: all)
    func theAddressIsFilledInAndTheSecretIsNot(_ connection: Connection) {
        #expect(connection.text.contains(Self.server))
        #expect(!connection.text.contains("cordon_pat_"))
        let asks =
            connection.text.contains("CORDON_TOKEN")
            || connection.text.contains(Connection.secretGoesHere)
        #expect(asks, "nowhere to put the key")
        #expect(connection.text.contains("monthly-summaries") || connection.id == "mcp")
    }

    @Test func theMCPServerIsOneThatTheWorkflowMayReach() throws {
        func address(_ servers: [String]) throws -> String {
            let all = Connection.all(
                WorkflowSample.workflow(mcpServers: servers), at: Self.server)
            return try #require(all.first { $0.id == "mcp" }).text
        }
        #expect(try address(["crm"]).contains("\(Self.server)/mcp/crm\""))
        #expect(try address([]).contains("\(Self.server)/mcp/NAME\""))
        #expect(try address(["a\"b", "crm"]).contains("\(Self.server)/mcp/crm\""))
    }

    @Test func aPointBelongsToItsConnection() throws {
        func met(_ id: String, _ names: String...) throws -> [String] {
            let points = names.map {
                EnforcementPoint(
                    name: $0, kind: .gate, lastSeenAt: Instant(milliseconds: 1), revision: nil)
            }
            return try #require(Self.all.first { $0.id == id }).met(points).map(\.name)
        }
        #expect(try met("cron", "cron", "cronos", "gate") == ["cron"])
        #expect(try met("python", "python:a", "swift:a", "python") == ["python:a"])
    }

    @Test(arguments: [
        ("cordon.example.com", "http://cordon.example.com"),
        ("127.0.0.1:8080", "http://127.0.0.1:8080"),
        ("[::1]:8080", "http://[::1]:8080"), ("", server), (nil, server),
        ("a$(id).example", server), ("a\"b", server), ("a b", server), ("user@host", server),
        ("host:port", server), ("host/path", server), ("caf\u{E9}.example", server),
        (String(repeating: "a", count: 255), "http://" + String(repeating: "a", count: 255)),
        (String(repeating: "a", count: 256), server),
    ])
    func whatIsNoHostIsNotRepeated(_ host: String?, _ url: String) {
        #expect(ServerURL().text(host: host) == url)
    }

    @Test func theAddressIsThatOfTheRequest() async throws {
        #expect(ServerURL(isSecure: true).text(host: "a.example") == "https://a.example")
        #expect(ServerURL(said: "https://c.example").text(host: "a.example") == "https://c.example")
    }
}
