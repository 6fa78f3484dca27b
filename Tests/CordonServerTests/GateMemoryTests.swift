import CordonAPI
import Testing

@testable import CordonClient

/// What a guard makes of the gate's answers and news, without a server.
struct GateMemoryTests {
    private static let now = ContinuousClock.now
    private var now: ContinuousClock.Instant { Self.now }

    private func json(_ text: String) throws -> JSONValue {
        try JSONValue(parsing: Array(text.utf8))
    }

    private func allow(
        _ revision: Int, lease: Int = 1_000, onFailure: String = "closed"
    ) throws
        -> JSONValue
    {
        try json(
            #"{"decision":"allow","revision":\#(revision),"lease_ms":\#(lease),"#
                + #""on_failure":"\#(onFailure)","state":"running"}"#)
    }

    private func deny(
        _ revision: Int, state: String = "running", incident: String? = nil
    ) throws
        -> JSONValue
    {
        let more = incident.map { #","incident":"\#($0)""# } ?? ""
        return try json(
            #"{"decision":"deny","reason":"No.","revision":\#(revision),"#
                + #""state":"\#(state)"\#(more)}"#)
    }

    private func news(
        _ revision: Int, _ stops: String = "", mayRun: Bool = true
    ) throws -> JSONValue {
        try json(
            #"{"key":"k","state":"running","may_run":\#(mayRun),"revision":\#(revision),"#
                + #""stops":[\#(stops)],"on_failure":"open","#
                + #""fallback":{"title":"By hand","steps":["Write."],"contact":"ann"}}"#)
    }

    private static let whole = #"{"scope":"workflow","reason":"Wrong.","incident":"INC-1"}"#

    @Test func anAllowIsGoodForTheSameQuestionUntilItsLeaseEnds() throws {
        var memory = GateMemory(failsOpen: false)
        let question = GateQuestion.tool("pay", ["amount": 3])
        #expect(memory.take(question, try allow(1), askedAt: now) == nil)
        #expect(memory.hasLease(for: question, at: now + .milliseconds(999)))
        #expect(!memory.hasLease(for: question, at: now + .milliseconds(1_000)))
        #expect(!memory.hasLease(for: .tool("pay", ["amount": 4]), at: now))
        #expect(memory.hasLease(for: .tool("pay", ["amount": 3]), at: now))
        #expect(memory.take(question, try allow(1, lease: 0), askedAt: now) == nil)
        _ = memory.take(.decide, try deny(1), askedAt: now)
        #expect(!memory.hasLease(for: question, at: now))
    }

    @Test func whatPeopleHadToAllowIsKnownUntilTheyNeedNot() throws {
        var memory = GateMemory(failsOpen: false)
        let said = try json(
            #"{"decision":"allow","revision":1,"lease_ms":0,"on_failure":"closed","#
                + #""approval":{"id":"01A","state":"used"}}"#)
        #expect(memory.take(.tool("pay"), said, askedAt: now) == nil)
        #expect(memory.isApproved(.tool("pay")))
        #expect(!memory.isApproved(.tool("pay", ["amount": 4])))
        #expect(memory.take(.tool("pay"), try allow(1), askedAt: now) == nil)
        #expect(!memory.isApproved(.tool("pay")))
    }

    @Test func newsOfAStopEndsEveryLease() throws {
        var memory = GateMemory(failsOpen: false)
        _ = memory.take(.generate, try allow(1), askedAt: now)
        #expect(memory.learn(try news(2, Self.whole)))
        #expect(!memory.hasLease(for: .generate, at: now))
        guard case .stopped(let refusal)? = memory.objection(to: .generate) else {
            Issue.record("no objection")
            return
        }
        #expect(refusal.incident == "INC-1" && refusal.fallback?.contact == "ann")
        #expect(memory.failsOpen)
        #expect(memory.learn(try news(3)))
        #expect(memory.objection(to: .generate) == nil)
    }

    @Test func olderNewsNeverUndoesNewer() throws {
        var memory = GateMemory(failsOpen: false)
        #expect(memory.learn(try news(5, Self.whole)))
        #expect(!memory.learn(try news(4)))
        #expect(memory.objection(to: .generate) != nil)
        // An allow that was decided before the stop.
        #expect(memory.take(.generate, try allow(4), askedAt: now) != nil)
        #expect(!memory.hasLease(for: .generate, at: now))
        // And one from after it.
        #expect(memory.take(.generate, try allow(6), askedAt: now) == nil)
        #expect(memory.objection(to: .generate) == nil)
    }

    @Test func aStopOfAPartIsOfThatPart() throws {
        var memory = GateMemory(failsOpen: false)
        _ = memory.learn(
            try news(
                1,
                #"{"scope":"tool","tool":"pay","reason":"So."},"#
                    + #"{"scope":"outbound","reason":"So."}"#))
        let free: [GateQuestion] = [.generate, .decide, .tool("read"), .deliver(to: .inside)]
        #expect(free.allSatisfy { memory.objection(to: $0) == nil })
        let held: [GateQuestion] = [.tool("pay", ["a": 1]), .deliver(to: .outside)]
        #expect(held.allSatisfy { memory.objection(to: $0) != nil })
    }

    @Test func aHaltHoldsForEveryQuestionAndADenialForItsOwn() throws {
        var memory = GateMemory(failsOpen: false)
        guard case .denied? = memory.take(.decide, try deny(1), askedAt: now) else {
            Issue.record("not denied")
            return
        }
        #expect(memory.objection(to: .decide) != nil && memory.objection(to: .generate) == nil)
        let halted = memory.take(.decide, try deny(2, state: "stopping"), askedAt: now)
        guard case .stopped? = halted else {
            Issue.record("\(String(describing: halted))")
            return
        }
        #expect(memory.objection(to: .generate) != nil)
        _ = memory.take(.generate, try allow(3), askedAt: now)
        #expect(memory.objection(to: .generate) == nil)
    }

    @Test func whatMayNotRunIsDenied() throws {
        var memory = GateMemory(failsOpen: true)
        _ = memory.learn(try news(1, mayRun: false))
        guard case .denied? = memory.objection(to: .generate) else {
            Issue.record("not denied")
            return
        }
    }

    @Test(arguments: 0..<100)
    func howTheStreamIsCutChangesNothing(_ seed: UInt64) throws {
        let text =
            "event: snapshot\nid: 1\ndata: {\"revision\":1,\"workflows\":[{\"key\":\"k\"},"
            + "{\"key\":\"käse\"}]}\n\n: keep-alive\n\n"
            + "event: change\nid: 2\ndata: {\"key\":\"k\"}\n\n"
            + "event: change\ndata: {broken\n\nevent: half"
        let bytes = Array(text.utf8)
        var whole = GateEvents()
        let first = whole.take(bytes)
        let expected = try #require(first)
        #expect(expected.map(\.name) == ["snapshot", "", "change", "change"])
        #expect(expected.map(\.states.count) == [2, 0, 1, 0])
        var chance = SplitMix64(seed: seed)
        var events = GateEvents()
        var told: [GateEvents.Event] = []
        var begin = 0
        while begin < bytes.count {
            let end = min(bytes.count, begin + Int.random(in: 0...9, using: &chance))
            told += events.take(Array(bytes[begin..<end])) ?? []
            begin = end
        }
        #expect(told == expected)
    }

    @Test func aStreamWithoutEndsIsGivenUp() {
        var events = GateEvents()
        let mebibyte = Array(repeating: UInt8(ascii: "a"), count: 1 << 20)
        for _ in 0..<16 {
            let isTaken = events.take(mebibyte) != nil
            #expect(isTaken)
        }
        let isGivenUp = events.take([UInt8(ascii: "a")]) == nil
        #expect(isGivenUp)
    }
}
