import CordonCore
import Testing

@testable import CordonOperations

/// What is counted of shadow use and of failing open, and what of it is news.
@Suite struct TallyTests {
    @Test(arguments: [(0, 0), (86_399_999, 0), (86_400_000, 1), (86_400_001, 1)] as [(Int64, Int)])
    func aShadowUseIsNewsOnceADay(_ later: Int64, _ news: Int) {
        var tally = ShadowTally()
        #expect(tally.note(["a"], of: "w", uptime: 5) == ["a"])
        #expect(tally.note(["a"], of: "w", uptime: 5 + later).count == news)
        #expect(tally.note(["a"], of: "other", uptime: 5) == ["a"])
        #expect(tally.count == 3)
    }

    @Test(arguments: [(99, 99), (100, 100), (101, 100)])
    func aHundredUsesOfAWorkflowAreToldApart(_ uses: Int, _ news: Int) {
        var tally = ShadowTally()
        let named = (0..<uses).map { "use \($0)" }
        #expect(tally.note(named, of: "w", uptime: 0).count == news)
        #expect(tally.count == 1)
    }

    @Test func whatCouldNotBeJournaledIsNewsAgain() {
        var tally = ShadowTally()
        #expect(tally.note(["a", "b"], of: "w", uptime: 0) == ["a", "b"])
        tally.forget(["b"], of: "w")
        #expect(tally.note(["a", "b"], of: "w", uptime: 1) == ["b"])
    }

    @Test func whatFailedOpenIsToldOnceAndCountedForGood() {
        let at = Instant(milliseconds: 9)
        var tally = OpenUseTally()
        tally.tell(OpenUse(.withoutGate, count: 3), of: "w")
        tally.tell(OpenUse(.withoutGate, count: 2), of: "w")
        tally.tellUnrecorded("w", at: at)
        tally.tellUnrecorded("x", at: at)
        let news = tally.take()
        #expect(news.map(\.workflow) == ["w", "x"])
        #expect(news[0].written == OpenUse(.withoutGate, count: 5))
        #expect(news[0].unwritten == OpenUse(.withoutRecord, firstAt: at, lastAt: at))
        #expect(news[1].written == nil && news[1].unwritten?.count == 1)
        #expect(tally.take().isEmpty)
        #expect(tally.counts == [.withoutGate: 5, .withoutRecord: 2])
    }

    @Test func whatCouldNotBeToldIsToldLaterWithWhatHasComeSince() {
        var tally = OpenUseTally()
        tally.tell(OpenUse(.withoutGate, count: 3), of: "w")
        for news in tally.take() { tally.giveBack(news) }
        tally.tell(OpenUse(.withoutGate), of: "w")
        #expect(tally.take().map { $0.written?.count } == [4])
        #expect(tally.counts == [.withoutGate: 4])
    }
}
