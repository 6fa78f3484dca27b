import Testing

@testable import CordonGateway

@Suite struct RecordsBehindTests {
    @Test func whereThereIsNoneNobodyWaits() async {
        let behind = RecordsBehind()
        await behind.untilNone()
        behind.begin()
        behind.end()
        await behind.untilNone()
    }

    @Test func theLastThatEndsLetsAllGoOn() async {
        let behind = RecordsBehind()
        behind.begin()
        behind.begin()
        let (ended, tells) = AsyncStream.makeStream(of: Int.self)
        for number in 1...3 {
            Task {
                await behind.untilNone()
                tells.yield(number)
            }
        }
        behind.end()
        let waited = Task { await ended.prefix(3).reduce(into: []) { $0.append($1) } }
        behind.end()
        #expect(await waited.value.sorted() == [1, 2, 3])
    }
}
