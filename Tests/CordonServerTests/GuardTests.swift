import CordonAPI
import CordonCore
import CordonTesting
import Foundation
import Hummingbird
import HummingbirdTesting
import Synchronization
import Testing

@testable import CordonClient
@testable import CordonOperations
@testable import CordonWeb

/// The guard for Swift in front of a server that listens.
struct GuardTests {
    private static let key = "summaries"

    /// A server with one workflow, and the way to it.
    private struct House {
        let visitor: Visitor
        let admin: Caller
        let server: String
        let token: String
        let client: CordonClient

        var operations: Operations { visitor.cordon.operations }

        func stop(_ scope: Containment.Scope = .whole) async throws {
            _ = try await operations.perform(admin, holding: [key]) {
                try $0.stop(
                    key, scope: scope, related: false, reason: "It is wrong.", incident: nil)
            }
        }

        func until(_ what: String, _ look: () async -> Bool) async throws {
            for _ in 0..<2_000 {
                if await look() { return }
                try await Task.sleep(for: .milliseconds(10))
            }
            Issue.record("not within 20 s: \(what)")
        }
    }

    private func house(
        onFailure: GatewayTerms.Failure = .closed, scopes: Set<Scope> = [.gate],
        authority: Authority = Authority(mode: .draft),
        _ body: @Sendable (House) async throws -> Void
    ) async throws {
        let visitor = try await Visitor.arrive()
        let token = try await visitor.token(
            "gil", [RoleGrant(.owner, workflow: Self.key)], scopes: scopes)
        let admin = try await visitor.cordon.account("adam", RoleGrant(.governance))
        let profile = WorkflowProfile(
            name: "Summaries", function: "sales",
            fallback: Fallback(
                title: "By hand", steps: ["Read.", "Write."], contact: "ann", capacity: "9"),
            authority: authority, gateway: GatewayTerms(onFailure: onFailure))
        _ = try await visitor.cordon.operations.perform(admin) {
            try $0.registerWorkflow(Self.key, profile)
        }
        if authority.mode == .act {
            try await visitor.cordon.operations.perform(.cordon("test")) { work in
                try work.record([.enteredProduction], on: try work.workflow(Self.key))
            }
        }
        try await visitor.app.test(.live) { client in
            let port = try #require(client.port)
            let server = "http://127.0.0.1:\(port)"
            let house = House(
                visitor: visitor, admin: admin, server: server, token: token,
                client: CordonClient(server: server, token: token))
            let outcome: Result<Void, any Error>
            do { outcome = .success(try await body(house)) } catch { outcome = .failure(error) }
            try await house.client.shutdown()
            try outcome.get()
        }
    }

    @Test func itLetsPassWhatMayAndNothingElse() async throws {
        try await house { house in
            let gate = Guard(Self.key, house.client)
            #expect(try await gate.withPermission(.generate) { 7 } == 7)
            await #expect(throws: GuardError.self) { try await gate.may(.tool("pay")) }
            try await house.stop()
            let later = Guard(Self.key, house.client)
            do {
                _ = try await later.withPermission(.generate) { Issue.record("it was done") }
            } catch GuardError.stopped(let refusal) {
                #expect(refusal.reason == "It is wrong." && refusal.incident != nil)
                #expect(refusal.fallback?.steps == ["Read.", "Write."])
            }
            #expect(house.operations.gate.points(Self.key).map(\.name) == [later.point])
        }
    }

    @Test func whatPeopleHaveAllowedIsNotAskedOfThemOnceMore() async throws {
        let pay = ToolAuthority(name: "pay", access: .write, needsApproval: true)
        try await house(authority: Authority(mode: .act, tools: [pay])) { house in
            let gate = Guard(Self.key, house.client)
            let ana = try await house.visitor.cordon.account("ana", RoleGrant(.operator))
            let waiting = {
                try await house.operations.ask(ana) {
                    try $0.approvals(
                        workflow: Self.key, state: .pending, after: "", limit: 9, \.id)
                }
            }
            await #expect(throws: GuardError.self) { try await gate.may(.tool("pay")) }
            let id = try #require(try await waiting().first)
            _ = try await house.operations.perform(ana) { try $0.approve(id, reason: "") }
            try await gate.may(.tool("pay"))
            try await gate.check(.tool("pay"))
            #expect(try await waiting() == [])
            try await house.stop()
            await #expect(throws: GuardError.self) { try await gate.check(.tool("pay")) }
        }
    }

    @Test func itHearsOfAStopAndConfirmsIt() async throws {
        try await house { house in
            try await Guard.following(Self.key, house.client, point: "swift:desk") { gate in
                try await house.until("it follows") { await gate.isFollowing }
                try await gate.check(.generate)
                try await house.stop()
                try await house.until("it has heard") {
                    do {
                        try await gate.check(.generate)
                        return false
                    } catch GuardError.stopped {
                        return true
                    } catch {
                        return false
                    }
                }
                let revision = house.operations.gate.entry(Self.key)?.revision
                try await house.until("it has confirmed") {
                    house.operations.gate.points(Self.key).contains {
                        $0.name == "swift:desk" && $0.kind == .follower && $0.revision == revision
                    }
                }
            }
        }
    }

