import NIOCore
import NIOPosix
import Testing

@testable import CordonGateway

@Suite struct LoopExecutorTests {
    /// Wherever it is woken from, a task goes on where its connection is.
    @Test func aTaskStaysOnItsLoop() async throws {
        let loop = MultiThreadedEventLoopGroup.singleton.next()
        let other = try await NIOThreadPool.singleton.runIfActive { loop.inEventLoop }
        #expect(!other)
        try await withTaskExecutorPreference(LoopExecutor.of(loop)) {
            #expect(loop.inEventLoop)
            for _ in 1...10 {
                _ = try await NIOThreadPool.singleton.runIfActive { 1 }
                #expect(loop.inEventLoop)
                await nobodys()
                #expect(loop.inEventLoop)
            }
        }
    }

    @Test func aLoopThatIsNoneOfTheServersHasAnExecutorToo() async throws {
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        let loop = group.next()
        await withTaskExecutorPreference(LoopExecutor.of(loop)) { #expect(loop.inEventLoop) }
        try await group.shutdownGracefully()
    }

    @Test func aTaskCanBeGivenToAnotherLoop() async throws {
        let loops = MultiThreadedEventLoopGroup.singleton
        let count = loops.makeIterator().reduce(0) { sum, _ in sum + 1 }
        for loop in loops.makeIterator() {
            let executor = try await loop.submit { LoopExecutor.elsewhere }.get()
            let isHere = await Task(executorPreference: executor) { loop.inEventLoop }.value
            #expect(isHere == (count == 1))
            #expect(try await loop.submit { LoopExecutor.here }.get() === LoopExecutor.of(loop))
        }
    }

    @Test func aLoopOfTheServersHasOneExecutor() {
        for loop in MultiThreadedEventLoopGroup.singleton.makeIterator() {
            #expect(LoopExecutor.of(loop) === LoopExecutor.of(loop))
        }
    }

    @concurrent private func nobodys() async {}
}
