import Testing

@testable import CordonGateway

@Suite struct AwaitedAnswersTests {
    private func place(_ id: Int, session: String = "s") -> AwaitedAnswers<Int>.Place {
        AwaitedAnswers.Place(
            workflow: "w", server: "crm", session: session, id: Array(String(id).utf8))
    }

    @Test func eachIsTakenOnceFromItsOwnPlace() {
        let answers = AwaitedAnswers<Int>()
        #expect(answers.put(1, at: place(1), uptime: 0))
        #expect(!answers.put(2, at: place(1), uptime: 0))
        #expect(answers.take(at: place(1, session: "of another")) == nil)
        #expect(answers.take(at: place(1)) == 1)
        #expect(answers.take(at: place(1)) == nil)
    }

    @Test func noMoreAreAwaitedThanMayBe() {
        let answers = AwaitedAnswers<Int>()
        for number in 0..<1_000 { #expect(answers.put(number, at: place(number), uptime: 0)) }
        #expect(!answers.put(1_000, at: place(1_000), uptime: 0))
        #expect(answers.take(at: place(7)) == 7)
        #expect(answers.put(1_000, at: place(1_000), uptime: 0))
    }

    @Test func nobodyWaitsLongerThanTenMinutes() {
        let answers = AwaitedAnswers<Int>()
        for number in [1, 2] {
            #expect(answers.put(number, at: place(number), uptime: Int64(number)))
        }
        #expect(answers.takeOverdue(at: 600_000).isEmpty)
        #expect(answers.takeOverdue(at: 600_001) == [1])
        #expect(answers.takeOverdue(at: .max) == [2])
    }
}