    @Test func aStopTestProvesIt() async throws {
        try await house { house in
            let outcome = try await Guard.following(Self.key, house.client, point: "swift:desk") {
                gate in
                try await gate.may(.generate)
                try await house.until("it follows") { await gate.isFollowing }
                return try await house.operations.testStop(Self.key, house.admin)
            }
            #expect(outcome.isProved)
            #expect(outcome.findings.map(\.name) == ["swift:desk"])
        }
    }

    @Test func whoMayNotAskGetsNoLeave() async throws {
        try await house { house in
            let gate = Guard(Self.key, house.client.presenting("nobody"))
            await #expect(
                throws: GuardError.refused(
                    status: 401, kind: "not-signed-in",
                    detail:
                        "Send a token (Authorization: Bearer …) or sign in; it may have expired.")
            ) { try await gate.may(.generate) }
        }
    }

    @Test(arguments: [GatewayTerms.Failure.closed, .open])
    func theWorkflowSaysHowItFails(_ onFailure: GatewayTerms.Failure) async throws {
        let kept = Mutex<Guard?>(nil)
        let client = Mutex<CordonClient?>(nil)
        try await house(onFailure: onFailure) { house in
            let own = CordonClient(server: house.server, token: house.token)
            let gate = Guard(Self.key, own)
            try await gate.may(.generate)
            kept.withLock { $0 = gate }
            client.withLock { $0 = own }
        }
        // The server is gone.
        let gate = try #require(kept.withLock { $0 })
        // What was allowed may have a lease; another question has none.
        do {
            var other = GateQuestion.generate
            other.run = "another"
            try await gate.may(other)
            #expect(onFailure == .open)
            #expect(await gate.opened == 1)
        } catch {
            #expect(onFailure == .closed)
            guard case .unreachable = error else {
                Issue.record("\(error)")
                return
            }
        }
        try await client.withLock { $0 }?.shutdown()
    }

    @Test func whatPassedOpenIsToldOnceThereIsAnAnswer() async throws {
        let kept = Mutex<(visitor: Visitor, gate: Guard, client: CordonClient, port: Int)?>(nil)
        try await house(onFailure: .open, scopes: [.gate, .capture]) { house in
            try await house.operations.startEvidence()
            let own = CordonClient(server: house.server, token: house.token)
            let gate = Guard(Self.key, own)
            try await gate.may(.generate)
            let port = try #require(URL(string: house.server)?.port)
            kept.withLock { $0 = (house.visitor, gate, own, port) }
        }
        // The server is gone; what was allowed may have a lease, another question has none.
        let (visitor, gate, client, port) = try #require(kept.withLock { $0 })
        var other = GateQuestion.generate
        for run in ["second", "third"] {
            other.run = run
            try await gate.may(other)
        }
        #expect(await gate.opened == 2)
        try await visitor.serving(at: port) {
            for run in ["fourth", "fifth"] {
                other.run = run
                try await gate.may(other)
                // Once told is enough.
                #expect(visitor.cordon.operations.openUses[.withoutGate] == 2)
            }
        }
        try await client.shutdown()
    }

    @Test func theCardIsWhatIsRunHere() async throws {
        let file = URL(filePath: #filePath).deletingLastPathComponent()
            .appending(component: "SwiftCard.swift")
        let lines = try String(contentsOf: file, encoding: .utf8)
            .split(separator: "\n", omittingEmptySubsequences: false)
        let begin = try #require(lines.firstIndex { $0.contains("The card begins.") })
        let end = try #require(lines.firstIndex { $0.contains("The card ends.") })
        let compiled = lines[(begin + 1)..<end].map { String($0.dropFirst(4)) }
        let card = try #require(
            Connection.all(WorkflowSample.workflow(), at: "https://c.example")
                .first { $0.id == "swift" })
        let shown = card.text.replacing("\"https://c.example\"", with: "server")
            .replacing("\"monthly-summaries\"", with: "key")
            .replacing("print(\"Here the work is done.\")", with: "done()")
            .split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        let first = try #require(shown.firstIndex { $0.hasPrefix("let client") })
        #expect(Array(shown[first...]) == compiled)

        try await house { house in
            let times = Atomic(0)
            func run() async throws {
                try await runSwiftCard(
                    server: house.server, key: Self.key, token: house.token
                ) { times.add(1, ordering: .relaxed) }
            }
            try await run()
            #expect(times.load(ordering: .relaxed) == 1)
            try await house.stop()
            try await run()
            #expect(times.load(ordering: .relaxed) == 1)
        }
    }
}
