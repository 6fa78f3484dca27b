import CordonCore
import CordonGateway
import CordonOperations
import CordonTesting
import HTTPTypes
import Hummingbird
import HummingbirdCore
import Logging
import NIOCore
import NIOEmbedded
import Testing

/// Copilot Studio goes on without an answer that takes a second: it counts, and somebody is told.
struct HookDeadlineTests {
    @Test(arguments: [(100, 0, 0), (101, 1, 0), (999, 1, 0), (1_000, 0, 1)])
    func aLateAnswerIsCounted(milliseconds: Int64, late: Int, missed: Int) async throws {
        let trial = try await Trial.prepare()
        let status = try await trial.ask(takes: milliseconds)
        #expect(status == 200)
        let counts = trial.gateway.hooks[.copilotAnalyze]
        #expect((counts.asked, counts.late, counts.missed) == (1, late, missed))
        let line = "longer_than=\"0.1\"} \(late + missed)\n"
        #expect(trial.gateway.metrics.contains(line))
    }

    @Test func aMissedDeadlineSuggestsAnIncident() async throws {
        let trial = try await Trial.prepare()
        _ = try await trial.ask(takes: 999)
        #expect(try await trial.incidents().isEmpty)
        // That something was refused is another incident, and says nothing of the answer's time.
        try await trial.cordon.operations.suggestIncident("drafts", what: "It tried to pay.")
        _ = try await trial.ask(takes: 1_240)
        var found = try await trial.incidents()
        // It is noted behind the answer: nobody waits for it.
        for _ in 0..<10_000 where found.count < 2 {
            await Task.yield()
            found = try await trial.incidents()
        }
        #expect(found.count == 2)
        #expect(found.contains { $0.contains("after 1240 ms") && $0.contains("was no") })
        // One that waits to be judged is enough.
        try await trial.cordon.operations.noteMissedDeadline("drafts", what: "Again.")
        trial.cordon.clock.advance(hours: 1)
        try await trial.cordon.operations.noteMissedDeadline("drafts", what: "Again.")
        #expect(try await trial.incidents().count == 2)
    }
}

/// A workflow with a key, and a server that is as slow as a test says.
private struct Trial {
    let cordon: TestCordon
    let gateway: Gateway
    let caller: Caller

    private static let secret = "cordon_pat_copilot"

    static func prepare() async throws -> Trial {
        let cordon = try await Operations.forTesting()
        let caller = try await cordon.account("gita", RoleGrant(.governance))
        try await cordon.operations.perform(caller) { work in
            _ = try work.registerWorkflow(
                "drafts", WorkflowProfile(name: "Drafts", function: "sales"))
            _ = try work.createToken(
                name: "hook", scopes: [.gate], workflow: "drafts", days: 1, secret: secret)
        }
        try await cordon.operations.startEvidence()
        var logger = Logger(label: "test")
        logger.logLevel = .critical
        let gateway = Gateway(
            operations: cordon.operations, upstreams: [], address: { $0 ?? "" }, logger: logger)
        return Trial(cordon: cordon, gateway: gateway, caller: caller)
    }

    /// One question, answered after so many milliseconds; gives the answer's status.
    func ask(takes milliseconds: Int64) async throws -> Int {
        let responder = GatewayResponder(
            gateway: gateway,
            next: CallbackResponder<TestContext> { _, _ in Response(status: .notFound) },
            requestID: cordon.operations.outside.newID)
        let late = LateBody(clock: cordon.clock, milliseconds: milliseconds)
        let request = Request(
            head: HTTPRequest(
                method: .post, scheme: "http", authority: "cordon",
                path: "/hooks/copilot-studio/analyze-tool-execution?api-version=2025-05-01",
                headerFields: [.authorization: "Bearer \(Self.secret)"]),
            body: RequestBody(asyncSequence: late))
        let source = ApplicationRequestContextSource(
            channel: EmbeddedChannel(), logger: gateway.logger)
        let response = try await responder.respond(
            to: request, context: TestContext(source: source))
        try await response.body.write(NoWriter())
        return response.status.code
    }

    func incidents() async throws -> [String] {
        try await cordon.operations.ask(caller) { work in
            try work.incidents(IncidentList(workflow: "drafts"), before: nil, limit: 10)
                .map(\.incident.report.what)
        }
    }
}

/// A question during whose reading time passes.
private struct LateBody: AsyncSequence, Sendable {
    let clock: TestClock
    let milliseconds: Int64

    struct AsyncIterator: AsyncIteratorProtocol {
        let late: LateBody
        var isRead = false

        mutating func next() async -> ByteBuffer? {
            guard !isRead else { return nil }
            isRead = true
            late.clock.advance(milliseconds: late.milliseconds)
            return ByteBuffer(string: #"{"toolDefinition":{"name":"send"}}"#)
        }
    }

    func makeAsyncIterator() -> AsyncIterator { AsyncIterator(late: self) }
}

private struct TestContext: GatewayContext {
    var coreContext: CoreRequestContextStorage
    let channel: any Channel

    init(source: ApplicationRequestContextSource) {
        coreContext = .init(source: source)
        channel = source.channel
    }
}

private struct NoWriter: ResponseBodyWriter {
    mutating func write(_ buffer: ByteBuffer) async throws {}
    consuming func finish(_ trailingHeaders: HTTPFields?) async throws {}
}
