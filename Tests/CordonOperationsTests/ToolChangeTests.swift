import CordonCore
import CordonTesting
import Testing

@testable import CordonOperations

/// Whether a tool's definition is still the one that people agreed to.
@Suite struct ToolChangeTests {
    private static func pin(
        _ tool: String, _ digit: Character, at server: String = "crm"
    ) -> ToolPin {
        ToolPin(server: server, tool: tool, digest: String(repeating: digit, count: 64))
    }

    private func started() async throws -> TestCordon {
        let cordon = try await Operations.forTesting()
        try await cordon.operations.startEvidence()
        return cordon
    }

    private func show(
        _ cordon: TestCordon, _ pins: [ToolPin], number: Int = #line
    ) async throws {
        var record = CapturedRecord.said("List \(number) \(pins.map(\.value)).")
        record.kind = .note
        record.toolPins = pins
        try await cordon.capture(record, workflow: "drafts")
    }

    @Test func theFirstSightIsNoChangeAndAnotherDefinitionIs() async throws {
        let cordon = try await started()
        let old = Self.pin("set_price", "a")
        let new = Self.pin("set_price", "b")
        #expect(try cordon.operations.changedTools("drafts", [old]).isEmpty)
        try await show(cordon, [old])
        #expect(try cordon.operations.changedTools("drafts", [old, Self.pin("wait", "a")]).isEmpty)
        #expect(
            try cordon.operations.changedTools("drafts", [new])
                == [ToolChange(pin: new, before: old.digest)])
        // Another workflow has seen nothing.
        #expect(try cordon.operations.changedTools("others", [new]).isEmpty)
    }

    @Test func twoServersAndTwoPagesOfAListAreNoChangesOfOneAnother() async throws {
        let cordon = try await started()
        let pins = [
            Self.pin("set_price", "a"), Self.pin("set_price", "b", at: "erp"),
            Self.pin("wait", "c"),
        ]
        for pin in pins + pins {
            #expect(try cordon.operations.changedTools("drafts", [pin]).isEmpty)
            try await show(cordon, [pin])
        }
        let caller = Caller(.cordon, cause: "test", permissions: [])
        let seen = try await cordon.operations.ask(caller) {
            try $0.changes("drafts", from: .init(milliseconds: 0), to: $0.now)
        }
        #expect(seen.map(\.isFirst) == [true, true, true])
        #expect(Set(seen.map(\.what)) == Set(pins.map(\.value)))
    }

    @Test func whatIsKnownOutlastsTheProcess() async throws {
        let cordon = try await started()
        try await show(cordon, [Self.pin("set_price", "a")])
        try await show(cordon, [Self.pin("set_price", "b")])
        try await cordon.operations.startEvidence()
        let third = Self.pin("set_price", "c")
        #expect(
            try cordon.operations.changedTools("drafts", [third])
                == [ToolChange(pin: third, before: Self.pin("set_price", "b").digest)])
        #expect(
            try cordon.operations.changedTools("drafts", [Self.pin("set_price", "a")]).isEmpty)
    }

    @Test func nothingIsJudgedBeforeItIsKnownWhatWasSeen() async throws {
        let cordon = try await Operations.forTesting()
        #expect(throws: Refusal.self) {
            try cordon.operations.changedTools("drafts", [Self.pin("wait", "a")])
        }
    }

    @Test(arguments: [(-1, false), (0, true), (1, true)])
    func asManyToolsAsMayAreWatchedAndOneMoreIsNoticed(beyond: Int, isNoticed: Bool) async throws {
        let cordon = try await started()
        let count = Catalogue.toolsAtMost + beyond
        try await show(cordon, (0..<count).map { Self.pin("tool-\($0)", "a") })
        let next = try cordon.operations.changedTools("drafts", [Self.pin("another", "a")])
        #expect(next.isEmpty == !isNoticed)
        #expect(next.allSatisfy { $0.before == nil })
        // What is watched stays watched.
        let first = Self.pin("tool-0", "b")
        #expect(
            try cordon.operations.changedTools("drafts", [first])
                == [ToolChange(pin: first, before: Self.pin("tool-0", "a").digest)])
    }

    @Test func aLongNameIsWatchedLikeAnyOther() async throws {
        let cordon = try await started()
        for length in [199, 200, 201, 2_000] {
            let name = String(repeating: "n", count: length)
            try await show(cordon, [Self.pin(name, "a")], number: length)
            #expect(
                try cordon.operations.changedTools("drafts", [Self.pin(name, "b")]).count == 1)
            #expect(
                try cordon.operations.changedTools("drafts", [Self.pin(name + "n", "b")]).isEmpty)
        }
    }

    @Test func theStopNamesServerToolAndBothDefinitionsAndIsOne() async throws {
        let cordon = try await started()
        let ana = try await cordon.account("ana", RoleGrant(.governance))
        _ = try await cordon.operations.perform(ana) { work in
            try work.registerWorkflow(
                "drafts", WorkflowProfile(name: "Drafts", function: "sales"))
        }
        cordon.clock.advance(milliseconds: 1_500)
        let change = ToolChange(
            pin: Self.pin("set_price", "b"), before: String(repeating: "a", count: 64))
        try await cordon.operations.stop("drafts", because: [change])
        try await cordon.operations.stop("drafts", because: [change])
        let entry = try #require(cordon.operations.gate.entry("drafts"))
        #expect(entry.stops.count == 1)
        let reason = try #require(entry.stops.first).reason
        for part in ["crm", "set_price", "sha256:aaaa", "sha256:bbbb"] {
            #expect(reason.contains(part), "\(reason)")
        }
    }

    @Test func aReasonTellsThreeChangesAndCountsTheRest() {
        let changes = ["a", "b", "c", "d", "e"].map {
            ToolChange(pin: Self.pin($0, "b"), before: "old")
        }
        #expect(!ToolChange.reason(Array(changes.prefix(3))).contains("more"))
        #expect(ToolChange.reason(changes).hasSuffix("So did 2 more."))
    }

    @Test func whatIsKeptSaysWhatItIsOf() {
        let pin = Self.pin("set price", "a")
        #expect(ToolPin.subject(of: pin.value) == "crm set price")
        for other in ["", "gpt-4o", "sha256:" + pin.digest, "crm sha256:abc", "{\"a\":1}"] {
            #expect(ToolPin.subject(of: other) == nil, "\(other)")
        }
        #expect(ToolPin.subject(of: "crm sha256:" + pin.digest) == "crm")
    }
}
